//! The `portcullis` command.
//!
//! `args` → `settings` → `pipeline` (`discover` → `portcullis-argo` → `render` → `portcullis-policies`) → `report`.

mod advice;
mod args;
mod bundled;
mod cache;
mod check;
mod commands;
mod diff;
mod discover;
mod drift;
mod error;
mod explain;
mod group;
mod helm_flags;
mod help;
mod init;
mod inventory;
mod kinds;
mod known;
mod kustomize;
mod loose;
mod manual;
mod nested;
mod output_dir;
mod own;
mod ownership;
mod partition;
mod pipeline;
mod progress;
mod projects;
mod readiness;
mod render;
mod report;
mod root;
mod select;
mod settings;
mod supply;
mod terraform;
mod trial;
mod vendor;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Parser;

use crate::{
    args::{Args, Color, Command},
    commands::{Done, Outcome},
    error::Error,
    settings::{Places, Surroundings},
};

/// The exit code of what should not happen.
const INTERNAL: u8 = 4;

fn main() -> ExitCode {
    let args = Args::parse_from(helm_flags::plain(std::env::args_os()));
    match std::panic::catch_unwind(|| finish(&args)) {
        Ok(code) => ExitCode::from(code),
        Err(_) => ExitCode::from(INTERNAL),
    }
}

fn finish(args: &Args) -> u8 {
    let surroundings = surroundings(args);
    let code = match run(args, &surroundings) {
        Ok(done) => match print(&done) {
            Ok(()) => done.code as u8,
            // A reader that closes the pipe early has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => done.code as u8,
            Err(_) => INTERNAL,
        },
        Err(error) => {
            let _ = std::io::stdout().write_all(error.printed());
            let _ = std::io::stderr().write_all(error.print(&surroundings).as_bytes());
            error.code()
        }
    };
    let _ = std::io::stdout().flush();
    code
}

fn run(args: &Args, surroundings: &Surroundings) -> Outcome {
    if let Some(folder) = args.directory.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Error::usage(format!("there is no folder {}", folder.display()), "-C names the folder to start in"));
    }
    match &args.command {
        Command::Lint(lint) => commands::lint::run(lint, surroundings),
        Command::Diff(diff) => commands::diff::run(diff, surroundings),
        Command::Template(template) => commands::template::run(template, surroundings),
        Command::Apps(apps) => commands::apps::run(apps, surroundings),
        Command::Graph(graph) => commands::graph::run(graph, surroundings),
        Command::Why(why) => commands::why::run(why, surroundings),
        Command::Values(values) => commands::values::run(values, surroundings),
        Command::Drift(drift) => commands::drift::run(drift, surroundings),
        Command::Tf(tf) => commands::tf::run(tf, surroundings),
        Command::Spot(spot) => commands::spot::run(spot, surroundings),
        Command::Merge(merge) => commands::merge::run(merge, surroundings),
        Command::Rule(rule) => commands::rule::run(rule, surroundings),
        Command::Test(test) => commands::test::run(test, surroundings),
        Command::Bundle(bundle) => commands::bundle::run(bundle, surroundings),
        Command::Audit(args::Audit::Verify(verify)) => commands::audit::verify(verify, surroundings),
        Command::Vendor(vendor) => commands::vendor::run(vendor, surroundings),
        Command::Schema(schema) => commands::schema::schema(schema),
        Command::Completions(completions) => commands::schema::completions(completions),
        Command::Waive(waive) => commands::waive::run(waive, surroundings),
        Command::Init(init) => commands::init::run(init, surroundings),
        Command::Man(man) => commands::man::run(man, surroundings),
    }
}

fn print(done: &Done) -> std::io::Result<()> {
    std::io::stderr().write_all(done.notes.as_bytes())?;
    std::io::stdout().write_all(&done.output)
}

#[expect(clippy::disallowed_methods, reason = "the environment and the clock are read here and nowhere else")]
fn surroundings(args: &Args) -> Surroundings {
    let current = std::env::current_dir().unwrap_or_default();
    let directory = args.directory.as_ref().map_or_else(PathBuf::new, PathBuf::clone);
    let coloured = match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let index = std::env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty()).map(|path| current.join(path));
    let secret_key = std::env::var("PORTCULLIS_SECRET_KEY").ok().filter(|key| !key.is_empty());
    Surroundings { directory: current.join(directory), coloured, seconds, index, secret_key, places: places() }
}

/// Where helm and docker look for what is theirs, by their own rules.
#[expect(clippy::disallowed_methods, reason = "the environment is read here and nowhere else")]
fn places() -> Places {
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = given("HOME").or_else(|| given("USERPROFILE"));
    let below = |folder: &str| home.as_ref().map(|home| home.join(folder));
    let of_helm = |own: &str, common: &str, mac: &str, usual: &str| {
        let usual = || if cfg!(target_os = "macos") { below(mac) } else { below(usual) };
        given(own).or_else(|| Some(given(common).or_else(usual)?.join("helm")))
    };
    let cache = of_helm("HELM_CACHE_HOME", "XDG_CACHE_HOME", "Library/Caches", ".cache");
    let config = of_helm("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", "Library/Preferences", ".config");
    let of_config = |name: &str| config.as_ref().map(|config| config.join(name));
    let docker = given("DOCKER_CONFIG").or_else(|| below(".docker")).map(|folder| folder.join("config.json"));
    Places {
        cache: given("HELM_REPOSITORY_CACHE").or_else(|| Some(cache?.join("repository"))),
        repositories: given("HELM_REPOSITORY_CONFIG").or_else(|| of_config("repositories.yaml")),
        registries: given("HELM_REGISTRY_CONFIG").or_else(|| of_config("registry/config.json")).into_iter().chain(docker).collect(),
        cached: given("PORTCULLIS_CACHE"),
        terminal: std::io::stderr().is_terminal(),
    }
}
