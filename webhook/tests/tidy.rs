//! The walls around the webhook, and how its sources read.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads manifests and sources; what cannot be read fails its test")]

use std::{fs, path::Path};

fn here(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What a crate of ours depends on, tests left out.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest = here(manifest);
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default().to_owned();
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| name.starts_with("portcullis-"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_webhook_links_no_renderer() {
    assert_eq!(dependencies("Cargo.toml"), ["portcullis-policies", "portcullis-source"]);
    assert_eq!(dependencies("../policies/Cargo.toml"), ["portcullis-regexp", "portcullis-source"]);
    assert!(dependencies("../policies/regexp/Cargo.toml").is_empty());
    assert!(dependencies("../policies/source/Cargo.toml").is_empty());
    // Who only uses the command gets no server.
    assert!(!dependencies("../cli/Cargo.toml").contains(&"portcullis-webhook".to_owned()));
}

#[test]
fn plain_cargo_run_means_the_command() {
    let root = here("../Cargo.toml");
    let members = root.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    let says = |member: &&str| here(&format!("../{member}/Cargo.toml")).lines().any(|line| line.starts_with("default-run"));
    assert_eq!(members.split('"').skip(1).step_by(2).filter(says).collect::<Vec<_>>(), ["cli"]);
}

#[test]
fn sources_stay_short_and_say_what_they_are() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//! ") && text.lines().count() <= 400, "{}", path.display());
        }
    }
}
