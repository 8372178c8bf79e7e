//! The bodies that are on their way: when there are too many, those that have taken longest make room, as heads without bodies do.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// How long a body is left alone; those of API servers take far less.
const LINGER: Duration = Duration::from_millis(500);

/// The bodies on their way.
#[derive(Debug)]
pub(crate) struct Arrivals {
    state: Mutex<State>,
    most: usize,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    bodies: BTreeMap<u64, (Instant, Arc<Notify>)>,
}

/// A body on its way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    all: &'a Arrivals,
    id: u64,
    gone: Arc<Notify>,
}

impl Arrivals {
    /// Room for so many.
    pub(crate) fn new(most: usize) -> Self {
        Self { state: Mutex::default(), most: most.max(1) }
    }

    /// Takes a place for a body; none where all others have only just come.
    pub(crate) fn begin(&self) -> Option<Arrival<'_>> {
        let mut state = self.state();
        if state.bodies.len() >= self.most && end(&mut state, 1, LINGER) == 0 {
            return None;
        }
        let id = state.next;
        state.next += 1;
        let gone = Arc::new(Notify::new());
        state.bodies.insert(id, (Instant::now(), Arc::clone(&gone)));
        Some(Arrival { all: self, id, gone })
    }

    /// Tells some of those that have taken longest to end, where they have taken too long; says how many it told.
    pub(crate) fn relieve(&self, count: usize) -> usize {
        end(&mut self.state(), count, LINGER)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(state: &mut State, count: usize, linger: Duration) -> usize {
    let mut ended = 0;
    while ended < count
        && let Some(first) = state.bodies.first_entry()
        && first.get().0.elapsed() >= linger
    {
        first.remove().1.notify_one();
        ended += 1;
    }
    ended
}

impl Arrival<'_> {
    /// Waits until it must make room.
    pub(crate) async fn gone(&self) {
        self.gone.notified().await;
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        self.all.state().bodies.remove(&self.id);
    }
}
