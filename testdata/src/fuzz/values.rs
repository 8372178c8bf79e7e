//! Changes to a chart's values: a key gets another value, another type, null or a stranger beside it.

use std::fmt::Write as _;
use std::path::Path;

use portcullis_source::{Data, Node, Text, yaml};

use super::Random;
use crate::tools::Error;
use crate::truth::{entries, read};

/// A key of the values, and what its default is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The keys that lead to it.
    pub keys: Vec<String>,
    /// What stands there.
    pub kind: Kind,
}

/// Types of defaults, as far as they suggest what to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number,
    /// A string.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
    /// Null.
    Null,
}

/// One change: a YAML flow value for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The keys that lead to it.
    pub keys: Vec<String>,
    /// The new value, in YAML's flow style.
    pub value: String,
}

const SCALARS: &[&str] = &[
    "null",
    "true",
    "false",
    "\"\"",
    "0",
    "1",
    "-1",
    "3",
    "1.5",
    "1e6",
    "1000000",
    "123456789012",
    "0.00001",
    "1e21",
    "8080",
    "\"8080\"",
    "text",
    "\"a: b\"",
    "\"a #b\"",
    "\" lead\"",
    "\"trail \"",
    "\"two\\nlines\"",
    "\"two\\nlines\\n\"",
    "\"\\n\\nempty first\"",
    "\"tab\\there\"",
    "yes",
    "\"yes\"",
    "on",
    "~",
    "2024-01-02",
    "\"2024-01-02\"",
    "0o17",
    "017",
    "0x1F",
    "1_000",
    ".5",
    "\"1.20\"",
    "1.20",
    "1:30",
    "100m",
    "1Gi",
    "\"é ü 日本\"",
    "\"😀\"",
    "\"-\"",
    "\"- x\"",
    "\"{{ .Release.Name }}\"",
    "\"{{ .Values.nothing }}\"",
    "\"{{ .Values.nothing.at.all }}\"",
    "\"{{ include \\\"nowhere\\\" . }}\"",
    "\"{{\"",
    "\"{{ .Chart.Name }}-{{ .Release.Namespace }}\"",
    "\"{{- if true }}yes{{ end }}\"",
    "ClusterIP",
    "LoadBalancer",
    "NodePort",
    "None",
    "Always",
    "replication",
    "standalone",
    "\"*\"",
    "\"&x\"",
    "\"!t\"",
    "\"%x\"",
    "\"@x\"",
    "\"`x`\"",
    "\"'\"",
    "'\"'",
    "\"\\\\\"",
    "\"null\"",
    "\"~\"",
    "\"0\"",
    "\"a long line of words that goes on for more than eighty columns because that is where an emitter would fold it, if it does\"",
    "\"first line that is long enough to be folded if it stood alone in a plain scalar of a document\\nsecond\\n\"",
    "\"\\u0085\"",
    "\"\\uFEFF\"",
    "\"\\u007F\"",
    "\"=\"",
    "\"<<\"",
    "\"x\\r\\ny\"",
    "ha",
    "latest",
    "sha256:0123456789abcdef",
    "\"-1\"",
];

const LISTS: &[&str] = &[
    "[]",
    "[a, b]",
    "[{name: a, value: b}]",
    "[null]",
    "[1, 2.5, yes]",
    "[[a], {}]",
    "[{name: x, mountPath: /x, configMap: {name: y}}]",
    "[{host: h.example.com, hosts: [h.example.com], paths: [{path: /, pathType: Prefix}], secretName: s}]",
    "[\"{{ .Release.Name }}\"]",
    "[{port: 80, name: http, targetPort: 8080}]",
    "[{}]",
    "[\"\"]",
];

const MAPS: &[&str] = &[
    "{}",
    "{a: b}",
    "{a: null}",
    "{\"k/y\": \"1\", b: 2, c: true}",
    "{z: 1, a10: x, a9: y, A: z, _: w}",
    "{matchLabels: {a: b}}",
    "{cpu: 100m, memory: 1Gi}",
    "{limits: {cpu: 1}, requests: {memory: 64Mi}}",
    "{enabled: true}",
    "{enabled: false}",
    "{name: x, key: y}",
    "{\"{{ .Release.Name }}\": \"{{ .Chart.Name }}\"}",
    "{1: a, true: b}",
    "{runAsUser: 1001, fsGroup: 0}",
    "{a: {b: {c: [d, {e: f}]}}}",
];

/// Every key of a chart's values, and of its subcharts'.
///
/// # Errors
/// If a file cannot be read.
pub fn places(chart: &Path) -> Result<Vec<Place>, Error> {
    let mut found = Vec::new();
    let values = chart.join("values.yaml");
    if values.is_file() {
        let text = read(&values)?;
        if let Some(document) = yaml::parse(&Text::nowhere(text.into_bytes())).documents.first() {
            collect(&document.root, &mut Vec::new(), &mut found);
        }
    }
    let charts = chart.join("charts");
    if charts.is_dir() {
        for folder in entries(&charts)?.into_iter().filter(|path| path.is_dir()) {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            for place in places(&folder)? {
                let keys = std::iter::once(name.clone()).chain(place.keys).collect();
                found.push(Place { keys, kind: place.kind });
            }
        }
    }
    Ok(found)
}

fn collect(node: &Node, keys: &mut Vec<String>, found: &mut Vec<Place>) {
    let kind = match &node.data {
        Data::Null => Kind::Null,
        Data::Bool(value) => Kind::Bool(*value),
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => Kind::Number,
        Data::String(_) => Kind::Text,
        Data::List(_) => Kind::List,
        Data::Map(_) => Kind::Map,
    };
    if !keys.is_empty() {
        found.push(Place { keys: keys.clone(), kind });
    }
    if let Data::Map(map) = &node.data {
        for entry in &map.entries {
            keys.push(entry.key.to_string());
            collect(&entry.value, keys, found);
            keys.pop();
        }
    }
}

/// Some changes at random places.
pub fn changes(places: &[Place], random: &mut Random) -> Vec<Change> {
    let count = 1 + random.below(6);
    (0..count).filter_map(|_| random.pick(places).cloned().map(|place| change(&place, random))).collect()
}

fn change(place: &Place, random: &mut Random) -> Change {
    let mut keys = place.keys.clone();
    if place.kind == Kind::Map && random.chance(30) {
        keys.push(random.text(&["enabled", "stranger", "a.b", "name"]).to_owned());
    }
    let value = match place.kind {
        Kind::Bool(value) if random.chance(75) => (!value).to_string(),
        Kind::List if random.chance(75) => random.text(LISTS).to_owned(),
        Kind::Map if random.chance(60) => random.text(MAPS).to_owned(),
        Kind::Number | Kind::Text | Kind::Null if random.chance(80) => random.text(SCALARS).to_owned(),
        Kind::Bool(_) | Kind::Number | Kind::Text | Kind::List | Kind::Map | Kind::Null => any(random),
    };
    Change { keys, value }
}

fn any(random: &mut Random) -> String {
    match random.below(4) {
        0 => random.text(LISTS),
        1 => random.text(MAPS),
        _ => random.text(SCALARS),
    }
    .to_owned()
}

/// A values file for each change, in order, so that later ones win as a whole.
#[must_use]
pub fn file(change: &Change) -> String {
    let mut text = String::new();
    for (depth, key) in change.keys.iter().enumerate() {
        let _ = write!(
            text,
            "{}{}:{}",
            "  ".repeat(depth),
            serde_json::Value::from(key.as_str()),
            if depth + 1 == change.keys.len() { " " } else { "\n" }
        );
    }
    text + &change.value + "\n"
}
