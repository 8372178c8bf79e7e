//! One rule, with what it imports, to a program of regorus' register machine. The build compiles the rules that portcullis comes with.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

#[path = "../rego/bounded.rs"]
pub(crate) mod bounded;
#[path = "../rego/defined.rs"]
mod defined;
#[path = "../rego/hoist.rs"]
pub(crate) mod hoist;

use bounded::Bounded;
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
        let make = || {
            let mut bounds = (!self.is_ours()).then(Bounded::default);
            rewritten_within(&self.path, &self.text, bounds.as_mut())
        };
        let made = self.rewritten.get_or_init(|| make().map_err(|error| error.to_string()));
        made.as_deref().map_err(|error| error.as_str().into())
    }

    /// Whether it is of the library that portcullis comes with.
    fn is_ours(&self) -> bool {
        self.package.starts_with("data.portcullis.")
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

/// Compiles a rule, of which file and entry point are said.
pub(crate) fn compile(shared: &Shared, (file, rego): (&str, &str), entry: &str) -> Result<Program, Broken> {
    compile_rewritten(shared, (file, rego), entry, || Ok(Words { text: rewritten(file, rego)?, functions: None }))
}

/// The same where a stranger wrote it, so that no builtin that it calls makes what fills the memory.
pub(crate) fn compile_bounded(shared: &Shared, (file, rego): (&str, &str), entry: &str) -> Result<Program, Broken> {
    compile_rewritten(shared, (file, rego), entry, || bounded_words(&shared.of_text(rego), (file, rego)))
}

/// A text that a stranger wrote in the words that the machine reads as OPA does, with what this and what it shares need.
pub(crate) fn bounded_words(shared: &[&File], (file, rego): (&str, &str)) -> Result<Words, Failed> {
    let mut bounds = Bounded::default();
    for shared in shared.iter().filter(|shared| !shared.is_ours()) {
        rewritten_within(&shared.path, &shared.text, Some(&mut bounds))?;
    }
    let text = rewritten_within(file, rego, Some(&mut bounds))?;
    let functions = bounds.module().map(|module| rewritten(FUNCTIONS, &module)).transpose()?;
    Ok(Words { text, functions })
}

/// What the functions with bounds are called where something is wrong with them.
const FUNCTIONS: &str = "bounded.rego";

/// A rule in the words that the machine reads as OPA does, and the functions that these call.
pub(crate) struct Words {
    pub(crate) text: String,
    pub(crate) functions: Option<String>,
}

fn compile_rewritten(
    shared: &Shared,
    (file, rego): (&str, &str),
    entry: &str,
    words: impl FnOnce() -> Result<Words, Failed>,
) -> Result<Program, Broken> {
    let shared = shared.of_text(rego);
    let program = match words().and_then(|words| {
        let mut engine = regorus::Engine::new();
        for shared in &shared {
            engine.add_policy(shared.path.to_string(), shared.rewritten()?.to_owned())?;
        }
        if let Some(functions) = words.functions {
            engine.add_policy(FUNCTIONS.to_owned(), functions)?;
        }
        engine.add_policy(file.to_owned(), words.text)?;
        program(engine, entry)
    }) {
        Ok(program) => program,
        // What is wrong is told of what a person wrote.
        Err(error) => return Err(as_written(&shared, (file, rego), entry).err().unwrap_or_else(|| unlike_opa(&error))),
    };
    Ok(slim(Arc::unwrap_or_clone(program)))
}

/// What compiles as it was written, but not in the words that the machine reads as OPA does; lines of these words are nobody's.
fn unlike_opa(error: &dyn fmt::Display) -> Broken {
    Broken { line: 1, reason: format!("the register machine cannot read it as OPA does: {}", Broken::of(error).reason) }
}

/// Compiles a rule in the words of the person who wrote it.
fn as_written(shared: &[&File], (file, rego): (&str, &str), entry: &str) -> Result<(), Broken> {
    // A line of what the rule shares with others is none of its own.
    let is_own = |error: &dyn fmt::Display| !error.to_string().contains("--> ") || error.to_string().contains(&format!("--> {file}:"));
    let broken = |error: &dyn fmt::Display| if is_own(error) { Broken::of(error) } else { Broken { line: 1, ..Broken::of(error) } };
    let mut engine = regorus::Engine::new();
    for shared in shared {
        engine.add_policy(shared.path.to_string(), shared.text.to_string()).map_err(|error| broken(&error))?;
    }
    engine.add_policy(file.to_owned(), rego.to_owned()).map_err(|error| broken(&error))?;
    program(engine, entry).map(|_| ()).map_err(|error| broken(&error))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn program(mut engine: regorus::Engine, entry: &str) -> Result<Arc<Program>, Failed> {
    let policy = engine.compile_with_entrypoint(&Arc::from(entry))?;
    Ok(Compiler::compile_from_policy(&policy, &[entry])?)
}

/// How deep negations may nest.
const MAX_ROUNDS: usize = 16;

/// The same Rego in the words that the machine reads as OPA does.
pub(crate) fn rewritten(path: &str, text: &str) -> Result<String, Failed> {
    rewritten_within(path, text, None)
}

/// The same with bounds, where there are to be some.
fn rewritten_within(path: &str, text: &str, bounds: Option<&mut Bounded>) -> Result<String, Failed> {
    let mut text = text.to_owned();
    for round in 0..MAX_ROUNDS {
        let tree = tree(path, &text)?;
        match hoist::hoist(&text, &tree, round)? {
            Some(hoisted) => text = hoisted,
            None => {
                let Some(bounds) = bounds else { return Ok(defined::defined(&text, &tree)) };
                text = bounds.text(&text, &tree);
                return Ok(defined::defined(&text, &self::tree(path, &text)?));
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
