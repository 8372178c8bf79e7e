//! Functions of sets.

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, items};
use crate::{
    convert::{convert, set_data},
    limits::MAX_ITEMS,
    types::{Type, unify},
    value::{Data, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("setintersection", &[Param::Set], Gives::Any, |_, given| combine(given, |kept, next| kept.retain(|item| has(next, item))))
        .rest(Param::Set),
    Spec::new("setproduct", &[], Gives::Any, product).rest(Param::Any).regard(Regard::Parts),
    Spec::new("setsubtract", &[Param::Set, Param::Set], Gives::Any, |_, given| {
        combine(given, |kept, next| kept.retain(|item| !has(next, item)))
    }),
    Spec::new("setunion", &[Param::Set], Gives::Any, |_, given| combine(given, |kept, next| kept.extend(next.iter().cloned())))
        .rest(Param::Set),
];

fn has(items: &[Value], wanted: &Value) -> bool {
    items.iter().any(|item| item.same(wanted))
}

/// Takes sets of one type and combines each with the next.
fn combine(given: &[Value], step: impl Fn(&mut Vec<Value>, &[Value])) -> Done {
    let types: Vec<Type> = given.iter().map(Value::ty).filter(|ty| ty.item() != Some(&Type::Dynamic)).collect();
    let ty = if types.is_empty() { Some(Type::set(Type::Dynamic)) } else { unify(&types, false) };
    let ty = ty.ok_or("all sets must have the same type")?;
    let item = ty.item().cloned().unwrap_or(Type::Dynamic);
    let mut kept: Option<Vec<Value>> = None;
    for value in given {
        let converted = convert(value, &ty)?;
        let next = converted.items().map_or(&[][..], |items| items);
        match &mut kept {
            None => kept = Some(next.to_vec()),
            Some(kept) => {
                if kept.len().saturating_mul(next.len()) > MAX_ITEMS * 100 {
                    return Err(Failure::limit("MAX_ITEMS"));
                }
                step(kept, next);
            }
        }
    }
    Ok(set_data(item, kept.unwrap_or_default()).into())
}

fn product(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    if given.len() < 2 {
        return Err("at least two arguments are required".into());
    }
    let mut count = 1_usize;
    let mut is_set = false;
    let mut types = Vec::new();
    for (at, value) in given.iter().enumerate() {
        let Some(all) = value.items() else { return Err(format!("a set or a list is required, not {}", value.ty().name()).into()) };
        is_set |= matches!(value.data, Data::Set(..));
        count = count.saturating_mul(all.len());
        types.push(item_type(value).ok_or_else(|| Failure::from(format!("the items of argument {} have no type in common", at + 1)))?);
    }
    if count.saturating_mul(given.len()) > MAX_ITEMS {
        return Err(Failure::limit("MAX_ITEMS"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (at, ty) in types.iter().enumerate() {
        let mut next = Vec::new();
        for row in &rows {
            for item in items(given, at) {
                let mut longer = row.clone();
                longer.push(convert(item, ty)?);
                next.push(longer);
            }
        }
        rows = next;
    }
    let item = Type::Tuple(types.into());
    let rows: Vec<Value> = rows.into_iter().map(Value::tuple).collect();
    Ok(if is_set { set_data(item, rows).into() } else { Data::List(item, rows.into()).into() })
}

fn item_type(value: &Value) -> Option<Type> {
    match &value.data {
        Data::Tuple(items) if items.is_empty() => Some(Type::Dynamic),
        Data::Tuple(items) => unify(&items.iter().map(Value::ty).collect::<Vec<_>>(), false),
        _ => value.ty().item().cloned(),
    }
}
