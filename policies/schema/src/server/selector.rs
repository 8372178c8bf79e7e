//! Selectors: of labels, and of nodes.

use portcullis_source::Node;

use super::{Found, name, object, text};

/// Says what is wrong with a selector of labels.
pub(super) fn labels(selector: &Node, found: &mut Found) {
    found.within(selector, "matchLabels", object::label_map);
    found.each(selector, "matchExpressions", expression);
}

/// Says what is wrong with the terms of a selector of nodes.
pub(super) fn nodes(selector: &Node, found: &mut Found) {
    if selector.get("nodeSelectorTerms").is_none_or(|terms| terms.items().is_empty()) {
        found.say("nodeSelectorTerms", "is missing");
    }
    found.each(selector, "nodeSelectorTerms", |term, found| {
        self::term(term, found);
        found.each(term, "matchExpressions", values);
    });
}

/// Says what is wrong with one term of a selector of nodes. Where nodes are only preferred, values may be such as no label has: none is then
/// preferred.
pub(super) fn term(term: &Node, found: &mut Found) {
    found.each(term, "matchExpressions", requirement);
    found.each(term, "matchFields", |field, found| {
        if let Some(key) = text(field, "key").filter(|key| *key != "metadata.name") {
            found.say("key", format!("is {key:?}, but metadata.name is the only field of nodes that can be selected"));
        }
        if field.get("values").map_or(0, |values| values.items().len()) != 1 {
            found.say("values", "must have one value");
        }
    });
}

fn expression(expression: &Node, found: &mut Found) {
    requirement(expression, found);
    values(expression, found);
}

fn requirement(expression: &Node, found: &mut Found) {
    if let Some(reason) = text(expression, "key").and_then(name::label_key) {
        found.say("key", reason);
    }
    let count = expression.get("values").map_or(0, |values| values.items().len());
    match text(expression, "operator") {
        Some(operator @ ("In" | "NotIn")) if count == 0 => found.say("values", format!("is missing, and {operator} needs at least one")),
        Some(operator @ ("Gt" | "Lt")) if count != 1 => found.say("values", format!("must have one value with {operator}")),
        Some(operator @ ("Exists" | "DoesNotExist")) if count > 0 => found.say("values", format!("is set, and {operator} takes none")),
        _ => {}
    }
}

fn values(expression: &Node, found: &mut Found) {
    if matches!(text(expression, "operator"), Some("In" | "NotIn")) {
        found.each(expression, "values", |value, found| {
            if let Some(reason) = value.as_str().and_then(name::value) {
                found.say("", reason);
            }
        });
    }
}
