//! Replacements: values that are copied from one field to others.

use portcullis_regexp::compile;

use crate::{
    Entry, Node, Place, Tag, Value,
    fault::{Fault, Result},
    fieldspec::split_dotted,
    kustomization::{Part, Replacement, Selector, Source, Target},
    load::Shared,
    resource::{Resource, Resources},
    selector::Requirements,
    tree::Scalar,
};

/// What is made where a field is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Make {
    Nothing,
    Scalar,
    List,
    Map,
}

/// Copies values.
pub(crate) fn apply(resources: &mut Resources, replacements: &[Replacement], shared: &Shared<'_>) -> Result<()> {
    replacements.iter().try_for_each(|one| one.apply(resources, shared).map_err(|fault| fault.at(one.place.span)))
}

impl Replacement {
    fn apply(&self, resources: &mut Resources, shared: &Shared<'_>) -> Result<()> {
        let hint = "give it a source and targets";
        let Some(targets) = &self.targets else { return Err(Fault::refused("a replacement has no targets", hint)) };
        let value = match (&self.source, &self.value) {
            (None, None) => return Err(Fault::refused("a replacement has no source", hint)),
            (Some(_), Some(_)) => return Err(Fault::refused("a replacement has both a source and a value", "leave one of them out")),
            (None, Some(said)) => Node::scalar(Scalar { text: said.text.clone(), tag: Tag::Open, quoted: false }, said.place.clone()),
            (Some(source), None) => source.value(resources)?,
        };
        for target in targets {
            shared.step(resources.list.len())?;
            for resource in &mut resources.list {
                if target.means(resource)? {
                    target.copy(&mut resource.node, &value, shared)?;
                }
            }
        }
        Ok(())
    }
}

impl Source {
    fn value(&self, resources: &Resources) -> Result<Node> {
        let meant = |resource: &&Resource| resource.ids().iter().any(|id| id.is_selected_by(&self.id));
        let mut found = resources.list.iter().filter(meant);
        let resource = match (found.next(), found.next()) {
            (Some(one), None) => one,
            (None, _) => {
                return Err(Fault::refused(format!("no object is {}, the source of a replacement", self.id), "correct the source"));
            }
            _ => {
                return Err(Fault::refused(
                    format!("several objects are {}, the source of a replacement", self.id),
                    "say more of the source",
                ));
            }
        };
        let value = look_up(&resource.node, &split_dotted(&self.path))?.filter(|node| !node.is_empty());
        let Some(value) = value else {
            let message = format!("the source of a replacement has no {}", self.path);
            return Err(Fault::refused(message, "correct the path of the field"));
        };
        let Some(part) = self.part.as_ref().filter(|part| !part.delimiter.is_empty()) else { return Ok(value.clone()) };
        let Some(scalar) = value.as_scalar() else { return Err(value.not("a text that a delimiter divides")) };
        let text = usize::try_from(part.index).ok().and_then(|index| value.said().split(&*part.delimiter).nth(index));
        let Some(text) = text else {
            let message = format!("{:?} has no part number {}", value.said(), part.index);
            return Err(Fault::refused(message, "parts are counted from 0"));
        };
        Ok(Node::scalar(Scalar { text: text.into(), ..scalar.clone() }, value.place.clone()))
    }
}

impl Target {
    fn means(&self, resource: &Resource) -> Result<bool> {
        let Some(select) = &self.select else {
            return Err(Fault::refused("a target of a replacement selects nothing", "say which objects under select").at(self.place.span));
        };
        if !takes_texts(select, resource)? {
            return Ok(false);
        }
        for reject in self.reject.iter().filter(|reject| !reject.labels.is_empty() || !reject.annotations.is_empty()) {
            if takes_texts(reject, resource)? {
                return Ok(false);
            }
        }
        let ids = resource.ids();
        let rejected =
            self.reject.iter().filter(|reject| !reject.id.is_empty()).any(|reject| ids.iter().any(|id| id.is_selected_by(&reject.id)));
        Ok(!rejected && ids.iter().any(|id| id.is_selected_by(&select.id)))
    }

