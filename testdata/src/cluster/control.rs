//! Starts the programs of a cluster on free ports, and asks the cluster things.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::authority::{Authority, Files};
use super::https::{self, Connection};
use super::nodes;
use super::process::{Process, free_port};
use crate::tools::{Error, Run, Tools};

/// How long a program may take until it serves: a machine that compiles beside it is slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// The user that has every right, and its group.
const ADMINISTRATOR: (&str, &str) = ("kubernetes-admin", "system:masters");

/// A program of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// The store.
    Etcd,
    /// The API server.
    ApiServer,
    /// The controllers.
    ControllerManager,
    /// The scheduler.
    Scheduler,
    /// The controller that plays the kubelets.
    Kwok,
}

/// How much of a cluster is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// A store and an API server: objects are kept, nothing happens to them.
    Api,
    /// Controllers, a scheduler and [`nodes`] too: pods come, run and go.
    Full,
}

/// A running cluster; dropping it ends it.
#[derive(Debug)]
pub struct Cluster {
    // Programs end before their folder goes.
    running: BTreeMap<Program, Process>,
    arguments: BTreeMap<Program, Vec<String>>,
    authority: Authority,
    client: Arc<ClientConfig>,
    kubeconfig: PathBuf,
    port: u16,
    tools: Tools,
    folder: TempDir,
}

impl Program {
    /// The name of its file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kwok => "kwok",
        }
    }
}

impl Cluster {
    /// Starts a cluster and waits until it is of use.
    ///
    /// # Errors
    /// If a program is not built, or does not come up.
    pub fn start(tools: &Tools, extent: Extent) -> Result<Self, Error> {
        Self::start_with(tools, extent, &[])
    }

