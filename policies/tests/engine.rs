//! The engine as a whole: it does not depend on the order of things, tells what it could not do, and resolves settings.
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

use std::{collections::BTreeSet, sync::Arc};

use portcullis_policies::{
    Change, Config, Context, Engine, Facts, Library, Resource,
    change::{Both, Deployed, Effect},
};
use portcullis_source::{Partial, RepoPath, Sources, Text, yaml};
use proptest::{prelude::*, sample::Index};

/// All fixtures, in two environments and in none.
fn everything(sources: &Sources) -> Vec<Resource> {
    let library = Library::embedded().unwrap();
    let fixtures = library.rules().iter().flat_map(|rule| rule.passes.iter().take(1).chain(rule.fails.iter().take(2)));
    let environments = [None, Some("prod"), Some("dev")];
    fixtures
        .zip(environments.iter().cycle())
        .flat_map(|((name, text), environment)| {
            let application = Some(Arc::clone(name));
            let context =
                Context { environment: environment.map(Arc::from), application, namespace: Some("scoring".into()), ..Context::default() };
            read(sources, text, &context).value
        })
        .collect()
}

fn read(sources: &Sources, text: &str, context: &Context) -> Partial<Vec<Resource>> {
    let stream = yaml::parse(&Text::of_file(&sources.add("fixture.yaml", text.as_bytes())));
    let mut found: Partial<Vec<Resource>> = Partial::default();
    for document in stream.documents {
        let resources = Resource::read(&Arc::new(document), context).take(&mut found.problems);
        found.value.extend(resources);
    }
    found
}

fn engine(sources: &Sources, config: &str) -> Engine {
    let config = Config::parse(&sources.add("portcullis.yaml", config.as_bytes())).unwrap();
    Engine::new(&Library::embedded().unwrap(), &config).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_resources_does_not_show(swaps in prop::collection::vec((any::<Index>(), any::<Index>()), 1..200)) {
        let sources = Sources::default();
        let engine = engine(&sources, "version: 1\nscoring: { namespaces: [scoring] }\n");
        let mut resources = everything(&sources);
        let expected = engine.evaluate(&resources);
        prop_assert!(expected.value.len() > 50);
        for (left, right) in swaps {
            let (left, right) = (left.index(resources.len()), right.index(resources.len()));
            resources.swap(left, right);
        }
        let found = engine.evaluate(&resources);
        prop_assert_eq!(&found.value, &expected.value);
    }
}

#[test]
fn parts_on_threads_make_the_whole() {
    let sources = Sources::default();
    let engine = engine(&sources, "version: 1\n");
    let resources = everything(&sources);
    let facts = Facts::collect(&resources);
    let whole = engine.check(&resources, &facts).value;
    let mut parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = resources.chunks(7).map(|part| scope.spawn(|| engine.check(part, &facts).value)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(parts.len(), whole.len());
    for finding in &whole {
        let at = parts.iter().position(|part| part == finding).unwrap();
        parts.swap_remove(at);
    }
}

#[test]
fn fingerprints_survive_moved_lines() {
    let sources = Sources::default();
    let engine = engine(&sources, "version: 1\n");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers: [{ name: b }, { name: c }]\n";
    let moved = format!("# one\n# two\n{}", pod.replace("{ name: b }, ", ""));
    let of = |text: &str| {
        let found = engine.evaluate(&read(&sources, text, &Context::default()).value).value;
        let of_c = found.into_iter().filter(|finding| finding.message.contains("container c"));
        of_c.map(|finding| finding.fingerprint).collect::<Vec<_>>()
    };
    assert!(!of(pod).is_empty());
    assert_eq!(of(pod), of(&moved));
}

#[test]
fn settings_narrow_from_everywhere_to_environment_to_namespace() {
    let sources = Sources::default();
    let config = "version: 1
environments: [{ name: dev, levels: { host-process-namespace: warn } }, { name: prod }]
rules:
  host-process-namespace:
    level: deny
    namespaces: { kube-system: { level: off }, 'sandbox-*': { level: warn } }
";
    let engine = engine(&sources, config);
    let level = |environment: &str, namespace: &str| {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { hostPID: true }\n";
        let context = Context { environment: Some(environment.into()), namespace: Some(namespace.into()), ..Context::default() };
        let found = engine.evaluate(&read(&sources, pod, &context).value).value;
        found.iter().find(|finding| finding.rule.as_str() == "host-process-namespace").map(|finding| finding.level.name())
    };
    assert_eq!(level("prod", "cases"), Some("deny"));
    assert_eq!(level("dev", "cases"), Some("warn"));
    assert_eq!(level("prod", "sandbox-1"), Some("warn"));
    assert_eq!(level("dev", "kube-system"), None);
}

#[test]
fn what_no_rule_can_see_is_a_problem() {
    let sources = Sources::default();
    let engine = engine(&sources, "version: 1\n");
    let problems = |text: &str| {
        let read = read(&sources, text, &Context::default());
        let found = engine.evaluate(&read.value);
        let problems = read.problems.into_iter().chain(found.problems);
        problems.map(|problem| problem.message).collect::<Vec<_>>()
    };
    let pod = |spec: &str| problems(&format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: a }}\nspec: {spec}\n"));
    assert_eq!(pod("{ containers: {} }"), ["Pod a cannot be checked: spec.containers is a map, not a list"]);
    assert_eq!(pod("{ containers: [~] }"), ["Pod a cannot be checked: spec.containers[0] is empty, not a map"]);
    assert_eq!(
        pod("{ initContainers: [{ ports: 5 }] }"),
        ["Pod a cannot be checked: spec.initContainers[0].ports is a number, not a list"]
    );
    assert_eq!(pod("{ hostPID: 'true' }"), ["Pod a cannot be checked: spec.hostPID is a text, not a boolean"]);
    assert_eq!(
        problems("apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { replicas: '2' }\n"),
        ["Deployment a cannot be checked: spec.replicas is a text, not a whole number"]
    );
    assert_eq!(problems("kind: Pod\n"), ["document has no apiVersion, so it is no Kubernetes object"]);
    assert_eq!(problems("[1, 2]\n"), ["document has no kind, so it is no Kubernetes object"]);
    assert_eq!(problems("~\n---\n# nothing\n"), Vec::<String>::new());
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    assert_eq!(pod(&format!("{{ unknown: {deep} }}")), ["Pod a is nested more than 200 deep"]);
}

