//! `aws_iam_policy_document`, which needs no provider.

use std::sync::Arc;

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault},
    origin::Origin,
    types::Type,
    value::{Data, Format, Known, Members, Reason, ReasonKind, Unknown, Value},
};

/// A policy document in both of its forms.
pub(super) struct Document {
    pub(super) text: Value,
    pub(super) minified: Value,
}

/// The version of the language that is taken where none is set.
const VERSION: &str = "2012-10-17";

/// Makes the document of what a data source sets.
pub(super) fn document(members: &Members, span: Span) -> Evaluated<Document> {
    let mut made = Made::default();
    for source in listed(members.get("source_policy_documents")) {
        made.take_document(source, Duplicates::Refuse, span)?;
    }
    let mut own = Vec::new();
    if let Some(unknown) = members.get("statement").and_then(Value::as_unknown) {
        made.unknown.get_or_insert_with(|| unknown.reason.clone());
    }
    for block in blocks(members.get("statement")) {
        own.push(statement(block));
    }
    for statement in own {
        made.take(statement, Duplicates::Refuse, span)?;
    }
    made.version = members.get("version").cloned().filter(|version| !version.is_null()).or(made.version);
    made.id = members.get("policy_id").cloned().filter(|id| !id.is_null()).or(made.id);
    for over in listed(members.get("override_policy_documents")) {
        made.take_document(over, Duplicates::Replace, span)?;
    }
    Ok(made.finish(span))
}

/// What a second statement with an id that is known does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    Refuse,
    Replace,
}

#[derive(Default)]
struct Made {
    version: Option<Value>,
    id: Option<Value>,
    statements: Vec<Value>,
    unknown: Option<Reason>,
}

impl Made {
    fn take(&mut self, statement: Value, duplicates: Duplicates, span: Span) -> Evaluated<()> {
        let id = statement.get("Sid").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned);
        let known =
            id.as_ref().and_then(|id| self.statements.iter_mut().find(|known| known.get("Sid").and_then(Value::as_str) == Some(id)));
        match (known, duplicates) {
            (Some(known), Duplicates::Replace) => *known = statement,
            (Some(_), Duplicates::Refuse) => {
                let message = format!("two statements have the sid {:?}", id.unwrap_or_default());
                return Err(Fault::new(message, "give each a sid of its own", span));
            }
            (None, _) => self.statements.push(statement),
        }
        Ok(())
    }

    fn take_document(&mut self, source: &Value, duplicates: Duplicates, span: Span) -> Evaluated<()> {
        let read = match source.as_unknown() {
            None => source.encoded_json(),
            Some(Unknown { known: Known::Encoded(Format::Json, inner), .. }) => Some(Value::clone(inner)),
            Some(unknown) => {
                self.unknown.get_or_insert_with(|| unknown.reason.clone());
                return Ok(());
            }
        };
        if source.is_null() || source.as_str() == Some("") {
            return Ok(());
        }
        let Some(read) = read.filter(|read| read.members().is_some()) else {
            return Err(Fault::new(
                "a policy document is no JSON object",
                "give the text of a policy",
                source.origin.span().unwrap_or(span),
            ));
        };
        self.version = read.get("Version").cloned().or(self.version.take());
        self.id = read.get("Id").cloned().or(self.id.take());
        let statements = match read.get("Statement") {
            Some(list) if list.items().is_some() => list.items().map(|items| items.to_vec()).unwrap_or_default(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        for statement in statements {
            self.take(statement, duplicates, span)?;
        }
        Ok(())
    }

    fn finish(self, span: Span) -> Document {
        let mut members: Vec<(&str, Value)> = Vec::new();
        members.push(("Version", self.version.unwrap_or_else(|| Value::string(VERSION))));
        members.extend(self.id.map(|id| ("Id", id)));
        if !self.statements.is_empty() || self.unknown.is_some() {
            members.push(("Statement", Value::tuple(self.statements)));
        }
        let object = Value::object(members.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect());
        let reason = self.unknown.clone().or_else(|| object.any_reason().cloned());
        if let Some(reason) = reason {
            // Statements that are not known stand in the list as one that is unknown.
            let object = match self.unknown {
                Some(reason) => with_unknown_statement(&object, reason),
                None => object,
            };
            let known = Known::Encoded(Format::Json, Arc::new(object));
            let text = Value::from(Data::Unknown(Arc::new(Unknown { ty: Type::String, reason, known })));
            return Document { text: text.clone(), minified: text };
        }
        let (mut pretty, mut plain) = (String::new(), String::new());
        write(&object, Some(0), &mut pretty);
        write(&object, None, &mut plain);
        let object = object.with_origin(Origin::written(span));
        let text = |text: &str| Value::string(text).with_origin(Origin::default().encoding(&object, span));
        Document { text: text(&pretty), minified: text(&plain) }
    }
}

fn with_unknown_statement(object: &Value, reason: Reason) -> Value {
    let mut members = object.members().map(|members| Members::clone(members)).unwrap_or_default();
    let mut statements: Vec<Value> = members.get("Statement").and_then(Value::items).map(|items| items.to_vec()).unwrap_or_default();
    statements.push(Value::unknown(Type::Dynamic, reason));
    members.insert(Arc::from("Statement"), Value::tuple(statements));
    Value::object(members)
}

/// The blocks under a name.
fn blocks(value: Option<&Value>) -> impl Iterator<Item = &Members> {
    let pieces = value.and_then(Value::as_unknown).and_then(|unknown| match &unknown.known {
        Known::Pieces(pieces) => Some(pieces),
        _ => None,
    });
    let items = value.and_then(Value::items).or(pieces);
    items.map_or(&[][..], |items| items).iter().filter_map(Value::attributes).map(|members| &**members)
}

fn listed(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(list) => match list.items() {
            Some(items) => items.iter().collect(),
            None if list.is_null() => Vec::new(),
            None => vec![list],
        },
        None => Vec::new(),
    }
}

