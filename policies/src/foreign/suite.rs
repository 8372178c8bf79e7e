//! Suites of `gator verify`: a template, a constraint, objects, and how many violations each of them has.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_source::{Node, Text, yaml};
use regex::Regex;
use regorus::Value;

use super::{
    Allowance, constraint,
    read::{Found, SUITES, join, objects},
    review::{Namespaces, Request, inventory},
    template::Template,
};
use crate::{
    Context, OwnFile, Resource,
    input::{at, object, of_resource, text},
};

/// What became of a suite.
#[derive(Clone, Debug)]
pub struct SuiteTrial {
    /// The path of its file, below the folder.
    pub path: String,
    /// Its cases, as `TEST/CASE`, each with what is not as it tells.
    pub cases: Vec<(String, Vec<String>)>,
    /// The kinds of the templates that it tries.
    pub kinds: BTreeSet<String>,
    /// What is wrong with single tests, as `TEST`, or with the suite.
    pub faults: Vec<String>,
    /// What the question of each case takes, where that is asked: the shortest of all rounds.
    pub took: Vec<Duration>,
}

/// Runs every suite among the files of a folder, and asks each case so many times more to know what it takes.
#[must_use]
pub fn run_suites(files: &[OwnFile], rounds: usize) -> Vec<SuiteTrial> {
    let files: Vec<&OwnFile> = files.iter().collect();
    let by_path: BTreeMap<&str, &OwnFile> = files.iter().map(|own| (own.path.as_str(), *own)).collect();
    let (found, _) = objects(&files);
    let suites = found.iter().filter(|found| {
        let text = |key| found.document.root.get(key).and_then(Node::as_str).unwrap_or_default();
        text("kind") == "Suite" && text("apiVersion").starts_with(SUITES)
    });
    suites.map(|suite| Run { suite, files: &by_path, rounds }.run()).collect()
}

struct Run<'a> {
    suite: &'a Found,
    files: &'a BTreeMap<&'a str, &'a OwnFile>,
    rounds: usize,
}

/// A constraint with its template, ready to be asked.
struct Ready {
    foreign: Arc<super::Foreign>,
    engine: regorus::Engine,
    rounds: usize,
    /// What the last question took, where it was asked more than once.
    took: Option<Duration>,
}

impl Run<'_> {
    fn run(&self) -> SuiteTrial {
        let mut trial =
            SuiteTrial { path: self.suite.path.clone(), cases: Vec::new(), kinds: BTreeSet::new(), faults: Vec::new(), took: Vec::new() };
        let root = &self.suite.document.root;
        if is_true(root.get("skip")) {
            return trial;
        }
        for test in root.get("tests").into_iter().flat_map(Node::items).filter(|test| !is_true(test.get("skip"))) {
            let name = word(test, "name");
            trial.kinds.extend(self.template(test).ok().map(|template| template.kind.to_string()));
            // Only the constraint may be what is not valid.
            let is_refused = is_true(test.get("invalid")) && self.template(test).is_ok();
            match (self.ready(test), is_refused) {
                (Ok(_), true) => trial.faults.push(format!("{name}: the constraint is valid, and should not be")),
                (Err(_), true) => trial.cases.push((name.to_owned(), Vec::new())),
                (Err(fault), false) => trial.faults.push(format!("{name}: {fault}")),
                (Ok(mut ready), false) => {
                    let cases = test.get("cases").into_iter().flat_map(Node::items).filter(|case| !is_true(case.get("skip")));
                    for case in cases {
                        let faults = self.case(&mut ready, case).unwrap_or_else(|fault| vec![fault]);
                        trial.cases.push((format!("{name}/{}", word(case, "name")), faults));
                        trial.took.extend(ready.took.take());
                    }
                }
            }
        }
        trial
    }

    /// The objects of a file that the suite names.
    fn read(&self, path: &str) -> Result<Vec<Found>, String> {
        let folder = self.suite.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let own = join(folder, path).filter(|_| !path.starts_with('/')).and_then(|path| self.files.get(path.as_str()).copied());
        let own = own.ok_or_else(|| format!("there is no {path}"))?;
        let stream = yaml::parse(&Text::of_file(&own.file));
        if let Some(error) = stream.error {
            return Err(format!("{path}: {error}"));
        }
        let documents = stream.documents.into_iter().filter(|document| !document.root.is_null());
        Ok(documents.map(|document| Found { path: own.path.clone(), file: Arc::clone(&own.file), document: Arc::new(document) }).collect())
    }

    fn one(&self, node: &Node, key: &str) -> Result<Found, String> {
        let path = word(node, key);
        if path.is_empty() {
            return Err(format!("it names no {key}"));
        }
        let mut found = self.read(path)?;
        match (found.pop(), found.is_empty()) {
            (Some(one), true) => Ok(one),
            _ => Err(format!("{path} has not one object")),
        }
    }

    fn template(&self, test: &Node) -> Result<Template, String> {
        Template::read(&self.one(test, "template")?).map_err(|mistake| mistake.message)
    }

    fn ready(&self, test: &Node) -> Result<Ready, String> {
        if !word(test, "expansion").is_empty() {
            return Err("it expands objects, which portcullis does not".to_owned());
        }
        let template = self.template(test)?;
        let constraint = self.one(test, "constraint")?;
        let kind = constraint.document.root.get("kind").and_then(Node::as_str).unwrap_or_default();
        if *template.kind != *kind {
            return Err(format!("the constraint is of kind {kind}, and the template is not"));
        }
        let rule = constraint::rule(&constraint, &template, "gatekeeper/suite").map_err(|mistake| mistake.message)?;
        let foreign = rule.foreign.ok_or("it is no constraint")?;
        let engine = foreign.program.engine()?;
        Ok(Ready { foreign, engine, rounds: self.rounds, took: None })
    }

    /// What is not as a case tells.
    fn case(&self, ready: &mut Ready, case: &Node) -> Result<Vec<String>, String> {
        let assertions = case.get("assertions").map(Node::items).unwrap_or_default();
        if assertions.is_empty() {
            return Err("it asserts nothing".to_owned());
        }
        let object = self.one(case, "object")?;
        let mut others = Vec::new();
        for path in case.get("inventory").into_iter().flat_map(Node::items).filter_map(Node::as_str) {
            others.extend(self.read(path)?.iter().flat_map(|found| Resource::read(&found.document, &Context::default()).value));
        }
        let others: Vec<&Resource> = others.iter().collect();
        let messages = ask(ready, &object, &others)?;
        Ok(assertions.iter().filter_map(|assertion| check(assertion, &messages).err()).collect())
    }
}

