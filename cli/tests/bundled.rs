//! Bundles of rules as `portcullis vendor` leaves them, in the hands of every command that reads rules: without a network, and verified each time.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "writes repositories and starts the command")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What breaks a rule of each bundle.
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
    - {name: web, image: \"registry.example.com/web:latest\"}
";

const NAME: &str = "registry.example.com/team/rules";

fn recorded(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oci/tests/recorded").join(path)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A repository with bundles in `vendor/rules`.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    /// The recordings of these names, believed by these keys.
    fn of(bundles: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = "version: 1\nlibrary:\n".to_owned();
        for (name, key) in bundles {
            let digest = fs::read_to_string(recorded(name).join("digest")).unwrap();
            let digest = digest.trim();
            config.push_str(&format!("  - oci: {NAME}@{digest}\n    key: {key}.pub\n"));
            let to = folder.path().join("vendor/rules").join(digest.replace(':', "-"));
            copy(&recorded(name).join("layout"), &to);
            fs::copy(recorded(&format!("keys/{key}.pub")), folder.path().join(format!("{key}.pub"))).unwrap();
        }
        fs::write(folder.path().join("portcullis.yaml"), config).unwrap();
        fs::write(folder.path().join("pod.yaml"), POD).unwrap();
        Self { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        let output = command.env_remove("PORTCULLIS_CACHE").current_dir(self.folder.path()).args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// Everything that `lint` says, one way or the other.
    fn lint(&self) -> (i32, String) {
        let (code, output, notes) = self.run(&["lint", "--format", "json"]);
        (code, output + &notes)
    }

    /// The folder of the only bundle.
    fn bundle(&self) -> PathBuf {
        let folders = fs::read_dir(self.path("vendor/rules")).unwrap().map(|entry| entry.unwrap().path());
        folders.into_iter().find(|path| path.is_dir()).unwrap()
    }
}

#[test]
fn bundles_are_asked_like_folders() {
    let repository = Repository::of(&[("conftest", "team"), ("opa", "team"), ("rules", "edwards")]);
    let (code, output, notes) = repository.run(&["lint", "--format", "json"]);
    // It names neither registries nor what scores.
    let others: Vec<&str> = notes.lines().filter(|line| !line.contains("has nothing to go by")).collect();
    assert_eq!((code, others), (1, Vec::new()));
    let report: Value = serde_json::from_str(&output).unwrap();
    let found: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap()))
        .collect();
    for wanted in [
        ("conftest/images/warn", "image registry.example.com/web:latest may be another tomorrow"),
        ("conftest/main/deny", "web belongs to no team that is known"),
        ("missing-team", "Pod web has no team"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?}: {found:?}");
    }
    // The same files in a folder, and the bundle of the webhook is the same but for the names of things.
    let folders = Repository::of(&[]);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/bundles");
    for (from, to) in [("conftest/policy", "a"), ("opa/policy", "b"), ("rules", "c")] {
        copy(&sources.join(from), &folders.path(to));
    }
    fs::write(folders.path("portcullis.yaml"), "version: 1\nlibrary: [a, b, c]\n").unwrap();
    let rules = |repository: &Repository| {
        let (code, output, notes) = repository.run(&["bundle"]);
        assert_eq!(code, 0, "{notes}");
        let bundle: Value = serde_json::from_str(&output).unwrap();
        let files = bundle["files"].as_object().unwrap().iter();
        let mut texts: Vec<String> = files.map(|(_, text)| text.as_str().unwrap().to_owned()).collect();
        texts.sort();
        texts
    };
    assert_eq!(rules(&repository), rules(&folders));
}

#[test]
fn reports_name_the_bundle_and_the_file() {
    let repository = Repository::of(&[("conftest", "team")]);
    let (_, page, _) = repository.run(&["rule", "conftest/main/deny"]);
    let digest = fs::read_to_string(recorded("conftest/digest")).unwrap();
    let (short, _) = digest.split_at("sha256:".len() + 12);
    assert!(page.contains(&format!("{NAME}@{short}/policy/main.rego")), "{page}");
}

#[test]
fn fixtures_in_a_bundle_are_tried() {
    let repository = Repository::of(&[("rules", "edwards")]);
    let (code, output, notes) = repository.run(&["test", "--rule", "missing-team"]);
    assert_eq!((code, output.as_str(), notes.as_str()), (0, "1 rule, 2 fixtures, 0 not met\n", ""));
}

#[test]
fn what_is_not_there_is_said() {
    let repository = Repository::of(&[("conftest", "team")]);
    fs::remove_dir_all(repository.bundle()).unwrap();
    let (code, said) = repository.lint();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("is not in vendor/rules") && said.contains("run `portcullis vendor`"), "{said}");
    // Also to who asks for a rule that only the bundle has, and where the configuration speaks of one.
    let (code, _, notes) = repository.run(&["lint", "--rule", "conftest/main/deny"]);
    assert!(code == 2 && notes.contains("portcullis.yaml:3:10") && notes.contains("is not in vendor/rules"), "{notes}");
    let config = fs::read_to_string(repository.path("portcullis.yaml")).unwrap();
    fs::write(repository.path("portcullis.yaml"), format!("{config}rules: {{missing-team: {{level: warn}}}}\n")).unwrap();
    let (code, said) = repository.lint();
    assert!(code == 2 && said.contains("is not in vendor/rules") && !said.contains("there is no rule"), "{said}");
    for arguments in [&["bundle"][..], &["test", "--rule", "missing-pre-stop"]] {
        let (code, _, notes) = repository.run(arguments);
        assert!(code == 2 && notes.contains("is not in vendor/rules"), "{arguments:?} {notes}");
    }
    assert_eq!(repository.run(&["vendor", "--check"]).0, 3);
}

