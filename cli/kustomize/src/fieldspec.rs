//! Paths of fields, and the walk to all that they lead to.

use crate::{
    Node, Place, Tag, Value,
    fault::{Fault, Result},
    identity::Gvk,
    tree::Scalar,
};

/// A field of objects of some kinds.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldSpec {
    /// The objects that have it.
    pub(crate) gvk: Gvk,
    /// The path, with `/` between its parts.
    pub(crate) path: String,
    /// Whether it is made where it is missing.
    pub(crate) create: bool,
}

/// What is made where a field is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    /// Nothing.
    Nothing,
    /// A scalar.
    Scalar,
    /// A map.
    Map,
}

impl FieldSpec {
    /// A field of every object.
    pub(crate) fn of_all(path: &str, create: bool) -> Self {
        Self { gvk: Gvk::default(), path: path.to_owned(), create }
    }

    /// A field as a configuration describes it.
    pub(crate) fn of_node(node: &Node) -> Result<Self> {
        let known = ["group", "version", "kind", "path", "create", "fieldSpecs"];
        if let Some(entry) = node.entries().iter().find(|entry| !known.contains(&&*entry.key)) {
            let message = format!("fields of a configuration have no {:?}", entry.key);
            return Err(Fault::refused(message, crate::nearest::hint(&entry.key, &known)).at(entry.key_place.span));
        }
        let text = |key: &str| node.get(key).map_or("", Node::said).to_owned();
        let gvk = Gvk { group: text("group"), version: text("version"), kind: text("kind") };
        Ok(Self { gvk, path: text("path"), create: text("create") == "true" })
    }

    /// Visits every field of an object that the path leads to.
    pub(crate) fn visit(&self, object: &mut Node, make: Make, place: &Place, set: &mut dyn FnMut(&mut Node) -> Result<()>) -> Result<()> {
        if !Gvk::of(object).is_selected(&self.gvk) {
            return Ok(());
        }
        let path = split_path(&self.path, '/');
        let make = if self.create { make } else { Make::Nothing };
        Walk { make, place, set }.walk(object, &path)
    }
}

struct Walk<'a> {
    make: Make,
    place: &'a Place,
    set: &'a mut dyn FnMut(&mut Node) -> Result<()>,
}

impl Walk<'_> {
    fn walk(&mut self, node: &mut Node, path: &[String]) -> Result<()> {
        let Some((part, rest)) = path.split_first() else { return (self.set)(node) };
        if node.is_null() {
            return Ok(());
        }
        match &mut node.value {
            Value::List(items) => items.iter_mut().try_for_each(|item| self.walk(item, path)),
            Value::Map(_) => self.map(node, part, rest),
            Value::Scalar(_) => Err(node.not("a map or a list")),
        }
    }

    fn map(&mut self, node: &mut Node, part: &str, rest: &[String]) -> Result<()> {
        let name = part.strip_suffix("[]").unwrap_or(part);
        if name.is_empty() {
            return Err(Fault::refused("a path of a field has an empty part", "correct the path").at(node.place.span));
        }
        let list = name.len() != part.len();
        let make = match self.make {
            Make::Nothing => Make::Nothing,
            _ if list => Make::Nothing,
            made if rest.is_empty() => made,
            Make::Scalar | Make::Map => Make::Map,
        };
        let fresh = || match make {
            Make::Map => Node::map(self.place.clone()),
            Make::Scalar | Make::Nothing => Node::scalar(Scalar { text: "".into(), tag: Tag::Open, quoted: false }, self.place.clone()),
        };
        let field = match make {
            Make::Nothing => node.get_mut(name),
            Make::Scalar | Make::Map => Some(node.entry_or(name, self.place, fresh)?),
        };
        let Some(field) = field else { return Ok(()) };
        if field.is_null() && (list || make != Make::Nothing) {
            match make {
                Make::Map => field.value = Value::Map(Vec::new()),
                Make::Scalar => field.value = Value::Scalar(Scalar::text(field.text())),
                Make::Nothing => field.value = Value::List(Vec::new()),
            }
        }
        self.walk(field, rest)
    }
}

/// Splits a path; a delimiter after a backslash belongs to its part.
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut parts: Vec<&str> = path.split(delimiter).collect();
    if parts.len() > 1 && parts.first() == Some(&"") {
        parts.remove(0);
    }
    let mut split: Vec<String> = Vec::new();
    for part in parts {
        match split.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            Some(_) | None => split.push(part.to_owned()),
        }
    }
    split
}

/// Splits a path with dots, where `[name=a.b]` is one part.
pub(crate) fn split_dotted(path: &str) -> Vec<String> {
    let mut parts = split_path(path, '.').into_iter();
    let mut split = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            split.push(part);
            continue;
        }
        let mut whole = part;
        for next in parts.by_ref() {
            whole.push('.');
            whole.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        split.push(if whole.contains('=') { whole } else { whole.trim_matches(['[', ']']).to_owned() });
    }
    split
}
