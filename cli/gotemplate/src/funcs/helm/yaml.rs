//! Values to YAML and back, by way of the JSON that sigs.k8s.io/yaml takes.

use portcullis_source::{
    Data as Plain, Node, OriginId, Text as Source,
    yaml::emit::{Emitter, Event, Style, natural_order, pretty_order, sort_by_key},
};

use super::{
    json_text::{Escape, Layout, number_text, replaced, to_json},
    provenance::{Places, value_of},
};
use crate::{
    Call, Data, Failure, Function, Map, Member, Object, Param, Str, Value,
    convert::number_without_form,
    format::Complex,
    funcs::{
        argument::{Args, check_size, dict, is_nil, list},
        sprig::encoding::BASE64,
    },
    time::{Duration, Time},
};

const VALUE: &[Param] = &[Param::Any];
const TEXT: &[Param] = &[Param::String];

/// Helm's: what can't be written becomes an empty text, what can't be read a value that has the error.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("toYaml", VALUE, |call, args| to_yaml(call, args, Style::Yaml2)),
    Function::fixed("toYamlPretty", VALUE, |call, args| to_yaml(call, args, Style::Pretty)),
    Function::fixed("fromYaml", TEXT, |call, args| Ok(read(call, args, Wanted::Map).unwrap_or_else(error_map))),
    Function::fixed("fromYamlArray", TEXT, |call, args| {
        Ok(read(call, args, Wanted::List).unwrap_or_else(|error| list(vec![Value::string(error)])))
    }),
];

/// What Helm 4 has besides: what can't be written is an error.
pub const HELM_4: &[Function] = &[Function::fixed("mustToYaml", VALUE, must_to_yaml)];

/// Argo CD's: what can't be read is an error.
pub const ARGO: &[Function] = &[
    Function::fixed("toYaml", VALUE, |call, args| to_yaml(call, args, Style::Yaml2)),
    Function::fixed("fromYaml", TEXT, |call, args| read(call, args, Wanted::Map).map_err(Failure::new)),
    Function::fixed("fromYamlArray", TEXT, |call, args| read(call, args, Wanted::List).map_err(Failure::new)),
];

/// What Go decodes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Map,
    List,
}

impl Wanted {
    /// Refuses a root of another kind in the words of Go's JSON; nothing at all is an empty one.
    pub(super) fn check(self, root: &Node) -> Result<(), String> {
        let (fits, target) = match self {
            Self::Map => (matches!(root.data, Plain::Map(_) | Plain::Null), "map[string]interface {}"),
            Self::List => (matches!(root.data, Plain::List(_) | Plain::Null), "[]interface {}"),
        };
        let kind = match &root.data {
            _ if fits => return Ok(()),
            Plain::Null => "null",
            Plain::Bool(_) => "bool",
            Plain::Int(_) | Plain::Uint(_) | Plain::Float(_) => "number",
            Plain::String(_) => "string",
            Plain::List(_) => "array",
            Plain::Map(_) => "object",
        };
        Err(format!("json: cannot unmarshal {kind} into Go value of type {target}"))
    }

    pub(super) fn empty(self) -> Value {
        match self {
            Self::Map => dict([]),
            Self::List => list(Vec::new()),
        }
    }
}

pub(super) fn error_map(error: String) -> Value {
    dict([("Error".into(), Value::string(error))])
}

fn read(call: &mut Call<'_, '_>, args: Vec<Value>, wanted: Wanted) -> Result<Value, String> {
    let text = Args::new(args).text();
    let stream = portcullis_source::yaml::parse(&Source::nowhere(std::sync::Arc::clone(&text.text.bytes)));
    let converting = |error: &str| format!("error converting YAML to JSON: {error}");
    let Some(document) = stream.documents.first() else {
        return stream.error.map_or_else(|| Ok(wanted.empty().from(text.origin)), |error| Err(converting(&error.message)));
    };
    if let Some(number) = number_without_form(&document.root) {
        return Err(converting(&number_text(number).err().unwrap_or_default()));
    }
    wanted.check(&document.root).map_err(|error| format!("error unmarshaling JSON: while decoding JSON: {error}"))?;
    if matches!(document.root.data, Plain::Null) {
        return Ok(wanted.empty().from(text.origin));
    }
    Ok(value_of(&document.root, &mut Places::new(&text, call.machine)))
}

