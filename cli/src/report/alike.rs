//! Changes that are the same over many applications, said once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use indexmap::IndexMap;
use portcullis_source::Location;

use super::{ApplicationChange, ChainLink, ChangeKind, Changes, FieldChange, ObjectChange, Report};

/// An object of an application that changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    /// The application.
    pub(crate) application: &'a ApplicationChange,
    /// The object.
    pub(crate) object: &'a ObjectChange,
}

/// Objects of many applications to which the same lines do the same.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The same but for names, first met first; where the lines give each application a value of its own, there are several.
    pub(crate) variants: Vec<Vec<Member<'a>>>,
}

impl<'a> Batch<'a> {
    /// All its objects.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'a>> + Clone {
        self.variants.iter().flatten().copied()
    }

    /// The applications, each once.
    pub(crate) fn applications(&self) -> Vec<Arc<str>> {
        applications(self.members())
    }
}

/// The fields of which a variant has other values than the first one of its batch.
pub(crate) fn differing<'a>(batch: &Batch<'a>, variant: &[Member<'a>]) -> Vec<&'a FieldChange> {
    let (Some(first), Some(other)) = (batch.members().next(), variant.first()) else { return Vec::new() };
    let pairs = first.object.fields.iter().zip(&other.object.fields);
    pairs.filter(|(one, two)| (&one.before, &one.after) != (&two.before, &two.after)).map(|(_, field)| field).collect()
}

/// The applications of objects, each once.
pub(crate) fn applications<'a>(members: impl Iterator<Item = Member<'a>>) -> Vec<Arc<str>> {
    let names: BTreeSet<Arc<str>> = members.filter_map(|member| member.application.name.clone()).collect();
    names.into_iter().collect()
}

/// The environments of what belongs to no application, each once.
pub(crate) fn environments<'a>(members: impl Iterator<Item = Member<'a>>) -> Vec<Arc<str>> {
    let names: BTreeSet<Arc<str>> = members.filter_map(|member| member.application.environment.clone()).collect();
    names.into_iter().collect()
}

/// Where objects change, in words: their applications, else their environments.
pub(crate) fn reach<'a>(members: impl Iterator<Item = Member<'a>> + Clone, report: &Report) -> String {
    let (names, environments) = (applications(members.clone()), environments(members));
    match (names.is_empty(), environments.is_empty()) {
        (false, _) => report.reach.describe(&names),
        (true, false) => environments.join(", "),
        (true, true) => "no application".to_owned(),
    }
}

/// What objects must share to be in one batch.
type Key = (ChangeKind, String, Vec<String>, Vec<(String, ChangeKind, Option<Line>)>, Option<String>);

/// A line that causes something.
type Line = (Arc<str>, u32);

/// Sorts the objects that change into batches: dangerous ones first, then those that reach most.
pub(crate) fn batches(changes: &Changes) -> Vec<Batch<'_>> {
    let mut batches: IndexMap<Key, IndexMap<Vec<String>, Vec<Member<'_>>>> = IndexMap::new();
    for application in &changes.applications {
        for object in &application.objects {
            let names = Names::of(application, object);
            let variants = batches.entry(key(object, &names)).or_default();
            variants.entry(values(object, &names)).or_default().push(Member { application, object });
        }
    }
    let mut batches: Vec<Batch<'_>> = batches.into_values().map(|variants| Batch { variants: variants.into_values().collect() }).collect();
    batches.sort_by_cached_key(|batch| {
        let is_safe = batch.members().all(|member| member.object.hazards.is_empty());
        (is_safe, std::cmp::Reverse(batch.members().count()))
    });
    batches
}

fn key(object: &ObjectChange, names: &Names<'_>) -> Key {
    let field = |field: &FieldChange| (names.out_of(&field.path), field.kind, line(field.place.as_ref().map(|(_, place)| place)));
    let text = || object.after.as_ref().or(object.before.as_ref()).map(|text| names.out_of(text));
    (
        object.kind,
        format!("{} {}", object.object.api_version, object.object.kind),
        object.hazards.iter().map(|hazard| names.out_of(hazard)).collect(),
        object.fields.iter().map(field).collect(),
        // Of what comes or goes as a whole there are no fields to tell it by.
        if object.fields.is_empty() { text() } else { None },
    )
}

