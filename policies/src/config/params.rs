//! What the parameters of a rule may be: as their defaults are, and as its metadata say of their elements.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use portcullis_source::Node;
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::nearest;
use crate::library::json;

/// How large a regular expression may be, as the engine has it.
const PATTERN_SIZE_LIMIT: usize = 100 * 1024;

/// How deep the elements of a parameter may nest.
const MAX_DEPTH: usize = 8;

/// Where a rule hands a parameter to a builtin that takes a regular expression.
static HANDED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bregex\.[a-z_]+\([^()\n]*?\binput\.params\.([A-Za-z0-9_]+)").ok());

/// The parameters of a rule, with all that is known of what they may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Params {
    defaults: Map<String, Value>,
    elements: BTreeMap<String, Element>,
    patterns: BTreeSet<String>,
}

/// What is wrong with a parameter, after its name and that of its rule, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// What one element of a list or map may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Text,
    Number,
    /// A number, or a text with a unit.
    Quantity,
    Fields(BTreeMap<String, Element>),
}

impl Params {
    /// The parameters of a rule by their defaults, by what its metadata say of elements, and by what its text does with them.
    pub(crate) fn new(defaults: &Map<String, Value>, elements: &BTreeMap<String, Element>, rego: &str) -> Self {
        let mut all: BTreeMap<String, Element> =
            defaults.iter().filter_map(|(name, default)| Some((name.clone(), Element::shown_by(default)?))).collect();
        all.extend(elements.clone());
        let handed = HANDED.iter().flat_map(|handed| handed.captures_iter(rego)).filter_map(|found| found.get(1));
        let named = defaults.keys().filter(|name| name.ends_with("Pattern") || name.ends_with("Patterns"));
        let patterns = handed.map(|name| name.as_str()).chain(named.map(String::as_str)).map(str::to_owned).collect();
        Self { defaults: defaults.clone(), elements: all, patterns }
    }

    /// The names of the parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.defaults.keys().map(String::as_str)
    }

    /// What is wrong with a value of a parameter, where something is; nothing of a name that there is not.
    pub(crate) fn fault(&self, name: &str, value: &Value) -> Option<Fault> {
        let default = self.defaults.get(name)?;
        if std::mem::discriminant(default) != std::mem::discriminant(value) {
            let hint = format!("write a value like the default, or leave {name} out");
            return Some(Fault { message: format!("is {value}, but its default is {default}"), hint });
        }
        let of_element = self.elements.get(name).and_then(|element| elements(value).find_map(|(place, one)| element.fault(&place, one)));
        of_element.or_else(|| if self.patterns.contains(name) { broken_pattern(value) } else { None })
    }
}

impl Element {
    /// Reads what metadata say of the elements of each parameter.
    ///
    /// # Errors
    /// Says what is no description of an element.
    pub(crate) fn read_all(node: &Node) -> Result<BTreeMap<String, Self>, String> {
        match Self::read(node, 0)? {
            Self::Fields(fields) => Ok(fields),
            Self::Text | Self::Number | Self::Quantity => Err("custom.elements must be a map".to_owned()),
        }
    }

    fn read(node: &Node, depth: usize) -> Result<Self, String> {
        if depth > MAX_DEPTH {
            return Err(format!("custom.elements is nested more than {MAX_DEPTH} deep"));
        }
        if let Some(map) = node.as_map() {
            let fields = map.entries.iter().map(|entry| Ok((entry.key.to_string(), Self::read(&entry.value, depth + 1)?)));
            return fields.collect::<Result<_, String>>().map(Self::Fields);
        }
        match node.as_str() {
            Some("text") => Ok(Self::Text),
            Some("number") => Ok(Self::Number),
            Some("quantity") => Ok(Self::Quantity),
            _ => Err(format!("custom.elements has {}, which is neither text, number or quantity nor a map of these", json(node))),
        }
    }

    /// What all elements of a default are.
    fn shown_by(default: &Value) -> Option<Self> {
        let mut kinds = elements(default).map(|(_, one)| match one {
            Value::String(_) => Some(Self::Text),
            Value::Number(_) => Some(Self::Number),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        });
        let first = kinds.next()??;
        kinds.all(|kind| kind.as_ref() == Some(&first)).then_some(first)
    }

    fn fault(&self, place: &str, value: &Value) -> Option<Fault> {
        let wrong = |wanted: &str, hint: &str| Some(Fault { message: format!("has {place} {value}, not {wanted}"), hint: hint.to_owned() });
        match (self, value) {
            (Self::Quantity, Value::String(text)) if crate::input::quantity_of_text(text).is_none() => {
                wrong("a quantity", "write a number, or a text with a unit as 500m or 2Gi")
            }
            (Self::Text | Self::Quantity, Value::String(_)) | (Self::Number | Self::Quantity, Value::Number(_)) => None,
            (Self::Text, _) => wrong("a text", "write a text, in quotes where it looks like something else"),
            (Self::Number, _) => wrong("a number", "write a number, without quotes"),
            (Self::Quantity, _) => wrong("a quantity", "write a number, or a text with a unit as 500m or 2Gi"),
            (Self::Fields(fields), Value::Object(map)) => map.iter().find_map(|(key, inner)| {
                let Some(field) = fields.get(key) else {
                    let near = nearest(key, fields.keys().map(String::as_str)).map(|key| format!("did you mean {key}?"));
                    let known = || format!("known keys are {}", fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
                    return Some(Fault { message: format!("has {place} with the unknown key {key}"), hint: near.unwrap_or_else(known) });
                };
                field.fault(&format!("{place}.{key}"), inner)
            }),
            (Self::Fields(fields), _) => {
                let keys = fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                wrong("a map", &format!("write a map of {keys}"))
            }
        }
    }
}

/// The elements of a list or map with their places; none of anything else.
fn elements(value: &Value) -> Box<dyn Iterator<Item = (String, &Value)> + '_> {
    match value {
        Value::Array(items) => Box::new((1..).zip(items).map(|(number, item): (usize, _)| (format!("element {number}"), item))),
        Value::Object(map) => Box::new(map.iter().map(|(key, item)| (format!("key {key}"), item))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Box::new(std::iter::empty()),
    }
}

/// The first regular expression that is none, or is larger than the engine takes.
fn broken_pattern(value: &Value) -> Option<Fault> {
    let alone = value.is_string().then_some(value);
    alone.into_iter().chain(elements(value).map(|(_, item)| item)).find_map(|pattern| {
        let Some(text) = pattern.as_str() else {
            let hint = "write a text, in quotes where it looks like something else".to_owned();
            return Some(Fault { message: format!("has a pattern that is no text: {pattern}"), hint });
        };
        let error = RegexBuilder::new(text).size_limit(PATTERN_SIZE_LIMIT).build().err()?.to_string();
        let cause = error.lines().last().unwrap_or_default().trim().to_owned();
        let hint = "it is a regular expression: write \\ before a character that stands for itself".to_owned();
        Some(Fault { message: format!("has a broken pattern {text:?}: {cause}"), hint })
    })
}

#[cfg(test)]
mod tests {
    use portcullis_source::{Text, yaml};
    use serde_json::{Value, json};

