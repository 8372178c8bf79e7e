//! A value of the configuration and the same value in a plan: to one.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::{
    funcs::json_value,
    value::{Data, Known, Members, Unknown, Value},
};

/// Both together: what the plan knows wins, what it does not know is as the configuration says. None where neither says anything.
pub(crate) fn merged(own: Option<&Value>, planned: &Value) -> Option<Value> {
    let Some(own) = own else {
        let is_said = !planned.is_null() && planned.as_unknown().is_none() && !is_empty(planned);
        return is_said.then(|| planned.clone());
    };
    if planned.is_null() || planned.as_unknown().is_some() {
        return Some(own.clone().marked(planned.marks));
    }
    let (marks, origin) = (own.marks.with(planned.marks), own.origin.clone());
    if let (Some(own_members), Some(planned)) = (own.attributes(), planned.members()) {
        let mut members = Members::clone(own_members);
        for (name, value) in planned.iter() {
            members.extend(merged(own_members.get(name), value).map(|value| (Arc::clone(name), value)));
        }
        let data = match &own.data {
            Data::Unknown(unknown) => {
                let known = Known::Members(Arc::new(members));
                Data::Unknown(Arc::new(Unknown { ty: unknown.ty.clone(), reason: unknown.reason.clone(), known }))
            }
            _ => Data::Object(Arc::new(members)),
        };
        return Some(Value::from(data).marked(marks).with_origin(origin));
    }
    if let Some(items) = planned.items() {
        let items = items_merged(own, items);
        return Some(Value::tuple(items).marked(marks).with_origin(origin));
    }
    if agrees(own, planned, false) && own.any_reason().is_none() {
        return Some(own.clone().marked(planned.marks));
    }
    Some(planned.clone().marked(marks).with_origin(origin))
}

/// The items of a plan, each with what the configuration says of it.
fn items_merged(own: &Value, planned: &[Value]) -> Vec<Value> {
    if let (Some(Known::Pieces(pieces)), None) = (own.as_unknown().map(|unknown| &unknown.known), own.items()) {
        // Of blocks that were not counted, the one that was written stands for all.
        let stand_in = pieces.first().filter(|piece| piece.attributes().is_some());
        return planned.iter().filter_map(|item| merged(stand_in, item)).collect();
    }
    let mut left: Vec<Option<&Value>> = own.items().map(|items| items.iter().map(Some).collect()).unwrap_or_default();
    let mut all = Vec::new();
    for item in planned {
        // Sets have another order in a plan; the first that says nothing else is meant.
        let fits = |one: &Option<&Value>| one.is_some_and(|one| agrees(one, item, false));
        let found = left.iter().position(fits).and_then(|at| left.get_mut(at)).and_then(Option::take);
        let value = merged(found, item).unwrap_or_else(|| item.clone());
        let origin = found.map_or_else(|| own.origin.clone(), |found| found.origin.clone());
        all.push(value.with_origin(origin));
    }
    all
}

fn is_empty(value: &Value) -> bool {
    value.items().is_some_and(|items| items.is_empty()) || value.members().is_some_and(|members| members.is_empty())
}

/// Whether a plan says nothing else than the configuration, as far as both say anything. Providers may keep a value in other words, and convert.
pub(crate) fn agrees(own: &Value, planned: &Value, is_kept: bool) -> bool {
    if own.is_null() || planned.is_null() || planned.as_unknown().is_some() {
        return true;
    }
    if let (Some(own), Some(planned)) = (own.attributes(), planned.members()) {
        return own.iter().all(|(name, value)| planned.get(name).is_none_or(|planned| agrees(value, planned, is_kept)));
    }
    if own.any_reason().is_some() && own.items().is_none() {
        return true;
    }
    if let (Some(own), Some(planned)) = (own.items(), planned.items()) {
        return is_kept || items_agree(own, planned);
    }
    match (scalar(own), scalar(planned)) {
        (Some(one), Some(other)) if one == other => true,
        (Some(one), Some(other)) => {
            let is_text = own.as_str().is_some() && planned.as_str().is_some();
            is_text && (is_kept || is_alike(&one, &other))
        }
        // A block and an attribute of the same name, a list and a single value: nothing can be said.
        _ => true,
    }
}

/// How many items are compared with each other.
const COMPARED: usize = 1_000;

fn items_agree(own: &[Value], planned: &[Value]) -> bool {
    let is_plain = |items: &[Value]| items.iter().all(|item| scalar(item).is_some());
    if is_plain(own) && is_plain(planned) {
        let sorted = |items: &[Value]| {
            let mut texts: Vec<String> = items.iter().filter_map(scalar).collect();
            texts.sort_unstable();
            texts
        };
        return sorted(own) == sorted(planned);
    }
    if own.len() != planned.len() || own.len() > COMPARED {
        return true;
    }
    match (own, planned) {
        ([own], [planned]) => agrees(own, planned, false),
        // In a set nobody knows which of several is which; each must be like one at least.
        _ => own.iter().all(|own| planned.iter().any(|planned| agrees(own, planned, false))),
    }
}

/// A bool, number or string as text.
fn scalar(value: &Value) -> Option<String> {
    match &value.data {
        Data::Bool(value) => Some(value.to_string()),
        Data::Number(number) => Some(number.text()),
        Data::String(text) => Some(text.to_string()),
        Data::Null(_) | Data::List(..) | Data::Set(..) | Data::Map(..) | Data::Tuple(_) | Data::Object(_) | Data::Unknown(_) => None,
    }
}

/// Whether providers would make one text of the other: they write names in small letters, sort documents, keep hashes of what is long.
fn is_alike(own: &str, planned: &str) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches('.').to_lowercase();
    if bare(own) == bare(planned) || (is_document(own) && is_document(planned)) {
        return true;
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    planned == hex(&Sha1::digest(own)) || planned == hex(&Sha256::digest(own)) || planned == STANDARD.encode(own)
}

fn is_document(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && json_value(text).is_ok()
}
