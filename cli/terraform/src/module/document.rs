//! Resources as documents: what rules may read of them, with nothing that is secret.

use std::{collections::BTreeMap, sync::Arc};

use super::{Existence, Mode, Resource};
use crate::{
    document::{is_secret, secret_type},
    eval::may_be_computed,
    limits::MAX_VALUE_DEPTH,
    value::{Known, Value, json_string},
};

/// What is left out of a document, by the path of its place.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// Why what is not known is not, by JSON Pointers.
    pub unknown: BTreeMap<String, String>,
    /// What is sensitive, as JSON Pointers.
    pub sensitive: Vec<String>,
    /// The type of the resource, whose names tell secrets.
    ty: Option<Arc<str>>,
}

impl Value {
    /// The value as JSON: what is sensitive or not known stands as `null`, and is told beside it.
    #[must_use]
    pub fn shown(&self) -> (String, Left) {
        let mut left = Left::default();
        let text = shown(self, "", &mut left, 0);
        (text, left)
    }
}

impl Resource {
    /// The type that tells which of its values are secrets.
    #[must_use]
    pub fn secret_type(&self) -> &str {
        let manifest = self.values.get("manifest").and_then(|manifest| manifest.get("kind")).and_then(Value::as_str);
        secret_type(&self.ty, manifest, self.values.get("yaml_body").and_then(Value::as_str))
    }

    /// What is set of the resource, as JSON in the same way.
    #[must_use]
    pub fn shown(&self) -> (String, Left) {
        let mut left = Left { ty: Some(Arc::from(self.secret_type())), ..Left::default() };
        let values: Vec<String> = self
            .values
            .iter()
            .map(|(name, value)| format!("{}:{}", json_string(name), member(value, &step("", name), &mut left, 0)))
            .collect();
        (format!("{{{}}}", values.join(",")), left)
    }
}

impl Resource {
    /// The resource as JSON: its kind, address and values; the paths of what is not known, with the reasons; the paths of what is sensitive. Neither
    /// has a value in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let (values, left) = self.shown();
        let unknown: Vec<String> = left.unknown.iter().map(|(path, why)| format!("{}:{}", json_string(path), json_string(why))).collect();
        let sensitive: Vec<String> = left.sensitive.iter().map(|path| json_string(path)).collect();
        let mode = match self.mode {
            Mode::Managed => "managed",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        };
        let existence = match self.existence {
            Existence::Certain => "certain",
            Existence::Possible => "possible",
        };
        format!(
            "{{\"kind\":{},\"mode\":\"{mode}\",\"address\":{},\"module\":{},\"name\":{},\"existence\":\"{existence}\",\"values\":{},\"unknown\":{{{}}},\"sensitive\":[{}]}}",
            json_string(&self.ty),
            json_string(&self.address),
            json_string(&self.module),
            json_string(&self.name),
            values,
            unknown.join(","),
            sensitive.join(","),
        )
    }
}

/// A path with one more step, as JSON Pointers have it.
fn step(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn member(value: &Value, path: &str, left: &mut Left, depth: usize) -> String {
    if value.as_str().is_some() && left.ty.as_ref().is_some_and(|ty| is_secret(ty, path.split('/'))) {
        left.sensitive.push(path.to_owned());
        return "null".to_owned();
    }
    shown(value, path, left, depth)
}

fn shown(value: &Value, path: &str, left: &mut Left, depth: usize) -> String {
    if value.marks.sensitive {
        left.sensitive.push(path.to_owned());
        return "null".to_owned();
    }
    if depth > MAX_VALUE_DEPTH {
        left.unknown.insert(path.to_owned(), "it lies deeper than MAX_VALUE_DEPTH".to_owned());
        return "null".to_owned();
    }
    let list = |items: &[Value], left: &mut Left| {
        let items: Vec<String> =
            items.iter().enumerate().map(|(at, item)| member(item, &step(path, &at.to_string()), left, depth + 1)).collect();
        format!("[{}]", items.join(","))
    };
    if let Some(members) = value.attributes() {
        // What a resource does not set, its provider may; in a resource's own document it is just not set.
        let computed = value.as_unknown().map(|unknown| &unknown.reason.kind).filter(|kind| left.ty.is_none() && may_be_computed(kind));
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| {
                let path = step(path, name);
                if let Some(reason) = computed.filter(|_| value.is_null()) {
                    left.unknown.insert(path.clone(), reason.describe());
                }
                format!("{}:{}", json_string(name), member(value, &path, left, depth + 1))
            })
            .collect();
        return format!("{{{}}}", members.join(","));
    }
    if let Some(items) = value.items() {
        return list(items, left);
    }
    if let Some(unknown) = value.as_unknown() {
        left.unknown.insert(path.to_owned(), unknown.reason.kind.describe());
        // Blocks of which it is not known how many there are: those that there may be.
        return match &unknown.known {
            Known::Pieces(pieces) if pieces.iter().all(|piece| piece.attributes().is_some()) && !pieces.is_empty() => {
                list(&Arc::clone(pieces), left)
            }
            Known::Nothing
            | Known::NotNull
            | Known::Pieces(_)
            | Known::Encoded(..)
            | Known::Either(_)
            | Known::Members(_)
            | Known::Keyed(_) => "null".to_owned(),
        };
    }
    value.to_json()
}
