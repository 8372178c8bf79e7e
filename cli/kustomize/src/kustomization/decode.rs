//! Fields of a kustomization, read as strictly as kustomize does.

use std::sync::Arc;

use portcullis_source::{Data, yaml};

use crate::{
    Node, Place, Tag, Value,
    fault::{Fault, Result},
};

/// A text, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The text.
    pub(crate) text: Arc<str>,
    /// The place.
    pub(crate) place: Place,
}

/// A map of a kustomization whose fields are known.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    node: &'a Node,
    /// What the map is, for messages.
    what: &'a str,
}

impl<'a> Fields<'a> {
    /// The map; a field that nobody knows is refused.
    pub(crate) fn new(node: &'a Node, what: &'a str, known: &[&str]) -> Result<Self> {
        if node.is_null() {
            return Ok(Self { node, what });
        }
        if !matches!(node.value, Value::Map(_)) {
            let fault = Fault::refused(format!("{what} is {}, not a map", node.kind()), "write it as a map");
            return Err(fault.at(node.place.span));
        }
        for entry in node.entries() {
            // As the JSON library of Go reads it, case does not matter.
            if !known.iter().any(|name| name.eq_ignore_ascii_case(&entry.key)) {
                let message = format!("{what} has no field {:?}", entry.key);
                return Err(Fault::refused(message, crate::nearest::hint(&entry.key, known)).at(entry.key_place.span));
            }
        }
        Ok(Self { node, what })
    }

    /// A map that may have fields that nobody knows.
    pub(crate) fn loose(node: &'a Node, what: &'a str) -> Self {
        Self { node, what }
    }

    /// The place of the map.
    pub(crate) fn place(&self) -> &'a Place {
        &self.node.place
    }

    /// The value of a field that is not null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Node> {
        let found = self.node.entries().iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(name));
        found.map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, node: &Node, wanted: &str) -> Box<Fault> {
        let hint = if wanted == "a string" { "put it in quotes" } else { "write what the field takes" };
        Fault::refused(format!("{name} of {} is not {wanted}", self.what), hint).at(node.place.span)
    }

    /// A string that is not empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Said>> {
        let Some(node) = self.get(name) else { return Ok(None) };
        let said = said(node).ok_or_else(|| self.wrong(name, node, "a string"))?;
        Ok(Some(said).filter(|said| !said.text.is_empty()))
    }

    /// A string, empty where there is none.
    pub(crate) fn string(&self, name: &str) -> Result<String> {
        Ok(self.text(name)?.map(|said| said.text.to_string()).unwrap_or_default())
    }

    /// A boolean.
    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        self.get(name).map_or(Ok(false), |node| boolean(node).ok_or_else(|| self.wrong(name, node, "true or false")))
    }

    /// An integer.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>> {
        let Some(node) = self.get(name) else { return Ok(None) };
        let number = node.as_scalar().filter(|scalar| !scalar.quoted).map(|scalar| yaml::resolve_plain(&scalar.text));
        match number {
            Some(Data::Int(value)) => Ok(Some(value)),
            _ => Err(self.wrong(name, node, "an integer")),
        }
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> Result<&'a [Node]> {
        let Some(node) = self.get(name) else { return Ok(&[]) };
        match &node.value {
            Value::List(items) => Ok(items),
            Value::Scalar(_) | Value::Map(_) => Err(self.wrong(name, node, "a list")),
        }
    }

    /// A list of strings.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<Said>> {
        let item = |node: &Node| match said(node) {
            Some(said) => Ok(said),
            None if node.is_null() => Ok(Said { text: "".into(), place: node.place.clone() }),
            None => Err(self.wrong(name, node, "a list of strings")),
        };
        self.list(name)?.iter().map(item).collect()
    }

    /// A map of strings, by key.
    pub(crate) fn pairs(&self, name: &str) -> Result<Vec<(Said, Said)>> {
        let Some(node) = self.get(name) else { return Ok(Vec::new()) };
        let Value::Map(entries) = &node.value else { return Err(self.wrong(name, node, "a map")) };
        let mut pairs = Vec::new();
        for entry in entries {
            let value = match said(&entry.value) {
                Some(said) => said,
                None if entry.value.is_null() => Said { text: "".into(), place: entry.value.place.clone() },
                None => {
                    let message = format!("{} in {name} of {} is no string", entry.key, self.what);
                    return Err(Fault::refused(message, "put it in quotes").at(entry.value.place.span));
                }
            };
            pairs.push((Said { text: Arc::clone(&entry.key), place: entry.key_place.clone() }, value));
        }
        pairs.sort_by(|(left, _), (right, _)| left.text.cmp(&right.text));
        Ok(pairs)
    }
}

/// The text of a string.
fn said(node: &Node) -> Option<Said> {
    let scalar = node.as_scalar()?;
    matches!(scalar.tag, Tag::Text | Tag::Timestamp).then(|| Said { text: Arc::clone(&scalar.text), place: node.place.clone() })
}

fn boolean(node: &Node) -> Option<bool> {
    let scalar = node.as_scalar().filter(|scalar| scalar.tag == Tag::Bool)?;
    Some(scalar.text.eq_ignore_ascii_case("true"))
}
