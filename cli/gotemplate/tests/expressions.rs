//! One-line templates and what helm made of each, as `testdata/expressions` recorded it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "a test may fail here, and reads fixtures")]

use std::{collections::BTreeMap, fs, path::Path};

use portcullis_gotemplate::{
    Data, Machine, Map, MapType, MissingKey, Settings, Templates, Value, convert,
    funcs::{Compat, helm_functions},
};
use portcullis_source::{Sources, Text, yaml};

/// What the render of a whole chart provides; the helm crate tests these expressions.
const CHART_ONLY: &[&str] = &[".Chart", ".Files", ".Capabilities", ".Template", ".Subcharts"];

const NAME: &str = "c/templates/t.yaml";

#[test]
fn all_as_helm_3_evaluates_them() {
    check(Compat::Helm3);
}

#[test]
fn all_as_helm_4_evaluates_them() {
    check(Compat::Helm4);
}

fn check(compat: Compat) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/expressions");
    let recording = |name: &str| -> serde_json::Value { serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
    let (recorded, other) = (recording("expected.json"), recording("expected4.json"));
    // Of Helm 4, only what differs is recorded.
    let other: BTreeMap<&str, &serde_json::Value> =
        other["cases"].as_array().unwrap().iter().map(|case| (case["expression"].as_str().unwrap(), case)).collect();
    let values = fs::read(folder.join("values.yaml")).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for case in recorded["cases"].as_array().unwrap() {
        let expression = case["expression"].as_str().unwrap();
        if CHART_ONLY.iter().any(|part| expression.contains(part)) {
            continue;
        }
        count += 1;
        let case = other.get(expression).copied().filter(|_| compat == Compat::Helm4).unwrap_or(case);
        let (ours, expected) = match case["output"].as_str() {
            Some(output) => (evaluate(expression, &values, compat), Ok(output.to_owned())),
            None => (evaluate(expression, &values, compat), Err(case["error"].as_str().unwrap().to_owned())),
        };
        if ours != expected {
            wrong.push(format!("{expression}\n  helm: {expected:?}\n  ours: {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 380, "only {count} expressions were found");
}

fn evaluate(expression: &str, values: &[u8], compat: Compat) -> Result<String, String> {
    let mut templates = Templates::new(helm_functions(compat));
    let parse_error = |message: &str| format!("Error: parse error at ({NAME}:1): {}", message.rsplit(": ").next().unwrap());
    templates.parse(NAME, &Text::nowhere(expression.as_bytes())).map_err(|error| parse_error(&error.to_string()))?;
    let settings = Settings { missing_key: MissingKey::Zero, ..Settings::default() };
    let mut machine = Machine::new(&templates, settings);
    let data = context(values, &mut machine, compat);
    match machine.execute(NAME, data) {
        Ok(text) => Ok(text.without("<no value>").lossy().into_owned()),
        Err(error) => Err(match error.raised {
            Some(raised) => format!("Error: execution error at ({}): {raised}", error.location.unwrap()),
            None if compat == Compat::Helm4 => format!("Error: {}", error.layered()),
            None => format!("Error: {}", error.message),
        }),
    }
}

fn context(values: &[u8], machine: &mut Machine<'_>, compat: Compat) -> Value {
    let file = Sources::default().add("values.yaml", values);
    let stream = yaml::parse(&Text::of_file(&file));
    let document = stream.documents.first().unwrap();
    let layer = machine.trace.layer("chart");
    let values = convert::from_node(&document.root, &document.text, layer, &mut machine.trace);
    let Data::Map(values) = values.data else { unreachable!("values are a map") };
    let values = Value::new(Data::Map(Map {
        kind: MapType::Named(if compat == Compat::Helm4 { "common.Values" } else { "chartutil.Values" }),
        entries: values.entries.clone(),
    }));
    if compat == Compat::Helm4 {
        // Coalescing takes the nulls out of a chart's defaults.
        let Data::Map(values) = &values.data else { unreachable!("values are a map") };
        values.entries.borrow_mut().retain(|_, value| !matches!(value.data, Data::Nil));
    }
    let release = [
        ("Name", Value::string("rel")),
        ("Namespace", Value::string("default")),
        ("Service", Value::string("Helm")),
        ("IsInstall", Value::new(Data::Bool(true))),
        ("IsUpgrade", Value::new(Data::Bool(false))),
        ("Revision", Value::new(Data::Int(1))),
    ];
    let map = |entries: Vec<(&str, Value)>| {
        Value::map(entries.into_iter().map(|(key, value)| (key.into(), value.boxed())).collect::<BTreeMap<_, _>>())
    };
    map(vec![("Values", values), ("Release", map(release.into()))])
}
