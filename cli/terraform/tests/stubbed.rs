//! Root modules with resources of AWS against what the real terraform planned with a stub of the provider: every address, and every attribute
//! that is known here.
#![expect(clippy::disallowed_methods, reason = "reads the recordings")]
#![expect(clippy::unwrap_used, reason = "a recording that cannot be read fails its test")]

mod recorded;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_source::RepoPath;
use portcullis_terraform::{
    module::{self, Inputs, Module},
    value::{Data, Value},
};
use recorded::{Files, collect};
use serde_json::Value as Json;

/// What is known here although it is not planned as known, as `NAME ADDRESS PATH`.
fn known_differences() -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/plan-differences.txt");
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("stubbed/"));
    lines.map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

fn cases() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/stubbed");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = paths.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect();
    cases.sort();
    cases
}

fn evaluated(path: &Path) -> Module {
    let mut files = Files::new();
    collect(path, "", &mut files);
    let inputs = Inputs { workspace: Some(Arc::from("default")), ..Inputs::default() };
    let done = module::evaluate(&recorded::revision(files), &RepoPath::root(), &inputs);
    let problems: Vec<&str> = done.problems.iter().map(|problem| &*problem.message).collect();
    assert!(problems.is_empty(), "{}: {problems:?}", path.display());
    done.value
}

/// One thing that is planned, beside what is evaluated.
struct Beside<'a> {
    address: &'a str,
    sets: BTreeSet<&'a str>,
    known: usize,
    differences: Vec<(String, String)>,
}

impl Beside<'_> {
    fn differs(&mut self, path: &str, ours: &Value, planned: &Json) {
        self.differences.push((format!("{} {path}", self.address), format!("{} is planned as {planned}", ours.shown().0)));
    }

    /// Holds a value against the planned one, under a path and, for sets, the path without items.
    fn value(&mut self, (path, bare): (&str, &str), ours: &Value, planned: &Json, unknown: &Json) {
        if let Some(members) = ours.attributes() {
            if unknown != &Json::Bool(true) {
                for (name, member) in members.iter() {
                    self.value((&format!("{path}/{name}"), &format!("{bare}/{name}")), member, &planned[&**name], &unknown[&**name]);
                }
                if matches!(ours.data, Data::Map(..)) {
                    let names: BTreeSet<&str> = planned.as_object().into_iter().flatten().map(|(name, _)| &**name).collect();
                    let mine: BTreeSet<&str> = members.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| &**name).collect();
                    assert!(names.is_subset(&mine), "{}{path}: {mine:?} is planned as {names:?}", self.address);
                }
            } else if !matches!(ours.data, Data::Unknown(_)) {
                self.differs(path, ours, &Json::from("unknown"));
            }
            return;
        }
        if matches!(ours.data, Data::Unknown(_)) || ours.is_null() && unknown == &Json::Bool(true) {
            return;
        }
        self.known += 1;
        if unknown == &Json::Bool(true) {
            return self.differs(path, ours, &Json::from("unknown"));
        }
        let (Some(items), Some(list)) = (ours.items(), planned.as_array()) else {
            if !is(ours, planned) {
                self.differs(path, ours, planned);
            }
            return;
        };
        if self.sets.contains(bare) {
            let same = items.iter().all(|item| list.iter().any(|planned| is(item, planned)))
                && list.iter().all(|planned| items.iter().any(|item| is(item, planned)));
            if !same {
                self.differs(path, ours, planned);
            }
        } else if items.len() == list.len() {
            for (at, (item, planned)) in items.iter().zip(list).enumerate() {
                let unknown = if unknown.is_array() { &unknown[at] } else { &Json::Null };
                self.value((&format!("{path}/{at}"), bare), item, planned, unknown);
            }
        } else {
            self.differs(path, ours, planned);
        }
    }
}

/// Whether a value may be the planned one: what is not known may, and a schema makes texts of numbers.
fn is(ours: &Value, planned: &Json) -> bool {
    if let Some(members) = ours.attributes() {
        return members.iter().all(|(name, member)| is(member, &planned[&**name]));
    }
    if matches!(ours.data, Data::Unknown(_)) {
        return true;
    }
    if let Some(items) = ours.items() {
        let list = planned.as_array().map_or(&[][..], |list| list);
        return items.len() == list.len() && items.iter().all(|item| list.iter().any(|planned| is(item, planned)));
    }
    let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    text(&serde_json::from_str(&ours.to_json()).unwrap()) == text(planned)
}

#[test]
fn resources_have_the_addresses_and_attributes_that_terraform_plans() {
    let (mut known, mut asked) = (0, 0);
    let mut differences = BTreeMap::new();
    for (name, path) in cases() {
        let expected: Json = serde_json::from_str(&fs::read_to_string(path.join("expected.json")).unwrap()).unwrap();
        let planned = expected["planned"].as_object().unwrap();
        let module = evaluated(&path);
        let mut ours: BTreeMap<String, Value> =
            module.resources.iter().map(|resource| (resource.address.to_string(), Value::object((*resource.values).clone()))).collect();
        ours.extend(module.outputs.iter().map(|(name, output)| (format!("output.{name}"), output.value.clone())));
        let addresses: BTreeSet<&String> = planned.keys().collect();
        assert_eq!(ours.keys().collect::<BTreeSet<_>>(), addresses, "{name}");
        for (address, value) in &ours {
            let one = &planned[address];
            let sets = one["sets"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
            let mut beside = Beside { address, sets, known: 0, differences: Vec::new() };
            let (values, unknown) = (&one["values"], &one["unknown"]);
            match address.strip_prefix("output.") {
                Some(_) => beside.value(("/value", "/value"), value, &values["value"], &unknown["value"]),
                None => beside.value(("", ""), value, values, unknown),
            }
            known += beside.known;
            asked += 1;
            differences.extend(beside.differences.into_iter().map(|(place, what)| (format!("{name} {place}"), what)));
        }
        for resource in &module.resources {
            let all = &planned[&*resource.address]["values"]["tags_all"];
            if let (Some(tags), Some(all)) = (resource.tags.as_ref().and_then(Value::members), all.as_object()) {
                let tags: BTreeSet<&str> = tags.iter().filter(|(_, tag)| !tag.is_null()).map(|(tag, _)| &**tag).collect();
                assert_eq!(tags, all.keys().map(String::as_str).collect(), "{name}: {}", resource.address);
            }
        }
    }
    let new: Vec<_> = differences.iter().filter(|(place, _)| !known_differences().contains(*place)).collect();
    assert!(new.is_empty(), "{new:#?}");
    assert_eq!(differences.into_keys().collect::<BTreeSet<_>>(), known_differences(), "each of plan-differences.txt is still one");
    assert!(asked > 50 && known > 250, "the recordings are there: {known} attributes of {asked}");
}
