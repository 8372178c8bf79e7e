//! A database, a pair of brokers and an object store as processes of their own, each on an address that nobody else has.
#![allow(dead_code, clippy::allow_attributes, reason = "the benchmark uses a part of it")]

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::process::PATIENCE;

/// Who may log in to the brokers.
pub(crate) const USER: &str = "scoring";
pub(crate) const PASSWORD: &str = "of-the-test";

/// Where a tool is, as `tests/live/tools` tells.
pub(crate) fn tool(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} says where a tool is: eval \"$(scoring/tests/live/tools)\""))
}

/// An address of this machine that is ours alone: no other process of tests has the number of this one.
pub(crate) fn address() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(2);
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, high, low, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A process that is killed when it is dropped.
pub(crate) struct Running {
    process: Child,
    log: PathBuf,
}

impl Running {
    pub(crate) fn start(command: &mut Command, log: PathBuf) -> Self {
        let (out, errors) = (File::create(&log).unwrap(), File::create(log.with_extension("err")).unwrap());
        Self { process: command.stdin(Stdio::null()).stdout(out).stderr(errors).spawn().unwrap(), log }
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it listens.
    pub(crate) fn listens(&mut self, address: SocketAddr) {
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let is_there = self.process.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE;
            let told = || [&self.log, &self.log.with_extension("err")].map(|log| fs::read_to_string(log).unwrap()).join("\n");
            assert!(is_there, "nobody listens on {address}: {}", told());
            sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn signal(&mut self, name: &str) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = Command::new("kill").args([format!("-{name}"), self.process.id().to_string()]).status();
            let _ = self.process.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

/// A server of PostgreSQL.
pub(crate) struct Postgres {
    folder: tempfile::TempDir,
    address: Ipv4Addr,
    server: Option<Running>,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // For the user that the server runs as.
        assert!(Command::new("chmod").arg("0777").arg(folder.path()).status().unwrap().success());
        let data = folder.path().join("data");
        let arguments = ["-D", data.to_str().unwrap(), "-U", "scoring", "-A", "trust", "-E", "UTF8", "--locale=C"];
        let made = as_user("initdb").args(arguments).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut postgres = Self { folder, address: address(), server: None };
        postgres.begin();
        postgres
    }

    pub(crate) fn begin(&mut self) {
        let (data, address) = (self.folder.path().join("data"), format!("listen_addresses={}", self.address));
        let mut command = as_user("postgres");
        command.args(["-D", data.to_str().unwrap(), "-k", "", "-c", &address]);
        let mut server = Running::start(&mut command, self.folder.path().join("log"));
        server.listens(self.listens());
        self.server = Some(server);
    }

    /// Ends it in the middle of whatever it does; what is committed must be there afterwards.
    pub(crate) fn crash(&mut self) {
        // The immediate shutdown: no checkpoint, recovery at the next start. KILL would leave its children, which end when they notice.
        if let Some(mut server) = self.server.take() {
            server.signal("QUIT");
        }
    }

    pub(crate) fn listens(&self) -> SocketAddr {
        (self.address, 5432).into()
    }

    pub(crate) fn url(&self) -> String {
        url(self.listens())
    }
}

/// The database at an address.
pub(crate) fn url(address: SocketAddr) -> String {
    format!("postgres://scoring@{address}/postgres")
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.crash();
    }
}

/// A program of PostgreSQL, which refuses to be root.
fn as_user(program: &str) -> Command {
    let program = PathBuf::from(tool("SCORING_LIVE_POSTGRES")).join(program);
    let user = Command::new("id").arg("-u").output().unwrap();
    let mut command = Command::new("setpriv");
    if user.stdout == b"0\n" {
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
    }
    command.arg(program).current_dir("/");
    command
}

/// Two brokers on one store, of which one is active and one waits for its lock, as Amazon MQ has them over two zones.
pub(crate) struct Pair {
    folder: tempfile::TempDir,
    addresses: [Ipv4Addr; 2],
    brokers: [Option<Running>; 2],
    active: usize,
}

impl Pair {
    pub(crate) fn start() -> Self {
        let mut pair = Self { folder: tempfile::tempdir().unwrap(), addresses: [address(), address()], brokers: [None, None], active: 0 };
        pair.certify();
        let mut first = pair.begin(0);
        first.listens((pair.addresses[0], 5671).into());
        pair.brokers = [Some(first), Some(pair.begin(1))];
        pair
    }

