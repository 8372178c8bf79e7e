//! A Go struct that templates look into by the names of its fields.

use std::{any::Any, rc::Rc};

use portcullis_gotemplate::{Data, Failure, List, Map, Member, Object, Param, Value};

/// A struct of strings, lists and other structs.
#[derive(Debug)]
pub(crate) struct Record {
    /// The Go type.
    pub(crate) type_name: &'static str,
    /// `struct` or `ptr`.
    pub(crate) kind: &'static str,
    /// The fields in the order of the Go type.
    pub(crate) fields: Vec<Field>,
    /// Methods without arguments, and the text that each gives; an action prints that of the first one.
    pub(crate) methods: Vec<(&'static str, String)>,
}

/// A field of a [`Record`].
#[derive(Debug)]
pub(crate) struct Field {
    /// The name in Go.
    pub(crate) name: &'static str,
    /// The name in JSON.
    pub(crate) json: &'static str,
    /// Whether JSON leaves it out where it is empty.
    pub(crate) optional: bool,
    /// The value.
    pub(crate) value: Value,
    /// Whether the fields of this struct count as fields of the one around it.
    pub(crate) embedded: bool,
    /// Whether only `%v` shows it.
    pub(crate) private: bool,
}

impl Field {
    /// A field that JSON leaves out where it is empty.
    pub(crate) fn new(name: &'static str, json: &'static str, value: Value) -> Self {
        Self { name, json, optional: true, value, embedded: false, private: false }
    }

    /// A field that JSON always has.
    pub(crate) fn always(name: &'static str, json: &'static str, value: Value) -> Self {
        Self { optional: false, ..Self::new(name, json, value) }
    }

    /// A field that templates and JSON do not see.
    pub(crate) fn private(name: &'static str, value: Value) -> Self {
        Self { private: true, ..Self::new(name, "", value) }
    }
}

impl Record {
    /// A struct without methods.
    pub(crate) fn plain(type_name: &'static str, kind: &'static str, fields: Vec<Field>) -> Self {
        Self { type_name, kind, fields, methods: Vec::new() }
    }

    /// The struct as a value.
    pub(crate) fn into_value(self) -> Value {
        Value::new(Data::Object(Rc::new(self)))
    }

    fn embedded(&self) -> impl Iterator<Item = &Rc<dyn Object>> {
        self.fields.iter().filter(|field| field.embedded).filter_map(|field| match &field.value.data {
            Data::Object(object) => Some(object),
            Data::Nil
            | Data::Bool(_)
            | Data::Int(_)
            | Data::Int64(_)
            | Data::Uint8(_)
            | Data::Float(_)
            | Data::String(_)
            | Data::Bytes(_)
            | Data::List(_)
            | Data::Map(_) => None,
        })
    }
}

impl Object for Record {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn field(&self, name: &str) -> Option<Value> {
        let own = self.fields.iter().find(|field| field.name == name && !field.private).map(|field| field.value.clone());
        own.or_else(|| self.embedded().find_map(|object| object.field(name)))
    }

    fn has_method(&self, name: &str) -> bool {
        self.methods.iter().any(|(known, _)| *known == name)
    }

    fn parameters(&self, _name: &str) -> Option<&'static [Param]> {
        Some(&[])
    }

    fn call(&self, name: &str, _arguments: Vec<Value>) -> Result<Value, Failure> {
        let found = self.methods.iter().find(|(known, _)| *known == name);
        Ok(Value::string(found.map_or("", |(_, text)| text)))
    }

    fn members(&self) -> Option<Vec<Member>> {
        let mut found = Vec::new();
        for field in self.fields.iter().filter(|field| !field.private) {
            match &field.value.data {
                Data::Object(object) if field.embedded => {
                    let members = object.members().unwrap_or_default();
                    found.extend(members.into_iter().map(|member| Member { within: Some(field.name), ..member }));
                }
                _ => {
                    let is_shown = !field.optional || field.value.truth();
                    found.push(Member {
                        name: field.name,
                        json: is_shown.then_some(field.json),
                        value: as_field(&field.value),
                        within: None,
                    });
                }
            }
        }
        Some(found)
    }

    fn is_comparable(&self) -> bool {
        let is_scalar = |data: &Data| match data {
            Data::Object(object) => object.is_comparable(),
            Data::Nil | Data::Bytes(_) | Data::List(_) | Data::Map(_) => false,
            Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Uint8(_) | Data::Float(_) | Data::String(_) => true,
        };
        self.kind == "struct" && self.fields.iter().all(|field| is_scalar(&field.value.data))
    }

