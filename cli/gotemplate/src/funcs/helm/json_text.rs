//! Values to JSON text as Go's encoder writes it.

use std::{borrow::Cow, rc::Rc};

use portcullis_source::OriginId;

use crate::{
    Data, Failure, List, Map, Object, Value,
    format::{Complex, Rope, View, append_float, first_rune},
    funcs::{
        argument::{check_size, is_nil},
        sprig::encoding::BASE64,
    },
};

/// How deep values are written.
const MAX_DEPTH: usize = 500;

/// How deep Go goes before it looks for a map that holds itself.
const UNSUSPECTED: usize = 1_000;

/// Whether the text may stand in HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// `<`, `>` and `&` are escaped.
    Html,
    /// They stay.
    Raw,
}

/// Where line breaks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Nowhere.
    Compact,
    /// After each element, with two spaces for each level.
    Pretty,
}

/// Writes a value; each scalar keeps what it came from.
///
/// # Errors
/// Go's text for what JSON has no form for, and a limit.
pub(crate) fn to_json(value: &Value, escape: Escape, layout: Layout) -> Result<Rope, Failure> {
    let mut writer = Writer { out: Rope::default(), escape, layout, within: Vec::new() };
    writer.value(value, OriginId::NONE, 0)?;
    Ok(writer.out)
}

/// A number as JSON has it.
///
/// # Errors
/// Infinities and not-a-number have no form.
pub(crate) fn number_text(number: f64) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    if !number.is_finite() {
        append_float(&mut out, number, b'g', None);
        return Err(format!("json: unsupported value: {}", String::from_utf8_lossy(&out)));
    }
    let size = number.abs();
    let form = if size != 0.0 && !(1e-6..1e21).contains(&size) { b'e' } else { b'f' };
    append_float(&mut out, number, form, None);
    if form == b'e' && out.len() >= 4 && out.get(out.len() - 4..out.len() - 1) == Some(b"e-0") {
        out.remove(out.len() - 2);
    }
    Ok(out)
}

/// The text with U+FFFD for each byte that is no character, as Go's encoder has it.
pub(crate) fn replaced(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some((rune, width)) = bytes.get(at..).and_then(first_rune) {
        out.push(rune.unwrap_or(char::REPLACEMENT_CHARACTER));
        at += width;
    }
    Cow::Owned(out)
}

struct Writer {
    out: Rope,
    escape: Escape,
    layout: Layout,
    /// The maps and lists around what is written, each with its identity and type.
    within: Vec<(*const (), &'static str)>,
}

impl Writer {
    fn value(&mut self, value: &Value, outer: OriginId, depth: usize) -> Result<(), Failure> {
        if depth > MAX_DEPTH {
            return Err(Failure::limit(format!("a value that is nested more than {MAX_DEPTH} levels deep")));
        }
        check_size(self.out.bytes().len())?;
        let origin = if value.origin.is_none() { outer } else { value.origin };
        match &value.data {
            Data::List(list) => {
                self.enter(Rc::as_ptr(list.shared()).cast(), value.type_name())?;
                let written = self.list(list, origin, depth);
                self.within.pop();
                written
            }
            Data::Map(map) => {
                self.enter(Rc::as_ptr(&map.entries).cast(), value.type_name())?;
                let written = self.map(map, origin, depth);
                self.within.pop();
                written
            }
            Data::Object(object) => self.object(&**object, origin, depth),
            Data::Nil
            | Data::Bool(_)
            | Data::Int(_)
            | Data::Int64(_)
            | Data::Uint8(_)
            | Data::Float(_)
            | Data::String(_)
            | Data::Bytes(_) => self.scalar(value, origin),
        }
    }

    /// Refuses a map or list that is within itself, by the name of the one that Go meets first once it looks.
    fn enter(&mut self, identity: *const (), type_name: &'static str) -> Result<(), Failure> {
        if let Some(start) = self.within.iter().position(|(around, _)| *around == identity) {
            let round = self.within.get(start..).unwrap_or_default();
            let met = round.get((UNSUSPECTED - start.min(UNSUSPECTED)) % round.len().max(1));
            let type_name = met.map_or(type_name, |(_, type_name)| type_name);
            return Err(Failure::new(format!("json: unsupported value: encountered a cycle via {type_name}")));
        }
        self.within.push((identity, type_name));
        Ok(())
    }

