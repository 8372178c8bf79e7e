//! References by name, which follow the names that changed.

use std::collections::BTreeMap;

use crate::{
    Node, Place, Tag, Value,
    config::BackReference,
    fault::{Fault, Result},
    fieldspec::{FieldSpec, Make},
    identity::{Gvk, Id},
    load::Shared,
    resource::{Resources, name_place},
    tree::Scalar,
};

/// What is known of an object that may be referred to, or may refer.
struct Known {
    id: Id,
    previous: Vec<Id>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    place: Place,
    namespace_place: Place,
    /// The namespaces of the service accounts that a role binding names.
    lends: Vec<String>,
    /// Group and kind of the role that a role binding names.
    role: Option<Gvk>,
}

/// Lets all references follow.
pub(crate) fn fix(resources: &mut Resources, references: &[BackReference], shared: &Shared<'_>) -> Result<()> {
    let known: Vec<Known> = resources.list.iter().map(|resource| know(&resource.node, resource)).collect();
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, known) in known.iter().enumerate() {
        for id in &known.previous {
            let indexes = by_name.entry(&id.name).or_default();
            if indexes.last() != Some(&index) {
                indexes.push(index);
            }
        }
    }
    if by_name.is_empty() {
        return Ok(());
    }
    for reference in references {
        for spec in &reference.referrers {
            for (index, resource) in resources.list.iter_mut().enumerate() {
                let Some(referrer) = known.get(index) else { continue };
                let original = referrer.previous.first().unwrap_or(&referrer.id);
                if !original.gvk.is_selected(&spec.gvk) {
                    continue;
                }
                let fix = Fix { known: &known, by_name: &by_name, referrer, target: &reference.target, path: &spec.path, shared };
                let anywhere = FieldSpec { gvk: Gvk::default(), ..spec.clone() };
                let place = resource.node.place.clone();
                anywhere.visit(&mut resource.node, Make::Nothing, &place, &mut |node| fix.set(node))?;
            }
        }
    }
    Ok(())
}

fn know(node: &Node, resource: &crate::resource::Resource) -> Known {
    let id = resource.id();
    let text = |node: &Node, key: &str| node.get(key).map_or("", Node::text).to_owned();
    let subjects = node.get("subjects").filter(|_| id.gvk.kind == "RoleBinding").map_or(&[] as &[Node], Node::items);
    let lends = subjects.iter().filter(|subject| text(subject, "kind") == "ServiceAccount").map(|subject| text(subject, "namespace"));
    let role = node.get("roleRef").and_then(|role| {
        let (group, kind) = (role.get("apiGroup")?, role.get("kind")?);
        Some(Gvk { group: group.text().to_owned(), version: String::new(), kind: kind.text().to_owned() })
    });
    Known {
        previous: resource.previous(),
        prefixes: resource.prefixes.clone(),
        suffixes: resource.suffixes.clone(),
        place: name_place(node),
        namespace_place: node.at(&["metadata", "namespace"]).map_or(&node.place, |namespace| &namespace.place).clone(),
        lends: lends.filter(|namespace| !namespace.is_empty()).collect(),
        role,
        id,
    }
}

struct Fix<'a> {
    known: &'a [Known],
    by_name: &'a BTreeMap<&'a str, Vec<usize>>,
    referrer: &'a Known,
    /// What kind of object is referred to.
    target: &'a Gvk,
    /// The path of the field.
    path: &'a str,
    shared: &'a Shared<'a>,
}

