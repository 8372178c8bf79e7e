//! Rules, configuration and what the repository tells, as one text that travels to the cluster.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Sources, Text, json};
use serde_json::{Map, Value, json};

use super::{
    gate::{Circumstances, Gate},
    review::Review,
    seal::{seal, sorted},
    verdict::Judged,
};
use crate::{Budget, Config, Context, Library, Resource};

/// The version of the format.
const VERSION: u64 = 1;

/// A time at which every waiver has expired, so that tests of a bundle come out the same on every day.
pub(super) const DOOMSDAY: u64 = 253_370_764_800;

/// Why a bundle cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It is no text of the format.
    #[error("the bundle is not readable: {0}")]
    Unreadable(String),
    /// It was cut, or changed after it was made.
    #[error("the bundle was changed or cut after it was made: its seal is {found}, not {wanted}")]
    Seal {
        /// What it says.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The same files have another digest here.
    #[error("the bundle was made by another version of portcullis: its digest is {found} here, not {wanted}")]
    Digest {
        /// What it says.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// Its configuration or rules are wrong.
    #[error("the bundle does not compile: {0}")]
    Engine(String),
    /// It gives other answers than when it was made.
    #[error("the bundle fails its own test {name}: {found}, not {wanted}")]
    Test {
        /// The test.
        name: String,
        /// The answer when it was made.
        wanted: String,
        /// The answer here.
        found: String,
    },
}

/// An object that rules ask facts of: a NodePool or a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct FactObject {
    /// Its environment.
    pub environment: Option<Arc<str>>,
    /// Its cluster.
    pub cluster: Option<Arc<str>>,
    /// Its namespace.
    pub namespace: Option<Arc<str>>,
    /// As much of it as facts are made of.
    pub object: Value,
}

/// A finding that a comment in the repository waives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InlineWaiver {
    /// The hash of rule, object and field.
    pub key: String,
    /// The same for people.
    pub about: String,
    /// Why.
    pub reason: String,
}

/// Where the configuration stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The path in the repository.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A request and the answer that it got when the bundle was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    /// The fixture that it is made of.
    pub name: String,
    /// The AdmissionReview.
    pub review: Value,
    /// What was found.
    pub answer: String,
}

/// Everything that a verdict depends on beside request, day and environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// The digest of rules and configuration.
    pub digest: String,
    /// The files of rules and prelude.
    pub files: BTreeMap<String, String>,
    /// The configuration; empty where there is none.
    pub config: Origin,
    /// The objects that rules ask facts of.
    pub facts: Vec<FactObject>,
    /// What comments waive.
    pub waived: Vec<InlineWaiver>,
    /// The tests that it must pass before it is used.
    pub tests: Vec<Vector>,
}

impl Bundle {
    /// The largest that is read; a ConfigMap holds a mebibyte.
    pub const MAX_BYTES: usize = 16 << 20;

    /// The text of the bundle, the same for the same content.
    #[must_use]
    pub fn text(&self) -> String {
        let mut body = self.body();
        let seal = seal(&body);
        if let Some(map) = body.as_object_mut() {
            map.insert("seal".to_owned(), seal.into());
        }
        format!("{}\n", sorted(body))
    }

