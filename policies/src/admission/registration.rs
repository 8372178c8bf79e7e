//! What an API server must ask about, as the rules of a bundle read it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::{Value, json};

use super::{
    gate::Gate,
    kinds::{self, BUILT_IN, CARRIERS, KNOWN, SENT, SYSTEM_NAMESPACES},
};
use crate::{Config, Kind, Operation, Rule, Target};

/// How the API server reaches the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By a Service, as namespace and name.
    Service {
        /// Its namespace, in which nothing is asked about.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// By a URL without a path.
    Url(String),
}

/// What is not a matter of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name of the configuration object.
    pub name: String,
    /// How the webhook is reached.
    pub reach: Reach,
    /// The CA that its certificate is checked with, in base64; filled in by others where it is not given.
    pub ca_bundle: Option<String>,
    /// The environment, as the last part of the path.
    pub environment: Option<String>,
    /// Further annotations of the configuration object, such as the one by which cert-manager fills in the CA.
    pub annotations: BTreeMap<String, String>,
    /// How many seconds an answer may take.
    pub timeout: u8,
}

/// A resource that must be asked about, and on which operations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The API group.
    pub group: String,
    /// The resource, with its subresource.
    pub resource: String,
    /// The operations.
    pub operations: BTreeSet<Operation>,
}

/// What the subresources of a pod can change that rules read.
const POD_DOORS: [&str; 2] = ["pods/ephemeralcontainers", "pods/resize"];

/// What stands for every group, or every resource of one.
const EVERY: &str = "*";

/// Everything that rules of a library must be asked about.
///
/// # Errors
/// A rule reads a kind whose resource is not known.
pub fn asked(rules: &[Rule]) -> Result<Vec<Asked>, String> {
    let mut found = Found::default();
    for rule in rules.iter().filter(|rule| rule.is_of_requests()) {
        let kinds: Vec<Kind> = match &rule.target {
            Target::Pod => CARRIERS.map(Kind::parse).to_vec(),
            Target::Any if rule.foreign.is_some() => {
                found.add((EVERY, EVERY), &rule.operations);
                Vec::new()
            }
            // Asked about whatever comes, it makes nobody ask about more; and what an API server finds itself needs no webhook.
            Target::Any | Target::Change => Vec::new(),
            Target::Kinds(kinds) => kinds.clone(),
        };
        // What Secrets hold is sent to nobody: rules about them are asked of a repository alone.
        for kind in kinds.iter().filter(|kind| &*kind.name != SECRET) {
            if rule.foreign.is_some() {
                found.add_any(kind, &rule.operations);
            } else {
                found.add_known(rule, kind)?;
            }
        }
    }
    Ok(found.all())
}

/// The kind of which nothing is sent.
const SECRET: &str = "Secret";

/// Of a policy that was written for another tool, the kinds that the webhook is never asked about although it names them.
#[must_use]
pub fn unasked(rule: &Rule) -> Vec<&Kind> {
    let Target::Kinds(kinds) = &rule.target else { return Vec::new() };
    let is_unasked = |kind: &&Kind| &*kind.name == SECRET || kinds::is_vital_kind(kind.group.as_deref().unwrap_or_default(), &kind.name);
    kinds.iter().filter(is_unasked).filter(|_| rule.foreign.is_some()).collect()
}

/// Operations by group and resource.
#[derive(Default)]
struct Found(BTreeMap<(String, String), BTreeSet<Operation>>);

impl Found {
    fn add(&mut self, (group, resource): (&str, &str), operations: &[Operation]) {
        self.0.entry((group.to_owned(), resource.to_owned())).or_default().extend(operations);
    }

    /// A resource, and what changes it beside itself.
    fn add_with_doors(&mut self, group: &str, (kind, resource): (&str, &str), operations: &[Operation]) {
        let doors: &[&str] = if kind == "Pod" { &POD_DOORS } else { &[] };
        std::iter::once(resource).chain(doors.iter().copied()).for_each(|resource| self.add((group, resource), operations));
    }

    /// A kind that a rule of ours reads.
    fn add_known(&mut self, rule: &Rule, kind: &Kind) -> Result<(), String> {
        let known: Vec<_> = KNOWN.iter().filter(|(known, group, _)| kind.covers(group, known)).collect();
        match &kind.group {
            // How the resources of a kind are called nobody knows but the API server: all of the group are asked about.
            Some(group) if known.is_empty() => self.add((group, EVERY), &rule.operations),
            None if known.is_empty() => return Err(format!("rule {} reads {kind}, of which the resource is not known", rule.id)),
            Some(_) | None => {}
        }
        for (kind, group, plural) in known {
            self.add_with_doors(group, (kind, plural), &rule.operations);
        }
        Ok(())
    }

