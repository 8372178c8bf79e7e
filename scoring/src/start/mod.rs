//! The options to a running process, and back to none without losing anything.

mod ending;
mod opening;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};

pub(crate) use self::opening::{Opened, embedded};
use crate::{
    api::{self, Api},
    catalogue::Catalogue,
    clock::Clock,
    engine::{Engine, Lanes, Parts},
    events::{Broker, consume::Consumer, publish::Publisher},
    limits::Limits,
    logging,
    metrics::Metrics,
    models::{self, Models, Shadowing},
    options::Options,
    phase::{Phase, Phases},
    probe,
    serve::serve,
    traces::Traces,
};

/// How many decisions may wait for the publisher; what is more is found in the database.
const FRESH: usize = 4_096;

/// Why there is no process.
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
    pub(crate) fn usage(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), code: 2 }
    }

    /// What should not happen.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), code: 4 }
    }
}

/// Serves until the process is told to end.
///
/// # Errors
/// An address, model, broker or database cannot be used.
pub fn start(options: &Options, clock: &Clock) -> Result<(), Failure> {
    let begun = Instant::now();
    logging::start(options.log);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(options.threads.unwrap_or(cores).max(1)).thread_name("scoring").enable_all();
    let runtime = runtime.build().map_err(Failure::internal)?;
    let traces = options.otlp_endpoint.as_deref().map(|endpoint| Traces::start(endpoint, options.otlp_ratio, runtime.handle()));
    let traces = traces.transpose().map_err(Failure::usage)?;
    let ended = runtime.block_on(run(options, clock, begun, traces.clone()));
    if let Some(traces) = traces {
        traces.close();
    }
    runtime.shutdown_timeout(Duration::from_secs(1));
    tracing::info!("ended");
    ended
}

async fn run(options: &Options, clock: &Clock, begun: Instant, traces: Option<Traces>) -> Result<(), Failure> {
    let api = Arc::new(Api {
        engine: OnceLock::new(),
        phases: Phases::default(),
        metrics: Arc::new(Metrics::default()),
        clock: clock.clone(),
        deadline: Duration::from_millis(options.deadline_ms),
        identity: OnceLock::new(),
        limits: options.rate_limit.map(Limits::new),
        traces,
    });
    let phases = api.phases.clone();
    let broker = broker(options)?;
    let (served, address, management) = listen(options, &api).await?;
    let ending = tokio::spawn(ending::end(phases.clone(), Arc::clone(&api.metrics), seconds(options.drain_delay)));
    let working = tokio::select! {
        working = work(options, &api, broker) => working?,
        () = phases.reaches(Phase::Closing) => return Ok(()),
    };
    phases.advance(Phase::Serving);
    let (version, milliseconds) = (&working.models.live().manifest.version, begun.elapsed().as_millis());
    tracing::info!(%address, %management, %version, milliseconds, "ready");
    phases.reaches(Phase::Closing).await;
    for task in served {
        let _ = task.await;
    }
    working.end(seconds(options.drain_timeout)).await;
    ending.abort();
    Ok(())
}

/// What runs beside the server.
struct Working {
    models: Arc<Models>,
    opened: Opened,
    lanes: Lanes,
    consumer: JoinSet<()>,
    publisher: JoinSet<()>,
}

impl Working {
    /// Ends what brings transactions, what scores them, and what takes decisions away, in this order.
    async fn end(mut self, grace: Duration) {
        let all = async {
            while self.consumer.join_next().await.is_some() {}
            self.lanes.end(grace).await;
            while self.publisher.join_next().await.is_some() {}
        };
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::warn!("the broker was still busy when the time to end was over");
        }
        self.opened.store.close().await;
    }
}

/// Opens what the options name, and begins to work.
async fn work(options: &Options, api: &Api, broker: Option<Broker>) -> Result<Working, Failure> {
    let (model, opened, identity) = tokio::join!(opening::model(options), opening::database(options), opening::identity(options));
    let ((model, catalogue), opened) = (model?, opened?);
    let shadowing =
        Shadowing { transactions: options.shadow_transactions, time: seconds(options.shadow_seconds), changed: options.shadow_changed };
    let models = Arc::new(Models::new(model, &api.metrics, shadowing));
    follow(options, &models, catalogue, &api.phases);
    let (owed, fresh) = mpsc::channel(FRESH);
    let parts = Parts {
        store: opened.store.clone(),
        models: Arc::clone(&models),
        metrics: Arc::clone(&api.metrics),
        clock: api.clock.clone(),
        publisher: broker.is_some().then_some(owed),
    };
    let (engine, lanes) = Engine::start(parts, opened.lanes, options.queue.max(1));
    let (mut consumer, mut publisher) = (JoinSet::new(), JoinSet::new());
    if let Some(broker) = broker {
        let (clock, metrics, phases) = (api.clock.clone(), Arc::clone(&api.metrics), api.phases.clone());
        let (queue, store) = (options.decisions_queue.clone(), opened.store.clone());
        let publishing = Publisher { broker: broker.clone(), queue, store, fresh, clock, metrics, phases };
        publisher.spawn(publishing.run());
        let (clock, metrics, phases) = (api.clock.clone(), Arc::clone(&api.metrics), api.phases.clone());
        let (queue, engine) = (options.transactions_queue.clone(), engine.clone());
        consumer.spawn(Consumer { broker, queue, engine, clock, metrics, phases }.run());
    }
    if let Some(identity) = identity {
        // Both are set here alone.
        let _ = api.identity.set(identity);
    }
    let _ = api.engine.set(engine);
    Ok(Working { models, opened, lanes, consumer, publisher })
}

/// Looks at the pin from now on, where there is one.
fn follow(options: &Options, models: &Arc<Models>, catalogue: Option<Catalogue>, phases: &Phases) {
    let (Some(catalogue), Some(file)) = (catalogue, options.model_pin.clone()) else { return };
    // A file that is being replaced is read again later.
    let pin = move || opening::pin(&file).ok();
    tokio::spawn(models::follow(Arc::clone(models), catalogue, pin, phases.clone(), seconds(options.model_poll)));
}

fn broker(options: &Options) -> Result<Option<Broker>, Failure> {
    let credentials = options.broker_user.clone().zip(options.broker_password.clone());
    options.broker_url.as_deref().map(|list| Broker::read(list, credentials)).transpose().map_err(Failure::usage)
}

/// Binds the addresses, and answers probes there from now on.
async fn listen(options: &Options, api: &Arc<Api>) -> Result<(Vec<JoinHandle<()>>, SocketAddr, SocketAddr), Failure> {
    let (clients, probes) = (api::router(Arc::clone(api)), probe::router(Arc::clone(api)));
    let grace = seconds(options.drain_timeout);
    let task = |listener, router| {
        tokio::spawn(serve(listener, router, options.max_connections, api.phases.clone(), Arc::clone(&api.metrics), grace))
    };
    let (listener, address) = bind(options.listen).await?;
    let Some(management) = options.management_listen else {
        return Ok((vec![task(listener, clients.merge(probes))], address, address));
    };
    let (managed, management) = bind(management).await?;
    Ok((vec![task(listener, clients), task(managed, probes)], address, management))
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| Failure::usage(format!("{address} cannot be listened on: {error}")))?;
    let address = listener.local_addr().map_err(Failure::internal)?;
    Ok((listener, address))
}

/// A duration of an option; what is no number of seconds is none.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
