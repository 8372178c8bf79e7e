//! The functions of the language: what each takes, and how it is called.

mod digest;
mod encode;
mod file;
mod float;
mod format;
mod glob;
mod kind;
mod lazy;
mod list;
mod map;
mod network;
mod number;
mod pattern;
mod provider;
mod set;
mod text;
mod time;
mod yaml;

use std::sync::Arc;

use portcullis_source::Span;

use crate::{
    convert::convert,
    machine::{Evaluated, Fault, Machine, Scope},
    number::Number,
    origin::Origin,
    syntax::Call,
    types::Type,
    value::{Data, Marks, Reason, ReasonKind, Value},
};

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    Text,
    Number,
    /// Anything but null.
    Any,
    /// Any collection, tuple or object.
    Collection,
    /// The same, or null.
    Members,
    /// Anything.
    Nullable,
    /// A list of strings.
    Texts,
    /// A list of bools.
    Bools,
    /// A list of lists of strings by name.
    Lists,
    /// A set of anything.
    Set,
    /// A list, of which a set or tuple is made if need be.
    List,
}

/// What becomes of parts that are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Regard {
    /// The result is unknown if anything in an argument is.
    Deep,
    /// The result is unknown if an argument itself is.
    Parts,
    /// The function sees to it itself.
    Own,
}

/// What the result is, where it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    Text,
    Number,
    Bool,
    Texts,
    Any,
}

/// Why a function has no result.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) limit: Option<&'static str>,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { message, limit: None }
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl Failure {
    pub(crate) fn limit(name: &'static str) -> Self {
        Self { message: format!("the limit {name} is reached"), limit: Some(name) }
    }
}

pub(crate) type Done = Result<Value, Failure>;
type Run = fn(&mut Context<'_, '_>, &[Value]) -> Done;

/// What arguments of which one is not known say of a result.
type Partly = fn(&[Value]) -> Option<Value>;

/// A function.
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    name: &'static str,
    params: &'static [Param],
    rest: Option<Param>,
    gives: Gives,
    regard: Regard,
    run: Run,
    /// Whether it sees marks, and says itself what the result is marked as.
    marked: bool,
    /// What is known of the result although an argument is not.
    partly: Option<Partly>,
}

impl Spec {
    const fn new(name: &'static str, params: &'static [Param], gives: Gives, run: Run) -> Self {
        Self { name, params, rest: None, gives, regard: Regard::Deep, run, marked: false, partly: None }
    }

    const fn rest(self, rest: Param) -> Self {
        Self { rest: Some(rest), ..self }
    }

    const fn regard(self, regard: Regard) -> Self {
        Self { regard, ..self }
    }

    const fn marked(self) -> Self {
        Self { marked: true, ..self }
    }

    const fn partly(self, partly: Partly) -> Self {
        Self { partly: Some(partly), ..self }
    }
}

/// What a function may use beside its arguments.
pub(crate) struct Context<'m, 'a> {
    pub(crate) machine: &'m mut Machine<'a>,
    pub(crate) span: Span,
}

const ALL: &[&[Spec]] = &[
    digest::FUNCTIONS,
    encode::FUNCTIONS,
    file::FUNCTIONS,
    format::FUNCTIONS,
    kind::FUNCTIONS,
    list::FUNCTIONS,
    map::FUNCTIONS,
    network::FUNCTIONS,
    number::FUNCTIONS,
    pattern::FUNCTIONS,
    set::FUNCTIONS,
    text::FUNCTIONS,
    time::FUNCTIONS,
    yaml::FUNCTIONS,
];

/// Those that may give null, as far as Terraform knows before it knows their arguments.
const MAYBE_NULL: &[&str] = &[
    "coalescelist",
    "concat",
    "csvdecode",
    "element",
    "ephemeralasnull",
    "flatten",
    "issensitive",
    "jsondecode",
    "lookup",
    "merge",
    "nonsensitive",
    "one",
    "sensitive",
    "strcontains",
    "timeadd",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "yamldecode",
    "yamlencode",
];

/// Those that see their arguments before they are evaluated.
const LAZY: &[&str] = &["can", "templatefile", "templatestring", "try"];

/// Those whose results nobody can know, with the least and the most arguments that they take.
const IMPURE: &[(&str, usize, usize)] = &[("bcrypt", 1, usize::MAX), ("plantimestamp", 0, 0), ("timestamp", 0, 0), ("uuid", 0, 0)];

/// The names of all functions, sorted.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let own = ALL.iter().flat_map(|group| group.iter()).map(|spec| spec.name);
    let mut names: Vec<&str> = own.chain(LAZY.iter().copied()).chain(IMPURE.iter().map(|(name, ..)| *name)).collect();
    names.sort_unstable();
    names
}

