//! Starts admission webhooks, each with the same four rules in its own language, on this machine and over TLS.

use std::fmt::Write as _;
use std::fs::{self, read_to_string};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use serde_json::{Value, json};

use super::load::Target;
use crate::cluster::control::Cluster;
use crate::cluster::https::{self, Connection};
use crate::cluster::process::{Process, eventually, free_port};
use crate::platform::{CONFIGURATION, Platform};
use crate::tools::{Error, Tools, repository};
use crate::truth::read;

/// The rules of the peers; each file is a package of its own name.
const RULES: [&str; 4] = ["foreign_registry", "missing_pre_stop", "missing_resources", "missing_zone_spread"];

/// The registries that images may come from, as the configuration of this repository has them.
const REGISTRY: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

/// The same rules of our own library.
const OURS: [&str; 6] = [
    "foreign-image-registry",
    "missing-cpu-request",
    "missing-memory-limit",
    "missing-memory-request",
    "missing-pre-stop",
    "missing-zone-spread",
];

/// The environment that reviews belong to.
const ENVIRONMENT: &str = "prod";

/// How long a contender may take until it answers.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server under measurement.
#[derive(Debug)]
pub struct Contender {
    /// What the table calls it.
    pub name: String,
    /// Where it listens.
    pub target: Target,
    /// Its process.
    pub process: Process,
    /// From its start to its first answer.
    pub ready: Duration,
}

/// Which of our rules a webhook of ours has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// The four that the others have too.
    Four,
    /// The whole library, as this repository configures it.
    All,
}

/// Where contenders live: a cluster, the tools, and a folder with a certificate.
#[derive(Debug)]
pub struct Ring<'a> {
    tools: &'a Tools,
    cluster: &'a Cluster,
    folder: PathBuf,
    client: Arc<ClientConfig>,
}

impl<'a> Ring<'a> {
    /// Makes one inside the folder of the cluster.
    ///
    /// # Errors
    /// If no certificate can be made or written.
    pub fn new(tools: &'a Tools, cluster: &'a Cluster) -> Result<Self, Error> {
        let folder = cluster.folder().join("contenders");
        fs::create_dir_all(&folder).map_err(|source| Error::file(&folder, source))?;
        // The names are those that Gatekeeper looks for.
        cluster.authority().server(&[])?.write(&folder, "tls")?;
        let client = https::client(cluster.authority().certificate(), None)?;
        Ok(Self { tools, cluster, folder, client })
    }

    /// `opa run --server` with the rules and a `main` that puts them together.
    ///
    /// # Errors
    /// If it does not come up.
    pub fn opa(&self) -> Result<Contender, Error> {
        let rules = self.folder.join("opa");
        fs::create_dir_all(&rules).map_err(|source| Error::file(&rules, source))?;
        let write = |name: &str, text: String| {
            let path = rules.join(name);
            fs::write(&path, text).map_err(|source| Error::file(&path, source))
        };
        for name in RULES.into_iter().chain(["pods", "opa"]) {
            let text = rule(name)?.replace("input.review", "input.request").replace("input.parameters", "data.parameters");
            write(&format!("{name}.rego"), text)?;
        }
        write("data.json", json!({"parameters": {"registries": [REGISTRY]}}).to_string())?;
        let port = free_port()?;
        let arguments = vec![
            "run".to_owned(),
            "--server".to_owned(),
            format!("--addr=127.0.0.1:{port}"),
            format!("--tls-cert-file={}", self.path("tls.crt")),
            format!("--tls-private-key-file={}", self.path("tls.key")),
            "--log-level=error".to_owned(),
            "--disable-telemetry".to_owned(),
            rules.to_string_lossy().into_owned(),
        ];
        self.start(("opa run --server", "/"), &self.tools.path("opa"), &arguments, port)
    }

