//! Links of a real folder: those within the repository are followed, those out of it are refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, os::unix::fs::symlink, path::Path, sync::Arc};

use portcullis_argo::{Inventory, expand};
use portcullis_source::{Document, RepoPath, Revision, Sources, Text, yaml};

const SET: &str = "
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  generators:
    - git: {repoURL: https://git.example.com/a.git, directories: [{path: 'charts/*'}]}
      selector: {matchExpressions: [{key: path.basename, operator: NotIn, values: [outer]}]}
    - list:
        elements:
          - {path: charts/linked, path.basename: linked}
          - {path: charts/outer, path.basename: outer}
          - {path: charts/circle, path.basename: circle}
  template:
    metadata: {name: '{{path.basename}}'}
    spec:
      project: default
      destination: {name: in-cluster, namespace: x}
      source:
        repoURL: https://git.example.com/a.git
        path: '{{path}}'
        helm: {valueFiles: [linked.yaml, escape.yaml]}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: files, namespace: argocd}
spec:
  generators:
    - git: {repoURL: https://git.example.com/a.git, files: [{path: 'charts/own/*.yaml'}]}
  template: {metadata: {name: x}, spec: {project: default}}
";

fn repository(root: &Path) {
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root.join("charts/own")).unwrap();
    fs::write(root.join("set.yaml"), SET).unwrap();
    fs::write(root.join("charts/own/Chart.yaml"), "name: own\n").unwrap();
    fs::write(root.join("values.yaml"), "a: 1\n").unwrap();
    symlink("../../values.yaml", root.join("charts/own/linked.yaml")).unwrap();
    symlink("/etc/passwd", root.join("charts/own/escape.yaml")).unwrap();
    symlink("own", root.join("charts/linked")).unwrap();
    symlink("../../..", root.join("charts/outer")).unwrap();
    symlink("circle", root.join("charts/circle")).unwrap();
}

#[test]
fn links_stay_in_the_repository() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("argo-links");
    repository(&root);
    let revision = Revision::folder(&root, Arc::new(Sources::default())).unwrap();
    let file = revision.read(&RepoPath::new("set.yaml").unwrap()).unwrap();
    let documents: Vec<Arc<Document>> = yaml::parse(&Text::of_file(&file)).documents.into_iter().map(Arc::new).collect();
    let made = expand(&documents, &revision, &Inventory::default());
    let mut out: Vec<String> = made
        .value
        .iter()
        .map(|application| format!("{}: {:?}", application.name, application.unrendered().map(|why| &why.reason).collect::<Vec<_>>()))
        .collect();
    out.extend(made.problems.iter().map(|problem| format!("problem: {}", problem.message)));
    insta::assert_snapshot!(out.join("\n"));
}
