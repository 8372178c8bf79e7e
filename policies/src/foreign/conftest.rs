//! Rego of conftest to rules: each `deny`, `violation` and `warn` of a package, with what the name goes on with.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use regorus::Value;

use super::{
    check::{check, forbidden},
    program::{Foreign, Module, Program, Question, Version},
    read::{CONFTEST, Taken},
};
use crate::{
    ConfigError, Group, Operation, OwnFile, Rule, RuleId, Scope, Severity, Target,
    input::text,
    own::{at, text as text_of},
    rego::{
        nesting,
        outline::{Outline, is_below, reached},
    },
};

/// `exception` of a package: lists of names of rules that do not count for an object.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    pub(super) path: String,
    /// What the name of the rule goes on with.
    name: String,
}

impl Exception {
    /// Whether the rule does not count.
    pub(super) fn holds(&self, found: &Value) -> bool {
        let name = text(&self.name);
        let has = |list: &Value| match list {
            Value::Array(names) => names.iter().any(|one| *one == name),
            Value::Set(names) => names.contains(&name),
            _ => false,
        };
        matches!(found, Value::Set(lists) if lists.iter().any(has))
    }
}

/// A file of Rego.
struct Policy<'a> {
    own: &'a OwnFile,
    module: Module,
    outline: Outline,
}

/// Takes the packages in files of Rego that stand alone; Rego that a template was made of is known by its package.
pub(super) fn take(files: &[&OwnFile], templates: &BTreeSet<String>, taken: &mut Taken) {
    let mut policies = Vec::new();
    for own in files.iter().filter(|own| own.path.ends_with(".rego")) {
        taken.used.insert(own.path.clone());
        if own.path.ends_with("_test.rego") {
            continue;
        }
        match read(own) {
            Ok(policy) if templates.contains(&policy.outline.package) => {}
            Ok(policy) => policies.push(policy),
            Err(mistake) => taken.mistakes.push(mistake),
        }
    }
    let packages: BTreeSet<&str> = policies.iter().map(|policy| policy.outline.package.as_str()).collect();
    for package in packages {
        take_package(package, &policies, taken);
    }
}

/// Reads a file, as OPA reads Rego today where it can.
fn read(own: &OwnFile) -> Result<Policy<'_>, ConfigError> {
    let text = text_of(&own.file)?;
    nesting::check(&text).map_err(|(line, message)| at(&own.file, line, format!("{} {message}", own.path), HINT))?;
    let module = |version| Module { path: own.path.as_str().into(), text: Arc::clone(&text), version };
    let parsed = |version| Program::new(vec![module(version)]).parse();
    let (version, engine) = match parsed(Version::V1) {
        Ok(engine) => (Version::V1, engine),
        Err((_, broken)) => {
            let message = || format!("{} does not compile: {}", own.path, broken.reason);
            (Version::V0, parsed(Version::V0).map_err(|_| at(&own.file, broken.line, message(), HINT))?)
        }
    };
    let outlines = Outline::all(&engine).map_err(|message| at(&own.file, 1, format!("{} {message}", own.path), HINT))?;
    Ok(Policy { own, module: module(version), outline: outlines.into_iter().next().unwrap_or_default() })
}

/// What to do about Rego that is left out.
const HINT: &str = "what it decides was left out; `conftest verify` tries it";

fn take_package(package: &str, policies: &[Policy<'_>], taken: &mut Taken) {
    let own = |policy: &&Policy<'_>| policy.outline.package == package;
    let rules: BTreeSet<&str> = policies.iter().filter(own).flat_map(|policy| &policy.outline.rules).map(String::as_str).collect();
    let asked: Vec<(&str, Severity)> = rules.iter().filter_map(|name| Some((*name, severity(name)?))).collect();
    let Some(first) = policies.iter().find(own).filter(|_| !asked.is_empty()) else { return };
    let id = |name: &str| format!("conftest/{package}/{name}");
    let used = closure(package, policies);
    let made = program(&used, policies).and_then(|program| {
        let review = used.iter().filter(|policy| policy.outline.package == package).find(|policy| policy.outline.reads_review);
        match review {
            Some(policy) => Err(at(
                &policy.own.file,
                1,
                format!("{} reads input.review, as Rego of a ConstraintTemplate does", policy.own.path),
                "put the template and a constraint beside it: conftest shows objects as they are",
            )),
            None => Ok(program),
        }
    });
    let Compiled { program, outlines, forbidden } = match made {
        Ok(made) => made,
        Err(mistake) => {
            taken.mistakes.push(mistake);
            taken.ids.extend(asked.iter().map(|(name, _)| id(name)));
            return;
        }
    };
    let program = Arc::new(program);
    for module in program.modules() {
        taken.kept.insert(format!("{CONFTEST}/{}", module.path), module.text.to_string());
    }
    let text: Vec<&str> = program.modules().iter().map(|module| &*module.text).collect();
    let text: Arc<str> = text.join("\n").into();
    let mut told = BTreeSet::new();
    for (name, severity) in asked {
        // A rule that cannot be asked costs the others nothing.
        let leads_to = reached(&outlines, &format!("data.{package}.{name}"));
        let exempt = rules.contains("exception").then(|| reached(&outlines, &format!("data.{package}.exception")));
        let calls: Vec<(&String, &ConfigError)> =
            forbidden.iter().filter(|(call, _)| leads_to.contains(*call) || exempt.iter().any(|exempt| exempt.contains(*call))).collect();
        if !calls.is_empty() {
            taken.mistakes.extend(calls.into_iter().filter(|(call, _)| told.insert((*call).clone())).map(|(_, mistake)| mistake.clone()));
            taken.ids.push(id(name));
            continue;
        }
        let exception = rules.contains("exception").then(|| Exception {
            path: format!("data.{package}.exception"),
            name: name.split_once('_').map_or("", |(_, rest)| rest).to_owned(),
        });
        let place = policies.iter().filter(own).find(|policy| policy.outline.rules.contains(name)).unwrap_or(first);
        let foreign =
            Foreign { program: Arc::clone(&program), path: format!("data.{package}.{name}"), question: Question::Conftest(exception) };
        taken.rules.push(rule(&id(name), (package, name), severity, place, &text, foreign));
    }
}

/// The level of a rule by its name; none where conftest does not ask it.
fn severity(name: &str) -> Option<Severity> {
    let (word, rest) = name.split_once('_').unwrap_or((name, "x"));
    let is_name = rest.split('_').all(|part| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_alphanumeric()));
    match word {
        "deny" | "violation" if is_name => Some(Severity::Error),
        "warn" if is_name => Some(Severity::Warning),
        _ => None,
    }
}

