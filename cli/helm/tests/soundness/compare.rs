//! Which fields two renderings differ in, and what their chains name.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Data, Document, Node, Range, Role, Step};

use crate::{
    case::{DocumentId, Outcome},
    mutation::Place,
};

/// A field of one rendering.
pub(crate) type Field = (DocumentId, Vec<Step>);

/// A field that differs between two renderings; none where it is missing.
pub(crate) struct Difference {
    pub(crate) old: Option<Field>,
    pub(crate) new: Option<Field>,
}

/// Whether a chain names the values of lower layers that it hides: they count where it is the upper one that is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    Counts,
    CountsNot,
}

/// A scalar as text, without what trimming a document makes of it.
pub(crate) fn scalar(data: &Data) -> Option<String> {
    Some(match data {
        Data::Null => "null".to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => value.to_string(),
        Data::Uint(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        // Helm trims each document: whether a block at its end keeps its last line break depends on what follows.
        Data::String(value) => format!("{:?}", value.trim_end_matches('\n')),
        Data::List(items) if items.is_empty() => "[]".to_owned(),
        Data::Map(map) if map.entries.is_empty() => "{}".to_owned(),
        Data::List(_) | Data::Map(_) => return None,
    })
}

/// The places that the chain of a field names: those of its value, and of the keys and items that it lies in.
pub(crate) fn named(outcome: &Outcome, document: &Document, path: &[Step], hidden: Hidden) -> BTreeSet<Place> {
    let mut origins = vec![document.origin(path)];
    let mut items = Vec::new();
    for (length, step) in path.iter().enumerate() {
        let Some(above) = document.node_at(&path[..length]) else { break };
        match (step, &above.data) {
            (Step::Key(key), Data::Map(map)) => origins.extend(map.entry(key).map(|entry| document.text.origin(entry.key_range))),
            // An item starts where its first key does, and is there for the same reasons.
            (Step::Index(index), Data::List(list)) => {
                let start = list.get(*index).map(|item| Range { end: item.range.start + 1, ..item.range });
                items.extend(start.map(|range| document.text.origin(range)));
            }
            _ => {}
        }
    }
    let links = origins.iter().flat_map(|origin| &origin.links).filter(|link| match link.role {
        Role::Values | Role::Guard => true,
        Role::Shadowed => hidden == Hidden::Counts,
        _ => false,
    });
    let links = links.chain(items.iter().flat_map(|origin| &origin.links).filter(|link| link.role == Role::Guard));
    let place = |link: &portcullis_source::Link| {
        let span = link.span?;
        Some((outcome.sources.get(span.file)?.path().to_string(), span.start))
    };
    links.filter_map(place).collect()
}

/// Every scalar, empty list and empty map below a node.
pub(crate) fn scalars(node: &Node, path: &mut Vec<Step>, found: &mut dyn FnMut(&[Step])) {
    match &node.data {
        Data::Map(map) if !map.entries.is_empty() => {
            for entry in &map.entries {
                path.push(Step::Key(Arc::clone(&entry.key)));
                scalars(&entry.value, path, found);
                path.pop();
            }
        }
        Data::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                scalars(item, path, found);
                path.pop();
            }
        }
        _ => found(path),
    }
}

/// All fields that differ.
pub(crate) fn differences(old: &Outcome, new: &Outcome) -> Vec<Difference> {
    let mut found = Vec::new();
    for (old_id, new_id) in document_pairs(old, new) {
        let of = |outcome: &'_ Outcome, id: Option<&DocumentId>| id.and_then(|id| outcome.documents.get(id).cloned());
        let (before, after) = (of(old, old_id), of(new, new_id));
        let same = |before: &Document, after: &Document| before.text.slice(before.range) == after.text.slice(after.range);
        if before.as_ref().zip(after.as_ref()).is_some_and(|(before, after)| same(before, after)) {
            continue;
        }
        let root = |document: &Option<Document>| document.as_ref().map(|document| document.root.clone());
        let (before, after) = (root(&before), root(&after));
        let whole = |root: &'_ Option<Node>| root.is_some().then(Vec::new);
        compare(before.as_ref().zip(whole(&before)), after.as_ref().zip(whole(&after)), &mut |old, new| {
            let field = |id: Option<&DocumentId>, path: Option<Vec<Step>>| Some((id?.clone(), path?));
            found.push(Difference { old: field(old_id, old), new: field(new_id, new) });
        });
    }
    found
}

type Pair<'a> = (Option<&'a DocumentId>, Option<&'a DocumentId>);

/// Which documents of a template belong together: those of a kind by their turn if there are as many, else by name; then the rest by turn.
fn document_pairs<'a>(old: &'a Outcome, new: &'a Outcome) -> Vec<Pair<'a>> {
    let mut templates: BTreeMap<&str, BTreeMap<Option<&str>, [Vec<&DocumentId>; 2]>> = BTreeMap::new();
    for (turn, outcome) in [old, new].into_iter().enumerate() {
        for (id, document) in &outcome.documents {
            let kind = document.root.get("kind").and_then(Node::as_str);
            templates.entry(&id.0).or_default().entry(kind).or_default()[turn].push(id);
        }
    }
    let name = |outcome: &'a Outcome, id: &DocumentId| outcome.documents.get(id)?.root.at(&["metadata", "name"]).and_then(Node::as_str);
    let mut found: Vec<Pair<'a>> = Vec::new();
    for kinds in templates.into_values() {
        let (mut alone, mut added) = (Vec::new(), Vec::new());
        for [olds, mut news] in kinds.into_values() {
            let as_many = olds.len() == news.len();
            for id in olds {
                let same = if as_many { Some(0) } else { news.iter().position(|other| name(new, other) == name(old, id)) };
                match same {
                    Some(same) => found.push((Some(id), Some(news.remove(same)))),
                    None => alone.push(id),
                }
            }
            added.extend(news);
        }
        let mut added = added.into_iter();
        found.extend(alone.into_iter().map(|id| (Some(id), added.next())));
        found.extend(added.map(|id| (None, Some(id))));
    }
    found
}

