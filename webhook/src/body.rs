//! The body of a request, never more of it than is allowed.

use std::{sync::Arc, time::Duration};

use bytes::Buf;
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest body: two objects of three mebibytes and what is around them, and some more.
pub(crate) const MAX_BYTES: usize = 8 << 20;

/// The bytes that one permit of the store stands for.
pub(crate) const PAGE: usize = 4 << 10;

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
}

/// A whole body, and its share in what all bodies may have.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) bytes: Vec<u8>,
    _share: Option<OwnedSemaphorePermit>,
}

/// Reads a body; its share of the store is taken as it comes, so that a length that is only claimed takes nothing.
pub(crate) async fn read<B>(body: B, store: &Arc<Semaphore>, within: Duration) -> Result<Whole, Fault>
where
    B: Body + Unpin,
    B::Data: Buf,
{
    tokio::time::timeout(within, collect(body, store)).await.unwrap_or(Err(Fault::Slow))
}

async fn collect<B>(mut body: B, store: &Arc<Semaphore>) -> Result<Whole, Fault>
where
    B: Body + Unpin,
    B::Data: Buf,
{
    let claimed = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if claimed > MAX_BYTES {
        return Err(Fault::TooLong);
    }
    let mut bytes = Vec::with_capacity(claimed.min(16 << 10));
    let mut share: Option<OwnedSemaphorePermit> = None;
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| Fault::Broken)?.into_data() else { continue };
        if bytes.len() + data.remaining() > MAX_BYTES {
            return Err(Fault::TooLong);
        }
        let pages = (bytes.len() + data.remaining()).div_ceil(PAGE);
        let held = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if let Some(more) = pages.checked_sub(held).filter(|more| *more > 0) {
            let more = u32::try_from(more).map_err(|_| Fault::TooLong)?;
            let more = Arc::clone(store).try_acquire_many_owned(more).map_err(|_| Fault::NoRoom)?;
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
