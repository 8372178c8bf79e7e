//! Generators that ask something outside of the repository: what somebody declares that they yield, else one parameter set that stands for all of it.

use std::collections::BTreeMap;

use deunicode::deunicode_char;
use portcullis_gotemplate::{Data, List, Map, MapType, Value};
use portcullis_source::{Key, OriginId};

use super::{Generation, Kind, field, generation::empty, git_files::flat_values, stand_in, values};
use crate::{
    StandsFor,
    clusters::{IN_CLUSTER, IN_CLUSTER_SERVER},
    fault::Fault,
    parameters::{Reader, json, normalize, print},
};

/// How long the short forms of a commit's hash are.
const SHORT: [(usize, &str); 2] = [(8, ""), (7, "_7")];

/// The longest slug of a branch.
const MAX_SLUG_BYTES: usize = 50;

/// The declared parameter sets of a generator, with what follows from each; one that stands for them where none is declared.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value, kind: Kind) -> Result<Vec<Map>, Fault> {
    let declared = declared(generation, kind);
    let given = match declared {
        Some(sets) => sets,
        None => {
            generation.stands_for = kind.needs().map(|needs| StandsFor { generator: kind.key(), needs });
            vec![empty()]
        }
    };
    let sets = given.iter().map(|given| complete(generation, spec, kind, given));
    sets.filter_map(Result::transpose).collect()
}

/// What is declared of a kind of generator for this ApplicationSet, or for any.
fn declared(generation: &mut Generation<'_>, kind: Kind) -> Option<Vec<Map>> {
    let set = generation.set;
    let is_meant = |name: Option<&String>| name.is_none_or(|name| name == set);
    let all = generation.inventory.generated.iter();
    let meant: Vec<_> = all.filter(|one| one.generator == kind.key() && is_meant(one.application_set.as_ref())).collect();
    // What is said of an ApplicationSet by its name wins over what is said of all.
    let named: Vec<_> = meant.iter().filter(|one| one.application_set.is_some()).copied().collect();
    let meant = if named.is_empty() { meant } else { named };
    if meant.is_empty() {
        return None;
    }
    let mut sets = Vec::new();
    for document in meant.iter().flat_map(|one| &one.parameters) {
        let mut reader = Reader::values(&mut generation.renderer.trace, document, kind.key());
        if let Data::Map(map) = reader.read(&document.root, Key::Root, OriginId::NONE).data {
            sets.push(map);
        }
    }
    Some(sets)
}

/// The parameters that a generator of a kind makes of what is given; none for a cluster that there is not.
fn complete(generation: &mut Generation<'_>, spec: &Value, kind: Kind, given: &Map) -> Result<Option<Map>, Fault> {
    let set = empty();
    match kind {
        Kind::Plugin | Kind::Oci => as_answered(generation, spec, given, &set),
        _ => {
            for (key, value) in given.entries.borrow().iter() {
                check_name(generation, kind, key, value)?;
                let made = match (kind, &**key) {
                    (Kind::PullRequest, "labels") => value.clone(),
                    (Kind::ScmProvider, "repository_id") => number(value),
                    _ => text(value),
                };
                set.set(key.clone(), made);
            }
        }
    }
    if generation.stands_for.is_some() {
        stand_in::fill(kind, &set);
    }
    match kind {
        Kind::ScmProvider => {
            derive(&set, "branch", "branchNormalized", normalize);
            shorten(&set, "sha", "short_sha");
        }
        Kind::PullRequest => {
            derive(&set, "branch", "branch_slug", slug);
            derive(&set, "target_branch", "target_branch_slug", slug);
            shorten(&set, "head_sha", "head_short_sha");
            labels(generation, &set);
        }
        Kind::ClusterDecisionResource if !server(generation, &set) => {
            let name = set.get("name").map(|name| print(&name)).unwrap_or_default();
            let fault = generation.fault(format!("the decision for cluster {name} is passed over: it is not defined"), spec);
            generation.warnings.push(fault.hint("declare the cluster, or correct its name under argocd.generators"));
            return Ok(None);
        }
        _ => {}
    }
    if kind == Kind::ClusterDecisionResource {
        as_written(generation, spec, &set);
    } else {
        values::append(generation, spec, &set)?;
    }
    Ok(Some(set))
}

/// The parameters of code hosts that follow from others.
const DERIVED: [&str; 7] =
    ["branchNormalized", "branch_slug", "head_short_sha", "head_short_sha_7", "short_sha", "short_sha_7", "target_branch_slug"];

/// A fault where a code host gives no parameter of this name; a decision may have any.
fn check_name(generation: &Generation<'_>, kind: Kind, name: &str, value: &Value) -> Result<(), Fault> {
    let names = stand_in::names(kind);
    if kind == Kind::ClusterDecisionResource || names.contains(&name) || DERIVED.contains(&name) {
        return Ok(());
    }
    let fault = generation.fault(format!("{} gives no parameter {name}", kind.key()), value);
    Err(fault.hint(format!("it gives {}", names.join(", "))))
}

