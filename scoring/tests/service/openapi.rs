//! That the published description is what the service does.

use serde_json::{Value, json};

use crate::process::{Client, start, transaction};

fn description() -> Value {
    serde_json::from_str(include_str!("../../openapi.json")).unwrap()
}

/// Whether an object has every field that a schema of the description asks for, and no other, all the way down.
fn fits(schema: &Value, value: &Value) -> bool {
    let whole = description();
    if let Some(pointer) = schema["$ref"].as_str() {
        return fits(whole.pointer(pointer.trim_start_matches('#')).unwrap(), value);
    }
    match (schema["type"].as_str().unwrap(), value) {
        ("object", Value::Object(fields)) => {
            let required = schema["required"].as_array().unwrap().iter().all(|name| fields.contains_key(name.as_str().unwrap()));
            required && fields.iter().all(|(name, value)| schema["properties"].get(name).is_some_and(|schema| fits(schema, value)))
        }
        ("array", Value::Array(items)) => items.iter().all(|item| fits(&schema["items"], item)),
        ("string", Value::String(text)) => schema["enum"].as_array().is_none_or(|words| words.iter().any(|word| word == text)),
        ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => number.is_i64() || number.is_u64(),
        _ => false,
    }
}

fn named(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[tokio::test]
async fn answers_and_problems_are_as_described() {
    let folder = tempfile::tempdir().unwrap();
    let (service, client) = (start(folder.path(), &[]), Client::new());
    assert_eq!(client.get(service.address, "/openapi.json").await.json(), description());
    let good = transaction("t-1");
    assert!(fits(&named("Transaction"), &good));
    let answer = client.score(&service, &good).await.json();
    assert!(fits(&named("Answer"), &answer) && !fits(&named("Problem"), &answer), "{answer}");
    let mut wrong = good.clone();
    wrong["amount"] = "NaN".into();
    let problem = client.score(&service, &wrong).await.json();
    assert!(fits(&named("Problem"), &problem) && !fits(&named("Answer"), &problem), "{problem}");
    let batch = json!({"transactions": [good, wrong]});
    assert!(fits(&named("Batch"), &batch));
    let results = client.post(service.address, "/v1/score/batch", &batch.to_string()).await.json();
    assert!(fits(&named("Results"), &results), "{results}");
    // Every path is there, by the method that is described, and answers with a status that is.
    for (path, methods) in description()["paths"].as_object().unwrap() {
        let status = if methods.get("get").is_some() {
            client.get(service.address, path).await.status
        } else {
            client.post(service.address, path, "{").await.status
        };
        assert!(
            methods.as_object().unwrap().values().all(|method| method["responses"].get(status.to_string()).is_some()),
            "{path} {status}"
        );
    }
}
