//! An object on its way through a build, and the list of all of them.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Entry, Node, Place, Tag,
    fault::{Fault, Result},
    identity::{Gvk, Id},
    limits::MAX_OBJECTS,
};

/// What a generator does where there is an object of its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// It makes a new one.
    #[default]
    Create,
    /// It takes its place.
    Replace,
    /// It adds to it.
    Merge,
}

/// An object.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// The object; none once a patch deleted it.
    pub(crate) node: Node,
    /// Whether a patch deleted it.
    pub(crate) gone: bool,
    /// The names, namespaces and kinds that it had, oldest first.
    previous: Vec<(String, String, String)>,
    /// The prefixes that were put before its name.
    pub(crate) prefixes: Vec<String>,
    /// The suffixes that were put after it.
    pub(crate) suffixes: Vec<String>,
    /// Whether a hash is put after its name, and what asks for that.
    pub(crate) hashed: Option<Place>,
    /// What to do where there is one already.
    pub(crate) behavior: Behavior,
    /// Whether a generator made it.
    pub(crate) generated: bool,
    /// The variables that read from it.
    pub(crate) variables: Vec<String>,
}

/// The annotations that kustomize keeps to itself.
const NOTES: [&str; 20] = [
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "config.kubernetes.io/origin",
    "alpha.config.kubernetes.io/transformations",
];

/// The text of a map's entry and where it came from.
type Texts = BTreeMap<Arc<str>, (Arc<str>, Place, Place)>;

impl Resource {
    /// An object as it was read.
    pub(crate) fn new(node: Node) -> Self {
        Self {
            node,
            gone: false,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            hashed: None,
            behavior: Behavior::Create,
            generated: false,
            variables: Vec::new(),
        }
    }

    /// Its present name.
    pub(crate) fn id(&self) -> Id {
        Id::of(&self.node)
    }

    /// The names that it had, oldest first.
    pub(crate) fn previous(&self) -> Vec<Id> {
        let gvk = Gvk::of(&self.node);
        let id = |(name, namespace, kind): &(String, String, String)| Id {
            gvk: Gvk { kind: kind.clone(), ..gvk.clone() },
            name: name.clone(),
            namespace: namespace.clone(),
            cluster: false,
        };
        self.previous.iter().map(id).collect()
    }

    /// The name that it had first.
    pub(crate) fn original(&self) -> Id {
        self.previous().into_iter().next().unwrap_or_else(|| self.id())
    }

    /// Every name that it had and has.
    pub(crate) fn ids(&self) -> Vec<Id> {
        let mut ids = self.previous();
        ids.push(self.id());
        ids
    }

    /// Remembers its present name, which is about to change.
    pub(crate) fn remember(&mut self) {
        let id = self.id();
        let namespace = id.effective_namespace().to_owned();
        self.previous.push((id.name, namespace, id.gvk.kind));
    }

    /// Whether kustomize keeps notes of its own among the annotations of the object by now.
    pub(crate) fn has_notes(&self) -> bool {
        !self.previous.is_empty() || !self.prefixes.is_empty() || !self.suffixes.is_empty() || self.generated
    }

    /// Sets the name.
    pub(crate) fn set_name(&mut self, name: &str, place: &Place) -> Result<()> {
        set_meta(&mut self.node, "name", name, place)
    }

    /// Sets or takes away the namespace.
    pub(crate) fn set_namespace(&mut self, namespace: &str, place: &Place) -> Result<()> {
        if !namespace.is_empty() {
            return set_meta(&mut self.node, "namespace", namespace, place);
        }
        if let Some(meta) = self.node.get_mut("metadata") {
            meta.remove("namespace");
        }
        Ok(())
    }

    /// The texts of labels or annotations.
    pub(crate) fn texts(&self, field: &str) -> Texts {
        texts(self.node.at(&["metadata", field]))
    }

