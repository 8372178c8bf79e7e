//! What API servers refuse beyond types: names, labels, pods and what else their own validation says. Only what is certain is told, whatever the
//! cluster is set up to do.

mod access;
pub(crate) mod name;
mod network;
mod object;
mod pod;
mod schedule;
mod scheduling;
mod selector;
mod variable;
mod workload;

use portcullis_policies::InvalidField;
use portcullis_source::{Data, Node, Step};

use crate::kubernetes::Scope;

/// What the validation of an API server says against an object whose types are right.
#[must_use]
pub fn refusals(node: &Node, version: &str, kind: &str, scope: Option<Scope>) -> Vec<InvalidField> {
    let mut found = Found { path: Vec::new(), faults: Vec::new() };
    object::check(node, (version, kind), scope, &mut found);
    workload::check(node, (version, kind), &mut found);
    found.faults
}

/// What is found, and where the look is.
struct Found {
    path: Vec<Step>,
    faults: Vec<InvalidField>,
}

impl Found {
    /// Looks into a field, where it is there.
    fn within(&mut self, node: &Node, key: &str, look: impl FnOnce(&Node, &mut Self)) {
        if let Some(value) = node.get(key).filter(|value| !value.is_null()) {
            self.path.push(Step::Key(key.into()));
            look(value, self);
            self.path.pop();
        }
    }

    /// Looks into every item of a list.
    fn each(&mut self, node: &Node, key: &str, mut look: impl FnMut(&Node, &mut Self)) {
        self.within(node, key, |list, found| {
            for (index, item) in list.items().iter().enumerate() {
                found.path.push(Step::Index(index));
                look(item, found);
                found.path.pop();
            }
        });
    }

    /// Says something against the field below the place of the look; against the place itself where it is empty.
    fn say(&mut self, field: &str, reason: impl Into<String>) {
        let own = (!field.is_empty()).then(|| Step::Key(field.into()));
        let at = self.path.iter().cloned().chain(own).collect();
        self.faults.push(InvalidField { at, reason: reason.into() });
    }
}

/// A text field, where it is there and not empty.
fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
}

/// Whether a field is there.
fn has(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|value| !value.is_null())
}

/// Whether a field is there and true.
fn is_true(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|value| matches!(value.data, Data::Bool(true)))
}

/// A whole number, where it is there and one.
fn number(node: &Node, key: &str) -> Option<i64> {
    match node.get(key).map(|value| &value.data) {
        Some(Data::Int(number)) => Some(*number),
        _ => None,
    }
}

/// What is wrong with a share or a number of pods, as rollouts and budgets have it: `25%` or `1`.
fn share(node: &Node, key: &str, found: &mut Found) {
    match node.get(key).map(|value| &value.data) {
        Some(Data::Int(count)) if *count < 0 => found.say(key, format!("is {count}, less than 0")),
        Some(Data::String(text)) if !is_percentage(text) => {
            found.say(key, format!("is {text:?}, neither a number nor a percentage such as 25%"))
        }
        _ => {}
    }
}

fn is_percentage(text: &str) -> bool {
    text.strip_suffix('%').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
