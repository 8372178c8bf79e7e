//! `for` expressions, and what may be walked over.

use std::{collections::btree_map::Entry, sync::Arc};

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault, Machine, Scope},
    origin::Origin,
    syntax::ForExpr,
    types::Type,
    value::{Data, Marks, Members, Reason, Value},
};

/// The keys and values of a collection.
pub(super) fn pairs(source: &Value, span: Span) -> Evaluated<Result<Vec<(Value, Value)>, Reason>> {
    Ok(Ok(match &source.data {
        Data::Unknown(unknown) if !unknown.ty.is_primitive() => return Ok(Err(unknown.reason.clone())),
        Data::List(_, items) | Data::Tuple(items) => {
            items.iter().enumerate().map(|(at, item)| (Value::integer(at), item.clone())).collect()
        }
        Data::Set(_, items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
        Data::Map(_, members) | Data::Object(members) => members.iter().map(|(name, value)| (Value::string(name), value.clone())).collect(),
        Data::Null(_) => return Err(Fault::new("for walks over null", "check for null first, or give an empty list", span)),
        Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Unknown(_) => {
            return Err(Fault::new(format!("for cannot walk over a {}", source.ty().name()), "give a list, set, map or object", span));
        }
    }))
}

/// What a `for` expression gives so far.
#[derive(Default)]
struct Results {
    items: Vec<Value>,
    members: Members,
    groups: std::collections::BTreeMap<Arc<str>, Vec<Value>>,
    marks: Marks,
    unknown: Option<Reason>,
}

impl Machine<'_> {
    pub(super) fn comprehension(&mut self, all: &ForExpr, span: Span, scope: Scope<'_>) -> Evaluated {
        let source = self.eval(&all.source, scope)?;
        let origin = Origin::computed(span, std::iter::once(&source.origin));
        let mut results = Results { marks: source.marks, ..Results::default() };
        match pairs(&source, all.source.span)? {
            Err(reason) => results.unknown = Some(reason),
            Ok(pairs) => {
                for (key, value) in pairs {
                    self.step(span)?;
                    self.with_pair(scope, (all.key.as_deref(), key), (&all.value, value), |machine, scope| {
                        machine.result(all, scope, &mut results)
                    })?;
                }
            }
        }
        let Results { items, members, groups, marks, unknown } = results;
        let value = match unknown {
            Some(reason) => Value::unknown(Type::Dynamic, reason),
            None if all.result_key.is_none() => Value::tuple(items),
            None if all.group => Value::object(groups.into_iter().map(|(key, items)| (key, Value::tuple(items))).collect()),
            None => Value::object(members),
        };
        Ok(value.marked(marks).with_origin(origin))
    }

    /// Evaluates something with the names of a key and a value.
    pub(super) fn with_pair<T>(
        &mut self,
        scope: Scope<'_>,
        key: (Option<&str>, Value),
        value: (&str, Value),
        work: impl FnOnce(&mut Self, Scope<'_>) -> T,
    ) -> T {
        match key {
            (Some(name), key) => self.with_name(scope, name, key, |machine, scope| machine.with_name(scope, value.0, value.1, work)),
            (None, _) => self.with_name(scope, value.0, value.1, work),
        }
    }

    fn result(&mut self, all: &ForExpr, scope: Scope<'_>, results: &mut Results) -> Evaluated<()> {
        if let Some(condition) = &all.condition {
            let test = self.eval(condition, scope)?;
            if test.is_null() {
                return Err(Fault::new("the condition is null", "a condition is true or false", condition.span));
            }
            let test = Self::want(&test, &Type::Bool, "the condition", condition.span)?;
            results.marks = results.marks.with(test.marks);
            match &test.data {
                Data::Bool(true) => {}
                Data::Unknown(unknown) => {
                    results.unknown.get_or_insert_with(|| unknown.reason.clone());
                    return Ok(());
                }
                _ => return Ok(()),
            }
        }
        let Some(key_expr) = &all.result_key else {
            results.items.push(self.eval(&all.result, scope)?);
            return Ok(());
        };
        let key = self.eval(key_expr, scope)?;
        if key.is_null() {
            return Err(Fault::new("a key is null", "keys are strings", key_expr.span));
        }
        results.marks = results.marks.with(key.marks);
        let key = convert(&key, &Type::String)
            .map_err(|why| Fault::new(format!("key is no string: {why}"), "keys are strings", key_expr.span))?;
        let value = self.eval(&all.result, scope)?;
        let name = match &key.data {
            Data::String(name) => Arc::clone(name),
            Data::Unknown(unknown) => {
                results.unknown.get_or_insert_with(|| unknown.reason.clone());
                return Ok(());
            }
            _ => return Ok(()),
        };
        if all.group {
            results.groups.entry(name).or_default().push(value);
            return Ok(());
        }
        match results.members.entry(name) {
            Entry::Vacant(free) => {
                free.insert(value);
                Ok(())
            }
            Entry::Occupied(taken) => {
                let key = if results.marks.sensitive { "a key that is sensitive".to_owned() } else { format!("the key {:?}", taken.key()) };
                let message = format!("two results have {key}");
                Err(Fault::new(message, "group them with `...`, or give each a key of its own", key_expr.span))
            }
        }
    }
}
