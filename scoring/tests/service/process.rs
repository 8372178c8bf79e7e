//! The real program as a process of its own, and a client of it.
#![allow(dead_code, clippy::allow_attributes, reason = "each suite uses a part of it")]

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread::sleep,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request};
use hyper_util::{
    client::legacy::{Client as Http, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};

/// How long anything may take: a machine that compiles beside it is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// A running service, until it is dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    process: Child,
    log: PathBuf,
}

/// An answer of HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// Starts the program in a folder and waits until it is ready; the deadline of requests is one that slow machines meet.
pub(crate) fn start(folder: &Path, more: &[&str]) -> Service {
    start_with(folder, more, &[])
}

/// The same in an environment.
pub(crate) fn start_with(folder: &Path, more: &[&str], environment: &[(&str, &str)]) -> Service {
    let (mut process, log) = spawn(folder, more, environment);
    let begun = Instant::now();
    let ready = loop {
        if let Some(line) = line(&log, "ready") {
            break line;
        }
        let text = || fs::read_to_string(&log).unwrap();
        assert!(process.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE, "{}", text());
        sleep(Duration::from_millis(10));
    };
    let address = |key: &str| ready[key].as_str().unwrap().parse().unwrap();
    Service { address: address("address"), management: address("management"), process, log }
}

/// What comes of starting it where it cannot be.
pub(crate) fn fails(folder: &Path, more: &[&str]) -> (ExitStatus, String) {
    fails_with(folder, more, &[])
}

/// The same in an environment.
pub(crate) fn fails_with(folder: &Path, more: &[&str], environment: &[(&str, &str)]) -> (ExitStatus, String) {
    let (mut process, log) = spawn(folder, more, environment);
    (process.wait().unwrap(), fs::read_to_string(log).unwrap())
}

fn spawn(folder: &Path, more: &[&str], environment: &[(&str, &str)]) -> (Child, PathBuf) {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let log = folder.join(format!("log-{}", STARTED.fetch_add(1, Ordering::Relaxed)));
    let usual = ["--listen=127.0.0.1:0", "--management-listen=127.0.0.1:0", "--deadline-ms=30000", "--drain-delay=0", "--drain-timeout=30"];
    let program = std::env::var("SCORING_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_scoring").to_owned());
    // A flag that is given twice would be an error: those of the test stand.
    let name = |flag: &str| flag.split('=').next().unwrap().to_owned();
    let usual = usual.iter().filter(|flag| !more.iter().any(|other| name(other) == name(flag)));
    let mut command = Command::new(program);
    command
        .args(usual)
        .args(more)
        // A process that is killed leaves its temporary files where the test removes them.
        .env("TMPDIR", folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap());
    (command.spawn().unwrap(), log)
}

/// What all processes have told that were started in a folder.
pub(crate) fn logs(folder: &Path) -> String {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("log-"));
    logs.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Waits until something is so.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it did not come to be so");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The first whole line of a log with a message.
fn line(log: &Path, message: &str) -> Option<Value> {
    let text = fs::read_to_string(log).unwrap();
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(serde_json::from_str::<Value>);
    lines.filter_map(Result::ok).find(|line| line["message"] == message)
}

impl Service {
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal, such as TERM.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Waits until the log has a message.
    pub(crate) async fn says(&self, message: &str) -> Value {
        let begun = Instant::now();
        loop {
            if let Some(line) = line(&self.log, message) {
                return line;
            }
            assert!(begun.elapsed() < PATIENCE, "{message} is not in {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The value of a metric, as it is written there with its labels; 0 where it is not.
    pub(crate) async fn metric(&self, client: &Client, name: &str) -> f64 {
        let text = client.get(self.management, "/metrics").await.text;
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()).unwrap_or(0.0)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A client that keeps its connections.
#[derive(Clone)]
pub(crate) struct Client(Http<HttpConnector, Full<Bytes>>);

impl Client {
    pub(crate) fn new() -> Self {
        Self(Http::builder(TokioExecutor::new()).build_http())
    }

    /// A request, or why there is no answer.
    pub(crate) async fn send(&self, address: SocketAddr, method: Method, path: &str, (kind, body): (&str, &[u8])) -> Result<Reply, String> {
        let request = Request::builder().method(method).uri(format!("http://{address}{path}")).header("content-type", kind);
        self.ask(request.body(Full::new(Bytes::copy_from_slice(body))).unwrap()).await
    }

    pub(crate) async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Reply, String> {
        let exchange = async {
            let (head, body) = self.0.request(request).await.map_err(|error| error.to_string())?.into_parts();
            let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
            Ok(Reply { status: head.status.as_u16(), headers: head.headers, text: String::from_utf8(body.to_vec()).unwrap() })
        };
        tokio::time::timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err("no answer".to_owned()))
    }

    pub(crate) async fn get(&self, address: SocketAddr, path: &str) -> Reply {
        self.send(address, Method::GET, path, ("text/plain", b"")).await.unwrap()
    }

    pub(crate) async fn post(&self, address: SocketAddr, path: &str, body: &str) -> Reply {
        self.send(address, Method::POST, path, ("application/json", body.as_bytes())).await.unwrap()
    }

    pub(crate) async fn score(&self, service: &Service, transaction: &Value) -> Reply {
        self.post(service.address, "/v1/score", &transaction.to_string()).await
    }
}

/// A time of so many seconds ago.
pub(crate) fn ago(seconds: i64) -> String {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    jiff::Timestamp::from_millisecond(now - seconds * 1_000).unwrap().to_string()
}

/// A transaction that nothing is wrong with.
pub(crate) fn transaction(id: &str) -> Value {
    json!({
        "transaction_id": id, "card_token": "tok_0a1b2c3d4e", "amount": "23.40", "currency": "EUR", "occurred_at": ago(1),
        "merchant": {"id": "m-1", "category": "5411", "country": "IE"}, "card_country": "IE", "entry_mode": "contactless",
    })
}