#[test]
fn clusters_are_apart() {
    let sources = Sources::default();
    let engine = engine(&sources, "version: 1\n");
    let workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: {} } }\n";
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: a }\n\
                  spec: { minReplicas: 2, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: a } }\n";
    let of = |text: &str, cluster: &str| {
        let context = Context { cluster: Some(cluster.into()), ..Context::default() };
        read(&sources, text, &context).value
    };
    let count = |resources: &[Resource]| {
        let found = engine.evaluate(resources).value;
        found.iter().filter(|finding| finding.rule.as_str() == "replicas-below-zones").count()
    };
    assert_eq!(count(&[of(workload, "one"), of(scaler, "one")].concat()), 0);
    assert_eq!(count(&[of(workload, "one"), of(scaler, "two")].concat()), 1);
    assert_eq!(count(&[of(workload, "one"), of(scaler, "one"), of(workload, "two"), of(scaler, "two")].concat()), 0);
}

#[test]
fn lists_are_opened() {
    let sources = Sources::default();
    let list = "apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { hostPID: true } }\n";
    let found = engine(&sources, "version: 1\n").evaluate(&read(&sources, list, &Context::default()).value).value;
    let finding = found.iter().find(|finding| finding.rule.as_str() == "host-process-namespace").unwrap();
    assert_eq!(finding.location(&sources).unwrap().line, 4);
    assert_eq!(finding.pointer(), "/spec/hostPID");
}

/// What is told as a problem must not take the findings about its neighbours with it.
#[test]
fn the_misshapen_hide_nothing() {
    let sources = Sources::default();
    let workload = |name: &str, constraint: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    \
             metadata: {{ labels: {{ part: fraud }} }}\n    spec: {{ topologySpreadConstraints: [{constraint}] }}\n---\n"
        )
    };
    let spread = "{ maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, \
                  labelSelector: { matchLabels: { part: fraud } } }";
    let text = [workload("a", "{ labelSelector: x }"), workload("b", ""), workload("c", spread)].concat();
    let found = engine(&sources, "version: 1\n").evaluate(&read(&sources, &text, &Context::default()).value);
    assert_eq!(found.problems.len(), 1);
    let shared: Vec<&str> = found
        .value
        .iter()
        .filter(|finding| finding.rule.as_str() == "shared-zone-spread")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(shared, ["zone spread of Deployment c also counts the pods of Deployment b"]);
}

