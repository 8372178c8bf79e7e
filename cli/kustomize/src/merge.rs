//! Strategic merge patches, with the quirks of kustomize's own merging of trees.

use crate::{
    Node, Place, Tag, Value,
    fault::{Fault, Result},
    schema::Schema,
    tree::Scalar,
};

/// What a patch says of a whole map or list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

const DIRECTIVE: &str = "$patch";

/// Merges a patch into an object; none where it deletes the object.
pub(crate) fn merge(object: Node, patch: &Node) -> Result<Option<Node>> {
    walk(Some(object), Some(patch.clone()), None, Kin::Apart)
}

fn is_missing(node: Option<&Node>) -> bool {
    node.is_none_or(Node::is_null)
}

/// The schema of a value: that which is known, or that of an object within an object.
fn schema_of(known: Option<Schema>, sources: [Option<&Node>; 2]) -> Option<Schema> {
    let own = |node: &Node| {
        let text = |key| node.get(key).map_or("", Node::said);
        let (version, kind) = (text("apiVersion"), text("kind"));
        if version.is_empty() || kind.is_empty() { None } else { Schema::of_kind(version, kind) }
    };
    known.or_else(|| sources.into_iter().flatten().find_map(own))
}

/// Whether the value that is merged into is the patch itself, so that what is taken out of one is gone from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kin {
    /// They are two values.
    Apart,
    /// They are the same.
    Same,
}

fn walk(dest: Option<Node>, patch: Option<Node>, schema: Option<Schema>, kin: Kin) -> Result<Option<Node>> {
    let schema = schema_of(schema, [dest.as_ref(), patch.as_ref()]);
    let first = dest.as_ref().filter(|node| !node.is_null()).or_else(|| patch.as_ref().filter(|node| !node.is_null()));
    let Some(first) = first else { return map(dest, patch, schema, kin) };
    let other = patch.as_ref().filter(|node| !node.is_null());
    if let Some(other) = other.filter(|other| other.kind() != first.kind()) {
        let message = format!("the patch has {} where the object has {}", other.kind(), first.kind());
        return Err(Fault::refused(message, "patch it with a value of the same kind").at(other.place.span));
    }
    match first.value {
        Value::Map(_) => map(dest, patch, schema, kin),
        Value::List(_) => match schema.and_then(Schema::merge_keys) {
            Some(keys) => list(dest, patch, (schema, keys), kin),
            None => Ok(patch.or(dest)),
        },
        Value::Scalar(_) => Ok(patch.or(dest)),
    }
}

fn map(mut dest: Option<Node>, mut patch: Option<Node>, schema: Option<Schema>, mut kin: Kin) -> Result<Option<Node>> {
    if is_missing(dest.as_ref()) {
        let directive = patch.as_mut().map_or(Ok(Directive::Merge), map_directive);
        if matches!(directive, Ok(Directive::Delete)) {
            return Ok(None);
        }
        if let (None, Some(null)) = (&patch, &dest) {
            // A null that is written out stays.
            return Ok(dest.clone().filter(|_| !null.text().is_empty()));
        }
        kin = Kin::Same;
    } else if patch.as_ref().is_some_and(Node::is_null) {
        return Ok(None);
    } else {
        match patch.as_mut().map_or(Ok(Directive::Merge), map_directive)? {
            Directive::Delete => return Ok(None),
            Directive::Replace => kin = Kin::Same,
            Directive::Merge => {}
        }
    }
    if kin == Kin::Same {
        dest = patch.clone();
    }
    let Some(mut dest) = dest else { return Ok(None) };
    let mut keys: Vec<_> =
        dest.entries().iter().chain(patch.iter().flat_map(|patch| patch.entries())).map(|entry| entry.key.clone()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let theirs = patch.as_ref().and_then(|patch| patch.entries().iter().find(|entry| entry.key == key));
        let key_place = theirs.map(|entry| entry.key_place.clone());
        let own = dest.get(&key).cloned();
        let value = walk(own.clone(), theirs.map(|entry| entry.value.clone()), schema.and_then(|schema| schema.field(&key)), kin)?;
        match (own, value) {
            // What nobody patches keeps its null where it is written out.
            (Some(own), Some(value)) if own.is_null() && value.is_null() && theirs.is_none() => {}
            (_, value) => {
                let place = key_place.unwrap_or_else(|| dest.place.clone());
                let is_new = dest.get(&key).is_none();
                dest.set(&key, &place, value)?;
                if let (true, Some(theirs), Value::Map(entries)) = (is_new, theirs, &mut dest.value) {
                    entries.iter_mut().filter(|entry| entry.key == key).for_each(|entry| entry.is_text = theirs.is_text);
                }
            }
        }
    }
    Ok(Some(dest))
}

fn directive_of(text: &str, place: &Place) -> Result<Directive> {
    match text {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        other => {
            let message = format!("$patch is {other:?}");
            Err(Fault::refused(message, "$patch is delete, replace or merge").at(place.span))
        }
    }
}

