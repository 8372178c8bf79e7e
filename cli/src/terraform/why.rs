//! Why a value is not known, or where it came from, with every place on the way.

use std::{collections::BTreeSet, fmt::Write as _};

use portcullis_source::{Sources, Span};
use portcullis_terraform::{
    Role, Value,
    value::{Known, Reason},
};

use super::{Evaluated, field::Field};
use crate::error::Error;

/// What is said of a value in each root and environment that has it.
pub(crate) fn why(roots: &[Evaluated], name: &str, sources: &Sources) -> Result<String, Error> {
    let mut text = String::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    for root in roots {
        match root.field(name) {
            Ok(field) => {
                let _ = writeln!(text, "{}  {}", root.path(), root.environment);
                explain(&mut text, &field, sources);
            }
            Err(names) => others.extend(names),
        }
    }
    if !text.is_empty() {
        return Ok(text);
    }
    Err(Error::Usage { message: format!("nothing is called {name}"), hint: hint(name, &others) })
}

/// How many names a hint has.
const NAMES: usize = 6;

/// The names that are the most like the one that was asked for.
fn hint(name: &str, others: &BTreeSet<String>) -> String {
    let alike = |other: &&String| other.bytes().zip(name.bytes()).take_while(|(left, right)| left == right).count();
    let mut others: Vec<&String> = others.iter().collect();
    others.sort_by_key(|other| std::cmp::Reverse(alike(other)));
    if others.is_empty() {
        return "name ADDRESS.ATTRIBUTE or output.NAME; `portcullis tf` lists what there is".to_owned();
    }
    let names: Vec<&str> = others.iter().take(NAMES).map(|name| name.as_str()).collect();
    format!("there is {}; name ADDRESS.ATTRIBUTE or output.NAME", names.join(", "))
}

fn explain(text: &mut String, field: &Field, sources: &Sources) {
    let Field { name, value, span, is_sensitive } = field;
    let mut reasons = Vec::new();
    gather(value, name, &mut reasons);
    if reasons.is_empty() {
        let shown = if *is_sensitive { "sensitive".to_owned() } else { value.to_json() };
        let _ = writeln!(text, "  {name} is known: {shown}");
    }
    for (path, reason) in &reasons {
        let _ = writeln!(text, "  {path} is not known: {}", reason.kind.describe());
        if let Some(span) = reason.span {
            place(text, "because of", span, "", sources);
        }
    }
    let chain = value.origin.chain();
    if chain.is_empty() {
        place(text, "block", *span, "", sources);
    }
    for step in chain {
        let head = match step.role {
            Role::Written => "written",
            Role::Computed => "computed",
            Role::Local => "local",
            Role::Default => "default of",
            Role::Given => "given",
            Role::Argument => "argument",
            Role::Output => "output",
            Role::Attribute => "attribute",
        };
        place(text, head, step.span, &step.name, sources);
    }
}

fn place(text: &mut String, head: &str, span: Span, name: &str, sources: &Sources) {
    let Some(place) = sources.locate(span) else { return };
    let name = if name.is_empty() { String::new() } else { format!("  {name}") };
    let _ = writeln!(text, "  {head:>10}  {}:{}{name}", place.file, place.line);
}

/// How many reasons are told of one value.
const REASONS: usize = 20;

/// The reasons of a value and of all that lies in it.
fn gather(value: &Value, path: &str, found: &mut Vec<(String, Reason)>) {
    if value.any_reason().is_none() || found.len() >= REASONS {
        return;
    }
    if let Some(members) = value.attributes() {
        return members.iter().for_each(|(name, value)| gather(value, &format!("{path}.{name}"), found));
    }
    match value.as_unknown() {
        Some(unknown) => {
            found.push((path.to_owned(), unknown.reason.clone()));
            if let Known::Encoded(_, inner) = &unknown.known {
                gather(inner, path, found);
            }
        }
        None => {
            let items = value.items().map(|items| items.iter()).into_iter().flatten();
            items.enumerate().for_each(|(at, item)| gather(item, &format!("{path}[{at}]"), found));
        }
    }
}
