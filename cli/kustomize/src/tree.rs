//! A mutable YAML value of which every part knows its [`Place`], with the tags and styles that kustomize's own library keeps.

use std::sync::Arc;

use portcullis_source::yaml;

use crate::{Place, fault::Fault, fault::Result};

/// A value.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it came from.
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A map, each key once.
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Where the key came from.
    pub key_place: Place,
    /// Whether the key is a string, as JSON wants it.
    pub is_text: bool,
    /// The value.
    pub value: Node,
}

/// A scalar: its text, and what says how it is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text.
    pub text: Arc<str>,
    /// What it is, as far as that was said.
    pub tag: Tag,
    /// Whether it stands in quotes or in a block.
    pub quoted: bool,
}

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// What its text says.
    Open,
    /// Null.
    Null,
    /// A boolean.
    Bool,
    /// An integer.
    Int,
    /// Another number.
    Float,
    /// A timestamp.
    Timestamp,
    /// A string.
    Text,
}

impl Tag {
    /// What a plain text is.
    pub(crate) fn of_plain(text: &str) -> Self {
        use portcullis_source::Data;
        match yaml::resolve_plain(text) {
            Data::Null => Self::Null,
            Data::Bool(_) if matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") => Self::Bool,
            Data::Int(_) | Data::Uint(_) => Self::Int,
            Data::Float(_) => Self::Float,
            Data::String(_) if crate::time::normal(text).is_some() => Self::Timestamp,
            Data::Bool(_) | Data::String(_) | Data::List(_) | Data::Map(_) => Self::Text,
        }
    }
}

impl Scalar {
    /// A string.
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), tag: Tag::Text, quoted: false }
    }

    /// A scalar that was set to a text without a tag; what YAML 1.1 would not read as a string is put in quotes.
    pub(crate) fn set_to(text: impl Into<Arc<str>>) -> Self {
        use portcullis_source::Data;
        let text = text.into();
        let odd = !text.is_empty() && !text.contains('\n') && !matches!(yaml::resolve_plain(&text), Data::String(_));
        Self { text, tag: Tag::Open, quoted: odd }
    }

    /// What it will be read as in the end; none where its tag and its text contradict each other.
    pub(crate) fn reading(&self) -> Option<Tag> {
        let plain = || Tag::of_plain(&self.text);
        match self.tag {
            Tag::Text => Some(Tag::Text),
            Tag::Open if self.quoted => Some(Tag::Text),
            Tag::Open => Some(plain()),
            tag if tag == plain() => Some(if self.quoted { Tag::Text } else { tag }),
            Tag::Float if plain() == Tag::Int => Some(Tag::Float),
            Tag::Null | Tag::Bool | Tag::Int | Tag::Float | Tag::Timestamp => None,
        }
    }

    /// Whether kustomize takes it for a string.
    pub(crate) fn is_string(&self) -> bool {
        matches!(self.tag, Tag::Text | Tag::Open)
    }
}

impl Node {
    /// A scalar.
    pub(crate) fn scalar(scalar: Scalar, place: Place) -> Self {
        Self { value: Value::Scalar(scalar), place }
    }

    /// A string.
    pub(crate) fn string(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self::scalar(Scalar::text(text), place)
    }

    /// An empty map.
    pub(crate) fn map(place: Place) -> Self {
        Self { value: Value::Map(Vec::new()), place }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.tag == Tag::Null)
    }

    /// Whether it is null or a collection of nothing.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => scalar.tag == Tag::Null,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    /// Whether it is null or a map of nothing.
    pub(crate) fn is_empty_map(&self) -> bool {
        self.is_null() || matches!(&self.value, Value::Map(entries) if entries.is_empty())
    }

    /// The text of a scalar, empty for anything else.
    #[must_use]
    pub fn text(&self) -> &str {
        self.as_scalar().map_or("", |scalar| &scalar.text)
    }

    /// The text of a scalar that is not null, empty for anything else.
    #[must_use]
    pub fn said(&self) -> &str {
        if self.is_null() { "" } else { self.text() }
    }

    /// The scalar.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The items of a list, none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar(_) | Value::Map(_) => &[],
        }
    }

    /// The entries of a map, none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar(_) | Value::List(_) => &[],
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| &*entry.key == key).map(|entry| &entry.value)
    }

    /// The value of a key, to change it.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.value {
            Value::Map(entries) => entries.iter_mut().find(|entry| &*entry.key == key).map(|entry| &mut entry.value),
            Value::Scalar(_) | Value::List(_) => None,
        }
    }

    /// The value at the end of a chain of keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(_) => "a scalar",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The map at a key, which is made where it is missing or null.
    pub(crate) fn map_at(&mut self, key: &str, place: &Place) -> Result<&mut Self> {
        self.entry_or(key, place, || Self::map(place.clone()))
    }

    /// The value of a key, which is made where it is missing.
    pub(crate) fn entry_or(&mut self, key: &str, place: &Place, make: impl FnOnce() -> Self) -> Result<&mut Self> {
        let fault = self.not("a map");
        let Value::Map(entries) = &mut self.value else { return Err(fault) };
        let index = match entries.iter().position(|entry| &*entry.key == key) {
            Some(index) => index,
            None => {
                // A key that is written later gets no quotes from kustomize.
                let is_text = Tag::of_plain(key) == Tag::Text;
                entries.push(Entry { key: Arc::from(key), key_place: place.clone(), is_text, value: make() });
                entries.len() - 1
            }
        };
        entries.get_mut(index).map(|entry| &mut entry.value).ok_or(fault)
    }

    /// Sets the value of a key as kustomize's library does: null takes it away, and what stood there keeps its style and stays behind.
    pub(crate) fn set(&mut self, key: &str, place: &Place, value: Option<Self>) -> Result<()> {
        let Some(mut value) = value.filter(|value| !value.is_null()) else {
            self.remove(key);
            return Ok(());
        };
        match self.get_mut(key) {
            Some(field) => {
                if let (Value::Scalar(new), Some(old)) = (&mut value.value, field.as_scalar()) {
                    new.quoted = old.quoted;
                }
                if value.place != field.place {
                    value.place = value.place.before(&field.place);
                }
                *field = value;
                Ok(())
            }
            None => self.entry_or(key, place, || value).map(|_| ()),
        }
    }

    /// Takes a key away.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Self> {
        let Value::Map(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|entry| &*entry.key == key)?;
        Some(entries.remove(index).value)
    }

    /// Sets a scalar to another text and tag; its style stays.
    pub(crate) fn set_scalar(&mut self, text: impl Into<Arc<str>>, tag: Tag, place: &Place) -> Result<()> {
        let fault = self.not("a scalar");
        let Value::Scalar(scalar) = &mut self.value else { return Err(fault) };
        *scalar = Scalar { text: text.into(), tag, quoted: scalar.quoted };
        self.place = place.before(&self.place);
        Ok(())
    }

    /// That it is not what it should be.
    pub(crate) fn not(&self, wanted: &str) -> Box<Fault> {
        let message = format!("{wanted} is wanted here, but there is {}", self.kind());
        Fault::refused(message, "write what the field takes").at(self.place.span)
    }
}