fn map_directive(patch: &mut Node) -> Result<Directive> {
    let Some(said) = patch.get(DIRECTIVE) else { return Ok(Directive::Merge) };
    let directive = directive_of(said.text(), &said.place)?;
    patch.remove(DIRECTIVE);
    Ok(directive)
}

fn list_directive(patch: &mut Node) -> Result<Directive> {
    let Some(item) = patch.items().iter().find(|item| item.get(DIRECTIVE).is_some()) else { return Ok(Directive::Merge) };
    let Some(said) = item.get(DIRECTIVE).filter(|_| item.entries().len() == 1) else { return Ok(Directive::Merge) };
    let directive = directive_of(said.text(), &said.place)?;
    let text = said.text().to_owned();
    if let Value::List(items) = &mut patch.value {
        set_item(items, None, &[DIRECTIVE], &[text])?;
    }
    Ok(directive)
}

fn list(dest: Option<Node>, mut patch: Option<Node>, (schema, keys): (Option<Schema>, &[&str]), mut kin: Kin) -> Result<Option<Node>> {
    let dest = if is_missing(dest.as_ref()) {
        kin = Kin::Same;
        patch.clone()
    } else if patch.as_ref().is_some_and(Node::is_null) {
        None
    } else {
        match patch.as_mut().map_or(Ok(Directive::Merge), list_directive)? {
            Directive::Delete => None,
            Directive::Replace => {
                kin = Kin::Same;
                patch.clone()
            }
            Directive::Merge if kin == Kin::Same => patch.clone(),
            Directive::Merge => dest,
        }
    };
    let Some(mut dest) = dest else { return Ok(None) };
    let Value::List(own) = std::mem::replace(&mut dest.value, Value::List(Vec::new())) else { return Ok(Some(dest)) };
    let theirs = patch.as_ref().map(|patch| patch.items().to_vec());
    let items = Items { schema: schema.and_then(Schema::items), own, theirs, place: dest.place.clone(), kin };
    dest.value = Value::List(items.merge(keys)?);
    if let Some(patch) = patch.filter(|patch| patch.place != dest.place) {
        dest.place = patch.place.before(&dest.place);
    }
    Ok(Some(dest))
}

/// The items of two lists that are matched by keys.
struct Items {
    schema: Option<Schema>,
    own: Vec<Node>,
    theirs: Option<Vec<Node>>,
    place: Place,
    kin: Kin,
}

impl Items {
    fn merge(self, keys: &[&str]) -> Result<Vec<Node>> {
        let mut all: Vec<Vec<String>> = Vec::new();
        let keys: Vec<&str> = if keys.is_empty() { vec![""] } else { keys.to_vec() };
        for item in self.theirs.iter().flatten().chain(&self.own) {
            let values: Vec<String> = keys.iter().map(|key| value_of(item, key)).collect();
            if !all.contains(&values) {
                all.push(values);
            }
        }
        if all.is_empty() {
            return Ok(self.own);
        }
        if keys.len() > 1 {
            unite(&mut all);
        }
        let (mut own, mut added) = (self.own, Vec::new());
        let mut valid = Vec::new();
        for values in &all {
            let texts;
            (valid, texts) = validate(&all, values, &keys);
            let (some, wanted) = validate(std::slice::from_ref(&texts), &texts, &valid);
            let find = |items: &[Node]| find_item(items, &some, &wanted);
            let theirs = if self.kin == Kin::Same { Some(own.as_slice()) } else { self.theirs.as_deref() };
            let theirs = theirs.and_then(|theirs| find(theirs).and_then(|index| theirs.get(index))).cloned();
            let (index, replaced) = (find(&own), self.kin == Kin::Apart && theirs.as_ref().is_some_and(is_replacement));
            let merged = walk(index.and_then(|index| own.get(index)).cloned(), theirs, self.schema, self.kin)?;
            if let (Kin::Same, Some(slot)) = (self.kin, index.and_then(|index| own.get_mut(index))) {
                slot.remove(DIRECTIVE);
            }
            // What was merged into an item is in its list from then on.
            let kept = merged.as_ref().filter(|merged| !replaced && matches!(merged.value, Value::Map(_)));
            if let (Some(slot), Some(merged)) = (index.and_then(|index| own.get_mut(index)), kept) {
                *slot = merged.clone();
            }
            let Some(mut merged) = merged.filter(|merged| !merged.is_empty_map()) else {
                set_item(&mut own, None, &valid, &texts)?;
                continue;
            };
            for (key, text) in valid.iter().zip(&texts) {
                restore_key(&mut merged, key, text, &self.place)?;
            }
            set_item(&mut added, Some(merged), &valid, &texts)?;
        }
        append(added, own, &valid)
    }
}

/// Writes the key of an item that was matched by it.
fn restore_key(item: &mut Node, key: &str, text: &str, place: &Place) -> Result<()> {
    if text.is_empty() || item.get(key).is_some() {
        return Ok(());
    }
    if !key.is_empty() {
        return item.set(key, place, Some(Node::scalar(Scalar::set_to(text), place.clone())));
    }
    let Value::Scalar(scalar) = &mut item.value else { return Err(item.not("a scalar")) };
    *scalar = Scalar { text: text.into(), tag: Tag::Open, quoted: scalar.quoted };
    Ok(())
}

