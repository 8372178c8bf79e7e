//! One entry of `generators` to the parameter sets of each kind of generator in it.

use std::collections::BTreeMap;

use portcullis_gotemplate::{Data, Map, MapType, Value};

use super::{Generation, Kind, clusters, field, git, list, matrix, merge, outside, selector::Selector};
use crate::{Version, fault::Fault, template::Failed};

/// Where an entry stands, which decides what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// In `spec.generators`.
    Top,
    /// In a matrix or merge there.
    Child,
    /// In a matrix or merge within those.
    Grandchild,
}

impl Level {
    /// The level of the generators within.
    pub(super) fn below(self) -> Self {
        match self {
            Self::Top => Self::Child,
            Self::Child | Self::Grandchild => Self::Grandchild,
        }
    }
}

/// The parameter sets of each kind of generator in an entry; `outer` are those of a matrix's first child, for its second one.
pub(crate) fn transform(
    generation: &mut Generation<'_>,
    entry: &Value,
    level: Level,
    outer: Option<&Map>,
) -> Vec<(Kind, Result<Vec<Map>, Fault>)> {
    let kinds = Kind::ALL.into_iter().filter(|kind| !(kind.combines() && level == Level::Grandchild));
    let kinds: Vec<Kind> = kinds.filter(|kind| field(entry, kind.key()).is_some()).collect();
    let Some(&first) = kinds.first() else { return Vec::new() };
    let selector = match field(entry, "selector").map(|value| Selector::read(generation, &value)).transpose() {
        Ok(selector) => selector,
        Err(fault) => return vec![(first, Err(fault.within(first.key())))],
    };
    let opaque = generation.inventory.settings.version < Version { major: 3, minor: 4 };
    let run = |kind: Kind| {
        let before = generation.stands_for.take();
        let made = interpolate(generation, entry, outer).and_then(|entry| generate(generation, &entry, kind, level));
        // Whether it selects what stands for anything nobody knows.
        let is_known = generation.stands_for.is_none();
        generation.stands_for = generation.stands_for.or(before);
        let kept = made.map(|sets| match selector.as_ref().filter(|_| is_known) {
            Some(selector) => sets.into_iter().filter(|set| selector.matches_parameters(set, opaque)).collect(),
            None => sets,
        });
        (kind, kept.map_err(|fault| fault.within(kind.key())))
    };
    kinds.into_iter().map(run).collect()
}

fn generate(generation: &mut Generation<'_>, entry: &Value, kind: Kind, level: Level) -> Result<Vec<Map>, Fault> {
    let Some(spec) = field(entry, kind.key()) else { return Ok(Vec::new()) };
    if !matches!(spec.data, Data::Map(_)) {
        return Err(generation
            .fault("the generator must be a map", &spec)
            .hint("write its settings as key: value below it, or {} for none"));
    }
    let sets = match kind {
        Kind::List => list::generate(generation, &spec),
        Kind::Clusters => clusters::generate(generation, &spec),
        Kind::Git => git::generate(generation, &spec),
        Kind::Matrix => matrix::generate(generation, &spec, level),
        Kind::Merge => merge::generate(generation, &spec, level),
        Kind::ScmProvider | Kind::ClusterDecisionResource | Kind::PullRequest | Kind::Plugin | Kind::Oci => {
            outside::generate(generation, &spec, kind)
        }
    }?;
    generation.check_count(sets.len(), &spec)?;
    Ok(sets)
}

/// The only generator of a child of a matrix or merge.
pub(super) fn child(generation: &mut Generation<'_>, entry: &Value, level: Level, outer: Option<&Map>) -> Result<Vec<Map>, Fault> {
    let mut made = transform(generation, entry, level, outer);
    match (made.pop(), made.is_empty()) {
        (Some((_, sets)), true) => sets,
        (Some(_), false) => Err(generation
            .fault("found more than one generator in one child, where only one is allowed", entry)
            .hint("give each generator a child of its own")),
        (None, _) => {
            let fault = generation.fault("the child generator generated no parameters, because it is of no known kind here", entry);
            Err(fault.hint("matrix and merge can be nested once, and only once"))
        }
    }
}

/// The entry with every string rendered over the outer parameters.
fn interpolate(generation: &mut Generation<'_>, entry: &Value, outer: Option<&Map>) -> Result<Value, Fault> {
    let (Some(outer), Data::Map(map)) = (outer.filter(|outer| !outer.entries.borrow().is_empty()), &entry.data) else {
        return Ok(entry.clone());
    };
    let mut made = BTreeMap::new();
    for (key, value) in map.entries.borrow().iter() {
        let kind = Kind::ALL.into_iter().find(|kind| kind.key() == &**key);
        let rendered = match kind {
            _ if &**key == "selector" => value.clone(),
            Some(kind) if kind.has_values() => with_values(generation, value, outer)?,
            Some(_) | None => tree(generation, value, outer)?,
        };
        made.insert(key.clone(), rendered);
    }
    Ok(Value { data: Data::Map(Map::new(MapType::Any, made)), ..entry.clone() })
}

/// A generator whose `values` have a rule of their own, which differs between versions of Argo CD.
fn with_values(generation: &mut Generation<'_>, spec: &Value, outer: &Map) -> Result<Value, Fault> {
    let version = generation.inventory.settings.version;
    let Some(values) = field(spec, "values").filter(|_| version >= Version { major: 3, minor: 4 }) else {
        return tree(generation, spec, outer);
    };
    let Data::Map(fields) = &spec.data else { return Ok(spec.clone()) };
    let mut rest = fields.entries.borrow().clone();
    rest.remove("values");
    let rest = Value { data: Data::Map(Map::new(MapType::Any, rest)), ..spec.clone() };
    let rendered = tree(generation, &rest, outer)?;
    let Data::Map(fields) = &rendered.data else { return Ok(rendered) };
    let (true, Data::Map(entries)) = (version >= Version { major: 3, minor: 5 }, &values.data) else {
        fields.set("values", values);
        return Ok(rendered);
    };
    let mut resolved = BTreeMap::new();
    for (key, value) in entries.entries.borrow().iter() {
        let made = match generation.renderer.strict(value, outer) {
            Err(error) if error.missing => value.clone(),
            made => made.map_err(|error| generation.render_fault(Failed::new(error, value.origin).below(&**key).below("values"), outer))?,
        };
        resolved.insert(key.clone(), made);
    }
    fields.set("values", Value { data: Data::Map(Map::new(MapType::Any, resolved)), ..values.clone() });
    Ok(rendered)
}

fn tree(generation: &mut Generation<'_>, value: &Value, outer: &Map) -> Result<Value, Fault> {
    generation.renderer.tree(value, outer).map_err(|failed| generation.render_fault(failed, outer))
}