fn values(object: &ObjectChange, names: &Names<'_>) -> Vec<String> {
    let texts = object.fields.iter().flat_map(|field| [&field.before, &field.after]);
    texts.map(|text| text.as_ref().map_or_else(String::new, |text| names.out_of(text))).collect()
}

fn line(place: Option<&Location>) -> Option<Line> {
    place.map(|place| (Arc::clone(&place.file), place.line))
}

/// What one line does to the same field of objects of one kind.
#[derive(Debug)]
pub(crate) struct Effect<'a> {
    /// The kind of the objects.
    pub(crate) object_kind: &'a str,
    /// The path, with `…` for the names that differ.
    pub(crate) path: String,
    /// The field of the first object.
    pub(crate) field: &'a FieldChange,
    /// The objects.
    pub(crate) members: Vec<Member<'a>>,
    /// Whether all have the same values, but for names.
    pub(crate) is_uniform: bool,
}

/// What fields must share to be one effect: the line, the kind of the object, the path and what happens.
type EffectKey<'a> = (Option<Line>, &'a str, String, ChangeKind);

/// Everything that one line causes.
#[derive(Debug)]
pub(crate) struct Cause<'a> {
    /// The line, where it is known.
    pub(crate) place: Option<&'a Location>,
    /// The link of the chain that stands there.
    pub(crate) link: Option<&'a ChainLink>,
    /// What it does.
    pub(crate) effects: Vec<Effect<'a>>,
}

/// Sorts the fields that change by the lines that cause them, in the order of files and lines; last, what has no line.
pub(crate) fn causes(changes: &Changes) -> Vec<Cause<'_>> {
    let mut causes: BTreeMap<(bool, Option<Line>), Cause<'_>> = BTreeMap::new();
    let mut seen: BTreeMap<EffectKey<'_>, (usize, [Option<String>; 2])> = BTreeMap::new();
    for application in &changes.applications {
        for object in &application.objects {
            let names = Names::of(application, object);
            for field in &object.fields {
                let place = field.place.as_ref().map(|(_, place)| place);
                let cause = causes.entry((place.is_none(), line(place))).or_insert_with(|| Cause {
                    place,
                    link: cause(field),
                    effects: Vec::new(),
                });
                let path = names.out_of(&field.path);
                let values = [&field.before, &field.after].map(|text| text.as_ref().map(|text| names.out_of(text)));
                let key = (line(place), &*object.object.kind, path.clone(), field.kind);
                let (index, first) = seen.entry(key).or_insert_with(|| (cause.effects.len(), values.clone()));
                let member = Member { application, object };
                match cause.effects.get_mut(*index) {
                    Some(effect) => {
                        effect.is_uniform &= *first == values;
                        effect.members.push(member);
                    }
                    None => cause.effects.push(Effect {
                        object_kind: &object.object.kind,
                        path,
                        field,
                        members: vec![member],
                        is_uniform: true,
                    }),
                }
            }
        }
    }
    causes.into_values().collect()
}

/// The link of a field's chain that stands where the change causes it.
pub(crate) fn cause(field: &FieldChange) -> Option<&ChainLink> {
    let (span, _) = field.place.as_ref()?;
    field.chain.iter().find(|link| link.place.as_ref().is_some_and(|(at, _)| at == span))
}

/// The names by which the same change differs from application to application.
struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    fn of(application: &'a ApplicationChange, object: &'a ObjectChange) -> Self {
        let names = [application.name.as_deref(), Some(&*object.object.name), application.service.as_deref()];
        let more = [object.object.namespace.as_deref(), application.environment.as_deref()];
        let mut names: Vec<&str> = names.into_iter().chain(more).flatten().filter(|name| !name.is_empty()).collect();
        // The longest first, so that a name within a name is not taken for it.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self(names)
    }

    /// A text with `…` for each name that stands there as a word.
    fn out_of(&self, text: &str) -> String {
        let mut left = text.to_owned();
        for name in &self.0 {
            if left.contains(name) {
                left = without(&left, name);
            }
        }
        left
    }
}

/// A text with `…` for a word of it.
fn without(text: &str, word: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, found) = rest.split_at(at);
        let after = found.get(word.len()..).unwrap_or_default();
        let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let is_word = !is_part(before.chars().next_back().or_else(|| left.chars().next_back())) && !is_part(after.chars().next());
        left.push_str(before);
        left.push_str(if is_word { "…" } else { word });
        rest = after;
    }
    left.push_str(rest);
    left
}
