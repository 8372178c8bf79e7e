//! One rule, with what it imports, to a program of regorus' register machine. The build compiles the rules that portcullis comes with.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

#[path = "../rego/defined.rs"]
mod defined;
#[path = "../rego/hoist.rs"]
pub(crate) mod hoist;
#[path = "../rego/walks.rs"]
pub(crate) mod walks;

use regorus::{languages::rego::compiler::Compiler, rvm::program::Program};

/// The Rego that rules share.
#[derive(Debug)]
pub(crate) struct Shared {
    files: Vec<File>,
}

/// A file of Rego that rules share.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
    /// The name of the package, as rules call it.
    package: String,
    rewritten: OnceLock<Result<String, String>>,
}

impl File {
    fn rewritten(&self) -> Result<&str, Failed> {
        let made = self.rewritten.get_or_init(|| rewritten(&self.path, &self.text).map_err(|error| error.to_string()));
        made.as_deref().map_err(|error| error.as_str().into())
    }
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
        let file = |(path, text): &(Arc<str>, Arc<str>)| {
            let (path, text, package) = (Arc::clone(path), Arc::clone(text), package(text));
            File { path, text, package, rewritten: OnceLock::new() }
        };
        Self { files: prelude.iter().map(file).collect() }
    }

    /// The files that a text names, and those that these name, by path.
    pub(crate) fn of_text(&self, text: &str) -> Vec<&File> {
        let mut found = BTreeMap::new();
        let mut texts = vec![text];
        while let Some(text) = texts.pop() {
            for file in &self.files {
                if text.contains(file.package.as_str()) && found.insert(&file.path, file).is_none() {
                    texts.push(&file.text);
                }
            }
        }
        found.into_values().collect()
    }
}

/// Names and arities of builtins.
pub(crate) type Added<'a> = &'a [(&'a str, usize)];

/// Compiles a rule, of which file and entry point are said, and what there is beside the builtins of regorus.
pub(crate) fn compile(shared: &Shared, (file, rego): (&str, &str), entry: &str, added: Added<'_>) -> Result<Program, Broken> {
    let shared = shared.of_text(rego);
    let program = match rewritten(file, rego).and_then(|rego| {
        let mut engine = regorus::Engine::new();
        for shared in &shared {
            engine.add_policy(shared.path.to_string(), shared.rewritten()?.to_owned())?;
        }
        if shared.iter().any(|shared| shared.text.contains(WALK)) || rego.contains(walks::PACKAGE) {
            engine.add_policy(WALKS.to_owned(), rewritten(WALKS, &walks::module())?)?;
        }
        engine.add_policy(file.to_owned(), rego)?;
        program(engine, entry, added)
    }) {
        Ok(program) => program,
        // What is wrong is told of what a person wrote.
        Err(error) => return Err(as_written(&shared, (file, rego), entry, added).err().unwrap_or_else(|| unlike_opa(&error))),
    };
    Ok(slim(Arc::unwrap_or_clone(program)))
}

/// What is called where somebody walks, and what the function is called where something is wrong with it.
const WALK: &str = "walk(";
const WALKS: &str = "walks.rego";

/// What compiles as it was written, but not in the words that the machine reads as OPA does; lines of these words are nobody's.
fn unlike_opa(error: &dyn fmt::Display) -> Broken {
    Broken { line: 1, reason: format!("the register machine cannot read it as OPA does: {}", Broken::of(error).reason) }
}

/// Compiles a rule in the words of the person who wrote it.
fn as_written(shared: &[&File], (file, rego): (&str, &str), entry: &str, added: Added<'_>) -> Result<(), Broken> {
    // A line of what the rule shares with others is none of its own.
    let is_own = |error: &dyn fmt::Display| !error.to_string().contains("--> ") || error.to_string().contains(&format!("--> {file}:"));
    let broken = |error: &dyn fmt::Display| if is_own(error) { Broken::of(error) } else { Broken { line: 1, ..Broken::of(error) } };
    let mut engine = regorus::Engine::new();
    for shared in shared {
        engine.add_policy(shared.path.to_string(), shared.text.to_string()).map_err(|error| broken(&error))?;
    }
    engine.add_policy(file.to_owned(), rego.to_owned()).map_err(|error| broken(&error))?;
    program(engine, entry, added).map(|_| ()).map_err(|error| broken(&error))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn program(mut engine: regorus::Engine, entry: &str, added: Added<'_>) -> Result<Arc<Program>, Failed> {
    let policy = engine.compile_with_entrypoint(&Arc::from(entry))?;
    Ok(Compiler::compile_from_policy_with_host_await(&policy, &[entry], added)?)
}

/// How deep negations may nest.
const MAX_ROUNDS: usize = 16;

/// The same Rego in the words that the machine reads as OPA does.
pub(crate) fn rewritten(path: &str, text: &str) -> Result<String, Failed> {
    let mut text = text.to_owned();
    for round in 0..MAX_ROUNDS {
        let parsed = tree(path, &text)?;
        match hoist::hoist(&text, &parsed, round)? {
            Some(hoisted) => text = hoisted,
            None => {
                let Some(text) = walks::walks(&text, &parsed) else { return Ok(defined::defined(&text, &parsed)) };
                return Ok(defined::defined(&text, &tree(path, &text)?));
            }
        }
    }
    Err(format!("negations nest more than {MAX_ROUNDS} deep").into())
}

fn tree(path: &str, text: &str) -> Result<serde_json::Value, Failed> {
    let mut engine = regorus::Engine::new();
    engine.add_policy(path.to_owned(), text.to_owned())?;
    let mut trees: serde_json::Value = serde_json::from_str(&engine.get_ast_as_json()?)?;
    Ok(trees.pointer_mut("/0/ast").ok_or("there is no syntax tree")?.take())
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
