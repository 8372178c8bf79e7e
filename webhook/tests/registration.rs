//! What API servers are told to ask about: everything that rules read, and nothing that a cluster cannot live without.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a configuration that cannot be made fails its test")]

mod gate;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_policies::{
    Kind, Library, Scope, Target,
    admission::{
        registration::{Reach, Registration, asked, configuration},
        stored::{carries_pods, reads},
    },
};
use serde_json::Value;

fn made() -> Value {
    made_of(gate::CONFIG, Some("prod"))
}

fn made_of(config: &str, environment: Option<&str>) -> Value {
    let reach = Reach::Service { namespace: "portcullis-system".to_owned(), name: "portcullis-webhook".to_owned() };
    let registration = Registration {
        name: "portcullis".to_owned(),
        reach,
        ca_bundle: None,
        environment: environment.map(str::to_owned),
        annotations: BTreeMap::new(),
        timeout: 5,
    };
    configuration(&gate::gate(config), &registration).unwrap()
}

fn registered() -> BTreeSet<String> {
    let made = made();
    let rules = made["webhooks"][0]["rules"].as_array().unwrap().clone();
    let resource = |rule: &Value| {
        let group = rule["apiGroups"][0].as_str().unwrap().to_owned();
        rule["resources"].as_array().unwrap().iter().map(|resource| format!("{group}/{}", resource.as_str().unwrap())).collect::<Vec<_>>()
    };
    rules.iter().flat_map(resource).collect()
}

/// What a rule may read, and the resource by which it changes. A rule of another path is added here with its resource.
const DOORS: [(&str, &str); 4] = [
    ("ephemeral", "/pods/ephemeralcontainers"),
    ("input.pod", "/pods/ephemeralcontainers"),
    ("resources", "/pods/resize"),
    ("PodExecOptions", "/pods/exec"),
];

#[test]
fn every_path_that_a_rule_reads_has_its_resource() {
    let registered = registered();
    let library = Library::embedded().unwrap();
    for rule in library.rules().iter().filter(|rule| rule.scope == Scope::Resource) {
        for (word, resource) in DOORS {
            assert!(
                !rule.rego.contains(word) || registered.contains(resource),
                "{} reads {word}, and {resource} is not registered",
                rule.id
            );
        }
        // A Scale has no pod: the replicas of a workload cannot be judged by it, so no rule of single objects may read them.
        let is_of_workloads = match &rule.target {
            Target::Pod | Target::Any => true,
            Target::Change => false,
            Target::Kinds(kinds) => kinds.iter().any(|kind| carries_pods(&kind.name)),
        };
        let reads_replicas = is_of_workloads && (rule.rego.contains("\"replicas\"") || rule.rego.contains("spec.replicas"));
        assert!(!reads_replicas, "{} reads replicas, which also change by the subresource scale", rule.id);
    }
    for (resource, group) in
        [("pods", ""), ("replicationcontrollers", ""), ("podtemplates", ""), ("deployments", "apps"), ("statefulsets", "apps")]
    {
        assert!(registered.contains(&format!("{group}/{resource}")));
    }
    for (resource, group) in
        [("daemonsets", "apps"), ("replicasets", "apps"), ("jobs", "batch"), ("cronjobs", "batch"), ("rollouts", "argoproj.io")]
    {
        assert!(registered.contains(&format!("{group}/{resource}")));
    }
}

#[test]
fn the_chart_registers_what_the_rules_read() {
    let kept: Value = serde_json::from_str(include_str!("../../platform-manifests/charts/admission/files/configuration.json")).unwrap();
    // The digest of the bundle changes with every rule; what is asked about does not.
    let printed = &made_of(include_str!("../../.portcullis.yaml"), None)["webhooks"];
    assert_eq!(&kept["webhooks"], printed, "`portcullis-webhook configuration` prints it anew: platform-manifests/README.md says how");
}

#[test]
fn the_chart_lets_the_scan_see_what_rules_read_and_no_more() {
    let library = Library::embedded().unwrap();
    let read: BTreeSet<String> =
        reads(library.rules()).unwrap().into_iter().map(|read| format!("{}/{}", read.group, read.resource)).collect();
    assert!(!read.iter().any(|resource| resource.contains("secret")), "{read:?}");
    let chart = include_str!("../../platform-manifests/charts/admission/templates/scan.yaml");
    let lists = |line: &str, key: &str| -> Option<Vec<String>> {
        let list = line.trim().trim_start_matches("- ").strip_prefix(key)?.trim().strip_prefix('[')?.strip_suffix(']')?;
        Some(list.split(", ").map(|item| item.trim_matches('"').to_owned()).collect())
    };
    let (mut seen, mut group, mut resources) = (BTreeSet::new(), Vec::new(), Vec::new());
    for line in chart.lines() {
        group = lists(line, "apiGroups:").unwrap_or(group);
        resources = lists(line, "resources:").unwrap_or(resources);
        if line.trim() == "verbs: [list, watch]" {
            seen.extend(resources.iter().map(|resource| format!("{}/{resource}", group[0])));
        }
    }
    assert_eq!(seen, read);
}

#[test]
fn a_rule_of_an_unknown_kind_is_not_registered_silently() {
    let mut rules = Library::embedded().unwrap().rules().to_vec();
    rules[1].target = Target::Kinds(vec![Kind::parse("Widget")]);
    rules[1].scope = Scope::Resource;
    assert!(asked(&rules).unwrap_err().contains("Widget"));
}

#[test]
fn one_fails_closed_and_narrow_and_one_open_and_broad() {
    let made = made();
    let webhooks = made["webhooks"].as_array().unwrap();
    let policies: Vec<&str> = webhooks.iter().map(|webhook| webhook["failurePolicy"].as_str().unwrap()).collect();
    assert_eq!(policies, ["Fail", "Ignore", "Ignore"]);
    for webhook in webhooks {
        assert_eq!((&webhook["matchPolicy"], &webhook["sideEffects"]), (&"Equivalent".into(), &"None".into()));
        assert_eq!(webhook["clientConfig"]["service"]["path"], "/validate/prod");
        let excluded: Vec<&str> = webhook["namespaceSelector"]["matchExpressions"][0]["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert_eq!(excluded, ["kube-node-lease", "kube-public", "kube-system", "monitoring", "portcullis-system"]);
        let conditions = webhook["matchConditions"].to_string();
        assert!(
            ["coordination.k8s.io", "authentication.k8s.io", "system:nodes"].iter().all(|word| conditions.contains(word)),
            "{conditions}"
        );
    }
    let condition = |index: usize| webhooks[index]["matchConditions"][3]["expression"].as_str().unwrap().to_owned();
    assert_eq!(condition(0), "has(request.namespace) && request.namespace.matches('^(scoring|scoring-[^/]*)$')");
    assert_eq!(condition(1), format!("!({})", condition(0)));
    assert_eq!(made["metadata"]["annotations"]["portcullis.dev/bundle"], gate::gate(gate::CONFIG).digest());
}
