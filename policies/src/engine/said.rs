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
    let Value::Set(found) = value else { return Err(format!("its findings are {value}, not a set")) };
    found.iter().map(|said| read_finding(said).ok_or_else(|| format!("it says {said}, which is no finding"))).collect()
}

fn read_finding(said: &Value) -> Option<Said> {
    let said = said.as_object().ok()?;
    let message = said.get(&text("message"))?.as_string().ok()?.to_string();
    let at = read_path(said.get(&text("at"))?)?;
    let other = match said.get(&text("other")) {
        Some(path) => Some(read_path(path)?),
        None => None,
    };
    let resource = said.get(&text("resource")).and_then(|id| id.as_i64().ok()).and_then(|id| usize::try_from(id).ok());
    let optional = |key| said.get(&text(key)).and_then(|value| value.as_string().ok()).map(|value| value.to_string());
    let others = match said.get(&text("others")) {
        Some(others) => read_others(others)?,
        None => Vec::new(),
    };
    Some(Said { at, message, other, others, resource, lacks: optional("lacks") })
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
