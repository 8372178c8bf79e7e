//! Regular expressions for the register machine, compiled once and for all.
//!
//! Regorus keeps them too, but gives each call a copy, and a copy of an expression makes everything anew that it matches with, which takes a hundred
//! times as long as matching does. What is called here does the same as what it takes the place of; whatever is not plain goes there.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use anyhow::Result;
use regex::{Regex, RegexBuilder};
use regorus::{
    Value,
    rvm::program::Program,
    unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Span},
};

/// How large an expression may be, as regorus has it.
const SIZE_LIMIT: usize = 100 * 1024;

/// How many are kept; ours and those of parameters are far fewer.
const MAX_PATTERNS: usize = 512;

static PATTERNS: RwLock<BTreeMap<Arc<str>, Arc<Regex>>> = RwLock::new(BTreeMap::new());

const MATCH: &str = "regex.match";
const REPLACE: &str = "regex.replace";
const FIND: &str = "regex.find_n";
const FIND_GROUPS: &str = "regex.find_all_string_submatch_n";

/// Puts what is here into the place of regorus' own.
pub(super) fn install(program: &mut Program) {
    for (info, builtin) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        builtin.0 = match info.name.as_str() {
            MATCH => matches,
            REPLACE => replace,
            FIND => find,
            FIND_GROUPS => find_groups,
            _ => builtin.0,
        };
    }
}

/// A compiled expression; none where it is broken or too large, which regorus has words for.
fn pattern(text: &Arc<str>) -> Option<Arc<Regex>> {
    if let Some(known) = PATTERNS.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Some(Arc::clone(known));
    }
    let made = Arc::new(RegexBuilder::new(text).size_limit(SIZE_LIMIT).build().ok()?);
    let mut patterns = PATTERNS.write().unwrap_or_else(PoisonError::into_inner);
    if patterns.len() >= MAX_PATTERNS {
        patterns.clear();
    }
    patterns.insert(Arc::clone(text), Arc::clone(&made));
    Some(made)
}

fn regorus(name: &str, span: &Span, params: &[Ref<Expr>], args: &[Value], strict: bool) -> Result<Value> {
    let own: Option<&BuiltinFcn> = BUILTINS.get(name);
    own.map_or(Ok(Value::Undefined), |(own, _)| own(span, params, args, strict))
}

fn matches(span: &Span, params: &[Ref<Expr>], args: &[Value], strict: bool) -> Result<Value> {
    if let [Value::String(expression), Value::String(text)] = args
        && let Some(expression) = pattern(expression)
    {
        return Ok(Value::Bool(expression.is_match(text)));
    }
    regorus(MATCH, span, params, args, strict)
}

fn replace(span: &Span, params: &[Ref<Expr>], args: &[Value], strict: bool) -> Result<Value> {
    if let [Value::String(text), Value::String(expression), Value::String(other)] = args
        && let Some(expression) = pattern(expression)
    {
        return Ok(Value::String(expression.replace_all(text, &**other).into()));
    }
    regorus(REPLACE, span, params, args, strict)
}

fn find(span: &Span, params: &[Ref<Expr>], args: &[Value], strict: bool) -> Result<Value> {
    if let [Value::String(expression), Value::String(text), count] = args
        && let (Some(expression), Ok(count)) = (pattern(expression), count.as_i64())
    {
        let found = expression.find_iter(text).take(usize::try_from(count).unwrap_or(usize::MAX));
        return Ok(Value::from(found.map(|found| Value::String(found.as_str().into())).collect::<Vec<_>>()));
    }
    regorus(FIND, span, params, args, strict)
}

fn find_groups(span: &Span, params: &[Ref<Expr>], args: &[Value], strict: bool) -> Result<Value> {
    if let [Value::String(expression), Value::String(text), count] = args
        && let (Some(expression), Ok(count)) = (pattern(expression), count.as_i64())
    {
        let found = expression.captures_iter(text).take(usize::try_from(count).unwrap_or(usize::MAX));
        let groups = found.map(|found| {
            let groups = found.iter().map(|group| Value::String(group.map_or("", |group| group.as_str()).into()));
            Value::from(groups.collect::<Vec<_>>())
        });
        return Ok(Value::from(groups.collect::<Vec<_>>()));
    }
    regorus(FIND_GROUPS, span, params, args, strict)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regorus::{
        Source, Value,
        unstable::{BUILTINS, BuiltinFcn, Lexer},
    };

    use super::{FIND, FIND_GROUPS, MATCH, REPLACE, find, find_groups, matches, replace};

    type Body = fn(&regorus::unstable::Span, &[regorus::unstable::Ref<regorus::unstable::Expr>], &[Value], bool) -> anyhow::Result<Value>;

    /// Expressions of every sort, broken ones among them.
    fn expression() -> impl Strategy<Value = String> {
        let parts = ["a", "b+", "(a|b)", "(x)?", "^", "$", "[a-c]*", "(?i)", ".", "\\d", "(", "[", "\\b", "a{2}"];
        prop::collection::vec(prop::sample::select(parts.to_vec()), 0..5).prop_map(|parts| parts.concat())
    }

    fn same(name: &str, own: Body, args: &[Value]) {
        let source = Source::from_contents("test".to_owned(), "x".to_owned()).unwrap();
        let mut lexer = Lexer::new(&source);
        let span = lexer.next_token().unwrap().1;
        let theirs: &BuiltinFcn = BUILTINS.get(name).unwrap();
        let expr = std::iter::repeat_n(
            regorus::unstable::Ref::new(regorus::unstable::Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 }),
            args.len(),
        );
        let params: Vec<_> = expr.collect();
        let told = |answer: anyhow::Result<Value>| answer.map_err(|error| error.to_string());
        assert_eq!(told(own(&span, &params, args, true)), told((theirs.0)(&span, &params, args, true)));
    }

    proptest! {
        #[test]
        fn everything_is_as_regorus_has_it(expression in expression(), text in "[abcxAB1 .\u{e9}]{0,12}", other in "[ab$1{}]{0,4}", count in -2_i64..4) {
            let (expression, text) = (Value::from(expression), Value::from(text));
            same(MATCH, matches, &[expression.clone(), text.clone()]);
            same(REPLACE, replace, &[text.clone(), expression.clone(), Value::from(other)]);
            same(FIND, find, &[expression.clone(), text.clone(), Value::from(count)]);
            same(FIND_GROUPS, find_groups, &[expression.clone(), text.clone(), Value::from(count)]);
            same(MATCH, matches, &[Value::Null, text]);
        }
    }
}
