//! Values: what is known, what is not and why, what is secret, and where it came from.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Span, json};

use crate::{limits::MAX_VALUE_DEPTH, number::Number, origin::Origin, types::Type};

/// A value with its marks and its origin.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value itself.
    pub data: Data,
    /// What it is marked as.
    pub marks: Marks,
    /// Where it came from.
    pub origin: Origin,
    inside: Inside,
}

/// What is known of all that lies within a value, so that nobody need look through it.
#[derive(Clone, Copy, Debug, Default)]
struct Inside {
    /// How many values there are, this one included.
    weight: u32,
    /// How deep they lie.
    depth: u32,
    unknown: bool,
    marks: Marks,
}

/// The entries of an object or a map.
pub type Members = BTreeMap<Arc<str>, Value>;

/// A value itself.
#[derive(Clone, Debug)]
pub enum Data {
    /// `null` of a type.
    Null(Type),
    /// A bool.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list of items of one type.
    List(Type, Arc<[Value]>),
    /// A set: sorted, each item once.
    Set(Type, Arc<[Value]>),
    /// A map of items of one type.
    Map(Type, Arc<Members>),
    /// Items of any types.
    Tuple(Arc<[Value]>),
    /// Attributes of any types.
    Object(Arc<Members>),
    /// What cannot be known before it is applied, or not by us.
    Unknown(Arc<Unknown>),
}

/// What is said of a value without being a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// It must not be shown.
    pub sensitive: bool,
    /// It must not be kept.
    pub ephemeral: bool,
}

impl Marks {
    /// All marks of two values.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { sensitive: self.sensitive || other.sensitive, ephemeral: self.ephemeral || other.ephemeral }
    }
}

/// A value that is not known.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its type, as far as that is known.
    pub ty: Type,
    /// Why it is not known.
    pub reason: Reason,
    /// What is known of it all the same.
    pub known: Known,
}

/// What is known of a value that is not known as a whole.
#[derive(Clone, Debug)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// That it is not null.
    NotNull,
    /// The parts of a string, some of which are unknown.
    Pieces(Arc<[Value]>),
    /// The value that a text is the encoding of, parts of which are unknown.
    Encoded(Format, Arc<Value>),
    /// It is one of two.
    Either(Arc<[Value; 2]>),
    /// It is a resource or a block of one: what the configuration sets. The provider adds the rest.
    Members(Arc<Members>),
    /// It is an object the names of some of whose entries are known in part, with `?` for each part that is not.
    Keyed(Arc<Members>),
}

impl Known {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    fn parts(&self) -> impl Iterator<Item = &Value> {
        let (list, members): (&[Value], Option<&Members>) = match self {
            Self::Nothing | Self::NotNull => (&[], None),
            Self::Pieces(pieces) => (pieces, None),
            Self::Encoded(_, value) => (std::slice::from_ref(&**value), None),
            Self::Either(both) => (both.as_slice(), None),
            Self::Members(members) | Self::Keyed(members) => (&[], Some(members)),
        };
        list.iter().chain(members.into_iter().flat_map(|members| members.values()))
    }
}

/// An encoding that can be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `jsonencode`.
    Json,
    /// `yamlencode`.
    Yaml,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The kind.
    pub kind: ReasonKind,
    /// Where the unknown comes from.
    pub span: Option<Span>,
}

/// The kinds of reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// The provider computes an attribute of a resource: its address and the attribute's path, empty for the whole resource.
    Computed(Arc<str>, Arc<str>),
    /// A data source is read when the plan is made: its address and the attribute's path.
    Data(Arc<str>, Arc<str>),
    /// Nobody sets a variable that has no default.
    Variable(Arc<str>),
    /// A module is not in the repository: the call and its source.
    Module(Arc<str>, Arc<str>),
    /// Another root does not know it: its folder, and why.
    Layer(Arc<str>, Arc<str>),
    /// No root of the repository keeps its state there.
    State(Arc<str>),
    /// A function gives something else each time.
    Impure(Arc<str>),
    /// Nobody says which workspace or machine it is.
    Environment(Arc<str>),
    /// Something is not evaluated here.
    Unsupported(Arc<str>),
    /// Things refer to each other in a circle.
    Cycle(Arc<str>),
    /// A limit was reached.
    Limit(Arc<str>),
    /// It is wrong, which was reported.
    Failed,
}