    /// Starts a cluster whose API server gets more flags.
    ///
    /// # Errors
    /// If a program is not built, or does not come up.
    pub fn start_with(tools: &Tools, extent: Extent, api_server: &[&str]) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("portcullis-cluster-").tempdir();
        let folder = folder.map_err(|error| Error::Unexpected(format!("no temporary folder: {error}")))?;
        let authority = Authority::new("portcullis test cluster")?;
        let port = free_port()?;
        let administrator = authority.user(ADMINISTRATOR.0, Some(ADMINISTRATOR.1))?;
        let client = https::client(authority.certificate(), Some(&administrator))?;
        let mut cluster = Self {
            running: BTreeMap::new(),
            arguments: BTreeMap::new(),
            kubeconfig: folder.path().join("administrator.kubeconfig"),
            authority,
            client,
            port,
            tools: tools.clone(),
            folder,
        };
        cluster.write_identity("administrator", ADMINISTRATOR.0, Some(ADMINISTRATOR.1))?;
        let (etcd, peers) = (free_port()?, free_port()?);
        cluster.arguments.insert(Program::Etcd, etcd_arguments(etcd, peers));
        let mut arguments = cluster.api_server_arguments(etcd, extent)?;
        arguments.extend(api_server.iter().map(|flag| (*flag).to_owned()));
        cluster.arguments.insert(Program::ApiServer, arguments);
        cluster.begin(Program::Etcd)?;
        cluster.begin(Program::ApiServer)?;
        if extent == Extent::Full {
            cluster.start_nodes()?;
        }
        Ok(cluster)
    }

    /// The folder of the cluster: certificates, logs, the store.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The kubeconfig of its administrator.
    #[must_use]
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The port of the API server on the loopback address.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority that the cluster trusts and is trusted by.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// A program that runs.
    #[must_use]
    pub fn process(&self, program: Program) -> Option<&Process> {
        self.running.get(&program)
    }

    /// Kills a program, as an outage would.
    pub fn kill(&mut self, program: Program) {
        self.running.remove(&program);
    }

    /// Starts a program as it was started before, on the same ports, and waits until it serves.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn begin(&mut self, program: Program) -> Result<(), Error> {
        let arguments = self.arguments.get(&program).cloned().unwrap_or_default();
        let mut process = Process::start(&self.tools.path(program.name()), &arguments, self.folder.path())?;
        if program == Program::ApiServer {
            process.wait_for("ready", PATIENCE, || self.is_ready().then_some(()))?;
        }
        self.running.insert(program, process);
        Ok(())
    }

    /// Runs kubectl as the administrator.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<Run, Error> {
        self.kubectl_with(arguments, "")
    }

    /// Runs kubectl as the administrator with some text to read.
    ///
    /// # Errors
    /// If it cannot be started, or does not read.
    pub fn kubectl_with(&self, arguments: &[&str], input: &str) -> Result<Run, Error> {
        let path = self.tools.path("kubectl");
        let failed = |source| Error::Tool { path: path.clone(), source };
        let mut command = Command::new(&path);
        command.arg("--kubeconfig").arg(&self.kubeconfig).arg("--cache-dir").arg(self.folder.path().join("cache")).args(arguments);
        command.current_dir(self.folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        // All input is written before any output is read: kubectl answers after it has read everything, and a kubectl that reads nothing
        // is no failure of ours.
        if let Some(mut pipe) = child.stdin.take() {
            let _ = pipe.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(failed)?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) })
    }

    /// Applies manifests on the server's side.
    ///
    /// # Errors
    /// With what kubectl says if one is refused.
    pub fn apply(&self, manifests: &str) -> Result<String, Error> {
        self.must(&["apply", "--server-side", "--filename", "-"], manifests)
    }

    /// Runs kubectl, which must succeed, and gives what it prints.
    ///
    /// # Errors
    /// With what kubectl says if it does not.
    pub fn must(&self, arguments: &[&str], input: &str) -> Result<String, Error> {
        let run = self.kubectl_with(arguments, input)?;
        if run.code == Some(0) { Ok(run.out) } else { Err(Error::Unexpected(format!("kubectl {}: {}", arguments.join(" "), run.err))) }
    }

    /// Reads something from the API server's own paths, such as `/apis/apps/v1/namespaces/default/deployments`.
    ///
    /// # Errors
    /// If the server does not answer with status 200 and JSON.
    pub fn get(&self, path: &str) -> Result<Value, Error> {
        let (status, body) = self.request("GET", path, &Value::Null)?;
        if status == 200 { Ok(body) } else { Err(Error::Unexpected(format!("GET {path}: {status}: {body}"))) }
    }

    /// Sends a request of its administrator to the API server and gives status and body.
    ///
    /// # Errors
    /// If the server does not answer with JSON.
    pub fn request(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Unexpected(format!("{method} {path}: {error}"));
        let mut connection = Connection::open(&self.client, self.port).map_err(|error| failed(&error))?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let message = connection.exchange(request.as_bytes()).map_err(|error| failed(&error))?;
        let body = serde_json::from_slice(&message.body).map_err(|error| failed(&error))?;
        Ok((message.status(), body))
    }

    fn is_ready(&self) -> bool {
        let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let answer = Connection::open(&self.client, self.port).and_then(|mut connection| connection.exchange(request));
        answer.is_ok_and(|message| message.status() == 200)
    }

    fn api_server_arguments(&self, etcd: u16, extent: Extent) -> Result<Vec<String>, Error> {
        let folder = self.folder.path();
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        fs::write(path("authority.crt"), self.authority.certificate()).map_err(|source| Error::file(folder, source))?;
        let serving = self.authority.server(&["kubernetes.default.svc"])?.write(folder, "api-server")?;
        let accounts = self.authority.user("service accounts", None)?.write(folder, "service-accounts")?;
        let mut arguments = vec![
            format!("--etcd-servers=http://127.0.0.1:{etcd}"),
            "--bind-address=127.0.0.1".into(),
            "--advertise-address=127.0.0.1".into(),
            // Its own Service would need an address that others reach.
            "--endpoint-reconciler-type=none".into(),
            format!("--secure-port={}", self.port),
            format!("--tls-cert-file={}", serving.certificate.display()),
            format!("--tls-private-key-file={}", serving.key.display()),
            format!("--client-ca-file={}", path("authority.crt")),
            format!("--service-account-key-file={}", accounts.certificate.display()),
            format!("--service-account-signing-key-file={}", accounts.key.display()),
            "--service-account-issuer=https://kubernetes.default.svc".into(),
            "--service-cluster-ip-range=10.0.0.0/16".into(),
            "--authorization-mode=Node,RBAC".into(),
            "--allow-privileged=true".into(),
            "--profiling=false".into(),
        ];
        if extent == Extent::Api {
            // Nobody makes the accounts that pods would have to have.
            arguments.push("--disable-admission-plugins=ServiceAccount".into());
        }
        Ok(arguments)
    }

    fn start_nodes(&mut self) -> Result<(), Error> {
        let folder = self.folder.path().to_owned();
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        self.write_identity("controller-manager", "system:kube-controller-manager", None)?;
        self.write_identity("scheduler", "system:kube-scheduler", None)?;
        self.write_identity("kwok", "kwok", Some(ADMINISTRATOR.1))?;
        fs::write(path("stages.yaml"), nodes::STAGES).map_err(|source| Error::file(&folder, source))?;
        let controllers = vec![
            format!("--kubeconfig={}", path("controller-manager.kubeconfig")),
            format!("--service-account-private-key-file={}", path("service-accounts.key")),
            format!("--root-ca-file={}", path("authority.crt")),
            "--use-service-account-credentials=true".into(),
            "--leader-elect=false".into(),
            "--secure-port=0".into(),
        ];
        self.arguments.insert(Program::ControllerManager, controllers);
        let scheduler = format!("--kubeconfig={}", path("scheduler.kubeconfig"));
        self.arguments.insert(Program::Scheduler, vec![scheduler, "--leader-elect=false".into(), "--secure-port=0".into()]);
        let kwok = vec![
            format!("--kubeconfig={}", path("kwok.kubeconfig")),
            format!("--config={}", path("stages.yaml")),
            "--manage-all-nodes=true".into(),
            "--node-ip=127.0.0.1".into(),
            "--node-lease-duration-seconds=40".into(),
        ];
        self.arguments.insert(Program::Kwok, kwok);
        self.apply(&nodes::manifests())?;
        for program in [Program::ControllerManager, Program::Scheduler, Program::Kwok] {
            self.begin(program)?;
        }
        let accounts = || self.get("/api/v1/namespaces/default/serviceaccounts/default");
        super::process::eventually(PATIENCE, accounts).map(|_| ())
    }

    /// Writes the kubeconfig of a user.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write_identity(&self, name: &str, user: &str, group: Option<&str>) -> Result<PathBuf, Error> {
        let files = self.authority.user(user, group)?.write(self.folder.path(), name)?;
        let path = self.folder.path().join(format!("{name}.kubeconfig"));
        fs::write(&path, self.kubeconfig_of(&files).to_string()).map_err(|source| Error::file(&path, source))?;
        Ok(path)
    }

    fn kubeconfig_of(&self, user: &Files) -> Value {
        let authority = self.folder.path().join("authority.crt");
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": format!("https://127.0.0.1:{}", self.port), "certificate-authority": authority}}],
            "users": [{"name": "test", "user": {"client-certificate": user.certificate, "client-key": user.key}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        })
    }
}

fn etcd_arguments(clients: u16, peers: u16) -> Vec<String> {
    let (clients, peers) = (format!("http://127.0.0.1:{clients}"), format!("http://127.0.0.1:{peers}"));
    vec![
        "--data-dir=store".into(),
        // Nothing outlives the test, so nothing has to be safe on disk.
        "--unsafe-no-fsync".into(),
        "--log-level=warn".into(),
        format!("--listen-client-urls={clients}"),
        format!("--advertise-client-urls={clients}"),
        format!("--listen-peer-urls={peers}"),
        format!("--initial-advertise-peer-urls={peers}"),
        format!("--initial-cluster=default={peers}"),
    ]
}
