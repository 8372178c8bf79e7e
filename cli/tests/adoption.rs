//! An old repository: what `init` writes, and that `lint` is content once its findings are known or waived.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "starts the command in folders of its own")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

const WAIVE: [&str; 9] = ["waive", "--owner", "team-shop", "--ticket", "SHOP-42", "--expires", "2026-06-30", "--today", "2026-01-01"];

fn portcullis(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder).args(arguments).output().unwrap()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// A copy of the repository of a case.
fn copy(case: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd").join(format!("{case}.in")), folder.path());
    folder
}

fn copy_into(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_into(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { drop(found.insert(path.clone(), fs::read(&path).unwrap())) }
    }
    found
}

fn schema(name: &str) -> jsonschema::Validator {
    let output = portcullis(Path::new("."), &["schema", name]);
    jsonschema::validator_for(&serde_json::from_slice(&output.stdout).unwrap()).unwrap()
}

fn yaml(path: &Path) -> Value {
    let text = portcullis_source::Text::nowhere(fs::read(path).unwrap());
    portcullis_policies::json(&portcullis_source::yaml::parse(&text).documents.remove(0).root)
}

#[test]
fn what_is_written_to_a_baseline_is_known() {
    let folder = copy("findings");
    let lint = |arguments: &[&str]| portcullis(folder.path(), &[&["lint", "--today", "2026-01-01"], arguments].concat());
    assert_eq!(code(&lint(&[])), Some(1));
    assert_eq!(code(&lint(&["--write-baseline", "known.json"])), Some(0));
    let text = fs::read(folder.path().join("known.json")).unwrap();
    assert_eq!(schema("baseline").validate(&serde_json::from_slice(&text).unwrap()).map_err(|error| error.to_string()), Ok(()));
    assert_eq!(code(&lint(&["--baseline", "known.json"])), Some(0));
    assert_eq!(code(&lint(&["--baseline", "known.json", "--write-baseline", "known.json"])), Some(0));
    assert_eq!(fs::read(folder.path().join("known.json")).unwrap(), text, "the same findings are the same bytes");

    // Lines that move are no new findings; what is added is one, and writing the baseline again does not take it in.
    let values = folder.path().join("values/prod.yaml");
    let before = fs::read_to_string(&values).unwrap();
    fs::write(&values, format!("{}{before}", "# more\n".repeat(50))).unwrap();
    assert_eq!(code(&lint(&["--baseline", "known.json"])), Some(0));
    let template = folder.path().join("chart/templates/daemonset.yaml");
    let pod = fs::read_to_string(&template).unwrap();
    fs::write(&template, pod.replace("hostNetwork:", "hostPID: true\n      hostNetwork:")).unwrap();
    assert_eq!(code(&lint(&["--baseline", "known.json"])), Some(1));
    assert_eq!(code(&lint(&["--baseline", "known.json", "--write-baseline", "known.json"])), Some(1));
    assert_eq!(fs::read(folder.path().join("known.json")).unwrap(), text);

    // What is mended leaves the baseline.
    fs::write(&template, &pod).unwrap();
    fs::write(&values, before.replace("true", "false")).unwrap();
    let mended = lint(&["--baseline", "known.json"]);
    assert!(String::from_utf8_lossy(&mended.stdout).contains("the baseline has a finding that no longer occurs"));
    assert_eq!(code(&lint(&["--baseline", "known.json", "--write-baseline", "known.json"])), Some(0));
    assert!(fs::read(folder.path().join("known.json")).unwrap().len() < text.len());
}

#[test]
fn what_is_waived_is_clean_and_every_waiver_is_used() {
    for case in ["findings", "waive"] {
        let folder = copy(case);
        let config = folder.path().join("portcullis.yaml");
        let before = fs::read_to_string(&config).unwrap();
        assert_eq!(code(&portcullis(folder.path(), &WAIVE)), Some(0), "{case}");
        let after = fs::read_to_string(&config).unwrap();
        let mut lines = after.lines();
        assert!(before.lines().all(|line| lines.any(|other| other == line)), "{case}: every line of before is there, in its order");
        let lint = portcullis(folder.path(), &["lint", "--today", "2026-01-01", "--format", "json"]);
        assert_eq!(code(&lint), Some(0), "{case}");
        let report: Value = serde_json::from_slice(&lint.stdout).unwrap();
        let unused = |finding: &&Value| finding["rule"] == "unused-waiver";
        // The one that the case has already is unused.
        let expected = usize::from(case == "waive");
        assert_eq!(report["findings"].as_array().unwrap().iter().filter(unused).count(), expected, "{case}");
        assert_eq!(code(&portcullis(folder.path(), &WAIVE)), Some(0));
        assert_eq!(fs::read_to_string(&config).unwrap(), after, "{case}: waived once is enough");
        assert_eq!(code(&portcullis(folder.path(), &["lint", "--today", "2026-07-01"])), Some(1), "{case}: expired");
    }
}

