//! Accepts connections, and lets nobody down when told to stop.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    api::Peer,
    metrics::Metrics,
    phase::{Phase, Phases},
};

/// How long a connection may be idle, or take for the head of a request.
const IDLE: Duration = Duration::from_secs(75);

/// How long accepting pauses when the machine has no more descriptors.
const PAUSE: Duration = Duration::from_millis(5);

/// The largest head of a request, and the most headers.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;

/// The most streams of one HTTP/2 connection.
const MAX_STREAMS: u32 = 250;

/// Serves until the process closes and the last request is answered, or for no longer than `grace` after that.
pub async fn serve(listener: TcpListener, router: Router, connections: usize, phases: Phases, metrics: Arc<Metrics>, grace: Duration) {
    let (places, builder, mut tasks) = (Arc::new(Semaphore::new(connections)), Arc::new(builder()), JoinSet::new());
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = phases.reaches(Phase::Closing) => break,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
        };
        let Some((stream, peer, place)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        metrics.connections.inc();
        let (router, builder, phases, metrics) =
            (router.clone().layer(Extension(Peer(peer))), Arc::clone(&builder), phases.clone(), Arc::clone(&metrics));
        tasks.spawn(async move {
            connection(stream, router, &builder, &phases).await;
            metrics.connections.dec();
            drop(place);
        });
    }
    drop(listener);
    let all_done = async { while tasks.join_next().await.is_some() {} };
    if timeout(grace, all_done).await.is_err() {
        tracing::warn!("connections were still open when the time to close was over");
    }
}

/// A connection, once there is a place for it: who comes on top waits in the backlog.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    listener.accept().await.ok().map(|(stream, peer)| (stream, peer.ip(), place))
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(MAX_HEAD.max(8 << 10)).max_headers(MAX_HEADERS);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS).keep_alive_interval(IDLE);
    builder
}

async fn connection(stream: TcpStream, router: Router, builder: &Builder<TokioExecutor>, phases: &Phases) {
    let _ = stream.set_nodelay(true);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = phases.reaches(Phase::Closing) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