fn find(name: &str) -> Option<&'static Spec> {
    ALL.iter().chain([&provider::FUNCTIONS]).flat_map(|group| group.iter()).find(|spec| spec.name == name)
}

impl Machine<'_> {
    pub(crate) fn call(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Evaluated {
        if scope.constant {
            return Err(Fault::new("functions cannot be called here", "write the value itself", call.name_span));
        }
        if LAZY.contains(&&*call.name) {
            return self.call_lazily(call, span, scope);
        }
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push((self.eval(argument, scope)?, argument.span));
        }
        if call.expand
            && let Some(unknown) = expand(&mut arguments)?
        {
            return Ok(unknown);
        }
        if let Some((name, least, most)) = IMPURE.iter().find(|(name, ..)| *name == &*call.name) {
            if !(*least..=*most).contains(&arguments.len()) {
                return Err(Fault::new(format!("{name} does not take {} arguments", arguments.len()), "see its documentation", span));
            }
            let reason = Reason { kind: ReasonKind::Impure(Arc::clone(&call.name)), span: Some(span) };
            return Ok(Value::unknown_not_null(Type::String, reason));
        }
        let Some(spec) = find(&call.name) else { return self.call_foreign(call, span) };
        if file::READ.contains(&spec.name)
            && let Some(reason) = arguments.first().and_then(|(path, _)| self.not_copied(path.as_str()?, span))
        {
            return Ok(Value::unknown(spec.gives.ty(), reason));
        }
        self.apply(spec, arguments, span)
    }

    /// A function of another provider is not known here; anything else does not exist.
    fn call_foreign(&mut self, call: &Call, span: Span) -> Evaluated {
        if call.name.starts_with("provider::") && !call.name.starts_with("provider::terraform::") {
            let reason = crate::eval::unsupported(&format!("{}()", call.name), span);
            return Ok(Value::unknown(Type::Dynamic, reason));
        }
        let own = provider::FUNCTIONS.iter().map(|spec| spec.name);
        let near = names().into_iter().chain(own).find(|name| is_near(name, &call.name));
        let hint = near.map_or_else(|| "see the list of Terraform's functions".to_owned(), |name| format!("did you mean {name}?"));
        Err(Fault::new(format!("there is no function {:?}", call.name), hint, call.name_span))
    }

    fn apply(&mut self, spec: &Spec, arguments: Vec<(Value, Span)>, span: Span) -> Evaluated {
        let (least, given) = (spec.params.len(), arguments.len());
        if given < least || (given > least && spec.rest.is_none()) {
            let place = arguments.get(least).map_or(span, |(_, place)| *place);
            let wanted = if spec.rest.is_some() { format!("at least {least}") } else { least.to_string() };
            return Err(Fault::new(format!("{} takes {wanted} arguments, not {given}", spec.name), "see its documentation", place));
        }
        let mut values = Vec::new();
        let mut marks = Marks::default();
        let mut reason = None;
        for (at, (value, place)) in arguments.iter().enumerate() {
            self.charge(value, span)?;
            let param = spec.params.get(at).copied().or(spec.rest).unwrap_or(Param::Any);
            let value = if spec.marked {
                value.clone()
            } else {
                marks = marks.with(if keeps_parts(spec) { value.marks } else { value.all_marks() });
                if keeps_parts(spec) { value.clone().with_marks(Marks::default()) } else { value.unmarked() }
            };
            let unknown = if spec.regard == Regard::Deep { value.any_reason() } else { value.as_unknown().map(|unknown| &unknown.reason) };
            reason = reason.or_else(|| unknown.cloned());
            let fitted = fit(&value, param).map_err(|why| {
                let why = if arguments.iter().any(|(value, _)| value.all_marks().sensitive) {
                    "it is sensitive, and does not fit".to_owned()
                } else {
                    why
                };
                Fault::new(format!("argument {} of {}: {why}", at + 1, spec.name), "see its documentation", *place)
            })?;
            values.push(fitted);
        }
        let origin = Origin::computed(span, arguments.iter().map(|(value, _)| &value.origin));
        if let (Some(reason), true) = (reason, spec.regard != Regard::Own) {
            let partly = spec.partly.and_then(|partly| partly(&values));
            let result = partly.unwrap_or_else(|| Value::unknown(spec.gives.ty(), reason));
            return Ok(refined(spec, result).marked(marks).with_origin(origin));
        }
        let mut context = Context { machine: self, span };
        let hidden = arguments.iter().any(|(value, _)| value.all_marks().sensitive);
        let result = (spec.run)(&mut context, &values).map_err(|failure| {
            // What went wrong may tell what nobody may see.
            let why = if hidden && failure.limit.is_none() { "a sensitive argument does not fit".to_owned() } else { failure.message };
            Fault { limit: failure.limit, ..Fault::new(format!("{}: {why}", spec.name), "see its documentation", span) }
        })?;
        let origin = if spec.marked && result.origin.span().is_some() { result.origin.clone() } else { origin };
        let origin = result.origin.encoded().map(|made| origin.encoding(made, span)).unwrap_or(origin);
        Ok(refined(spec, result).marked(marks).with_origin(origin))
    }
}

