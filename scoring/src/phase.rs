//! Where a process stands between its start and its end.

use tokio::sync::watch;

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It makes itself ready.
    Starting,
    /// It serves.
    Serving,
    /// It still serves, and asks not to be sent anything more.
    Draining,
    /// It answers what it has, and takes nothing more.
    Closing,
}

/// Moves a process on, never back.
#[derive(Clone, Debug)]
pub struct Phases(watch::Sender<Phase>);

impl Default for Phases {
    fn default() -> Self {
        Self(watch::Sender::new(Phase::Starting))
    }
}

impl Phases {
    /// Moves on to a phase, unless it is past.
    pub fn advance(&self, phase: Phase) {
        self.0.send_if_modified(|now| std::mem::replace(now, phase.max(*now)) < phase);
    }

    /// The present phase.
    #[must_use]
    pub fn now(&self) -> Phase {
        *self.0.borrow()
    }

    /// Waits until a phase has begun, or is past.
    pub async fn reaches(&self, phase: Phase) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|now| *now >= phase).await;
    }
}