    fn is_address(&self) -> bool {
        self.kind == "ptr" && self.methods.is_empty()
    }

    fn printed(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(self.fields.iter().map(|field| (field.name, field.value.clone())).collect())
    }

    fn display(&self) -> String {
        match self.methods.first() {
            Some((_, text)) => text.clone(),
            None => {
                let mut text = String::new();
                show_fields(self, &mut text);
                text
            }
        }
    }

    fn to_plain(&self) -> Option<Value> {
        let mut entries = std::collections::BTreeMap::new();
        for object in self.embedded() {
            if let Some(Value { data: Data::Map(map), .. }) = object.to_plain() {
                entries.extend(map.entries.borrow().clone());
            }
        }
        let shown = |field: &&Field| !field.embedded && !field.private && (!field.optional || field.value.truth());
        for field in self.fields.iter().filter(shown) {
            entries.insert(field.json.into(), plain(&field.value).boxed());
        }
        Some(Value::map(entries))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A list or map of a struct, which is nil where nothing was said of it.
fn as_field(value: &Value) -> Value {
    match &value.data {
        Data::List(list) if list.items().is_empty() => Value::invalid(),
        Data::Map(map) if !value.truth() => Value::new(Data::Map(Map::nil(map.kind))),
        _ => value.clone(),
    }
}

fn plain(value: &Value) -> Value {
    match &value.data {
        Data::Object(object) => object.to_plain().unwrap_or_else(Value::invalid),
        Data::List(List::Any(items)) => Value::list(items.iter().map(|item| plain(item).boxed()).collect()),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bytes(_)
        | Data::List(_)
        | Data::Map(_) => value.clone(),
    }
}

fn show_fields(record: &Record, text: &mut String) {
    text.push_str(if record.kind == "ptr" { "&{" } else { "{" });
    for (index, field) in record.fields.iter().enumerate() {
        push_space(index, text);
        push(&field.value, text);
    }
    text.push('}');
}

fn push_space(index: usize, text: &mut String) {
    if index > 0 {
        text.push(' ');
    }
}

/// Bytes as `%v` prints them; a chart that prints its root prints all of its files so, which is why no byte gets a string of its own.
fn numbers(bytes: &[u8], text: &mut String) {
    text.reserve(bytes.len() * 4 + 2);
    text.push('[');
    for (index, byte) in bytes.iter().enumerate() {
        push_space(index, text);
        if *byte >= 100 {
            text.push(char::from(b'0' + byte / 100));
        }
        if *byte >= 10 {
            text.push(char::from(b'0' + byte / 10 % 10));
        }
        text.push(char::from(b'0' + byte % 10));
    }
    text.push(']');
}

/// A value as `%v` prints it inside of a struct, where no method of it is called.
pub(crate) fn show(value: &Value) -> String {
    let mut text = String::new();
    push(value, &mut text);
    text
}

fn push(value: &Value, text: &mut String) {
    match &value.data {
        Data::Nil => text.push_str("<nil>"),
        Data::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Data::Int(value) | Data::Int64(value) => text.push_str(&value.to_string()),
        Data::Uint8(value) => text.push_str(&value.to_string()),
        Data::Float(value) => text.push_str(&value.to_string()),
        Data::String(string) => text.push_str(&string.lossy()),
        Data::Bytes(bytes) => numbers(bytes, text),
        Data::List(list) => {
            text.push('[');
            for (index, item) in list.items().iter().enumerate() {
                push_space(index, text);
                push(item, text);
            }
            text.push(']');
        }
        Data::Map(map) => {
            text.push_str("map[");
            for (index, (key, value)) in map.entries.borrow().iter().enumerate() {
                push_space(index, text);
                text.push_str(key);
                text.push(':');
                push(value, text);
            }
            text.push(']');
        }
        Data::Object(object) => match object.as_any().downcast_ref::<Record>() {
            Some(record) => show_fields(record, text),
            None => text.push_str(&object.display()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn bytes_are_numbers_in_brackets() {
        let all: Vec<u8> = (0..=255).collect();
        let words: Vec<String> = all.iter().map(u8::to_string).collect();
        let shown = |bytes: &[u8]| {
            let mut text = String::new();
            numbers(bytes, &mut text);
            text
        };
        assert_eq!(shown(&all), format!("[{}]", words.join(" ")));
        assert_eq!(shown(&[]), "[]");
    }
}
