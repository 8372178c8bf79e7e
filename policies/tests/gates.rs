//! Policies of Gatekeeper and conftest in both gates: what is found in a repository is found in a request, and a request tells more.
#![expect(clippy::disallowed_methods, reason = "reads cases")]
#![expect(clippy::unwrap_used, reason = "a policy that does not compile fails its test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use portcullis_policies::{
    Budget, Config, Context, Engine, Library, OwnFile, Resource,
    admission::{Bundle, Circumstances, FactObject, Gate, Origin, Outcome, Pass, Review, Verdict, registration, review_of, stored},
};
use portcullis_source::{Sources, Text, yaml};
use serde_json::{Value, json};

/// A folder of policies, and a gate of nothing else.
struct Gates {
    library: Library,
    gate: Gate,
    mistakes: Vec<String>,
}

impl Gates {
    fn of(files: &[(&str, &str)], namespaces: &[Resource], config: &str) -> Self {
        let sources = Sources::default();
        let own = files.iter().map(|(path, text)| OwnFile { path: (*path).to_owned(), file: sources.add(*path, text.as_bytes()) });
        let mut library = Library::default();
        let mistakes = library.add("policies", &own.collect::<Vec<_>>()).into_iter().map(|mistake| mistake.message).collect();
        let bundle = Bundle {
            files: library.foreign_files().map(|(path, text)| (path, text.to_owned())).collect(),
            facts: namespaces.iter().filter_map(FactObject::of_namespace).collect(),
            config: Origin { path: "portcullis.yaml".to_owned(), text: config.to_owned() },
            ..Bundle::default()
        };
        let bundle = Bundle::parse(bundle.with_tests().unwrap().text().as_bytes()).unwrap();
        let gate = Gate::new(&bundle).unwrap();
        // What decides is the same text in both.
        let text = |rules: &[portcullis_policies::Rule]| rules.iter().map(|rule| (rule.id.clone(), rule.rego.clone())).collect::<Vec<_>>();
        assert_eq!(text(library.rules()), text(gate.engine().rules()));
        Self { library, gate, mistakes }
    }

    fn judge(&self, review: &Value) -> Verdict {
        self.judge_within(review, Budget::WHOLE)
    }

    fn judge_within(&self, review: &Value, budget: Budget) -> Verdict {
        let review = Review::parse(review.to_string().into_bytes()).unwrap();
        self.gate.judge(&mut self.gate.engine().worker(), &review, &Circumstances { seconds: 0, environment: None, budget })
    }

    /// Outcome, rule and message of everything that is said of a request.
    fn said(&self, review: &Value) -> Vec<String> {
        let verdict = self.judge(review);
        let found = verdict.judged.iter().map(|judged| {
            let finding = &judged.finding;
            format!("{} {}: {}", judged.outcome.name(), finding.rule, finding.message)
        });
        let failed = verdict.faults.iter().map(|(fault, outcome)| format!("{} {}", outcome.name(), fault.reason));
        found.chain(failed).collect()
    }
}

fn resources(text: &str) -> Vec<Resource> {
    let file = Sources::default().add("objects.yaml", text.as_bytes());
    let documents = yaml::parse(&Text::of_file(&file)).documents;
    documents.into_iter().flat_map(|document| Resource::read(&Arc::new(document), &Context::default()).value).collect()
}

/// The files of a case, but for its objects, and these.
fn case(folder: &Path, policies: &Path) -> (Vec<(String, String)>, Vec<Resource>) {
    let (mut files, mut objects) = (Vec::new(), String::new());
    let mut add = |folder: &Path| {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        paths.sort();
        for path in paths {
            let (name, text) = (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap());
            if name.contains("objects") { objects.push_str(&format!("---\n{text}\n")) } else { files.push((name, text)) }
        }
    };
    add(folder);
    if policies != folder {
        add(policies);
    }
    (files, resources(&objects))
}

