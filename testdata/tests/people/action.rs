//! `action.yml`, its steps run one after the other as GitHub's runner does, with a GitHub of our own for the comment.

use std::{collections::BTreeMap, fs};

use portcullis_source::{Node, Text, yaml};
use portcullis_testdata::tools::repository;
use serde_json::{Value, json};

use crate::{
    hub::Hub,
    place::{BAD, GOOD, Place, text},
};

/// What a run of the action ended with.
struct Ended {
    failed: bool,
    log: String,
    summary: String,
    outputs: BTreeMap<String, String>,
}

fn document(text: &str) -> Node {
    let stream = yaml::parse(&Text::nowhere(text.as_bytes().to_vec()));
    stream.documents.into_iter().next().expect("there is a document").root
}

fn string(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned()
}

fn entries(node: Option<&Node>) -> Vec<(String, Node)> {
    node.and_then(Node::as_map).into_iter().flat_map(|map| &map.entries).map(|entry| (entry.key.to_string(), entry.value.clone())).collect()
}

/// GitHub's runner, as far as the action needs it.
struct Runner<'a> {
    place: &'a Place,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, BTreeMap<String, String>>,
}

impl Runner<'_> {
    /// The value of an expression, or the text itself.
    fn evaluate(&self, expression: &str) -> String {
        let Some(inner) = expression.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else { return expression.to_owned() };
        match inner.split('.').collect::<Vec<_>>().as_slice() {
            ["github", "token"] => "secret-token".to_owned(),
            // A default may be an expression; what somebody gives is a text.
            ["inputs", "token"] => "secret-token".to_owned(),
            ["inputs", name] => self.inputs.get(*name).unwrap_or_else(|| panic!("{name} is no input")).clone(),
            ["steps", step, "outputs", name] => self.outputs.get(*step).and_then(|of| of.get(*name)).cloned().unwrap_or_default(),
            _ => panic!("{expression} is not known to this runner"),
        }
    }

    fn is_skipped(&self, step: &Node) -> bool {
        match string(step, "if").as_str() {
            "" => false,
            "${{ inputs.comment == 'true' }}" => self.inputs.get("comment").map(String::as_str) != Some("true"),
            other => panic!("{other} is not known to this runner"),
        }
    }

    /// What a step finds in its environment.
    fn environment(&self, step: &Node) -> Vec<(String, String)> {
        let given = entries(step.get("env"));
        let mut environment: Vec<(String, String)> =
            given.iter().map(|(name, value)| (name.clone(), self.evaluate(value.as_str().unwrap_or_default()))).collect();
        let path = |path: &str| self.place.path(path).to_string_lossy().into_owned();
        let later = fs::read_to_string(self.place.path("runner/env")).expect("the file is there");
        environment.extend(later.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())));
        for (name, value) in [
            ("GITHUB_EVENT_PATH", path("runner/event.json")),
            ("GITHUB_OUTPUT", path("runner/output")),
            ("GITHUB_STEP_SUMMARY", path("runner/summary.md")),
            ("GITHUB_ENV", path("runner/env")),
            ("GITHUB_WORKSPACE", path("work")),
            ("RUNNER_TEMP", path("temp")),
            ("GITHUB_ACTION_PATH", repository().to_string_lossy().into_owned()),
            ("GITHUB_REPOSITORY", "shop/platform".to_owned()),
        ] {
            environment.push((name.to_owned(), value));
        }
        environment
    }

    /// Runs a step; gives what it printed, and whether it failed.
    fn step(&mut self, step: &Node) -> (String, bool) {
        let script = string(step, "run");
        assert!(!script.contains("${{"), "nothing from outside becomes part of a script: {script}");
        self.place.put("runner/output", "");
        let environment = self.environment(step);
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let run = self.place.run_with("bash", &["--noprofile", "--norc", "-eo", "pipefail", "-c", &script], &environment);
        let said = fs::read_to_string(self.place.path("runner/output")).expect("the file is there");
        let said = said.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.outputs.insert(string(step, "id"), said.collect());
        (run.out + &run.err, run.code != Some(0))
    }
}

/// Runs the action with inputs and an event.
fn act(place: &Place, event: &Value, inputs: &[(&str, &str)]) -> Ended {
    let action = document(&text("action.yml"));
    let defaults = entries(action.get("inputs")).into_iter().map(|(name, input)| (name, string(&input, "default")));
    let mut runner = Runner { place, inputs: defaults.collect(), outputs: BTreeMap::new() };
    for (name, value) in inputs {
        assert!(runner.inputs.insert((*name).to_owned(), (*value).to_owned()).is_some(), "{name} is an input");
    }
    place.put("runner/event.json", &event.to_string());
    place.put("runner/summary.md", "");
    place.put("runner/env", "");
    let mut ended = Ended { failed: false, log: String::new(), summary: String::new(), outputs: BTreeMap::new() };
    for step in action.at(&["runs", "steps"]).map(Node::items).unwrap_or_default() {
        if !ended.failed && !runner.is_skipped(step) {
            let (log, failed) = runner.step(step);
            ended.log.push_str(&log);
            ended.failed = failed;
        }
    }
    let outputs = entries(action.get("outputs")).into_iter().map(|(name, output)| (name, runner.evaluate(&string(&output, "value"))));
    ended.outputs = outputs.collect();
    ended.summary = fs::read_to_string(place.path("runner/summary.md")).expect("the file is there");
    ended
}