    fn copy(&self, object: &mut Node, value: &Node, shared: &Shared<'_>) -> Result<()> {
        for path in &self.paths {
            let make = match (&value.value, self.part.as_ref().is_some_and(|part| part.create)) {
                (_, false) => Make::Nothing,
                (Value::Scalar(_), true) => Make::Scalar,
                (Value::List(_), true) => Make::List,
                (Value::Map(_), true) => Make::Map,
            };
            let mut count = 0;
            let mut set = |node: &mut Node| {
                count += 1;
                set_value(node, value, self.part.as_ref(), shared)
            };
            let mut walk = Walk { make, place: &path.place, set: &mut set };
            walk.walk(object, &split_dotted(&path.text)).map_err(|fault| fault.at(path.place.span))?;
            if count == 0 {
                let message = format!("the target of a replacement has no {}", path.text);
                let hint = "correct the path, or set options.create";
                return Err(Fault::refused(message, hint).at(path.place.span));
            }
        }
        Ok(())
    }
}

fn takes_texts(selector: &Selector, resource: &Resource) -> Result<bool> {
    let annotations = Requirements::parse(&selector.annotations)?.take(resource, "annotations");
    Ok(annotations && Requirements::parse(&selector.labels)?.take(resource, "labels"))
}

/// The value at the end of a path, as far as there is one.
pub(crate) fn look_up<'n>(node: &'n Node, path: &[String]) -> Result<Option<&'n Node>> {
    let mut node = node;
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if node.is_null() {
            return Ok(None);
        }
        let next = if part == "-" {
            node.items().last()
        } else if let Ok(index) = part.parse::<usize>() {
            if !matches!(node.value, Value::List(_)) {
                return Err(node.not("a list"));
            }
            node.items().get(index)
        } else if let Some((name, text)) = list_part(part)? {
            let says =
                |item: &&Node| if name.is_empty() { item.text() == text } else { item.get(name).is_some_and(|own| own.text() == text) };
            node.items().iter().find(says)
        } else if matches!(node.value, Value::Map(_)) {
            node.get(part)
        } else {
            return Err(node.not("a map"));
        };
        match next {
            Some(next) => node = next,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// Name and value of `[name=value]`.
fn list_part(part: &str) -> Result<Option<(&str, &str)>> {
    let Some(inner) = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) else { return Ok(None) };
    let hint = "write it as [name=value]";
    inner.split_once('=').map(Some).ok_or_else(|| Fault::refused(format!("part {part:?} of a path has no value"), hint))
}

fn set_value(node: &mut Node, value: &Node, part: Option<&Part>, shared: &Shared<'_>) -> Result<()> {
    let mut text = value.text().to_owned();
    if let Some(part) = part.filter(|part| !part.delimiter.is_empty()) {
        if node.as_scalar().is_none() {
            return Err(node.not("a text that a delimiter divides"));
        }
        let said = value.said().to_owned();
        let mut parts: Vec<&str> = node.text().split(&*part.delimiter).collect();
        match usize::try_from(part.index) {
            Err(_) => parts.insert(0, &said),
            Ok(index) => match parts.get_mut(index) {
                Some(slot) => *slot = &said,
                None => parts.push(&said),
            },
        }
        text = parts.join(&part.delimiter);
    }
    shared.replaced(text.len())?;
    match &mut node.value {
        // A scalar keeps its type and takes the text alone.
        Value::Scalar(scalar) => {
            scalar.text = text.into();
            node.place = value.place.before(&node.place);
        }
        Value::List(_) | Value::Map(_) => {
            let behind = node.place.clone();
            *node = value.clone();
            if let (Value::Scalar(scalar), true) = (&mut node.value, part.is_some_and(|part| !part.delimiter.is_empty())) {
                scalar.text = text.into();
            }
            node.place = node.place.before(&behind);
        }
    }
    Ok(())
}

struct Walk<'a> {
    make: Make,
    place: &'a Place,
    set: &'a mut dyn FnMut(&mut Node) -> Result<()>,
}

