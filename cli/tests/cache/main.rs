//! What is kept between runs never changes what they say.
#![expect(clippy::panic, clippy::disallowed_methods, clippy::unwrap_used, reason = "writes repositories and starts the command")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

mod answers;
mod runs;

/// The day that waivers are judged by.
const TODAY: &str = "2026-01-01";

/// What a Secret of the repository holds, and a container repeats.
const PASSWORD: &str = "correct-horse-battery";

#[derive(Clone, Debug, PartialEq)]
struct Ran {
    code: i32,
    output: String,
    notes: String,
}

/// The command, away from what this machine has of helm's.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let of_helm = ["HELM_REPOSITORY_CACHE", "HELM_REPOSITORY_CONFIG", "HELM_REGISTRY_CONFIG", "PORTCULLIS_CACHE"];
    of_helm.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(folder).env("HOME", folder.join("no-home")).args(["lint", "--today", TODAY]);
    command
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), output: text(output.stdout), notes: text(output.stderr) }
}

fn lint(folder: &Path, arguments: &[&str]) -> Ran {
    ran(command(folder).args(["--format", "json"]).args(arguments))
}

/// The files of a cache with an ending, sorted.
fn files(cache: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(cache) else { return Vec::new() };
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    files.sort();
    files
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