    /// Takes over labels, annotations, name and namespace of the object in whose place it comes.
    pub(crate) fn take_over(&mut self, other: &Self) -> Result<()> {
        for field in ["labels", "annotations"] {
            let mut merged = other.texts(field);
            merged.extend(self.texts(field));
            set_texts(&mut self.node, field, merged)?;
        }
        let (own, place) = (other.id(), name_place(&other.node));
        self.set_name(&own.name, &place)?;
        self.set_namespace(&own.namespace, &place)?;
        self.variables = other.variables.clone();
        self.previous = other.previous.clone();
        self.prefixes = other.prefixes.clone();
        self.suffixes = other.suffixes.clone();
        self.hashed = self.hashed.take().filter(|_| other.hashed.is_some());
        self.generated = other.generated;
        self.behavior = other.behavior;
        Ok(())
    }

    /// Writes the annotations as kustomize leaves them: strings all, none of its own notes, and nothing where there are none.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let mut texts = self.texts("annotations");
        texts.retain(|key, _| !NOTES.contains(&&**key));
        set_texts(&mut self.node, "annotations", texts)
    }
}

/// The place of an object's name.
pub(crate) fn name_place(node: &Node) -> Place {
    node.at(&["metadata", "name"]).map_or(&node.place, |name| &name.place).clone()
}

fn set_meta(node: &mut Node, key: &str, text: &str, place: &Place) -> Result<()> {
    let value = Node::scalar(crate::Scalar::set_to(text), place.clone());
    node.map_at("metadata", place)?.set(key, place, Some(value))
}

/// The texts of a map's values.
pub(crate) fn texts(map: Option<&Node>) -> Texts {
    let entries = map.map_or(&[] as &[Entry], Node::entries).iter();
    entries
        .map(|entry| (Arc::clone(&entry.key), (Arc::from(entry.value.text()), entry.key_place.clone(), entry.value.place.clone())))
        .collect()
}

/// Sets labels or annotations to strings.
pub(crate) fn set_texts(node: &mut Node, field: &str, texts: Texts) -> Result<()> {
    let place = node.place.clone();
    let metadata = node.map_at("metadata", &place)?;
    let before = metadata.remove(field).map_or(place, |old| old.place);
    if texts.is_empty() {
        return Ok(());
    }
    let mut map = Node::map(before.clone());
    for (key, (text, key_place, place)) in texts {
        let value = Node::string(text, place);
        map.set(&key, &key_place, Some(value))?;
    }
    metadata.set(field, &before, Some(map))
}

/// All objects of a build, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources {
    /// The objects.
    pub(crate) list: Vec<Resource>,
}

impl Resources {
    /// Adds an object whose name is new.
    pub(crate) fn add(&mut self, resource: Resource) -> Result<()> {
        if self.list.len() >= MAX_OBJECTS {
            return Err(Fault::too_much("MAX_OBJECTS", MAX_OBJECTS, "objects"));
        }
        let id = resource.id();
        if let Some(other) = self.list.iter().find(|other| other.id().equals(&id)) {
            return Err(twice(&id, &resource, other));
        }
        self.list.push(resource);
        Ok(())
    }

    /// Adds objects whose names are new.
    pub(crate) fn add_all(&mut self, resources: Vec<Resource>) -> Result<()> {
        let mut known: BTreeMap<(Gvk, String, String), usize> = BTreeMap::new();
        let key = |id: &Id| (id.gvk.clone(), id.name.clone(), id.effective_namespace().to_owned());
        for (index, resource) in self.list.iter().enumerate() {
            known.insert(key(&resource.id()), index);
        }
        for resource in resources {
            let id = resource.id();
            if let Some(other) = known.insert(key(&id), self.list.len()).and_then(|index| self.list.get(index)) {
                return Err(twice(&id, &resource, other));
            }
            if self.list.len() >= MAX_OBJECTS {
                return Err(Fault::too_much("MAX_OBJECTS", MAX_OBJECTS, "objects"));
            }
            self.list.push(resource);
        }
        Ok(())
    }

