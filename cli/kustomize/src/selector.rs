//! Which objects a patch or replacement means: patterns of names, and what labels say.

use std::{collections::BTreeMap, rc::Rc};

use portcullis_regexp::{Regex, compile};

use crate::{
    fault::{Fault, Result},
    identity::{Gvk, Id},
    kustomization::Selector,
    resource::{Resource, Resources},
};

/// A pattern of a whole text; none takes anything.
struct Pattern(Option<Rc<Regex>>);

impl Pattern {
    fn new(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        match compile(&format!("^(?:{text})$")) {
            Ok(regex) => Ok(Self(Some(regex))),
            Err(broken) => {
                Err(Fault::refused(format!("pattern {text:?} is broken: {}", broken.into_text()), "correct the regular expression"))
            }
        }
    }

    fn takes(&self, text: &str) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(text.as_bytes()))
    }
}

/// The places in the list of the objects that a selector means.
pub(crate) fn select(resources: &Resources, selector: &Selector) -> Result<Vec<usize>> {
    let located = |fault: Box<Fault>| match &selector.place {
        Some(place) => fault.at(place.span),
        None => fault,
    };
    let pattern = |text: &str| Pattern::new(text).map_err(located);
    let id = &selector.id;
    let (group, version, kind) = (pattern(&id.gvk.group)?, pattern(&id.gvk.version)?, pattern(&id.gvk.kind)?);
    let (name, namespace) = (pattern(&id.name)?, pattern(&id.namespace)?);
    let labels = Requirements::parse(&selector.labels).map_err(located)?;
    let annotations = Requirements::parse(&selector.annotations).map_err(located)?;
    let takes = |resource: &Resource| {
        let (now, first) = (resource.id(), resource.original());
        let of_kind = |gvk: &Gvk| group.takes(&gvk.group) && version.takes(&gvk.version) && kind.takes(&gvk.kind);
        let named = |id: &Id| name.takes(&id.name);
        let placed = |id: &Id| namespace.takes(id.effective_namespace());
        (placed(&first) || placed(&now))
            && (named(&first) || named(&now))
            && of_kind(&now.gvk)
            && labels.take(resource, "labels")
            && annotations.take(resource, "annotations")
    };
    Ok(resources.list.iter().enumerate().filter(|(_, resource)| takes(resource)).map(|(index, _)| index).collect())
}

/// What labels have to be.
pub(crate) struct Requirements(Vec<(String, Requirement)>);

enum Requirement {
    There,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Requirements {
    /// Reads `a=b,c!=d,e in (f,g),h,!i`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut rest = text.trim();
        let mut found = Vec::new();
        while !rest.is_empty() {
            let (requirement, left) = requirement(rest).ok_or_else(|| {
                Fault::refused(format!("selector {text:?} cannot be read"), "write it like app=web,tier!=db,env in (prod,stage)")
            })?;
            found.push(requirement);
            rest = left;
        }
        Ok(Self(found))
    }

    /// Whether the labels or annotations of an object are so.
    pub(crate) fn take(&self, resource: &Resource, field: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let texts: BTreeMap<String, String> =
            resource.texts(field).into_iter().map(|(key, (text, ..))| (key.to_string(), text.to_string())).collect();
        self.0.iter().all(|(key, requirement)| requirement.takes(texts.get(key).map(String::as_str)))
    }
}

impl Requirement {
    fn takes(&self, text: Option<&str>) -> bool {
        let number = || text.and_then(|text| text.parse::<i64>().ok());
        match self {
            Self::There => text.is_some(),
            Self::Missing => text.is_none(),
            Self::In(values) => text.is_some_and(|text| values.iter().any(|value| value == text)),
            Self::NotIn(values) => text.is_none_or(|text| !values.iter().any(|value| value == text)),
            Self::Above(least) => number().is_some_and(|number| number > *least),
            Self::Below(most) => number().is_some_and(|number| number < *most),
        }
    }
}

/// The first requirement of a text, and what is left after it.
fn requirement(text: &str) -> Option<((String, Requirement), &str)> {
    let (text, missing) = text.strip_prefix('!').map_or((text, false), |rest| (rest.trim_start(), true));
    let (key, rest) = word(text);
    if key.is_empty() {
        return None;
    }
    let key = key.to_owned();
    if missing {
        return Some(((key, Requirement::Missing), separator(rest)?));
    }
    for (sign, make) in [("==", 0), ("!=", 1), ("=", 0), (">", 2), ("<", 3)] {
        let Some(rest) = rest.strip_prefix(sign) else { continue };
        let (value, rest) = word(rest.trim_start());
        let requirement = match make {
            0 => Requirement::In(vec![value.to_owned()]),
            1 => Requirement::NotIn(vec![value.to_owned()]),
            2 => Requirement::Above(value.parse().ok()?),
            _ => Requirement::Below(value.parse().ok()?),
        };
        return Some(((key, requirement), separator(rest)?));
    }
    for (name, inside) in [("in", true), ("notin", false)] {
        let Some(rest) = rest.strip_prefix(name).map(str::trim_start).and_then(|rest| rest.strip_prefix('(')) else { continue };
        let (values, rest) = rest.split_once(')')?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        let requirement = if inside { Requirement::In(values) } else { Requirement::NotIn(values) };
        return Some(((key, requirement), separator(rest.trim_start())?));
    }
    Some(((key, Requirement::There), separator(rest)?))
}

/// A run of characters that labels may have, and the rest without spaces.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && !"-_./".contains(character)).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// What follows a comma; nothing where the text ends.
fn separator(rest: &str) -> Option<&str> {
    if rest.is_empty() {
        return Some("");
    }
    rest.strip_prefix(',').map(str::trim_start).filter(|rest| !rest.is_empty())
}
