//! Label selectors, over labels and over flattened parameters.

use std::collections::BTreeMap;

use portcullis_gotemplate::{Data, Map, Value};

use super::{
    Generation,
    field::{field, items, map, string},
};
use crate::{
    fault::Fault,
    parameters::{flatten, print},
};

/// A label selector; all requirements must hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector.
    pub(super) fn read(generation: &Generation<'_>, value: &Value) -> Result<Self, Fault> {
        let mut requirements = Vec::new();
        if let Some(labels) = map(generation, value, "matchLabels")? {
            for (key, wanted) in labels.entries.borrow().iter() {
                check_key(generation, key, wanted)?;
                requirements.push(Requirement { key: key.to_string(), operator: Operator::In, values: vec![print(wanted)] });
            }
        }
        for expression in items(generation, value, "matchExpressions")? {
            requirements.push(requirement(generation, &expression)?);
        }
        Ok(Self { requirements })
    }

    /// Whether nothing is required.
    pub(super) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether labels match.
    pub(super) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| {
            let found = labels.get(&requirement.key);
            match requirement.operator {
                Operator::In => found.is_some_and(|value| requirement.values.contains(value)),
                Operator::NotIn => found.is_none_or(|value| !requirement.values.contains(value)),
                Operator::Exists => found.is_some(),
                Operator::DoesNotExist => found.is_none(),
            }
        })
    }

    /// Whether flattened parameters match; before Argo CD 3.4, maps of strings were `opaque` to selectors.
    pub(super) fn matches_parameters(&self, parameters: &Map, opaque: bool) -> bool {
        self.matches(&flatten(&Value::new(Data::Map(parameters.clone())), opaque))
    }
}

fn requirement(generation: &Generation<'_>, expression: &Value) -> Result<Requirement, Fault> {
    let key = string(expression, "key");
    check_key(generation, &key, expression)?;
    let values: Vec<String> = items(generation, expression, "values")?.iter().map(print).collect();
    let operator = match string(expression, "operator").as_str() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => {
            return Err(generation
                .fault(format!("{other:?} is not a valid selector operator"), expression)
                .hint("it is In, NotIn, Exists or DoesNotExist"));
        }
    };
    let wants_values = matches!(operator, Operator::In | Operator::NotIn);
    if wants_values == values.is_empty() {
        let rule = if wants_values { "needs values" } else { "takes no values" };
        let at = field(expression, "values").unwrap_or_else(|| expression.clone());
        return Err(generation
            .fault(format!("selector operator {} {rule}", string(expression, "operator")), &at)
            .hint("In and NotIn take values, Exists and DoesNotExist take none"));
    }
    Ok(Requirement { key, operator, values })
}

/// A key must be a qualified name: an optional DNS prefix and a name.
fn check_key(generation: &Generation<'_>, key: &str, at: &Value) -> Result<(), Fault> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let edge = |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.ends_with(|c: char| c.is_ascii_alphanumeric());
    let good_name = name.len() <= 63 && edge(name) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let good_prefix = prefix.is_none_or(|prefix| {
        let part = |part: &str| edge(part) && part.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
        prefix.len() <= 253 && prefix.split('.').all(part)
    });
    if good_name && good_prefix {
        return Ok(());
    }
    Err(generation.fault(format!("{key:?} is no valid key of a selector"), at).hint("keys are label names, so path[0] can't be one"))
}