    /// Gatekeeper's manager as a webhook, with a template and a constraint for each rule in the cluster's API server.
    ///
    /// # Errors
    /// If it does not come up, or the API server refuses something.
    pub fn gatekeeper(&self) -> Result<Contender, Error> {
        let definitions = self.tools.path("gatekeeper-definitions");
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "gatekeeper-system"}});
        self.cluster.apply(&namespace.to_string())?;
        self.cluster.must(&["apply", "--server-side", "--filename", &definitions.to_string_lossy()], "")?;
        let templates: Vec<Value> = RULES.iter().map(|name| template(name)).collect::<Result<_, Error>>()?;
        eventually(PATIENCE, || self.cluster.apply(&list(&templates)))?;
        let (port, health) = (free_port()?, free_port()?);
        let arguments = vec![
            format!("--kubeconfig={}", self.cluster.kubeconfig().display()),
            "--operation=webhook".to_owned(),
            "--operation=generate".to_owned(),
            "--debug-use-fake-pod".to_owned(),
            "--disable-cert-rotation".to_owned(),
            "--enable-external-data=false".to_owned(),
            "--metrics-backend=prometheus".to_owned(),
            format!("--prometheus-port={}", free_port()?),
            format!("--health-addr=127.0.0.1:{health}"),
            "--host=127.0.0.1".to_owned(),
            format!("--port={port}"),
            format!("--cert-dir={}", self.folder.display()),
            "--log-level=ERROR".to_owned(),
        ];
        let contender = self.start(("gatekeeper", "/v1/admit"), &self.tools.path("gatekeeper"), &arguments, port)?;
        // It makes the definitions of the constraints out of the templates.
        let constraints: Vec<Value> = RULES.iter().map(|name| constraint(name)).collect();
        eventually(PATIENCE, || self.cluster.apply(&list(&constraints)))?;
        Ok(contender)
    }

    /// Our own webhook.
    ///
    /// # Errors
    /// If it is not built, or does not come up.
    pub fn ours(&self, platform: &Platform, rules: Rules) -> Result<Contender, Error> {
        let name = match rules {
            Rules::Four => "portcullis-webhook",
            Rules::All => "portcullis-webhook, whole library",
        };
        let mut configuration = read(&platform.root.join(CONFIGURATION))?;
        if rules == Rules::Four {
            configuration += "\nrules:\n";
            for folder in fs::read_dir(platform.root.join("policies/rules")).into_iter().flatten().flatten() {
                let rule = folder.file_name().to_string_lossy().into_owned();
                if !OURS.contains(&rule.as_str()) {
                    configuration += &format!("  {rule}: {{level: off}}\n");
                }
            }
        }
        let path = self.path("configuration.yaml");
        fs::write(&path, configuration).map_err(|source| Error::file(path.as_ref(), source))?;
        let bundle = self.path("bundle.json");
        let packed = platform.run(&["bundle", "--config", &path, "--output", &bundle])?;
        if packed.code != Some(0) {
            return Err(Error::Unexpected(format!("portcullis bundle: {}", packed.err)));
        }
        let port = free_port()?;
        let arguments = vec![
            format!("--bundle={bundle}"),
            format!("--tls-cert={}", self.path("tls.crt")),
            format!("--tls-key={}", self.path("tls.key")),
            format!("--listen=127.0.0.1:{port}"),
            format!("--metrics-listen=127.0.0.1:{}", free_port()?),
            format!("--environment={ENVIRONMENT}"),
            "--log=error".to_owned(),
        ];
        self.start((name, "/validate"), &platform.webhook(), &arguments, port)
    }

    /// Starts a program and waits until something answers HTTP over TLS on its port.
    ///
    /// # Errors
    /// If nothing does.
    pub fn start(&self, (name, path): (&str, &str), program: &Path, arguments: &[String], port: u16) -> Result<Contender, Error> {
        let start = Instant::now();
        let mut process = Process::start(program, arguments, &self.folder)?;
        let request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
        let answers = || Connection::open(&self.client, port).and_then(|mut connection| connection.exchange(request.as_bytes())).ok();
        process.wait_for("ready", PATIENCE, answers)?;
        let target = Target { port, path: path.to_owned(), client: Arc::clone(&self.client) };
        Ok(Contender { name: name.to_owned(), target, process, ready: start.elapsed() })
    }

    /// A file of the folder that the contenders live in.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }
}

fn rule(name: &str) -> Result<String, Error> {
    let path = repository().join("testdata/bench/rules").join(format!("{name}.rego"));
    read_to_string(&path).map_err(|source| Error::file(&path, source))
}

/// The kind of the constraints of a rule: MissingPreStop for missing_pre_stop.
fn kind(name: &str) -> String {
    name.split('_').fold(String::new(), |mut kind, word| {
        let (first, rest) = word.split_at(1);
        // Writing to a string cannot fail.
        let _ = write!(kind, "{}{rest}", first.to_uppercase());
        kind
    })
}

fn template(name: &str) -> Result<Value, Error> {
    let source = json!({"version": "v1", "rego": rule(name)?, "libs": [rule("pods")?]});
    let parameters = json!({"type": "object", "properties": {"registries": {"type": "array", "items": {"type": "string"}}}});
    Ok(json!({
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": kind(name).to_lowercase()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind(name)}, "validation": {"openAPIV3Schema": parameters}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "code": [{"engine": "Rego", "source": source}]}],
        },
    }))
}

fn constraint(name: &str) -> Value {
    let kinds = json!([
        {"apiGroups": [""], "kinds": ["Pod"]},
        {"apiGroups": ["apps"], "kinds": ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]},
        {"apiGroups": ["batch"], "kinds": ["CronJob", "Job"]},
    ]);
    json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1",
        "kind": kind(name),
        "metadata": {"name": "bench"},
        "spec": {"match": {"kinds": kinds}, "parameters": {"registries": [REGISTRY]}},
    })
}

fn list(items: &[Value]) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}
