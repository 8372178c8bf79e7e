//! Values in Go's syntax, as some of go-yaml's messages show them.

use std::fmt::Write as _;

use super::resolve::general;
use crate::{Data, Node};

/// The longest text that a message shows.
const LONGEST: usize = 2_000;

/// Writes a value as `%#v` does.
pub(super) fn syntax(node: &Node) -> String {
    let mut text = String::new();
    if matches!(node.data, Data::Null) {
        text.push_str("<nil>");
    } else {
        write(node, &mut text);
    }
    text
}

fn write(node: &Node, text: &mut String) {
    if text.len() > LONGEST {
        return;
    }
    let _ = match &node.data {
        Data::Null => write!(text, "interface {{}}(nil)"),
        Data::Bool(value) => write!(text, "{value}"),
        Data::Int(value) => write!(text, "{value}"),
        Data::Uint(value) => write!(text, "{value:#x}"),
        Data::Float(value) if value.is_nan() => write!(text, "NaN"),
        Data::Float(value) if value.is_infinite() => write!(text, "{}", if *value > 0.0 { "+Inf" } else { "-Inf" }),
        Data::Float(value) => write!(text, "{}", general(&format!("{value:e}"))),
        Data::String(value) => write!(text, "{value:?}"),
        Data::List(items) => {
            text.push_str("[]interface {}{");
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                write(item, text);
            }
            write!(text, "}}")
        }
        Data::Map(map) => {
            text.push_str("map[interface {}]interface {}{");
            let mut entries: Vec<_> = map.entries.iter().collect();
            entries.sort_by(|left, right| left.key.cmp(&right.key));
            for (place, entry) in entries.into_iter().enumerate() {
                let _ = write!(text, "{}{:?}:", if place == 0 { "" } else { ", " }, entry.key);
                write(&entry.value, text);
            }
            write!(text, "}}")
        }
    };
}
