//! A cluster with our webhook in front of it, objects that it lets in or not, and callers that never stop.
#![allow(dead_code, clippy::allow_attributes, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use portcullis_testdata::cluster::balancer::Balancer;
use portcullis_testdata::cluster::control::Cluster;
use portcullis_testdata::cluster::gate::{Gate, Mount};
use portcullis_testdata::cluster::hook::client_config;
use portcullis_testdata::cluster::https;
use portcullis_testdata::cluster::process::eventually;
use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::Error;
use serde_json::{Value, json};

/// How long anything may take: a machine that compiles beside it is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A cluster whose API server is to ask our webhook.
pub(crate) struct Guarded<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) gate: Gate,
    pub(crate) tls: Mount,
    pub(crate) bundle: Mount,
    program: PathBuf,
    portcullis: PathBuf,
    environment: String,
}

impl<'a> Guarded<'a> {
    /// Starts the webhook with the bundle of a repository; nobody asks it yet.
    pub(crate) fn start(cluster: &'a Cluster, platform: &Platform, environment: &str) -> Self {
        let mut tls = Mount::new(&cluster.folder().join("tls")).expect("the folder is made");
        let pair = cluster.authority().server(&[]).expect("a certificate is made");
        tls.put_pair(&pair, cluster.authority()).expect("it is written");
        let mut bundle = Mount::new(&cluster.folder().join("bundle")).expect("the folder is made");
        bundle.put(&[("bundle.json", &pack(&platform.portcullis, &platform.root))]).expect("it is written");
        let program = platform.webhook();
        let gate = Gate::start(&program, cluster.folder(), (&bundle, &tls), environment).expect("the webhook starts");
        Self { cluster, gate, tls, bundle, program, portcullis: platform.portcullis.clone(), environment: environment.to_owned() }
    }

    /// The bundle that a repository makes.
    pub(crate) fn bundle_of(&self, root: &Path) -> String {
        pack(&self.portcullis, root)
    }

    /// Kills the webhook, as an outage would.
    pub(crate) fn killed(mut self) -> Self {
        self.gate.process.kill();
        self
    }

    /// Starts the webhook again where it listened before.
    pub(crate) fn revive(&mut self, platform: &Platform) {
        let (port, mounts) = (self.gate.port, (&self.bundle, &self.tls));
        self.gate = Gate::start_at(&platform.webhook(), self.cluster.folder(), mounts, &self.environment, port).expect("it starts again");
    }

    /// Has the API server ask as the generated configuration says, and waits until it does.
    pub(crate) fn register(&self) {
        self.register_at(self.gate.port);
    }

    /// The same at another port.
    pub(crate) fn register_at(&self, port: u16) {
        let authority = self.cluster.folder().join("authority.crt");
        let output = Command::new(&self.program)
            .args(["configuration", "--environment", &self.environment, "--url", &format!("https://localhost:{port}")])
            .arg("--bundle")
            .arg(self.bundle.file("bundle.json"))
            .arg("--ca")
            .arg(&authority)
            .output()
            .expect("the webhook runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.cluster.apply(&String::from_utf8_lossy(&output.stdout)).expect("the configuration is accepted");
        self.wait();
    }

    /// Has the API server ask as a chart's configuration says, with the address of this webhook in the place of the Service.
    pub(crate) fn register_chart(&self, manifest: &str) {
        let text = self.cluster.must(&["create", "--dry-run=client", "--output=json", "--filename", "-"], manifest);
        let mut configuration: Value = serde_json::from_str(&text.expect("kubectl reads it")).expect("kubectl prints JSON");
        for webhook in configuration["webhooks"].as_array_mut().expect("there are webhooks") {
            webhook["clientConfig"] = client_config(self.gate.port, self.cluster.authority().certificate());
        }
        self.cluster.apply(&configuration.to_string()).expect("the configuration is accepted");
        self.wait();
    }

    /// The API server learns of webhooks in its own time.
    fn wait(&self) {
        let foreign = with(good("probe", "default"), "/spec/template/spec/containers/0/image", "docker.io/library/nginx:1.27.0".into());
        let asked = eventually(PATIENCE, || {
            let message = denial(self.cluster, &foreign)?.unwrap_or_default();
            if message.contains("foreign-image-registry") { Ok(()) } else { Err(Error::Unexpected(format!("not refused: {message}"))) }
        });
        asked.expect("the API server asks the webhook");
    }

    /// Makes namespaces, with the account of [`good`] objects in each.
    pub(crate) fn namespaces(&self, names: &[&str]) {
        for name in names {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "app", "namespace": name}});
            for object in [namespace, account] {
                self.cluster.apply(&object.to_string()).expect("it is accepted");
            }
        }
    }

    /// A balancer with some ready webhooks behind it.
    pub(crate) fn balanced(&self, count: usize) -> (Balancer, Vec<Gate>) {
        let client = https::client(self.cluster.authority().certificate(), None).expect("the client is made");
        let balancer = Balancer::start(client).expect("the balancer listens");
        balancer.add(self.gate.port);
        let others = (0..count).map(|number| self.another(&balancer, &format!("replica-{number}"))).collect();
        (balancer, others)
    }

    /// Another webhook behind a balancer, as soon as that has found it ready.
    pub(crate) fn another(&self, balancer: &Balancer, name: &str) -> Gate {
        let folder = self.cluster.folder().join(name);
        std::fs::create_dir_all(&folder).expect("the folder is made");
        let gate = Gate::start(&self.program, &folder, (&self.bundle, &self.tls), &self.environment).expect("the webhook starts");
        let before = balancer.ready();
        balancer.add(gate.port);
        let taken = || if balancer.ready() > before { Ok(()) } else { Err(Error::Unexpected("not ready".to_owned())) };
        eventually(PATIENCE, taken).expect("it is ready");
        gate
    }
}

