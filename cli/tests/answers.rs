//! What is kept between runs never changes a report: cold, warm, damaged, cut, shared, of other settings or of another state of the repository.
#![expect(clippy::panic, clippy::disallowed_methods, clippy::unwrap_used, reason = "writes repositories and starts the command")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use proptest::{prelude::*, sample::Index};

/// The day that waivers are judged by.
const TODAY: &str = "2026-01-01";

/// What a Secret of the repository holds, and a container repeats.
const PASSWORD: &str = "correct-horse-battery";

#[derive(Debug, PartialEq)]
struct Ran {
    code: i32,
    output: String,
    notes: String,
}

fn lint(folder: &Path, caching: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.env_remove("PORTCULLIS_CACHE").current_dir(folder).args(["lint", "--today", TODAY, "--format", "json"]);
    let output = command.args(caching).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), output: text(output.stdout), notes: text(output.stderr) }
}

/// The fixtures of all rules as a repository, each in a namespace of its own where it names none, and a Secret.
fn repository() -> (tempfile::TempDir, PathBuf) {
    let kept = tempfile::tempdir().unwrap();
    let root = kept.path().join("repository");
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/rules");
    for rule in fs::read_dir(rules).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for part in ["pass", "fail"] {
            let to = root.join(rule.file_name().unwrap()).join(part);
            fs::create_dir_all(&to).unwrap();
            for file in fs::read_dir(rule.join(part)).unwrap().map(|entry| entry.unwrap().path()) {
                fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
            }
        }
    }
    let secret = format!("apiVersion: v1\nkind: Secret\nmetadata: {{ name: a }}\nstringData: {{ password: {PASSWORD} }}\n");
    fs::write(root.join("secret.yaml"), secret).unwrap();
    let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: {PASSWORD} }}\nspec: {{ containers: [{{ name: {PASSWORD} }}] }}\n");
    fs::write(root.join("pod.yaml"), pod).unwrap();
    fs::write(root.join("portcullis.yaml"), "version: 1\n").unwrap();
    (kept, root)
}

fn file(cache: &Path) -> PathBuf {
    let files: Vec<PathBuf> = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    file.clone()
}

#[test]
fn no_state_of_the_cache_changes_a_report() {
    let (kept, root) = repository();
    let cache = kept.path().join("cache");
    let caching = ["--cache", cache.to_str().unwrap()];
    let expected = lint(&root, &["--no-cache"]);
    assert!(expected.output.matches("\"fingerprint\"").count() > 500);
    assert_eq!(lint(&root, &caching), expected, "cold");
    let written = fs::read(file(&cache)).unwrap();
    assert_eq!(lint(&root, &caching), expected, "warm");
    assert_eq!(fs::read(file(&cache)).unwrap(), written, "what is known is not written again");
    let held = String::from_utf8(written.clone()).unwrap();
    assert!(held.lines().count() > 200, "{}", held.lines().count());
    assert!(!held.contains(PASSWORD) && !held.contains(&PASSWORD[..8]), "no text of a Secret is kept");

    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 6, failure_persistence: None, ..Default::default() });
    let damage = (any::<Index>(), any::<u8>(), 0..4);
    let broken = runner.run(&damage, |(at, byte, how)| {
        let mut bytes = written.clone();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, byte),
            _ => bytes = vec![byte; at],
        }
        fs::write(file(&cache), bytes).unwrap();
        prop_assert_eq!(&lint(&root, &caching), &expected);
        prop_assert_eq!(&fs::read(file(&cache)).unwrap(), &written);
        Ok(())
    });
    broken.unwrap();
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(lint(&root, &caching), expected, "deleted");
    fs::remove_dir_all(&cache).unwrap();
    fs::write(&cache, "no folder").unwrap();
    assert_eq!(lint(&root, &caching), expected, "nowhere to write");
}

#[test]
fn answers_are_of_one_content_and_setting() {
    let (kept, root) = repository();
    let cache = kept.path().join("cache");
    let caching = ["--cache", cache.to_str().unwrap()];
    let both = |what: &str| {
        let expected = lint(&root, &["--no-cache"]);
        assert_eq!(lint(&root, &caching), expected, "{what}");
        expected
    };
    let first = both("as it is");
    let configurations = [
        "version: 1\nrules: { low-user-id: { level: warn, params: { minimum: 5 } } }\n",
        "version: 1\nrules: { '*': { level: warn }, cpu-limit: { level: deny } }\n",
        "version: 1\nzones: [a, b]\nregistries: [{ account: '123456789012', region: eu-west-1 }]\n",
        "version: 1\nscoring: { namespaces: ['*'] }\nrules: { '*': { namespaces: { kube-system: { level: off } } } }\n",
    ];
    for configuration in configurations {
        fs::write(root.join("portcullis.yaml"), configuration).unwrap();
        let ran = lint(&root, &["--no-cache"]);
        assert!(ran.code != 2, "{}", ran.notes);
        both(configuration);
    }
    fs::write(root.join("portcullis.yaml"), "version: 1\n").unwrap();
    assert_eq!(both("as it was"), first);
    fs::remove_dir_all(root.join("missing-zone-spread")).unwrap();
    let service = "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n";
    fs::write(root.join("service.yaml"), service).unwrap();
    assert_ne!(both("another repository"), first);
}

#[test]
fn runs_at_once_share_it() {
    let (kept, root) = repository();
    let cache = kept.path().join("cache");
    let caching = ["--cache", cache.to_str().unwrap()];
    let expected = lint(&root, &["--no-cache"]);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| lint(&root, &caching))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), expected);
        }
    });
    assert_eq!(lint(&root, &caching), expected);
    file(&cache);
}