    /// Makes a key of both, and the certificate that clients trust.
    fn certify(&self) {
        let (keys, names) = (self.folder.path().join("keys"), self.addresses.map(|address| format!("ip:{address}")).join(","));
        let keytool = |arguments: &[&str]| {
            let usual = ["-alias", "pair", "-storepass", PASSWORD, "-keystore", keys.to_str().unwrap()];
            let done = Command::new("keytool").args(arguments).args(usual).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        };
        keytool(&["-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=pair", "-ext", &format!("san={names}")]);
        keytool(&["-exportcert", "-rfc", "-file", self.certificate().to_str().unwrap()]);
    }

    /// The file of the certificate that clients trust.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn begin(&self, which: usize) -> Running {
        let home = tool("SCORING_LIVE_ACTIVEMQ");
        let base = self.folder.path().join(format!("broker-{which}"));
        fs::create_dir_all(&base).unwrap();
        let of = |name: &str| self.folder.path().join(name).display().to_string();
        let settings = [("STORE", of("store")), ("KEYS", of("keys")), ("USER", USER.into()), ("PASSWORD", PASSWORD.into())];
        let settings = settings.iter().fold(include_str!("activemq.xml").to_owned(), |text, (name, value)| text.replace(name, value));
        let settings = settings.replace("ADDRESS", &self.addresses[which].to_string());
        fs::write(base.join("activemq.xml"), settings).unwrap();
        let option = |name: &str, value: &Path| format!("-D{name}={}", value.display());
        let mut command = Command::new("java");
        command.args(["-Xmx256m", &option("activemq.base", &base), &option("activemq.data", &base), &option("activemq.conf", &base)]);
        command.args([option("activemq.home", Path::new(&home)), option("java.io.tmpdir", &base)]);
        command.arg("-jar").arg(format!("{home}/bin/activemq.jar"));
        command.arg("start").arg(format!("xbean:file:{}", base.join("activemq.xml").display()));
        Running::start(&mut command, base.join("log"))
    }

    /// Kills the one that is active, waits until the other one is, and starts one anew that waits from now on.
    pub(crate) fn kill_active(&mut self) {
        let (killed, next) = (self.active, 1 - self.active);
        drop(self.brokers[killed].take());
        let address = (self.addresses[next], 5671).into();
        self.brokers[next].as_mut().unwrap().listens(address);
        self.brokers[killed] = Some(self.begin(killed));
        self.active = next;
    }

    /// Where both listen, for whom the service is.
    pub(crate) fn urls(&self) -> String {
        let [one, other] = self.addresses;
        format!("failover:(amqps://{one}:5671,amqps://{other}:5671)?randomize=false")
    }

    /// Where both listen, without TLS.
    pub(crate) fn plain(&self) -> [String; 2] {
        self.addresses.map(|address| format!("amqp://{address}:5672"))
    }
}

/// A server that speaks S3.
pub(crate) struct ObjectStore {
    folder: tempfile::TempDir,
    address: Ipv4Addr,
    server: Option<Running>,
}

impl ObjectStore {
    /// Is not there yet.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), address: address(), server: None }
    }

    /// Begins with nothing in it.
    pub(crate) fn begin(&mut self) {
        let mut command = Command::new(tool("SCORING_LIVE_MOTO"));
        command.args(["-H", &self.address.to_string(), "-p", "5000"]).current_dir(self.folder.path());
        let mut server = Running::start(&mut command, self.folder.path().join("log"));
        server.listens(self.listens());
        self.server = Some(server);
    }

    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    pub(crate) fn listens(&self) -> SocketAddr {
        (self.address, 5000).into()
    }
}