/// What each gate says of the objects of a case.
fn agree(name: &str, folder: &Path, policies: &Path) -> usize {
    let (files, objects) = case(folder, policies);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let gates = Gates::of(&files, &objects, "");
    let shown: BTreeSet<String> =
        gates.library.rules().iter().filter(|rule| rule.is_of_requests()).map(|rule| rule.id.to_string()).collect();
    let lint = Engine::new(&gates.library, &Config::default()).unwrap().evaluate(&objects);
    let (mut first, mut second): (BTreeMap<String, BTreeSet<String>>, BTreeMap<String, BTreeSet<String>>) = Default::default();
    let about = |identity: &portcullis_policies::Identity| {
        format!("{} {:?} {}", identity.kind, identity.namespace.as_deref().unwrap_or_default(), identity.name)
    };
    let mut unseen = BTreeSet::new();
    for (index, object) in objects.iter().enumerate() {
        let verdict = gates.judge(&review_of(object, &format!("uid-{index}")).unwrap());
        if matches!(verdict.passed, Some(Pass::Vital | Pass::Excluded)) {
            unseen.insert(about(&object.identity));
            continue;
        }
        let found = verdict.judged.iter().map(|judged| {
            let is_denied = judged.finding.level == portcullis_policies::Level::Deny;
            assert_eq!(judged.outcome, if is_denied { Outcome::Denied } else { Outcome::Warned });
            format!("{}: {}", judged.finding.rule, judged.finding.message)
        });
        let failed = verdict.faults.iter().map(|(fault, _)| fault.reason.clone());
        second.entry(about(&object.identity)).or_default().extend(found.chain(failed));
    }
    for finding in lint.value.iter().filter(|finding| shown.contains(finding.rule.as_str())) {
        let about = about(finding.resource.as_ref().unwrap());
        if !unseen.contains(&about) {
            first.entry(about).or_default().insert(format!("{}: {}", finding.rule, finding.message));
        }
    }
    // Who asks is known to a request alone.
    let is_of_request = |said: &str| said.contains("\"userInfo\":{");
    first.values_mut().for_each(|said| said.retain(|said| !is_of_request(said)));
    second.retain(|_, said| {
        said.retain(|said| {
            if is_of_request(said) {
                return false;
            }
            // What could not be told is a problem in the first gate: once, with the object in front.
            let is_problem = said.contains("could not be checked") || said.contains("cannot be checked");
            assert!(!is_problem || lint.problems.iter().any(|problem| problem.message.ends_with(said.as_str())), "{name}: {said}");
            !is_problem
        });
        !said.is_empty()
    });
    assert_eq!(second, first, "{name}");
    first.values().map(BTreeSet::len).sum()
}

#[test]
fn both_gates_agree_on_what_gatekeeper_was_asked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gatekeeper");
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let counts = folders.iter().map(|folder| agree(&folder.display().to_string(), folder, folder));
    let (cases, found) = (folders.len(), counts.sum::<usize>());
    println!("{cases} cases, {found} findings in both gates");
    assert!(cases > 70 && found > 200, "{cases} cases, {found} findings");
}

#[test]
fn both_gates_agree_on_what_conftest_was_asked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conftest");
    let folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    let found: usize = folders.iter().map(|folder| agree(&folder.display().to_string(), folder, &folder.join("policy"))).sum();
    assert!(found > 0);
}

/// A template of a kind and a constraint of the same name, about pods and Deployments.
fn template(kind: &str, rego: &str) -> String {
    template_with(kind, rego, "{kinds: [{apiGroups: [\"\", apps], kinds: [Pod, Deployment]}]}", "deny")
}

fn template_with(kind: &str, rego: &str, matching: &str, action: &str) -> String {
    let name = kind.to_lowercase();
    let rego: String = format!("package {name}\n{rego}").lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: {name}}}\nspec:\n  crd: {{spec: {{names: {{kind: {kind}}}}}}}\n  \
         targets:\n    - target: admission.k8s.gatekeeper.sh\n      operations: [\"CREATE\", \"UPDATE\", \"DELETE\"]\n      rego: |\n{rego}---\n\
         apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: {kind}\nmetadata: {{name: all}}\nspec:\n  enforcementAction: {action}\n  match: {matching}\n"
    )
}

fn pod(labels: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api", "namespace": "shop", "labels": labels},
        "spec": {"containers": [{"name": "api", "image": "registry.example.com/api:1"}]}})
}

fn request(operation: &str, object: Value, old: Value, user: &str) -> Value {
    let kind = if object.is_null() { &old } else { &object }["kind"].clone();
    let group = if kind == "Pod" || kind == "Namespace" { "" } else { "apps" };
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "uid-1", "operation": operation, "namespace": "shop", "name": "api", "dryRun": false,
        "kind": {"group": group, "version": "v1", "kind": kind}, "resource": {"group": group, "version": "v1", "resource": "pods"},
        "userInfo": {"username": user, "groups": ["system:authenticated"], "extra": {"why": ["so"]}},
        "object": object, "oldObject": old, "options": {"kind": "CreateOptions"},
    }})
}

fn create(object: Value) -> Value {
    request("CREATE", object, Value::Null, "alice")
}

