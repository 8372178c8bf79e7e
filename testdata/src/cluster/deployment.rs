//! Applies what the platform renders to, one environment to a cluster, as Argo CD would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::control::Cluster;
use crate::platform::{Platform, scratch};
use crate::tools::{Error, Tools};

/// What one environment of the platform comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Environment {
    /// The Applications, as objects.
    pub applications: Vec<Value>,
    /// The files that the Applications render to, by their namespace.
    pub renders: BTreeMap<String, Vec<PathBuf>>,
    /// What would make the API server ask webhooks, as YAML: it is kept back, since nobody answers behind the platform's own Services here.
    pub registrations: Vec<String>,
}

/// What the API server made of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many objects it took.
    pub applied: usize,
    /// What kubectl said about the others.
    pub refused: Vec<String>,
    /// What the server warned of, once each.
    pub warnings: BTreeSet<String>,
}

/// Renders every Application of the platform to `target/testdata/environments/CLUSTER/APPLICATION.yaml`; gives the environments by the name of
/// their cluster.
///
/// # Errors
/// If an Application does not render.
pub fn render(platform: &Platform, tools: &Tools) -> Result<BTreeMap<String, Environment>, Error> {
    let expansion = platform.expansion(tools)?;
    let mut environments = BTreeMap::<String, Environment>::new();
    for application in expansion.applications.values() {
        environments.entry(destination(application, "name")).or_default().applications.push(application.clone());
    }
    for invocation in platform.invocations(&expansion)? {
        let application = expansion.applications.get(&invocation.application).unwrap_or(&Value::Null);
        let (cluster, namespace) = (destination(application, "name"), destination(application, "namespace"));
        let arguments: Vec<&str> = invocation.arguments.iter().map(String::as_str).collect();
        let rendered = platform.run(&arguments)?;
        if rendered.code != Some(0) {
            return Err(Error::Unexpected(format!("{}: {}", invocation.application, rendered.err)));
        }
        let path = scratch(&format!("environments/{cluster}"))?.join(format!("{}.yaml", invocation.application));
        let environment = environments.entry(cluster).or_default();
        let (registrations, others) = rendered.out.split("---\n").map(str::to_owned).partition::<Vec<String>, _>(|text| registers(text));
        environment.registrations.extend(registrations);
        fs::write(&path, others.join("---\n")).map_err(|source| Error::file(&path, source))?;
        environment.renders.entry(namespace).or_default().push(path);
    }
    Ok(environments)
}

/// Applies what stands beside the charts (namespaces first), then what an environment renders to, and its Applications.
///
/// # Errors
/// If kubectl cannot be run; what the API server refuses is in the outcome.
pub fn deploy(cluster: &Cluster, platform: &Platform, environment: &Environment) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let mut plain = platform.plain_manifests()?;
    plain.sort_by_key(|path| (!path.ends_with("namespaces.yaml"), path.clone()));
    apply(cluster, None, &[], NAMESPACE, &mut outcome)?;
    for path in plain {
        apply(cluster, None, &[path], "", &mut outcome)?;
    }
    let applications = json!({"apiVersion": "v1", "kind": "List", "items": environment.applications}).to_string();
    apply(cluster, None, &[], &applications, &mut outcome)?;
    for (namespace, paths) in &environment.renders {
        apply(cluster, Some(namespace), paths, "", &mut outcome)?;
    }
    Ok(outcome)
}

/// Argo CD's own, which its installation makes.
const NAMESPACE: &str = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}"#;

fn apply(cluster: &Cluster, namespace: Option<&str>, paths: &[PathBuf], text: &str, outcome: &mut Outcome) -> Result<(), Error> {
    let mut arguments = vec!["apply", "--server-side"];
    arguments.extend(namespace.into_iter().flat_map(|namespace| ["--namespace", namespace]));
    let files: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    for file in &files {
        arguments.extend(["--filename", file.as_ref()]);
    }
    if files.is_empty() {
        arguments.extend(["--filename", "-"]);
    }
    let run = cluster.kubectl_with(&arguments, text)?;
    outcome.applied += run.out.lines().filter(|line| line.ends_with(" serverside-applied")).count();
    for line in run.err.lines() {
        match line.strip_prefix("Warning: ") {
            Some(warning) => drop(outcome.warnings.insert(warning.to_owned())),
            None => outcome.refused.push(line.to_owned()),
        }
    }
    Ok(())
}

fn registers(text: &str) -> bool {
    text.lines().any(|line| line == "kind: ValidatingWebhookConfiguration")
}

fn destination(application: &Value, key: &str) -> String {
    application.pointer(&format!("/spec/destination/{key}")).and_then(Value::as_str).unwrap_or_default().to_owned()
}
