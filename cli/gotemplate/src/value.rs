//! The values of a template, typed as Go types them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    rc::Rc,
    sync::Arc,
};

use portcullis_source::{OriginId, Piece};

/// A value, what it came from, and whether Go would hold it in an `interface{}`.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value.
    pub data: Data,
    /// What it came from; for a string with pieces of its own, what made it be chosen.
    pub origin: OriginId,
    /// Its static type is `interface{}`, as of an element of `map[string]interface{}`; unwrapped once by each pipeline,
    /// variable, argument or parenthesis. A boxed nil is Go's nil interface, an unboxed one is Go's invalid `reflect.Value`.
    pub boxed: bool,
}

/// The dynamic types that occur in templates.
#[derive(Clone, Debug)]
pub enum Data {
    /// `nil`.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `int64`.
    Int64(i64),
    /// `uint8`, of indexing a string.
    Uint8(u8),
    /// `float64`, which is what every number of a values file is.
    Float(f64),
    /// `string`.
    String(Str),
    /// `[]uint8`.
    Bytes(Arc<[u8]>),
    /// `[]interface {}`, or a slice of a type of its own.
    List(List),
    /// A map with string keys; a reference, as in Go.
    Map(Map),
    /// A struct or pointer with fields and methods.
    Object(Rc<dyn Object>),
}

/// A string: bytes, which need not be UTF-8, and what they came from where that differs within the string.
#[derive(Clone)]
pub struct Str {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The pieces, ascending by their ends; none where the value's own origin holds for the whole string.
    pub pieces: Option<Rc<[Piece]>>,
}

/// A list; functions copy it, nothing changes it in place.
#[derive(Clone, Debug)]
pub enum List {
    /// `[]interface {}`.
    Any(Rc<Vec<Value>>),
    /// `[]string`.
    Strings(Rc<Vec<Value>>),
    /// `[]int`.
    Ints(Rc<Vec<Value>>),
    /// `[][]interface {}`.
    Lists(Rc<Vec<Value>>),
    /// `[]map[string]interface {}`.
    Maps(Rc<Vec<Value>>),
}

/// A map that is shared by reference: `set` and `merge` change it for everybody who holds it.
#[derive(Clone, Debug)]
pub struct Map {
    /// Its Go type.
    pub kind: MapType,
    /// The entries, by key in byte order.
    pub entries: Rc<RefCell<BTreeMap<Arc<str>, Value>>>,
}

/// The Go type of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `map[string]interface {}`.
    Any,
    /// A type that is such a map under its own name, such as `chartutil.Values`.
    Named(&'static str),
    /// `map[string]string`.
    Strings,
}

/// A field of a struct as Go's encoders see it.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name in Go.
    pub name: &'static str,
    /// The name in JSON; none where JSON leaves it out.
    pub json: Option<&'static str>,
    /// The value.
    pub value: Value,
    /// The embedded struct that it is a field of.
    pub within: Option<&'static str>,
}

/// A struct, or a pointer to one, that a template may look into.
pub trait Object: fmt::Debug {
    /// The Go type, such as `*chartutil.Capabilities`.
    fn type_name(&self) -> &'static str;
    /// The kind that `kindOf` says: `ptr`, `struct`, `map` or `slice`.
    fn kind(&self) -> &'static str;
    /// The value of a field, none where the type has no such field.
    fn field(&self, name: &str) -> Option<Value>;
    /// Whether there is a method of this name.
    fn has_method(&self, name: &str) -> bool;
    /// Calls a method that there is.
    ///
    /// # Errors
    /// The method failed, or the arguments are not of its types.
    fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, crate::Failure>;
    /// The types of a method's parameters; none where it checks its arguments itself.
    fn parameters(&self, name: &str) -> Option<&'static [crate::Param]> {
        let _ = name;
        None
    }
    /// The map or list that it is underneath, for `range`, `index`, `len` and truth; none for a struct.
    fn items(&self) -> Option<Value> {
        None
    }
    /// The fields of a struct in the order of its type; none for what is no struct.
    fn members(&self) -> Option<Vec<Member>> {
        None
    }
    /// Whether Go can compare it with `==`: a struct of nothing but texts, numbers and pointers.
    fn is_comparable(&self) -> bool {
        false
    }
    /// The integer that it is underneath, as a duration is.
    fn integer(&self) -> Option<i64> {
        None
    }
    /// Whether it is a number that is zero.
    fn is_zero(&self) -> bool {
        self.integer() == Some(0)
    }
    /// Whether it is a pointer to a struct without a text of its own, which Go prints as an address where it lies in a list or map.
    fn is_address(&self) -> bool {
        false
    }
    /// The fields that `printf` prints one by one, where it calls no method for a text; none for what is no struct.
    fn printed(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }
    /// What `%v` prints, as an `error` or `Stringer` or as a plain struct.
    fn display(&self) -> String;
    /// What JSON and YAML make of it, where they make anything.
    fn to_plain(&self) -> Option<Value>;
    /// Itself, for functions that know the type behind it.
    fn as_any(&self) -> &dyn std::any::Any;
}

