//! An object along its shape: fields that there are not, values that are none.

use std::sync::Arc;

use portcullis_policies::{Faults, InvalidField, UnknownField, config::nearest};
use portcullis_source::{Data, Map, Node, Step};

use crate::{
    kubernetes::Kubernetes,
    scalar::{is_base64, is_quantity, is_time},
    server::name,
    shape::{Field, Fields, Items, Limit, Rest, Shape, Unique},
    version::Minor,
};

/// How an API server reads what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Into a type of its own, in which a null is as good as nothing.
    Typed,
    /// As it is, against the schema of a CustomResourceDefinition, which [`crate::custom`] looks at besides.
    Structural,
}

/// How much is said of one object; whoever writes more has misunderstood something once.
const MAX_FAULTS: usize = 50;

/// How deep an object is looked into, as deep as rules do.
const MAX_DEPTH: usize = 200;

/// A walk over one object.
pub(crate) struct Walk<'a> {
    kubernetes: &'a Kubernetes,
    minor: Minor,
    reading: Reading,
    path: Vec<Step>,
    /// Whether what is met is status, which an API server drops when it makes an object, once it has read it.
    dropped: bool,
    pub(crate) faults: Faults,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(kubernetes: &'a Kubernetes, minor: Minor, reading: Reading) -> Self {
        Self { kubernetes, minor, reading, path: Vec::new(), dropped: false, faults: Faults::default() }
    }

    /// Walks over a whole object.
    pub(crate) fn object(&mut self, node: &Node, shape: &Shape) {
        self.value(node, shape);
    }

    /// Walks over the metadata of an object whose definition says nothing of it.
    pub(crate) fn metadata(&mut self, node: &Node) {
        let Some(metadata) = node.get("metadata") else { return };
        let reading = std::mem::replace(&mut self.reading, Reading::Typed);
        self.path.push(Step::Key("metadata".into()));
        self.value(metadata, &Shape::Metadata);
        self.path.pop();
        self.reading = reading;
    }

    fn value(&mut self, node: &Node, shape: &Shape) {
        if self.path.len() > MAX_DEPTH || self.faults.count() >= MAX_FAULTS {
            return;
        }
        match shape {
            Shape::Any => {}
            Shape::Named(place) => {
                if let Some(shape) = self.kubernetes.named(*place, self.minor) {
                    self.value(node, shape);
                }
            }
            Shape::Metadata => {
                if let Some(shape) = self.kubernetes.metadata(self.minor) {
                    self.value(node, shape);
                }
            }
            _ if node.is_null() => {}
            Shape::Map(fields) => match &node.data {
                Data::Map(map) => self.map(map, fields),
                _ => self.mismatch(node, "a map"),
            },
            Shape::List(items) => match &node.data {
                Data::List(list) => self.list(list, items),
                _ => self.mismatch(node, "a list"),
            },
            _ if self.reading == Reading::Structural => {}
            Shape::Text(_) | Shape::Bytes | Shape::Time | Shape::Quantity | Shape::NumberOrText => self.text(node, shape),
            Shape::Int | Shape::Long | Shape::Number => self.number(node, shape),
            Shape::Bool => {
                if !matches!(node.data, Data::Bool(_)) {
                    self.mismatch(node, "a boolean");
                }
            }
        }
    }

    fn map(&mut self, map: &Map, fields: &Fields) {
        for entry in &map.entries {
            let is_own = fields.embedded && matches!(&*entry.key, "apiVersion" | "kind" | "metadata");
            let is_root =
                self.path.is_empty() && self.reading == Reading::Structural && matches!(&*entry.key, "apiVersion" | "kind" | "metadata");
            if is_own || is_root {
                continue;
            }
            let field = match (fields.get(&entry.key), &fields.rest) {
                (Some(field), _) => field,
                (None, Rest::Each(field)) => field,
                (None, Rest::Kept) => continue,
                (None, Rest::Refused) => {
                    self.unknown(&entry.key, fields);
                    continue;
                }
            };
            let dropped = self.dropped;
            self.dropped |= self.path.is_empty() && &*entry.key == "status";
            self.path.push(Step::Key(Arc::clone(&entry.key)));
            self.field(&entry.value, field);
            self.path.pop();
            self.dropped = dropped;
        }
        if self.reading == Reading::Typed && !self.dropped {
            for name in &fields.required {
                if map.get(name).is_none_or(Node::is_null) {
                    self.path.push(Step::Key(Arc::clone(name)));
                    self.invalid("is missing");
                    self.path.pop();
                }
            }
        }
    }

    fn field(&mut self, node: &Node, field: &Field) {
        if node.is_null() {
            return;
        }
        self.value(node, &field.shape);
        if self.dropped || self.reading == Reading::Structural {
            return;
        }
        match (field.limit, &node.data) {
            (Limit::Filled, Data::String(text)) if text.is_empty() => self.invalid("is empty"),
            (Limit::Natural, Data::Int(number)) if *number < 0 => self.invalid(&format!("is {number}, less than 0")),
            (Limit::Labels, Data::Map(map)) => {
                for entry in &map.entries {
                    let wrong = name::key(&entry.key).or_else(|| entry.value.as_str().and_then(name::value));
                    if let Some(reason) = wrong {
                        self.path.push(Step::Key(Arc::clone(&entry.key)));
                        self.invalid(&reason);
                        self.path.pop();
                    }
                }
            }
            _ => {}
        }
    }

    fn list(&mut self, list: &[Node], items: &Items) {
        for (index, item) in list.iter().enumerate() {
            self.path.push(Step::Index(index));
            self.item(item, &items.item.shape);
            self.path.pop();
        }
        // Types of Kubernetes have their own ways with what is there twice.
        if self.reading == Reading::Structural && !self.dropped {
            self.unique(list, &items.unique);
        }
    }

    /// An item is there whatever it is: a null is an empty map, and an empty text is none of a few.
    fn item(&mut self, node: &Node, shape: &Shape) {
        let mut shape = shape;
        while let Shape::Named(place) = shape {
            let Some(named) = self.kubernetes.named(*place, self.minor) else { return };
            shape = named;
        }
        match (&node.data, shape) {
            (Data::Null, Shape::Map(fields)) if self.reading == Reading::Typed => self.map(&Map::default(), fields),
            (Data::Null, Shape::Text(values)) if self.reading == Reading::Typed && !values.is_empty() && !self.dropped => {
                self.invalid(&format!("is empty, not one of {}", words(values)));
            }
            (Data::String(text), Shape::Text(values))
                if text.is_empty() && !values.is_empty() && self.reading == Reading::Typed && !self.dropped =>
            {
                self.invalid(&format!("is empty, not one of {}", words(values)));
            }
            _ => self.value(node, shape),
        }
    }

    fn unique(&mut self, list: &[Node], unique: &Unique) {
        if *unique == Unique::No {
            return;
        }
        let mut seen: Vec<String> = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            let key = match unique {
                Unique::Keys(keys) => {
                    keys.iter().map(|key| item.get(key).map(written).unwrap_or_default()).collect::<Vec<_>>().join("\u{0}")
                }
                Unique::Whole | Unique::No => written(item),
            };
            if seen.contains(&key) {
                self.path.push(Step::Index(index));
                let reason = match unique {
                    Unique::Keys(keys) => format!("has the same {} as another item", keys.join(" and ")),
                    Unique::Whole | Unique::No => "is there twice".to_owned(),
                };
                self.invalid(&reason);
                self.path.pop();
            }
            seen.push(key);
        }
    }

    fn text(&mut self, node: &Node, shape: &Shape) {
        let text = match (&node.data, shape) {
            (Data::String(text), _) => text,
            (Data::Int(_) | Data::Uint(_) | Data::Float(_), Shape::Quantity) => return,
            (Data::Int(number), Shape::NumberOrText) if i32::try_from(*number).is_ok() => return,
            (Data::Float(number), Shape::NumberOrText) if is_whole(*number, f64::from(i32::MAX)) => return,
            (Data::Int(_) | Data::Uint(_) | Data::Float(_), Shape::NumberOrText) => {
                return self.invalid("is a number, but no whole one of 32 bits, and no text");
            }
            (_, Shape::NumberOrText) => return self.mismatch(node, "a whole number or a text"),
            (_, Shape::Quantity) => return self.mismatch(node, "a quantity such as 500m or 1Gi"),
            _ => return self.mismatch(node, "a text"),
        };
        match shape {
            Shape::Text(values) => self.enumeration(text, values),
            Shape::Bytes if !is_base64(text) => self.invalid("is not base64"),
            Shape::Time if !is_time(text) => self.invalid(&format!("is {text:?}, not a time such as 2006-01-02T15:04:05Z")),
            Shape::Quantity if !is_quantity(text) => self.invalid(&format!("is {text:?}, not a quantity such as 500m or 1Gi")),
            _ => {}
        }
    }

    fn enumeration(&mut self, text: &str, values: &[Arc<str>]) {
        if values.is_empty() || text.is_empty() || self.dropped || values.iter().any(|value| **value == *text) {
            return;
        }
        let near = nearest(text, values.iter().map(|value| &**value)).map(|near| format!(", did you mean {near}?"));
        let near = near.unwrap_or_else(|| format!(", not one of {}", words(values)));
        self.invalid(&format!("is {text:?}{near}"));
    }

    fn number(&mut self, node: &Node, shape: &Shape) {
        let fits = |number: i128| match shape {
            Shape::Int => i32::try_from(number).is_ok(),
            _ => i64::try_from(number).is_ok(),
        };
        let bits = if *shape == Shape::Int { 32 } else { 64 };
        let fits = match (&node.data, shape) {
            (Data::Int(_) | Data::Uint(_) | Data::Float(_), Shape::Number) => true,
            (Data::Int(number), _) => fits(i128::from(*number)),
            (Data::Uint(number), _) => fits(i128::from(*number)),
            (Data::Float(number), Shape::Int) if number.fract() == 0.0 => is_whole(*number, f64::from(i32::MAX)),
            (Data::Float(number), _) if number.fract() == 0.0 => is_whole(*number, 9.0e18),
            _ => return self.mismatch(node, if *shape == Shape::Number { "a number" } else { "a whole number" }),
        };
        if !fits {
            self.invalid(&format!("does not fit into a whole number of {bits} bits"));
        }
    }

    fn unknown(&mut self, name: &Arc<str>, fields: &Fields) {
        let names = || fields.known.iter().map(|(known, _)| &**known);
        let near = nearest(name, names()).map(|near| format!("did you mean {near}?"));
        let mut at = self.path.clone();
        at.push(Step::Key(Arc::clone(name)));
        self.faults.unknown.push(UnknownField { at, hint: near });
    }

    fn mismatch(&mut self, node: &Node, wanted: &str) {
        // What jsonschema says of values, it says of these as well.
        if self.reading == Reading::Typed {
            self.invalid(&format!("is {}, not {wanted}", what(node)));
        }
    }

    pub(crate) fn invalid(&mut self, reason: &str) {
        self.faults.invalid.push(InvalidField { at: self.path.clone(), reason: reason.to_owned() });
    }
}

/// Whether a number is whole and no greater than a limit.
fn is_whole(number: f64, limit: f64) -> bool {
    number.fract() == 0.0 && number.abs() <= limit
}

/// Texts as a list in a sentence.
pub(crate) fn words(values: &[Arc<str>]) -> String {
    values.iter().map(|value| &**value).collect::<Vec<_>>().join(", ")
}

/// What a value is.
pub(crate) fn what(node: &Node) -> &'static str {
    match node.data {
        Data::Null => "empty",
        Data::Bool(_) => "a boolean",
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => "a number",
        Data::String(_) => "a text",
        Data::List(_) => "a list",
        Data::Map(_) => "a map",
    }
}

/// A value as a text that equal values share.
fn written(node: &Node) -> String {
    portcullis_policies::json(node).to_string()
}
