//! Links within a chart's folder: followed where they stay in the repository, refused where they don't, and never forever.
#![cfg(unix)]
#![expect(clippy::expect_used, reason = "stops at a broken fixture")]

use std::{fs, os::unix::fs::symlink, path::Path, sync::Arc};

use portcullis_helm::{Chart, ChartError, Compat};
use portcullis_source::{RepoPath, Revision, Sources};

fn load(root: &Path) -> Result<Chart, ChartError> {
    let revision = Revision::folder(root, Arc::new(Sources::default())).expect("a folder");
    Chart::load(&revision, &RepoPath::new("chart").expect("a path"), Compat::Helm3)
}

fn chart(root: &Path) -> std::path::PathBuf {
    let chart = root.join("chart");
    fs::create_dir_all(chart.join("templates")).expect("a folder");
    fs::write(chart.join("Chart.yaml"), "{apiVersion: v2, name: c, version: 1.0.0}").expect("a file");
    chart
}

#[test]
fn a_link_within_the_repository_is_followed() {
    let root = tempfile::tempdir().expect("a folder");
    let chart = chart(root.path());
    fs::write(root.path().join("shared.yaml"), "shared: 1\n").expect("a file");
    symlink("../shared.yaml", chart.join("values.yaml")).expect("a link");
    let loaded = load(root.path()).expect("a chart");
    assert!(loaded.values().iter().any(|values| values.root.get("shared").is_some()));
}

#[test]
fn a_link_out_of_the_repository_is_refused() {
    let root = tempfile::tempdir().expect("a folder");
    let chart = chart(root.path());
    symlink("/etc/passwd", chart.join("templates/a.yaml")).expect("a link");
    let message = load(root.path()).expect_err("a refusal").message;
    assert_eq!(message, "chart/templates/a.yaml is a link out of the repository (to \"/etc/passwd\")");
}

#[test]
fn links_in_a_circle_come_to_an_end() {
    let root = tempfile::tempdir().expect("a folder");
    let chart = chart(root.path());
    symlink("..", chart.join("templates/up")).expect("a link");
    let message = load(root.path()).expect_err("a refusal").message;
    assert!(message.ends_with("leads through too many linked folders"), "{message}");
}
