//! Fixtures of rules: what is in `pass/` has no finding, what is in `fail/` has exactly those that its comments tell, each on its line.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use portcullis_source::{Document, Partial, Problem, SourceFile, Sources, Span, Text, yaml};

use crate::{Change, Config, Context, Engine, EngineError, Finding, Library, Resource, Rule, RuleInput, Scope, json};

/// How often an evaluation is tried to know what it takes.
const ROUNDS: usize = 64;

/// The platform that fixtures stand on where nobody gives another one.
pub const PLATFORM: &str = include_str!("../rules/platform.yaml");

/// What stands before the message of a finding, on the line that it is expected at.
const MARK: &str = "# finding: ";

/// What stands before the parameters of the rule, in the first line of a fixture.
const PARAMS: &str = "# params: ";

/// A file that a rule is tried on.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Its name, as `fail/silence.yaml`.
    pub name: String,
    /// The file.
    pub file: Arc<SourceFile>,
}

/// What was found in a fixture, against what it tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// The line and the message of every finding that should be there.
    pub expected: BTreeSet<(u32, String)>,
    /// Those that are there.
    pub found: Vec<(u32, String)>,
    /// What could not be checked.
    pub problems: Vec<String>,
}

impl Trial {
    /// Whether everything is as the fixture tells.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.problems.is_empty() && self.missing().next().is_none() && self.unexpected().is_empty()
    }

    /// What should have been found.
    pub fn missing(&self) -> impl Iterator<Item = &(u32, String)> {
        self.expected.iter().filter(|one| !self.found.contains(one))
    }

    /// What was found and should not, or more than once.
    #[must_use]
    pub fn unexpected(&self) -> Vec<&(u32, String)> {
        let mut left = self.expected.clone();
        self.found.iter().filter(|one| !left.remove(one)).collect()
    }
}

/// A finding and the place that is told.
type Placed = (Finding, Option<Span>);

/// What fixtures are tried with.
#[derive(Debug)]
pub struct Bench {
    library: Library,
    platform: String,
    sources: Sources,
    tell: Option<Tell>,
}

/// Tells of resources what their schemas say against them, under a configuration.
pub type Tell = fn(&Config, &mut [Resource]);

impl Bench {
    /// A library, and the configuration that fixtures stand on, as text.
    #[must_use]
    pub fn new(library: Library, platform: &str) -> Self {
        Self { library, platform: platform.to_owned(), sources: Sources::default(), tell: None }
    }

    /// The same with somebody who looks at schemas, without whom the rules that ask for them find nothing.
    #[must_use]
    pub fn with_schemas(self, tell: Tell) -> Self {
        Self { tell: Some(tell), ..self }
    }

    /// The resources of a fixture, as an engine sees them.
    fn resources(&self, fixture: &Fixture, engine: &Engine) -> Result<Vec<Resource>, String> {
        let mut resources = resources(fixture)?;
        if let Some(tell) = self.tell {
            tell(engine.config(), &mut resources);
        }
        Ok(resources)
    }

    /// The library.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The fixtures of a rule.
    #[must_use]
    pub fn fixtures(&self, rule: &Rule) -> Vec<Fixture> {
        let named = [("pass", &rule.passes), ("fail", &rule.fails)];
        let all = named.into_iter().flat_map(|(folder, files)| files.iter().map(move |(name, text)| (format!("{folder}/{name}"), text)));
        all.map(|(name, text)| Fixture { file: self.sources.add(format!("{}/{name}", rule.id), text.as_bytes()), name }).collect()
    }

    /// The engine that a fixture asks for: the one rule, with the parameters that its first line sets; a rule that is off by itself is on.
    ///
    /// # Errors
    /// The parameters or the platform are wrong, or the rule does not compile.
    pub fn engine(&self, rule: &Rule, fixture: &Fixture) -> Result<Engine, String> {
        let text = String::from_utf8_lossy(fixture.file.bytes()).into_owned();
        self.engine_with(rule, text.lines().next().and_then(|line| line.strip_prefix(PARAMS)))
    }

    fn engine_with(&self, rule: &Rule, params: Option<&str>) -> Result<Engine, String> {
        let mut text = self.platform.clone();
        if params.is_some() || rule.off.is_some() {
            let (level, params) = (rule.severity.level().name(), params.unwrap_or("{}"));
            text.push_str(&format!("\nrules:\n  {}: {{ level: {level}, params: {params} }}\n", rule.id));
        }
        let mistakes = |errors: &[crate::ConfigError]| errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; ");
        let file = self.sources.add("platform.yaml", text.as_bytes());
        let config = Config::parse(&file).map_err(|errors| mistakes(&errors))?;
        let library = self.library.only(&[rule.id.as_str()]).map_err(|error| error.to_string())?;
        Engine::new(&library, &config).map_err(|error| match error {
            EngineError::Config(errors) => mistakes(&errors),
            EngineError::Compile { .. } => error.to_string(),
        })
    }