/// What an item says of a key; of itself, where there is none.
fn value_of(item: &Node, key: &str) -> String {
    if key.is_empty() {
        return item.text().to_owned();
    }
    item.get(key).filter(|value| !value.is_empty()).map_or("", Node::text).to_owned()
}

/// Lets keys that say the same as far as they say something be the same.
fn unite(all: &mut [Vec<String>]) {
    for one in 0..all.len() {
        let Some(left) = all.get(one).cloned() else { continue };
        for other in 0..all.len() {
            let Some(united) = all.get(other).and_then(|right| united(&left, right)) else { continue };
            for index in [one, other] {
                if let Some(slot) = all.get_mut(index) {
                    slot.clone_from(&united);
                }
            }
        }
    }
}

fn united(left: &[String], right: &[String]) -> Option<Vec<String>> {
    let mut common = false;
    let mut united = Vec::new();
    for (left, right) in left.iter().zip(right) {
        common |= left == right;
        if left != right && !left.is_empty() && !right.is_empty() {
            return None;
        }
        united.push(if left.is_empty() { right.clone() } else { left.clone() });
    }
    common.then_some(united)
}

/// The keys of which any item says something, and the values that belong to them.
fn validate<'k>(all: &[Vec<String>], values: &[String], keys: &[&'k str]) -> (Vec<&'k str>, Vec<String>) {
    let said = |index: usize| all.iter().any(|values| values.get(index).is_some_and(|value| !value.is_empty()));
    let valid: Vec<bool> = (0..keys.len()).map(said).collect();
    if !valid.contains(&true) {
        return (keys.to_vec(), values.to_vec());
    }
    let is_valid = |index: usize| valid.get(index).copied().unwrap_or_default();
    let kept = keys.iter().enumerate().filter(|&(index, _)| is_valid(index)).map(|(_, key)| *key).collect();
    let texts =
        values.iter().enumerate().filter(|&(index, value)| !value.is_empty() || is_valid(index)).map(|(_, value)| value.clone()).collect();
    (kept, texts)
}

/// Whether a patch of an item says that it takes the item's place.
fn is_replacement(item: &Node) -> bool {
    item.get(DIRECTIVE).is_some_and(|said| said.text() == "replace")
}

fn find_item(items: &[Node], keys: &[&str], values: &[String]) -> Option<usize> {
    if keys.first().is_none_or(|key| key.is_empty()) {
        let wanted = values.first().map_or("", String::as_str);
        return items.iter().position(|item| item.text() == wanted);
    }
    if keys.len() != values.len() {
        return None;
    }
    let says = |item: &Node| keys.iter().zip(values).all(|(key, value)| item.get(key).is_some_and(|own| own.text() == value));
    items.iter().position(|item| matches!(item.value, Value::Map(_)) && says(item))
}

/// Puts an item in the place of those that it matches, or at the end; without one, takes those away.
fn set_item(items: &mut Vec<Node>, element: Option<Node>, keys: &[&str], values: &[String]) -> Result<()> {
    let mapped = keys.first().is_some_and(|key| !key.is_empty()) && values.first().is_some_and(|value| !value.is_empty());
    let mut kept = Vec::new();
    let mut matched = false;
    for item in std::mem::take(items) {
        if item.is_empty_map() {
            continue;
        }
        if mapped && !matches!(item.value, Value::Map(_)) {
            kept.push(item);
            continue;
        }
        if !does_match(&item, keys, values)? {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        matched = true;
        kept.extend(element.clone());
    }
    *items = kept;
    items.extend(element.filter(|element| !matched && !element.is_null()));
    Ok(())
}

fn does_match(item: &Node, keys: &[&str], values: &[String]) -> Result<bool> {
    let mut found = false;
    for (index, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(index) {
            found = if key.is_empty() {
                if item.as_scalar().is_none() {
                    return Err(item.not("a scalar"));
                }
                item.said() == value
            } else {
                if !matches!(item.value, Value::Map(_)) {
                    return Err(item.not("a map"));
                }
                item.get(key).is_some_and(|own| value.is_empty() || own.text() == value)
            };
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(found)
}

/// Adds the items of a list to those that were merged.
fn append(mut added: Vec<Node>, own: Vec<Node>, keys: &[&str]) -> Result<Vec<Node>> {
    for item in own {
        if keys.first().is_none_or(|key| key.is_empty()) {
            let text = item.text().to_owned();
            set_item(&mut added, Some(item), &[""], &[text])?;
            continue;
        }
        let mut values = Vec::new();
        for key in keys {
            match item.get(key) {
                Some(value) => values.push(value.text().to_owned()),
                None => added.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set_item(&mut added, None, keys, &values)?;
        }
        set_item(&mut added, Some(item), keys, &values)?;
    }
    Ok(added)
}