/// What the constraint says of an object, or of the request that it is.
fn ask(ready: &mut Ready, found: &Found, others: &[&Resource]) -> Result<Vec<String>, String> {
    let namespaces = Namespaces::of(others.iter().copied());
    ready.engine.clear_data();
    let data = object([("inventory", inventory(others))]);
    ready.engine.add_data(data).map_err(|error| error.to_string())?;
    let root = &found.document.root;
    let request = root
        .get("request")
        .filter(|_| word(root, "kind") == "AdmissionReview" && word(root, "apiVersion").starts_with("admission.k8s.io/"));
    let part = |node: &Node| -> Result<Resource, String> {
        let document = portcullis_source::Document { root: node.clone(), ..(*found.document).clone() };
        let read = Resource::read(&Arc::new(document), &Context::default());
        read.value.into_iter().next().ok_or_else(|| "there is no object in it".to_owned())
    };
    let is_there = |node: &&Node| !node.is_null();
    let nodes: Vec<&Node> = match request {
        None => vec![root],
        Some(request) => ["object", "oldObject"].iter().filter_map(|key| request.get(key).filter(is_there)).collect(),
    };
    let Some(first) = nodes.first() else { return Err("its request has neither object nor oldObject".to_owned()) };
    let mut is_about = false;
    for node in &nodes {
        is_about |= ready.foreign.is_about(&part(node)?, &namespaces)?;
    }
    if !is_about {
        return Ok(Vec::new());
    }
    let resource = part(first)?;
    let whole = resource.node().and_then(of_resource).ok_or("it nests too deep")?;
    let input = ready.foreign.input(&resource, &whole, &namespaces, Request { operation: None, said: None });
    let input = match request {
        None => input,
        Some(request) => with_request(input, request)?,
    };
    for _ in 0..ready.rounds {
        let (input, begun) = (input.clone(), Instant::now());
        // What goes wrong is told below.
        let _ = ready.foreign.ask(&mut ready.engine, input, Allowance::WHOLE);
        ready.took = Some(begun.elapsed().min(ready.took.unwrap_or(Duration::MAX)));
    }
    ready.foreign.ask(&mut ready.engine, input, Allowance::WHOLE).map_err(|failed| failed.reason)
}

/// The input of an object with what its request says of itself.
fn with_request(input: Value, request: &Node) -> Result<Value, String> {
    let request = of_resource(request).ok_or("it nests too deep")?;
    let (Ok(input), Some(Ok(review)), Ok(request)) =
        (input.as_object(), at(&input, &["review"]).map(Value::as_object), request.as_object())
    else {
        return Err("its request is no request".to_owned());
    };
    let (mut input, mut review) = (input.clone(), review.clone());
    for key in ["name", "namespace"] {
        review.remove(&text(key));
    }
    for (key, value) in request.iter() {
        review.insert(key.clone(), value.clone());
    }
    // What is removed is shown as the object, too.
    if review.get(&text("operation")) == Some(&text("DELETE")) {
        let old = review.get(&text("oldObject")).cloned().ok_or("it removes an object, and has no oldObject")?;
        review.insert(text("object"), old);
    }
    input.insert(text("review"), review.into_value());
    Ok(input.into_value())
}

/// Whether an assertion holds of messages.
fn check(assertion: &Node, messages: &[String]) -> Result<(), String> {
    let pattern = assertion.get("message").and_then(Node::as_str);
    let compiled = pattern.map(Regex::new).transpose().map_err(|_| format!("{:?} is no pattern", pattern.unwrap_or_default()))?;
    let count = messages.iter().filter(|message| compiled.as_ref().is_none_or(|pattern| pattern.is_match(message))).count();
    let wanted = assertion.get("violations").filter(|node| !node.is_null()).map(crate::json);
    // A reader of YAML 1.1 takes `yes` and `no` for booleans.
    let (is_met, wanted) = match wanted {
        None => (count > 0, "some".to_owned()),
        Some(serde_json::Value::Bool(true)) => (count > 0, "some".to_owned()),
        Some(serde_json::Value::String(word)) if word == "yes" => (count > 0, "some".to_owned()),
        Some(serde_json::Value::Bool(false)) => (count == 0, "none".to_owned()),
        Some(serde_json::Value::String(word)) if word == "no" => (count == 0, "none".to_owned()),
        Some(serde_json::Value::Number(number)) => (number.as_u64() == u64::try_from(count).ok(), number.to_string()),
        Some(other) => return Err(format!("violations is {other}, not yes, no or a number")),
    };
    if is_met {
        return Ok(());
    }
    let matching = pattern.map(|pattern| format!(" that match {pattern:?}")).unwrap_or_default();
    Err(format!("{count} violations{matching} instead of {wanted}: {messages:?}"))
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| crate::json(node) == serde_json::Value::Bool(true))
}

fn word<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}