/// The order in which a statement's members are written.
const ORDER: [&str; 12] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

fn statement(block: &Members) -> Value {
    let mut members = Members::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(Arc::from(name), value);
        }
    };
    set("Sid", block.get("sid").filter(|sid| !sid.is_null() && sid.as_str() != Some("")).cloned());
    set("Effect", Some(block.get("effect").filter(|effect| !effect.is_null()).cloned().unwrap_or_else(|| Value::string("Allow"))));
    for (name, attribute) in
        [("Action", "actions"), ("NotAction", "not_actions"), ("Resource", "resources"), ("NotResource", "not_resources")]
    {
        set(name, block.get(attribute).and_then(|value| strings(value, attribute.ends_with("resources"))));
    }
    set("Principal", principals(block.get("principals")));
    set("NotPrincipal", principals(block.get("not_principals")));
    set("Condition", conditions(block.get("condition")));
    Value::object(members)
}

/// A list as policies have it: one string alone stands without the list, several are sorted backwards.
fn strings(value: &Value, variables: bool) -> Option<Value> {
    if value.as_unknown().is_some() {
        return Some(value.clone());
    }
    let mut items: Vec<Value> = value.items()?.iter().map(|item| if variables { with_variables(item) } else { as_text(item) }).collect();
    items.sort_by(|left, right| right.as_str().cmp(&left.as_str()));
    items.dedup_by(|one, other| one.as_str().is_some() && one.as_str() == other.as_str());
    match items.len() {
        0 => None,
        1 => items.pop(),
        _ => Some(Value::tuple(items)),
    }
}

/// Everything is text to the data source: numbers and booleans become it.
fn as_text(value: &Value) -> Value {
    match &value.data {
        Data::Bool(_) | Data::Number(_) => convert(value, &Type::String).unwrap_or_else(|_| value.clone()),
        _ => value.clone(),
    }
}

/// Policies have variables of their own, written `&{…}` here.
fn with_variables(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if text.contains("&{") => Value::string(&text.replace("&{", "${")).with_origin(value.origin.clone()),
        _ => as_text(value),
    }
}

