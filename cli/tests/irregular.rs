//! Pipes where files are read: they are named, and never opened, which would wait for ever. They are made here, since git holds none.
#![expect(clippy::disallowed_methods, reason = "makes the repository and starts the command")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  destination: {name: in-cluster, namespace: shop}
  source:
    repoURL: https://git.example.com/shop.git
    path: chart
    helm: {valueFiles: [values.yaml, prod.yaml], ignoreMissingValueFiles: true}
";

fn check(pipe: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("chart/templates")).unwrap();
    for (name, text) in [
        ("portcullis.yaml", "version: 1\n"),
        ("app.yaml", APPLICATION),
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("chart/values.yaml", "replicas: 2\n"),
    ] {
        fs::write(path(name), text).unwrap();
    }
    assert!(Command::new("mkfifo").arg(path(pipe)).status().unwrap().success());
    lint(folder.path())
}

/// The messages and files of the problems.
fn lint(folder: &Path) -> Vec<(String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let command = command.current_dir(folder).args(["lint", "--format", "json", "--output", "report.json"]);
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it waits for the pipe");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(3));
    let report: Value = serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let problems = report["problems"].as_array().unwrap();
    problems.iter().map(|problem| (text(&problem["message"]), text(&problem["location"]["file"]))).collect()
}

#[test]
fn a_pipe_is_named_where_it_would_be_read() {
    let found = |message: &str, file: &str| (message.to_owned(), file.to_owned());
    assert_eq!(check("objects.yaml"), [found("objects.yaml is not a file", "objects.yaml")]);
    // That it may be missing does not make a values file of a pipe.
    assert!(check("chart/prod.yaml").contains(&found("values file prod.yaml is chart/prod.yaml, which is no file", "app.yaml")));
    let irregular = "cannot load irregular file chart/templates/a.yaml as it has file mode type bits set";
    assert_eq!(check("chart/templates/a.yaml"), [found(irregular, "app.yaml")]);
}