#[test]
fn every_file_that_was_changed_is_noticed() {
    let repository = Repository::of(&[("opa", "team")]);
    let blobs = repository.bundle().join("blobs/sha256");
    assert_eq!(repository.run(&["vendor", "--check"]).0, 0);
    for blob in fs::read_dir(&blobs).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&blob).unwrap();
        for changed in [Vec::new(), [&bytes[..], b"\n"].concat()] {
            fs::write(&blob, changed).unwrap();
            let (code, said) = repository.lint();
            assert!(code == 2 && said.contains("was changed: blobs/sha256/"), "{said}");
            assert_eq!(repository.run(&["vendor", "--check"]).0, 3);
        }
        fs::write(&blob, bytes).unwrap();
    }
    // Without its signature, which the index names.
    let digest = fs::read_to_string(recorded("opa/digest")).unwrap();
    let index = format!("{{\"manifests\": [{{\"digest\": \"{}\", \"size\": 1}}]}}", digest.trim());
    fs::write(repository.bundle().join("index.json"), index).unwrap();
    let (code, said) = repository.lint();
    assert!(code == 2 && said.contains("has no signature"), "{said}");
}

#[test]
fn keys_decide() {
    let repository = Repository::of(&[("conftest", "other")]);
    let (code, said) = repository.lint();
    assert!(code == 2 && said.contains("another key made it"), "{said}");
    let borrowed = Repository::of(&[("borrowed", "team")]);
    let (code, said) = borrowed.lint();
    assert!(code == 2 && said.contains("it is about another artifact"), "{said}");
    fs::write(repository.path("other.pub"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let (code, said) = repository.lint();
    assert!(code == 2 && said.contains("library: key other.pub is a private key"), "{said}");
    fs::remove_file(repository.path("other.pub")).unwrap();
    let (code, said) = repository.lint();
    assert!(code == 2 && said.contains("library: key: other.pub does not exist"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    let outside = Repository::of(&[("conftest", "team")]);
    let repository = Repository::of(&[("conftest", "team")]);
    let bundle = repository.bundle();
    let blob = fs::read_dir(bundle.join("blobs/sha256")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&blob).unwrap();
    std::os::unix::fs::symlink(outside.bundle().join("blobs/sha256").join(blob.file_name().unwrap()), &blob).unwrap();
    let (code, said) = repository.lint();
    assert!(code == 2 && said.contains("is a link out of the repository"), "{said}");
}

/// What lies where git ignores it is looked at again by a run that would be told again.
#[test]
fn a_run_is_not_told_again_where_a_bundle_has_changed() {
    let repository = Repository::of(&[("rules", "edwards")]);
    fs::create_dir(repository.path(".git")).unwrap();
    fs::write(repository.path(".gitignore"), "/vendor/\n").unwrap();
    let kept = tempfile::tempdir().unwrap();
    let cache = kept.path().join("cache");
    let lint = |caching: &[&str]| repository.run(&[&["lint", "--format", "json"], caching].concat());
    let with_cache = ["--cache", cache.to_str().unwrap()];
    let first = lint(&with_cache);
    assert_eq!((first.0, &lint(&with_cache)), (1, &first));
    let runs =
        || fs::read_dir(&cache).unwrap().filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "run")).count();
    assert_eq!(runs(), 1);
    let blobs = repository.bundle().join("blobs/sha256");
    let blob = fs::read_dir(blobs).unwrap().next().unwrap().unwrap().path();
    fs::write(&blob, "other").unwrap();
    let tampered = lint(&with_cache);
    assert_eq!((tampered.0, &tampered), (2, &lint(&["--no-cache"])));
}