fn rule(id: &str, (package, name): (&str, &str), severity: Severity, place: &Policy<'_>, text: &Arc<str>, foreign: Foreign) -> Rule {
    let file = place.own.file.path();
    Rule {
        id: RuleId::new(id),
        title: format!("conftest policy {package}.{name}"),
        description: format!("The Rego in {file} decides it."),
        severity,
        group: Group::Platform,
        aliases: Vec::new(),
        checklists: Vec::new(),
        off: None,
        scope: Scope::Resource,
        target: Target::Any,
        joins: Vec::new(),
        operations: vec![Operation::Create, Operation::Update],
        params: serde_json::Map::new(),
        elements: BTreeMap::new(),
        facts: Vec::new(),
        readme: format!(
            "## What it finds\n\nObjects that `{name}` of package `{package}` in {file} speaks of, as conftest would find them.\n\n\
             ## Why it matters\n\nThe policy says it.\n\n## How to fix\n\nChange the object as the message says.\n"
        )
        .into(),
        rego: format!("{text}\n# {id}\n").into(),
        passes: Vec::new(),
        fails: Vec::new(),
        span: Some(place.own.file.span()),
        foreign: Some(Arc::new(foreign)),
    }
}

/// The files of a package, and those of the packages that these name.
fn closure<'a>(package: &str, policies: &'a [Policy<'a>]) -> Vec<&'a Policy<'a>> {
    let mut wanted: Vec<String> = vec![package.to_owned()];
    let mut found: BTreeMap<&str, &Policy<'_>> = BTreeMap::new();
    while let Some(package) = wanted.pop() {
        for policy in policies.iter().filter(|policy| policy.outline.package == package) {
            if found.insert(&policy.own.path, policy).is_some() {
                continue;
            }
            let read = policy.outline.data.iter().chain(&policy.outline.imports).map(|(_, path)| path);
            for path in read {
                let named =
                    policies.iter().map(|other| &other.outline.package).filter(|package| is_below(path, &format!("data.{package}")));
                wanted.extend(named.cloned());
            }
        }
    }
    found.into_values().collect()
}

/// A package with what it names, and what it calls and cannot.
struct Compiled {
    program: Program,
    outlines: Vec<Outline>,
    forbidden: BTreeMap<String, ConfigError>,
}

fn program(used: &[&Policy<'_>], policies: &[Policy<'_>]) -> Result<Compiled, ConfigError> {
    let modules: Vec<Module> = used.iter().map(|policy| policy.module.clone()).collect();
    let wrong = |module: usize, line: usize, message: String| match used.get(module) {
        Some(policy) => at(&policy.own.file, line, format!("{} {message}", policy.own.path), HINT),
        None => ConfigError { message, span: None, hint: None },
    };
    let (program, outlines) = check(&modules).map_err(|fault| wrong(fault.module, fault.line, fault.message))?;
    let forbidden = forbidden(&outlines).into_iter().map(|(call, fault)| (call, wrong(fault.module, fault.line, fault.message))).collect();
    for (index, outline) in outlines.iter().enumerate() {
        let is_known = |path: &str| policies.iter().any(|other| is_below(path, &format!("data.{}", other.outline.package)));
        let named = outline.data.iter().chain(outline.imports.iter().filter(|(_, path)| is_below(path, "data")));
        for (line, path) in named {
            if !is_known(path) {
                return Err(wrong(index, *line, format!("reads {path}, which no file here has; data of --data is not read")));
            }
        }
    }
    Ok(Compiled { program, outlines, forbidden })
}
