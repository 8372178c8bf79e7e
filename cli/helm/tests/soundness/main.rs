//! Origins tell the whole truth: each part of the values is changed, and every rendered field that changes with it must have named it.
//!
//! `PORTCULLIS_CHARTS` names another folder of charts to try, such as a clone of a repository of charts; then `--release` is worth it.
//! Then `PORTCULLIS_HELM=4` follows Helm 4, `PORTCULLIS_KINDS` says which kinds of changes are made (`value`, `shape`, `layer`; all of them
//! if it is not there), `PORTCULLIS_SECONDS` is the most time that a chart gets (the report says how much of its values was changed in
//! it), and with `PORTCULLIS_REPORTS` each chart gets a report in that folder, and a chart that has one is passed over.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "reads charts, and stops at a broken one"
)]

mod case;
mod compare;
mod mutation;
mod verdict;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use portcullis_helm::Compat;

use crate::{
    case::Case,
    mutation::Kind,
    verdict::{Plan, Verdict},
};

const VALUE: [Kind; 1] = [Kind::Value];
const SHAPE: [Kind; 5] = [Kind::Delete, Kind::Rename, Kind::Shape, Kind::Append, Kind::Drop];
const LAYER: [Kind; 2] = [Kind::Layer, Kind::Set];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").to_owned()
}

fn kinds(names: Option<&str>) -> BTreeSet<Kind> {
    let names = names.unwrap_or("value,shape,layer");
    let of = |name: &str| match name {
        "value" => VALUE.to_vec(),
        "shape" => SHAPE.to_vec(),
        "layer" => LAYER.to_vec(),
        other => panic!("no kind of change is called {other}"),
    };
    names.split(',').flat_map(of).collect()
}

/// The charts of a folder, each with the folder that it lies in.
fn charts(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut charts: Vec<_> = fs::read_dir(folder).expect("charts").map(|entry| entry.expect("an entry").path()).collect();
    charts.sort();
    let named = charts.into_iter().filter(|path| path.is_dir()).map(|path| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, if path.join("chart").is_dir() { path.join("chart") } else { path })
    });
    named.collect()
}

#[test]
fn other_charts() {
    let variable = |name: &str| std::env::var(name).ok();
    let Some(folder) = variable("PORTCULLIS_CHARTS") else { return };
    let compat = if variable("PORTCULLIS_HELM").as_deref() == Some("4") { Compat::Helm4 } else { Compat::Helm3 };
    let seconds = variable("PORTCULLIS_SECONDS").map(|seconds| Duration::from_secs(seconds.parse().expect("seconds")));
    let plan = Plan { kinds: kinds(variable("PORTCULLIS_KINDS").as_deref()), share: seconds };
    let reports = variable("PORTCULLIS_REPORTS").map(PathBuf::from);
    let mut total = Verdict::default();
    for (name, path) in charts(Path::new(&folder)) {
        let report = reports.as_ref().map(|folder| folder.join(format!("{name}.txt")));
        if report.as_ref().is_some_and(|report| report.exists()) {
            continue;
        }
        let verdict = Verdict::of(&Case::read(&name, &path, &[], compat).with_copy(), &plan);
        println!("{}", verdict.report(&name));
        if let Some(report) = report {
            fs::write(report, verdict.report(&name)).expect("a report");
        }
        total.add(verdict);
    }
    println!("{}", total.report("all"));
    total.conclude();
}

fn own(compat: Compat) {
    let plan = Plan { kinds: kinds(None), share: None };
    let mut total = Verdict::default();
    for (name, path) in charts(&repository().join("testdata/charts")) {
        total.add(Verdict::of(&Case::read(&name, &path, &[], compat), &plan));
    }
    println!("{}", total.report("own charts"));
    total.conclude();
}

#[test]
fn own_charts() {
    own(Compat::Helm3);
}

#[test]
fn own_charts_of_helm_4() {
    own(Compat::Helm4);
}

#[test]
fn platform() {
    let plan = Plan { kinds: kinds(Some("value")), share: None };
    let mut total = Verdict::default();
    let root = repository().join("platform-manifests");
    for service in ["tx-scoring", "keycloak"] {
        let values = root.join("values");
        let layers = [values.join("base.yaml"), values.join("environments/prod.yaml"), values.join(format!("services/{service}.yaml"))];
        let layers: Vec<&Path> = layers.iter().map(PathBuf::as_path).collect();
        total.add(Verdict::of(&Case::read(service, &root.join("charts/service"), &layers, Compat::Helm3), &plan));
    }
    println!("{}", total.report("platform"));
    total.conclude();
}