const OWNER: &str = "violation[{\"msg\": msg}] { not input.review.object.metadata.labels.owner; msg := \"no owner\" }";

#[test]
fn a_request_is_shown_as_the_api_server_sent_it() {
    let rego = r#"violation[{"msg": msg}] {
  r := input.review
  msg := sprintf("%v %v %v %v %v %v %v", [r.operation, r.userInfo.username, r.userInfo.extra.why, r.uid, r.resource.resource, r.dryRun, was])
}
was = "none" { input.review.oldObject == null }
was = kind { kind := input.review.oldObject.kind }"#;
    let gates = Gates::of(&[("t.yaml", &template("Shows", rego))], &[], "");
    let said = |review: Value| gates.said(&review).join("; ");
    assert_eq!(said(create(pod(json!({})))), "denied gatekeeper/Shows/all: CREATE alice [\"so\"] uid-1 pods false none");
    let update = request("UPDATE", pod(json!({"a": "b"})), pod(json!({})), "bob");
    assert_eq!(said(update), "denied gatekeeper/Shows/all: UPDATE bob [\"so\"] uid-1 pods false Pod");
    let delete = request("DELETE", Value::Null, pod(json!({})), "carol");
    assert_eq!(said(delete), "denied gatekeeper/Shows/all: DELETE carol [\"so\"] uid-1 pods false Pod");
}

/// What was there before, and who asks, is no excuse before Gatekeeper; labels may be all that a constraint is about.
#[test]
fn gatekeeper_asks_what_a_request_makes() {
    let conftest =
        "package main\n\nimport rego.v1\n\ndeny contains \"no team\" if {\n\tinput.kind == \"Pod\"\n\tnot input.metadata.labels.team\n}\n";
    let gates = Gates::of(&[("t.yaml", &template("Owned", OWNER)), ("c/team.rego", conftest)], &[], "");
    let both = ["denied conftest/main/deny: no team", "denied gatekeeper/Owned/all: no owner"];
    assert_eq!(gates.said(&create(pod(json!({})))), both);
    let bare = pod(json!({}));
    let mut changed = bare.clone();
    changed["spec"]["containers"][0]["image"] = "registry.example.com/api:2".into();
    let before = ["inherited conftest/main/deny: no team", "denied gatekeeper/Owned/all: no owner"];
    assert_eq!(gates.said(&request("UPDATE", changed, bare.clone(), "alice")), before);
    // A label is taken off: nothing but metadata changes.
    let whole = pod(json!({"owner": "a", "team": "b"}));
    assert_eq!(gates.said(&request("UPDATE", bare.clone(), whole.clone(), "alice")), both);
    assert!(gates.judge(&request("UPDATE", whole.clone(), bare.clone(), "alice")).allowed);
    // A finalizer is taken off, or what is going anyway changes.
    let mut held = bare.clone();
    held["metadata"]["finalizers"] = json!(["a/b"]);
    assert_eq!(gates.judge(&request("UPDATE", bare.clone(), held, "alice")).passed, Some(Pass::Bookkeeping));
    let mut going = bare.clone();
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    assert_eq!(gates.judge(&request("UPDATE", going, whole, "alice")).passed, Some(Pass::Bookkeeping));
    let mut made = bare;
    made["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "api", "uid": "u", "controller": true}]);
    let user = "system:serviceaccount:kube-system:replicaset-controller";
    let owned = ["owned conftest/main/deny: no team", "denied gatekeeper/Owned/all: no owner"];
    assert_eq!(gates.said(&request("CREATE", made, Value::Null, user)), owned);
}

#[test]
fn an_object_is_meant_that_was_meant_before() {
    let matching = "{kinds: [{apiGroups: [\"\"], kinds: [Pod]}], labelSelector: {matchLabels: {guarded: \"yes\"}}}";
    let gates = Gates::of(&[("t.yaml", &template_with("Owned", OWNER, matching, "warn"))], &[], "");
    let (guarded, free) = (pod(json!({"guarded": "yes"})), pod(json!({"guarded": "no"})));
    assert_eq!(gates.said(&request("UPDATE", free.clone(), guarded, "alice")), ["warned gatekeeper/Owned/all: no owner"]);
    assert!(gates.said(&create(free)).is_empty());
}

/// What the webhook does not know it says, by the name of the constraint and with its level.
#[test]
fn namespaces_are_those_that_the_repository_declares() {
    let matching = "{kinds: [{apiGroups: [\"\"], kinds: [Pod]}], namespaceSelector: {matchLabels: {tier: gold}}}";
    let files = |action| template_with("Owned", OWNER, matching, action);
    let namespaces = |labels: &str| resources(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {labels}}}\n"));
    let said = |action, declared: &[Resource]| Gates::of(&[("t.yaml", &files(action))], declared, "").said(&create(pod(json!({}))));
    assert_eq!(said("deny", &namespaces("{tier: gold}")), ["denied gatekeeper/Owned/all: no owner"]);
    assert!(said("deny", &namespaces("{tier: lead}")).is_empty());
    let unknown = "could not be checked by rule gatekeeper/Owned/all: its namespaceSelector asks for labels of namespace shop, which nothing here declares";
    assert_eq!(said("deny", &[]), [format!("denied {unknown}")]);
    assert_eq!(said("warn", &[]), [format!("warned {unknown}")]);
    let both = [namespaces("{tier: lead}"), namespaces("{tier: gold}")].concat();
    assert_eq!(said("deny", &both), [format!("denied {unknown}")]);
}

