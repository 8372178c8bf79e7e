//! What costs more than its size, leaves the repository or leads in a circle ends with a fault that says so.
#![expect(clippy::unwrap_used, reason = "reads fixtures")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_kustomize::{Fault, FaultKind, LoadRestriction, Options, limits, render};
use portcullis_source::{RepoPath, Revision, Sources};

fn build(files: &[(String, String)], options: &Options<'_>) -> Result<String, Box<Fault>> {
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let rendered = render(&revision, &RepoPath::new("o").unwrap(), options)?;
    Ok(String::from_utf8(rendered.text.bytes().to_vec()).unwrap())
}

fn file(path: &str, text: impl Into<String>) -> (String, String) {
    (path.to_owned(), text.into())
}

fn too_much(files: &[(String, String)], limit: &str) {
    let fault = build(files, &Options::default()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::TooMuch, "{fault}");
    assert!(fault.message.contains(limit), "{fault}");
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

#[test]
fn kustomizations_within_each_other_have_a_limit() {
    let mut files = vec![file("o/kustomization.yaml", "resources: [../b0]\n")];
    for index in 0..=limits::MAX_NESTING {
        files.push(file(&format!("b{index}/kustomization.yaml"), format!("resources: [../b{}]\n", index + 1)));
    }
    too_much(&files, "MAX_NESTING");
}

#[test]
fn bases_that_double_have_a_limit() {
    let mut files = vec![file("o/kustomization.yaml", "resources: [../l0, ../r0]\n")];
    for level in 0..40 {
        for side in ["l", "r"] {
            let text = format!("resources: [../l{0}, ../r{0}]\nnamePrefix: {side}\n", level + 1);
            files.push(file(&format!("{side}{level}/kustomization.yaml"), text));
        }
    }
    files.push(file("l40/kustomization.yaml", "resources: []\n"));
    files.push(file("r40/kustomization.yaml", "resources: []\n"));
    too_much(&files, "MAX_KUSTOMIZATIONS");
}

#[test]
fn depth_has_a_limit() {
    let deep = format!("{CONFIG_MAP}data: {}{}\n", "[".repeat(limits::MAX_DEPTH + 2), "]".repeat(limits::MAX_DEPTH + 2));
    too_much(&[file("o/kustomization.yaml", "resources: [a.yaml]\n"), file("o/a.yaml", deep)], "MAX_DEPTH");
}

#[test]
fn values_that_aliases_repeat_are_refused() {
    let mut text = format!("{CONFIG_MAP}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let fault = build(&[file("o/kustomization.yaml", "resources: [a.yaml]\n"), file("o/a.yaml", text)], &Options::default()).unwrap_err();
    assert!(fault.message.contains("alias") || fault.kind == FaultKind::TooMuch, "{fault}");
}

#[test]
fn values_that_replacements_double_have_a_limit() {
    let mut text = "resources: [a.yaml]\nreplacements:\n".to_owned();
    for _ in 0..40 {
        text.push_str("- source: {kind: ConfigMap, fieldPath: data.a}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.a]\n    options: {delimiter: '=', index: -1}\n");
    }
    let object = format!("{CONFIG_MAP}data: {{a: {}}}\n", "x".repeat(1000));
    too_much(&[file("o/kustomization.yaml", text), file("o/a.yaml", object)], "MAX_REPLACED_BYTES");
}

#[test]
fn files_above_are_read_where_that_is_allowed() {
    let files = [file("o/kustomization.yaml", "resources: [../a.yaml]\n"), file("a.yaml", CONFIG_MAP)];
    assert_eq!(build(&files, &Options::default()).unwrap_err().kind, FaultKind::Refused);
    let options = Options { restriction: LoadRestriction::Repository, ..Options::default() };
    assert_eq!(build(&files, &options).unwrap(), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
}

#[test]
fn nothing_outside_of_the_repository_is_read() {
    for path in ["../../a.yaml", "/etc/hostname", "..\\\\a.yaml", "../../../../../../etc/passwd"] {
        for field in ["resources", "components", "configurations", "crds", "generators", "transformers", "patchesStrategicMerge"] {
            let files = [file("o/kustomization.yaml", format!("{field}: [\"{path}\"]\nnamePrefix: a\n")), file("a.yaml", CONFIG_MAP)];
            let options = Options { restriction: LoadRestriction::Repository, ..Options::default() };
            let fault = build(&files, &options).unwrap_err();
            assert!(fault.span.is_some() && !fault.hint.is_empty(), "{field} {path}: {fault}");
        }
    }
}

#[test]
fn links_out_of_the_repository_are_refused() {
    for target in ["/etc/hostname", "../../x", "out.yaml"] {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("o")).unwrap();
        std::fs::write(root.path().join("o/kustomization.yaml"), "resources: [out.yaml]\n").unwrap();
        std::os::unix::fs::symlink(target, root.path().join("o/out.yaml")).unwrap();
        let revision = Revision::folder(root.path(), Arc::new(Sources::default())).unwrap();
        let fault = render(&revision, &RepoPath::new("o").unwrap(), &Options::default()).unwrap_err();
        assert!(fault.message.contains("link") && fault.span.is_some(), "{fault}");
    }
}

#[test]
fn urls_are_fetched_from_nowhere_but_where_they_are_mapped_to() {
    let files = [
        file("o/kustomization.yaml", "resources: ['https://git.test/a/b//base?ref=v1']\nnamePrefix: p-\n"),
        file("clones/b/base/kustomization.yaml", "resources: [a.yaml]\n"),
        file("clones/b/base/a.yaml", CONFIG_MAP),
    ];
    let fault = build(&files, &Options::default()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unrendered);
    let map = |url: &str| url.starts_with("https://git.test/a/b//base").then(|| RepoPath::new("clones/b/base").unwrap());
    let options = Options { remotes: Some(&map), ..Options::default() };
    assert!(build(&files, &options).unwrap().contains("name: p-a\n"));
}

#[test]
fn misspelt_fields_are_told_with_the_nearest() {
    let fault = build(&[file("o/kustomization.yaml", "resorces: []\n")], &Options::default()).unwrap_err();
    assert_eq!((fault.message.as_str(), fault.hint.as_str()), ("a kustomization has no field \"resorces\"", "did you mean resources?"));
}
