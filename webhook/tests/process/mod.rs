//! The real webhook as a process of its own, and clients that behave as none should.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test file uses a part of it; what cannot be set up fails its test"
)]

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::Value;

use crate::gate;

/// How long anything may take: a machine that compiles beside it is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What has glibc give memory back, as the chart and the README have it: large bodies come seldom, and must not leave their mark.
pub(crate) const FRUGAL: &[&str] = &["env", "MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=131072", "MALLOC_TRIM_THRESHOLD_=131072"];

/// Days on which certificates begin and end.
pub(crate) const PAST: (i32, i32) = (2001, 2002);
pub(crate) const PRESENT: (i32, i32) = (2001, 2100);

/// A certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: String,
}

impl Authority {
    pub(crate) fn new((begins, ends): (i32, i32)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "tests");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.not_before = rcgen::date_time_ymd(begins, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(ends, 1, 1);
        let certificate = parameters.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(parameters, key), certificate }
    }

    /// A certificate and its key.
    pub(crate) fn pair(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(PRESENT.0, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(PRESENT.1, 1, 1);
        change(&mut parameters);
        (parameters.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    /// A client that trusts it.
    pub(crate) fn client(&self, protocol: &[u8]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let mut config = builder.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        Arc::new(config)
    }
}

/// A folder with a bundle and certificates, from which webhooks are started.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) authority: Authority,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), authority: Authority::new(PRESENT) };
        place.put("bundle.json", &gate::bundle(gate::CONFIG).text());
        place.put("ca.crt", &place.authority.certificate);
        place.put_pair(&place.authority.pair("localhost", |_| {}));
        place
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Swaps a file for another at once.
    pub(crate) fn put(&self, name: &str, text: &str) {
        fs::write(self.path("new"), text).unwrap();
        fs::rename(self.path("new"), self.path(name)).unwrap();
    }

    pub(crate) fn put_pair(&self, (certificate, key): &(String, String)) {
        self.put("tls.key", key);
        self.put("tls.crt", certificate);
    }

    /// The command that serves, on ports that nobody has.
    pub(crate) fn command(&self) -> Vec<String> {
        let flags = [
            ("bundle", self.path("bundle.json")),
            ("tls-cert", self.path("tls.crt")),
            ("tls-key", self.path("tls.key")),
            ("tls-ca", self.path("ca.crt")),
            ("listen", "127.0.0.1:0".to_owned()),
            ("metrics-listen", "127.0.0.1:0".to_owned()),
            ("environment", "prod".to_owned()),
            ("poll-interval", "0.1".to_owned()),
            ("drain-delay", "0".to_owned()),
        ];
        // What cargo built along with the tests, or another build of it.
        let built = || env!("CARGO_BIN_EXE_portcullis-webhook").to_owned();
        let program = std::env::var("PORTCULLIS_WEBHOOK_BIN").unwrap_or_else(|_| built());
        std::iter::once(program).chain(flags.into_iter().map(|(flag, value)| format!("--{flag}={value}"))).collect()
    }

    pub(crate) fn start(&self, more: &[&str]) -> Webhook {
        self.start_as(&[], more)
    }

    /// Starts it by another program, and waits until it has said where it listens.
    pub(crate) fn start_as(&self, by: &[&str], more: &[&str]) -> Webhook {
        let log = self.path("log");
        let mut process = run(by, &self.command(), more, Path::new(&log));
        let begun = Instant::now();
        let ready = loop {
            let text = fs::read_to_string(&log).unwrap();
            let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(serde_json::from_str::<Value>);
            if let Some(line) = lines.filter_map(Result::ok).find(|line| line["message"] == "ready") {
                break line;
            }
            assert!(process.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE, "{text}");
            sleep(Duration::from_millis(10));
        };
        let address = |key: &str| ready[key].as_str().unwrap().parse().unwrap();
        Webhook { address: address("address"), probes: address("metrics"), client: self.authority.client(b"http/1.1"), process, log }
    }

    /// What comes of starting it where it cannot be.
    pub(crate) fn fails(&self, more: &[&str]) -> (ExitStatus, String) {
        let log = self.path("log");
        let status = run(&[], &self.command(), more, Path::new(&log)).wait().unwrap();
        (status, fs::read_to_string(&log).unwrap())
    }
}

fn run(by: &[&str], command: &[String], more: &[&str], log: &Path) -> Child {
    let words: Vec<&str> = by.iter().copied().chain(command.iter().map(String::as_str)).chain(more.iter().copied()).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log).unwrap()).spawn().unwrap()
}

/// A running webhook, until it is dropped.
pub(crate) struct Webhook {
    pub(crate) address: SocketAddr,
    pub(crate) probes: SocketAddr,
    pub(crate) client: Arc<ClientConfig>,
    pub(crate) process: Child,
    log: String,
}

pub(crate) type Tls = StreamOwned<ClientConnection, TcpStream>;

impl Webhook {
    pub(crate) fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(crate) fn tls_as(&self, client: &Arc<ClientConfig>) -> Tls {
        let name = ServerName::try_from("localhost").unwrap();
        StreamOwned::new(ClientConnection::new(Arc::clone(client), name).unwrap(), self.tcp())
    }

    pub(crate) fn tls(&self) -> Tls {
        self.tls_as(&self.client)
    }

    /// Has a review judged over a new connection, and gives the `response`.
    pub(crate) fn ask(&self, body: &str) -> Value {
        ask(&mut self.tls(), body)
    }

    fn probe(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.probes).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let (status, body) = answer(&mut stream).unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    pub(crate) fn ready(&self) -> (u16, String) {
        self.probe("/readyz")
    }

    /// The value of a metric as it is written there, labels and all; 0 where there is none.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.probe("/metrics");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Waits until a metric has come to a value.
    pub(crate) fn comes_to(&self, name: &str, least: f64) {
        eventually(name, || self.metric(name) >= least);
    }

    /// A figure of `/proc/PID/status` in KiB.
    pub(crate) fn memory(&self, figure: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.process.wait().unwrap()
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn eventually(what: &str, mut look: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !look() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// The head and body of a request.
pub(crate) fn request(body: &str) -> String {
    let head = "POST /validate?timeout=10s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Has a review judged.
pub(crate) fn ask(stream: &mut Tls, body: &str) -> Value {
    stream.write_all(request(body).as_bytes()).unwrap();
    let (status, body) = answer(stream).unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice::<Value>(&body).unwrap()["response"].take()
}

/// Reads one answer, and nothing behind it.
pub(crate) fn answer(stream: &mut impl Read) -> std::io::Result<(u16, Vec<u8>)> {
    let mut reader = BufReader::with_capacity(1, stream);
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if status == 0 {
            status = line.split(' ').nth(1).unwrap().parse().unwrap();
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((status, body))
}

/// Reads until the other side has closed, in whatever way.
pub(crate) fn rest(stream: &mut impl Read) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    all
}

/// An address that nobody listens on.
pub(crate) fn nobody() -> SocketAddr {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}
