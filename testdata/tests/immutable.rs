//! Tries on a real API server which fields can change: needs `testdata/tools/build` to have run.
//!
//! `cli/src/diff/immutable.json` is what `portcullis diff` warns of, `immutable.json` the objects and the changes of them that are tried.

use std::collections::BTreeSet;
use std::time::Duration;

use portcullis_testdata::cluster::control::{Cluster, Extent};
use portcullis_testdata::cluster::definitions;
use portcullis_testdata::cluster::process::eventually;
use portcullis_testdata::tools::{Error, Tools, repository};
use portcullis_testdata::truth::read;
use serde_json::{Value, json};

/// The table that is held to the truth.
const TABLE: &str = "cli/src/diff/immutable.json";

/// The objects and what is tried with them.
const TRIALS: &str = include_str!("immutable.json");

/// The custom resources among them.
const KINDS: [(&str, &str); 2] = [("argoproj.io", "Rollout"), ("karpenter.sh", "NodePool")];

/// What the API server says of a field that never changes, so that a refusal for another reason does not pass for one.
const WORDS: [&str; 6] = [
    "immutable",
    "may not be changed",
    "may not change",
    "cannot change roleRef",
    "updates to statefulset spec for fields other than",
    "are forbidden",
];

/// How long the server may take until it serves a new kind; until then it lets its names change.
const PATIENCE: Duration = Duration::from_secs(60);

/// A line of the table.
struct Row {
    kind: (String, String),
    /// The field by which only some objects of the kind count.
    when: Option<String>,
    fields: Vec<String>,
    defaults: Vec<(String, Value)>,
    filled: Vec<String>,
}

