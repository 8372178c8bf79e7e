//! Functions of regular expressions, which are written as Go reads them.

use std::{rc::Rc, sync::Arc};

use portcullis_regexp::{Captures, Regex, compile, find_all_groups, replace_all};

use super::{Context, Done, Failure, Gives, Param, Spec, text};
use crate::{
    limits::{MAX_ITEMS, MAX_STRING_BYTES},
    types::Type,
    value::{Data, Members, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("regex", &[Param::Text, Param::Text], Gives::Any, regex),
    Spec::new("regexall", &[Param::Text, Param::Text], Gives::Any, regexall),
    Spec::new("replace", &[Param::Text, Param::Text, Param::Text], Gives::Text, replace),
];

fn compiled(pattern: &str) -> Result<Rc<Regex>, Failure> {
    compile(pattern).map_err(|broken| broken.into_text().into())
}

/// What a match gives: the whole text, its groups, or its groups by name.
fn result(pattern: &Regex, found: &Captures<'_>) -> Done {
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    let group = |at: usize| {
        found.get(at).map_or_else(|| Value::null(Type::String), |text| Value::string(&String::from_utf8_lossy(text.as_bytes())))
    };
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

fn regex(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let pattern = compiled(text(given, 0))?;
    match pattern.captures(text(given, 1).as_bytes()) {
        Some(found) => result(&pattern, &found),
        None => Err("pattern did not match any part of the given string".into()),
    }
}

fn regexall(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let pattern = compiled(text(given, 0))?;
    let all = find_all_groups(&pattern, text(given, 1).as_bytes(), MAX_ITEMS as i64 + 1);
    if all.len() > MAX_ITEMS {
        return Err(Failure::limit("MAX_ITEMS"));
    }
    let found = all.iter().map(|captures| result(&pattern, captures)).collect::<Result<Vec<_>, _>>()?;
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

fn replace(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (whole, from, to) = (text(given, 0), text(given, 1), text(given, 2));
    let inner = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = inner.filter(|_| from.len() > 1) else {
        let count = whole.matches(from).count();
        if count.saturating_mul(to.len()) > MAX_STRING_BYTES {
            return Err(Failure::limit("MAX_STRING_BYTES"));
        }
        return Ok(Value::string(&whole.replace(from, to)));
    };
    let pattern = compiled(pattern)?;
    let mut out = Vec::new();
    replace_all(&pattern, whole.as_bytes(), |range, captures| {
        match captures {
            None => out.extend_from_slice(whole.as_bytes().get(range).unwrap_or_default()),
            Some(captures) => captures.expand(to.as_bytes(), &mut out),
        }
        if out.len() > MAX_STRING_BYTES { Err(Failure::limit("MAX_STRING_BYTES")) } else { Ok(()) }
    })?;
    Ok(Value::string(&String::from_utf8_lossy(&out)))
}
