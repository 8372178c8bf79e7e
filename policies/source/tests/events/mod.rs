//! Values as events, for tests that write them.

use portcullis_source::{
    Data, Node, OriginId, json,
    yaml::emit::{self, EmitError, Emitter, Event, Style},
};

/// Writes a value as Helm's `toYaml` or `toYamlPretty` does; all numbers are floats there.
pub(crate) fn to_yaml(node: &Node, style: Style) -> Result<String, EmitError> {
    let order = match style {
        Style::Yaml2 => emit::natural_order,
        Style::Pretty => emit::pretty_order,
    };
    let number = |data: &Data| match style {
        Style::Yaml2 => emit::float_through_json(float_of(data)).unwrap(),
        Style::Pretty => emit::float(float_of(data)),
    };
    let mut emitter = Emitter::new(style);
    let mut failure = Ok(());
    walk(node, &order, &number, &mut |event| {
        if failure.is_ok() {
            failure = emitter.event(event, OriginId::NONE);
        }
    });
    failure?;
    let (bytes, pieces) = emitter.finish()?;
    assert_eq!(pieces.last().unwrap().end as usize, bytes.len(), "the pieces cover the text");
    Ok(String::from_utf8(bytes).unwrap())
}

/// Writes a value as JSON with sorted keys, integers as they are or as floats.
pub(crate) fn to_json(node: &Node, html: json::Html, layout: json::Layout, integers: Integers) -> String {
    let number = |data: &Data| match data {
        Data::Int(value) if integers == Integers::Exact => value.to_string(),
        Data::Uint(value) if integers == Integers::Exact => value.to_string(),
        _ => json::float(float_of(data)).unwrap(),
    };
    let mut writer = json::Writer::new(html, layout);
    walk(node, &str::cmp, &number, &mut |event| writer.event(event, OriginId::NONE).unwrap());
    String::from_utf8(writer.finish().unwrap().0).unwrap()
}

/// What becomes of integers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Integers {
    /// All digits stay, as go-yaml reads them.
    Exact,
    /// They are floats, as encoding/json reads them.
    Floats,
}

fn float_of(data: &Data) -> f64 {
    match data {
        Data::Int(value) => *value as f64,
        Data::Uint(value) => *value as f64,
        Data::Float(value) => *value,
        _ => unreachable!("only numbers are asked for"),
    }
}

type Order<'a> = &'a dyn Fn(&str, &str) -> std::cmp::Ordering;

fn walk(node: &Node, order: Order<'_>, number: &dyn Fn(&Data) -> String, each: &mut dyn FnMut(Event<'_>)) {
    match &node.data {
        Data::Null => each(Event::Bare("null")),
        Data::Bool(value) => each(Event::Bare(&value.to_string())),
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => each(Event::Bare(&number(&node.data))),
        Data::String(text) => each(Event::String(text)),
        Data::List(items) => {
            each(Event::ListStart);
            items.iter().for_each(|item| walk(item, order, number, each));
            each(Event::ListEnd);
        }
        Data::Map(map) => {
            each(Event::MapStart);
            let mut entries: Vec<_> = map.entries.iter().collect();
            entries.sort_by(|left, right| order(&left.key, &right.key));
            for entry in entries {
                each(Event::String(&entry.key));
                walk(&entry.value, order, number, each);
            }
            each(Event::MapEnd);
        }
    }
}
