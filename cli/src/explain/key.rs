//! A values key to what every layer says about it, from the weakest to the strongest.

use std::sync::Arc;

use portcullis_helm::{Effective, Held, HeldData};
use portcullis_source::{Link, Location, Role, Sources, Span, Step};
use serde_json::Value;

use super::{Stated, key_text, plain};
use crate::{diff::Secrets, group};

/// What is known of a values key.
pub(crate) struct KeyAnswer {
    /// The key in the values that the chart sees.
    pub(crate) key: String,
    /// Its value, secrets as short keyed hashes; none where it is not set.
    pub(crate) value: Option<Value>,
    /// Why it is not set.
    pub(crate) unset: Option<String>,
    /// What the layers say, the weakest first.
    pub(crate) layers: Vec<LayerLine>,
    /// The places that give the key, or what lies below it, its value.
    pub(crate) places: Vec<Span>,
}

/// What one layer says.
pub(crate) struct LayerLine {
    /// Where.
    pub(crate) location: Location,
    /// The key within the layer.
    pub(crate) key: String,
    /// The name of the layer.
    pub(crate) layer: Option<Arc<str>>,
    /// The value, on one line.
    pub(crate) value: Option<String>,
    /// What becomes of it.
    pub(crate) standing: Standing,
}

/// What becomes of what a layer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds.
    Wins,
    /// It holds together with what other layers say.
    Merged,
    /// A stronger layer says something else.
    Hidden,
    /// It takes away what weaker layers say.
    Removes,
}

impl Standing {
    /// The word for it in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wins => "wins",
            Self::Merged => "merged",
            Self::Hidden => "hidden",
            Self::Removes => "removes",
        }
    }
}

/// What it takes to show a value.
#[derive(Clone, Copy)]
pub(crate) struct Shower<'a> {
    pub(crate) effective: &'a Effective,
    pub(crate) secrets: &'a Secrets,
    pub(crate) stated: &'a Stated<'a>,
    pub(crate) sources: &'a Sources,
}

/// What is known of a key; nothing where no layer says anything about it.
pub(crate) fn find(effective: &Effective, (secrets, stated, sources): (&Secrets, &Stated<'_>, &Sources), text: &str) -> Option<KeyAnswer> {
    let shower = Shower { effective, secrets, stated, sources };
    let way = follow(&effective.root, text);
    match way.rest {
        None => Some(shower.set(&way)),
        Some(_) => shower.unset(&way, text),
    }
}

/// The value of a key.
pub(crate) fn held_at<'a>(effective: &'a Effective, text: &str) -> Option<&'a Held> {
    let way = follow(&effective.root, text);
    way.held.last().copied().filter(|_| way.rest.is_none())
}

/// How far a key leads into values.
struct Way<'a, 'b> {
    /// The values on the way, the root first.
    held: Vec<&'a Held>,
    steps: Vec<Step>,
    /// The part of the key that leads nowhere.
    rest: Option<&'b str>,
}

/// Follows a dotted key; keys may have dots in them, so that the longest that fits goes first.
fn follow<'a, 'b>(root: &'a Held, text: &'b str) -> Way<'a, 'b> {
    let mut best = Way { held: vec![root], steps: Vec::new(), rest: Some(text) };
    let mut open = vec![Way { held: vec![root], steps: Vec::new(), rest: Some(text) }];
    while let Some(way) = open.pop() {
        let (Some(rest), Some(at)) = (way.rest, way.held.last().copied()) else { return way };
        if way.steps.len() > best.steps.len() {
            best = Way { held: way.held.clone(), steps: way.steps.clone(), rest: way.rest };
        }
        let mut next: Vec<(Step, &'a Held, &'b str)> = Vec::new();
        match &at.data {
            HeldData::Map(entries) => {
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                for (key, held) in entries {
                    let quoted = rest.strip_prefix('"').and_then(|rest| rest.strip_prefix(&**key)).and_then(|rest| rest.strip_prefix('"'));
                    let after =
                        quoted.or_else(|| rest.strip_prefix(&**key)).filter(|after| after.is_empty() || after.starts_with(['.', '[']));
                    next.extend(after.map(|after| (Step::Key(Arc::clone(key)), held, after)));
                }
                next.sort_by_key(|(_, _, after)| std::cmp::Reverse(after.len()));
            }
            HeldData::List(items) => {
                let inside = rest.strip_prefix('.').unwrap_or(rest).strip_prefix('[').and_then(|rest| rest.split_once(']'));
                let item = inside.and_then(|(index, after)| Some((index.parse::<usize>().ok()?, after)));
                next.extend(item.and_then(|(index, after)| Some((Step::Index(index), items.get(index)?, after))));
            }
            HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => {}
        }
        for (step, held, after) in next {
            let mut longer = Way { held: way.held.clone(), steps: way.steps.clone(), rest: Some(after).filter(|after| !after.is_empty()) };
            longer.held.push(held);
            longer.steps.push(step);
            open.push(longer);
        }
    }
    best
}