    /// A kind that a policy names which was written for another tool: whatever it may mean is asked about.
    fn add_any(&mut self, kind: &Kind, operations: &[Operation]) {
        let mut is_known = false;
        for (name, group, plural) in KNOWN.iter().chain(&BUILT_IN).filter(|(known, group, _)| kind.covers(group, known)) {
            // Where no group is named another one may have such a kind, whose resource has the same name.
            self.add_with_doors(if kind.group.is_some() { group } else { EVERY }, (name, plural), operations);
            is_known = true;
        }
        for (_, _, group, resource) in SENT.iter().filter(|(known, group, _, _)| kind.covers(group, known)) {
            self.add((group, resource), operations);
            is_known = true;
        }
        if !is_known {
            self.add((kind.group.as_deref().unwrap_or(EVERY), EVERY), operations);
        }
    }

    /// All of it; what carries pods by its own name, wherever every resource of a group is asked about.
    fn all(mut self) -> Vec<Asked> {
        let wide: Vec<_> =
            self.0.iter().filter(|((_, resource), _)| resource == EVERY).map(|(key, all)| (key.0.clone(), all.clone())).collect();
        for (group, operations) in wide {
            let operations: Vec<Operation> = operations.into_iter().collect();
            let carriers = KNOWN.iter().filter(|(kind, own, _)| CARRIERS.contains(kind) && (group == EVERY || group == *own));
            carriers.for_each(|(kind, own, plural)| self.add_with_doors(own, (kind, plural), &operations));
        }
        self.0.into_iter().map(|((group, resource), operations)| Asked { group, resource, operations }).collect()
    }
}

impl Asked {
    /// Whether it is about what carries pods.
    fn carries_pods(&self) -> bool {
        let resource = self.resource.split('/').next().unwrap_or_default();
        let is_own = |group: &str| self.group == EVERY || *group == self.group;
        KNOWN.iter().any(|(kind, group, plural)| is_own(group) && *plural == resource && CARRIERS.contains(kind))
    }

    /// Whether a resource is among what is asked about.
    pub(super) fn covers(&self, group: &str, resource: &str) -> bool {
        let is_one = |own: &str, one: &str| own == EVERY || own == one;
        is_one(&self.group, group) && is_one(&self.resource, resource)
    }
}

/// What is asked about, as the rules of a webhook: resources of one group and the same operations together.
fn rules(asked: &[&Asked]) -> Vec<Value> {
    let mut groups: BTreeMap<(&str, &BTreeSet<Operation>), Vec<&str>> = BTreeMap::new();
    for one in asked {
        groups.entry((&one.group, &one.operations)).or_default().push(&one.resource);
    }
    let rule = |((group, operations), resources): ((&str, &BTreeSet<Operation>), Vec<&str>)| {
        let operations: Vec<&str> = operations.iter().map(|operation| operation.name()).collect();
        json!({"apiGroups": [group], "apiVersions": ["*"], "operations": operations, "resources": resources, "scope": "*"})
    };
    groups.into_iter().map(rule).collect()
}

/// The ValidatingWebhookConfiguration: a narrow webhook that fails closed where scoring runs, and a broad one that fails open.
///
/// # Errors
/// A rule reads a kind whose resource is not known.
pub fn configuration(gate: &Gate, registration: &Registration) -> Result<Value, String> {
    let asked = asked(gate.engine().rules())?;
    let (of_pods, others): (Vec<&Asked>, Vec<&Asked>) = asked.iter().partition(|one| one.carries_pods());
    let wide = wide(&of_pods, &others);
    let (of_pods, others) = (rules(&of_pods), rules(&others));
    let scoring = scoring(gate.config());
    let in_namespace = |condition: Option<String>| condition.map(|expression| json!({"name": "namespace", "expression": expression}));
    let webhook = |name: &str, policy: &str, own: Vec<Value>, rules: &[Value]| {
        json!({
            "name": name,
            "admissionReviewVersions": ["v1"],
            "clientConfig": client(registration),
            "failurePolicy": policy,
            "matchConditions": conditions().into_iter().chain(own).collect::<Vec<_>>(),
            "matchPolicy": "Equivalent",
            "namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": excluded(gate.config(), registration)}]},
            "rules": rules,
            "sideEffects": "None",
            "timeoutSeconds": registration.timeout,
        })
    };
    let mut webhooks = Vec::new();
    if let Some(scoring) = &scoring {
        webhooks.push(webhook("scoring.portcullis.dev", "Fail", in_namespace(Some(scoring.clone())).into_iter().collect(), &of_pods));
    }
    if !of_pods.is_empty() {
        let elsewhere = in_namespace(scoring.map(|scoring| format!("!({scoring})")));
        webhooks.push(webhook("platform.portcullis.dev", "Ignore", elsewhere.into_iter().collect(), &of_pods));
    }
    // Nobody waits for a dead webhook to make a ConfigMap or a role, wherever it is.
    if !others.is_empty() {
        webhooks.push(webhook("others.portcullis.dev", "Ignore", wide, &others));
    }
    let mut annotations = registration.annotations.clone();
    annotations.insert("portcullis.dev/bundle".to_owned(), gate.digest().to_owned());
    Ok(json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": registration.name, "annotations": annotations, "labels": {"app.kubernetes.io/name": "portcullis-webhook"}},
        "webhooks": webhooks,
    }))
}

