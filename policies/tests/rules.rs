//! Every fixture of every rule: `pass/` finds nothing, `fail/` finds exactly what its comments say, each on its line.
#![expect(clippy::disallowed_methods, reason = "starts opa where OPA_BIN names one")]
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

use std::{collections::BTreeSet, fs, process::Command, sync::Arc};

use portcullis_policies::{Change, Config, Context, Engine, Facts, Finding, Library, Resource, Rule, RuleInput, Scope, json};
use portcullis_source::{Partial, SourceFile, Sources, Span, Text, yaml};

/// What a fixture is checked with.
struct Bench {
    library: Library,
    config: Config,
    sources: Sources,
}

impl Bench {
    fn new() -> Self {
        let sources = Sources::default();
        let file = sources.add("platform.yaml", include_bytes!("platform.yaml").as_slice());
        let config = Config::parse(&file).unwrap();
        Self { library: Library::embedded().unwrap(), config, sources }
    }

    /// The fixtures of a rule as files.
    fn fixtures(&self, rule: &Rule) -> Vec<Arc<SourceFile>> {
        let passes = rule.passes.iter().map(|(name, text)| (format!("rules/{}/pass/{name}", rule.id), text));
        let fails = rule.fails.iter().map(|(name, text)| (format!("rules/{}/fail/{name}", rule.id), text));
        passes.chain(fails).map(|(name, text)| self.sources.add(name, text.as_bytes())).collect()
    }

    /// The engine of a rule with the parameters that a fixture sets; a rule that is off by itself is on.
    fn engine(&self, rule: &Rule, params: Option<&str>) -> Engine {
        if params.is_none() && rule.off.is_none() {
            return self.engine_of(rule, &self.config);
        }
        let text = include_str!("platform.yaml");
        let (id, level, params) = (&rule.id, rule.severity.level().name(), params.unwrap_or("{}"));
        let text = format!("{text}\nrules:\n  {id}: {{ level: {level}, params: {params} }}\n");
        self.engine_of(rule, &Config::parse(&self.sources.add(format!("{id}.yaml"), text.as_bytes())).unwrap())
    }

    /// The engine for a fixture, which may set parameters in its first line, as `# params: { name: value }`.
    fn engine_for(&self, rule: &Rule, file: &SourceFile) -> Engine {
        let text = String::from_utf8(file.bytes().to_vec()).unwrap();
        self.engine(rule, text.lines().next().and_then(|line| line.strip_prefix("# params: ")))
    }

    fn engine_of(&self, rule: &Rule, config: &Config) -> Engine {
        Engine::new(&self.library.only(&[rule.id.as_str()]).unwrap(), config).unwrap()
    }

    /// The changes of a fixture, each with the engine that has the parameters of its `params`.
    fn changes(&self, rule: &Rule, file: &SourceFile) -> Vec<(Change, Engine)> {
        let stream = yaml::parse(&Text::of_file(file));
        assert!(stream.error.is_none(), "{}: {:?}", file.path(), stream.error);
        let read = |document: portcullis_source::Document| {
            let change = Change::read(&document).map_err(|error| format!("{}: {error}", file.path())).unwrap();
            let params = document.root.get("params").map(|params| json(params).to_string());
            let engine = self.engine(rule, params.as_deref());
            (change, engine)
        };
        stream.documents.into_iter().map(read).collect()
    }

    /// What a rule finds in a fixture, with the places that are told.
    fn found(&self, rule: &Rule, file: &SourceFile) -> Partial<Vec<(Finding, Option<Span>)>> {
        if rule.scope != Scope::Change {
            let found = self.engine_for(rule, file).evaluate(&resources(file));
            let value = found.value.into_iter().map(|finding| (finding.origin.edit(), finding)).map(|(place, finding)| (finding, place));
            return Partial { value: value.collect(), problems: found.problems };
        }
        let mut problems = Vec::new();
        let found = self.changes(rule, file).into_iter().flat_map(|(change, engine)| engine.check_change(&change).take(&mut problems));
        let value = found.map(|found| (found.finding, found.place)).collect();
        Partial { value, problems }
    }

    /// What a rule sees of a fixture and says of it.
    fn inputs(&self, rule: &Rule, file: &SourceFile) -> Vec<RuleInput> {
        match rule.scope {
            Scope::Resource | Scope::Platform => self.engine_for(rule, file).rule_inputs(&resources(file)),
            Scope::Change => self.changes(rule, file).iter().flat_map(|(change, engine)| engine.change_inputs(change)).collect(),
        }
    }
}

fn resources(file: &SourceFile) -> Vec<Resource> {
    let stream = yaml::parse(&Text::of_file(file));
    assert!(stream.error.is_none(), "{}: {:?}", file.path(), stream.error);
    let context = Context { namespace: Some("default".into()), ..Context::default() };
    let read = |document| {
        let read = Resource::read(&Arc::new(document), &context);
        assert_eq!(read.problems, [], "{}", file.path());
        read.value
    };
    stream.documents.into_iter().flat_map(read).collect()
}

/// The line and text of every `# finding:`.
fn expected(file: &SourceFile) -> BTreeSet<(u32, String)> {
    let text = String::from_utf8(file.bytes().to_vec()).unwrap();
    let lines = (1..).zip(text.lines());
    let found = lines.flat_map(|(line, text)| text.split("# finding: ").skip(1).map(move |message| (line, message.trim().to_owned())));
    found.collect()
}

