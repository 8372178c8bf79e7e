//! What the fuzz targets, and the tests that stand for them, ask of the reader and of the evaluation.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use portcullis_source::{RepoPath, Revision, Sources, Span};
use portcullis_terraform::{
    module::{self, Inputs, Limits},
    syntax::{Body, Expr, Item, Kind},
};

/// How much one input may do.
const LIMITS: Limits = Limits { steps: 20_000, made: 16 << 20 };

/// Files that are written one after the other, each after `-- NAME --`; a text without names is `main.tf`.
pub(crate) fn archive(text: &str) -> BTreeMap<RepoPath, Arc<[u8]>> {
    let mut files = BTreeMap::new();
    let mut name = RepoPath::new("main.tf").unwrap_or_default();
    let mut content = String::new();
    for line in text.split_inclusive('\n') {
        let named = line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
        match named.and_then(|named| RepoPath::new(named).ok()).filter(|path| !path.as_str().is_empty()) {
            Some(path) => {
                files.insert(std::mem::replace(&mut name, path), Arc::from(std::mem::take(&mut content).into_bytes()));
            }
            None => content.push_str(line),
        }
    }
    files.insert(name, Arc::from(content.into_bytes()));
    files
}

/// All that an evaluation says of files.
pub(crate) fn told(files: &BTreeMap<RepoPath, Arc<[u8]>>) -> String {
    let revision = Revision::memory(files.clone(), Arc::new(Sources::default()));
    let inputs = Inputs { workspace: Some(Arc::from("default")), limits: LIMITS, ..Inputs::default() };
    let done = module::evaluate(&revision, &RepoPath::root(), &inputs);
    let mut told = String::new();
    for (name, output) in &done.value.outputs {
        let reason = output.value.any_reason().map(|reason| reason.kind.describe());
        let _ = writeln!(told, "{name} {} {} {reason:?}", output.value.ty(), output.value.to_json());
        for step in output.value.origin.chain() {
            assert!(revision.sources().locate(step.span).is_some(), "every step has a place");
        }
    }
    for resource in &done.value.resources {
        let _ = writeln!(told, "{} {:?}", resource.address, resource.existence);
    }
    for problem in &done.problems {
        // A message may quote what is written.
        assert!(!problem.message.starts_with("the evaluation stopped"), "{}", problem.message);
        assert!(!problem.message.is_empty() && !problem.hint.is_empty());
        let _ = writeln!(told, "{} {:?}", problem.message, problem.span.and_then(|span| revision.sources().locate(span)));
    }
    told
}

/// Looks whether all parts of a body lie within a place.
pub(crate) fn within(body: &Body, outer: Span) {
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                inside(attribute.name_span, outer);
                expression(&attribute.value, outer);
            }
            Item::Block(block) => {
                inside(block.header, outer);
                within(&block.body, outer);
            }
        }
    }
}

fn inside(inner: Span, outer: Span) {
    assert!(inner.start <= inner.end && outer.start <= inner.start && inner.end <= outer.end, "{inner:?} lies within {outer:?}");
}

fn expression(expr: &Expr, outer: Span) {
    inside(expr.span, outer);
    match &expr.kind {
        Kind::Attr(inner, _) | Kind::Paren(inner) | Kind::Wrap(inner) | Kind::Unary(_, inner) => expression(inner, expr.span),
        Kind::Index(one, other) | Kind::Binary(_, one, other) => {
            expression(one, expr.span);
            expression(other, expr.span);
        }
        Kind::Tuple(items) => items.iter().for_each(|item| expression(item, expr.span)),
        Kind::Object(pairs) => pairs.iter().for_each(|(key, value)| {
            expression(key, expr.span);
            expression(value, expr.span);
        }),
        Kind::Call(call) => call.arguments.iter().for_each(|argument| expression(argument, expr.span)),
        Kind::Conditional(parts) => parts.iter().for_each(|part| expression(part, expr.span)),
        Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::String(_)
        | Kind::Template(_)
        | Kind::Root(_)
        | Kind::Splat(..)
        | Kind::For(_) => {}
    }
}