    /// Tries a rule on a fixture.
    ///
    /// # Errors
    /// The fixture is none.
    pub fn run(&self, rule: &Rule, fixture: &Fixture) -> Result<Trial, String> {
        let found = self.found(rule, fixture)?;
        let line = |place: Option<Span>| place.and_then(|span| self.sources.locate(span)).map_or(0, |location| location.line);
        let said = found.value.into_iter().map(|(finding, place)| (line(place), finding.message)).collect();
        let problems = found.problems.into_iter().map(|problem| problem.message).collect();
        Ok(Trial { expected: expected(&fixture.file), found: said, problems })
    }

    /// What a rule sees of a fixture, and what it says of that.
    ///
    /// # Errors
    /// The fixture is none.
    pub fn inputs(&self, rule: &Rule, fixture: &Fixture) -> Result<Vec<RuleInput>, String> {
        match rule.scope {
            Scope::Resource | Scope::Platform => {
                let engine = self.engine(rule, fixture)?;
                Ok(engine.rule_inputs(&self.resources(fixture, &engine)?))
            }
            Scope::Change => Ok(self.changes(rule, fixture)?.iter().flat_map(|(change, engine)| engine.change_inputs(change)).collect()),
        }
    }

    /// What an evaluation takes on each input of a fixture: the shortest of several tries.
    ///
    /// # Errors
    /// The fixture is none.
    pub fn times(&self, rule: &Rule, fixture: &Fixture) -> Result<Vec<Duration>, String> {
        let engine = self.engine(rule, fixture)?;
        self.inputs(rule, fixture)?.iter().map(|input| engine.time(input, ROUNDS)).collect()
    }

    /// The findings, each with the place that is told.
    fn found(&self, rule: &Rule, fixture: &Fixture) -> Result<Partial<Vec<Placed>>, String> {
        if rule.scope != Scope::Change {
            let engine = self.engine(rule, fixture)?;
            let found = engine.evaluate(&self.resources(fixture, &engine)?);
            let value = found.value.into_iter().map(|finding| (finding.origin.edit(), finding)).map(|(place, finding)| (finding, place));
            return Ok(Partial { value: value.collect(), problems: found.problems });
        }
        let mut problems: Vec<Problem> = Vec::new();
        let changes = self.changes(rule, fixture)?;
        let found = changes.iter().flat_map(|(change, engine)| engine.check_change(change).take(&mut problems));
        let value = found.map(|found| (found.finding, found.place)).collect();
        Ok(Partial { value, problems })
    }

    /// The changes of a fixture, each with the engine that has the parameters of its `params`.
    ///
    /// # Errors
    /// One of its documents is no change.
    pub fn changes(&self, rule: &Rule, fixture: &Fixture) -> Result<Vec<(Change, Engine)>, String> {
        let read = |document: Document| {
            let change = Change::read(&document).map_err(|error| error.to_string())?;
            let params = document.root.get("params").map(|params| json(params).to_string());
            Ok((change, self.engine_with(rule, params.as_deref())?))
        };
        documents(fixture)?.into_iter().map(read).collect()
    }
}

fn documents(fixture: &Fixture) -> Result<Vec<Document>, String> {
    let stream = yaml::parse(&Text::of_file(&fixture.file));
    match stream.error {
        Some(error) => Err(error.to_string()),
        None => Ok(stream.documents),
    }
}

/// The resources of a fixture, which are in the namespace `default` where they say nothing.
///
/// # Errors
/// It is no YAML, or something in it is no Kubernetes object.
pub fn resources(fixture: &Fixture) -> Result<Vec<Resource>, String> {
    let context = Context { namespace: Some("default".into()), ..Context::default() };
    let mut problems = Vec::new();
    let read = documents(fixture)?.into_iter().flat_map(|document| Resource::read(&Arc::new(document), &context).take(&mut problems));
    let resources = read.collect();
    match problems.first() {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(resources),
    }
}

/// The line and the text of every finding that a fixture tells of.
fn expected(file: &SourceFile) -> BTreeSet<(u32, String)> {
    let text = String::from_utf8_lossy(file.bytes()).into_owned();
    let lines = (1..).zip(text.lines());
    lines.flat_map(|(line, text)| text.split(MARK).skip(1).map(move |message| (line, message.trim().to_owned()))).collect()
}
