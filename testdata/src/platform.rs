//! Turns the repository's own platform into what the real tools say about it: Applications, renders and validity.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tools::{self, Error, Run, Tools, run};
use crate::truth::{read, walk};

/// The configuration at the root of a repository, which has the inventory.
pub const CONFIGURATION: &str = ".portcullis.yaml";

/// A repository with a platform, and the portcullis that is to be compared.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The root of the repository.
    pub root: PathBuf,
    /// The program.
    pub portcullis: PathBuf,
}

/// What `helm template`, or `portcullis template`, is to be told so that it renders an Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The name of the Application.
    pub application: String,
    /// Everything after the program's name, from `template` on; paths count from the repository's root.
    pub arguments: Vec<String>,
}

/// What Argo CD's own packages make of the platform.
#[derive(Debug, Clone, Default)]
pub struct Expansion {
    /// Applications by name.
    pub applications: BTreeMap<String, Value>,
    /// Errors of ApplicationSets, as text.
    pub errors: Vec<String>,
    /// The inventory: clusters by name and by server.
    pub clusters: BTreeMap<String, Value>,
}

impl Platform {
    /// This repository, and the program that `PORTCULLIS_BIN` names, else `cargo build --release` made.
    #[must_use]
    pub fn own() -> Self {
        let portcullis = env::var_os("PORTCULLIS_BIN").map_or_else(release_build, PathBuf::from);
        Self { root: tools::repository(), portcullis }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.portcullis
    }

    /// The webhook: what `PORTCULLIS_WEBHOOK_BIN` names, else what was built beside portcullis.
    #[must_use]
    pub fn webhook(&self) -> PathBuf {
        env::var_os("PORTCULLIS_WEBHOOK_BIN").map_or_else(|| self.portcullis.with_file_name("portcullis-webhook"), PathBuf::from)
    }

