//! Values as JSON, and as YAML scalars that read back as themselves.

use portcullis_helm::{Held, HeldData};
use portcullis_source::{Data, Node, yaml::resolve_plain};
use serde_json::Value;

/// The largest whole number that a `float64` holds exactly.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// How many characters of a value a line shows.
const MAX_SHOWN: usize = 60;

/// A value as JSON; whole numbers have no point.
pub(crate) fn json(held: &Held) -> Value {
    match &held.data {
        HeldData::Null => Value::Null,
        HeldData::Bool(value) => (*value).into(),
        HeldData::Number(number) => number_json(*number),
        HeldData::String(text) => (**text).into(),
        HeldData::List(items) => items.iter().map(json).collect(),
        HeldData::Map(entries) => Value::Object(entries.iter().map(|(key, held)| (key.to_string(), json(held))).collect()),
    }
}

fn number_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= MAX_WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the bounds")]
        return (number as i64).into();
    }
    serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// What stands in a file as JSON on one line, a map by the number of its keys.
pub(crate) fn one_line(node: &Node) -> String {
    let text = match &node.data {
        Data::Map(map) => return counted(map.entries.len(), "key", "keys"),
        Data::List(items) if items.iter().any(|item| matches!(item.data, Data::Map(_) | Data::List(_))) => {
            return counted(items.len(), "item", "items");
        }
        Data::List(_) | Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {
            portcullis_policies::json(node).to_string()
        }
    };
    shortened(&text)
}

/// The start of a text that is too long for a line.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("({count} {})", if count == 1 { one } else { many })
}

/// A string as a YAML scalar on one line.
pub(crate) fn scalar(text: &str) -> String {
    let letter = |character: char| character.is_ascii_alphanumeric() || "_./@%+=~()-".contains(character);
    let starts = text.chars().next().is_some_and(|first| first.is_ascii_alphanumeric() || matches!(first, '/' | '_' | '.'));
    let inside = |(at, character): (usize, char)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        match character {
            ':' => next.is_some_and(|next| next != ' '),
            ' ' => next.is_some_and(|next| next != ' ' && next != '#'),
            ',' => true,
            other => letter(other),
        }
    };
    let is_string = || matches!(resolve_plain(text), Data::String(_));
    if starts && text.char_indices().all(inside) && is_string() { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use portcullis_source::{Data, Text, yaml};

    use super::scalar;

    #[test]
    fn scalars_read_back_as_themselves() {
        for text in [
            "",
            "a",
            "1",
            "1.5",
            "true",
            "yes",
            "null",
            "~",
            "a: b",
            "a:b",
            "a #b",
            "- a",
            "http://x:80/y",
            "0x1f",
            "1_000",
            "2024-01-02",
            ".5",
            ".inf",
            "=",
            "a,b",
            "{a",
            "tab\tin",
            "line\nbreak",
            "ünï",
            "\"q\"",
            "'q'",
            "a ",
            " a",
            "1e3",
            "12:30:45",
            "!x",
            "&x",
            "*x",
            "%x",
        ] {
            let parsed = yaml::parse(&Text::nowhere(format!("k: {}\n", scalar(text)).into_bytes()));
            let node = parsed.documents[0].root.get("k").unwrap().clone();
            assert!(matches!(&node.data, Data::String(read) if **read == *text), "{text:?} as {}", scalar(text));
        }
    }
}