#[test]
fn waivers_make_a_configuration_where_there_is_none() {
    let folder = copy("findings");
    fs::remove_file(folder.path().join("portcullis.yaml")).unwrap();
    assert_eq!(code(&portcullis(folder.path(), &[&WAIVE[..], &["--dry-run"]].concat())), Some(0));
    assert!(!folder.path().join("portcullis.yaml").exists());
    assert_eq!(code(&portcullis(folder.path(), &WAIVE)), Some(0));
    assert_eq!(code(&portcullis(folder.path(), &["lint", "--today", "2026-01-01"])), Some(0));
}

#[test]
fn init_writes_once_and_lint_runs_after_it() {
    let config = schema("config");
    for case in ["init", "findings", "clean", "nothing-found", "broken-values", "clusters-not-declared", "dependency-in-mirror"] {
        let folder = if case == "nothing-found" { tempfile::tempdir().unwrap() } else { copy(case) };
        let has_config = ["portcullis.yaml", ".portcullis.yaml"].iter().any(|name| folder.path().join(name).exists());
        let untouched = files(folder.path());
        assert_eq!(code(&portcullis(folder.path(), &["init", "--ci", "github", "--dry-run"])), Some(0), "{case}");
        assert_eq!(files(folder.path()), untouched, "{case}: nothing is written");
        assert_eq!(code(&portcullis(folder.path(), &["init", "--ci", "github"])), Some(0), "{case}");
        let written = files(folder.path());
        assert!(untouched.iter().all(|(path, text)| written.get(path) == Some(text)), "{case}: nothing is replaced");
        assert!(has_config || config.is_valid(&yaml(&folder.path().join("portcullis.yaml"))), "{case}");
        assert_ne!(code(&portcullis(folder.path(), &["lint"])), Some(2), "{case}");
        for arguments in [&["init", "--ci", "github"][..], &["init", "--ci", "github", "--force"]] {
            let before = files(folder.path());
            assert_eq!(code(&portcullis(folder.path(), arguments)), Some(0), "{case}");
            assert!(has_config || files(folder.path()) == before, "{case}: the same again is the same");
        }
    }
}

#[test]
fn init_says_what_the_repository_shows() {
    let folder = copy("init");
    let output = portcullis(folder.path(), &["init", "--dry-run"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let (files, notes) = (text.split("# ── "), String::from_utf8(output.stderr).unwrap());
    let files: String = files.filter(|file| !file.starts_with("portcullis.schema.json")).collect::<Vec<_>>().join("# ── ");
    insta::assert_snapshot!(format!("{files}{notes}"));
}

#[test]
fn force_replaces_what_is_portcullis_own() {
    let folder = copy("init");
    portcullis(folder.path(), &["init", "--ci", "gitlab"]);
    for file in ["portcullis.yaml", ".pre-commit-config.yaml", ".gitlab/portcullis.yaml"] {
        fs::write(folder.path().join(file), "version: 1\n").unwrap();
    }
    assert_eq!(
        code(&portcullis(folder.path(), &["init", "--ci", "gitlab", "--force", "--use", "registry.example.com/lint@sha256:1"])),
        Some(0)
    );
    let text = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(text("portcullis.yaml").contains("environments:"));
    assert!(text(".gitlab/portcullis.yaml").contains("name: registry.example.com/lint@sha256:1\n"));
    assert_eq!(text(".pre-commit-config.yaml"), "version: 1\n", "it belongs to others too");
    assert_eq!(text(".gitlab-ci.yml"), "include: []\n");
}

#[test]
fn every_command_has_a_page_and_every_shell_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&portcullis(folder.path(), &["man", "--output", "."])), Some(0));
    let help = String::from_utf8(portcullis(folder.path(), &["--help"]).stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands.iter().filter(|command| **command != "help") {
        let page = fs::read_to_string(folder.path().join(format!("portcullis-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH portcullis-{command} 1")), "{command}");
        assert!((page.contains(".SH EXAMPLES") && page.contains(".SH \"EXIT STATUS\"")) || *command == "audit", "{command}");
        let printed = portcullis(folder.path(), &["man", command]).stdout;
        assert_eq!(String::from_utf8(printed).unwrap(), page);
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = String::from_utf8(portcullis(folder.path(), &["completions", shell]).stdout).unwrap();
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}");
    }
}

#[test]
fn a_new_rule_is_whole() {
    for more in [&[][..], &["--platform"], &["--kind", "BucketClaim.storage.example.com"], &["--kind", "Service.core", "--kind", "Ingress"]]
    {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("portcullis.yaml"), "version: 1\nlibrary: [rules/own]\n").unwrap();
        let made = portcullis(folder.path(), &[&["rule", "new", "no-such-thing-2"], more].concat());
        assert_eq!(code(&made), Some(0), "{made:?}");
        assert!(folder.path().join("rules/own/no-such-thing-2/rule.rego").exists());
        let tried = portcullis(folder.path(), &["test", "rules/own", "--coverage"]);
        let said = String::from_utf8_lossy(&tried.stdout).into_owned();
        assert_eq!((code(&tried), said.starts_with("1 rule, 3 fixtures, 0 not met; fixtures reach")), (Some(0), true), "{said}");
        // The fixtures are no part of what is checked, and the rule is known by its name.
        assert_eq!(code(&portcullis(folder.path(), &["lint"])), Some(0));
        assert_eq!(code(&portcullis(folder.path(), &["rule", "no-such-thing-2"])), Some(0));
    }
}