/// A repository with a past, and a pull request that breaks something; gives the base.
fn pull_request(place: &Place) -> String {
    place.write("settings.yaml", GOOD);
    place.write("past.yaml", &BAD.replace("agent", "past"));
    let base = place.commit("start");
    place.git(&["checkout", "--quiet", "-b", "change"]);
    place.write("pod.yaml", BAD);
    place.commit("change");
    base
}

fn event(base: &str) -> Value {
    json!({"pull_request": {"number": 7, "base": {"sha": base}, "title": "$(touch pwned) `touch pwned`"}})
}

const USE: (&str, &str) = ("binary", "portcullis");

impl Ended {
    #[track_caller]
    fn is(&self, failed: bool, outputs: [(&str, &str); 3]) {
        assert_eq!(self.failed, failed, "{}", self.log);
        for (name, value) in outputs {
            assert_eq!(self.outputs.get(name).map(String::as_str), Some(value), "{name}: {}", self.log);
        }
    }
}

#[test]
fn a_pull_request_is_judged_by_what_it_brings() {
    let place = Place::new();
    let base = pull_request(&place);
    let ended = act(&place, &event(&base), &[USE, ("sarif-file", "reports/portcullis.sarif"), ("version", "0.1.0")]);
    ended.is(true, [("fixed", "0"), ("exit-code", "1"), ("affected", "1")]);
    let annotations = |level: &str| {
        let start = format!("::{level} file=pod.yaml,");
        ended.log.lines().filter(|line| line.starts_with(&start) && line.contains("title=new%3A ")).count()
    };
    let (denied, warned) = (annotations("error"), annotations("warning"));
    let new = ended.log.lines().filter(|line| line.contains("title=new%3A ")).count();
    assert!(denied > 0 && denied + warned == new, "{}", ended.log);
    assert_eq!(ended.outputs.get("new"), Some(&new.to_string()));
    assert!(ended.summary.contains("host-network"), "{}", ended.summary);
    let sarif = fs::read_to_string(place.path("work/reports/portcullis.sarif")).expect("the SARIF is there");
    let sarif: Value = serde_json::from_str(&sarif).expect("it is JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(!place.path("work/pwned").exists());
}

#[test]
fn fail_on_says_what_fails() {
    let place = Place::new();
    let base = pull_request(&place);
    act(&place, &event(&base), &[USE, ("fail-on", "never")]).is(false, [("exit-code", "0"), ("fixed", "0"), ("affected", "1")]);
    place.git(&["rm", "--quiet", "pod.yaml"]);
    place.commit("mended");
    act(&place, &event(&base), &[USE]).is(false, [("exit-code", "0"), ("new", "0"), ("affected", "0")]);
    act(&place, &event(&base), &[USE, ("fail-on", "all")]).is(true, [("exit-code", "1"), ("new", "0"), ("affected", "0")]);
    let wrong = act(&place, &event(&base), &[USE, ("fail-on", "sometimes")]);
    wrong.is(true, [("exit-code", "2"), ("new", "0"), ("fixed", "0")]);
    assert!(wrong.log.contains("fail-on is new, all or never"), "{}", wrong.log);
}

#[test]
fn a_push_is_linted_and_narrowed_down_by_paths() {
    let place = Place::new();
    pull_request(&place);
    place.write("other/settings.yaml", GOOD);
    place.commit("other");
    let push = json!({"ref": "refs/heads/main"});
    assert!(act(&place, &push, &[USE]).failed);
    act(&place, &push, &[USE, ("paths", "other,settings.yaml")]).is(false, [("exit-code", "0"), ("new", "0"), ("fixed", "0")]);
    let ended = act(&place, &push, &[USE, ("format", "json, human"), ("args", "--rule\nidentical-probes")]);
    ended.is(false, [("exit-code", "0"), ("new", "0"), ("fixed", "0")]);
    assert!(ended.log.contains("\"version\": 1") && ended.log.contains("0 findings denied"), "{}", ended.log);
}

#[test]
fn what_is_wrong_is_said() {
    let place = Place::new();
    let base = pull_request(&place);
    let unknown = act(&place, &event(&base), &[USE, ("base", "--output=pwned")]);
    unknown.is(true, [("exit-code", "2"), ("new", "0"), ("fixed", "0")]);
    assert!(unknown.log.contains("git knows no commit --output=pwned"), "{}", unknown.log);
    let other = act(&place, &event(&base), &[USE, ("version", "9.9.9")]);
    assert!(other.failed && other.log.contains("not the version that is asked for"), "{}", other.log);
    assert!(act(&place, &event(&base), &[("binary", "no-such-program")]).log.contains("the binary is not there"));
    assert!(act(&place, &event(&base), &[USE, ("image", "registry.example.com/portcullis")]).log.contains("name one of them"));
}

#[test]
fn a_shallow_clone_is_told_from_a_missing_commit() {
    let place = Place::new();
    let base = pull_request(&place);
    let whole = format!("file://{}", place.path("work").display());
    place.git(&["clone", "--quiet", "--depth", "1", "--branch", "change", &whole, "../shallow"]);
    fs::rename(place.path("work"), place.path("whole")).expect("the clone takes its place");
    fs::rename(place.path("shallow"), place.path("work")).expect("the clone takes its place");
    let ended = act(&place, &event(&base), &[USE]);
    ended.is(true, [("exit-code", "2"), ("new", "0"), ("fixed", "0")]);
    assert!(ended.log.contains("the clone is shallow") && ended.log.contains("fetch-depth: 0"), "{}", ended.log);
}

#[test]
fn inputs_are_data() {
    let place = Place::new();
    let base = pull_request(&place);
    for hostile in
        ["$(touch pwned)", "`touch pwned`", "x; touch pwned", "x\ntouch pwned", "' touch pwned '", "\" && touch pwned \"", "-x", "*"]
    {
        for input in ["base", "paths", "environment", "format", "sarif-file", "comment", "fail-on", "version", "args"] {
            let ended = act(&place, &event(&base), &[USE, (input, hostile)]);
            assert!(!place.path("work/pwned").exists() && !place.path("pwned").exists(), "{input}: {hostile}: {}", ended.log);
        }
    }
}

#[test]
fn an_image_gets_the_checkout_and_nothing_else() {
    let place = Place::new();
    let base = pull_request(&place);
    place.program(
        "docker",
        "#!/bin/bash\nprintf '%s\\n' \"$@\" >\"$HOME/docker\"\nwhile [[ $1 != -- ]]; do shift; done\nshift 2\nexec portcullis \"$@\"\n",
    );
    let image = "registry.example.com/portcullis@sha256:1; touch pwned";
    act(&place, &event(&base), &[("image", image)]).is(true, [("exit-code", "1"), ("affected", "1"), ("fixed", "0")]);
    let said = fs::read_to_string(place.path("home/docker")).expect("docker was started");
    assert!(said.starts_with("run\n--rm\n--network\nnone\n--read-only\n") && said.contains(&format!("--\n{image}\ndiff\n")), "{said}");
}

#[test]
fn without_a_program_it_is_built_from_the_action() {
    let place = Place::new();
    let base = pull_request(&place);
    place.program(
        "cargo",
        "#!/bin/bash\nset -eu\n[[ \"$1 $2 $3 $4 $5\" == 'install --locked --path cli --root' && -f action.yml ]]\nmkdir -p \"$6/bin\"\ncp \"$(command -v portcullis)\" \"$6/bin/portcullis\"\n",
    );
    act(&place, &event(&base), &[]).is(true, [("exit-code", "1"), ("affected", "1"), ("fixed", "0")]);
}

#[test]
fn one_comment_is_kept() {
    let mut place = Place::new();
    let base = pull_request(&place);
    let hub = Hub::default();
    let foreign = |id: usize| json!({"id": id, "user": {"login": "somebody"}, "body": "<!-- portcullis -->\nmine"});
    hub.comments.lock().expect("nobody panicked").extend((0..130).map(foreign));
    place.environment.insert("GITHUB_API_URL".to_owned(), hub.clone().start());
    let own = || {
        let comments = hub.comments.lock().expect("nobody panicked");
        assert!(comments.iter().take(130).enumerate().all(|(id, comment)| *comment == foreign(id)), "nobody else's comment is touched");
        comments.iter().skip(130).map(|comment| comment["body"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    // A change of which nothing comes is not spoken of.
    let comment = [USE, ("comment", "true")];
    place.git(&["checkout", "--quiet", "-b", "words", &base]);
    place.write("README.md", "words\n");
    place.commit("words");
    assert!(!act(&place, &event(&base), &comment).failed);
    assert_eq!(own(), [""; 0]);
    // The comment comes, and is brought up to date.
    place.git(&["checkout", "--quiet", "change"]);
    assert!(act(&place, &event(&base), &comment).failed);
    assert!(
        matches!(own().as_slice(), [only] if only.starts_with("<!-- portcullis -->\n") && only.contains("host-network")),
        "{:?}",
        own()
    );
    place.write("pod.yaml", GOOD);
    place.commit("mended");
    assert!(!act(&place, &event(&base), &comment).failed);
    assert!(matches!(own().as_slice(), [only] if !only.contains("host-network")), "{:?}", own());
}

#[test]
fn a_comment_that_may_not_be_written_fails_nothing() {
    let mut place = Place::new();
    let base = pull_request(&place);
    place.git(&["rm", "--quiet", "pod.yaml"]);
    place.commit("mended");
    place.environment.insert("GITHUB_API_URL".to_owned(), Hub { refuses: true, ..Hub::default() }.start());
    let ended = act(&place, &event(&base), &[USE, ("comment", "true")]);
    assert!(!ended.failed && ended.log.contains("pull-requests: write") && !ended.log.contains("secret-token"), "{}", ended.log);
}
