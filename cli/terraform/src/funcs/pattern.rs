//! Functions of regular expressions, which are written as Go reads them.

use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};

use super::{Context, Done, Failure, Gives, Param, Spec, text};
use crate::{
    limits::{MAX_ITEMS, MAX_REGEX_BYTES, MAX_STRING_BYTES},
    types::Type,
    value::{Data, Members, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("regex", &[Param::Text, Param::Text], Gives::Any, regex),
    Spec::new("regexall", &[Param::Text, Param::Text], Gives::Any, regexall),
    Spec::new("replace", &[Param::Text, Param::Text, Param::Text], Gives::Text, replace),
];

fn compiled(context: &mut Context<'_, '_>, pattern: &str) -> Result<Regex, Failure> {
    if let Some(known) = context.machine.regexes.get(pattern) {
        return known.clone().ok_or_else(|| format!("{pattern:?} is no regular expression").into());
    }
    let made = RegexBuilder::new(&translated(pattern)).size_limit(MAX_REGEX_BYTES).build().ok();
    context.machine.regexes.insert(pattern.to_owned(), made.clone());
    made.ok_or_else(|| format!("{pattern:?} is no regular expression, or a larger one than MAX_REGEX_BYTES allows").into())
}

/// A pattern of Go's in the words of ours: classes are of ASCII, and a bracket within brackets is a bracket.
fn translated(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    let mut class = 0_usize;
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, class > 0, &mut out),
            '[' if class == 0 => {
                class = 1;
                out.push('[');
                if rest.peek() == Some(&'^') {
                    out.extend(rest.next());
                }
                if rest.peek() == Some(&']') {
                    rest.next();
                    out.push_str("\\]");
                }
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                for inner in rest.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '[' => out.push_str("\\["),
            ']' => {
                class = 0;
                out.push(']');
            }
            '&' | '~' if class > 0 => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}

fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, in_class: bool, out: &mut String) {
    let Some(kind) = rest.next() else {
        out.push('\\');
        return;
    };
    let class = match kind {
        'd' => Some("0-9"),
        'w' => Some("0-9A-Za-z_"),
        's' => Some("\\t\\n\\f\\r "),
        _ => None,
    };
    let negated = match kind {
        'D' => Some("[^0-9]"),
        'W' => Some("[^0-9A-Za-z_]"),
        'S' => Some("[^\\t\\n\\f\\r ]"),
        _ => None,
    };
    match (kind, class, negated) {
        (_, Some(class), _) if in_class => out.push_str(class),
        (_, Some(class), _) => out.push_str(&format!("[{class}]")),
        (_, _, Some(negated)) => out.push_str(negated),
        ('b' | 'B', ..) => out.push_str(&format!("(?-u:\\{kind})")),
        ('Q', ..) => {
            let mut quoted = String::new();
            while let Some(next) = rest.next() {
                if next == '\\' && rest.peek() == Some(&'E') {
                    rest.next();
                    break;
                }
                quoted.push(next);
            }
            out.push_str(&regex::escape(&quoted));
        }
        _ => out.extend(['\\', kind]),
    }
}

/// What a match gives: the whole text, its groups, or its groups by name.
fn result(pattern: &Regex, found: &Captures<'_>) -> Done {
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    let group = |at: usize| found.get(at).map_or_else(|| Value::null(Type::String), |text| Value::string(text.as_str()));
    if names.is_empty() {
        return Ok(group(0));
    }
    match names.iter().copied().collect::<Option<Vec<&str>>>() {
        Some(names) => {
            let members: Members = names.iter().enumerate().map(|(at, name)| (Arc::from(*name), group(at + 1))).collect();
            Ok(Value::object(members))
        }
        None if names.iter().all(Option::is_none) => Ok(Value::tuple((0..names.len()).map(|at| group(at + 1)).collect())),
        None => Err("groups are either all named or all unnamed".into()),
    }
}

fn regex(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let pattern = compiled(context, text(given, 0))?;
    match pattern.captures(text(given, 1)) {
        Some(found) => result(&pattern, &found),
        None => Err("pattern did not match any part of the given string".into()),
    }
}

fn regexall(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let pattern = compiled(context, text(given, 0))?;
    let mut found = Vec::new();
    for captures in pattern.captures_iter(text(given, 1)) {
        if found.len() >= MAX_ITEMS {
            return Err(Failure::limit("MAX_ITEMS"));
        }
        found.push(result(&pattern, &captures)?);
    }
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    let item = if names.is_empty() {
        Type::String
    } else if let Some(names) = names.iter().copied().collect::<Option<Vec<&str>>>() {
        Type::Object(Arc::new(names.into_iter().map(|name| (Arc::from(name), Type::String)).collect()))
    } else {
        Type::Tuple(names.iter().map(|_| Type::String).collect())
    };
    Ok(Data::List(item, found.into()).into())
}

fn replace(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (whole, from, to) = (text(given, 0), text(given, 1), text(given, 2));
    let inner = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = inner.filter(|_| from.len() > 1) else {
        let count = whole.matches(from).count();
        if count.saturating_mul(to.len()) > MAX_STRING_BYTES {
            return Err(Failure::limit("MAX_STRING_BYTES"));
        }
        return Ok(Value::string(&whole.replace(from, to)));
    };
    let pattern = compiled(context, pattern)?;
    let mut out = String::new();
    let mut at = 0;
    for found in pattern.captures_iter(whole) {
        let Some(all) = found.get(0) else { continue };
        out.push_str(whole.get(at..all.start()).unwrap_or_default());
        found.expand(to, &mut out);
        at = all.end();
        if out.len() > MAX_STRING_BYTES {
            return Err(Failure::limit("MAX_STRING_BYTES"));
        }
    }
    out.push_str(whole.get(at..).unwrap_or_default());
    Ok(Value::string(&out))
}