impl Row {
    fn read(row: &Value) -> Self {
        let texts = |key: &str| row[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let defaults = row["defaults"].as_object().into_iter().flatten();
        Self {
            kind: (text(&row["group"]), text(&row["kind"])),
            when: row["when"].as_str().map(str::to_owned),
            fields: texts("fields"),
            defaults: defaults.map(|(field, value)| (field.clone(), value.clone())).collect(),
            filled: texts("filled"),
        }
    }

    fn is_for(&self, object: &Value) -> bool {
        let group = object["apiVersion"].as_str().and_then(|version| version.rsplit_once('/')).map_or("", |(group, _)| group);
        let counts = self.when.as_ref().is_none_or(|field| object.pointer(field) == Some(&Value::Bool(true)));
        self.kind.0 == group && object["kind"] == *self.kind.1 && counts
    }

    /// What the server fills into an object that does not say it, where that is not what the table has.
    fn other_defaults(&self, object: &Value, made: &Value) -> Vec<String> {
        let left_out = self.defaults.iter().filter(|(field, _)| object.pointer(field).is_none());
        let others = left_out.filter(|(field, value)| made.pointer(field) != Some(value));
        others.map(|(field, value)| format!("{field} is {:?} by default, not {value}", made.pointer(field))).collect()
    }

    /// The fields that the server fills in and that can change.
    fn changeable(&self) -> impl Iterator<Item = &String> {
        let filled = self.defaults.iter().map(|(field, _)| field).chain(&self.filled);
        filled.filter(|field| !self.fields.contains(field))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A change: a field, its value, and more fields that go with it.
fn merge_patch(change: &Value) -> (String, Value) {
    let field = text(&change[0]);
    let more = change[2].as_object().into_iter().flatten();
    let mut patch = json!({});
    for (field, value) in std::iter::once((&field, &change[1])).chain(more) {
        let mut at = &mut patch;
        // A patch replaces a list as a whole.
        let (field, value) = match field.strip_suffix("/0") {
            Some(list) => (list, json!([value])),
            None => (field.as_str(), value.clone()),
        };
        for key in field.split('/').skip(1) {
            at = &mut at[key.replace("~1", "/")];
        }
        *at = value;
    }
    (field, patch)
}

fn is_below(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn established(cluster: &Cluster, path: &str) -> Result<(), Error> {
    let definition = cluster.get(path)?;
    let mut conditions = definition.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let is_served = conditions.any(|condition| {
        let says = |key, word: &str| condition.get(key).is_some_and(|value| value == word);
        says("type", "Established") && says("status", "True")
    });
    is_served.then_some(()).ok_or_else(|| Error::Unexpected(format!("{path} is not served")))
}

#[test]
fn the_api_server_refuses_what_the_table_has_and_nothing_else_of_these() {
    let tools = Tools::locate();
    // Both families of addresses, so that a Service could have the other one.
    let addresses = ["--service-cluster-ip-range=10.0.0.0/16,fd00::/108"];
    let cluster = Cluster::start_with(&tools, Extent::Api, &addresses).expect("the cluster starts");
    definitions::install_of(&cluster, &tools, &KINDS).expect("the definitions are accepted");
    let table: Value = serde_json::from_str(&read(&repository().join(TABLE)).expect("the table reads")).expect("it is JSON");
    let rows: Vec<Row> = table["kinds"].as_array().into_iter().flatten().map(Row::read).collect();
    let version = cluster.get("/version").expect("the server tells its version");
    assert_eq!(
        table["kubernetes"],
        format!("{}.{}", text(&version["major"]), text(&version["minor"])),
        "the table says what it was tried on"
    );
    let trials: Value = serde_json::from_str(TRIALS).expect("the trials are JSON");
    let (mut faults, mut tried) = (Vec::new(), BTreeSet::new());
    for trial in trials.as_array().into_iter().flatten() {
        let (path, object) = (text(&trial["path"]), &trial["object"]);
        let what = format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]));
        let (status, made) = cluster.request("POST", &path, object).expect("the server answers");
        assert_eq!(status, 201, "{what}: {made}");
        let path = format!("{path}/{}", text(&object["metadata"]["name"]));
        if object["kind"] == "CustomResourceDefinition" {
            eventually(PATIENCE, || established(&cluster, &path)).expect("the new kind is served");
        }
        let path = format!("{path}?dryRun=All");
        let own: Vec<(usize, &Row)> = rows.iter().enumerate().filter(|(_, row)| row.is_for(object)).collect();
        let row_of = |field: &str| {
            let found = own.iter().find_map(|(index, row)| Some((*index, row.fields.iter().find(|known| is_below(field, known))?)));
            found.map(|(index, known)| (index, known.clone()))
        };
        for (expected, change) in [("refused", &trial["refused"]), ("taken", &trial["taken"])]
            .into_iter()
            .flat_map(|(expected, changes)| changes.as_array().into_iter().flatten().map(move |change| (expected, change)))
        {
            let (field, patch) = merge_patch(change);
            let (status, answer) = cluster.request("PATCH", &path, &patch).expect("the server answers");
            let message = text(&answer["message"]);
            let refused = WORDS.iter().any(|word| message.contains(word));
            let is_right = if expected == "refused" { status == 422 && refused } else { status == 200 };
            if !is_right {
                faults.push(format!("{what} {field}: {status} {message}"));
            }
            match (row_of(&field), expected) {
                (Some(row), "refused") => _ = tried.insert(row),
                (None, "taken") => {}
                (row, _) => faults.push(format!("{what} {field} is {expected}, but in the table it is {row:?}")),
            }
        }
        faults.extend(own.iter().flat_map(|(_, row)| row.other_defaults(object, &made)).map(|fault| format!("{what} {fault}")));
    }
    for (index, row) in rows.iter().enumerate() {
        let untried = row.fields.iter().filter(|field| !tried.contains(&(index, (*field).clone())));
        faults.extend(untried.map(|field| format!("{:?} {field} is not tried", row.kind)));
        faults.extend(row.changeable().map(|field| format!("{:?} {field} has a default, but can change", row.kind)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