/// The fields that differ between two nodes.
fn compare(old: Option<(&Node, Vec<Step>)>, new: Option<(&Node, Vec<Step>)>, found: &mut dyn FnMut(Option<Vec<Step>>, Option<Vec<Step>>)) {
    let step = |path: &[Step], step: Step| path.iter().cloned().chain([step]).collect::<Vec<Step>>();
    match (old, new) {
        (None, None) => {}
        (Some((node, mut path)), None) => scalars(node, &mut path, &mut |path| found(Some(path.to_vec()), None)),
        (None, Some((node, mut path))) => scalars(node, &mut path, &mut |path| found(None, Some(path.to_vec()))),
        (Some((old, old_path)), Some((new, new_path))) => match (&old.data, &new.data) {
            (Data::Map(olds), Data::Map(news)) if olds.entries.is_empty() == news.entries.is_empty() => {
                let keys: BTreeSet<&Arc<str>> = olds.entries.iter().chain(&news.entries).map(|entry| &entry.key).collect();
                for key in keys {
                    let below = |node: Option<&'_ Node>, path: &[Step]| node.map(|_| step(path, Step::Key(Arc::clone(key))));
                    let (old, new) = (olds.get(key), news.get(key));
                    let (old_below, new_below) = (below(old, &old_path), below(new, &new_path));
                    compare(old.zip(old_below), new.zip(new_below), found);
                }
            }
            (Data::List(olds), Data::List(news)) if olds.is_empty() == news.is_empty() => {
                for (old, new) in pairs(olds, news) {
                    let below =
                        |items: &'_ [Node], index: usize, path: &[Step]| (index < items.len()).then(|| step(path, Step::Index(index)));
                    let old = old.and_then(|index| Some((olds.get(index)?, below(olds, index, &old_path)?)));
                    let new = new.and_then(|index| Some((news.get(index)?, below(news, index, &new_path)?)));
                    compare(old, new, found);
                }
            }
            (before, after) => {
                let (text, other) = (scalar(before), scalar(after));
                if text.is_none() || other.is_none() {
                    scalars(old, &mut old_path.clone(), &mut |path| found(Some(path.to_vec()), Some(new_path.clone())));
                    scalars(new, &mut new_path.clone(), &mut |path| found(Some(old_path.clone()), Some(path.to_vec())));
                } else if text != other {
                    found(Some(old_path), Some(new_path));
                }
            }
        },
    }
}

/// Which items of two lists belong together: by their turn if there are as many, else by text or name.
fn pairs(olds: &[Node], news: &[Node]) -> Vec<(Option<usize>, Option<usize>)> {
    if olds.len() == news.len() {
        return (0..olds.len()).map(|index| (Some(index), Some(index))).collect();
    }
    let names = |items: &[Node]| -> Vec<String> {
        let name = |item: &Node| ["name", "secretKey", "mountPath", "port", "host"].iter().find_map(|key| scalar(&item.get(key)?.data));
        items.iter().map(|item| name(item).unwrap_or_else(|| plain(item))).collect()
    };
    let mut texts = news.iter().map(plain).map(Some).collect::<Vec<_>>();
    // Of several equal items, each belongs to one.
    let mut equal = |text: String| {
        let place = texts.iter().position(|other| other.as_ref() == Some(&text))?;
        texts.get_mut(place).map(Option::take)?;
        Some(place)
    };
    let equals: Vec<Option<usize>> = olds.iter().map(plain).map(&mut equal).collect();
    let (olds, mut news) = (names(olds), names(news).into_iter().map(Some).collect::<Vec<_>>());
    let mut found: Vec<(Option<usize>, Option<usize>)> = Vec::new();
    // What did not change is no other item of the same name.
    for equal in equals.iter().flatten() {
        if let Some(taken) = news.get_mut(*equal) {
            *taken = None;
        }
    }
    for (index, (name, equal)) in olds.iter().zip(&equals).enumerate() {
        if equal.is_some() {
            found.push((Some(index), *equal));
            continue;
        }
        let same = news.iter().position(|other| other.as_ref() == Some(name));
        if let Some(taken) = same.and_then(|same| news.get_mut(same)) {
            *taken = None;
        }
        found.push((Some(index), same));
    }
    found.extend(news.iter().enumerate().filter(|(_, name)| name.is_some()).map(|(index, _)| (None, Some(index))));
    found
}

/// The text of a node without its places.
fn plain(node: &Node) -> String {
    match &node.data {
        Data::Map(map) if !map.entries.is_empty() => {
            map.entries.iter().map(|entry| format!("{}:{};", entry.key, plain(&entry.value))).collect()
        }
        Data::List(items) if !items.is_empty() => items.iter().map(|item| format!("-{};", plain(item))).collect(),
        data => scalar(data).unwrap_or_default(),
    }
}