impl Walk<'_> {
    fn fresh(&self, next: Option<&String>) -> Node {
        let make = match next {
            None => self.make,
            Some(next) if next.starts_with('[') && next.ends_with(']') || next.parse::<usize>().is_ok() => Make::List,
            Some(_) => Make::Map,
        };
        let value = match make {
            Make::Map => Value::Map(Vec::new()),
            Make::List => Value::List(Vec::new()),
            Make::Nothing | Make::Scalar => Value::Scalar(Scalar { text: "".into(), tag: Tag::Open, quoted: false }),
        };
        Node { value, place: self.place.clone() }
    }

    fn walk(&mut self, node: &mut Node, path: &[String]) -> Result<bool> {
        let Some((part, rest)) = path.split_first() else { return (self.set)(node).map(|()| true) };
        if let Ok(index) = part.parse::<usize>() {
            return self.index(node, index, rest);
        }
        if let Some((name, pattern)) = list_part(part)? {
            return self.items(node, name, pattern, rest);
        }
        if part == "*" {
            let fault = node.not("a list");
            let Value::List(items) = &mut node.value else { return Err(fault) };
            let mut any = false;
            for item in items {
                any |= self.walk(item, rest)?;
            }
            return Ok(any);
        }
        if node.is_null() && self.make == Make::Nothing {
            return Ok(false);
        }
        let fault = node.not("a map");
        let fresh = self.fresh(rest.first());
        let Value::Map(entries) = &mut node.value else { return Err(fault) };
        let known = entries.iter().position(|entry| *entry.key == **part);
        if known.is_none() && self.make == Make::Nothing {
            return Ok(false);
        }
        let index = known.unwrap_or(entries.len());
        if known.is_none() {
            entries.push(Entry { key: part.as_str().into(), key_place: self.place.clone(), is_text: true, value: fresh });
        }
        entries.get_mut(index).map_or(Ok(false), |entry| self.walk(&mut entry.value, rest))
    }

    fn index(&mut self, node: &mut Node, index: usize, rest: &[String]) -> Result<bool> {
        let fault = node.not("a list");
        let fresh = self.fresh(rest.first());
        let Value::List(items) = &mut node.value else { return Err(fault) };
        if items.len() == index && self.make != Make::Nothing {
            items.push(fresh);
        }
        let length = items.len();
        match items.get_mut(index) {
            Some(item) => self.walk(item, rest),
            None => {
                let message = format!("item {index} is wanted, but there are {length}");
                Err(Fault::refused(message, "items are counted from 0"))
            }
        }
    }

    fn items(&mut self, node: &mut Node, name: &str, pattern: &str, rest: &[String]) -> Result<bool> {
        let broken = |broken: portcullis_regexp::Broken| {
            Fault::refused(format!("pattern {pattern:?} is broken: {}", broken.into_text()), "correct the path")
        };
        let regex = compile(pattern).map_err(broken)?;
        let fault = node.not("a list");
        let Value::List(items) = &mut node.value else { return Err(fault) };
        let mut any = false;
        for item in items.iter_mut() {
            let said = if name.is_empty() { Some(&*item) } else { item.get(name) };
            if said.is_some_and(|said| regex.is_match(written(said).as_bytes())) {
                any |= if name.is_empty() { (self.set)(item).map(|()| true)? } else { self.walk(item, rest)? };
            }
        }
        if any || self.make == Make::Nothing {
            return Ok(any);
        }
        let value = Node::scalar(Scalar { text: pattern.into(), tag: Tag::Open, quoted: false }, self.place.clone());
        let mut item = value.clone();
        if !name.is_empty() {
            item = Node::map(self.place.clone());
            item.set(name, self.place, Some(value))?;
        }
        let made = if name.is_empty() { (self.set)(&mut item).map(|()| true)? } else { self.walk(&mut item, rest)? };
        if let Value::List(items) = &mut node.value {
            items.push(item);
        }
        Ok(made)
    }
}

/// A scalar with the quotes that it is written in.
fn written(node: &Node) -> String {
    match node.as_scalar() {
        Some(scalar) if scalar.quoted && !scalar.text.contains('\n') => format!("{:?}", scalar.text),
        _ => node.text().to_owned(),
    }
}