/// The configuration speaks of rules by their ids, in both gates; what reads the inventory is not asked here, and known all the same.
#[test]
fn the_configuration_names_them() {
    let inventory = "violation[{\"msg\": \"twice\"}] { data.inventory.namespace[_][_][\"Pod\"][_] }";
    let files = [("t.yaml", &*template("Owned", OWNER)), ("i.yaml", &*template("Unique", inventory))];
    let config = "version: 1\nrules:\n  gatekeeper/Owned/all: {level: warn}\n  gatekeeper/Unique/all: {level: deny}\nwaivers:\n  - {rule: gatekeeper/Owned/all, \
                  resources: [Pod/shop/excused], reason: moves, owner: shop, ticket: T-1, expires: 2026-06-30}\n";
    let gates = Gates::of(&files, &[], config);
    assert_eq!(gates.said(&create(pod(json!({})))), ["warned gatekeeper/Owned/all: no owner"]);
    let mut excused = pod(json!({}));
    excused["metadata"]["name"] = "excused".into();
    assert_eq!(gates.said(&create(excused)), ["waived gatekeeper/Owned/all: no owner"]);
    assert!(gates.library.rules().iter().any(|rule| rule.id.as_str() == "gatekeeper/Unique/all" && !rule.is_of_requests()));
}

const HOSTILE: [(&str, &str, &str); 11] = [
    ("Recurses", "violation[{\"msg\": \"no\"}] { f(input) }\nf(x) { f(x.y) }", "recurses.f calls itself"),
    ("Circles", "violation[{\"msg\": \"no\"}] { f(input) }\nf(x) { g(x) }\ng(x) { f(x) }", "calls itself"),
    ("Fetches", "violation[{\"msg\": \"no\"}] { http.send({\"method\": \"get\", \"url\": \"https://example.com\"}) }", "calls http.send"),
    ("Clock", "violation[{\"msg\": \"no\"}] { time.now_ns() > 0 }", "calls time.now_ns"),
    ("Gambles", "violation[{\"msg\": \"no\"}] { rand.intn(\"x\", 2) == 1 }", "calls rand.intn"),
    (
        "Nests",
        "violation[{\"msg\": \"no\"}] { x := [[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]; x }",
        "nests more than 12 deep",
    ),
    (
        "Explodes",
        "violation[{\"msg\": \"no\"}] { n := numbers.range(1, 2000); n[a]; n[b]; n[c]; n[a] * n[b] * n[c] == -1 }",
        "takes more than",
    ),
    ("Ranges", "violation[{\"msg\": \"no\"}] { count(numbers.range(1, 100000000000)) > 0 }", "numbers.range makes more than 65536 items"),
    ("Laughs", LAUGHS, "so that Gatekeeper does not tell it"),
    ("Writes", WRITES, "sprintf makes more than 1048576 bytes"),
    ("Numbers", "violation[x] { x := 7 }", "it says 7"),
];

const LAUGHS: &str = "violation[x] { a := [1, 1]; b := [a, a, a, a]; c := [b, b, b, b]; d := [c, c, c, c]; e := [d, d, d, d]; f := [e, e, e, e]; \
    g := [f, f, f, f]; h := [g, g, g, g]; i := [h, h, h, h]; j := [i, i, i, i]; k := [j, j, j, j]; l := [k, k, k, k]; x := {\"msg\": l} }";
