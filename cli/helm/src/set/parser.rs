//! The grammar of `--set` and its kin.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Map, Str, Value};
use portcullis_source::{Key, LayerId, Link, Origin, OriginId, Piece, Role, Source, SourceFile, Span, Trace};

use super::value::{from_json, list, place, same_container, typed, unfit};
use crate::{RenderError, table};

/// How deep names may be nested.
const MAX_NESTING: usize = 30;

/// How an argument's values are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style<'a> {
    /// `--set`: booleans, null and integers are what they look like.
    Typed,
    /// `--set-string`.
    Text,
    /// `--set-json`.
    Json,
    /// `--set-file`, with the files by their paths.
    File(&'a BTreeMap<String, Arc<SourceFile>>),
    /// `--set-literal`.
    Literal,
}

/// Why the reading of an argument stopped.
pub(super) enum Stop {
    /// At its end, which is no error.
    End,
    Error(String),
}

pub(super) type Read<T> = Result<T, Stop>;

/// An argument and what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Argument<'a> {
    /// Its text.
    pub(crate) file: &'a SourceFile,
    /// The layer that it makes.
    pub(crate) layer: LayerId,
    /// Where the field that it stands for came from; none where a person wrote the argument.
    pub(crate) place: Option<&'a Origin>,
}

impl Argument<'_> {
    /// The place of a range of it: that of the field that it stands for, the template before what was filled into it.
    fn span(&self, start: usize, end: usize) -> Span {
        let written = |place: &Origin| place.links.iter().find(|link| link.role != Role::Values).and_then(|link| link.span);
        let place = self.place.and_then(|place| written(place).or_else(|| place.edit()));
        place.unwrap_or(Span { file: self.file.id(), start: start as u32, end: end as u32 })
    }

    /// What was filled into the field that it stands for, and whether that is all of it.
    fn filled(&self) -> (Vec<&Link>, bool) {
        let links = self.place.map(|place| place.links.as_slice()).unwrap_or_default();
        let filled = links.iter().filter(|link| link.role == Role::Values && link.span.is_some()).collect();
        (filled, links.first().is_some_and(|link| link.role == Role::Values))
    }
}

/// Sets what an argument says in a table.
pub(crate) fn apply(argument: Argument<'_>, style: &Style<'_>, values: &Map, trace: &mut Trace) -> Result<(), RenderError> {
    let text = String::from_utf8_lossy(argument.file.bytes()).into_owned();
    let span = argument.span(0, argument.file.bytes().len());
    let layer = argument.layer;
    let root = trace.source(Source::Value { span, key: Key::Root, parent: OriginId::NONE, layer, shadowed: OriginId::NONE });
    let mut parser = Parser { argument, text: &text, at: 0, style: *style, trace, named: Vec::new() };
    loop {
        match parser.key(values, root, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(message)) => {
                let message = match style {
                    Style::Typed => format!("failed parsing --set data: {message}"),
                    Style::Text => format!("failed parsing --set-string data: {message}"),
                    Style::Json => format!("failed parsing --set-json data {text}"),
                    Style::File(_) => format!("failed parsing --set-file data: {message}"),
                    Style::Literal => format!("failed parsing --set-literal data: {message}"),
                };
                return Err(RenderError::new(message).at(Some(span)));
            }
        }
    }
}

/// The paths that the argument of a `--set-file` names.
pub(crate) fn paths(argument: &[u8]) -> Vec<String> {
    let sources = portcullis_source::Sources::default();
    let argument = sources.add("--set-file", argument);
    let text = String::from_utf8_lossy(argument.bytes()).into_owned();
    let values = table::empty();
    let Some(values) = table::table(&values) else { return Vec::new() };
    let (files, mut trace) = (BTreeMap::new(), Trace::default());
    let layer = trace.layer("--set-file");
    let argument = Argument { file: &argument, layer, place: None };
    let mut parser = Parser { argument, text: &text, at: 0, style: Style::File(&files), trace: &mut trace, named: Vec::new() };
    while parser.key(values, OriginId::NONE, 0).is_ok() {}
    parser.named
}

