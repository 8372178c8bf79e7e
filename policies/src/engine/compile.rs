//! Rules to programs, one each, whose entry points are their findings.
//!
//! The machine readies itself for an evaluation in time that grows with its program, and forgets afterwards what it knew: a program for each
//! rule, with what the rule imports and nothing else, costs a fraction of one for all. A rule that nobody asks is not even compiled.

use std::sync::{Arc, OnceLock};

use regorus::rvm::{
    program::{DeserializationResult, Program},
    vm::RegoVM,
};

use super::{
    Memory, Worker,
    keys::Keys,
    memory, names,
    program::{self, Broken, Shared},
    settings::{ALL_RULES, is_bound},
};
use crate::{
    Config, ConfigError, Level, Library, Rule, Scope, builtins,
    config::{Admission, Located, RuleSettings, Setting, SettingLevel, WaiverEntry},
    hash,
    rego::{
        nesting,
        outline::{Outline, cycle, is_below},
    },
};

/// Why rules can't be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// A rule or the prelude is no Rego.
    #[error("rule {rule} does not compile: {reason}")]
    Compile {
        /// The rule.
        rule: String,
        /// What regorus says.
        reason: String,
    },
    /// The configuration speaks of rules or parameters that there are not.
    #[error("{} in the configuration of rules", if .0.len() == 1 { "an error" } else { "errors" })]
    Config(Vec<ConfigError>),
}

/// A program for each rule, or why there is none, once somebody asked for it.
pub(super) type Programs = Arc<[OnceLock<Result<Arc<Program>, String>>]>;

/// All rules, each compiled once, when it is first asked; may be shared between threads.
#[derive(Debug)]
pub struct Engine {
    pub(super) rules: Vec<Rule>,
    pub(super) config: Config,
    /// By rule.
    programs: Programs,
    shared: Shared,
    /// Whether rules share what they share in the library that portcullis comes with.
    is_ours: bool,
    digest: String,
    /// Whether some rule looks at the request, and not only at the object.
    pub(super) reads_review: bool,
    /// Whether some rule looks at objects, and not only at what their schemas say.
    pub(super) reads_objects: bool,
    /// By rule: whether what holds for it may differ from namespace to namespace.
    bound: Vec<bool>,
    /// By rule: its text and what it shares with others, as part of questions.
    codes: Vec<OnceLock<[u8; 32]>>,
    /// What rules share, as part of questions.
    pub(super) prelude: [u8; 32],
    pub(super) memory: Option<Arc<dyn Memory>>,
    /// What the objects must have that rules find anything in.
    pub(super) keys: Keys,
}

/// How many instructions one evaluation may take; a platform rule sees thousands of resources.
pub(super) const MAX_INSTRUCTIONS: usize = 50_000_000;

impl Engine {
    /// Takes the rules of a library under a configuration.
    ///
    /// # Errors
    /// The configuration names what does not exist.
    pub fn new(library: &Library, config: &Config) -> Result<Self, EngineError> {
        let errors: Vec<ConfigError> = names::faults(library, config).into_iter().map(|fault| fault.error).collect();
        if !errors.is_empty() {
            return Err(EngineError::Config(errors));
        }
        let rules: Vec<Rule> = library.rules().to_vec();
        let programs = rules.iter().map(|_| OnceLock::new()).collect();
        let digest = digest(library, config);
        let reads_review = rules.iter().any(Rule::reads_review);
        let reads_objects = rules.iter().any(|rule| !rule.reads_schema());
        let (shared, is_ours) = (Shared::of(library.prelude()), library.shares_ours());
        let bound = rules.iter().map(|rule| is_bound(rule, config)).collect();
        let codes = rules.iter().map(|_| OnceLock::new()).collect();
        // A rule on another prelude may read anything.
        let keys = Keys::of(rules.iter().map(|rule| needs(rule).filter(|_| is_ours && rule.scope == Scope::Resource)));
        let config = config.clone();
        let prelude = memory::of_texts(library.prelude());
        Ok(Self {
            rules,
            config,
            programs,
            shared,
            is_ours,
            digest,
            reads_review,
            reads_objects,
            bound,
            codes,
            prelude,
            memory: None,
            keys,
        })
    }

    /// Compiles every rule now, for whoever cannot wait for the first time that it is asked.
    ///
    /// # Errors
    /// One of them does not compile.
    pub fn compile(&self) -> Result<(), EngineError> {
        for (index, rule) in self.rules.iter().enumerate() {
            let made = match &rule.foreign {
                Some(foreign) => foreign.program.engine().map(|_| ()),
                // What is not ours comes as a file, and nobody comes back from what goes in circles.
                None => self.ends(rule).and_then(|()| self.program(index).map(|_| ())),
            };
            made.map_err(|reason| EngineError::Compile { rule: rule.id.to_string(), reason })?;
        }
        Ok(())
    }

