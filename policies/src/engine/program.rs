//! One rule, with what it imports, to a program of regorus' register machine. The build compiles the rules that portcullis comes with.

use std::{collections::BTreeMap, fmt, sync::Arc};

use regorus::{languages::rego::compiler::Compiler, rvm::program::Program};

/// The Rego that rules share, and what of it each file takes from the others.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Path and text, and the name of the package as rules call it.
    files: Vec<(Arc<str>, Arc<str>, String)>,
}

/// What is wrong with Rego, and on which line.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) line: usize,
    pub(crate) reason: String,
}

impl Broken {
    /// What regorus says: `--> FILE:LINE:COLUMN`, the line itself with a mark below it, and `error: REASON`.
    pub(crate) fn of(error: &dyn fmt::Display) -> Self {
        let text = error.to_string();
        let line = text.split_once("--> ").and_then(|(_, rest)| rest.lines().next()?.rsplit(':').nth(1)?.parse().ok());
        let reason = text.rsplit_once("error: ").map_or(text.as_str(), |(_, reason)| reason).trim();
        Self { line: line.unwrap_or(1), reason: reason.to_owned() }
    }
}

impl Shared {
    /// Takes files by path.
    pub(crate) fn of(prelude: &[(Arc<str>, Arc<str>)]) -> Self {
        let package = |text: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix("package ")).unwrap_or_default();
            format!("data.{}", line.split(['#', ';']).next().unwrap_or_default().trim())
        };
        Self { files: prelude.iter().map(|(path, text)| (Arc::clone(path), Arc::clone(text), package(text))).collect() }
    }

    /// The files that a text names, and those that these name.
    pub(crate) fn of_text(&self, text: &str) -> BTreeMap<&Arc<str>, &Arc<str>> {
        let mut found = BTreeMap::new();
        let mut texts = vec![text];
        while let Some(text) = texts.pop() {
            for (path, shared, package) in &self.files {
                if text.contains(package.as_str()) && found.insert(path, shared).is_none() {
                    texts.push(shared);
                }
            }
        }
        found
    }
}

/// Compiles a rule, of which file and entry point are said.
pub(crate) fn compile(shared: &Shared, (file, rego): (&str, &str), entry: &str) -> Result<Program, Broken> {
    // A line of what the rule shares with others is none of its own.
    let is_own = |error: &dyn fmt::Display| !error.to_string().contains("--> ") || error.to_string().contains(&format!("--> {file}:"));
    let broken = |error: &dyn fmt::Display| if is_own(error) { Broken::of(error) } else { Broken { line: 1, ..Broken::of(error) } };
    let mut engine = regorus::Engine::new();
    for (path, text) in shared.of_text(rego) {
        engine.add_policy(path.to_string(), text.to_string()).map_err(|error| broken(&error))?;
    }
    engine.add_policy(file.to_owned(), rego.to_owned()).map_err(|error| broken(&error))?;
    let policy = engine.compile_with_entrypoint(&Arc::from(entry)).map_err(|error| broken(&error))?;
    let program = Compiler::compile_from_policy(&policy, &[entry]).map_err(|error| broken(&error))?;
    Ok(slim(Arc::unwrap_or_clone(program)))
}

/// The machine copies what is known of a rule each time that the rule is read, be it for the tenth time: the less there is, the better.
/// Names and texts are for listings, and what is not there says the same as what is everywhere none or false.
fn slim(mut program: Program) -> Program {
    program.sources = Vec::new();
    program.instruction_spans = Vec::new();
    for rule in &mut program.rule_infos {
        rule.name = String::new();
        if let Some(function) = &mut rule.function_info {
            function.param_names = Vec::new();
        }
        if rule.destructuring_blocks.iter().all(Option::is_none) {
            rule.destructuring_blocks = Vec::new();
        }
        if rule.else_bodies.iter().flatten().all(|is_else| !is_else) {
            rule.else_bodies = Vec::new();
        }
    }
    program
}
