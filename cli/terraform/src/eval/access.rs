//! Attributes, indexes and splats.

use std::sync::Arc;

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault, Machine, Scope},
    origin::Origin,
    syntax::{Access, Expr},
    types::Type,
    value::{Data, Known, Members, Reason, ReasonKind, Unknown, Value},
};

/// The attribute of an object, or the entry of a map.
pub(crate) fn member(value: &Value, name: &str, span: Span) -> Evaluated {
    match &value.data {
        Data::Null(_) => Err(Fault::new(format!("a null value has no attribute {name:?}"), "check for null first", span)),
        Data::Unknown(unknown) => unknown_member(value, unknown, name, span),
        Data::Object(members) | Data::Map(_, members) => match members.get(name) {
            Some(found) => Ok(found.clone().marked(value.marks)),
            None => Err(Fault::new(format!("there is no attribute {name:?}"), names_of(value, members), span)),
        },
        Data::List(..) | Data::Set(..) | Data::Tuple(_) => {
            Err(Fault::new(format!("a {} has no attribute {name:?}", value.ty().name()), "read it of each item: LIST[*].NAME", span))
        }
        Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            Err(Fault::new(format!("a {} has no attributes", value.ty().name()), "read attributes of objects", span))
        }
    }
}

/// The names that there are, where they may be shown.
fn names_of(value: &Value, members: &Members) -> String {
    if value.marks.sensitive { "its names are sensitive".to_owned() } else { known_names(members.keys()) }
}

fn known_names<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> String {
    let names: Vec<&str> = names.take(12).map(|name| &**name).collect();
    if names.is_empty() { "it has no attributes".to_owned() } else { format!("it has {}", names.join(", ")) }
}

fn unknown_member(value: &Value, unknown: &Unknown, name: &str, span: Span) -> Evaluated {
    if let Known::Either(either) = &unknown.known
        && let (Ok(yes), Ok(no)) = <(Evaluated, Evaluated)>::from(either.each_ref().map(|one| member(one, name, span)))
    {
        if yes.any_reason().is_none() && yes.same(&no) {
            return Ok(yes.marked(value.marks));
        }
        let unknown = Unknown { ty: yes.ty(), reason: unknown.reason.clone(), known: Known::Either(Arc::new([yes, no])) };
        return Ok(Value::from(Data::Unknown(Arc::new(unknown))).marked(value.marks).with_origin(value.origin.clone()));
    }
    if let Known::Members(members) = &unknown.known
        && let Some(found) = members.get(name).filter(|found| !(found.is_null() && may_be_computed(&unknown.reason.kind)))
    {
        return Ok(found.clone().marked(value.marks));
    }
    let ty = match &unknown.ty {
        Type::Object(fields) => match fields.get(name) {
            Some(ty) => ty.clone(),
            None => return Err(Fault::new(format!("there is no attribute {name:?}"), known_names(fields.keys()), span)),
        },
        Type::Map(item) => Type::clone(item),
        Type::Dynamic => Type::Dynamic,
        ty => return Err(Fault::new(format!("a {} has no attribute {name:?}", ty.name()), "read attributes of objects", span)),
    };
    Ok(Value::unknown(ty, narrowed(&unknown.reason, name)).marked(value.marks).with_origin(value.origin.clone()))
}

/// Whether a provider may give what is not set: all but Terraform's own, whose resource computes nothing of that kind.
pub(crate) fn may_be_computed(reason: &ReasonKind) -> bool {
    match reason {
        ReasonKind::Computed(address, _) => !address.split('.').any(|part| part == "terraform_data"),
        ReasonKind::Data(..) => true,
        _ => false,
    }
}

