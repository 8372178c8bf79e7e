//! The open connections: when there are too many, the one that has been idle for longest makes room for the next.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use tokio::sync::Notify;

/// One connection.
#[derive(Debug)]
pub(crate) struct Line {
    /// When something last began or ended on it, in milliseconds since the server began.
    last: AtomicU64,
    in_flight: AtomicUsize,
    has_asked: AtomicBool,
    /// Tells the connection to end.
    pub(crate) close: Notify,
    begun: Instant,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Connections {
    lines: Mutex<BTreeMap<u64, Arc<Line>>>,
    next: AtomicU64,
    most: usize,
    begun: Instant,
}

/// What is to be done with a new connection.
#[derive(Debug)]
pub(crate) enum Room {
    /// It has its place; another one may have had to go.
    Given {
        /// Its number.
        id: u64,
        /// Its place.
        line: Arc<Line>,
        /// Whether another one was told to end.
        evicted: bool,
    },
    /// All connections are busy.
    Full,
}

impl Connections {
    /// Room for so many.
    pub(crate) fn new(most: usize) -> Self {
        Self { lines: Mutex::default(), next: AtomicU64::new(0), most: most.max(1), begun: Instant::now() }
    }

    /// Finds a place for a new connection.
    pub(crate) fn enter(&self) -> Room {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut evicted = false;
        if lines.len() >= self.most {
            if !end_oldest(&mut lines) {
                return Room::Full;
            }
            evicted = true;
        }
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let line = Arc::new(Line {
            last: AtomicU64::new(now),
            in_flight: AtomicUsize::new(0),
            has_asked: AtomicBool::new(false),
            close: Notify::new(),
            begun: self.begun,
        });
        lines.insert(id, Arc::clone(&line));
        Room::Given { id, line, evicted }
    }

    /// Tells the connection that has been idle for longest to end, where there is one: the machine has no room for more.
    pub(crate) fn relieve(&self) -> bool {
        end_oldest(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives a place back.
    pub(crate) fn leave(&self, id: u64) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn end_oldest(lines: &mut BTreeMap<u64, Arc<Line>>) -> bool {
    let idle = lines.iter().filter(|(_, line)| line.in_flight.load(Ordering::Relaxed) == 0);
    let oldest = idle.min_by_key(|(_, line)| (line.has_asked(), line.last.load(Ordering::Relaxed))).map(|(id, _)| *id);
    let gone = oldest.and_then(|id| lines.remove(&id));
    gone.inspect(|gone| gone.close.notify_one()).is_some()
}

/// A request on a connection, until it is answered or given up.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Line>);

impl Line {
    /// Begins a request.
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        self.has_asked.store(true, Ordering::Relaxed);
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.touch();
        Busy(Arc::clone(self))
    }

    /// Whether any request has come.
    pub(crate) fn has_asked(&self) -> bool {
        self.has_asked.load(Ordering::Relaxed)
    }

    fn touch(&self) {
        self.last.store(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.0.touch();
    }
}

#[cfg(test)]
mod tests {
    use super::{Connections, Room};

    fn enter(connections: &Connections) -> (u64, std::sync::Arc<super::Line>, bool) {
        match connections.enter() {
            Room::Given { id, line, evicted } => (id, line, evicted),
            Room::Full => panic!("full"),
        }
    }

    #[test]
    fn idle_connections_make_room_and_busy_ones_do_not() {
        let connections = Connections::new(2);
        let (_, first, _) = enter(&connections);
        let (_, second, _) = enter(&connections);
        let busy = (first.begin(), second.begin());
        assert!(matches!(connections.enter(), Room::Full));
        drop(busy.1);
        let (third, _, evicted) = enter(&connections);
        assert!(evicted && connections.count() == 2);
        // One that never asked anything goes before one that did.
        drop(busy.0);
        let (_, _, evicted) = enter(&connections);
        assert!(evicted);
        connections.leave(third);
        assert_eq!(connections.count(), 2);
    }
}