impl Value {
    /// A value of the engine's own.
    #[must_use]
    pub fn new(data: Data) -> Self {
        Self { data, origin: OriginId::NONE, boxed: false }
    }

    /// Go's invalid value, which prints as nothing.
    #[must_use]
    pub fn invalid() -> Self {
        Self::new(Data::Nil)
    }

    /// A string of the engine's own.
    pub fn string(text: impl Into<Str>) -> Self {
        Self::new(Data::String(text.into()))
    }

    /// A new `map[string]interface {}`.
    #[must_use]
    pub fn map(entries: BTreeMap<Arc<str>, Self>) -> Self {
        Self::new(Data::Map(Map::new(MapType::Any, entries)))
    }

    /// A new `[]interface {}`.
    #[must_use]
    pub fn list(items: Vec<Self>) -> Self {
        Self::new(Data::List(List::Any(Rc::new(items))))
    }

    /// The same value from another origin.
    #[must_use]
    pub fn from(self, origin: OriginId) -> Self {
        Self { origin, ..self }
    }

    /// The same value as an element of a map or list holds it.
    #[must_use]
    pub fn boxed(self) -> Self {
        Self { boxed: true, ..self }
    }

    fn is_container(&self) -> bool {
        matches!(self.data, Data::List(_) | Data::Map(_))
    }

    /// Go's truth: false, 0, nil and whatever is empty are false.
    #[must_use]
    pub fn truth(&self) -> bool {
        match &self.data {
            Data::Nil => false,
            Data::Bool(value) => *value,
            Data::Int(value) | Data::Int64(value) => *value != 0,
            Data::Uint8(value) => *value != 0,
            Data::Float(value) => *value != 0.0,
            Data::String(text) => !text.bytes.is_empty(),
            Data::Bytes(bytes) => !bytes.is_empty(),
            Data::List(list) => !list.items().is_empty(),
            Data::Map(map) => !map.entries.borrow().is_empty(),
            Data::Object(object) => !object.is_zero() && object.items().is_none_or(|items| items.truth()),
        }
    }

    /// The Go type, such as `map[string]interface {}`; `<nil>` for nil.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Nil => "<nil>",
            Data::Bool(_) => "bool",
            Data::Int(_) => "int",
            Data::Int64(_) => "int64",
            Data::Uint8(_) => "uint8",
            Data::Float(_) => "float64",
            Data::String(_) => "string",
            Data::Bytes(_) => "[]uint8",
            Data::List(List::Any(_)) => "[]interface {}",
            Data::List(List::Strings(_)) => "[]string",
            Data::List(List::Ints(_)) => "[]int",
            Data::List(List::Lists(_)) => "[][]interface {}",
            Data::List(List::Maps(_)) => "[]map[string]interface {}",
            Data::Map(map) => match map.kind {
                MapType::Any => "map[string]interface {}",
                MapType::Named(name) => name,
                MapType::Strings => "map[string]string",
            },
            Data::Object(object) => object.type_name(),
        }
    }
}

impl List {
    /// The items.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        self.shared()
    }

    /// The items as they are shared by all that hold the list.
    #[must_use]
    pub fn shared(&self) -> &Rc<Vec<Value>> {
        match self {
            Self::Any(items) | Self::Strings(items) | Self::Ints(items) | Self::Lists(items) | Self::Maps(items) => items,
        }
    }

    /// A list of the same Go type with other items.
    #[must_use]
    pub fn with(&self, items: Vec<Value>) -> Self {
        let items = Rc::new(items);
        match self {
            Self::Any(_) => Self::Any(items),
            Self::Strings(_) => Self::Strings(items),
            Self::Ints(_) => Self::Ints(items),
            Self::Lists(_) => Self::Lists(items),
            Self::Maps(_) => Self::Maps(items),
        }
    }

    /// Whether its Go type is that of the other.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// How deep values are dropped within each other.
const MAX_DROP_DEPTH: u32 = 64;