/// The reason of a part of what is not known.
fn narrowed(reason: &Reason, step: &str) -> Reason {
    let join = |path: &Arc<str>| Arc::from(if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") });
    let kind = match &reason.kind {
        ReasonKind::Computed(address, path) => ReasonKind::Computed(Arc::clone(address), join(path)),
        ReasonKind::Data(address, path) => ReasonKind::Data(Arc::clone(address), join(path)),
        kind => kind.clone(),
    };
    Reason { kind, span: reason.span }
}

/// The item at an index, or the entry of a key.
pub(crate) fn index(value: &Value, key: &Value, span: Span) -> Evaluated {
    let marks = value.marks.with(key.marks);
    if key.is_null() {
        return Err(Fault::new("an index is null", "index with a number or a string", span));
    }
    let fail = |why: String, hint: &str| Err(Fault::new(why, hint, span));
    match &value.data {
        Data::Null(_) => fail("a null value has no items".to_owned(), "check for null first"),
        Data::Unknown(unknown) => unknown_index(value, unknown, key, span),
        Data::List(_, items) | Data::Tuple(items) => {
            let wanted =
                convert(key, &Type::Number).or_else(|_| fail("an index of a list is a number".to_owned(), "index with a number"))?;
            let Data::Number(number) = &wanted.data else { return Ok(unknown_item(value, key).marked(marks)) };
            match number.to_i64().and_then(|at| usize::try_from(at).ok()).and_then(|at| items.get(at)) {
                Some(item) => Ok(item.clone().marked(marks)),
                None if key.marks.sensitive => fail("there is no such item".to_owned(), "indexes count from zero"),
                None => fail(format!("there is no item {}: there are {} items", number.text(), items.len()), "indexes count from zero"),
            }
        }
        Data::Map(_, members) | Data::Object(members) => {
            let wanted = convert(key, &Type::String).or_else(|_| fail("a key is a string".to_owned(), "index with a string"))?;
            let Some(name) = wanted.as_str() else { return Ok(unknown_item(value, key).marked(marks)) };
            match members.get(name) {
                Some(item) => Ok(item.clone().marked(marks)),
                None if key.marks.sensitive => fail("there is no such key".to_owned(), &names_of(value, members)),
                None => fail(format!("there is no key {name:?}"), &names_of(value, members)),
            }
        }
        Data::Set(..) => fail("a set has no indexes".to_owned(), "make a list of it with tolist()"),
        Data::Bool(_) | Data::Number(_) | Data::String(_) => fail(format!("a {} has no items", value.ty().name()), "index lists and maps"),
    }
}

/// What is known of an item when it is not known which.
fn unknown_item(value: &Value, key: &Value) -> Value {
    let reason = key.any_reason().cloned().unwrap_or(Reason { kind: ReasonKind::Failed, span: None });
    Value::unknown(value.ty().item().cloned().unwrap_or(Type::Dynamic), reason).with_origin(value.origin.clone())
}

fn unknown_index(value: &Value, unknown: &Unknown, key: &Value, span: Span) -> Evaluated {
    let step = convert(key, &Type::String).ok().and_then(|key| key.as_str().map(str::to_owned));
    let is_name = step.as_deref().is_some_and(|step| !step.starts_with(|first: char| first.is_ascii_digit()));
    if let (Some(step), true, Type::Object(_) | Type::Map(_)) = (&step, is_name, &unknown.ty) {
        return unknown_member(value, unknown, step, span);
    }
    let ty = match &unknown.ty {
        Type::List(item) | Type::Map(item) => Type::clone(item),
        Type::Tuple(types) => match &key.data {
            Data::Number(number) => {
                number.to_i64().and_then(|at| usize::try_from(at).ok()).and_then(|at| types.get(at)).cloned().unwrap_or(Type::Dynamic)
            }
            _ => Type::Dynamic,
        },
        Type::Dynamic | Type::Object(_) => Type::Dynamic,
        ty => return Err(Fault::new(format!("a {} has no items", ty.name()), "index lists and maps", span)),
    };
    let reason = narrowed(&unknown.reason, &step.unwrap_or_else(|| "?".to_owned()));
    Ok(Value::unknown(ty, reason).marked(value.marks.with(key.marks)).with_origin(value.origin.clone()))
}

impl Machine<'_> {
    pub(super) fn splat(&mut self, source: &Expr, steps: &[Access], span: Span, scope: Scope<'_>) -> Evaluated {
        let source = self.eval(source, scope)?;
        self.splat_of(&source, steps, span, scope)
    }

    fn splat_of(&mut self, source: &Value, steps: &[Access], span: Span, scope: Scope<'_>) -> Evaluated {
        let origin = Origin::computed(span, std::iter::once(&source.origin));
        let is_list = matches!(source.data, Data::List(..) | Data::Set(..));
        let items: Arc<[Value]> = match &source.data {
            Data::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                return Err(Fault::new("a splat is of a null list", "check for null first", span));
            }
            Data::Null(_) => Arc::from([]),
            // A resource is one thing; what else is not known may be null, which makes no item.
            Data::Unknown(unknown) if !matches!(unknown.known, Known::Members(_)) => {
                if unknown.ty.is_primitive() {
                    self.followed(source, steps, scope)?;
                }
                let reason = unknown.reason.clone();
                let is_list = matches!(unknown.ty, Type::List(_) | Type::Set(_));
                let result = if is_list { Value::unknown_not_null(Type::Dynamic, reason) } else { Value::unknown(Type::Dynamic, reason) };
                return Ok(result.marked(source.marks).with_origin(origin));
            }
            _ => source.items().cloned().unwrap_or_else(|| Arc::from([source.clone()])),
        };
        let mut results = Vec::new();
        for item in items.iter() {
            self.step(span)?;
            results.push(self.followed(item, steps, scope)?);
        }
        let first = results.first().map(Value::ty);
        let data = match first {
            Some(ty) if is_list && results.iter().all(|result| result.ty() == ty) => Data::List(ty, Arc::from(results)),
            None if is_list => {
                let item = source.ty().item().cloned().unwrap_or(Type::Dynamic);
                Data::List(type_behind(&item, steps), Arc::from([]))
            }
            _ => Data::Tuple(Arc::from(results)),
        };
        Ok(Value::from(data).marked(source.marks).with_origin(origin))
    }

    /// What steps lead to from an item.
    fn followed(&mut self, item: &Value, steps: &[Access], scope: Scope<'_>) -> Evaluated {
        let mut value = item.clone();
        for step in steps {
            value = match step {
                Access::Attr(name, span) => member(&value, name, *span)?,
                Access::Index(key) => {
                    let key_value = self.eval(key, scope)?;
                    index(&value, &key_value, key.span)?
                }
                Access::Splat(steps, span) => self.splat_of(&value, steps, *span, scope)?,
            };
        }
        Ok(value)
    }
}

/// The type of what steps lead to.
fn type_behind(ty: &Type, steps: &[Access]) -> Type {
    steps.iter().fold(ty.clone(), |ty, step| match (ty, step) {
        (Type::Object(fields), Access::Attr(name, _)) => fields.get(name).cloned().unwrap_or(Type::Dynamic),
        (Type::List(item) | Type::Map(item), _) => Type::clone(&item),
        _ => Type::Dynamic,
    })
}
