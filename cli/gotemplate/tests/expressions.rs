//! One-line templates and what helm made of each, as `testdata/expressions` recorded it.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail here, and reads fixtures")]

use std::{collections::BTreeMap, fs, path::Path};

use portcullis_gotemplate::{Data, Machine, Map, MapType, MissingKey, Settings, Templates, Value, convert, funcs::helm_functions};
use portcullis_source::{Sources, Text, yaml};

/// What the render of a whole chart provides; the helm crate tests these expressions.
const CHART_ONLY: &[&str] = &[".Chart", ".Files", ".Capabilities", ".Template", ".Subcharts"];

/// What the engine cannot do yet: each expression that has one of these must fail, so that the list cannot go stale.
const UNSUPPORTED: &[&str] = &["toToml", "fromToml", "derivePassword", "decryptAES", "{{ 1i }}"];

const NAME: &str = "c/templates/t.yaml";

#[test]
fn all_as_helm_evaluates_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/expressions");
    let recorded: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let values = fs::read(folder.join("values.yaml")).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for case in recorded["cases"].as_array().unwrap() {
        let expression = case["expression"].as_str().unwrap();
        if CHART_ONLY.iter().any(|part| expression.contains(part)) {
            continue;
        }
        count += 1;
        if UNSUPPORTED.iter().any(|part| expression.contains(part)) {
            let error = evaluate(expression, &values).unwrap_err();
            assert!(error.contains("not supported"), "{expression}: {error}");
            continue;
        }
        let (ours, expected) = match case["output"].as_str() {
            Some(output) => (evaluate(expression, &values), Ok(output.to_owned())),
            None => (evaluate(expression, &values), Err(case["error"].as_str().unwrap().to_owned())),
        };
        if ours != expected {
            wrong.push(format!("{expression}\n  helm: {expected:?}\n  ours: {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 380, "only {count} expressions were found");
}

fn evaluate(expression: &str, values: &[u8]) -> Result<String, String> {
    let mut templates = Templates::new(helm_functions());
    let parse_error = |message: &str| format!("Error: parse error at ({NAME}:1): {}", message.rsplit(": ").next().unwrap());
    templates.parse(NAME, &Text::nowhere(expression.as_bytes())).map_err(|error| parse_error(&error.to_string()))?;
    let settings = Settings { deterministic: true, missing_key: MissingKey::Zero, ..Settings::default() };
    let mut machine = Machine::new(&templates, settings);
    let data = context(values, &mut machine);
    match machine.execute(NAME, data) {
        Ok(text) => Ok(text.without("<no value>").lossy().into_owned()),
        Err(error) => Err(match error.raised {
            Some(raised) => format!("Error: execution error at ({}): {raised}", error.location.unwrap()),
            None => format!("Error: {}", error.message),
        }),
    }
}

fn context(values: &[u8], machine: &mut Machine<'_>) -> Value {
    let file = Sources::default().add("values.yaml", values);
    let stream = yaml::parse(&Text::of_file(&file));
    let document = stream.documents.first().unwrap();
    let layer = machine.trace.layer("chart");
    let values = convert::from_node(&document.root, &document.text, layer, &mut machine.trace);
    let Data::Map(values) = values.data else { unreachable!("values are a map") };
    let values = Value::new(Data::Map(Map { kind: MapType::Named("chartutil.Values"), entries: values.entries.clone() }));
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
