//! Several formats in one run, each in its file; and none of them shows what a Secret is made from.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "writes a repository and starts the command")]

use std::{fs, path::Path, process::Command};

use serde_json::Value;

/// All formats.
const FORMATS: [&str; 9] = ["human", "json", "sarif", "code-scanning", "github", "gitlab", "junit", "markdown", "html"];

/// A text that no report may have.
const SECRET: &str = "hunter2-and-more";

/// A chart that makes a Secret, by values beside what rules find fault with.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  project: default\n  \
                       destination: {name: in-cluster, namespace: shop}\n  source:\n    repoURL: https://git.example.com/shop.git\n    \
                       targetRevision: main\n    path: chart\n    helm: {valueFiles: [../values.yaml]}\n";
    write("app.yaml", application);
    write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    write("chart/values.yaml", "password: hunter2-and-more-by-default\n");
    write("values.yaml", "hostPID: true\npassword: hunter2-and-more\nurl: db://shop:hunter2-and-more@db\n");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  hostPID: {{ .Values.hostPID }}\n  containers: [{name: shop, image: shop}]\n";
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop}\nstringData:\n  password: {{ .Values.password }}\n  url: {{ .Values.url \
                  | quote }}\n  literal: hunter2-and-more-in-the-template\ndata:\n  other: {{ .Values.password | b64enc }}\n";
    write("chart/templates/all.yaml", &format!("{pod}{secret}"));
    folder
}

fn lint(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output = command.current_dir(folder).args(["lint", "--today", "2026-01-01"]).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn every_format_is_written_in_one_run_and_shows_no_secret() {
    let folder = repository();
    let outputs = FORMATS.map(|format| format!("report.{format}"));
    let arguments: Vec<&str> =
        FORMATS.iter().zip(&outputs).flat_map(|(format, output)| ["--format", *format, "--output", output.as_str()]).collect();
    assert_eq!(lint(folder.path(), &arguments), (1, String::new()));
    for format in FORMATS {
        let text = fs::read_to_string(folder.path().join(format!("report.{format}"))).unwrap();
        assert!(text.contains("host-process-namespace"), "{format}: {text}");
        assert!(!text.contains(SECRET), "{format}: {text}");
        // In a run of its own it is the same.
        assert_eq!(lint(folder.path(), &["--format", format]).1, text, "{format}");
    }
    // The line beside what is found is shown, but for the secret in it.
    let human = fs::read_to_string(folder.path().join("report.human")).unwrap();
    assert!(human.contains("password: ******"), "{human}");
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("password: ••••••"), "{page}");
}

#[test]
fn results_and_codes_follow_waivers() {
    let folder = repository();
    fs::write(
        folder.path().join("values.yaml"),
        "hostPID: true # portcullis: allow host-process-namespace: it looks after its neighbours\n",
    )
    .unwrap();
    let (code, text) = lint(folder.path(), &["--rule", "host-process-namespace", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&text).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(code, 0);
    assert_eq!(result["suppressions"][0]["justification"], "it looks after its neighbours");
    assert_eq!(
        result["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["physicalLocation"]["artifactLocation"]["uri"],
        "values.yaml"
    );
    let (_, text) = lint(folder.path(), &["--rule", "host-process-namespace", "--format", "code-scanning"]);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}
