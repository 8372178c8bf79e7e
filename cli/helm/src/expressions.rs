//! The recorded expressions about the chart, its files and the cluster: what each prints, and its error, as the real helm has them.
#![expect(clippy::disallowed_methods, reason = "reads fixtures")]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use portcullis_gotemplate::{Limits, MissingKey, Settings};
use portcullis_source::{RepoPath, Revision, Sources, Trace};
use serde_json::Value as Json;

use crate::{Capabilities, Chart, Compat, Release, RenderError, coalesce::Coalescer, context, execute::execute, layer, resolve::Charts};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/expressions");

/// What the template engine alone does not know; it tests the other expressions itself.
const CHART_ONLY: [&str; 5] = [".Chart", ".Files", ".Capabilities", ".Template", ".Subcharts"];

fn files() -> BTreeMap<RepoPath, Arc<[u8]>> {
    let names = ["Chart.yaml", "values.yaml", "files/a.txt", "files/sub/b.conf"];
    let file = |name: &str| (RepoPath::new(&format!("c/{name}")).unwrap(), Arc::from(fs::read(Path::new(FOLDER).join(name)).unwrap()));
    names.into_iter().map(file).collect()
}

/// The text of the template as it is before Helm looks for documents in it.
fn print(mut files: BTreeMap<RepoPath, Arc<[u8]>>, expression: &str, release: &Release, compat: Compat) -> Result<String, RenderError> {
    files.insert(RepoPath::new("c/templates/t.yaml").unwrap(), Arc::from(expression.as_bytes()));
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let chart = Chart::load(&revision, &RepoPath::new("c").unwrap(), compat)?;
    let (mut trace, mut warnings) = (Trace::default(), Vec::new());
    let given = layer::merge(&[], compat, &mut trace)?;
    let charts = Charts::new(chart.tree(), compat, &mut trace);
    let coalescer = Coalescer { charts: &charts, merge: false, trace: Some(&mut trace), warnings: &mut warnings };
    let values = { coalescer }.values(charts.root(), &given).map_err(RenderError::new)?;
    let contexts = context::contexts(&charts, &values, release, &mut trace);
    let settings = Settings { chance: None, live: None, missing_key: MissingKey::Zero, limits: Limits::default() };
    let executed = execute(&chart, contexts, settings, trace)?;
    Ok(executed.files.into_values().map(|output| String::from_utf8_lossy(&output.bytes).into_owned()).collect())
}

#[test]
fn every_recorded_expression_about_a_chart_gives_what_helm_3_gives() {
    check(Compat::Helm3);
}

#[test]
fn every_recorded_expression_about_a_chart_gives_what_helm_4_gives() {
    check(Compat::Helm4);
}

fn recording(name: &str) -> Json {
    serde_json::from_slice(&fs::read(Path::new(FOLDER).join(name)).unwrap()).unwrap()
}

fn check(compat: Compat) {
    let recorded = recording("expected.json");
    // Of Helm 4, only what differs is recorded.
    let other = recording("expected4.json");
    let other: BTreeMap<&str, &Json> =
        other["cases"].as_array().unwrap().iter().map(|case| (case["expression"].as_str().unwrap(), case)).collect();
    let release = Release {
        name: Arc::from(recorded["release"].as_str().unwrap()),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(recorded["kubeVersion"].as_str(), &[], compat).unwrap()),
    };
    let files = files();
    let (mut count, mut failures) = (0, Vec::new());
    for case in recorded["cases"].as_array().unwrap() {
        let expression = case["expression"].as_str().unwrap();
        if !CHART_ONLY.iter().any(|part| expression.contains(part)) {
            continue;
        }
        count += 1;
        let case = other.get(expression).copied().filter(|_| compat == Compat::Helm4).unwrap_or(case);
        let actual = print(files.clone(), expression, &release, compat).map_err(|error| format!("Error: {}", error.message));
        let expected = match case["output"].as_str() {
            Some(output) => Ok(output.to_owned()),
            None => Err(case["error"].as_str().unwrap().to_owned()),
        };
        if actual != expected {
            failures.push(format!("{expression}\n  helm {expected:?}\n  we   {actual:?}"));
        }
    }
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 10, "only {count} expressions were found");
}
