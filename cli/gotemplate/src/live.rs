//! Objects of a cluster that `lookup` finds, as its API server would give them.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data as Plain, Node, OriginId};

use crate::{Data, List, Str, Value};

/// Objects that stand for those of a running cluster.
#[derive(Clone, Debug, Default)]
pub struct LiveObjects {
    /// By API version and kind, then by namespace and name; what has no namespace is of the cluster.
    by_kind: BTreeMap<(String, String), BTreeMap<(String, String), Node>>,
}

impl LiveObjects {
    /// Adds an object, or each of a list's.
    ///
    /// # Errors
    /// What it lacks.
    pub fn add(&mut self, node: &Node) -> Result<(), String> {
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        let kind = text(node, "kind").ok_or("an object without a kind")?;
        if let Some(Plain::List(items)) = node.get("items").map(|items| &items.data).filter(|_| kind.ends_with("List")) {
            return items.iter().try_for_each(|item| self.add(item));
        }
        let version = text(node, "apiVersion").ok_or_else(|| format!("a {kind} without an apiVersion"))?;
        let metadata = node.get("metadata");
        let name = metadata.and_then(|metadata| text(metadata, "name")).ok_or_else(|| format!("a {kind} without a name"))?;
        let namespace = metadata.and_then(|metadata| text(metadata, "namespace")).unwrap_or_default();
        self.by_kind.entry((version, kind)).or_default().insert((namespace, name), node.clone());
        Ok(())
    }

    /// What Helm's `lookup` gives: an object, a list of them where no name is given, or an empty map.
    pub(crate) fn lookup(&self, version: &str, kind: &str, namespace: &str, name: &str, origin: OriginId) -> Value {
        let nothing = BTreeMap::new();
        let known = self.by_kind.get(&(version.to_owned(), kind.to_owned())).unwrap_or(&nothing);
        if !name.is_empty() {
            // An object of the cluster is found from any namespace, as its API has none in its path.
            let object = known.get(&(namespace.to_owned(), name.to_owned())).or_else(|| known.get(&(String::new(), name.to_owned())));
            return object.map_or_else(|| Value::map(BTreeMap::new()), |object| value(object, origin)).from(origin);
        }
        let fits = |own: &str| namespace.is_empty() || own.is_empty() || own == namespace;
        let items = known.iter().filter(|((own, _), _)| fits(own)).map(|(_, object)| value(object, origin).boxed()).collect();
        let text = |text: &str| Value::string(text).from(origin).boxed();
        let metadata = Value::map(BTreeMap::from([(Arc::from("resourceVersion"), text(""))])).from(origin);
        let entries = [
            ("apiVersion", text(version)),
            ("kind", text(&format!("{kind}List"))),
            ("metadata", metadata.boxed()),
            ("items", Value::list(items).from(origin).boxed()),
        ];
        Value::map(entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect()).from(origin)
    }
}

/// A part of an object: unlike in values, whole numbers are `int64`.
fn value(node: &Node, origin: OriginId) -> Value {
    let data = match &node.data {
        Plain::Null => Data::Nil,
        Plain::Bool(truth) => Data::Bool(*truth),
        Plain::Int(number) => Data::Int64(*number),
        Plain::Uint(number) => i64::try_from(*number).map_or(Data::Float(*number as f64), Data::Int64),
        Plain::Float(number) => Data::Float(*number),
        Plain::String(text) => Data::String(Str::from(Arc::clone(text))),
        Plain::List(items) => Data::List(List::Any(std::rc::Rc::new(items.iter().map(|item| value(item, origin).boxed()).collect()))),
        Plain::Map(map) => {
            let entries = map.entries.iter().map(|entry| (Arc::clone(&entry.key), value(&entry.value, origin).boxed()));
            return Value::map(entries.collect()).from(origin);
        }
    };
    Value::new(data).from(origin)
}
