//! Types, and the one that several have in common.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// A type of Terraform's language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Any type, not known yet.
    Dynamic,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(…)`.
    List(Arc<Self>),
    /// `set(…)`.
    Set(Arc<Self>),
    /// `map(…)`.
    Map(Arc<Self>),
    /// `tuple([…])`.
    Tuple(Arc<[Self]>),
    /// `object({…})`.
    Object(Arc<BTreeMap<Arc<str>, Self>>),
}

impl Type {
    /// A list of something.
    #[must_use]
    pub fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// A set of something.
    #[must_use]
    pub fn set(item: Self) -> Self {
        Self::Set(Arc::new(item))
    }

    /// A map of something.
    #[must_use]
    pub fn map(item: Self) -> Self {
        Self::Map(Arc::new(item))
    }

    /// Whether it is a bool, a number or a string.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// The type of the items of a list, set or map.
    #[must_use]
    pub fn item(&self) -> Option<&Self> {
        match self {
            Self::List(item) | Self::Set(item) | Self::Map(item) => Some(item),
            Self::Dynamic | Self::Bool | Self::Number | Self::String | Self::Tuple(_) | Self::Object(_) => None,
        }
    }

    /// Whether a part of it is not known yet.
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(item) | Self::Set(item) | Self::Map(item) => item.has_dynamic(),
            Self::Tuple(items) => items.iter().any(Self::has_dynamic),
            Self::Object(fields) => fields.values().any(Self::has_dynamic),
        }
    }

    /// The word for it in messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dynamic => "any",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) => "map",
            Self::Tuple(_) => "tuple",
            Self::Object(_) => "object",
        }
    }

    /// The type in the JSON that Terraform writes it in.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Dynamic => "\"dynamic\"".to_owned(),
            Self::Bool | Self::Number | Self::String => format!("\"{}\"", self.name()),
            Self::List(item) | Self::Set(item) | Self::Map(item) => format!("[\"{}\",{}]", self.name(), item.to_json()),
            Self::Tuple(items) => {
                let items: Vec<String> = items.iter().map(Self::to_json).collect();
                format!("[\"tuple\",[{}]]", items.join(","))
            }
            Self::Object(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, ty)| format!("{}:{}", crate::value::json_string(name), ty.to_json())).collect();
                format!("[\"object\",{{{}}}]", fields.join(","))
            }
        }
    }

    /// Whether a value of this type can be converted to another; `strict` leaves out texts that may not read as the other type.
    #[must_use]
    pub fn converts_to(&self, other: &Self, strict: bool) -> bool {
        match (self, other) {
            (_, Self::Dynamic) => true,
            (Self::Dynamic, _) => !strict,
            (Self::Bool | Self::Number, Self::String) => true,
            (Self::String, Self::Bool | Self::Number) => !strict,
            (Self::List(from) | Self::Set(from), Self::List(to) | Self::Set(to)) => {
                !(strict && matches!(self, Self::List(_)) && matches!(other, Self::Set(_)) && from != to) && from.converts_to(to, strict)
            }
            (Self::Map(from), Self::Map(to)) => from.converts_to(to, strict),
            (Self::Tuple(from), Self::List(to) | Self::Set(to)) => to.is_dynamic_or(from.iter(), |item| item.converts_to(to, strict)),
            (Self::Tuple(from), Self::Tuple(to)) => {
                from.len() == to.len() && from.iter().zip(to.iter()).all(|(from, to)| from.converts_to(to, strict))
            }
            (Self::Object(from), Self::Map(to)) => to.is_dynamic_or(from.values(), |item| item.converts_to(to, strict)),
            (Self::Object(from), Self::Object(to)) => {
                to.iter().all(|(name, to)| from.get(name).is_some_and(|from| from.converts_to(to, strict)))
            }
            (Self::Map(from), Self::Object(to)) => !strict && to.values().all(|to| from.converts_to(to, strict)),
            _ => self == other,
        }
    }

    fn is_dynamic_or<'a>(&self, mut items: impl Iterator<Item = &'a Self>, check: impl Fn(&Self) -> bool) -> bool {
        if *self == Self::Dynamic {
            let items: Vec<Self> = items.cloned().collect();
            return unify(&items, false).is_some();
        }
        items.all(check)
    }
}

/// The type that values of several types can all be converted to; `strict` leaves out texts that may not read as it.
#[must_use]
pub(crate) fn unify(types: &[Type], strict: bool) -> Option<Type> {
    let count = |is: fn(&Type) -> bool| types.iter().filter(|ty| is(ty)).count();
    let all = types.len();
    if all == 0 {
        return None;
    }
    let dynamic = count(|ty| *ty == Type::Dynamic);
    let [maps, lists, sets, objects, tuples] = [
        count(|ty| matches!(ty, Type::Map(_))),
        count(|ty| matches!(ty, Type::List(_))),
        count(|ty| matches!(ty, Type::Set(_))),
        count(|ty| matches!(ty, Type::Object(_))),
        count(|ty| matches!(ty, Type::Tuple(_))),
    ];
    if maps > 0 && maps + dynamic == all {
        return collections(types, dynamic, strict).map(Type::map);
    }
    if maps > 0 && maps + objects + dynamic == all {
        if let Some(item) = members(types, strict) {
            return Some(Type::map(item));
        }
    } else if lists > 0 && lists + dynamic == all {
        return collections(types, dynamic, strict).map(Type::list);
    } else if lists > 0 && lists + tuples + dynamic == all {
        if let Some(item) = members(types, strict) {
            return Some(Type::list(item));
        }
    } else if sets > 0 && sets + dynamic == all {
        return collections(types, dynamic, strict).map(Type::set);
    } else if objects > 0 && objects + dynamic == all {
        return unify_objects(types, dynamic, strict);
    } else if tuples > 0 && tuples + dynamic == all {
        return unify_tuples(types, dynamic, strict);
    } else if objects > 0 && tuples > 0 {
        return None;
    }
    preferred(types, strict)
}

fn collections(types: &[Type], dynamic: usize, strict: bool) -> Option<Type> {
    if dynamic > 0 {
        return Some(Type::Dynamic);
    }
    let items: Vec<Type> = types.iter().filter_map(|ty| ty.item().cloned()).collect();
    unify(&items, strict)
}

/// The type of all items of collections, tuples and objects.
fn members(types: &[Type], strict: bool) -> Option<Type> {
    let mut items = Vec::new();
    for ty in types {
        match ty {
            Type::Tuple(types) => items.extend(types.iter().cloned()),
            Type::Object(fields) => items.extend(fields.values().cloned()),
            Type::List(item) | Type::Set(item) | Type::Map(item) => items.push(Type::clone(item)),
            Type::Dynamic => return Some(Type::Dynamic),
            Type::Bool | Type::Number | Type::String => return None,
        }
    }
    unify(&items, strict)
}

fn unify_objects(types: &[Type], dynamic: usize, strict: bool) -> Option<Type> {
    if dynamic > 0 {
        return Some(Type::Dynamic);
    }
    let fields: Vec<&Arc<BTreeMap<Arc<str>, Type>>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(fields) => Some(fields),
            _ => None,
        })
        .collect();
    let first = fields.first()?;
    if fields.iter().all(|other| other.keys().eq(first.keys())) {
        let unified: Option<BTreeMap<Arc<str>, Type>> = first
            .keys()
            .map(|name| {
                let types: Vec<Type> = fields.iter().filter_map(|other| other.get(name).cloned()).collect();
                Some((Arc::clone(name), unify(&types, strict)?))
            })
            .collect();
        if let Some(unified) = unified {
            return Some(Type::Object(Arc::new(unified)));
        }
        return None;
    }
    members(types, strict).map(Type::map)
}

fn unify_tuples(types: &[Type], dynamic: usize, strict: bool) -> Option<Type> {
    if dynamic > 0 {
        return Some(Type::Dynamic);
    }
    let tuples: Vec<&Arc<[Type]>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Tuple(items) => Some(items),
            _ => None,
        })
        .collect();
    let first = tuples.first()?;
    if tuples.iter().all(|other| other.len() == first.len()) {
        let unified: Option<Vec<Type>> = (0..first.len())
            .map(|at| {
                let types: Vec<Type> = tuples.iter().filter_map(|other| other.get(at).cloned()).collect();
                unify(&types, strict)
            })
            .collect();
        if let Some(unified) = unified {
            return Some(Type::Tuple(Arc::from(unified)));
        }
        return None;
    }
    members(types, strict).map(Type::list)
}

/// The first of the types, in order of preference, that all others convert to.
fn preferred(types: &[Type], strict: bool) -> Option<Type> {
    let rank = |ty: &Type| match ty {
        Type::String => 0,
        Type::Number => 1,
        Type::Bool => 2,
        Type::Dynamic => 4,
        _ => 3,
    };
    let mut order: Vec<&Type> = types.iter().collect();
    order.sort_by_key(|ty| rank(ty));
    let fits = |wanted: &Type| types.iter().all(|ty| ty == wanted || ty.converts_to(wanted, strict));
    order.into_iter().find(|wanted| fits(wanted)).cloned()
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => formatter.write_str(self.name()),
            Self::List(item) | Self::Set(item) | Self::Map(item) => write!(formatter, "{}({item})", self.name()),
            Self::Tuple(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(formatter, "tuple([{}])", items.join(", "))
            }
            Self::Object(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name} = {ty}")).collect();
                write!(formatter, "object({{{}}})", fields.join(", "))
            }
        }
    }
}
