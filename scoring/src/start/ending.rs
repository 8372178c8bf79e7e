//! A signal to the end of a process, by way of its phases.

use std::{sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use crate::{
    metrics::Metrics,
    phase::{Phase, Phases},
};

/// Ends the process when it is told to: first nobody is sent here any more, then what is here is answered.
pub(super) async fn end(phases: Phases, metrics: Arc<Metrics>, delay: Duration) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return tracing::error!("signals cannot be received");
    };
    // A drain that preStop began counts from then on.
    let drained = tokio::spawn({
        let phases = phases.clone();
        async move {
            phases.reaches(Phase::Draining).await;
            Instant::now()
        }
    });
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    phases.advance(Phase::Draining);
    metrics.draining.set(1);
    tracing::info!("told to end");
    let since = drained.await.unwrap_or_else(|_| Instant::now());
    tokio::time::sleep_until(since + delay).await;
    phases.advance(Phase::Closing);
}
