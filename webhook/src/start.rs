//! The options to a running server, or to the configuration of an API server.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_policies::admission::{
    Bundle, Gate,
    registration::{Reach, Registration, configuration},
};
use rustls::{ServerConfig, crypto::ring, version};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::AbortHandle,
};

use crate::{
    certificates::Certificates,
    clock::Clock,
    decisions::Decisions,
    gates::Gates,
    handler::{Bounds, Handler, Parts},
    logging,
    metrics::Metrics,
    options::{Configuration, Options},
    probe,
    scan::{settings::Scanning, thread::Scanner},
    serve::{Phase, serve},
    signing::{self, Signing},
    traces::Traces,
    watch::read,
};

/// The least time between two looks at anything.
const SHORTEST: Duration = Duration::from_millis(50);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What is wrong.
    pub message: String,
    /// The exit code.
    pub code: u8,
}

impl Failure {
    /// What the user did.
    fn usage(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), code: 2 }
    }

    /// What should not happen.
    fn internal(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), code: 4 }
    }
}

/// Serves until the process is told to end.
///
/// # Errors
/// A bundle, certificate, log or address cannot be used.
pub fn start(options: &Options, scanning: &Scanning, signing: &Signing, clock: &Clock) -> Result<(), Failure> {
    let begun = Instant::now();
    logging::start(options.log);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = options.threads.unwrap_or(cores).max(1);
    let metrics = Arc::new(Metrics::default());
    let gates = Arc::new(Gates::open_for(&options.bundle, options.environment.as_deref()).map_err(Failure::usage)?);
    let issuing = signing::issuing(signing, scanning, seconds(options.poll_interval).max(SHORTEST)).map_err(Failure::usage)?;
    let certificates = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Certificates::open(certificate, key, options.tls_ca.as_deref(), clock).map_err(Failure::usage)?,
        (Some(_) | None, _) => Certificates::default(),
    };
    let certificates = Arc::new(certificates);
    let log = Decisions::open(options.decision_log.as_deref(), Arc::clone(&metrics));
    let decisions = log.map_err(|error| Failure::usage(format!("the log of decisions cannot be opened: {error}")))?;
    gates.tell(&metrics);
    certificates.tell(&metrics);
    let parts = Parts {
        gates: Arc::clone(&gates),
        certificates: Some(Arc::clone(&certificates)),
        decisions,
        metrics: Arc::clone(&metrics),
        clock: clock.clone(),
        environment: options.environment.as_deref().map(Arc::from),
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(threads).max_blocking_threads(threads + 4).thread_name("reviews").enable_all();
    let runtime = runtime.build().map_err(Failure::internal)?;
    let traces = options.otlp_endpoint.as_deref().map(|endpoint| Traces::start(endpoint, options.otlp_ratio, runtime.handle()));
    let traces = traces.transpose().map_err(Failure::usage)?;
    let bounds = Bounds { in_flight: options.max_in_flight, store: options.max_bodies << 20, lanes: threads };
    let handler = Arc::new(Handler::new(parts, &bounds).traced(traces.clone()));
    let issuer = issuing.map(|issuing| {
        let _inside = runtime.enter();
        let kubeconfig = scanning.kubeconfig.clone();
        signing::look_after(issuing, kubeconfig, Arc::clone(&certificates), Arc::clone(&metrics), clock.clone())
    });
    let course = (clock, options.environment.as_deref());
    let scanner = scanning.scan.then(|| Scanner::start(scanning, &gates, &metrics, course)).transpose();
    let mut scanner = scanner.map_err(Failure::usage)?;
    let ended =
        runtime.block_on(run(options, &handler, &certificates, &gates, (clock, begun, Beside { scanner: scanner.as_mut(), issuer })));
    if let Some(scanner) = scanner {
        scanner.join();
    }
    if let Some(traces) = traces {
        traces.close();
    }
    // Tasks hold the handler until the runtime is gone.
    runtime.shutdown_timeout(Duration::from_secs(1));
    if let Some(handler) = Arc::into_inner(handler) {
        handler.close();
    }
    tracing::info!("ended");
    ended
}

/// What runs beside the server.
struct Beside<'a> {
    scanner: Option<&'a mut Scanner>,
    issuer: Option<AbortHandle>,
}

impl Beside<'_> {
    /// Gives leases back, so that the next one need not wait for their end.
    fn stop(self) {
        if let Some(scanner) = self.scanner {
            scanner.stop();
        }
        if let Some(issuer) = self.issuer {
            issuer.abort();
        }
    }
}