pub(crate) fn pack(portcullis: &Path, root: &Path) -> String {
    let output = Command::new(portcullis).arg("bundle").current_dir(root).output().expect("portcullis runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a bundle is text")
}

/// A Deployment that no rule has anything against, not even where scoring runs.
pub(crate) fn good(name: &str, namespace: &str) -> Value {
    let labels = json!({"app": name});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": "app",
                    "automountServiceAccountToken": false,
                    "nodeSelector": {"karpenter.sh/nodepool": "on-demand", "karpenter.sh/capacity-type": "on-demand"},
                    "tolerations": [{"key": "fraud.example.com/node-pool", "operator": "Equal", "value": "on-demand", "effect": "NoSchedule"}],
                    "securityContext": {"runAsNonRoot": true, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
                    "terminationGracePeriodSeconds": 30,
                    "topologySpreadConstraints": [{
                        "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
                        "labelSelector": {"matchLabels": labels},
                    }],
                    "containers": [{
                        "name": "main",
                        "image": format!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/fraud/app:1.4.2@sha256:{}", "5b".repeat(32)),
                        "ports": [{"containerPort": 8080}],
                        "startupProbe": {"httpGet": {"path": "/startupz", "port": 8081}},
                        "livenessProbe": {"httpGet": {"path": "/livez", "port": 8081}},
                        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8081}},
                        "lifecycle": {"preStop": {"sleep": {"seconds": 8}}},
                        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
                        "securityContext": {
                            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
                        },
                    }],
                },
            },
        },
    })
}

/// An object with another value at a pointer, whose last part may be new; `null` takes the field away.
pub(crate) fn with(mut object: Value, pointer: &str, value: Value) -> Value {
    let (around, field) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let around = object.pointer_mut(around).and_then(Value::as_object_mut).expect("the field is in an object");
    if value.is_null() {
        around.remove(field);
    } else {
        around.insert(field.to_owned(), value);
    }
    object
}

/// Why the API server would not take a Deployment; none if it would.
pub(crate) fn denial(cluster: &Cluster, deployment: &Value) -> Result<Option<String>, Error> {
    let namespace = deployment["metadata"]["namespace"].as_str().unwrap_or_default();
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments?dryRun=All");
    let (status, body) = cluster.request("POST", &path, deployment)?;
    Ok((status != 201).then(|| format!("{status}: {}", body["message"].as_str().unwrap_or_default())))
}

/// What became of calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// How many were answered as they should be.
    pub(crate) answered: usize,
    /// What was said to the others.
    pub(crate) failed: Vec<String>,
}

/// Lets callers create what is right and what is wrong where scoring runs, so that a missing answer is no right one, until a scene is over.
pub(crate) fn under_load(cluster: &Cluster, scene: impl FnOnce()) -> Calls {
    let foreign = with(good("foreign", "scoring"), "/spec/template/spec/containers/0/image", "docker.io/library/nginx:1.27.0".into());
    let (over, calls) = (AtomicBool::new(false), Mutex::new(Calls::default()));
    let call = |right: bool, object: &Value| {
        let answer = denial(cluster, object);
        let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(None) if right => calls.answered += 1,
            Ok(Some(message)) if !right && message.contains("foreign-image-registry") => calls.answered += 1,
            other => calls.failed.push(format!("{other:?}")),
        }
    };
    thread::scope(|scope| {
        // Also where the scene fails the callers must end, or the test never does.
        let _end = Ends(&over);
        for number in 0..3 {
            let (over, call, foreign) = (&over, &call, &foreign);
            scope.spawn(move || {
                let right = good(&format!("caller-{number}"), "scoring");
                while !over.load(Ordering::Relaxed) {
                    call(true, &right);
                    call(false, foreign);
                }
            });
        }
        scene();
    });
    calls.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