impl ReasonKind {
    /// The reason in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Computed(address, path) if path.is_empty() => format!("{address} is known after it is applied"),
            Self::Computed(address, path) => format!("{address}.{path} is known after it is applied"),
            Self::Data(address, path) if path.is_empty() => format!("{address} is read by its provider"),
            Self::Data(address, path) => format!("{address}.{path} is read by its provider"),
            Self::Variable(name) => format!("nobody sets variable {name}"),
            Self::Module(call, source) => format!("{call} comes from {source}, which is not in the repository"),
            Self::Layer(folder, why) => format!("in {folder}, {why}"),
            Self::State(place) => format!("no root of the repository keeps its state in {place}"),
            Self::Impure(name) => format!("{name}() gives something else each time"),
            Self::Environment(what) => format!("{what} depends on where it is run"),
            Self::Unsupported(what) => format!("{what} is not evaluated"),
            Self::Cycle(what) => format!("{what} refers to itself"),
            Self::Limit(what) => format!("the limit {what} was reached"),
            Self::Failed => "it could not be evaluated".to_owned(),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        let empty = Inside { weight: 1, depth: 1, unknown: matches!(data, Data::Unknown(_)), marks: Marks::default() };
        let add = |inside: Inside, part: &Self| Inside {
            weight: inside.weight.saturating_add(part.inside.weight),
            depth: inside.depth.max(part.inside.depth.saturating_add(1)),
            unknown: inside.unknown || part.inside.unknown,
            marks: inside.marks.with(part.all_marks()),
        };
        let inside = match &data {
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => items.iter().fold(empty, add),
            Data::Map(_, members) | Data::Object(members) => members.values().fold(empty, add),
            Data::Unknown(unknown) => Inside { marks: Marks::default(), ..unknown.known.parts().fold(empty, add) },
            Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => empty,
        };
        Self { data, marks: Marks::default(), origin: Origin::default(), inside }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Data::Number(number).into()
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Data::Bool(value).into()
    }
}

