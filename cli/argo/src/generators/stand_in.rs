//! What stands for parameters that nobody knows, so that the rest of an Application can be looked at.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_gotemplate::{Data, Map, MapType, Value};

use super::Kind;
use crate::template::Language;

/// A commit that nobody knows.
const COMMIT: &str = "0000000000000000000000000000000000000000";

/// What every other text that stands for something begins with.
const UNKNOWN: &str = "unknown-";

/// A host that there is none of.
const HOST: &str = "unknown.invalid";

/// Whether a text holds something that stands for what nobody knows.
pub(crate) fn is_stand_in(text: &str) -> bool {
    text.contains(UNKNOWN) || text.contains(HOST) || text.contains(COMMIT)
}

/// The parameters that a kind of generator always gives, but for those that follow from others.
pub(super) fn names(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::ScmProvider => &["organization", "repository", "repository_id", "url", "branch", "sha", "labels"],
        Kind::PullRequest => &["number", "title", "branch", "target_branch", "head_sha", "author", "labels"],
        Kind::ClusterDecisionResource => &["name", "server"],
        _ => &[],
    }
}

/// The parameters of a generator of which nobody knows what it yields.
pub(super) fn fill(kind: Kind, set: &Map) {
    for name in names(kind) {
        let value = match *name {
            "repository_id" => Value::new(Data::Int64(0)),
            "number" => Value::string("0"),
            "labels" if kind == Kind::PullRequest => Value::list(Vec::new()),
            "labels" => Value::string(""),
            name => Value::string(text(name)),
        };
        set.set(*name, value.boxed());
    }
}

fn text(name: &str) -> String {
    match name {
        "url" => format!("https://{HOST}/{UNKNOWN}organization/{UNKNOWN}repository.git"),
        "server" => format!("https://{HOST}"),
        "sha" | "head_sha" => COMMIT.to_owned(),
        name => format!("{UNKNOWN}{}", crate::parameters::normalize(name)),
    }
}

/// Adds what templates ask for and the set does not have.
pub(crate) fn complete<'a>(set: &Map, language: Language, templates: impl Iterator<Item = &'a Value>) {
    let mut wanted = BTreeSet::new();
    templates.for_each(|template| strings(template, &mut |text| tags(language, text, &mut wanted)));
    wanted.iter().for_each(|path| add(set, path));
}

fn strings(value: &Value, visit: &mut impl FnMut(&str)) {
    match &value.data {
        Data::String(text) => visit(&text.lossy()),
        Data::List(list) => list.items().iter().for_each(|item| strings(item, visit)),
        Data::Map(map) => map.entries.borrow().iter().for_each(|(key, value)| {
            visit(key);
            strings(value, visit);
        }),
        _ => {}
    }
}

/// The parameters that the tags of a text name, as paths.
fn tags(language: Language, text: &str, found: &mut BTreeSet<Vec<String>>) {
    let tags = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(tag, _)| tag);
    for tag in tags {
        match language {
            Language::Fast => _ = found.insert(vec![tag.trim().to_owned()]),
            Language::Go => chains(tag, found),
        }
    }
}

/// The chains of fields in an action, `.a.b`, with the literal keys of an `index` of one.
fn chains(tag: &str, found: &mut BTreeSet<Vec<String>>) {
    let mut rest = tag;
    while let Some(at) = rest.find('.') {
        let lead = rest.get(..at).unwrap_or_default();
        let (before, is_indexed) = (lead.chars().next_back(), lead.trim_end().ends_with("index"));
        rest = rest.get(at..).unwrap_or_default();
        let end = rest.find(|rune: char| !(rune.is_alphanumeric() || matches!(rune, '_' | '.'))).unwrap_or(rest.len());
        let (chain, after) = rest.split_at(end);
        rest = after;
        // What follows a name or a number is no field of the parameters.
        if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | ')' | '"')) {
            continue;
        }
        let mut path: Vec<String> = chain.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mut keys = after;
        while is_indexed && let Some((key, others)) = keys.trim_start().strip_prefix('"').and_then(|literal| literal.split_once('"')) {
            path.push(key.to_owned());
            keys = others;
        }
        if !path.is_empty() {
            found.insert(path);
        }
    }
}

fn add(set: &Map, path: &[String]) {
    let [name, below @ ..] = path else { return };
    let known = set.get(name);
    match (below, known.map(|value| value.data)) {
        (_, Some(Data::Map(map))) => add(&map, below),
        (_, Some(_)) => {}
        ([], None) => set.set(name.as_str(), Value::string(text(name)).boxed()),
        (_, None) => {
            let map = Map::new(MapType::Any, BTreeMap::new());
            add(&map, below);
            set.set(name.as_str(), Value::new(Data::Map(map)).boxed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(language: Language, text: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        tags(language, text, &mut found);
        found.iter().map(|path| path.join("/")).collect()
    }

    #[test]
    fn tags_name_parameters() {
        assert_eq!(found(Language::Fast, "{{ name }}-{{metadata.labels.a/b}} {{open"), ["metadata.labels.a/b", "name"]);
        let text = r#"{{ .a.b | default 1.5 }}{{ if eq .c "x.y" }}{{ index .metadata.labels "tier" }}{{ (index .d 0).e }}{{ $x.f }}{{ . }}{{ end }}"#;
        assert_eq!(found(Language::Go, text), ["a/b", "c", "d", "metadata/labels/tier"]);
    }
}
