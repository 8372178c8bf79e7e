//! `--plan`: what the command line makes of plans that the real terraform made.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::unwrap_used, reason = "writes folders and starts the command")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What no output may have.
const SECRET: &str = "correct-horse-battery";

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/terraform/plans").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { _ = fs::copy(&path, &target).unwrap() }
    }
}

/// A repository with a recorded root in `data/`, and its plans beside it.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&recorded("modules/root"), &folder.path().join("data"));
    for name in ["saved.tfplan", "shown.json"] {
        fs::copy(recorded("modules").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// What a command says and how it ends; nothing secret is in either stream.
fn run(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains(SECRET) && !err.contains(SECRET), "{arguments:?}");
    (out, err, output.status.code().unwrap())
}

fn list(folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let (out, _, code) = run(folder, &[&["tf", "--format", "json"], arguments].concat());
    (serde_json::from_str::<Value>(&out).unwrap()["roots"][0].take(), code)
}

#[test]
fn a_root_is_evaluated_with_its_plan() {
    let folder = repository();
    let (without, _) = list(folder.path(), &["data"]);
    assert_eq!(without["not_here"][0]["address"], "module.network");
    for plans in
        [&["--plan", "saved.tfplan"][..], &["--plan", "data=shown.json"], &["--plan", "data@default=shown.json", "--plan", "saved.tfplan"]]
    {
        let (root, code) = list(folder.path(), &[&["data"], plans].concat());
        assert_eq!(root["problems"], Value::Array(Vec::new()), "{plans:?}");
        assert_eq!((root["plans"].as_array().unwrap().len(), code), (plans.len() / 2, 0));
        let has = |address: &str| root["resources"].as_array().unwrap().iter().any(|resource| resource["address"] == address);
        assert!(has("module.network.module.subnet[1].terraform_data.subnet"), "{plans:?}");
    }
    let (human, _, code) = run(folder.path(), &["tf", "data", "--plan", "shown.json"]);
    assert!(human.contains("\n  plan       shown.json\n") && code == 0, "{human}");
    let (why, _, code) = run(folder.path(), &["tf", "data", "--plan", "shown.json", "--why", "terraform_data.names.input.key"]);
    assert!(why.contains("sensitive") && code == 0, "{why}");
}

#[test]
fn every_format_keeps_the_secrets_of_a_plan() {
    let folder = repository();
    for format in ["human", "json", "sarif", "code-scanning", "github", "gitlab", "junit", "markdown", "html"] {
        let (_, notes, code) =
            run(folder.path(), &["lint", "--plan", "data=shown.json", "--plan", "data=saved.tfplan", "--format", format]);
        assert!(code < 2, "{format}: {notes}");
        assert!(notes.contains("data in default is taken together with its plan shown.json and saved.tfplan"), "{notes}");
    }
    fs::write(folder.path().join("data/terraform.tfvars"), "name = \"others\"\nkey = \"another\"\n").unwrap();
    let (out, _, code) = run(folder.path(), &["lint", "--plan", "data=shown.json"]);
    assert!(out.contains("variable key has another value in it") && out.contains("data/terraform.tfvars:2"), "{out}");
    assert_eq!(code, 3, "a plan of something else is no clean run");
}

#[test]
fn what_is_no_plan_of_a_root_is_told_with_a_way_out() {
    let folder = repository();
    let refused = |arguments: &[&str]| {
        let (_, error, code) = run(folder.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        error
    };
    fs::write(folder.path().join("broken.json"), "{\n  \"format_version\": ").unwrap();
    fs::write(folder.path().join("other.json"), "{\"format_version\": \"2.0\", \"resource_changes\": []}").unwrap();
    let saved = fs::read(folder.path().join("saved.tfplan")).unwrap();
    fs::write(folder.path().join("cut.tfplan"), saved.get(..900).unwrap()).unwrap();
    fs::create_dir(folder.path().join("data/vars")).unwrap();
    for (given, said) in [
        ("data=broken.json", "broken.json: line 2, column"),
        ("data=other.json", "format \"2.0\""),
        ("data=cut.tfplan", "cut.tfplan: it is no saved plan that can be read"),
        ("data=missing.json", "missing.json"),
        ("data=data", "is a directory"),
        ("data=data/main.tf", "neither a saved plan nor a plan as JSON"),
        ("other=shown.json", "other is no folder with .tf files"),
        ("data@prod=shown.json", "has no environment prod"),
        ("../x=shown.json", "is not in the repository"),
    ] {
        let error = refused(&["lint", "--plan", given]);
        assert!(error.contains(said), "{given}: {error}");
    }
    assert!(refused(&["lint", "--plan", "data=shown.json", "--plan", "data=shown.json"]).contains("two plans of the same form"));
    for name in ["dev", "prod"] {
        fs::write(folder.path().join(format!("data/vars/{name}.tfvars")), "").unwrap();
    }
    let error = refused(&["tf", "data", "--plan", "shown.json"]);
    assert!(error.contains("the environments dev, prod") && error.contains("--plan @NAME=shown.json"), "{error}");
    let (root, _) = list(folder.path(), &["data", "-e", "prod", "--plan", "shown.json"]);
    assert_eq!((&root["environment"], root["plans"].as_array().unwrap().len()), (&Value::from("prod"), 1));
    let error = refused(&["lint", "-e", "dev", "--plan", "data@prod=shown.json"]);
    assert!(error.contains("--environment leaves out"), "{error}");
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::write(folder.path().join("more/main.tf"), "terraform {\n}\n").unwrap();
    let error = refused(&["tf", "--plan", "shown.json"]);
    assert!(error.contains("there are 2 root modules") && error.contains("data, more"), "{error}");
}