/// What rules may cost grows with the change, not with its square.
#[test]
fn a_change_of_everything_in_a_large_repository_is_checked() {
    let environments = ["dev", "staging", "prod"];
    let mut text = String::from("kind: Change\nenvironments: [dev, staging, prod]\napplications:\n");
    let services: Vec<String> = (0..1100).map(|number| format!("s{number:04}")).collect();
    for (service, environment) in services.iter().flat_map(|service| environments.map(|environment| (service, environment))) {
        let field = "{path: /spec/image, change: changed, before: a:1, after: a:2}";
        let object = format!("{{kind: Deployment, name: {service}, change: changed, fields: [{field}]}}");
        text.push_str(&format!(
            "- {{application: {service}-{environment}, service: {service}, environment: {environment}, change: changed, objects: [{object}]}}\n"
        ));
    }
    let stream = yaml::parse(&Text::nowhere(text.into_bytes()));
    let mut change = Change::read(&stream.documents[0]).unwrap();
    for (id, application) in change.applications.iter().enumerate() {
        let images = |tag: &str| [format!("a:{tag}")].into();
        // Staging stays behind.
        let after = if application.environment.as_deref() == Some("staging") { "1" } else { "2" };
        let images = Both { before: images("1"), after: images(after) };
        let deployed = Deployed { effect: Effect::Changed, known: true, images, applications: vec![id] };
        let places = change.services.entry(application.service.clone().unwrap()).or_default();
        places.insert(application.environment.clone().unwrap(), deployed);
    }
    let found = Engine::new(&Library::embedded().unwrap(), &Config::default()).unwrap().check_change(&change);
    assert_eq!(found.problems, []);
    let of = |rule: &str| found.value.iter().filter(|found| found.finding.rule.as_str() == rule).count();
    assert_eq!((of("too-many-services-changed"), of("production-before-staging")), (1, 1100));
    let names: BTreeSet<&str> = found.value.iter().map(|found| found.finding.fingerprint.as_str()).collect();
    assert_eq!(names.len(), found.value.len(), "each finding has a name of its own");
}

/// Each environment has its own parameters and level, and is told of itself alone.
#[test]
fn a_change_is_checked_as_each_environment_is_configured() {
    let sources = Sources::default();
    let settings = "environments: {dev: {params: {maximum: 0}}, prod: {level: deny}}, params: {environments: [dev, prod], maximum: 1}";
    let engine = engine(
        &sources,
        &format!("version: 1\nrules: {{too-many-services-changed: {{{settings}}}}}\nenvironments: [{{name: dev}}, {{name: prod}}]\n"),
    );
    let of = |services: &[&str]| {
        let mut text = String::from("kind: Change\napplications:\n");
        for (service, environment) in services.iter().flat_map(|service| ["dev", "prod"].map(|environment| (service, environment))) {
            text.push_str(&format!(
                "- {{application: {service}-{environment}, service: {service}, environment: {environment}, change: changed}}\n"
            ));
        }
        text.push_str("services:\n");
        services
            .iter()
            .for_each(|service| text.push_str(&format!("  {service}: {{dev: {{change: changed}}, prod: {{change: changed}}}}\n")));
        let change = Change::read(&yaml::parse(&Text::nowhere(text.into_bytes())).documents[0]).unwrap();
        let found = engine.check_change(&change).value.into_iter().map(|found| found.finding);
        found.map(|finding| format!("{} {}", finding.level.name(), finding.message)).collect::<Vec<_>>()
    };
    assert_eq!(of(&["a"]), ["warn one change reaches 1 service of dev, more than 0: a"]);
    assert_eq!(
        of(&["a", "b"]),
        ["warn one change reaches 2 services of dev, more than 0: a, b", "deny one change reaches 2 services of prod, more than 1: a, b"]
    );
}

