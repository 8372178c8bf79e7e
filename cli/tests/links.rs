//! A link out of the repository. It is made here, since Argo CD refuses every application of a repository that holds one.
#![expect(clippy::disallowed_methods, reason = "makes the repository and starts the command")]

use std::{fs, os::unix::fs::symlink, process::Command};

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";

#[test]
fn a_link_out_of_the_repository_is_named_and_the_rest_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("portcullis.yaml"), "version: 1\n").unwrap();
    fs::write(folder.path().join("namespace.yaml"), NAMESPACE).unwrap();
    symlink("/etc/hostname", folder.path().join("values.yaml")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).arg("lint").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("values.yaml is a link out of the repository"), "{text}");
    assert!(text.contains("1 object checked"), "{text}");
}

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
    helm: {valueFiles: [values.yaml]}
";

#[test]
fn a_link_out_of_the_repository_has_a_place_and_readers() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("chart")).unwrap();
    fs::write(path("portcullis.yaml"), "version: 1\n").unwrap();
    fs::write(path("app.yaml"), APPLICATION).unwrap();
    fs::write(path("chart/Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n").unwrap();
    symlink("/etc/hostname", path("chart/values.yaml")).unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).args(["lint", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = report["problems"].as_array().unwrap();
    let at = |file: &str| problems.iter().find(|problem| problem["location"]["file"] == file).unwrap();
    let link = at("chart/values.yaml");
    assert_eq!(link["location"]["line"], 1);
    assert_eq!(link["applications"], serde_json::json!(["shop"]), "{report:#}");
    assert_eq!(link["hint"], "replace the link by what it leads to; the applications below read it");
    assert_eq!(at("app.yaml")["location"]["line"], 10);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn templates_that_are_a_link_are_told_to_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("chart")).unwrap();
    fs::write(path("portcullis.yaml"), "version: 1\n").unwrap();
    fs::write(path("app.yaml"), APPLICATION).unwrap();
    fs::write(path("chart/Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n").unwrap();
    fs::write(path("chart/values.yaml"), "replicas: 2\n").unwrap();
    symlink("/etc", path("chart/templates")).unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).args(["lint", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = report["problems"].as_array().unwrap();
    assert!(
        problems.iter().all(|problem| problem["hint"].as_str().unwrap().starts_with("replace the link by what it leads to")),
        "{report:#}"
    );
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_link_out_of_the_output_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for made in ["shop/templates", "out", "elsewhere"] {
        fs::create_dir_all(path(made)).unwrap();
    }
    fs::write(path("shop/Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n").unwrap();
    fs::write(path("shop/templates/namespace.yaml"), NAMESPACE).unwrap();
    symlink("../elsewhere", path("out/shop")).unwrap();
    let arguments = ["template", "demo", "shop", "--output-dir", "out"];
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder.path()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text, "Error: shop/templates/namespace.yaml leads out of out\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_dir(path("elsewhere")).unwrap().count(), 0);
}