    use super::{Element, Params};

    fn params(defaults: Value, elements: &str, rego: &str) -> Params {
        let stream = yaml::parse(&Text::nowhere(elements.as_bytes().to_vec()));
        let elements = stream.documents.first().map(|document| Element::read_all(&document.root).unwrap()).unwrap_or_default();
        Params::new(defaults.as_object().unwrap(), &elements, rego)
    }

    fn said(params: &Params, name: &str, value: &Value) -> String {
        params.fault(name, value).map(|fault| format!("{} ({})", fault.message, fault.hint)).unwrap_or_default()
    }

    #[test]
    fn elements_are_as_the_default_shows_them() {
        let params = params(json!({"kinds": ["DB"], "sizes": [1], "mixed": ["a", 1], "open": []}), "", "");
        for (name, value) in [("kinds", json!(["a"])), ("sizes", json!([2, 0.5])), ("mixed", json!([null])), ("open", json!([1, {}]))] {
            assert_eq!(said(&params, name, &value), "", "{name}");
        }
        let text = said(&params, "kinds", &json!(["a", 7]));
        assert_eq!(text, "has element 2 7, not a text (write a text, in quotes where it looks like something else)");
        assert_eq!(said(&params, "sizes", &json!(["2"])), "has element 1 \"2\", not a number (write a number, without quotes)");
        let kind = said(&params, "kinds", &json!("DB"));
        assert_eq!(kind, "is \"DB\", but its default is [\"DB\"] (write a value like the default, or leave kinds out)");
        assert_eq!(said(&params, "other", &json!(1)), "");
    }

    #[test]
    fn elements_are_as_the_metadata_say() {
        let elements = "{labels: text, maxima: quantity, taints: {key: text, effect: text}}";
        let params = params(json!({"labels": [], "maxima": {}, "taints": []}), elements, "");
        for (name, value) in
            [("labels", json!(["a"])), ("maxima", json!({"cpu": 2, "memory": "2Gi"})), ("taints", json!([{"key": "a"}, {}]))]
        {
            assert_eq!(said(&params, name, &value), "", "{name}");
        }
        assert!(said(&params, "labels", &json!([{"a": "b"}])).starts_with("has element 1 {\"a\":\"b\"}, not a text"));
        assert!(said(&params, "labels", &json!([null])).starts_with("has element 1 null, not a text"));
        assert!(said(&params, "maxima", &json!({"cpu": [2]})).starts_with("has key cpu [2], not a quantity"));
        assert_eq!(said(&params, "taints", &json!(["a"])), "has element 1 \"a\", not a map (write a map of effect, key)");
        assert_eq!(said(&params, "taints", &json!([{"kay": "a"}])), "has element 1 with the unknown key kay (did you mean key?)");
        assert!(said(&params, "taints", &json!([{"key": true}])).starts_with("has element 1.key true, not a text"));
    }

    #[test]
    fn expressions_are_told_by_their_names_and_by_their_use() {
        let rego = "findings if not regex.match(input.params.pinned, input.params.shown)\n";
        let params = params(json!({"pinned": "a", "tagPatterns": ["a"], "shown": "("}), "", rego);
        assert!(said(&params, "pinned", &json!("(")).starts_with("has a broken pattern \"(\": "));
        assert!(said(&params, "tagPatterns", &json!(["a", "["])).starts_with("has a broken pattern \"[\": "));
        assert_eq!(said(&params, "pinned", &json!("^v[0-9]+$")), "");
        assert_eq!(said(&params, "shown", &json!("(")), "", "a text of any kind");
        let large = format!("({}){{1000}}", "a".repeat(1000));
        assert!(said(&params, "pinned", &json!(large)).contains("size limit"));
    }

    #[test]
    fn metadata_that_describe_no_element_are_told() {
        for (text, said) in [("text", "a map"), ("{a: word}", "\"word\""), ("{a: 1}", "has 1")] {
            let stream = yaml::parse(&Text::nowhere(text.as_bytes().to_vec()));
            assert!(Element::read_all(&stream.documents[0].root).unwrap_err().contains(said), "{text}");
        }
        let deep = format!("{}text{}", "{a: ".repeat(20), "}".repeat(20));
        let stream = yaml::parse(&Text::nowhere(deep.into_bytes()));
        assert!(Element::read_all(&stream.documents[0].root).unwrap_err().contains("deep"));
    }
}