fn must_to_yaml(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    // Go's encoder of JSON comes first, and says what it can't write.
    to_json(&Args::new(args.clone()).any(), Escape::Html, Layout::Compact)?;
    to_yaml(call, args, Style::Yaml2)
}

fn to_yaml(call: &mut Call<'_, '_>, args: Vec<Value>, style: Style) -> Result<Value, Failure> {
    let value = Args::new(args).any();
    let mut writer = Writer { call, emitter: Emitter::new(style), style, size: 0, within: Vec::new() };
    let written = writer.value(&value, OriginId::NONE, 0).and_then(|()| writer.emitter.finish().map_err(|_| Unwritable::Value));
    let (mut bytes, mut pieces) = match written {
        Ok(written) => written,
        Err(Unwritable::Value) => return Ok(Value::string("").from(value.origin)),
        Err(Unwritable::Limit(failure)) => return Err(failure),
    };
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if let Some(last) = pieces.last_mut() {
            last.end = bytes.len() as u32;
        }
    }
    Ok(match pieces.as_slice() {
        [] => Value::string(bytes).from(value.origin),
        [only] => Value::string(bytes).from(only.origin),
        [_, _, ..] => Value::new(Data::String(Str::pieced(bytes, pieces))).from(value.origin),
    })
}

/// Why a value is not written.
enum Unwritable {
    /// YAML has no form for it; Helm makes an empty text of it.
    Value,
    /// It is too large or nested too deeply.
    Limit(Failure),
}

/// How deep values are written.
const MAX_DEPTH: usize = 250;

struct Writer<'w, 'call, 'set> {
    call: &'w mut Call<'call, 'set>,
    emitter: Emitter,
    style: Style,
    /// About how many bytes were written.
    size: usize,
    /// The maps around what is written.
    within: Vec<Map>,
}