    fn body(&self) -> Value {
        let facts = self.facts.iter().map(|fact| {
            json!({"cluster": fact.cluster.as_deref(), "environment": fact.environment.as_deref(), "namespace": fact.namespace.as_deref(), "object": fact.object})
        });
        let waived = self.waived.iter().map(|waiver| json!({"about": waiver.about, "key": waiver.key, "reason": waiver.reason}));
        let tests = self.tests.iter().map(|test| json!({"answer": test.answer, "name": test.name, "review": test.review}));
        let files: Map<String, Value> = self.files.iter().map(|(path, text)| (path.clone(), text.as_str().into())).collect();
        sorted(json!({
            "config": {"path": self.config.path, "text": self.config.text},
            "digest": self.digest,
            "facts": facts.collect::<Vec<_>>(),
            "files": files,
            "kind": "portcullis-bundle",
            "tests": tests.collect::<Vec<_>>(),
            "version": VERSION,
            "waived": waived.collect::<Vec<_>>(),
        }))
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// It is none, or is not as it was made.
    pub fn parse(text: &[u8]) -> Result<Self, BundleError> {
        let unreadable = |reason: &str| BundleError::Unreadable(reason.to_owned());
        if text.len() > Self::MAX_BYTES {
            return Err(BundleError::Unreadable(format!("it has more than {} bytes", Self::MAX_BYTES)));
        }
        let mut value: Value = serde_json::from_slice(text).map_err(|error| BundleError::Unreadable(error.to_string()))?;
        if value.get("kind").and_then(Value::as_str) != Some("portcullis-bundle") {
            return Err(unreadable("it is no portcullis-bundle"));
        }
        if value.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err(BundleError::Unreadable(format!("its version is {}, not {VERSION}", value.get("version").unwrap_or(&Value::Null))));
        }
        let wanted = value.as_object_mut().and_then(|map| map.remove("seal"));
        let wanted = wanted.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        let value = sorted(value);
        let found = seal(&value);
        if wanted != found {
            return Err(BundleError::Seal { wanted, found });
        }
        Self::read(&value).ok_or_else(|| unreadable("a part of it is missing"))
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let shared = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(Arc::from);
        let list = |key: &str| value.get(key).and_then(Value::as_array);
        let files = value.get("files")?.as_object()?.iter().map(|(path, text)| Some((path.clone(), text.as_str()?.to_owned())));
        let fact = |fact: &Value| {
            let object = fact.get("object")?.clone();
            Some(FactObject {
                environment: shared(fact, "environment"),
                cluster: shared(fact, "cluster"),
                namespace: shared(fact, "namespace"),
                object,
            })
        };
        let waiver = |waiver: &Value| {
            Some(InlineWaiver { key: text(waiver, "key")?, about: text(waiver, "about")?, reason: text(waiver, "reason")? })
        };
        let test =
            |test: &Value| Some(Vector { name: text(test, "name")?, review: test.get("review")?.clone(), answer: text(test, "answer")? });
        let config = value.get("config")?;
        Some(Self {
            digest: text(value, "digest")?,
            files: files.collect::<Option<_>>()?,
            config: Origin { path: text(config, "path")?, text: text(config, "text")? },
            facts: list("facts")?.iter().map(fact).collect::<Option<_>>()?,
            waived: list("waived")?.iter().map(waiver).collect::<Option<_>>()?,
            tests: list("tests")?.iter().map(test).collect::<Option<_>>()?,
        })
    }

    /// Adds the tests: the smallest fixtures of every rule that sees single objects, with the answers that they get now.
    ///
    /// # Errors
    /// The bundle does not compile.
    pub fn with_tests(mut self) -> Result<Self, BundleError> {
        let library = self.library()?;
        self.digest = Gate::of(&self, &library)?.digest().to_owned();
        self.tests = super::request::fixtures(&library);
        let gate = self.tester(&library)?;
        for index in 0..self.tests.len() {
            let answer = self.tests.get(index).map(|test| self.answer(&gate, test)).unwrap_or_default();
            if let Some(test) = self.tests.get_mut(index) {
                test.answer = answer;
            }
        }
        // Whoever reads the bundle has the tests that were made of them.
        self.files.retain(|path, _| !path.starts_with("rules/") || !(path.contains("/pass/") || path.contains("/fail/")));
        Ok(self)
    }

    /// Who the tests are run by: the rules that have some. Policies for other tools have none, and may take as long as they like.
    fn tester(&self, library: &Library) -> Result<Gate, BundleError> {
        Gate::of(self, &library.without_foreign())
    }

    /// Runs the tests.
    pub(super) fn test(&self, gate: &Gate, library: &Library) -> Result<(), BundleError> {
        let is_foreign = library.rules().iter().any(|rule| rule.foreign.is_some());
        let tester = if is_foreign { Some(self.tester(library)?) } else { None };
        let gate = tester.as_ref().unwrap_or(gate);
        for test in &self.tests {
            let found = self.answer(gate, test);
            if found != test.answer {
                return Err(BundleError::Test { name: test.name.clone(), wanted: test.answer.clone(), found });
            }
        }
        Ok(())
    }

