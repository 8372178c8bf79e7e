//! Asks a real API server what it says of objects, without their being made.

use std::time::Duration;

use serde_json::Value;

use super::control::{Cluster, Extent};
use super::process::eventually;
use crate::dryrun::{Answer, Answers, changes, seeds};
use crate::tools::{Error, Tools};

/// How long the server may take until it serves a new kind.
const PATIENCE: Duration = Duration::from_secs(60);

/// How objects are sent: none is made, and no field is dropped without a word.
const QUESTION: &str = "?dryRun=All&fieldValidation=Strict";

/// What the pinned API server says of every change of every object, and its version.
///
/// # Errors
/// If there is no server, or it does not take an object as it is.
pub fn ask(tools: &Tools) -> Result<(String, Answers), Error> {
    let cluster = Cluster::start(tools, Extent::Api)?;
    let version = cluster.get("/version")?.get("gitVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut answers = Answers::new();
    for seed in seeds()? {
        // The objects of a kind can only be tried once it is there, which is after the dry runs of its definition.
        let path = format!("{}{QUESTION}", seed.path);
        eventually(PATIENCE, || match cluster.request("POST", &path, &seed.object)? {
            (201, _) => Ok(()),
            (_, body) => Err(Error::Unexpected(format!("{}: {}", seed.name(), body.get("message").unwrap_or(&Value::Null)))),
        })?;
        let own = answers.entry(seed.name()).or_default();
        for (change, field) in changes(&seed.object) {
            let Some(changed) = change.make(&seed.object, &field) else { continue };
            // What makes the server stumble, it does not take.
            let answer = cluster.request("POST", &path, &changed).map_or(Answer::Refused, |(status, body)| Answer::of(status, &body));
            own.insert((change, field), answer);
        }
        if seed.object.get("kind").is_some_and(|kind| kind == "CustomResourceDefinition") {
            let (status, body) = cluster.request("POST", &seed.path, &seed.object)?;
            if status != 201 {
                return Err(Error::Unexpected(format!("{}: {}", seed.name(), Value::to_string(&body))));
            }
        }
    }
    Ok((version, answers))
}