    fn ends(&self, rule: &Rule) -> Result<(), String> {
        if self.is_ours && is_ready(rule) {
            return Ok(());
        }
        let files = self.shared.of_text(&rule.rego);
        for text in files.iter().map(|file| &file.text).chain([&rule.rego]) {
            nesting::check(text).map_err(|(line, reason)| format!("line {line} {reason}"))?;
        }
        ends(&self.shared, rule).map_err(|broken| broken.reason)
    }

    /// The program of a rule.
    pub(super) fn program(&self, rule: usize) -> Result<Arc<Program>, String> {
        let (Some(cell), Some(rule)) = (self.programs.get(rule), self.rules.get(rule)) else {
            return Err("there is no such rule".to_owned());
        };
        let make = || {
            let ready = if self.is_ours { ready(rule) } else { None };
            let mut made = ready.map_or_else(|| compile(&self.shared, rule).map_err(|broken| broken.reason), Ok)?;
            builtins::install(&mut made);
            Ok(Arc::new(made))
        };
        cell.get_or_init(make).clone()
    }

    /// What tells this engine from others.
    pub(super) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// `sha256:` and the hash of everything that decides what is found: rules, prelude, levels, parameters and facts of the configuration.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The digest that an engine of these rules and this configuration has.
    #[must_use]
    pub fn digest_of(library: &Library, config: &Config) -> String {
        digest(library, config)
    }

    /// The configuration that it was made with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The rules that this engine evaluates.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether some rule looks at the request, and not only at the object.
    pub(crate) fn reads_review(&self) -> bool {
        self.reads_review
    }

    /// Whether what holds for a rule may differ from namespace to namespace.
    pub(super) fn is_bound(&self, rule: usize) -> bool {
        self.bound.get(rule).copied().unwrap_or(true)
    }

    /// The text of a rule and what it shares with others, as part of questions.
    pub(super) fn code(&self, rule: usize) -> Option<&[u8; 32]> {
        Some(self.codes.get(rule)?.get_or_init(|| memory::of_rule(self, rule)))
    }

    /// What a rule that can't be evaluated does, whose level is known.
    pub(super) fn on_error(&self, rule: usize, level: Level) -> Level {
        let of = |id: &str| self.config.rules.get(id).and_then(|settings| settings.value.on_error);
        self.rules.get(rule).and_then(|rule| of(rule.id.as_str())).or_else(|| of(ALL_RULES)).unwrap_or(level)
    }

    /// What one thread evaluates with.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker::new(self)
    }
}

/// Readies a machine for a program.
pub(super) fn machine(program: Arc<Program>) -> RegoVM {
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine.set_max_instructions(MAX_INSTRUCTIONS);
    machine
}

/// A rule that portcullis comes with: its id, its text, the program that was made of that, and sets of keys, of which an object must have one for
/// the rule to find anything.
type Ready = (&'static str, &'static str, &'static [u8], &'static [&'static [&'static str]]);

const READY: &[Ready] = include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// Whether a rule is one of those, word for word.
pub(super) fn is_ready(rule: &Rule) -> bool {
    known(rule).is_some()
}

/// What an object must have for one of those to find anything, as sets of keys, of which one is enough.
fn needs(rule: &Rule) -> Option<&'static [&'static [&'static str]]> {
    known(rule).map(|(_, _, _, needs)| *needs)
}

fn known(rule: &Rule) -> Option<&'static Ready> {
    let place = READY.binary_search_by_key(&rule.id.as_str(), |(id, ..)| id).ok()?;
    READY.get(place).filter(|(_, text, ..)| **text == *rule.rego)
}

/// The program of a rule, if it is one of those.
fn ready(rule: &Rule) -> Option<Program> {
    let (_, _, bytes, _) = known(rule)?;
    match Program::deserialize_binary(bytes) {
        Ok(DeserializationResult::Complete(program)) => Some(program),
        Ok(DeserializationResult::Partial(_)) | Err(_) => None,
    }
}

/// Whether shared Rego is Rego.
///
/// # Errors
/// What regorus says.
pub(crate) fn parses(path: &str, text: &str) -> Result<(), Broken> {
    regorus::Engine::new().add_policy(path.to_owned(), text.to_owned()).map(|_| ()).map_err(|error| Broken::of(&error))
}

/// Whether a rule compiles on top of what rules share, and nothing of that goes in circles.
///
/// # Errors
/// What regorus says.
pub(crate) fn compiles(prelude: &[(Arc<str>, Arc<str>)], rule: &Rule) -> Result<(), Broken> {
    let shared = Shared::of(prelude);
    ends(&shared, rule)?;
    resolves(&shared, rule)?;
    compile(&shared, rule).map(|_| ())
}