    fn scalar(&mut self, value: &Value, origin: OriginId) -> Result<(), Failure> {
        match &value.data {
            Data::Bool(truth) => self.out.push(if *truth { b"true" } else { b"false" }, origin),
            Data::Int(number) | Data::Int64(number) => self.out.push(number.to_string().as_bytes(), origin),
            Data::Uint8(number) => self.out.push(number.to_string().as_bytes(), origin),
            Data::Float(number) => self.out.push(&number_text(*number).map_err(Failure::new)?, origin),
            Data::String(text) => self.string(View::new(text, origin)),
            Data::Bytes(bytes) => self.string(View::plain(&BASE64.encode(bytes), origin)),
            Data::Nil | Data::List(_) | Data::Map(_) | Data::Object(_) => self.out.push(b"null", origin),
        }
        Ok(())
    }

    fn list(&mut self, list: &List, origin: OriginId, depth: usize) -> Result<(), Failure> {
        let items = list.shared();
        if is_nil(items) {
            self.out.push(b"null", origin);
            return Ok(());
        }
        self.items(b"[", b"]", items.iter().map(|item| (None, item.clone())).collect(), origin, depth)
    }

    fn map(&mut self, map: &Map, origin: OriginId, depth: usize) -> Result<(), Failure> {
        if map.is_nil() {
            self.out.push(b"null", origin);
            return Ok(());
        }
        let entries = map.entries.borrow().iter().map(|(key, item)| (Some(key.clone()), item.clone())).collect();
        self.items(b"{", b"}", entries, origin, depth)
    }

    /// A struct has its fields in the order of its type, unlike a map.
    fn object(&mut self, object: &dyn Object, origin: OriginId, depth: usize) -> Result<(), Failure> {
        if Complex::of(object).is_some() {
            return Err(Failure::new(format!("json: unsupported type: {}", object.type_name())));
        }
        if let Some(members) = object.members() {
            let shown = members.into_iter().filter_map(|member| Some((Some(member.json?.into()), member.value)));
            return self.items(b"{", b"}", shown.collect(), origin, depth);
        }
        match object.to_plain() {
            Some(plain) => self.value(&plain, origin, depth),
            None => {
                self.out.push(b"{}", origin);
                Ok(())
            }
        }
    }

    fn items(
        &mut self,
        open: &[u8],
        close: &[u8],
        items: Vec<(Option<std::sync::Arc<str>>, Value)>,
        origin: OriginId,
        depth: usize,
    ) -> Result<(), Failure> {
        self.out.push(open, origin);
        let empty = items.is_empty();
        for (index, (key, item)) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push(b",", origin);
            }
            self.line(depth + 1, origin);
            if let Some(key) = key {
                let key_origin = if item.origin.is_none() { origin } else { item.origin };
                self.string(View::plain(key.as_bytes(), key_origin));
                self.out.push(if self.layout == Layout::Pretty { b": " } else { b":" }, key_origin);
            }
            self.value(&item, origin, depth + 1)?;
        }
        if !empty {
            self.line(depth, origin);
        }
        self.out.push(close, origin);
        Ok(())
    }

    fn line(&mut self, depth: usize, origin: OriginId) {
        if self.layout == Layout::Pretty {
            self.out.push(b"\n", origin);
            self.out.push("  ".repeat(depth).as_bytes(), origin);
        }
    }

    fn string(&mut self, view: View<'_>) {
        let bytes = view.bytes();
        self.out.push(b"\"", view.origin_at(0));
        let (mut at, mut plain) = (0, 0);
        while let Some((rune, width)) = bytes.get(at..).and_then(first_rune) {
            if let Some(text) = escaped(rune, self.escape) {
                self.out.push_part(view, plain..at);
                self.out.push(text.as_bytes(), view.origin_at(at));
                plain = at + width;
            }
            at += width;
        }
        self.out.push_part(view, plain..at);
        self.out.push(b"\"", view.origin_at(at));
    }
}

fn escaped(rune: Option<char>, escape: Escape) -> Option<String> {
    Some(match rune {
        None => "\\ufffd".to_owned(),
        Some('"') => "\\\"".to_owned(),
        Some('\\') => "\\\\".to_owned(),
        Some('\x08') => "\\b".to_owned(),
        Some('\x0C') => "\\f".to_owned(),
        Some('\n') => "\\n".to_owned(),
        Some('\r') => "\\r".to_owned(),
        Some('\t') => "\\t".to_owned(),
        Some(rune @ ('\0'..'\x20' | '\u{2028}' | '\u{2029}')) => format!("\\u{:04x}", rune as u32),
        Some(rune @ ('<' | '>' | '&')) if escape == Escape::Html => format!("\\u{:04x}", rune as u32),
        Some(_) => return None,
    })
}
