//! `portcullis diff` on a small repository: what a change does, told completely, and what it can't be told of.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "makes the repositories and starts the command"
)]

#[path = "diff/faults.rs"]
mod faults;
#[path = "diff/git.rs"]
mod git;
#[path = "diff/joins.rs"]
mod joins;
#[path = "diff/random.rs"]
mod random;
#[path = "diff/terraform.rs"]
mod terraform;
#[path = "diff/told.rs"]
mod told;

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// The day that waivers are judged by.
const TODAY: &str = "2026-01-15";

/// Runs `portcullis diff` in a folder.
fn diff(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.current_dir(root).env_remove("PORTCULLIS_SECRET_KEY").args(["diff", "--today", TODAY]).args(arguments);
    command.output().unwrap()
}

/// The JSON report of a change, and the exit code.
fn report(root: &Path, arguments: &[&str]) -> (Value, i32) {
    let output = diff(root, &[&["--format", "json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code().unwrap())
}

/// What goes to standard output and standard error, and the exit code.
fn said(root: &Path, arguments: &[&str]) -> (String, i32) {
    let output = diff(root, arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (text, output.status.code().unwrap())
}