struct Parser<'a> {
    argument: Argument<'a>,
    text: &'a str,
    at: usize,
    style: Style<'a>,
    trace: &'a mut Trace,
    /// The files that were named but not given.
    named: Vec<String>,
}

/// A run of text up to a stop character.
struct Run {
    text: String,
    start: usize,
    end: usize,
    /// The character that ended it, none at the end of the argument.
    stop: Option<char>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.text.get(self.at..)?.chars().next()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Reads up to one of some characters; a backslash takes the next one as it is, but not in literals.
    fn until(&mut self, stops: &[char]) -> Run {
        let start = self.at;
        let mut text = String::new();
        loop {
            let end = self.at;
            match self.next() {
                None => return Run { text, start, end, stop: None },
                Some(character) if stops.contains(&character) => return Run { text, start, end, stop: Some(character) },
                Some('\\') if !matches!(self.style, Style::Literal) => match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => return Run { text, start, end, stop: None },
                },
                Some(character) => text.push(character),
            }
        }
    }

    fn origin(&mut self, key: Key, parent: OriginId, start: usize, end: usize) -> OriginId {
        let span = self.argument.span(start, end);
        self.trace.source(Source::Value { span, key, parent, layer: self.argument.layer, shadowed: OriginId::NONE })
    }

    /// Sets a key; one without a name is passed over.
    fn put(&mut self, values: &Map, key: &str, mut value: Value) {
        if key.is_empty() {
            return;
        }
        if let Some(old) = values.get(key)
            && !same_container(&old, &value)
        {
            table::shadow(self.trace, &mut value, &old);
        }
        values.set(key, value.boxed());
    }

    fn key(&mut self, values: &Map, parent: OriginId, depth: usize) -> Read<()> {
        let stops: &[char] = if matches!(self.style, Style::Literal) { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let run = self.until(stops);
        let key = run.text;
        let own = Key::Name(Arc::from(key.as_str()));
        match run.stop {
            None if key.is_empty() => Err(Stop::End),
            None => Err(Stop::Error(format!("key {key:?} has no value"))),
            Some('[') => {
                let index = self.index()?;
                let items = match values.get(&key) {
                    None => Vec::new(),
                    Some(value) => list(&value).ok_or_else(|| unfit(&value, "[]interface {}"))?,
                };
                let origin = self.origin(own, parent, run.start, run.end);
                let (items, outcome) = self.item(items, index, origin, depth);
                let value = Value { origin, ..Value::list(items) };
                self.put(values, &key, value);
                outcome
            }
            Some('=') => self.value(values, &key, parent, run.start),
            Some(',') => {
                self.put(values, &key, Value::string(""));
                Err(Stop::Error(format!("key {key:?} has no value (cannot end with ,)")))
            }
            Some(_) => self.nested(values, &key, parent, depth + 1, (run.start, run.end)),
        }
    }

    fn nested(&mut self, values: &Map, key: &str, parent: OriginId, depth: usize, place: (usize, usize)) -> Read<()> {
        if depth > MAX_NESTING {
            let limit = MAX_NESTING;
            return Err(Stop::Error(format!("value name nested level is greater than maximum supported nested level of {limit}")));
        }
        let origin = self.origin(Key::Name(Arc::from(key)), parent, place.0, place.1);
        let inner = match values.get(key) {
            None => table::empty().from(origin),
            Some(value) => {
                // What is set here and what was there before make the table together.
                let known = value.origin;
                let is_empty = !value.truth();
                value.from(if is_empty { origin } else { self.trace.join(origin, known) })
            }
        };
        let Some(map) = table::table(&inner).cloned() else { return Err(unfit(&inner, "map[string]interface {}")) };
        let outcome = self.key(&map, origin, depth);
        let is_empty = map.entries.borrow().is_empty();
        if outcome.is_ok() && is_empty {
            return Err(Stop::Error(format!("key map {key:?} has no value")));
        }
        if !is_empty {
            self.put(values, key, inner);
        }
        outcome
    }

    fn value(&mut self, values: &Map, key: &str, parent: OriginId, start: usize) -> Read<()> {
        let own = || Key::Name(Arc::from(key));
        if matches!(self.style, Style::Literal) {
            let text = self.until(&[]).text;
            let origin = self.origin(own(), parent, start, self.at);
            self.put(values, key, Value::string(text).from(origin));
            return Ok(());
        }
        if matches!(self.style, Style::Json) {
            let value = self.json(own(), parent, start)?;
            self.put(values, key, value);
            return Ok(());
        }
        let at_end = self.peek().is_none();
        let value = self.plain(own(), parent, start)?;
        self.put(values, key, value);
        if at_end { Err(Stop::End) } else { Ok(()) }
    }

    /// A scalar up to the next comma, or a list in braces.
    fn plain(&mut self, own: Key, parent: OriginId, start: usize) -> Read<Value> {
        if self.peek() == Some('{') {
            self.next();
            return self.braces(own, parent, start);
        }
        if self.peek().is_none() {
            let origin = self.origin(own, parent, start, self.at);
            return Ok(Value::string("").from(origin));
        }
        let run = self.until(&[',']);
        let origin = self.origin(own, parent, start, run.end);
        self.scalar(&run.text, origin)
    }

    fn braces(&mut self, own: Key, parent: OriginId, start: usize) -> Read<Value> {
        let origin = self.origin(own, parent, start, self.at);
        let mut items = Vec::new();
        loop {
            let run = self.until(&[',', '}']);
            let Some(stop) = run.stop else { return Err(Stop::Error("list must terminate with '}'".to_owned())) };
            if stop == '}' && self.peek() == Some(',') {
                self.next();
            }
            let own = self.origin(Key::Index(items.len() as u32), origin, run.start, run.end);
            items.push(self.scalar(&run.text, own)?.boxed());
            if stop == '}' {
                return Ok(Value::list(items).from(origin));
            }
        }
    }

    fn scalar(&mut self, text: &str, origin: OriginId) -> Read<Value> {
        Ok(match self.style {
            Style::File(files) => match files.get(text) {
                Some(file) => Value::new(Data::String(Str::from(file.bytes().to_vec()))).from(origin),
                None => {
                    self.named.push(text.to_owned());
                    Value::string("").from(origin)
                }
            },
            Style::Typed => self.filled(typed(text).from(origin)),
            Style::Text | Style::Json | Style::Literal => self.filled(Value::string(text).from(origin)),
        })
    }

    /// A string that knows what was filled into the field that it stands for.
    fn filled(&mut self, value: Value) -> Value {
        let (links, alone) = self.argument.filled();
        let (Data::String(text), false) = (&value.data, links.is_empty()) else { return value };
        let own = value.origin;
        let mut origins = Vec::with_capacity(links.len() + 1);
        for link in links {
            let layer = self.trace.layer(link.name.clone().unwrap_or_else(|| Arc::from("parameters")));
            let key = Key::Name(Arc::from(link.key.as_deref().unwrap_or_default()));
            let Some(span) = link.span else { continue };
            origins.push(self.trace.source(Source::Value { span, key, parent: OriginId::NONE, layer, shadowed: OriginId::NONE }));
        }
        origins.insert(if alone { origins.len() } else { 0 }, own);
        let origin = self.trace.source(Source::Join(Arc::from(origins)));
        let piece = Piece { end: text.bytes.len() as u32, origin };
        Value { data: Data::String(Str::pieced(Arc::clone(&text.bytes), [piece])), ..value }
    }

    /// A value of JSON, and the comma after it; nothing at all is null.
    fn json(&mut self, own: Key, parent: OriginId, start: usize) -> Read<Value> {
        if self.blank() {
            let origin = self.origin(own, parent, start, self.at);
            return Ok(Value::new(Data::Nil).from(origin));
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let Some(Ok(value)) = values.next() else { return Err(Stop::Error("invalid JSON".to_owned())) };
        self.at += values.byte_offset();
        let origin = self.origin(own, parent, start, self.at);
        self.blank();
        Ok(from_json(value, origin))
    }

    /// Whether only blanks stand before the next comma, which is taken too, or the end.
    fn blank(&mut self) -> bool {
        while let Some(character) = self.peek() {
            if character == ',' {
                self.next();
                return true;
            }
            if !character.is_whitespace() {
                return false;
            }
            self.next();
        }
        true
    }

    fn index(&mut self) -> Read<i64> {
        let run = self.until(&[']']);
        if run.stop.is_none() {
            return Err(Stop::Error("error parsing index: EOF".to_owned()));
        }
        run.text.parse().map_err(|_| Stop::Error(format!("error parsing index: strconv.Atoi: parsing {:?}: invalid syntax", run.text)))
    }

    /// Sets an item; the list is given back even where it fails.
    fn item(&mut self, mut items: Vec<Value>, index: i64, parent: OriginId, depth: usize) -> (Vec<Value>, Read<()>) {
        let Ok(index) = usize::try_from(index) else {
            return (items, Err(Stop::Error(format!("negative {index} index not allowed"))));
        };
        let start = self.at;
        let run = self.until(&['[', '.', '=']);
        if !run.text.is_empty() {
            let characters: Vec<String> = run.text.chars().map(|character| format!("{character:?}")).collect();
            return (items, Err(Stop::Error(format!("unexpected data at end of array index: [{}]", characters.join(" ")))));
        }
        let own = Key::Index(index as u32);
        let made = match run.stop {
            None => Err(Stop::End),
            Some('=') if matches!(self.style, Style::Json) => self.json(own, parent, start),
            Some('=') if matches!(self.style, Style::Literal) => {
                let text = self.until(&[]).text;
                let origin = self.origin(own, parent, start, self.at);
                Ok(Value::string(text).from(origin))
            }
            Some('=') => self.plain(own, parent, start),
            Some('[') => self.list_in_list(&items, index, own, parent, depth),
            Some(_) => self.table_in_list(&mut items, index, own, parent, depth),
        };
        match made.and_then(|value| place(&mut items, index, value)) {
            Ok(()) => (items, Ok(())),
            Err(stop) => (items, Err(stop)),
        }
    }

    fn list_in_list(&mut self, items: &[Value], index: usize, own: Key, parent: OriginId, depth: usize) -> Read<Value> {
        let next = self.index()?;
        if depth >= MAX_NESTING {
            return Err(Stop::Error(format!("lists are nested more than {MAX_NESTING} deep")));
        }
        let inner = match items.get(index) {
            None => Vec::new(),
            Some(value) if table::is_null(value) => Vec::new(),
            Some(value) => list(value).ok_or_else(|| unfit(value, "[]interface {}"))?,
        };
        let origin = self.origin(own, parent, self.at, self.at);
        let (inner, outcome) = self.item(inner, next, origin, depth + 1);
        outcome.map(|()| Value::list(inner).from(origin))
    }

    fn table_in_list(&mut self, items: &mut [Value], index: usize, own: Key, parent: OriginId, depth: usize) -> Read<Value> {
        let origin = self.origin(own, parent, self.at, self.at);
        let inner = match items.get(index) {
            Some(value) if table::table(value).is_some() => value.clone(),
            Some(_) | None => table::empty().from(origin),
        };
        let Some(map) = table::table(&inner).cloned() else { return Err(unfit(&inner, "map[string]interface {}")) };
        if let Some(slot) = items.get_mut(index) {
            *slot = inner.clone();
        }
        self.key(&map, origin, depth).map(|()| inner)
    }
}