/// Whether something is there of all that a rule imports and reads as data: what is not is undefined, and so is what rests on it.
fn resolves(shared: &Shared, rule: &Rule) -> Result<(), Broken> {
    let mut engine = regorus::Engine::new();
    let own = [(file(rule).into(), Arc::clone(&rule.rego))];
    let files = shared.of_text(&rule.rego).into_iter().map(|file| (Arc::clone(&file.path), Arc::clone(&file.text)));
    for (path, text) in own.into_iter().chain(files) {
        let (path, text): (Arc<str>, Arc<str>) = (path, text);
        engine.add_policy(path.to_string(), text.to_string()).map_err(|error| Broken::of(&error))?;
    }
    let outlines = Outline::all(&engine).map_err(|reason| Broken { line: 1, reason: format!("it {reason}") })?;
    let Some(outline) = outlines.first() else { return Ok(()) };
    let is_there = |path: &str| {
        outlines.iter().any(|other| {
            let package = format!("data.{}", other.package);
            is_below(&package, path) || other.rules.iter().any(|rule| is_below(path, &format!("{package}.{rule}")))
        })
    };
    let missing = outline.imports.iter().chain(&outline.data).find(|(_, path)| is_below(path, "data") && !is_there(path));
    missing.map_or(Ok(()), |(line, path)| Err(Broken { line: *line, reason: format!("nothing is called {path}") }))
}

/// The first text that leads back to itself, where some do.
pub(crate) fn circle(files: &[(Arc<str>, Arc<str>)]) -> Option<(usize, Broken)> {
    let mut engine = regorus::Engine::new();
    // What is no Rego is found out where it is compiled.
    for (path, text) in files {
        engine.add_policy(path.to_string(), text.to_string()).ok()?;
    }
    match Outline::all(&engine) {
        Ok(outlines) => cycle(&outlines).map(|(place, line, name)| (place, Broken { line, reason: format!("{name} calls itself") })),
        // Which of several nests too deep nobody says.
        Err(_) if files.len() > 1 => {
            (0..).zip(files).find_map(|(place, file)| circle(std::slice::from_ref(file)).map(|(_, broken)| (place, broken)))
        }
        Err(reason) => Some((0, Broken { line: 1, reason: format!("it {reason}") })),
    }
}

/// Whether nothing in a rule, or in what it shares with others, leads back to itself.
///
/// # Errors
/// What does.
fn ends(shared: &Shared, rule: &Rule) -> Result<(), Broken> {
    let own = (file(rule).into(), Arc::clone(&rule.rego));
    let mut files: Vec<(Arc<str>, Arc<str>)> = vec![own];
    files.extend(shared.of_text(&rule.rego).into_iter().map(|file| (Arc::clone(&file.path), Arc::clone(&file.text))));
    match circle(&files) {
        Some((0, broken)) => Err(broken),
        Some((_, broken)) => Err(Broken { line: 1, ..broken }),
        None => Ok(()),
    }
}

fn file(rule: &Rule) -> String {
    format!("rules/{}/rule.rego", rule.id)
}

fn compile(shared: &Shared, rule: &Rule) -> Result<Program, Broken> {
    program::compile(shared, (&file(rule), &rule.rego), &rule.entry_point(), &builtins::added())
}

fn digest(library: &Library, config: &Config) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (path, text) in library.prelude() {
        parts.extend([path.to_string(), text.to_string()]);
    }
    for rule in library.rules() {
        parts.extend([rule.id.to_string(), rule.rego.to_string()]);
    }
    parts.push(settings_text(config));
    format!("sha256:{}", hash::of_parts(parts.iter().map(String::as_str)))
}

