//! The report for programs, version 1; its schema lies beside it.

use std::{collections::BTreeMap, fmt::Write as _};

use portcullis_source::Location;
use serde_json::{Map, Value, json};

use super::{
    ApplicationChange, ChainLink, Changes, FieldChange, Finding, Issue, NotExpanded, NotRendered, ObjectChange, Report, ResourceName, Side,
};

/// The version of the format.
const VERSION: u32 = 1;

/// The JSON Schema of the report.
pub(crate) const SCHEMA: &str = include_str!("report.schema.json");

/// A member of the report. What is long is made while it is written, an entry at a time: the whole of it in two forms may be more than there is
/// memory for.
pub(super) enum Member<'a> {
    /// A value.
    Whole(Value),
    /// A list of any length.
    List(Box<dyn Iterator<Item = Value> + 'a>),
    /// An object with such members.
    Object(Members<'a>),
}

impl Member<'_> {
    /// All of it at once.
    pub(super) fn value(self) -> Value {
        match self {
            Self::Whole(value) => value,
            Self::List(entries) => entries.collect(),
            Self::Object(members) => members.into_iter().map(|(name, member)| (name.to_owned(), member.value())).collect(),
        }
    }
}

/// Members by name.
pub(super) type Members<'a> = BTreeMap<&'static str, Member<'a>>;

/// The report as indented JSON with a newline at its end.
pub(crate) fn json(report: &Report) -> String {
    let applications = &report.applications;
    let mut members = BTreeMap::from([
        ("version", Member::Whole(VERSION.into())),
        ("tool", Member::Whole(json!({"name": "portcullis", "version": env!("CARGO_PKG_VERSION")}))),
        ("bundle", Member::Whole(report.bundle.as_str().into())),
        (
            "applications",
            Member::Whole(json!({
                "total": applications.total,
                "rendered": applications.rendered(),
                "not_rendered": applications.not_rendered.iter().map(not_rendered).collect::<Vec<_>>(),
            })),
        ),
        ("application_sets", Member::Whole(json!({"not_expanded": report.not_expanded.iter().map(not_expanded).collect::<Vec<_>>()}))),
        ("terraform", Member::Object(report.terraform.members())),
        ("objects", Member::Whole(report.objects.into())),
        ("findings", Member::List(Box::new(report.findings.iter().map(finding)))),
        ("problems", Member::List(Box::new(report.problems.iter().map(problem)))),
    ]);
    let unchecked = &report.unchecked.0;
    let unchecked = (!unchecked.is_empty()).then(|| json!(unchecked));
    let optional = [("unchecked", unchecked), ("changes", report.changes.as_ref().map(changes)), ("partition", report.partition.clone())];
    members.extend(optional.into_iter().filter_map(|(name, value)| Some((name, Member::Whole(value?)))));
    let mut text = String::new();
    write_member(&mut text, Member::Object(members), "");
    text.push('\n');
    text
}

/// Writes a member, whose lines lie as deep as `indent` says.
fn write_member(text: &mut String, member: Member<'_>, indent: &str) {
    match member {
        Member::Whole(value) => put(text, &value, indent),
        Member::List(entries) => list(text, entries, indent),
        Member::Object(members) => {
            text.push('{');
            let inner = format!("{indent}  ");
            for (at, (name, member)) in members.into_iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                let _ = write!(text, "{comma}\n{inner}\"{name}\": ");
                write_member(text, member, &inner);
            }
            text.push('\n');
            text.push_str(indent);
            text.push('}');
        }
    }
}

/// Writes a list, an entry at a time.
fn list(text: &mut String, entries: impl Iterator<Item = Value>, indent: &str) {
    text.push('[');
    let inner = format!("{indent}  ");
    let mut is_empty = true;
    for entry in entries {
        text.push_str(if is_empty { "\n" } else { ",\n" });
        text.push_str(&inner);
        put(text, &entry, &inner);
        is_empty = false;
    }
    if !is_empty {
        text.push('\n');
        text.push_str(indent);
    }
    text.push(']');
}

/// Writes a value whose lines lie as deep as `indent` says; in JSON no text has a line of its own.
fn put(text: &mut String, value: &Value, indent: &str) {
    for (at, line) in format!("{value:#}").split('\n').enumerate() {
        if at > 0 {
            text.push('\n');
            text.push_str(indent);
        }
        text.push_str(line);
    }
}

fn changes(changes: &Changes) -> Value {
    let mut object = json!({
        "base": side(&changes.base),
        "head": side(&changes.head),
        "applications": changes.applications.iter().map(application).collect::<Vec<_>>(),
        "unchanged": changes.unchanged,
    });
    if let Value::Object(object) = &mut object {
        insert(object, "base_unknown", changes.base_unknown.clone().map(Value::String));
    }
    object
}