/// A result of which it is known that it is not null.
fn refined(spec: &Spec, result: Value) -> Value {
    let unknown = result.as_unknown().filter(|unknown| unknown.known.is_nothing() && !MAYBE_NULL.contains(&spec.name));
    unknown.map(|unknown| Value::unknown_not_null(unknown.ty.clone(), unknown.reason.clone()).marked(result.marks)).unwrap_or(result)
}

/// Whether the items of its arguments go into the result as they are, marks included.
fn keeps_parts(spec: &Spec) -> bool {
    spec.regard == Regard::Parts
}

fn is_near(one: &str, other: &str) -> bool {
    let distance = one.chars().zip(other.chars()).filter(|(one, other)| one != other).count();
    one.len().abs_diff(other.len()) + distance <= 2
}

/// Puts the items of the last argument in its place; what comes out where that is not known.
fn expand(arguments: &mut Vec<(Value, Span)>) -> Evaluated<Option<Value>> {
    let Some((last, span)) = arguments.pop() else { return Ok(None) };
    if let Some(unknown) = last.as_unknown() {
        return Ok(Some(Value::unknown(Type::Dynamic, unknown.reason.clone()).marked(last.marks)));
    }
    let Some(items) = last.items() else {
        return Err(Fault::new("the argument before `...` is no list", "give a list, set or tuple that is not null", span));
    };
    arguments.extend(items.iter().map(|item| (item.clone().marked(last.marks), span)));
    Ok(None)
}

fn fit(value: &Value, param: Param) -> Result<Value, String> {
    if value.is_null() && !matches!(param, Param::Nullable | Param::Members) {
        return Err("it must not be null".to_owned());
    }
    let ty = match param {
        Param::Text => Type::String,
        Param::Number => Type::Number,
        Param::Collection | Param::Members if value.as_unknown().is_some_and(|unknown| unknown.ty.is_primitive()) => {
            return Err("a collection is required".to_owned());
        }
        Param::Any | Param::Nullable | Param::Collection | Param::Members => return Ok(value.clone()),
        Param::Texts => Type::list(Type::String),
        Param::Bools => Type::list(Type::Bool),
        Param::Lists => Type::map(Type::list(Type::String)),
        Param::Set => Type::set(Type::Dynamic),
        Param::List => Type::list(Type::Dynamic),
    };
    convert(value, &ty)
}

impl Gives {
    fn ty(self) -> Type {
        match self {
            Self::Text => Type::String,
            Self::Number => Type::Number,
            Self::Bool => Type::Bool,
            Self::Texts => Type::list(Type::String),
            Self::Any => Type::Dynamic,
        }
    }
}

/// The text of an argument that is one.
fn text(arguments: &[Value], at: usize) -> &str {
    arguments.get(at).and_then(Value::as_str).unwrap_or_default()
}

/// The number of an argument that is one.
fn number(arguments: &[Value], at: usize) -> Number {
    match arguments.get(at).map(|value| &value.data) {
        Some(Data::Number(number)) => number.clone(),
        _ => Number::integer(0),
    }
}

/// The whole number of an argument.
fn whole(arguments: &[Value], at: usize) -> Result<i64, Failure> {
    number(arguments, at).to_i64().ok_or_else(|| "a whole number is required".into())
}

/// The items of an argument that is a collection.
fn items(arguments: &[Value], at: usize) -> &[Value] {
    arguments.get(at).and_then(Value::items).map_or(&[], |items| items)
}

/// A list of strings.
fn texts(items: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    Data::List(Type::String, items.into_iter().map(|item| Value::string(item.as_ref())).collect()).into()
}

/// The files that a pattern of paths from the root module's folder names, sorted.
pub(crate) fn files(machine: &Machine<'_>, pattern: &str) -> Result<Vec<String>, String> {
    let plain = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    let (folder, pattern) = match pattern.get(..plain).and_then(|before| before.rfind('/')) {
        Some(at) => pattern.split_at(at + 1),
        None => ("./", pattern),
    };
    let found = file::matching(machine, folder, pattern).map_err(|failure| failure.message)?;
    Ok(found.into_iter().map(|path| format!("{folder}{path}")).collect())
}

/// Writes YAML as `yamlencode` does; none beyond the limits.
pub(crate) fn yaml_text(value: &Value) -> Option<String> {
    yaml::encode_yaml(value).ok()
}

/// Reads JSON as `jsondecode` does.
pub(crate) fn json_value(text: &str) -> Result<Value, String> {
    encode::decode_json(text).map_err(|failure| failure.message)
}
