//! Accepts connections, and lets nobody down when told to stop.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch::Receiver,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    connections::{Connections, Line, Room},
    handler::Handler,
};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// How long after its handshake a connection may take to ask something.
const FIRST_REQUEST: Duration = Duration::from_secs(10);

/// How long a connection may be idle; API servers give up theirs after 90 seconds, and must be the first to do so.
const IDLE: Duration = Duration::from_secs(120);

/// How long a connection that was told to end may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long accepting pauses when the machine has no more descriptors.
const PAUSE: Duration = Duration::from_millis(5);

/// The most streams of one HTTP/2 connection, the most that may be reset before they are answered, and the largest head.
const MAX_STREAMS: u32 = 250;
const MAX_RESETS: usize = 20;
const MAX_HEAD: u32 = 16 << 10;

/// How much a client may send ahead, on a stream and on a connection.
const STREAM_WINDOW: u32 = 256 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;

/// What a server is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Everything is served.
    Serving,
    /// No connection is accepted any more, and those that are there end when they have been answered.
    Closing,
}

/// Serves until it is told to close and the last request is answered, or for no longer than `grace` after that.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    handler: Arc<Handler>,
    connections: usize,
    mut phase: Receiver<Phase>,
    grace: Duration,
) {
    let acceptor = TlsAcceptor::from(tls);
    let connections = Arc::new(Connections::new(connections));
    let builder = Arc::new(builder());
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = phase.wait_for(|phase| *phase == Phase::Closing) => break,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
        };
        let Ok((stream, _)) = accepted else {
            if connections.relieve() {
                handler.metrics.evicted.inc();
            }
            sleep(PAUSE).await;
            continue;
        };
        let Room::Given { id, line, evicted } = connections.enter() else {
            handler.metrics.refused("connections");
            continue;
        };
        if evicted {
            handler.metrics.evicted.inc();
        }
        handler.metrics.connections.set(i64::try_from(connections.count()).unwrap_or(i64::MAX));
        let (acceptor, builder, handler) = (acceptor.clone(), Arc::clone(&builder), Arc::clone(&handler));
        let (connections, phase) = (Arc::clone(&connections), phase.clone());
        tasks.spawn(async move {
            connection(stream, &acceptor, &builder, &handler, &line, phase).await;
            connections.leave(id);
            handler.metrics.connections.set(i64::try_from(connections.count()).unwrap_or(i64::MAX));
        });
    }
    drop(listener);
    let all_done = async { while tasks.join_next().await.is_some() {} };
    if timeout(grace, all_done).await.is_err() {
        tracing::warn!("connections were still open when the time to close was over");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(64 << 10).max_headers(64);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_RESETS * 4)
        .max_header_list_size(MAX_HEAD)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_WINDOW as usize)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

async fn connection(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    builder: &Builder<TokioExecutor>,
    handler: &Arc<Handler>,
    line: &Arc<Line>,
    mut phase: Receiver<Phase>,
) {
    let _ = stream.set_nodelay(true);
    let shaken = tokio::select! {
        shaken = timeout(HANDSHAKE, acceptor.accept(stream)) => shaken,
        () = line.close.notified() => return,
    };
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(_)) => return handler.metrics.handshake_failed("tls"),
        Err(_) => return handler.metrics.handshake_failed("slow"),
    };
    let service = service_fn(|request| {
        let (busy, handler) = (line.begin(), Arc::clone(handler));
        async move {
            let response = handler.handle(request).await;
            drop(busy);
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        () = line.close.notified() => {}
        _ = phase.wait_for(|phase| *phase == Phase::Closing) => {}
        () = silence(line) => return handler.metrics.handshake_failed("silent"),
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(FAREWELL, connection).await;
}

/// Ends where a connection has asked nothing for too long after it was made.
async fn silence(line: &Line) {
    sleep(FIRST_REQUEST).await;
    if line.has_asked() {
        std::future::pending::<()>().await;
    }
}