fn side(side: &Side) -> Value {
    let mut object = json!({"name": side.name});
    if let Value::Object(object) = &mut object {
        insert(object, "commit", side.commit.clone().map(Value::String));
    }
    object
}

fn application(change: &ApplicationChange) -> Value {
    let mut object = json!({"change": change.kind.name(), "objects": change.objects.iter().map(object_change).collect::<Vec<_>>()});
    if let Value::Object(object) = &mut object {
        insert(object, "application", change.name.as_deref().map(Value::from));
        insert(object, "service", change.service.as_deref().map(Value::from));
        insert(object, "environment", change.environment.as_deref().map(Value::from));
        insert(object, "base_unknown", change.base_unknown.clone().map(Value::String));
    }
    object
}

fn object_change(change: &ObjectChange) -> Value {
    let mut object = json!({
        "resource": resource(&change.object),
        "change": change.kind.name(),
        "hazards": change.hazards,
        "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
    });
    if let Value::Object(object) = &mut object {
        insert(object, "before", change.before.as_deref().map(Value::from));
        insert(object, "after", change.after.as_deref().map(Value::from));
        insert(object, "location", change.place.as_ref().map(|(_, place)| location(place)));
    }
    object
}

fn field(change: &FieldChange) -> Value {
    let mut object = json!({"path": change.path, "change": change.kind.name(), "chain": change.chain.iter().map(link).collect::<Vec<_>>()});
    if let Value::Object(object) = &mut object {
        insert(object, "before", change.before.clone().map(Value::String));
        insert(object, "after", change.after.clone().map(Value::String));
        insert(object, "location", change.place.as_ref().map(|(_, place)| location(place)));
    }
    object
}

fn finding(finding: &Finding) -> Value {
    let mut object = json!({
        "rule": finding.rule,
        "level": finding.level.name(),
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "environments": finding.environments.iter().map(|name| &**name).collect::<Vec<_>>(),
        "applications": finding.applications.iter().map(|name| &**name).collect::<Vec<_>>(),
        "resources": finding.resources.iter().map(resource).collect::<Vec<_>>(),
        "path": finding.path,
        "chain": finding.chain.iter().map(link).collect::<Vec<_>>(),
    });
    if let Value::Object(object) = &mut object {
        insert(object, "resource", finding.resources.first().map(resource));
        insert(object, "location", finding.place.as_ref().map(|(_, place)| location(place)));
        insert(object, "waived", finding.waived.clone().map(Value::String));
        insert(object, "status", finding.status.map(|status| status.name().into()));
    }
    object
}

fn insert(object: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value);
    }
}

fn resource(name: &ResourceName) -> Value {
    if name.is_of_terraform() {
        let module = name.name.find(&format!(".{}.", name.kind)).and_then(|end| name.name.get(..end)).unwrap_or_default();
        let module = module.trim_end_matches(".data");
        return json!({"address": name.name, "type": name.kind, "module": module, "root": name.namespace.as_deref().unwrap_or(&name.name)});
    }
    let mut object = json!({"apiVersion": name.api_version, "kind": name.kind, "name": name.name});
    if let Value::Object(object) = &mut object {
        insert(object, "namespace", name.namespace.clone().map(Value::String));
    }
    object
}

pub(super) fn location(place: &Location) -> Value {
    json!({"file": &*place.file, "line": place.line, "column": place.column, "end_line": place.end_line, "end_column": place.end_column})
}

fn link(link: &ChainLink) -> Value {
    let mut object = Map::new();
    object.insert("role".to_owned(), link.role_name().into());
    let place = link.place.as_ref().map(|(_, place)| place);
    insert(&mut object, "file", place.map(|place| (*place.file).into()));
    insert(&mut object, "line", place.map(|place| place.line).or(link.line).map(Value::from));
    insert(&mut object, "column", place.map(|place| place.column).map(Value::from));
    insert(&mut object, "key", link.key.clone().map(Value::from));
    let name = if link.key.is_some() { "layer" } else { "name" };
    insert(&mut object, name, link.name.as_deref().map(Value::from));
    Value::Object(object)
}

fn not_rendered(entry: &NotRendered) -> Value {
    json!({"application": entry.application, "reason": entry.reason, "location": location(&entry.location)})
}

fn not_expanded(entry: &NotExpanded) -> Value {
    json!({"application_set": entry.application_set, "reason": entry.reason, "location": location(&entry.location)})
}

/// A problem as the report has it.
pub(crate) fn problem(issue: &Issue) -> Value {
    json!({
        "stage": issue.stage,
        "message": issue.message,
        "hint": issue.hint,
        "location": location(&issue.location),
        "applications": issue.applications,
    })
}