impl Writer<'_, '_, '_> {
    fn event(&mut self, event: Event<'_>, origin: OriginId) -> Result<(), Unwritable> {
        self.size += match event {
            Event::String(text) | Event::Bare(text) => text.len() + 1,
            Event::MapStart | Event::MapEnd | Event::ListStart | Event::ListEnd => 1,
        };
        check_size(self.size).map_err(Unwritable::Limit)?;
        self.emitter.event(event, origin).map_err(|_| Unwritable::Value)
    }

    fn value(&mut self, value: &Value, outer: OriginId, depth: usize) -> Result<(), Unwritable> {
        if depth > MAX_DEPTH {
            return Err(Unwritable::Limit(Failure::limit(format!("a value that is nested more than {MAX_DEPTH} levels deep"))));
        }
        // Each line is indented.
        self.size += 2 * depth;
        let origin = if value.origin.is_none() { outer } else { value.origin };
        match &value.data {
            Data::Nil => self.event(Event::Bare("null"), origin),
            Data::Bool(truth) => self.event(Event::Bare(if *truth { "true" } else { "false" }), origin),
            Data::Int(number) | Data::Int64(number) => self.event(Event::Bare(&number.to_string()), origin),
            Data::Uint8(number) => self.event(Event::Bare(&number.to_string()), origin),
            Data::Float(number) => {
                let text = self.number(*number)?;
                self.event(Event::Bare(&text), origin)
            }
            Data::String(text) => {
                let origin = self.joined(text, origin);
                self.event(Event::String(&replaced(&text.bytes)), origin)
            }
            Data::Bytes(bytes) if self.style == Style::Pretty => {
                let bytes: Vec<Value> = bytes.iter().map(|byte| Value::new(Data::Uint8(*byte))).collect();
                self.list(&bytes, origin, depth)
            }
            Data::Bytes(bytes) => self.event(Event::String(&String::from_utf8_lossy(&BASE64.encode(bytes))), origin),
            Data::List(list) if self.style == Style::Yaml2 && is_nil(list.shared()) => self.event(Event::Bare("null"), origin),
            Data::List(list) => self.list(list.items(), origin, depth),
            Data::Map(map) if self.style == Style::Yaml2 && map.is_nil() => self.event(Event::Bare("null"), origin),
            Data::Map(map) => {
                self.enter(map)?;
                let written = self.map(map, origin, depth);
                self.within.pop();
                written
            }
            Data::Object(object) => self.object(&**object, origin, depth),
        }
    }

    fn list(&mut self, items: &[Value], origin: OriginId, depth: usize) -> Result<(), Unwritable> {
        self.event(Event::ListStart, origin)?;
        for item in items {
            self.value(item, origin, depth + 1)?;
        }
        self.event(Event::ListEnd, origin)
    }

    /// A struct as `yaml.v3` sees it: its fields in order, by their names in lower case, and nothing left out.
    fn members(&mut self, members: Vec<Member>, origin: OriginId, depth: usize) -> Result<(), Unwritable> {
        self.event(Event::MapStart, origin)?;
        let mut within = None;
        for member in members {
            if within != member.within {
                if within.is_some() {
                    self.event(Event::MapEnd, origin)?;
                }
                if let Some(name) = member.within {
                    self.event(Event::String(&name.to_lowercase()), origin)?;
                    self.event(Event::MapStart, origin)?;
                }
                within = member.within;
            }
            self.event(Event::String(&member.name.to_lowercase()), origin)?;
            match &member.value.data {
                // A slice that nobody filled.
                Data::Nil => self.list(&[], origin, depth + 1)?,
                _ => self.value(&member.value, origin, depth + 1)?,
            }
        }
        if within.is_some() {
            self.event(Event::MapEnd, origin)?;
        }
        self.event(Event::MapEnd, origin)
    }

    fn object(&mut self, object: &dyn Object, origin: OriginId, depth: usize) -> Result<(), Unwritable> {
        if Complex::of(object).is_some() {
            return Err(match self.style {
                Style::Yaml2 => Unwritable::Value,
                Style::Pretty => Unwritable::Limit(Failure::new("cannot marshal type: complex128")),
            });
        }
        if self.style == Style::Pretty && object.as_any().is::<Duration>() {
            return self.event(Event::String(&object.display()), origin);
        }
        match (object.members(), object.to_plain()) {
            // YAML has times of its own.
            (_, Some(Value { data: Data::String(text), .. })) if self.style == Style::Pretty && object.as_any().is::<Time>() => {
                self.event(Event::Bare(&text.lossy()), origin)
            }
            (Some(members), _) if self.style == Style::Pretty => self.members(members, origin, depth),
            (_, Some(plain)) => self.value(&plain, origin, depth + 1),
            (_, None) => self.value(&dict([]), origin, depth + 1),
        }
    }

    /// Refuses a map that is within itself: Go's encoder of JSON finds it, that of YAML does not and dies.
    fn enter(&mut self, map: &Map) -> Result<(), Unwritable> {
        if self.within.iter().any(|around| around.is(map)) {
            return Err(match self.style {
                Style::Yaml2 => Unwritable::Value,
                Style::Pretty => Unwritable::Limit(Failure::limit("a map that holds itself")),
            });
        }
        self.within.push(map.clone());
        Ok(())
    }

    fn map(&mut self, map: &Map, origin: OriginId, depth: usize) -> Result<(), Unwritable> {
        self.event(Event::MapStart, origin)?;
        let entries = map.entries.borrow().iter().map(|(key, item)| (std::sync::Arc::clone(key), item.clone())).collect();
        let order = if self.style == Style::Pretty { pretty_order } else { natural_order };
        for (key, item) in sort_by_key(entries, order, |(key, _)| key) {
            let key_origin = match &item.data {
                _ if item.origin.is_none() => origin,
                Data::String(Str { pieces: Some(_), .. }) => origin,
                _ => item.origin,
            };
            self.event(Event::String(&key), key_origin)?;
            self.value(&item, origin, depth + 1)?;
        }
        self.event(Event::MapEnd, origin)
    }

    /// All that a string came from, since a scalar is written as a whole.
    fn joined(&mut self, text: &Str, origin: OriginId) -> OriginId {
        let pieces = text.pieces.as_deref().unwrap_or_default();
        let joined = self.call.machine.join(pieces.iter().map(|piece| piece.origin));
        if joined.is_none() { origin } else { joined }
    }

    /// A number as YAML reads it from JSON, and writes it again.
    fn number(&self, number: f64) -> Result<String, Unwritable> {
        if self.style == Style::Yaml2 {
            let text = number_text(number).map_err(|_| Unwritable::Value)?;
            let text = String::from_utf8_lossy(&text).into_owned();
            if !text.contains(['.', 'e']) {
                if let Ok(whole) = text.parse::<i64>() {
                    return Ok(whole.to_string());
                }
                if text.parse::<u64>().is_ok() {
                    return Ok(text);
                }
            }
        }
        Ok(portcullis_source::yaml::emit::float(number))
    }
}
