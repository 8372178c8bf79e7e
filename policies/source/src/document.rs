//! YAML and JSON values whose every node finds its way back to where it came from.

use std::sync::Arc;

use crate::{Link, Origin, Range, Role, Text};

/// A value and the range of its text.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub data: Data,
    /// Its range in the document's text; for an alias, that of the anchored value.
    pub range: Range,
}

/// The values that YAML 1.1 (as go-yaml v2 resolves it) and JSON share.
#[derive(Clone, Debug)]
pub enum Data {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer beyond [`i64::MAX`].
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// A string; a timestamp keeps the text that it was written as.
    String(Arc<str>),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Map),
}

/// A map in the order of its text; each key once, the last of a repeated key wins.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, as the string that JSON makes of it.
    pub key: Arc<str>,
    /// The range of the key.
    pub key_range: Range,
    /// The value.
    pub value: Node,
}

/// One step of a path into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into the entry of a key.
    Key(Arc<str>),
    /// Into the item of an index.
    Index(usize),
}

/// A comment, `#` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its range in the document's text.
    pub range: Range,
    /// Whether something else stands before it on its line.
    pub trailing: bool,
}

/// One document of a YAML stream, or a JSON value.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text that it was read from; a stream's documents share it.
    pub text: Text,
    /// The value.
    pub root: Node,
    /// The range of the document in the text.
    pub range: Range,
    /// Its comments, in the order of the text.
    pub comments: Vec<Comment>,
}

impl Step {
    /// The key, where it is one.
    #[must_use]
    pub fn key(&self) -> Option<&Arc<str>> {
        match self {
            Self::Key(key) => Some(key),
            Self::Index(_) => None,
        }
    }
}

impl Map {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key == key)
    }
}

impl Node {
    /// The value of a key, where this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// The value at the end of a chain of keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, where this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// The map, where this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) => None,
        }
    }

    /// The items, where this is a list; none otherwise.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::Map(_) => &[],
        }
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }
}

impl Document {
    /// The range at a path: of the last step's key and value; where the path leaves the document, of the deepest part that exists.
    #[must_use]
    pub fn range_at(&self, path: &[Step]) -> Range {
        let mut node = &self.root;
        let mut range = node.range;
        for step in path {
            match (step, &node.data) {
                (Step::Key(key), Data::Map(map)) => {
                    let Some(entry) = map.entry(key) else { break };
                    node = &entry.value;
                    range = Range { start: entry.key_range.start.min(node.range.start), end: entry.key_range.end.max(node.range.end) };
                }
                (Step::Index(index), Data::List(items)) => {
                    let Some(item) = items.get(*index) else { break };
                    node = item;
                    range = node.range;
                }
                (_, Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_))
                | (Step::Key(_), Data::List(_))
                | (Step::Index(_), Data::Map(_)) => break,
            }
        }
        range
    }

    /// The node at a path.
    #[must_use]
    pub fn node_at(&self, path: &[Step]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, step| match (step, &node.data) {
            (Step::Key(key), Data::Map(map)) => map.get(key),
            (Step::Index(index), Data::List(items)) => items.get(*index),
            (_, Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_))
            | (Step::Key(_), Data::List(_))
            | (Step::Index(_), Data::Map(_)) => None,
        })
    }

    /// The chain of places that the field at a path came from; where there is no such field, what explains that.
    #[must_use]
    pub fn origin(&self, path: &[Step]) -> Origin {
        let Some(node) = self.node_at(path) else { return self.origin_of_missing(path) };
        if node.range.start < node.range.end {
            return self.text.origin(node.range);
        }
        // Nothing stands for null: what printed nothing did so on the rest of the key's line.
        let Range { start, end } = self.range_at(path);
        let rest = self.text.bytes().get(end as usize..).unwrap_or_default();
        let rest = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        self.text.origin(Range { start, end: end + rest as u32 })
    }

    /// The chain of a field that is wrong because of another one: the one of the stronger values layer leads, the other follows as
    /// [`Role::Other`]; where only one of them is there, it stands alone.
    #[must_use]
    pub fn origin_of_pair(&self, path: &[Step], other: &[Step]) -> Origin {
        match (self.node_at(path), self.node_at(other)) {
            (Some(_), Some(_)) => {}
            (None, Some(_)) => return self.origin(other),
            (_, None) => return self.origin(path),
        }
        let strength = |path| self.text.strongest_layer(self.range_at(path));
        let (lead, follow) = if strength(other) > strength(path) { (other, path) } else { (path, other) };
        let mut origin = self.origin(lead);
        let place = self.origin(follow).edit();
        origin.links.extend(place.filter(|_| origin.edit() != place).map(|span| Link::at(Role::Other, span)));
        origin
    }

    fn origin_of_missing(&self, path: &[Step]) -> Origin {
        let there = (0..path.len()).rev().find(|&length| path.get(..length).is_some_and(|part| self.node_at(part).is_some()));
        let missing = path.get(there.unwrap_or(0)..).unwrap_or_default();
        let keys: Vec<Arc<str>> = missing.iter().filter_map(Step::key).cloned().collect();
        // What a made object lacks has nothing to do with the object's own key; in a file, that key is the place to show.
        let existing = path.get(..there.unwrap_or(0)).unwrap_or_default();
        let object = self.node_at(existing);
        if object.is_some_and(Node::is_null) {
            return self.origin(existing);
        }
        let made = self.text.trace().is_some();
        let range = object.map(|node| node.range).filter(|range| made && range.start < range.end).unwrap_or_else(|| self.range_at(path));
        self.text.origin_of_missing(range, &keys)
    }
}