impl Fix<'_> {
    fn set(&self, node: &mut Node) -> Result<()> {
        if node.is_null() {
            return Ok(());
        }
        match &mut node.value {
            Value::Scalar(_) => self.set_scalar(node),
            Value::Map(_) => self.set_map(node),
            Value::List(items) => {
                for item in items.iter_mut().filter(|item| !item.is_null()) {
                    match item.value {
                        Value::Scalar(_) => self.set_scalar(item)?,
                        Value::Map(_) => self.set_map(item)?,
                        Value::List(_) => return Err(item.not("a name or a map with one")),
                    }
                }
                Ok(())
            }
        }
    }

    fn set_scalar(&self, node: &mut Node) -> Result<()> {
        let same = |one: &Known, other: &Known| one.id.name == other.id.name;
        let Some(found) = self.select(node, node.text(), None, same)? else { return Ok(()) };
        if found.id.name == node.text() {
            return Ok(());
        }
        node.set_scalar(found.id.name.as_str(), Tag::Open, &found.place)
    }

    fn set_map(&self, node: &mut Node) -> Result<()> {
        let Some(name) = node.get("name") else {
            let fault = Fault::refused(
                format!("a configuration says that {} names an object, but it has no name", self.path),
                "correct the path of the field",
            );
            return Err(fault.at(node.place.span));
        };
        let namespace = node.get("namespace").map(|namespace| namespace.text().to_owned());
        let same = |one: &Known, other: &Known| one.id.name == other.id.name && one.id.namespace == other.id.namespace;
        let Some(found) = self.select(name, name.text(), namespace.as_deref(), same)? else { return Ok(()) };
        let mut write = |key: &str, text: &str, place: &Place| {
            if node.get(key).is_some_and(|old| old.text() == text) {
                return Ok(());
            }
            node.set(key, place, Some(Node::scalar(Scalar::set_to(text), place.clone())))
        };
        write("name", &found.id.name, &found.place)?;
        if found.id.namespace.is_empty() { Ok(()) } else { write("namespace", &found.id.namespace, &found.namespace_place) }
    }

    /// The object that a name means.
    fn select(&self, node: &Node, name: &str, namespace: Option<&str>, same: impl Fn(&Known, &Known) -> bool) -> Result<Option<&Known>> {
        let Some(indexes) = self.by_name.get(name) else { return Ok(None) };
        self.shared.step(indexes.len())?;
        let candidates = indexes.iter().filter_map(|&index| self.known.get(index));
        let candidates: Vec<&Known> = candidates.filter(|known| self.may_refer(known)).collect();
        let candidates = self.in_namespace(candidates, namespace);
        let candidates = candidates.into_iter().filter(|known| known.previous.iter().any(|id| id.name == name));
        let candidates: Vec<&Known> = candidates.filter(|known| self.is_meant(known)).collect();
        if let [one] = candidates.as_slice() {
            return Ok(Some(*one));
        }
        let alike = |empty: bool| {
            move |known: &&Known| {
                is_alike(&known.prefixes, &self.referrer.prefixes, empty) && is_alike(&known.suffixes, &self.referrer.suffixes, empty)
            }
        };
        let mut candidates: Vec<&Known> = candidates.into_iter().filter(alike(true)).collect();
        if candidates.len() > 1 {
            candidates.retain(alike(false));
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [first, rest @ ..] if rest.iter().all(|other| same(first, other)) => Ok(Some(*first)),
            [first, ..] => {
                let ids: Vec<String> = candidates.iter().map(|known| known.id.to_string()).collect();
                let message = format!("name {name:?} may mean any of {}", ids.join(", "));
                let _ = first;
                Err(Fault::refused(message, "give the objects different names before they are put together").at(node.place.span))
            }
        }
    }

    /// Whether an object is where the referrer may refer to.
    fn may_refer(&self, known: &Known) -> bool {
        let own = &self.referrer.id;
        own.cluster || known.id.cluster || known.id.shares_namespace(own) || self.referrer.lends.contains(&known.id.namespace)
    }

    fn in_namespace<'k>(&self, candidates: Vec<&'k Known>, namespace: Option<&str>) -> Vec<&'k Known> {
        let Some(namespace) = namespace else { return candidates };
        let original =
            |known: &&&Known| !known.previous.is_empty() && known.previous.first().is_some_and(|id| id.effective_namespace() == namespace);
        let current = |known: &&&Known| !known.id.cluster && known.id.effective_namespace() == namespace;
        let grouped = self.known.iter().filter(|known| self.may_refer(known)).any(|known| {
            let first = known.previous.first().unwrap_or(&known.id);
            !first.cluster && first.effective_namespace() == namespace
        });
        if grouped {
            return candidates.iter().filter(original).copied().collect();
        }
        candidates.iter().filter(current).copied().collect()
    }

    fn is_meant(&self, known: &Known) -> bool {
        if !known.previous.iter().any(|id| id.gvk.is_selected(self.target)) {
            return false;
        }
        let role = self.referrer.role.as_ref().filter(|_| self.path.ends_with("roleRef/name"));
        if role.is_some_and(|role| !known.previous.iter().any(|id| id.gvk.is_selected(role))) {
            return false;
        }
        let own = &self.referrer.id;
        own.cluster || known.id.cluster || known.id.gvk.kind == "ServiceAccount" || own.shares_namespace(&known.id)
    }
}

/// Whether one list is the end of the other, or, where that is enough, one of them is empty.
fn is_alike(one: &[String], other: &[String], empty: bool) -> bool {
    if empty && (one.is_empty() || other.is_empty()) {
        return true;
    }
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if short.is_empty() {
        return long.is_empty();
    }
    long.ends_with(short)
}
