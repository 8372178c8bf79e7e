//! Objects as an API server sees them when it looks at the schema of a CustomResourceDefinition: nulls that say nothing are gone.

use portcullis_source::{Data, Node};
use serde_json::{Map, Value};

use crate::shape::{Field, Rest, Shape};

/// A node as JSON.
pub(crate) fn instance(node: &Node, shape: &Shape) -> Value {
    match (&node.data, shape) {
        (Data::Map(map), Shape::Map(fields)) => {
            let entries = map.entries.iter().filter_map(|entry| {
                let field = fields.get(&entry.key).or(match &fields.rest {
                    Rest::Each(field) => Some(&**field),
                    Rest::Kept | Rest::Refused => None,
                });
                let value = field_value(&entry.value, field)?;
                Some((entry.key.to_string(), value))
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        (Data::List(list), Shape::List(items)) => list.iter().map(|item| instance(item, &items.item.shape)).collect(),
        // As JSON it has no decimals.
        (Data::Float(number), _) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
            format!("{number:.0}").parse::<i64>().map_or_else(|_| (*number).into(), Value::from)
        }
        _ => portcullis_policies::json(node),
    }
}

fn field_value(node: &Node, field: Option<&Field>) -> Option<Value> {
    match field {
        Some(field) if node.is_null() && !field.nullable => None,
        Some(field) => Some(instance(node, &field.shape)),
        None => Some(portcullis_policies::json(node)),
    }
}