    /// The objects that have or had a name, by their places in the list.
    pub(crate) fn with_any_id(&self, matches: impl Fn(&Id) -> bool) -> Vec<usize> {
        let found = |resource: &Resource| !resource.gone && !resource.node.is_empty() && resource.ids().iter().any(&matches);
        self.list.iter().enumerate().filter(|(_, resource)| found(resource)).map(|(index, _)| index).collect()
    }

    /// The only object that has or had a name.
    pub(crate) fn the_one(&self, id: &Id) -> Result<usize> {
        let found = self.with_any_id(|other| other.equals(id));
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Fault::refused(
                format!("no object is called {id}, which is to be patched"),
                "correct kind, name or namespace of the patch",
            )),
            _ => Err(Fault::refused(
                format!("several objects are called {id}, which is to be patched"),
                "say more of the object that is meant",
            )),
        }
    }

    /// Takes what a generator made.
    pub(crate) fn absorb(&mut self, mut resource: Resource) -> Result<()> {
        let id = resource.id();
        let found = self.with_any_id(|other| other.equals(&id));
        let span = resource.node.place.span;
        let refuse = |message: String, hint: &str| Err(Fault::refused(message, hint).at(span));
        match (found.as_slice(), resource.behavior) {
            ([], Behavior::Create) => self.add(resource),
            ([], Behavior::Merge | Behavior::Replace) => {
                refuse(format!("there is no {id} to merge with or to replace"), "leave out behavior, or correct the name")
            }
            (&[index], behavior) => {
                let Some(old) = self.list.get(index) else { return Ok(()) };
                match behavior {
                    Behavior::Create => return refuse(format!("there is a {id} already"), "set behavior to merge or replace"),
                    Behavior::Replace => resource.take_over(old)?,
                    Behavior::Merge => {
                        resource.take_over(old)?;
                        merge_data(&mut resource.node, &old.node)?;
                    }
                }
                if let Some(slot) = self.list.get_mut(index) {
                    *slot = resource;
                }
                Ok(())
            }
            _ => refuse(format!("several objects are called {id}"), "say more of the object that is meant"),
        }
    }

    /// Leaves out what patches deleted.
    pub(crate) fn drop_gone(&mut self) {
        self.list.retain(|resource| !resource.gone && !resource.node.is_empty());
    }
}

/// Adds the data of the object that was there.
fn merge_data(node: &mut Node, old: &Node) -> Result<()> {
    let place = node.place.clone();
    let mut merged = texts(old.get("data"));
    merged.extend(texts(node.get("data")));
    let before = node.remove("data");
    if !merged.is_empty() {
        let mut map = Node::map(before.map_or_else(|| place.clone(), |data| data.place));
        for (key, (text, key_place, place)) in merged {
            map.set(&key, &key_place, Some(Node::string(text, place)))?;
        }
        node.set("data", &place, Some(map))?;
    }
    let mut binary = texts(old.get("binaryData"));
    binary.extend(texts(node.get("binaryData")));
    let before = node.remove("binaryData");
    if !binary.is_empty() {
        let mut map = Node::map(before.map_or_else(|| place.clone(), |data| data.place));
        for (key, (text, key_place, place)) in binary {
            map.set(&key, &key_place, Some(Node::scalar(crate::Scalar { text, tag: Tag::Text, quoted: false }, place)))?;
        }
        node.set("binaryData", &place, Some(map))?;
    }
    Ok(())
}

fn twice(id: &Id, resource: &Resource, other: &Resource) -> Box<Fault> {
    let mut place = resource.node.place.clone();
    if place.span == other.node.place.span {
        place = name_place(&resource.node);
    }
    Fault::refused(format!("there are two objects called {id}"), "rename or remove one of them").at(place.span)
}