/// Everything of the configuration that decides what is found, in a fixed order and without places.
fn settings_text(config: &Config) -> String {
    let rules: serde_json::Map<String, serde_json::Value> =
        config.rules.iter().map(|(id, rule)| (id.to_string(), rule_json(&rule.value))).collect();
    let environments: serde_json::Map<String, serde_json::Value> = config
        .environments
        .iter()
        .map(|environment| {
            let levels = environment.levels.iter().map(|(id, level)| (id.to_string(), level_name(level.value).into()));
            (environment.name.value.to_string(), serde_json::Value::Object(levels.collect()))
        })
        .collect();
    let texts = |items: &[Located<Arc<str>>]| items.iter().map(|item| item.value.to_string()).collect::<Vec<_>>();
    let labels: serde_json::Map<String, serde_json::Value> =
        config.scoring.labels.iter().map(|(key, value)| (key.to_string(), (*value.value).into())).collect();
    let registries = config.registries.iter().map(|registry| format!("{}/{}", registry.account.value, registry.region.value));
    let mut settings = serde_json::json!({
        "rules": rules, "environments": environments, "zones": texts(&config.zones), "registries": registries.collect::<Vec<_>>(),
        "scoring": {"namespaces": texts(&config.scoring.namespaces), "labels": labels},
    });
    let mut put = |key: &str, value: serde_json::Value| settings.as_object_mut().map(|settings| settings.insert(key.to_owned(), value));
    // What says where an environment is, and who answers for what, decides as much as levels do.
    let places: Vec<_> = (config.environments.iter())
        .map(|environment| [&environment.applications, &environment.namespaces, &environment.clusters].map(|globs| texts(globs)))
        .collect();
    if places.iter().flatten().any(|globs| !globs.is_empty()) {
        put("places", serde_json::json!(places));
    }
    // What objects are checked against decides what rules of schemas find.
    let version = |version: &Option<Located<Arc<str>>>| version.as_ref().map(|version| version.value.to_string());
    let of_environments = config.environments.iter().map(|one| version(&one.kubernetes_version));
    let of_clusters = config.clusters.iter().map(|one| version(&one.kubernetes_version));
    let versions: Vec<_> = std::iter::once(version(&config.kubernetes_version)).chain(of_environments).chain(of_clusters).collect();
    if versions.iter().any(Option::is_some) {
        put("kubernetes", serde_json::json!(versions));
    }
    if !config.waivers.is_empty() {
        put("waivers", config.waivers.iter().map(waiver_json).collect());
    }
    let admission = &config.admission;
    if *admission != Admission::default() {
        let break_glass = admission.break_glass.as_ref().map(|glass| serde_json::json!([texts(&glass.groups), glass.hours]));
        let admission = serde_json::json!([texts(&admission.exclude_namespaces), texts(&admission.controllers), break_glass]);
        put("admission", admission);
    }
    settings.to_string()
}

fn waiver_json(waiver: &WaiverEntry) -> serde_json::Value {
    let texts = |items: &[Located<Arc<str>>]| items.iter().map(|item| item.value.to_string()).collect::<Vec<_>>();
    let who = [&waiver.rule, &waiver.reason, &waiver.owner, &waiver.ticket].map(|text| text.value.to_string());
    serde_json::json!([who, texts(&waiver.resources), texts(&waiver.environments), waiver.expires.value.to_string()])
}

fn rule_json(rule: &RuleSettings) -> serde_json::Value {
    let environments = rule.environments.iter().map(|(name, setting)| (name.to_string(), setting_json(&setting.value)));
    let namespaces: Vec<_> = rule.namespaces.iter().map(|(glob, setting)| serde_json::json!([&**glob, setting_json(setting)])).collect();
    let mut settings = serde_json::json!({
        "everywhere": setting_json(&rule.everywhere),
        "environments": environments.collect::<serde_json::Map<_, _>>(),
        "namespaces": namespaces,
    });
    if let (Some(level), Some(settings)) = (rule.on_error, settings.as_object_mut()) {
        settings.insert("onError".to_owned(), level.name().into());
    }
    settings
}

fn setting_json(setting: &Setting) -> serde_json::Value {
    let params = setting.params.iter().map(|(name, value)| (name.to_string(), value.value.clone()));
    serde_json::json!({
        "level": setting.level.as_ref().map(|level| level_name(level.value)),
        "params": params.collect::<serde_json::Map<_, _>>(),
    })
}

fn level_name(level: SettingLevel) -> &'static str {
    match level {
        SettingLevel::Off => "off",
        SettingLevel::On(level) => level.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, Shared, ends, nesting};
    use crate::{Config, Library};

    /// What is read by the name of a package makes regorus' machine evaluate all of its rules, over and over: rules of the prelude are
    /// imported one by one, as `import data.portcullis.prelude.pods.movable`. Functions may be called by the name of their package.
    #[test]
    fn no_rule_reads_whole_packages() {
        let engine = Engine::new(&Library::embedded().unwrap(), &Config::default()).unwrap();
        for (index, rule) in engine.rules.iter().enumerate() {
            let program = engine.program(index).unwrap();
            assert!(super::ready(rule).is_some(), "{}", rule.id);
            assert_eq!(program.instruction_data.virtual_data_document_lookup_params.len(), 0, "{}", rule.id);
        }
    }
    #[test]
    fn nothing_of_ours_goes_in_circles() {
        let library = Library::embedded().unwrap();
        let shared = Shared::of(library.prelude());
        for rule in library.rules() {
            ends(&shared, rule).map_err(|broken| format!("{}: {}", rule.id, broken.reason)).unwrap();
            nesting::check(&rule.rego).unwrap();
        }
    }
}