async fn run(
    options: &Options,
    handler: &Arc<Handler>,
    certificates: &Arc<Certificates>,
    gates: &Arc<Gates>,
    (clock, begun, beside): (&Clock, Instant, Beside<'_>),
) -> Result<(), Failure> {
    let listener = bind(options.listen).await?;
    let probed = bind(options.metrics_listen).await?;
    let (phase, phases) = watch::channel(Phase::Serving);
    let address = listener.local_addr().map_err(Failure::internal)?;
    let metrics = probed.local_addr().map_err(Failure::internal)?;
    let grace = seconds(options.drain_timeout);
    let server = serve(listener, tls(certificates)?, Arc::clone(handler), options.max_connections, phases, grace);
    let server = tokio::spawn(server);
    let probes = tokio::spawn(probe::serve(probed, Arc::clone(handler)));
    let watcher = tokio::spawn(refresh(
        seconds(options.poll_interval),
        Arc::clone(handler),
        Arc::clone(certificates),
        Arc::clone(gates),
        clock.clone(),
    ));
    let mut end = signal(SignalKind::terminate()).map_err(Failure::internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::internal)?;
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(address = %address, metrics = %metrics, bundle = gates.digest(), milliseconds, "ready");
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("told to end: readiness is off, requests are still served");
    handler.drain();
    beside.stop();
    tokio::select! {
        () = tokio::time::sleep(seconds(options.drain_delay)) => {}
        _ = interrupt.recv() => {}
    }
    let _ = phase.send(Phase::Closing);
    let served = server.await;
    probes.abort();
    watcher.abort();
    let _ = tokio::join!(probes, watcher);
    served.map_err(Failure::internal)
}

async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::usage(format!("{address} cannot be listened on: {error}")))
}

/// A length of time from the command line; what is none is nothing.
fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default()
}

/// TLS 1.3 and 1.2, for HTTP/2 and HTTP/1.1.
///
/// # Errors
/// The cryptography of this build has neither.
pub fn tls(certificates: &Arc<Certificates>) -> Result<Arc<ServerConfig>, Failure> {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_protocol_versions(&[&version::TLS13, &version::TLS12]).map_err(Failure::internal)?;
    let resolver: Arc<Certificates> = Arc::clone(certificates);
    let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Looks at the files of bundle and certificates again and again.
async fn refresh(every: Duration, handler: Arc<Handler>, certificates: Arc<Certificates>, gates: Arc<Gates>, clock: Clock) {
    loop {
        tokio::time::sleep(every.max(SHORTEST)).await;
        let (handler, certificates, gates, clock) = (Arc::clone(&handler), Arc::clone(&certificates), Arc::clone(&gates), clock.clone());
        let looked = tokio::task::spawn_blocking(move || {
            certificates.refresh(&clock, &handler.metrics);
            gates.refresh(&clock, &handler.metrics);
        });
        if looked.await.is_err() {
            tracing::error!("looking for changed files met a fault of portcullis; what is in use stays");
        }
    }
}

/// Prints the ValidatingWebhookConfiguration of a bundle.
///
/// # Errors
/// The bundle or the CA cannot be used, or the Service is not named as it must be.
pub fn configure(options: &Configuration) -> Result<String, Failure> {
    let path = if options.bundle.is_dir() { options.bundle.join("bundle.json") } else { options.bundle.clone() };
    let file =
        |path: &Path| read(path, Bundle::MAX_BYTES).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())));
    let gate = Bundle::parse(&file(&path)?).and_then(|bundle| Gate::new(&bundle)).map_err(Failure::usage)?;
    if let Some(reason) = options.environment.as_deref().and_then(|name| gate.unknown(name)) {
        return Err(Failure::usage(reason));
    }
    let reach = match (&options.service, &options.url) {
        (Some(service), _) => {
            let named = service.split_once('/').filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty());
            let (namespace, name) = named.ok_or_else(|| Failure::usage(format!("--service {service:?} is no NAMESPACE/NAME")))?;
            Reach::Service { namespace: namespace.to_owned(), name: name.to_owned() }
        }
        (None, Some(url)) => Reach::Url(url.clone()),
        (None, None) => return Err(Failure::usage("--service or --url says how the API server reaches the webhook")),
    };
    let mut annotations = BTreeMap::new();
    for annotation in &options.annotations {
        let (key, value) =
            annotation.split_once('=').ok_or_else(|| Failure::usage(format!("--annotation {annotation:?} is no KEY=VALUE")))?;
        annotations.insert(key.to_owned(), value.to_owned());
    }
    let ca_bundle = options.ca.as_deref().map(|path| Ok::<_, Failure>(base64(&file(path)?))).transpose()?;
    let registration = Registration {
        name: options.name.clone(),
        reach,
        ca_bundle,
        environment: options.environment.clone(),
        annotations,
        timeout: options.timeout,
    };
    configuration(&gate, &registration).map(|object| format!("{object:#}\n")).map_err(Failure::usage)
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}