#[test]
fn fixtures_meet_their_comments() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for rule in bench.library.rules() {
        for file in bench.fixtures(rule) {
            let found = bench.found(rule, &file);
            let messages: Vec<&str> = found.problems.iter().map(|problem| problem.message.as_str()).collect();
            assert!(messages.is_empty(), "{}: {messages:?}", file.path());
            let count = found.value.len();
            let line = |place: &Option<Span>| place.and_then(|span| bench.sources.locate(span)).map_or(0, |location| location.line);
            let found: BTreeSet<(u32, String)> =
                found.value.iter().map(|(finding, place)| (line(place), finding.message.clone())).collect();
            let expected = expected(&file);
            if found != expected || count != expected.len() {
                wrong.push(format!("{}\n  expected {expected:#?}\n  found {found:#?}", file.path()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_is_silent_where_it_is_off() {
    let bench = Bench::new();
    for rule in bench.library.rules() {
        let text = format!("version: 1\nrules:\n  {}: {{ level: off }}\n", rule.id);
        let config = Config::parse(&bench.sources.add("off.yaml", text.as_bytes())).unwrap_or_else(|errors| panic!("{errors:?}"));
        let engine = Engine::new(&bench.library.only(&[rule.id.as_str()]).unwrap(), &config).unwrap();
        for file in bench.fixtures(rule) {
            if rule.scope == Scope::Change {
                let found = bench.changes(rule, &file).iter().flat_map(|(change, _)| engine.check_change(change).value).count();
                assert_eq!(found, 0, "{}", file.path());
            } else {
                assert_eq!(engine.evaluate(&resources(&file)).value, [], "{}", file.path());
            }
        }
    }
}

/// Whoever scans a cluster reads no other kinds, so that a rule that says nothing of `joins` must not miss them.
#[test]
fn rules_that_join_more_say_so() {
    const READ: [&str; 13] = [
        "Pod",
        "PodTemplate",
        "ReplicationController",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Job",
        "CronJob",
        "Rollout",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ScaledObject",
    ];
    let bench = Bench::new();
    for rule in bench.library.rules().iter().filter(|rule| rule.scope == Scope::Platform && rule.joins.is_empty()) {
        for file in bench.fixtures(rule) {
            let all = resources(&file);
            let read: Vec<Resource> = all.iter().filter(|resource| READ.contains(&&*resource.identity.kind)).cloned().collect();
            let engine = bench.engine_for(rule, &file);
            let facts = Facts::collect(&all);
            let found = |resources: &[Resource]| engine.check_platform(resources, &facts).value;
            assert_eq!(found(&all), found(&read), "{} has a rule that joins other kinds", file.path());
        }
    }
}

/// The machine that rules run on is young; its elder sibling must come to the same findings.
#[test]
fn the_interpreter_agrees() {
    let bench = Bench::new();
    let mut interpreter = regorus::Engine::new();
    interpreter.set_strict_builtin_errors(true);
    for (path, text) in bench.library.prelude() {
        interpreter.add_policy(path.to_string(), text.to_string()).unwrap();
    }
    for rule in bench.library.rules() {
        interpreter.add_policy(rule.id.to_string(), rule.rego.to_string()).unwrap();
    }
    for rule in bench.library.rules() {
        for file in bench.fixtures(rule) {
            for case in bench.inputs(rule, &file) {
                interpreter.set_input(regorus::Value::from_json_str(&case.input).unwrap());
                let found = interpreter.eval_rule(case.entry_point).unwrap();
                assert_eq!(case.findings, serde_json::to_string(&found).unwrap(), "{}", file.path());
            }
        }
    }
}

/// Needs `OPA_BIN`; without it there is nothing to compare with.
#[test]
fn opa_agrees() {
    let Ok(opa) = std::env::var("OPA_BIN") else { return };
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(opa);
    command.args(["exec", "--fail", "--decision", "check/findings"]);
    let bundle = folder.path().join("bundle");
    fs::create_dir(&bundle).unwrap();
    for (path, text) in bench.library.prelude() {
        fs::write(bundle.join(path.replace('/', "-")), text.as_bytes()).unwrap();
    }
    // One decision for all rules, so that one process answers for all fixtures.
    let mut check = String::from("package check\n");
    let mut cases = Vec::new();
    for rule in bench.library.rules() {
        let word = rule.id.package_word();
        fs::write(bundle.join(format!("{word}.rego")), rule.rego.as_bytes()).unwrap();
        check.push_str(&format!("findings := data.portcullis.rules.{word}.findings if input.word == \"{word}\"\n"));
        for file in bench.fixtures(rule) {
            for case in bench.inputs(rule, &file) {
                let path = folder.path().join(format!("{:04}.json", cases.len()));
                let mut input: serde_json::Value = serde_json::from_str(&case.input).unwrap();
                input["word"] = word.as_str().into();
                fs::write(&path, input.to_string()).unwrap();
                let found: serde_json::Value =
                    serde_json::from_str(&case.findings).unwrap_or_else(|_| panic!("{}: {}", file.path(), case.findings));
                command.arg(&path);
                cases.push((file.path().to_string(), path, found));
            }
        }
    }
    fs::write(bundle.join("check.rego"), check).unwrap();
    let output = command.arg("--bundle").arg(&bundle).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(answer["result"].is_array(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = answer["result"].as_array().unwrap();
    assert_eq!(answers.len(), cases.len());
    for (file, path, found) in cases {
        let answer = answers.iter().find(|answer| answer["path"] == path.to_string_lossy().as_ref()).unwrap();
        assert_eq!(found, answer["result"], "{file}: regorus, then opa: {answer}");
    }
}
