//! Functions that change types and marks.

use super::{Context, Done, Gives, Param, Regard, Spec, lazy::with_sensitivity};
use crate::{
    convert::convert,
    types::Type,
    value::{Data, Members, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("tobool", &[Param::Nullable], Gives::Bool, |_, given| to(given, &Type::Bool)).regard(Regard::Parts),
    Spec::new("tonumber", &[Param::Nullable], Gives::Number, |_, given| to(given, &Type::Number)).regard(Regard::Parts),
    Spec::new("tostring", &[Param::Nullable], Gives::Text, |_, given| to(given, &Type::String)).regard(Regard::Own),
    Spec::new("tolist", &[Param::Members], Gives::Any, |_, given| to(given, &Type::list(Type::Dynamic)))
        .regard(Regard::Parts)
        .partly(|given| already(given, |ty| matches!(ty, Type::List(_)))),
    Spec::new("tomap", &[Param::Members], Gives::Any, |_, given| to(given, &Type::map(Type::Dynamic)))
        .regard(Regard::Parts)
        .partly(|given| already(given, |ty| matches!(ty, Type::Map(_)))),
    Spec::new("toset", &[Param::Members], Gives::Any, |_, given| to(given, &Type::set(Type::Dynamic)))
        .regard(Regard::Parts)
        .partly(|given| already(given, |ty| matches!(ty, Type::Set(_)))),
    Spec::new("sensitive", &[Param::Nullable], Gives::Any, |_, given| Ok(first(given, |value| with_sensitivity(value, true))))
        .regard(Regard::Own)
        .marked(),
    Spec::new("nonsensitive", &[Param::Nullable], Gives::Any, |_, given| Ok(first(given, |value| with_sensitivity(value, false))))
        .regard(Regard::Own)
        .marked(),
    Spec::new("issensitive", &[Param::Nullable], Gives::Bool, is_sensitive).regard(Regard::Own).marked(),
    Spec::new("ephemeralasnull", &[Param::Nullable], Gives::Any, |_, given| Ok(first(given, without_ephemeral)))
        .regard(Regard::Own)
        .marked(),
    Spec::new("type", &[Param::Nullable], Gives::Text, |_, _| Err("it is there in the console alone".into())).regard(Regard::Own),
];

fn first(given: &[Value], change: impl Fn(&Value) -> Value) -> Value {
    given.first().map_or_else(|| Value::null(Type::Dynamic), change)
}

fn to(given: &[Value], ty: &Type) -> Done {
    let value = first(given, Clone::clone);
    convert(&value, ty).map_err(|why| format!("cannot convert {} to {ty}: {why}", value.ty().name()).into())
}

fn is_sensitive(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let value = first(given, Clone::clone);
    match value.as_unknown() {
        Some(unknown) if !value.marks.sensitive => Ok(Value::unknown(Type::Bool, unknown.reason.clone())),
        _ => Ok(value.marks.sensitive.into()),
    }
}

/// A value that is not known and has the type already that is asked for.
fn already(given: &[Value], is_it: fn(&Type) -> bool) -> Option<Value> {
    given.first().filter(|value| value.as_unknown().is_some_and(|unknown| is_it(&unknown.ty))).cloned()
}

fn without_ephemeral(value: &Value) -> Value {
    if value.marks.ephemeral {
        return Value::null(value.ty());
    }
    let items = |items: &[Value]| items.iter().map(without_ephemeral).collect();
    let data = match &value.data {
        Data::Tuple(list) => Data::Tuple(items(list)),
        Data::List(ty, list) => Data::List(ty.clone(), items(list)),
        Data::Object(members) => {
            let members: Members = members.iter().map(|(name, value)| (std::sync::Arc::clone(name), without_ephemeral(value))).collect();
            Data::Object(std::sync::Arc::new(members))
        }
        data => data.clone(),
    };
    Value::from(data).marked(value.marks).with_origin(value.origin.clone())
}