fn client(registration: &Registration) -> Value {
    let path = registration.environment.as_ref().map_or_else(|| "/validate".to_owned(), |environment| format!("/validate/{environment}"));
    let mut client = match &registration.reach {
        Reach::Service { namespace, name } => json!({"service": {"namespace": namespace, "name": name, "path": path, "port": 443}}),
        Reach::Url(url) => json!({"url": format!("{}{path}", url.trim_end_matches('/'))}),
    };
    if let (Some(ca), Some(client)) = (&registration.ca_bundle, client.as_object_mut()) {
        client.insert("caBundle".to_owned(), ca.as_str().into());
    }
    client
}

/// The namespaces that are never asked about, by the label that only the API server sets.
fn excluded(config: &Config, registration: &Registration) -> Vec<String> {
    let mut names: BTreeSet<String> = SYSTEM_NAMESPACES.iter().map(|name| (*name).to_owned()).collect();
    names.extend(config.admission.exclude_namespaces.iter().map(|name| name.value.to_string()));
    if let Reach::Service { namespace, .. } = &registration.reach {
        names.insert(namespace.clone());
    }
    names.into_iter().collect()
}

/// What keeps nodes, leases and the API server's own questions out, whatever the rules of the webhook come to be.
fn conditions() -> Vec<Value> {
    let condition = |name: &str, expression: &str| json!({"name": name, "expression": expression});
    vec![
        condition("no-leases", "request.resource.group != 'coordination.k8s.io'"),
        condition("no-reviews", "!(request.resource.group in ['authentication.k8s.io', 'authorization.k8s.io'])"),
        condition("no-nodes", "!('system:nodes' in request.userInfo.groups) && request.resource.resource != 'nodes'"),
    ]
}

/// What is kept out where every resource of a group is asked about: Secrets, Events, and what carries pods, which is asked about already.
fn wide(of_pods: &[&Asked], others: &[&Asked]) -> Vec<Value> {
    if !others.iter().any(|one| one.resource == EVERY) {
        return Vec::new();
    }
    let named = |every: bool| -> Vec<String> {
        let pods = of_pods.iter().filter(|one| (one.group == EVERY) == every && !one.resource.contains('/'));
        pods.map(|one| if every { format!("'{}'", one.resource) } else { format!("'{}/{}'", one.group, one.resource) }).collect()
    };
    let condition = |name: &str, expression: String| json!({"name": name, "expression": expression});
    vec![
        condition("no-secrets", "request.resource.group != '' || request.resource.resource != 'secrets'".to_owned()),
        condition("no-events", "request.resource.resource != 'events'".to_owned()),
        condition(
            "no-pods",
            format!(
                "!((request.resource.group + '/' + request.resource.resource) in [{}] || request.resource.resource in [{}])",
                named(false).join(", "),
                named(true).join(", ")
            ),
        ),
    ]
}

/// The namespaces of scoring as an expression of CEL; none where the configuration names none.
fn scoring(config: &Config) -> Option<String> {
    let globs: Vec<String> = config.scoring.namespaces.iter().map(|glob| pattern(&glob.value)).collect();
    (!globs.is_empty()).then(|| format!("has(request.namespace) && request.namespace.matches('^({})$')", globs.join("|")))
}

/// A glob as a regular expression that can stand in quotes; names of namespaces have neither.
fn pattern(glob: &str) -> String {
    let mut pattern = String::new();
    for character in glob.chars() {
        match character {
            '*' => pattern.push_str("[^/]*"),
            '?' => pattern.push_str("[^/]"),
            character if character.is_ascii_alphanumeric() || character == '-' => pattern.push(character),
            // What no name can have matches none.
            other => {
                let _ = write!(pattern, "[\\\\x{{{:x}}}]", u32::from(other));
            }
        }
    }
    pattern
}
