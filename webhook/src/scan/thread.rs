//! The thread of the scan: whatever happens there, reviews go on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use kube::Client;
use tokio::sync::{oneshot, watch};

use super::{
    gauges::Gauges,
    session::Session,
    settings::{Reports, Scanning},
};
use crate::{
    clock::Clock,
    cluster::{
        client::connect,
        lease::{self, Candidate},
    },
    gates::Gates,
    metrics::Metrics,
};

/// How long it takes until what cannot be begun is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// How long what is known is kept without the lease.
const HOLD: Duration = Duration::from_secs(60);

/// The shortest interval between scans of everything.
const SHORTEST: Duration = Duration::from_secs(5);

/// What the scan needs of the process.
pub(crate) struct Parts {
    pub(crate) gates: Arc<Gates>,
    pub(crate) gauges: Gauges,
    pub(crate) clock: Clock,
    pub(crate) environment: Option<Arc<str>>,
    pub(crate) reports: Reports,
    pub(crate) interval: Duration,
    pub(crate) identity: String,
}

/// A running scan.
#[derive(Debug)]
pub struct Scanner {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Scanner {
    /// Begins to scan.
    ///
    /// # Errors
    /// The name of the lease is none, or there is no thread to be had.
    pub(crate) fn start(
        settings: &Scanning,
        gates: &Arc<Gates>,
        metrics: &Metrics,
        (clock, environment): (&Clock, Option<&str>),
    ) -> Result<Self, String> {
        let named = settings.scan_lease.split_once('/').filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty());
        let (namespace, name) = named.ok_or_else(|| format!("--scan-lease {:?} is no NAMESPACE/NAME", settings.scan_lease))?;
        let identity = settings.identity.clone().filter(|name| !name.is_empty()).map_or_else(made_up, Ok)?;
        let candidate = Candidate { namespace: namespace.to_owned(), name: name.to_owned(), identity: identity.clone() };
        let parts = Parts {
            gates: Arc::clone(gates),
            gauges: metrics.scan.clone(),
            clock: clock.clone(),
            environment: environment.map(Arc::from),
            reports: settings.reports,
            interval: Duration::try_from_secs_f64(settings.scan_interval).unwrap_or_default().max(SHORTEST),
            identity,
        };
        let kubeconfig = settings.kubeconfig.clone();
        let (stop, stopped) = oneshot::channel();
        let body = move || work(&parts, kubeconfig.as_deref(), &candidate, stopped);
        let thread = std::thread::Builder::new().name("scan".to_owned()).spawn(body).map_err(|error| error.to_string())?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// Tells the scan to end, which gives the lease back.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until it has ended.
    pub(crate) fn join(mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A name that no other replica has.
pub(crate) fn made_up() -> Result<String, String> {
    let mut bytes = [0; 8];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| "there are no random numbers to make up a name with".to_owned())?;
    Ok(format!("portcullis-webhook-{:016x}", u64::from_be_bytes(bytes)))
}

fn work(parts: &Parts, kubeconfig: Option<&std::path::Path>, candidate: &Candidate, mut stopped: oneshot::Receiver<()>) {
    // Watches and the lease have a thread of their own, so that a long judgement loses no lease.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("watches").enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(error = %error, "there is no thread for the scan; nothing is scanned");
            return;
        }
    };
    loop {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                tokio::select! {
                    _ = &mut stopped => true,
                    () = lead(parts, kubeconfig, candidate) => false,
                }
            })
        }));
        parts.gauges.clear();
        match caught {
            Ok(true) => break,
            Ok(false) => {}
            Err(_) => {
                parts.gauges.failures.inc();
                tracing::error!("the scan met a fault of portcullis and begins anew; reviews go on");
            }
        }
        if runtime.block_on(async { tokio::time::timeout(RETRY, &mut stopped).await.is_ok() }) {
            break;
        }
    }
    // The lease is given back by a task.
    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(200)).await });
    runtime.shutdown_timeout(Duration::from_secs(2));
}

/// Scans whenever this replica leads; ends only where there is no client.
async fn lead(parts: &Parts, kubeconfig: Option<&std::path::Path>, candidate: &Candidate) {
    let client: Client = match connect(kubeconfig).await {
        Ok(client) => client,
        Err(error) => {
            parts.gauges.failures.inc();
            tracing::error!(error = %error, "nothing can be scanned; it is tried again");
            return;
        }
    };
    let mut leading: watch::Receiver<bool> = lease::watch(client.clone(), candidate.clone(), parts.clock.clone());
    loop {
        if leading.wait_for(|is_leader| *is_leader).await.is_err() {
            return;
        }
        let mut session = pin!(Session::new(parts, client.clone(), leading.clone()).run());
        loop {
            parts.gauges.leader.set(1);
            tokio::select! {
                () = &mut session => break,
                _ = leading.wait_for(|is_leader| !*is_leader) => {}
            }
            parts.gauges.leader.set(0);
            // A server that is away for a moment takes the lease, but what is known of its objects is still of use after that.
            let again = tokio::time::timeout(HOLD, leading.wait_for(|is_leader| *is_leader));
            let is_back = tokio::select! {
                () = &mut session => break,
                again = again => again.is_ok(),
            };
            if !is_back {
                parts.gauges.clear();
                break;
            }
        }
    }
}
