//! Rules on HCL: what `portcullis lint` finds in each file of `terraform/`, and what it cannot tell, is what the comments at its lines say.
#![expect(clippy::disallowed_methods, clippy::panic, clippy::unwrap_used, reason = "writes folders and starts the command")]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

/// The lines of a comment in a text, with what stands behind it.
fn expected(text: &str, mark: &str) -> BTreeSet<(u64, String)> {
    let lines = (1..).zip(text.lines());
    let said = lines.filter_map(|(line, text)| Some((line, text.split_once(mark)?.1.split(" # ").next()?)));
    said.flat_map(|(line, rules)| rules.split(", ").map(move |rule| (line, rule.trim().to_owned()))).collect()
}

fn lint(root: &Path, arguments: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .current_dir(root)
        .args(["lint", "--format", "json", "--today", "2026-01-01"])
        .args(arguments)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout);
    (report.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr))), output.status.code().unwrap())
}

fn found(entries: &Value) -> BTreeSet<(u64, String)> {
    let entries = entries.as_array().unwrap().iter();
    let one = |entry: &Value| (entry.pointer("/location/line").unwrap().as_u64().unwrap(), entry["rule"].as_str().unwrap().to_owned());
    entries.map(one).collect()
}

#[test]
fn rules_find_in_hcl_what_its_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("root")).unwrap();
        fs::write(root.path().join("root/main.tf"), &text).unwrap();
        let (report, _) = lint(root.path(), &[]);
        assert_eq!(report["problems"], Value::Array(Vec::new()), "{}", file.display());
        assert_eq!(found(&report["findings"]), expected(&text, "# finding: "), "{}", file.display());
        assert_eq!(found(&report["terraform"]["undecided"]), expected(&text, "# undecided: "), "{}", file.display());
    }
}

#[test]
fn every_layer_of_the_platform_is_evaluated_in_every_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (report, code) = lint(root, &["platform-manifests/terraform"]);
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["problems"], Value::Array(Vec::new()));
    let layers = fs::read_dir(root.join("platform-manifests/terraform")).unwrap();
    let layers = layers.filter(|entry| entry.as_ref().unwrap().path().join("main.tf").exists()).count();
    let environments = fs::read_dir(root.join("platform-manifests/terraform/variables")).unwrap().count();
    let account = &report["terraform"];
    let count = u64::try_from(layers * environments).unwrap();
    assert_eq!((account["total"].as_u64(), account["evaluated"].as_u64(), code), (Some(count), Some(count), 0));
}

#[test]
fn a_secret_is_never_printed() {
    let root = tempfile::tempdir().unwrap();
    let secret = "correct-horse-battery";
    let main = format!(
        "variable \"key\" {{\n  sensitive = true\n}}\nresource \"aws_db_instance\" \"main\" {{\n  password = \"{secret}-1\"\n}}\nresource \"aws_secretsmanager_secret_version\" \"key\" {{\n  secret_string = var.key\n}}\noutput \"key\" {{\n  value     = var.key\n  sensitive = true\n}}\n"
    );
    fs::write(root.path().join("main.tf"), main).unwrap();
    fs::write(root.path().join("terraform.tfvars"), format!("key = \"{secret}-2\"\n")).unwrap();
    let commands: [&[&str]; 9] = [
        &["lint"],
        &["lint", "--format", "json"],
        &["lint", "--format", "sarif"],
        &["lint", "--format", "html"],
        &["lint", "--format", "markdown"],
        &["lint", "--partition", "1/1", "--format", "json"],
        &["tf"],
        &["tf", "--format", "json"],
        &["tf", "--why", "output.key"],
    ];
    for arguments in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(root.path()).args(arguments).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.is_empty() && !said.contains(secret), "{arguments:?}: {said}");
    }
    let (report, _) = lint(root.path(), &[]);
    let written = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "written-secret").count();
    assert_eq!(written, 2, "{report:#}");
}
