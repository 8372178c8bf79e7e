//! The body of a request, never more of it than is allowed.

use std::{sync::Arc, time::Duration};

use bytes::Buf;
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::arrivals::Arrivals;

/// The longest body: two objects of three mebibytes and what is around them, and some more.
pub(crate) const MAX_BYTES: usize = 8 << 20;

/// The bytes that one permit of the store stands for.
pub(crate) const PAGE: usize = 4 << 10;

/// How long it may take until those who were told to make room have done so.
const RELIEF: Duration = Duration::from_millis(100);

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is longer than any may be.
    TooLong,
    /// All bodies together are longer than they may be.
    NoRoom,
    /// It did not come in time.
    Slow,
    /// The connection broke, or was no HTTP.
    Broken,
    /// Too many are on their way, and this one has taken longest, or came last.
    Crowded,
}

/// A whole body, and its share in what all bodies may have.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Vec<u8>,
    _share: Option<OwnedSemaphorePermit>,
}

/// Where bodies are kept, and which are on their way.
#[derive(Debug)]
pub(crate) struct Shelf {
    store: Arc<Semaphore>,
    arrivals: Arrivals,
}

impl Shelf {
    /// Room for so many bytes, and for so many bodies that are not there yet.
    pub(crate) fn new(bytes: usize, arriving: usize) -> Self {
        Self { store: Arc::new(Semaphore::new(bytes.div_ceil(PAGE).max(1))), arrivals: Arrivals::new(arriving) }
    }

    /// Takes pages; where there are none, those make room who have been on their way for too long.
    async fn take(&self, pages: usize) -> Result<OwnedSemaphorePermit, Fault> {
        let count = u32::try_from(pages).map_err(|_| Fault::TooLong)?;
        if let Ok(taken) = Arc::clone(&self.store).try_acquire_many_owned(count) {
            return Ok(taken);
        }
        if self.arrivals.relieve(pages) == 0 {
            return Err(Fault::NoRoom);
        }
        let taken = tokio::time::timeout(RELIEF, Arc::clone(&self.store).acquire_many_owned(count)).await;
        taken.ok().and_then(Result::ok).ok_or(Fault::NoRoom)
    }
}

/// Reads a body; its share of the store is taken as it comes, so that a length that is only claimed takes nothing.
pub(crate) async fn read<B>(body: B, shelf: &Shelf, within: Duration) -> Result<Whole, Fault>
where
    B: Body + Unpin,
    B::Data: Buf,
{
    let arrival = shelf.arrivals.begin().ok_or(Fault::Crowded)?;
    tokio::select! {
        read = tokio::time::timeout(within, collect(body, shelf)) => read.unwrap_or(Err(Fault::Slow)),
        () = arrival.gone() => Err(Fault::Crowded),
    }
}

async fn collect<B>(mut body: B, shelf: &Shelf) -> Result<Whole, Fault>
where
    B: Body + Unpin,
    B::Data: Buf,
{
    let claimed = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if claimed > MAX_BYTES {
        return Err(Fault::TooLong);
    }
    let mut bytes = Vec::new();
    let mut share: Option<OwnedSemaphorePermit> = None;
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| Fault::Broken)?.into_data() else { continue };
        if bytes.len() + data.remaining() > MAX_BYTES {
            return Err(Fault::TooLong);
        }
        let pages = (bytes.len() + data.remaining()).div_ceil(PAGE);
        let held = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if let Some(more) = pages.checked_sub(held).filter(|more| *more > 0) {
            let more = shelf.take(more).await?;
            if bytes.is_empty() {
                bytes.reserve(claimed.min(16 << 10));
            }
            match &mut share {
                Some(share) => share.merge(more),
                None => share = Some(more),
            }
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            bytes.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Ok(Whole { bytes, _share: share })
}