impl Shower<'_> {
    fn set(&self, way: &Way<'_, '_>) -> KeyAnswer {
        let Some(held) = way.held.last() else { return self.empty(way) };
        let links = self.effective.layers(held);
        let is_secret = self.hides(way);
        let mut layers = self.lines(&links, held.as_map().is_some(), is_secret);
        let mut replaced = self.replaced_lists(way);
        replaced.append(&mut layers);
        let mut places = Vec::new();
        self.places(held, &mut places);
        let value = if is_secret { Value::from(self.secrets.hash(&plain::json(held).to_string())) } else { self.masked(held) };
        KeyAnswer { key: key_text(&way.steps), value: Some(value), unset: None, layers: replaced, places }
    }

    fn empty(&self, way: &Way<'_, '_>) -> KeyAnswer {
        KeyAnswer { key: key_text(&way.steps), value: None, unset: None, layers: Vec::new(), places: Vec::new() }
    }

    /// Why a key is not set: a null took it away, or what lies above it is no map.
    fn unset(&self, way: &Way<'_, '_>, text: &str) -> Option<KeyAnswer> {
        let (holder, rest) = (way.held.last()?, way.rest?);
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        match &holder.data {
            HeldData::Map(_) => {
                let ends = rest.match_indices(['.', '[']).map(|(end, _)| end).chain([rest.len()]);
                let removed = ends.filter_map(|end| rest.get(..end)).map(|key| (key, self.effective.removed(holder, key)));
                let (key, links) = removed.into_iter().find(|(_, links)| !links.is_empty())?;
                let layers = self.lines(&links, false, self.hides(way));
                let places = links.first().and_then(|link| link.span).into_iter().collect();
                let above = key_text(&way.steps);
                let key = if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
                let unset = Some(format!("a null takes {key} away"));
                Some(KeyAnswer { key: text.to_owned(), value: None, unset, layers, places })
            }
            HeldData::List(_) | HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) if !way.steps.is_empty() => {
                let above = self.set(way);
                let what = match &holder.data {
                    HeldData::List(items) => format!("a list of {}", items.len()),
                    HeldData::Null => "null".to_owned(),
                    _ => "no map".to_owned(),
                };
                let unset = Some(format!("{} is {what}, so that there is no {rest} in it", above.key));
                Some(KeyAnswer { key: text.to_owned(), value: None, unset, ..above })
            }
            HeldData::List(_) | HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => None,
        }
    }

    /// The lines of what layers say, the weakest first; the links have the strongest first.
    fn lines(&self, links: &[Link], is_map: bool, is_secret: bool) -> Vec<LayerLine> {
        let several = links.iter().filter(|link| link.role == Role::Values).count() > 1;
        let line = |link: &Link| {
            let span = link.span?;
            let node = self.stated.at(span);
            let is_null = node.as_ref().is_some_and(portcullis_source::Node::is_null);
            let standing = match link.role {
                Role::Shadowed => Standing::Hidden,
                _ if is_null && !is_map => Standing::Removes,
                _ if several => Standing::Merged,
                _ => Standing::Wins,
            };
            let shown = node.map(|node| {
                let is_scalar = !matches!(node.data, portcullis_source::Data::Map(_));
                if is_secret && is_scalar {
                    self.secrets.hash(&portcullis_policies::json(&node).to_string())
                } else {
                    plain::one_line(&node)
                }
            });
            let location = group::location(Some(span), self.sources);
            Some(LayerLine { location, key: link.key.clone().unwrap_or_default(), layer: link.name.clone(), value: shown, standing })
        };
        let mut lines: Vec<LayerLine> = links.iter().filter_map(line).collect();
        lines.reverse();
        lines
    }

    /// The lists that the list around an item replaces: lists are never merged.
    fn replaced_lists(&self, way: &Way<'_, '_>) -> Vec<LayerLine> {
        let around = way.held.iter().rev().skip(1).find(|held| matches!(held.data, HeldData::List(_)));
        let Some(list) = around else { return Vec::new() };
        let links: Vec<Link> = self.effective.layers(list).into_iter().filter(|link| link.role == Role::Shadowed).collect();
        self.lines(&links, false, true).into_iter().map(|line| LayerLine { value: None, ..line }).collect()
    }

    /// Whether a value, or one around it, is put into a Secret.
    fn hides(&self, way: &Way<'_, '_>) -> bool {
        way.held.iter().any(|held| self.is_secret(held))
    }

    pub(crate) fn is_secret(&self, held: &Held) -> bool {
        let links = self.effective.layers(held);
        links.iter().filter(|link| link.role == Role::Values).filter_map(|link| link.span).any(|span| self.secrets.is_secret(span))
    }

    /// A value as JSON with what is put into Secrets as hashes.
    pub(crate) fn masked(&self, held: &Held) -> Value {
        if self.is_secret(held) {
            return self.secrets.hash(&plain::json(held).to_string()).into();
        }
        match &held.data {
            HeldData::List(items) => items.iter().map(|item| self.masked(item)).collect(),
            HeldData::Map(entries) => Value::Object(entries.iter().map(|(key, held)| (key.to_string(), self.masked(held))).collect()),
            HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => plain::json(held),
        }
    }

    /// The places of a value and of all that lies below it.
    fn places(&self, held: &Held, into: &mut Vec<Span>) {
        let links = self.effective.layers(held);
        into.extend(links.into_iter().filter(|link| link.role == Role::Values).filter_map(|link| link.span));
        match &held.data {
            HeldData::List(items) => items.iter().for_each(|item| self.places(item, into)),
            HeldData::Map(entries) => entries.values().for_each(|held| self.places(held, into)),
            HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => {}
        }
    }
}

/// The keys of all values, as a person writes them.
pub(crate) fn known(root: &Held) -> Vec<String> {
    let mut keys = Vec::new();
    collect(root, &mut Vec::new(), &mut keys);
    keys
}

fn collect(held: &Held, steps: &mut Vec<Step>, keys: &mut Vec<String>) {
    if !steps.is_empty() {
        keys.push(key_text(steps));
    }
    let mut below = |step: Step, held: &Held| {
        steps.push(step);
        collect(held, steps, keys);
        steps.pop();
    };
    match &held.data {
        HeldData::Map(entries) => entries.iter().for_each(|(key, held)| below(Step::Key(Arc::clone(key)), held)),
        HeldData::List(items) => items.iter().enumerate().for_each(|(index, held)| below(Step::Index(index), held)),
        HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => {}
    }
}
