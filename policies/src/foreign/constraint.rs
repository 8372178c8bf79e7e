//! A constraint and its template to a rule, or what is wrong with it.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Node;
use serde_json::json;

use super::{
    defaults, level,
    matching::Match,
    program::{Foreign, Question},
    read::{Found, GATEKEEPER, Taken, kept},
    schema::Schema,
    template::Template,
};
use crate::{ConfigError, Group, Kind, Rule, RuleId, Scope, Target, admission::sorted, input::of_json};

/// What to do about a constraint that is left out.
const HINT: &str = "the constraint was left out; Gatekeeper would refuse it too";

/// The versions of constraints.
const VERSIONS: [&str; 2] = ["constraints.gatekeeper.sh/v1alpha1", "constraints.gatekeeper.sh/v1beta1"];

/// The longest name of a constraint.
const MAX_NAME: usize = 63;

/// Takes the constraints whose templates there are.
pub(super) fn take(constraints: &[Found], templates: &BTreeMap<Arc<str>, Option<Template>>, taken: &mut Taken) {
    let mut known: BTreeMap<String, Arc<str>> = BTreeMap::new();
    for found in constraints {
        let (kind, name) = names(found);
        let id = format!("gatekeeper/{kind}/{name}");
        if let Some(file) = known.get(&id) {
            let message = format!("there is a constraint {kind}/{name} already, in {file}");
            taken.mistakes.push(found.wrong(&found.document.root, message, "keep one: a cluster has one constraint of a kind and name"));
            continue;
        }
        known.insert(id.clone(), found.path.as_str().into());
        let rule = match templates.get(kind) {
            // What is wrong with the template was said.
            Some(None) => None,
            Some(Some(template)) => {
                let rule = rule(found, template, &id).map_err(|mistake| taken.mistakes.push(mistake)).ok();
                if rule.is_some() {
                    taken.kept.insert(format!("{GATEKEEPER}/{kind}/{name}.json"), kept(found));
                    taken.kept.entry(format!("{GATEKEEPER}/{kind}.json")).or_insert_with(|| template.kept.clone());
                }
                rule
            }
            None => {
                let hint = format!("add the ConstraintTemplate of kind {kind} to the folder");
                taken.mistakes.push(found.wrong(&found.document.root, format!("constraint {kind}/{name} has no template"), &hint));
                None
            }
        };
        match rule {
            Some(rule) => taken.rules.push(rule),
            None => taken.ids.push(id),
        }
    }
}

fn names(found: &Found) -> (&str, &str) {
    let root = &found.document.root;
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
    (kind, root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default())
}

/// The rule of a constraint.
pub(super) fn rule(found: &Found, template: &Template, id: &str) -> Result<Rule, ConfigError> {
    let (kind, name) = names(found);
    let root = &found.document.root;
    let spec = root.get("spec").filter(|spec| !spec.is_null());
    let wrong = |(message, node): (String, &Node)| found.wrong(node, format!("constraint {kind}/{name}: {message}"), HINT);
    let is_part = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, b'-' | b'.');
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_part) {
        return Err(wrong((format!("{name:?} is no name of an object"), root.at(&["metadata", "name"]).unwrap_or(root))));
    }
    let version = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
    if !VERSIONS.contains(&version) {
        return Err(wrong((format!("there is no version {version} of constraints"), root.get("apiVersion").unwrap_or(root))));
    }
    checked(spec, template).map_err(wrong)?;
    let action = level::read(spec).map_err(|(message, node)| wrong((message, node.unwrap_or(root))))?;
    let matching = Match::read(spec.and_then(|spec| spec.get("match"))).map_err(wrong)?;
    let parameters = parameters(spec, template);
    let reads_more = template.inventory || template.namespace || matching.reads_namespaces();
    let text: Vec<&str> = template.program.modules().iter().map(|module| &*module.text).collect();
    let operations: Vec<&str> = template.operations.iter().map(|operation| operation.name()).collect();
    let constraint =
        sorted(json!({"spec": spec.map(crate::json), "path": template.path, "parameters": &parameters, "operations": operations}));
    Ok(Rule {
        id: RuleId::new(id),
        title: format!("Gatekeeper constraint {kind}/{name}"),
        description: template.description.clone().unwrap_or_else(|| format!("The template {kind} decides it.")),
        severity: action.severity,
        group: Group::Platform,
        aliases: Vec::new(),
        checklists: Vec::new(),
        off: action.off,
        scope: if reads_more { Scope::Platform } else { Scope::Resource },
        target: target(&matching),
        joins: Vec::new(),
        operations: template.operations.clone(),
        params: serde_json::Map::new(),
        elements: BTreeMap::new(),
        facts: Vec::new(),
        readme: readme(found, template, (kind, name)).into(),
        rego: format!("{}\n# {constraint}\n", text.join("\n")).into(),
        passes: Vec::new(),
        fails: Vec::new(),
        span: found.document.text.span(root.range),
        foreign: Some(Arc::new(Foreign {
            program: Arc::clone(&template.program),
            path: template.path.clone(),
            question: Question::Constraint {
                matching: Box::new(matching),
                parameters: of_json(&parameters),
                inventory: template.inventory,
                namespace: template.namespace,
            },
        })),
    })
}