#[test]
fn what_is_said_of_all_rules_gives_way_to_what_is_said_of_one() {
    let levels = |config: &str| {
        let sources = Sources::default();
        let config = Config::parse(&sources.add("portcullis.yaml", format!("version: 1\n{config}").as_bytes())).unwrap();
        let engine = Engine::new(&Library::embedded().unwrap(), &config).unwrap();
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: dev}\nspec: {hostNetwork: true, hostPID: true, containers: [{name: a, image: 'a:latest', resources: {limits: {cpu: 1}}}]}\n";
        let document = yaml::parse(&Text::nowhere(text.as_bytes())).documents.remove(0);
        let context = Context { environment: Some("dev".into()), ..Context::default() };
        let found = engine.evaluate(&Resource::read(&Arc::new(document), &context).value).value;
        let mut levels: Vec<String> = found.iter().map(|finding| format!("{} {}", finding.rule, finding.level.name())).collect();
        levels.dedup();
        levels
    };
    assert_eq!(levels("rules: {'*': {level: off}, host-network: {level: warn}}\n"), ["host-network warn"]);
    let off = levels("rules: {'*': {level: off, namespaces: {dev: {level: deny}}}, host-network: {level: off}}\n");
    assert!(!off.contains(&"host-network deny".to_owned()), "{off:?}");
    assert_eq!(levels("environments: [{name: dev, levels: {'*': off}}]\nrules: {host-network: {level: deny}}\n"), ["host-network deny"]);
    // Nobody meant to ask for what contradicts itself.
    let all = levels("rules: {'*': {level: deny}}\n");
    assert!(all.contains(&"host-process-namespace deny".to_owned()) && !all.iter().any(|found| found.starts_with("cpu-limit")), "{all:?}");
}

/// A Deployment of one name, with as many autoscalers.
fn scaled(sources: &Sources, home: &str, autoscalers: &[&str]) -> Vec<Resource> {
    let mut text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: web }] } } }\n".to_owned();
    for name in autoscalers {
        text += &scaler(name);
    }
    at_home(sources, home, &text)
}

fn scaler(name: &str) -> String {
    format!(
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {{ maxReplicas: 3, scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: web }} }}\n"
    )
}

fn at_home(sources: &Sources, home: &str, text: &str) -> Vec<Resource> {
    read(sources, text, &Context { home: Some(RepoPath::new(home).unwrap()), ..Context::default() }).value
}

/// How often a workload has a second autoscaler.
fn doubly_scaled(sources: &Sources, resources: &[Vec<Resource>], environment: Option<&str>) -> usize {
    let mut resources = resources.concat();
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";
    let context = Context { environment: environment.map(Arc::from), ..Context::default() };
    resources.extend(read(sources, namespace, &context).value);
    let found = engine(sources, "version: 1\n").check_platform(&resources, &Facts::collect(&resources));
    assert_eq!(found.problems, Vec::new());
    found.value.iter().filter(|finding| finding.rule.as_str() == "several-autoscalers").count()
}

#[test]
fn folders_that_make_the_same_objects_are_seen_apart() {
    let sources = Sources::default();
    let sources = &sources;
    let at = |home: &str, names: &[&str]| scaled(sources, home, names);
    let lone = |home: &str, name: &str| at_home(sources, home, &scaler(name));
    let cases = [
        // One folder for each cluster, whatever the autoscalers are called.
        (vec![at("dev/web.yaml", &["web-dev"]), at("prod/web.yaml", &["web-prod"])], 0),
        (vec![at("k8s/dev.yaml", &["web-dev"]), at("k8s/prod.yaml", &["web-prod"])], 0),
        (vec![at("a/b/overlays/dev/kustomization.yaml", &["one"]), at("a/b/overlays/prod/kustomization.yaml", &["two"])], 0),
        // Nothing parts the files of one folder that make different objects.
        (vec![at("dev/web.yaml", &["one"]), lone("dev/more.yaml", "two")], 1),
        (vec![at("dev/web.yaml", &["one", "two"])], 1),
        // What lies outside is a part of each.
        (vec![at("dev/web.yaml", &["one"]), at("prod/web.yaml", &["one"]), lone("common/more.yaml", "two")], 2),
        // Folders of the same name belong together, and so does what lies deeper.
        (
            vec![
                at("web/dev/web.yaml", &[]),
                at("web/prod/web.yaml", &[]),
                lone("more/dev/one.yaml", "one"),
                lone("more/prod/one.yaml", "one"),
                lone("more/prod/two.yaml", "two"),
            ],
            1,
        ),
        (vec![at("dev/web.yaml", &["one"]), at("prod/web.yaml", &["one"]), lone("prod/more/two.yaml", "two")], 1),
        (
            vec![
                at("dev/a/web.yaml", &["one"]),
                at("dev/b/web.yaml", &["two"]),
                at("prod/web.yaml", &["three"]),
                lone("dev/four.yaml", "four"),
            ],
            2,
        ),
    ];
    for (index, (resources, expected)) in cases.iter().enumerate() {
        assert_eq!(doubly_scaled(sources, resources, None), *expected, "case {index}");
        assert_eq!(doubly_scaled(sources, resources, Some("prod")), *expected, "case {index} in an environment");
    }
}
