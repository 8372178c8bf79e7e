//! Definitions as API servers publish them, and schemas of CustomResourceDefinitions, to shapes.

use std::sync::Arc;

use serde_json::Value;

use crate::shape::{Field, Fields, Items, Limit, Rest, Shape, Unique};

/// What reads a schema: definitions of Kubernetes name each other, those of CustomResourceDefinitions do not.
pub(crate) struct Reader<'a> {
    /// The place of a name among the definitions.
    pub(crate) place: &'a dyn Fn(&str) -> Option<usize>,
    /// Whether a map of which nothing is said holds nothing, as CustomResourceDefinitions mean it; elsewhere it holds anything.
    pub(crate) structural: bool,
    /// Whether what a schema does not mention is kept everywhere.
    pub(crate) keeps: bool,
}

/// How deep schemas may nest; what is deeper is anything.
const MAX_DEPTH: usize = 100;

impl Reader<'_> {
    /// The shape that a schema describes.
    pub(crate) fn shape(&self, schema: &Value) -> Shape {
        self.at_depth(schema, 0)
    }

    fn at_depth(&self, schema: &Value, depth: usize) -> Shape {
        if depth > MAX_DEPTH {
            return Shape::Any;
        }
        let word = |key: &str| schema.get(key).and_then(Value::as_str);
        if let Some(name) = word("$ref") {
            return (self.place)(name).map_or(Shape::Any, Shape::Named);
        }
        let is = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
        if is("x-kubernetes-int-or-string") {
            return Shape::NumberOrText;
        }
        match (word("type"), word("format")) {
            (Some("string"), Some("int-or-string")) => Shape::NumberOrText,
            (Some("string"), Some("byte")) => Shape::Bytes,
            (Some("string"), Some("date-time")) => Shape::Time,
            (Some("string"), _) => Shape::Text(texts(schema.get("enum"))),
            (Some("integer"), Some("int32")) => Shape::Int,
            (Some("integer"), _) => Shape::Long,
            (Some("number"), _) => Shape::Number,
            (Some("boolean"), _) => Shape::Bool,
            (Some("array"), _) => self.list(schema, depth),
            (Some("object"), _) => self.map(schema, depth),
            _ => Shape::Any,
        }
    }

    fn field(&self, schema: &Value, depth: usize) -> Field {
        let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
        Field { shape: self.at_depth(schema, depth + 1), nullable, limit: Limit::No }
    }

    fn list(&self, schema: &Value, depth: usize) -> Shape {
        if schema.get("x-kubernetes-preserve-unknown-fields").and_then(Value::as_bool) == Some(true) {
            return Shape::Any;
        }
        let item =
            schema.get("items").map_or(Field { shape: Shape::Any, nullable: true, limit: Limit::No }, |item| self.field(item, depth));
        let unique = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
            Some("set") => Unique::Whole,
            Some("map") => Unique::Keys(texts(schema.get("x-kubernetes-list-map-keys"))),
            _ => Unique::No,
        };
        Shape::List(Box::new(Items { item, unique }))
    }

    fn map(&self, schema: &Value, depth: usize) -> Shape {
        let is = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut known: Vec<(Arc<str>, Field)> =
            properties.into_iter().flatten().map(|(name, property)| (Arc::from(name.as_str()), self.field(property, depth))).collect();
        known.sort_by(|left, right| left.0.cmp(&right.0));
        let keeps = self.keeps || is("x-kubernetes-preserve-unknown-fields");
        let rest = match schema.get("additionalProperties") {
            Some(Value::Object(each)) => Rest::Each(Box::new(self.field(&Value::Object(each.clone()), depth))),
            Some(Value::Bool(true)) => Rest::Kept,
            _ if keeps => Rest::Kept,
            _ if properties.is_none() && !self.structural => Rest::Kept,
            _ => Rest::Refused,
        };
        let required = texts(schema.get("required"));
        Shape::Map(Box::new(Fields { known, required, rest, embedded: is("x-kubernetes-embedded-resource") }))
    }
}

fn texts(list: Option<&Value>) -> Vec<Arc<str>> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(|text| text.as_str().map(Arc::from)).collect()
}