thread_local! {
    /// How deep the values lie that are being dropped.
    static DROP_DEPTH: Cell<u32> = const { Cell::new(0) };
    /// What lies deeper, and waits until the stack is free again: each within the other, they would take more of it than there is, if a template
    /// nests deeply.
    static WAITING: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Drops nested values, those that lie deep one after the other.
fn bury(values: impl IntoIterator<Item = Value>) {
    let depth = DROP_DEPTH.get();
    if depth >= MAX_DROP_DEPTH {
        WAITING.with_borrow_mut(|waiting| waiting.extend(values));
        return;
    }
    DROP_DEPTH.set(depth + 1);
    values.into_iter().for_each(drop);
    if depth == 0 {
        while let Some(value) = WAITING.with_borrow_mut(Vec::pop) {
            drop(value);
        }
    }
    DROP_DEPTH.set(depth);
}

impl Drop for List {
    fn drop(&mut self) {
        let (Self::Any(items) | Self::Strings(items) | Self::Ints(items) | Self::Lists(items) | Self::Maps(items)) = self;
        // Only who holds them alone drops them.
        if let Some(items) = Rc::get_mut(items).filter(|items| items.iter().any(Value::is_container)) {
            bury(std::mem::take(items));
        }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let entries = Rc::get_mut(&mut self.entries).map(RefCell::get_mut);
        if let Some(entries) = entries.filter(|entries| entries.values().any(Value::is_container)) {
            bury(std::mem::take(entries).into_values());
        }
    }
}

thread_local! {
    /// The entries of every nil map: only their identity tells one from an empty map.
    static NIL_ENTRIES: Rc<RefCell<BTreeMap<Arc<str>, Value>>> = Rc::new(RefCell::new(BTreeMap::new()));
}

impl Map {
    /// A map of its own.
    #[must_use]
    pub fn new(kind: MapType, entries: BTreeMap<Arc<str>, Value>) -> Self {
        Self { kind, entries: Rc::new(RefCell::new(entries)) }
    }

    /// Go's nil map, which JSON and YAML write as null.
    #[must_use]
    pub fn nil(kind: MapType) -> Self {
        Self { kind, entries: NIL_ENTRIES.with(Rc::clone) }
    }

    /// Whether this is a nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        NIL_ENTRIES.with(|nil| Rc::ptr_eq(&self.entries, nil))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.borrow().get(key).cloned()
    }

    /// Sets a key for everybody who holds the map; a nil map stays as it is.
    pub fn set(&self, key: impl Into<Arc<str>>, value: Value) {
        if self.is_nil() {
            return;
        }
        self.entries.borrow_mut().insert(key.into(), value);
    }

    /// Whether both are the very same map.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

impl Str {
    /// A string that is made of pieces of different origin.
    #[must_use]
    pub fn pieced(bytes: impl Into<Arc<[u8]>>, pieces: impl Into<Rc<[Piece]>>) -> Self {
        Self { bytes: bytes.into(), pieces: Some(pieces.into()) }
    }

    /// The string without any occurrence of a text, such as the `<no value>` that Helm removes; an empty piece stays in its place.
    #[must_use]
    pub fn without(&self, needle: &str) -> Self {
        let needle = needle.as_bytes();
        let Some(first) = needle.first() else { return self.clone() };
        let mut kept: Vec<(usize, usize)> = Vec::new();
        let (mut at, mut start) = (0, 0);
        while let Some(rest) = self.bytes.get(at..) {
            let Some(distance) = rest.iter().position(|byte| byte == first) else { break };
            at += distance;
            if rest.get(distance..).is_some_and(|rest| rest.starts_with(needle)) {
                kept.push((start, at));
                at += needle.len();
                start = at;
            } else {
                at += 1;
            }
        }
        if kept.is_empty() {
            return self.clone();
        }
        kept.push((start, self.bytes.len()));
        self.parts(&kept)
    }

    fn parts(&self, ranges: &[(usize, usize)]) -> Self {
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut pieces: Vec<Piece> = Vec::new();
        let mut all = self.pieces.iter().flat_map(|pieces| pieces.iter()).peekable();
        for &(start, end) in ranges {
            let shift = start - bytes.len();
            bytes.extend_from_slice(self.bytes.get(start..end).unwrap_or_default());
            while let Some(piece) = all.peek().copied() {
                let stop = (piece.end as usize).clamp(start, end);
                let empty = stop == start;
                if !empty || !pieces.last().is_some_and(|last| last.end as usize == stop - shift && last.origin == piece.origin) {
                    pieces.push(Piece { end: (stop - shift) as u32, origin: piece.origin });
                }
                if piece.end as usize > end {
                    break;
                }
                all.next();
            }
        }
        Self { bytes: bytes.into(), pieces: self.pieces.as_ref().map(|_| Rc::from(pieces)) }
    }

    /// The text, with what is no UTF-8 replaced.
    #[must_use]
    pub fn lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self { bytes: Arc::from(text.as_bytes()), pieces: None }
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self { bytes: Arc::from(text.into_bytes()), pieces: None }
    }
}

impl From<Arc<str>> for Str {
    fn from(text: Arc<str>) -> Self {
        Self { bytes: Arc::from(text), pieces: None }
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: Arc::from(bytes), pieces: None }
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.lossy())
    }
}
