//! The objects of clusters that resources apply.

use std::sync::Arc;

use portcullis_source::{Document, Span, Text, yaml};

use super::{
    POSSIBLE,
    explain::chain,
    typed,
    write::{Manner, Writer},
};
use crate::{
    module::{Existence, Mode, Resource},
    value::{Known, Members, Value},
};

/// The Kubernetes objects that a resource applies: those of `yaml_body` and `manifest`. `Err` where it has some that are not known as a whole, or may not be there.
///
/// # Errors
/// Why it is not known, in words.
pub fn manifest(resource: &Resource) -> Result<Vec<Arc<Document>>, String> {
    let Some((name, value)) = applied(resource) else { return Ok(Vec::new()) };
    if let Some(reason) = value.any_reason() {
        return Err(reason.kind.describe());
    }
    if resource.existence == Existence::Possible {
        return Err(POSSIBLE.to_owned());
    }
    objects(name, &value, resource.span)
}

/// The documents of a known value, which is an object or the YAML of some; `name` is the attribute, and `near` the resource that has it.
pub(super) fn objects(name: &str, value: &Value, near: Span) -> Result<Vec<Arc<Document>>, String> {
    let Some(text) = value.as_str() else { return Ok(written(&veiled(value, &mut vec![name])?, near)) };
    if value.marks.sensitive {
        return Err(format!("{name} is sensitive, and what is found in it would tell of it"));
    }
    if let Some(made) = value.encoded_yaml().filter(|made| made.members().is_some()) {
        return Ok(written(made, near));
    }
    let origin = Arc::new(chain(&value.origin, near));
    let bytes: Arc<[u8]> = Arc::from(text.as_bytes());
    let end = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let text = Text::explained(bytes, Arc::from([(end.saturating_add(1), origin)]));
    let stream = yaml::parse(&text);
    match stream.error {
        Some(error) => Err(format!("{name} is no valid YAML: {}", error.message)),
        None => Ok(stream.documents.into_iter().map(Arc::new).collect()),
    }
}

/// The fields whose texts may be anything, so that one that must not be shown changes nothing of what is found of the others.
const FREE: [&str; 5] = ["annotations", "binaryData", "data", "stringData", "value"];

/// An object with something else in the place of texts that must not be shown.
///
/// # Errors
/// The field that is sensitive, where what is found of it would tell of it.
fn veiled<'v>(value: &'v Value, path: &mut Vec<&'v str>) -> Result<Value, String> {
    if !value.all_marks().sensitive {
        return Ok(value.clone());
    }
    let last = path.last().copied().unwrap_or_default();
    let is_free = FREE.contains(&last) || path.iter().rev().nth(1).is_some_and(|above| FREE.contains(above) && *above != "value");
    if value.marks.sensitive {
        return match (is_free, value.members()) {
            (true, None) if value.as_str().is_some() => Ok(Value::string(typed::HIDDEN).with_origin(value.origin.clone())),
            // The names in it are secret, too.
            (true, Some(_)) => Ok(Value::object(Members::new()).with_origin(value.origin.clone())),
            _ => Err(format!("{last} is sensitive, and what is found of it would tell of it")),
        };
    }
    if let Some(members) = value.members() {
        let mut made = Members::new();
        for (name, value) in members.iter() {
            path.push(name);
            made.insert(Arc::clone(name), veiled(value, path)?);
            path.pop();
        }
        return Ok(Value::object(made).with_origin(value.origin.clone()));
    }
    let items: Result<Vec<Value>, String> =
        value.items().into_iter().flat_map(|items| items.iter()).map(|item| veiled(item, path)).collect();
    Ok(Value::tuple(items?).with_origin(value.origin.clone()))
}

fn written(object: &Value, near: Span) -> Vec<Arc<Document>> {
    let mut writer = Writer::new();
    writer.value(object, near, Manner::Marked, 0);
    writer.finish().into_iter().collect()
}

/// The attribute that has the object of a resource, and its value; of what describes it attribute by attribute, the object.
fn applied(resource: &Resource) -> Option<(&'static str, Value)> {
    if resource.mode != Mode::Managed {
        return None;
    }
    let name = match &*resource.ty {
        "kubectl_manifest" => "yaml_body",
        "kubernetes_manifest" => "manifest",
        _ => return typed::object(resource).map(|object| ("it", object)),
    };
    Some((name, resource.values.get(name).filter(|value| !value.is_null()).cloned()?))
}

/// Whether an object that a resource applies, and that may not be known as a whole, may be of a kind.
#[must_use]
pub fn may_apply(resource: &Resource, kind: &str) -> bool {
    applied(resource).is_some_and(|(_, value)| may_be(&value, kind))
}

fn may_be(value: &Value, kind: &str) -> bool {
    if let Some(members) = value.attributes() {
        return members.get("kind").is_none_or(|own| own.as_str().is_none_or(|own| own == kind));
    }
    if let Some(text) = value.as_str() {
        return says(text, kind).unwrap_or(false);
    }
    match value.as_unknown().map(|unknown| &unknown.known) {
        Some(Known::Encoded(_, inner)) => may_be(inner, kind),
        Some(Known::Either(both)) => both.iter().any(|one| may_be(one, kind)),
        // What nobody knows may be anything, unless a line of what is known tells.
        Some(Known::Pieces(pieces)) => {
            let mut said = pieces.iter().filter_map(Value::as_str).filter_map(|text| says(text, kind)).peekable();
            said.peek().is_none() || said.any(|is_kind| is_kind)
        }
        Some(Known::Nothing | Known::NotNull | Known::Members(_) | Known::Keyed(_)) | None => true,
    }
}

/// Whether a YAML text says that it is of a kind; nothing where it says none.
fn says(text: &str, kind: &str) -> Option<bool> {
    let kinds = text.lines().filter_map(|line| line.trim_start().strip_prefix("kind:"));
    let mut kinds = kinds.map(|own| own.trim().trim_matches(['"', '\''])).peekable();
    kinds.peek().is_some().then(|| kinds.any(|own| own == kind))
}