    fn answer(&self, gate: &Gate, test: &Vector) -> String {
        let review = match Review::parse(test.review.to_string().into_bytes()) {
            Ok(review) => review,
            Err(error) => return error.to_string(),
        };
        let at = Circumstances { seconds: DOOMSDAY, environment: None, budget: Budget::ONE };
        let verdict = gate.judge(&mut gate.engine().worker(), &review, &at);
        let is_own = |judged: &&Judged| test.name.split_once('/').is_some_and(|(rule, _)| rule == judged.finding.rule.as_str());
        let own = verdict.judged.iter().filter(is_own).map(|judged| format!("{} {}", judged.outcome.name(), judged.finding.pointer()));
        let faults = verdict.faults.iter().map(|(fault, _)| fault.reason.clone());
        // What the other rules say of it, and all messages, must be the same, too; a ConfigMap has no room for their words.
        let all = verdict.judged.iter().map(|judged| {
            let finding = &judged.finding;
            format!("{} {} {} {}", judged.outcome.name(), finding.rule, finding.pointer(), finding.message)
        });
        let all: Vec<String> = all.collect();
        let rest = crate::hash::of_parts(all.iter().map(String::as_str));
        own.chain(faults).chain([rest]).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn library(&self) -> Result<Library, BundleError> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        Library::from_files(files).map_err(|error| BundleError::Engine(error.to_string()))
    }

    pub(super) fn config(&self) -> Result<Config, BundleError> {
        if self.config.text.is_empty() {
            return Ok(Config::default());
        }
        let sources = Sources::default();
        let file = sources.add(self.config.path.as_str(), self.config.text.as_bytes());
        Config::parse(&file).map_err(|errors| {
            let line = |error: &crate::ConfigError| error.span.and_then(|span| sources.locate(span)).map_or(0, |place| place.line);
            let told = errors.iter().map(|error| format!("{}:{}: {}", self.config.path, line(error), error.message));
            BundleError::Engine(told.collect::<Vec<_>>().join("; "))
        })
    }

    /// The objects that rules ask facts of, as they stood in the repository.
    pub(super) fn fact_resources(&self) -> Vec<Resource> {
        let read = |fact: &FactObject| {
            let document = json::parse(&Text::nowhere(fact.object.to_string().into_bytes())).ok()?;
            let context = Context {
                environment: fact.environment.clone(),
                cluster: fact.cluster.clone(),
                namespace: fact.namespace.clone(),
                ..Context::default()
            };
            Resource::read(&Arc::new(document), &context).value.into_iter().next()
        };
        self.facts.iter().filter_map(read).collect()
    }
}

impl FactObject {
    /// As much of a resource as facts are made of; nothing where it is neither a NodePool nor a Service.
    #[must_use]
    pub fn of(resource: &Resource) -> Option<Self> {
        let node = resource.node()?;
        let spec = crate::json(node.get("spec")?);
        let identity = &resource.identity;
        let kept: &[&str] = match (resource.group(), &*identity.kind) {
            ("karpenter.sh", "NodePool") => &["template"],
            ("", "Service") => &["ports", "selector", "type"],
            _ => return None,
        };
        let spec: Map<String, Value> = kept.iter().filter_map(|key| Some(((*key).to_owned(), spec.get(*key)?.clone()))).collect();
        let metadata = match identity.namespace.as_deref() {
            Some(namespace) => json!({"name": &*identity.name, "namespace": namespace}),
            None => json!({"name": &*identity.name}),
        };
        let object = json!({"apiVersion": &*identity.api_version, "kind": &*identity.kind, "metadata": metadata, "spec": spec});
        let context = &resource.context;
        Some(Self {
            environment: context.environment.clone(),
            cluster: context.cluster.clone(),
            namespace: identity.namespace.clone(),
            object: sorted(object),
        })
    }

    /// A Namespace, whose labels and annotations policies for other tools may ask for; nothing where it is none.
    #[must_use]
    pub fn of_namespace(resource: &Resource) -> Option<Self> {
        let identity = &resource.identity;
        let node = resource.node().filter(|_| resource.group().is_empty() && &*identity.kind == "Namespace")?;
        let context = &resource.context;
        let (environment, cluster) = (context.environment.clone(), context.cluster.clone());
        Some(Self { environment, cluster, namespace: None, object: sorted(crate::json(node)) })
    }

    /// An order in which equal ones stand beside each other.
    #[must_use]
    pub fn key(&self) -> (Option<Arc<str>>, Option<Arc<str>>, String) {
        (self.environment.clone(), self.cluster.clone(), self.object.to_string())
    }
}

impl InlineWaiver {
    /// The waiver of a finding in a resource.
    #[must_use]
    pub fn of(finding: &crate::Finding, resource: &Resource, reason: &str) -> Self {
        let identity = &resource.identity;
        let environment = finding.environment.as_deref().unwrap_or("any environment");
        let namespace = identity.namespace.as_deref().unwrap_or_default();
        let about = format!("{} {}/{namespace}/{}{} in {environment}", finding.rule, identity.kind, identity.name, finding.pointer());
        Self { key: crate::engine::place_key(finding, resource), about, reason: reason.to_owned() }
    }
}