fn readme(found: &Found, template: &Template, (kind, name): (&str, &str)) -> String {
    let about = template.description.as_deref().unwrap_or("The template says what is wrong.");
    format!(
        "## What it finds\n\nObjects that violate the constraint `{kind}/{name}` of {}, as Gatekeeper would find them.\n\n\
         ## Why it matters\n\n{about}\n\n## How to fix\n\nChange the object as the message says, or the parameters of the constraint.\n",
        found.file.path()
    )
}

/// The kinds that a match names one by one; else any.
fn target(matching: &Match) -> Target {
    let mut kinds = Vec::new();
    for (groups, names) in matching.kinds() {
        let is_any = |list: &[String]| list.is_empty() || list.iter().any(|word| word == "*");
        if is_any(names) {
            return Target::Any;
        }
        for name in names {
            let kind = |group: Option<&str>| Kind { name: name.as_str().into(), group: group.map(Arc::from) };
            if is_any(groups) {
                kinds.push(kind(None));
            } else {
                kinds.extend(groups.iter().map(|group| kind(Some(group))));
            }
        }
    }
    if kinds.is_empty() { Target::Any } else { Target::Kinds(kinds) }
}

/// Whether `spec` is what the API server would take.
fn checked<'a>(spec: Option<&'a Node>, template: &Template) -> Result<(), (String, &'a Node)> {
    let Some(spec) = spec else { return Ok(()) };
    let mut schema = json!({"type": "object", "properties": {
        "enforcementAction": {"type": "string"},
        "scopedEnforcementActions": {"type": "array", "items": {"type": "object", "properties": {
            "action": {"type": "string"},
            "enforcementPoints": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        }}},
        "match": matching(),
    }});
    let mut preserves = false;
    if let (Some(known), Some(properties)) = (&template.schema, schema.get_mut("properties").and_then(|it| it.as_object_mut())) {
        // What the older form of templates lets through is a matter of the parameters alone.
        properties.insert("parameters".to_owned(), json!({"x-kubernetes-preserve-unknown-fields": true}));
        if let Some(parameters) = spec.get("parameters") {
            known.check("spec.parameters", parameters)?;
        }
        preserves = false;
    }
    Schema { root: schema, preserves }.check("spec", spec)
}

/// The schema of `spec.match`.
fn matching() -> serde_json::Value {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let patterns = json!({"type": "array", "items": {"type": "string", "pattern": PATTERN}});
    let selector = json!({"type": "object", "properties": {
        "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
        "matchExpressions": {"type": "array", "items": {"type": "object", "required": ["key", "operator"],
            "properties": {"key": {"type": "string"}, "operator": {"type": "string"}, "values": texts}}},
    }});
    json!({"type": "object", "properties": {
        "kinds": {"type": "array", "items": {"type": "object", "properties": {"apiGroups": texts, "kinds": texts}}},
        "namespaces": patterns, "excludedNamespaces": patterns,
        "labelSelector": selector, "namespaceSelector": selector,
        "scope": {"type": "string"}, "name": {"type": "string", "pattern": PATTERN}, "source": {"type": "string"},
    }})
}

/// What a name in a match may be made of.
const PATTERN: &str = r"^\*?[-:a-z0-9]*\*?$";

/// The parameters with their defaults; none are an empty object.
fn parameters(spec: Option<&Node>, template: &Template) -> serde_json::Value {
    let given = spec.and_then(|spec| spec.get("parameters")).filter(|node| !node.is_null()).map(crate::json);
    // A default of the parameters as a whole counts where there is a spec; those of single ones where there are parameters.
    let whole = template.schema.as_ref().and_then(|schema| schema.root.get("default")).filter(|_| spec.is_some()).cloned();
    let Some(mut parameters) = given.or(whole) else { return json!({}) };
    if let Some(schema) = &template.schema {
        defaults::fill(&schema.root, &mut parameters);
    }
    parameters
}