impl Value {
    /// A string, normalized as Terraform does.
    #[must_use]
    pub fn string(text: &str) -> Self {
        use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
        if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return Data::String(Arc::from(text)).into();
        }
        Data::String(Arc::from(text.nfc().collect::<String>())).into()
    }

    /// A whole number.
    #[must_use]
    pub fn integer(value: usize) -> Self {
        Number::integer(i64::try_from(value).unwrap_or(i64::MAX)).into()
    }

    /// `null` of a type.
    #[must_use]
    pub fn null(ty: Type) -> Self {
        Data::Null(ty).into()
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: Vec<Self>) -> Self {
        Data::Tuple(Arc::from(items)).into()
    }

    /// An object.
    #[must_use]
    pub fn object(members: Members) -> Self {
        Data::Object(Arc::new(members)).into()
    }

    /// A value that is not known, for a reason.
    #[must_use]
    pub fn unknown(ty: Type, reason: Reason) -> Self {
        Data::Unknown(Arc::new(Unknown { ty, reason, known: Known::Nothing })).into()
    }

    /// The same of something that is not null.
    #[must_use]
    pub fn unknown_not_null(ty: Type, reason: Reason) -> Self {
        Data::Unknown(Arc::new(Unknown { ty, reason, known: Known::NotNull })).into()
    }

    /// What a text that is not known as a whole begins with for certain: its last character may be one with what follows, unless nothing combines
    /// with it.
    pub(crate) fn certain_prefix(&self) -> Option<&str> {
        use unicode_segmentation::UnicodeSegmentation;
        let Known::Pieces(pieces) = &self.as_unknown()?.known else { return None };
        let begin = pieces.first()?.as_str()?;
        let last = begin.graphemes(true).next_back()?;
        let is_whole = begin.ends_with(|last: char| last.is_ascii_punctuation() || last == ' ');
        if is_whole { Some(begin) } else { begin.strip_suffix(last) }
    }

    /// The same value without a word on whether it is null, where that is all that is known.
    #[must_use]
    pub(crate) fn forgetting_not_null(self) -> Self {
        match self.as_unknown() {
            Some(Unknown { ty, reason, known: Known::NotNull }) => {
                Self::unknown(ty.clone(), reason.clone()).marked(self.marks).with_origin(self.origin)
            }
            _ => self,
        }
    }

    /// Whether it is known that a value is not null.
    #[must_use]
    pub fn is_never_null(&self) -> bool {
        match &self.data {
            Data::Null(_) => false,
            Data::Unknown(unknown) => match &unknown.known {
                // What is written as YAML Terraform does not look into before it is known.
                Known::Nothing | Known::Keyed(_) | Known::Encoded(Format::Yaml, _) => false,
                Known::NotNull | Known::Pieces(_) | Known::Encoded(Format::Json, _) | Known::Members(_) => true,
                Known::Either(both) => both.iter().all(Self::is_never_null),
            },
            _ => true,
        }
    }

    /// The same value from somewhere else.
    #[must_use]
    pub fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The same value with more marks.
    #[must_use]
    pub fn marked(self, marks: Marks) -> Self {
        Self { marks: self.marks.with(marks), ..self }
    }

    /// The same value with these marks alone; those of its parts stay.
    #[must_use]
    pub fn with_marks(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.data {
            Data::Null(ty) => ty.clone(),
            Data::Bool(_) => Type::Bool,
            Data::Number(_) => Type::Number,
            Data::String(_) => Type::String,
            Data::List(item, _) => Type::list(item.clone()),
            Data::Set(item, _) => Type::set(item.clone()),
            Data::Map(item, _) => Type::map(item.clone()),
            Data::Tuple(items) => Type::Tuple(items.iter().map(Self::ty).collect()),
            Data::Object(members) => Type::Object(Arc::new(members.iter().map(|(name, value)| (Arc::clone(name), value.ty())).collect())),
            Data::Unknown(unknown) => unknown.ty.clone(),
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null(_))
    }

    /// Why it is not known, where that is so of the value itself and not only of its parts.
    #[must_use]
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match &self.data {
            Data::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list, set or tuple.
    #[must_use]
    pub fn items(&self) -> Option<&Arc<[Self]>> {
        match &self.data {
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a map or object.
    #[must_use]
    pub fn members(&self) -> Option<&Arc<Members>> {
        match &self.data {
            Data::Map(_, members) | Data::Object(members) => Some(members),
            _ => None,
        }
    }

    /// An entry of a map or object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.get(name)
    }

    /// The parts of a collection.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        let items = self.items().map(|items| items.iter()).into_iter().flatten();
        items.chain(self.members().map(|members| members.values()).into_iter().flatten())
    }

    /// The first reason, of the value or of any part, for which something in it is not known.
    #[must_use]
    pub fn any_reason(&self) -> Option<&Reason> {
        if !self.inside.unknown {
            return None;
        }
        match &self.data {
            Data::Unknown(unknown) => Some(&unknown.reason),
            _ => self.parts().find_map(Self::any_reason),
        }
    }

    /// The attribute of the resource that this is, where all that is known of it is that: the address and the attribute's path.
    #[must_use]
    pub fn identity(&self) -> Option<(&str, &str)> {
        match &self.as_unknown()?.reason.kind {
            ReasonKind::Computed(address, path) | ReasonKind::Data(address, path) => Some((address, path)),
            _ => None,
        }
    }

    /// The marks of the value and all its parts.
    #[must_use]
    pub fn all_marks(&self) -> Marks {
        self.marks.with(self.inside.marks)
    }

    /// The same value, no part of it marked.
    #[must_use]
    pub fn unmarked(&self) -> Self {
        if self.all_marks() == Marks::default() {
            return self.clone();
        }
        let items = |items: &Arc<[Self]>| items.iter().map(Self::unmarked).collect();
        let members = |members: &Arc<Members>| Arc::new(members.iter().map(|(name, value)| (Arc::clone(name), value.unmarked())).collect());
        let data = match &self.data {
            Data::List(ty, list) => Data::List(ty.clone(), items(list)),
            Data::Set(ty, list) => Data::Set(ty.clone(), items(list)),
            Data::Tuple(list) => Data::Tuple(items(list)),
            Data::Map(ty, map) => Data::Map(ty.clone(), members(map)),
            Data::Object(map) => Data::Object(members(map)),
            data => data.clone(),
        };
        Self::from(data).with_origin(self.origin.clone())
    }

    /// How deep values lie within it.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.inside.depth as usize
    }

    /// How many values there are within it, itself included.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.inside.weight as usize
    }

    /// The attributes of a resource or a block that the configuration sets, of an object all.
    #[must_use]
    pub fn attributes(&self) -> Option<&Arc<Members>> {
        match self.as_unknown().map(|unknown| &unknown.known) {
            Some(Known::Members(members)) => Some(members),
            _ => self.members(),
        }
    }

    /// A text, with `?` for each part that is not known; none where no part is.
    pub(crate) fn partial_text(&self) -> Option<Arc<str>> {
        if let Data::String(text) = &self.data {
            return Some(Arc::clone(text));
        }
        match self.as_unknown().map(|unknown| &unknown.known) {
            Some(Known::Pieces(pieces)) if pieces.iter().any(|piece| piece.as_str().is_some()) => {
                Some(Arc::from(pieces.iter().map(|piece| piece.as_str().unwrap_or("?")).collect::<String>()))
            }
            _ => None,
        }
    }

    /// The value that a text is JSON of: the one that it was made of, whose parts know their places, else what is read.
    pub(crate) fn encoded_json(&self) -> Option<Self> {
        let read = crate::funcs::json_value(self.as_str()?).ok()?;
        // What became of the text since may have made another one of it.
        let made = self.origin.encoded().filter(|made| made.to_json() == read.to_json());
        Some(made.cloned().unwrap_or_else(|| read.with_origin(self.origin.clone())))
    }

    /// The value that a text is YAML of, where it was made of one, whose parts know their places.
    pub(crate) fn encoded_yaml(&self) -> Option<&Self> {
        let (text, made) = (self.as_str()?, self.origin.encoded()?);
        (crate::funcs::yaml_text(made).as_deref() == Some(text) || made.to_json() == text).then_some(made)
    }

    /// Whether two known values are the same, marks and origins aside.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (&self.data, &other.data) {
            (Data::Null(left), Data::Null(right)) => left == right,
            (Data::Bool(left), Data::Bool(right)) => left == right,
            (Data::Number(left), Data::Number(right)) => left == right,
            (Data::String(left), Data::String(right)) => left == right,
            (Data::List(left_type, left), Data::List(right_type, right)) | (Data::Set(left_type, left), Data::Set(right_type, right)) => {
                left_type == right_type && same_items(left, right)
            }
            (Data::Tuple(left), Data::Tuple(right)) => same_items(left, right),
            (Data::Map(left_type, left), Data::Map(right_type, right)) => left_type == right_type && same_members(left, right),
            (Data::Object(left), Data::Object(right)) => same_members(left, right),
            _ => false,
        }
    }

    /// The value as JSON, secrets included; what is not known stands as `null`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out, 0);
        String::from_utf8(out).unwrap_or_default()
    }

    fn write_json(&self, out: &mut Vec<u8>, depth: usize) {
        if depth > MAX_VALUE_DEPTH {
            out.extend_from_slice(b"null");
            return;
        }
        match &self.data {
            Data::Null(_) | Data::Unknown(_) => out.extend_from_slice(b"null"),
            Data::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Data::Number(number) => out.extend_from_slice(number.text().as_bytes()),
            Data::String(text) => json::string(text, json::Html::Escape, out),
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    item.write_json(out, depth + 1);
                }
                out.push(b']');
            }
            Data::Map(_, members) | Data::Object(members) => {
                out.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    json::string(name, json::Html::Escape, out);
                    out.push(b':');
                    value.write_json(out, depth + 1);
                }
                out.push(b'}');
            }
        }
    }
}

fn same_items(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same(right))
}

fn same_members(left: &Members, right: &Members) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.0 == right.0 && left.1.same(right.1))
}

/// A text as a string of JSON.
#[must_use]
pub fn json_string(text: &str) -> String {
    let mut out = Vec::new();
    json::string(text, json::Html::Escape, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