fn principals(value: Option<&Value>) -> Option<Value> {
    let mut members = Members::new();
    for block in blocks(value) {
        let kind = block.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let identifiers = block.get("identifiers").and_then(|value| strings(value, true)).unwrap_or_else(|| Value::tuple(Vec::new()));
        if kind == "*" && identifiers.as_str() == Some("*") {
            return Some(identifiers);
        }
        let merged = match members.remove(kind.as_str()) {
            None => identifiers,
            Some(known) => {
                let all: Vec<Value> = listed(Some(&known)).into_iter().chain(listed(Some(&identifiers))).cloned().collect();
                strings(&Value::tuple(all), false).unwrap_or(known)
            }
        };
        members.insert(Arc::from(kind), merged);
    }
    (!members.is_empty()).then(|| Value::object(members))
}

/// The tests of one operator, by the name of what they test; why such a name is not known, and whether nothing is known of it.
#[derive(Default)]
struct Tests {
    members: Members,
    unknown: Option<(Reason, bool)>,
}

impl Tests {
    fn add(&mut self, variable: Option<&Value>, values: Value) {
        let unknown = variable.and_then(Value::as_unknown);
        let Some(name) = variable.and_then(Value::partial_text) else {
            let reason = unknown.map_or(FAILED, |unknown| unknown.reason.clone());
            self.unknown = Some((reason, true));
            return;
        };
        if let (Some(unknown), None) = (unknown, &self.unknown) {
            self.unknown = Some((unknown.reason.clone(), false));
        }
        let merged = match self.members.remove(&name) {
            Some(before) => Value::tuple(listed(Some(&before)).into_iter().chain(listed(Some(&values))).cloned().collect()),
            None => values,
        };
        self.members.insert(name, merged);
    }

    fn finish(self) -> Value {
        match self.unknown {
            None => Value::object(self.members),
            Some((reason, true)) => Value::unknown(Type::Dynamic, reason),
            Some((reason, false)) => {
                let known = Known::Members(Arc::new(self.members));
                Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known })).into()
            }
        }
    }
}

const FAILED: Reason = Reason { kind: ReasonKind::Failed, span: None };

fn conditions(value: Option<&Value>) -> Option<Value> {
    let mut tests: std::collections::BTreeMap<Arc<str>, Tests> = std::collections::BTreeMap::new();
    for block in blocks(value) {
        let unknown = || Value::unknown(Type::Dynamic, FAILED);
        let values = block.get("values").cloned().unwrap_or_else(unknown);
        let values = match values.items() {
            Some(items) if items.len() == 1 => items.first().map(with_variables).unwrap_or_else(unknown),
            Some(items) => Value::tuple(items.iter().map(with_variables).collect()),
            None => values,
        };
        let Some(test) = block.get("test").and_then(Value::as_str) else {
            let reason = block.get("test").and_then(Value::as_unknown).map_or(FAILED, |unknown| unknown.reason.clone());
            return Some(Value::unknown(Type::Dynamic, reason));
        };
        tests.entry(Arc::from(test)).or_default().add(block.get("variable"), values);
    }
    let members: Members = tests.into_iter().map(|(test, members)| (test, members.finish())).collect();
    (!members.is_empty()).then(|| Value::object(members))
}

/// Writes a document: its own members in their order, everything else by name; with two spaces a level where an indent is given.
fn write(value: &Value, indent: Option<usize>, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        if indent.is_some() {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth * 2));
        }
    };
    let depth = indent.unwrap_or(0);
    let inner = indent.map(|depth| depth + 1);
    if let Some(members) = value.members().filter(|members| !members.is_empty()) {
        out.push('{');
        let known = ORDER.iter().filter_map(|name| members.get_key_value(*name));
        let others = members.iter().filter(|(name, _)| !ORDER.contains(&&***name));
        for (at, (name, value)) in known.chain(others).enumerate() {
            if at > 0 {
                out.push(',');
            }
            line(depth + 1, out);
            out.push_str(&crate::value::json_string(name));
            out.push_str(if indent.is_some() { ": " } else { ":" });
            write(value, inner, out);
        }
        line(depth, out);
        out.push('}');
    } else if let Some(items) = value.items().filter(|items| !items.is_empty()) {
        out.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            line(depth + 1, out);
            write(item, inner, out);
        }
        line(depth, out);
        out.push(']');
    } else {
        out.push_str(&value.to_json());
    }
}