const WRITES: &str = "violation[{\"msg\": msg}] { a := \"aaaaaaaaaaaaaaaa\"; b := sprintf(\"%v%v%v%v\", [a, a, a, a]); c := sprintf(\"%v%v%v%v\", [b, b, b, b]); \
    d := sprintf(\"%v%v%v%v\", [c, c, c, c]); e := sprintf(\"%v%v%v%v\", [d, d, d, d]); f := sprintf(\"%v%v%v%v\", [e, e, e, e]); g := sprintf(\"%v%v%v%v\", [f, f, f, f]); \
    h := sprintf(\"%v%v%v%v\", [g, g, g, g]); i := sprintf(\"%v%v%v%v\", [h, h, h, h]); msg := sprintf(\"%v%v%v%v\", [i, i, i, i]) }";

/// Each is named, none passes for a clean object, and none keeps the others waiting.
#[test]
fn what_is_hostile_is_named_and_stopped() {
    for (kind, rego, reason) in HOSTILE {
        let gates = Gates::of(&[("t.yaml", &template(kind, rego)), ("o.yaml", &template("Owned", OWNER))], &[], "");
        let begun = Instant::now();
        let budget = Budget { deadline: Some(begun + Duration::from_millis(300)), ..Budget::WHOLE };
        let verdict = gates.judge_within(&create(pod(json!({}))), budget);
        assert!(begun.elapsed() < Duration::from_secs(3), "{kind} took {:?}", begun.elapsed());
        assert!(!verdict.allowed);
        let said: Vec<&str> =
            verdict.faults.iter().map(|(fault, _)| &*fault.reason).chain(gates.mistakes.iter().map(String::as_str)).collect();
        assert!(said.len() == 1 && said[0].contains(reason), "{kind}: {said:?}");
        assert!(said[0].contains(kind) || said[0].contains(&kind.to_lowercase()), "{kind}: {said:?}");
        // The other one is asked all the same, unless there was no time left.
        let is_asked = verdict.judged.iter().any(|judged| judged.finding.rule.as_str() == "gatekeeper/Owned/all");
        assert!(is_asked || verdict.is_exhausted(), "{kind}: {:?}", verdict.judged);
    }
}

fn asked(files: &[(&str, &str)]) -> Vec<String> {
    let gates = Gates::of(files, &[], "");
    let asked = registration::asked(gates.gate.engine().rules()).unwrap();
    asked.into_iter().map(|one| format!("{}/{} {}", one.group, one.resource, one.operations.len())).collect()
}

/// What a constraint may mean the API server asks about, and nothing of Secrets.
#[test]
fn the_api_server_asks_about_what_constraints_match() {
    let kinds = |kinds: &str| asked(&[("t.yaml", &template_with("Owned", OWNER, &format!("{{kinds: {kinds}}}"), "deny"))]);
    assert_eq!(kinds("[{apiGroups: [\"\"], kinds: [Pod, Secret]}]"), ["/pods 3", "/pods/ephemeralcontainers 3", "/pods/resize 3"]);
    assert_eq!(kinds("[{apiGroups: [\"*\"], kinds: [Service]}]"), ["*/services 3"]);
    assert_eq!(kinds("[{apiGroups: [example.com], kinds: [Widget]}]"), ["example.com/* 3"]);
    assert_eq!(kinds("[{apiGroups: [policy], kinds: [Eviction]}]"), ["/pods/eviction 3"]);
    assert!(kinds("[{apiGroups: [\"*\"], kinds: [Widget]}]").contains(&"*/* 3".to_owned()));
    let all = kinds("[{apiGroups: [\"*\"], kinds: [\"*\"]}]");
    for one in ["*/* 3", "/pods 3", "/pods/ephemeralcontainers 3", "apps/deployments 3", "argoproj.io/rollouts 3"] {
        assert!(all.contains(&one.to_owned()), "{one}: {all:?}");
    }
    let gates = Gates::of(&[("t.yaml", &template_with("Owned", OWNER, "{}", "deny"))], &[], "");
    let read = stored::reads(gates.gate.engine().rules()).unwrap();
    assert!(read.iter().any(|read| read.resource == "deployments") && !read.iter().any(|read| read.is_joined));
    let reach = registration::Reach::Url("https://example.com".to_owned());
    let registration = registration::Registration {
        name: "portcullis".to_owned(),
        reach,
        ca_bundle: None,
        environment: None,
        annotations: BTreeMap::new(),
        timeout: 5,
    };
    let made = registration::configuration(&gates.gate, &registration).unwrap();
    let others = made["webhooks"].as_array().unwrap().last().unwrap();
    let conditions = others["matchConditions"].to_string();
    assert_eq!(others["rules"][0]["resources"], json!(["*"]));
    assert!(["'secrets'", "'events'", "'apps/deployments'"].iter().all(|word| conditions.contains(word)), "{conditions}");
}
