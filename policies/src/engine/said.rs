//! What rules say, read from the values that they return.

use std::sync::Arc;

use portcullis_source::{Origin, Step};
use regorus::Value;

use super::{evaluate::Failure, place::Field};
use crate::{Resource, input::text};

/// What a rule said.
pub(super) struct Said {
    pub(super) at: Vec<Step>,
    pub(super) message: String,
    /// For rules that see a platform: which of its resources.
    pub(super) resource: Option<usize>,
    /// For rules that see a platform: the kind of object that the resource goes without, so that the place is where it was left out.
    pub(super) lacks: Option<String>,
    /// The field that this one contradicts; the one of the stronger values layer is where a person would look.
    pub(super) other: Option<Vec<Step>>,
    /// More fields on which the verdict rests, each with the resource of the platform that has it, where that is another one.
    pub(super) others: Vec<Other>,
}

/// A field, and the resource of the platform that has it, where that is another one.
pub(super) type Other = (Option<usize>, Vec<Step>);

impl Said {
    pub(super) fn others<'a>(&'a self, resource: &'a Resource, members: &'a [&'a Resource]) -> Vec<Field<'a>> {
        let owner = |id: &Option<usize>| id.map_or(Some(resource), |id| members.get(id).copied());
        self.others.iter().filter_map(|(id, path)| Some(Field { resource: owner(id)?, path })).collect()
    }

    /// Where more than the field itself tells the place: another field that it contradicts, or an object that was left out.
    pub(super) fn explain(&self, resource: &Resource) -> Option<Origin> {
        let document = &resource.document;
        let whole = |path: &[Step]| -> Vec<Step> { resource.base.iter().chain(path).cloned().collect() };
        if let Some(other) = &self.other {
            return Some(document.origin_of_pair(&whole(&self.at), &whole(other)));
        }
        document.text.origin_of_absent(document.root.range, self.lacks.as_deref()?)
    }
}

/// The findings of a rule, where they are no more than they may be.
pub(super) fn limited(found: &Value, most: usize) -> Result<Vec<Said>, Failure> {
    match found {
        Value::Set(all) if all.len() > most => Err(Failure { reason: format!("it finds more than {most} faults"), exhausted: true }),
        _ => Ok(read_findings(found)?),
    }
}

/// The findings of a rule; anything but a set of `{at, message}` is an error, since a mistaken rule must not pass for a clean resource.
pub(super) fn read_findings(value: &Value) -> Result<Vec<Said>, String> {
    let Value::Set(found) = value else { return Err(format!("its findings are {}, not a set", shown(value))) };
    let read = |said: &Value| read_finding(said).map_err(|why| format!("it says {}, which is no finding: {why}", shown(said)));
    found.iter().map(read).collect()
}

/// The keys that a finding may have.
const KEYS: [&str; 6] = ["at", "lacks", "message", "other", "others", "resource"];

fn read_finding(said: &Value) -> Result<Said, String> {
    let said = said.as_object().map_err(|_| "it is no object".to_owned())?;
    let is_unknown = |key: &&Value| !matches!(key, Value::String(key) if KEYS.contains(&&**key));
    if let Some(unknown) = said.iter().map(|(key, _)| key).find(is_unknown) {
        return Err(format!("nobody reads its {}", shown(unknown)));
    }
    let get = |key: &str| said.get(&text(key));
    let optional = |key: &str| match get(key) {
        Some(value) => value.as_string().map(|value| Some(value.to_string())).map_err(|_| format!("its {key} is no text")),
        None => Ok(None),
    };
    let path = |key: &str| match get(key) {
        Some(path) => read_path(path).map(Some).ok_or_else(|| format!("its {key} is no list of keys and numbers")),
        None => Ok(None),
    };
    let resource = match get("resource") {
        Some(id) => Some(id.as_i64().ok().and_then(|id| usize::try_from(id).ok()).ok_or("its resource is no number of one")?),
        None => None,
    };
    let others = match get("others") {
        Some(others) => read_others(others).ok_or("its others are no list of places")?,
        None => Vec::new(),
    };
    let message = optional("message")?.ok_or("it has no message")?;
    if message.trim().is_empty() {
        return Err("its message is empty".to_owned());
    }
    let at = path("at")?.ok_or("it has no place, such as \"at\": [\"metadata\", \"name\"]")?;
    Ok(Said { at, message, other: path("other")?, others, resource, lacks: optional("lacks")? })
}

/// How much of a value is shown.
const SHOWN: usize = 200;

/// A value as a person reads it, cut where it goes on and on.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// `[{at, resource?}]`, as a list or a set.
fn read_others(others: &Value) -> Option<Vec<Other>> {
    let read = |other: &Value| {
        let other = other.as_object().ok()?;
        let resource = match other.get(&text("resource")) {
            Some(id) => Some(usize::try_from(id.as_i64().ok()?).ok()?),
            None => None,
        };
        Some((resource, read_path(other.get(&text("at"))?)?))
    };
    match others {
        Value::Array(others) => others.iter().map(read).collect(),
        Value::Set(others) => others.iter().map(read).collect(),
        _ => None,
    }
}

fn read_path(value: &Value) -> Option<Vec<Step>> {
    let step = |step: &Value| match step {
        Value::String(key) => Some(Step::Key(Arc::clone(key))),
        other => other.as_i64().ok().and_then(|index| usize::try_from(index).ok()).map(Step::Index),
    };
    value.as_array().ok()?.iter().map(step).collect()
}