    /// Runs portcullis at the root.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Result<Run, Error> {
        run(&self.portcullis, &self.root, arguments)
    }

    /// The Applications that portcullis expands to, by name.
    ///
    /// # Errors
    /// If it cannot be run, or does not exit clean.
    pub fn applications(&self) -> Result<BTreeMap<String, Value>, Error> {
        let run = self.run(&["apps", "--format", "json"])?;
        let list: Value =
            serde_json::from_str(&run.out).map_err(|error| Error::Unexpected(format!("portcullis apps: {error}: {}", run.err)))?;
        if run.code != Some(0) {
            let problems = list.get("problems").unwrap_or(&Value::Null);
            return Err(Error::Unexpected(format!("portcullis apps: exit {:?}: {problems}{}", run.code, run.err)));
        }
        Ok(by_name(list.get("items")))
    }

    /// The Applications that Argo CD's own packages expand to.
    ///
    /// # Errors
    /// If the oracle cannot be run.
    pub fn expansion(&self, tools: &Tools) -> Result<Expansion, Error> {
        let mut arguments = vec!["--config".to_owned(), CONFIGURATION.to_owned()];
        for file in walk(&self.root.join("platform-manifests"))? {
            let is_manifest = file.extension().is_some_and(|extension| extension == "yaml") && !file.iter().any(|part| part == "charts");
            if is_manifest && read(&file)?.lines().any(|line| line == "kind: ApplicationSet" || line == "kind: AppProject") {
                arguments.push(file.to_string_lossy().into_owned());
            }
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = crate::applicationsets::expand(tools, &self.root, &arguments)?;
        let list = |key: &str| answer.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let clusters = list("clusters").into_iter();
        let named = |cluster: Value| ["name", "server"].map(|key| (text(&cluster, &format!("/{key}")).to_owned(), cluster.clone()));
        Ok(Expansion {
            applications: by_name(answer.get("applications")),
            errors: list("errors").iter().map(ToString::to_string).collect(),
            clusters: clusters.flat_map(named).collect(),
        })
    }

    /// What to tell Helm about each Application that has a chart, the way Argo CD does.
    ///
    /// # Errors
    /// If an Application uses what this has no words for, or a file cannot be read or written.
    pub fn invocations(&self, expansion: &Expansion) -> Result<Vec<Invocation>, Error> {
        let mut found = Vec::new();
        for (name, application) in &expansion.applications {
            let mut sources: Vec<&Value> = application.pointer("/spec/sources").and_then(Value::as_array).into_iter().flatten().collect();
            sources.extend(application.pointer("/spec/source"));
            for source in sources {
                let folder = text(source, "/path");
                if self.root.join(folder).join("Chart.yaml").is_file() && !folder.is_empty() {
                    let arguments = self.arguments(name, application, source, &expansion.clusters)?;
                    found.push(Invocation { application: name.clone(), arguments });
                }
            }
        }
        Ok(found)
    }

    fn arguments(&self, name: &str, application: &Value, source: &Value, clusters: &BTreeMap<String, Value>) -> Result<Vec<String>, Error> {
        let chart = text(source, "/path");
        let release = Some(text(source, "/helm/releaseName")).filter(|release| !release.is_empty()).unwrap_or(name);
        let mut arguments: Vec<String> = vec!["template".into(), release.into(), chart.into()];
        let namespace = text(application, "/spec/destination/namespace");
        arguments.extend(["--namespace".into(), namespace.into()]);
        let destination = [text(application, "/spec/destination/name"), text(application, "/spec/destination/server")];
        let cluster = destination.iter().find_map(|key| clusters.get(*key));
        if let Some(version) = cluster.and_then(|cluster| cluster.get("kubernetesVersion")).and_then(Value::as_str) {
            arguments.extend(["--kube-version".into(), version.into()]);
        }
        for version in strings(cluster.and_then(|cluster| cluster.get("apiVersions"))) {
            arguments.extend(["--api-versions".into(), version]);
        }
        if source.pointer("/helm/skipCrds") != Some(&Value::Bool(true)) {
            arguments.push("--include-crds".into());
        }
        self.value_files(chart, source, &mut arguments)?;
        self.inline_values(name, source, &mut arguments)?;
        for parameter in source.pointer("/helm/parameters").and_then(Value::as_array).into_iter().flatten() {
            let flag = if parameter.get("forceString") == Some(&Value::Bool(true)) { "--set-string" } else { "--set" };
            arguments.extend([flag.into(), format!("{}={}", text(parameter, "/name"), text(parameter, "/value"))]);
        }
        Ok(arguments)
    }

    fn value_files(&self, chart: &str, source: &Value, arguments: &mut Vec<String>) -> Result<(), Error> {
        let may_miss = source.pointer("/helm/ignoreMissingValueFiles") == Some(&Value::Bool(true));
        for file in strings(source.pointer("/helm/valueFiles")) {
            if file.contains(['*', '{', '[']) {
                return Err(Error::Unexpected(format!("{file}: patterns of values files have no counterpart in helm")));
            }
            let path = match (file.strip_prefix('/'), file.strip_prefix('$').and_then(|rest| rest.split_once('/'))) {
                (Some(from_root), _) => PathBuf::from(from_root),
                (None, Some((_reference, from_root))) => PathBuf::from(from_root),
                (None, None) => Path::new(chart).join(&file),
            };
            if self.root.join(&path).is_file() || !may_miss {
                arguments.extend(["--values".into(), path.to_string_lossy().into_owned()]);
            }
        }
        Ok(())
    }

    fn inline_values(&self, name: &str, source: &Value, arguments: &mut Vec<String>) -> Result<(), Error> {
        let values = match (source.pointer("/helm/valuesObject"), source.pointer("/helm/values").and_then(Value::as_str)) {
            (Some(object), _) => object.to_string(),
            (None, Some(text)) if !text.is_empty() => text.to_owned(),
            (None, _) => return Ok(()),
        };
        let path = scratch("values")?.join(format!("{name}.yaml"));
        fs::write(&path, values).map_err(|source| Error::file(&path, source))?;
        arguments.extend(["--values".into(), path.to_string_lossy().into_owned()]);
        Ok(())
    }

    /// The manifests that stand beside the charts as they are.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn plain_manifests(&self) -> Result<Vec<PathBuf>, Error> {
        let mut found = Vec::new();
        for file in walk(&self.root.join("platform-manifests"))? {
            if file.extension().is_some_and(|extension| extension == "yaml") && !file.iter().any(|part| part == "charts") {
                let text = read(&file)?;
                if text.lines().any(|line| line.starts_with("apiVersion: ")) && text.lines().any(|line| line.starts_with("kind: ")) {
                    found.push(file);
                }
            }
        }
        Ok(found)
    }
}

/// Asks kubeconform whether files are what their kinds allow, with the schemas that the tools' build derived; gives its output if not.
///
/// # Errors
/// If kubeconform cannot be run, or finds no resource at all.
pub fn invalid(tools: &Tools, paths: &[PathBuf]) -> Result<Option<String>, Error> {
    let schemas = tools.path("json-schemas").join("{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json");
    let schemas = schemas.to_string_lossy().into_owned();
    let mut arguments = vec!["-strict", "-summary", "-schema-location", &schemas];
    let paths: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    arguments.extend(paths.iter().map(AsRef::as_ref));
    let run = tools.run("kubeconform", &tools::repository(), &arguments)?;
    if run.out.contains("Summary: 0 resource") {
        return Err(Error::Unexpected(format!("kubeconform saw nothing: {}{}", run.out, run.err)));
    }
    Ok((run.code != Some(0)).then(|| run.out + &run.err))
}

/// A folder below `target/` for what a suite makes on its way.
///
/// # Errors
/// If it cannot be made.
pub fn scratch(name: &str) -> Result<PathBuf, Error> {
    let folder = tools::repository().join("target/testdata").join(name);
    fs::create_dir_all(&folder).map_err(|source| Error::file(&folder, source))?;
    Ok(folder)
}

/// The release build that belongs to the same target folder as the running test or program.
fn release_build() -> PathBuf {
    let own = env::current_exe().unwrap_or_default();
    let beside = own.ancestors().map(|folder| folder.join("release/portcullis")).find(|program| program.is_file());
    beside.unwrap_or_else(|| tools::repository().join("target/release/portcullis"))
}

fn by_name(list: Option<&Value>) -> BTreeMap<String, Value> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.map(|application| (crate::applicationsets::name_of(application), application.clone())).collect()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