/// What a plugin's service answers, and what it was asked.
fn as_answered(generation: &Generation<'_>, spec: &Value, given: &Map, set: &Map) {
    if !generation.is_go() {
        flat_values(&Value::new(Data::Map(given.clone())), "", set);
        return;
    }
    set.entries.borrow_mut().extend(given.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())));
    let asked = field(spec, "input").and_then(|input| field(&input, "parameters")).map(|asked| asked.data);
    let asked = match asked {
        Some(Data::Map(asked)) => {
            Map::new(MapType::Any, asked.entries.borrow().iter().map(|(key, value)| (key.clone(), raw(value))).collect())
        }
        _ => Map::nil(MapType::Any),
    };
    let nested = |key: &str, value: Value| Value::map(BTreeMap::from([(key.into(), value.boxed())]));
    set.set("generator", nested("input", nested("parameters", Value::new(Data::Map(asked)))).boxed());
}

/// What Argo CD keeps as the bytes of JSON, which print as numbers.
fn raw(value: &Value) -> Value {
    let bytes: Vec<String> = json(value).bytes().map(|byte| byte.to_string()).collect();
    Value::string(format!("{{[{}]}}", bytes.join(" "))).from(value.origin).boxed()
}

/// The number of a repository, which is no text, so that only Go's templates print it.
fn number(value: &Value) -> Value {
    let number = match &value.data {
        Data::Float(number) if number.fract() == 0.0 => Data::Int64(*number as i64),
        _ => return value.clone(),
    };
    Value::new(number).from(value.origin).boxed()
}

/// A scalar as text; a list as its items with commas between them.
fn text(value: &Value) -> Value {
    let text = match &value.data {
        Data::String(_) => return value.clone(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::List(list) => list.items().iter().map(print).collect::<Vec<_>>().join(","),
        _ => print(value),
    };
    Value::string(text).from(value.origin).boxed()
}

fn derive(set: &Map, from: &str, to: &str, make: impl Fn(&str) -> String) {
    let Some(value) = set.get(from).filter(|_| set.get(to).is_none()) else { return };
    let made = make(&print(&value));
    set.set(to, Value::string(made).from(value.origin).boxed());
}

fn shorten(set: &Map, from: &str, to: &str) {
    for (length, ending) in SHORT {
        derive(set, from, &format!("{to}{ending}"), |hash| hash.get(..length).unwrap_or(hash).to_owned());
    }
}

/// The labels of a pull request, which only Go's templates see.
fn labels(generation: &Generation<'_>, set: &Map) {
    let labels = set.entries.borrow_mut().remove("labels");
    if !generation.is_go() {
        return;
    }
    let items = labels.map(|labels| match labels.data {
        Data::List(list) => list.items().iter().map(text).collect(),
        Data::Nil => Vec::new(),
        _ => vec![text(&labels)],
    });
    set.set("labels", Value::new(Data::List(List::Strings(std::rc::Rc::new(items.unwrap_or_default())))).boxed());
}

/// The server of a cluster that the inventory knows; whether there may be such a cluster.
fn server(generation: &Generation<'_>, set: &Map) -> bool {
    let name = set.get("name").map(|name| print(&name)).unwrap_or_default();
    let known = generation.clusters.iter().find(|cluster| cluster.name == name).map(|cluster| cluster.server.as_str());
    let known = known.or_else(|| (name == IN_CLUSTER).then_some(IN_CLUSTER_SERVER));
    known.into_iter().for_each(|server| set.set("server", Value::string(server).boxed()));
    known.is_some() || generation.clusters.is_empty() || generation.stands_for.is_some()
}

/// The `values` of a decision, which are never rendered.
fn as_written(generation: &Generation<'_>, spec: &Value, set: &Map) {
    let Some(Data::Map(values)) = field(spec, "values").map(|values| values.data) else { return };
    let entries: BTreeMap<_, _> = values.entries.borrow().iter().map(|(key, value)| (key.clone(), text(value))).collect();
    if generation.is_go() {
        let plain = entries.into_iter().map(|(key, value)| (key, Value { boxed: false, ..value })).collect();
        set.set("values", Value::new(Data::Map(Map::new(MapType::Strings, plain))).boxed());
    } else {
        entries.into_iter().for_each(|(key, value)| set.set(format!("values.{key}"), value));
    }
}

/// A name of a branch as a part of a name: lowercase letters, digits and single dashes, cut at a dash.
fn slug(branch: &str) -> String {
    let mut plain = String::with_capacity(branch.len());
    for rune in branch.chars() {
        match rune {
            '&' => plain.push_str("and"),
            '@' => plain.push_str("at"),
            '"' | '\'' | '’' => {}
            rune => plain.push_str(deunicode_char(rune).unwrap_or_default()),
        }
    }
    let mut slug = String::with_capacity(plain.len());
    for rune in plain.chars().map(|rune| if rune.is_ascii_alphanumeric() { rune.to_ascii_lowercase() } else { '-' }) {
        if !(rune == '-' && slug.ends_with('-')) {
            slug.push(rune);
        }
    }
    let slug = slug.trim_matches('-');
    if slug.len() <= MAX_SLUG_BYTES {
        return slug.to_owned();
    }
    // At the last dash that leaves it short enough, else in the middle of a word.
    let head = slug.get(..=MAX_SLUG_BYTES).unwrap_or(slug);
    let end = head.rfind('-').unwrap_or(MAX_SLUG_BYTES);
    slug.get(..end).unwrap_or(slug).to_owned()
}
