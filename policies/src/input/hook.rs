//! What a container does before it is told to stop: whether anything, and for how long.

use std::sync::Arc;

use portcullis_source::{Data, Node};
use regorus::Value;

use super::{
    object,
    shell::{Effort, weigh},
};

/// `{idle, seconds, endless}` of a hook; null without one.
pub(super) fn hook(container: &Node, name: &str) -> Value {
    let handlers = container.at(&["lifecycle", name]).and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
    let efforts: Vec<Effort> =
        handlers.filter(|entry| !entry.value.is_null()).map(|entry| effort(&entry.key, &entry.value, container)).collect();
    if efforts.is_empty() {
        return Value::Null;
    }
    object([
        ("idle", Value::Bool(efforts.iter().all(|effort| effort.idle))),
        ("seconds", number(efforts.iter().map(|effort| effort.seconds).fold(0.0, f64::max))),
        ("endless", Value::Bool(efforts.iter().any(|effort| effort.endless))),
    ])
}

/// What a handler does; a request takes as long as nobody knows, and tcpSocket has never been run.
fn effort(handler: &str, node: &Node, container: &Node) -> Effort {
    match handler {
        "sleep" => {
            let seconds = match node.get("seconds").map(|seconds| &seconds.data) {
                Some(Data::Int(seconds)) => seconds.to_string().parse().unwrap_or_default(),
                Some(Data::Uint(seconds)) => seconds.to_string().parse().unwrap_or_default(),
                _ => 0.0,
            };
            Effort { idle: seconds <= 0.0, seconds, endless: false }
        }
        "exec" => {
            let words = node.get("command").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).map(Arc::from);
            weigh(&words.collect::<Vec<_>>(), environment(container))
        }
        handler => Effort { idle: handler == "tcpSocket", seconds: 0.0, endless: false },
    }
}

/// The variables whose values stand in the container; what refers to others is not known.
fn environment(container: &Node) -> Vec<(Arc<str>, Arc<str>)> {
    let variables = container.get("env").map(Node::items).unwrap_or_default().iter();
    let field = |variable: &Node, key: &str| variable.get(key).and_then(Node::as_str).map(Arc::from);
    let known = variables.filter_map(|variable| Some((field(variable, "name")?, field(variable, "value")?)));
    known.filter(|(_, value): &(Arc<str>, Arc<str>)| !value.contains("$(")).collect()
}

/// Whole seconds as a whole number, so that all engines print them alike.
fn number(seconds: f64) -> Value {
    let whole = seconds.to_string().parse::<i64>();
    whole.map_or_else(|_| Value::from(seconds), Value::from)
}
