//! Templates that come to a JSON document: each part of it keeps the place that it was written at, and what is not known hides that part alone.

use std::sync::Arc;

use portcullis_source::{Data as Read, Node, Range, Span, Text, json};

use crate::{
    limits::{MAX_ITEMS, MAX_VALUE_DEPTH},
    machine::Machine,
    number::Number,
    origin::Origin,
    types::Type,
    value::{Data, Known, Members, Unknown, Value},
};

/// What stands for a part that is not known, as long as the text is read: one of the characters that Unicode leaves to everybody.
const STAND_IN: char = '\u{F8F4}';

/// A text that a template came to, with where each run of it came from.
#[derive(Debug, Default)]
pub(super) struct Runs {
    text: String,
    /// Where each run ends, and what it is.
    runs: Vec<(usize, Run)>,
}

#[derive(Debug)]
enum Run {
    /// Text of the template.
    Literal(Span),
    /// What a value became.
    Value(Origin),
    /// A part that is not known.
    Unknown(Value),
}

impl Runs {
    /// Text of the template.
    pub(super) fn literal(&mut self, text: &str, span: Span) {
        self.text.push_str(text);
        self.runs.push((self.text.len(), Run::Literal(span)));
    }

    /// What a value became.
    pub(super) fn value(&mut self, text: &str, origin: Origin) {
        self.text.push_str(text);
        self.runs.push((self.text.len(), Run::Value(origin)));
    }

    /// A part that is not known; outside of strings it stands for a whole value.
    pub(super) fn unknown(&mut self, part: Value) {
        let inside = is_within_string(&self.text);
        self.text.push_str(if inside { "" } else { "\"" });
        self.text.push(STAND_IN);
        self.text.push_str(if inside { "" } else { "\"" });
        self.runs.push((self.text.len(), Run::Unknown(part)));
    }

    /// The document that the text is; none where it is no JSON object.
    pub(super) fn document(&self, machine: &Machine<'_>) -> Option<Value> {
        let unknown = self.runs.iter().filter(|(_, run)| matches!(run, Run::Unknown(_))).count();
        if !self.text.trim_start().starts_with('{') || self.text.matches(STAND_IN).count() != unknown {
            return None;
        }
        let source = Text::nowhere(self.text.as_bytes());
        let manner = json::Manner {
            lenient: true,
            max_depth: MAX_VALUE_DEPTH,
            max_values: MAX_ITEMS,
            max_unread_depth: MAX_VALUE_DEPTH,
            unread: &[],
        };
        let document = json::parse_with(&source, manner).ok()?;
        Reader { runs: self, machine, source: &source }.value(&document.root).filter(|read| read.attributes().is_some())
    }
}

/// Whether the end of a JSON text lies within one of its strings.
fn is_within_string(text: &str) -> bool {
    let (mut inside, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = inside,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    inside
}

struct Reader<'a> {
    runs: &'a Runs,
    machine: &'a Machine<'a>,
    source: &'a Text,
}

impl Reader<'_> {
    /// The value of a node; none where a number cannot be one.
    fn value(&self, node: &Node) -> Option<Value> {
        let value = match &node.data {
            Read::Null => Value::null(Type::Dynamic),
            Read::Bool(value) => Value::from(*value),
            Read::String(text) => return Some(self.string(text, node.range)),
            Read::Int(_) | Read::Uint(_) | Read::Float(_) => {
                Value::from(Number::parse(&String::from_utf8_lossy(self.source.slice(node.range)))?)
            }
            Read::List(items) => Value::tuple(items.iter().map(|item| self.value(item)).collect::<Option<_>>()?),
            Read::Map(map) => {
                let (mut members, mut reason) = (Members::new(), None);
                for entry in &map.entries {
                    let unknown = self.parts(entry.key_range).find_map(|(_, part)| part.any_reason().cloned());
                    reason = reason.or(unknown);
                    members.insert(Arc::from(entry.key.replace(STAND_IN, "?")), self.value(&entry.value)?);
                }
                match reason {
                    None => Value::object(members),
                    Some(reason) => {
                        Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason, known: Known::Members(Arc::new(members)) })).into()
                    }
                }
            }
        };
        Some(value.with_origin(self.origin(node.range)))
    }

    fn string(&self, text: &Arc<str>, range: Range) -> Value {
        let mut parts = self.parts(range);
        let Some((_, first)) = parts.next() else { return Value::string(text).with_origin(self.origin(range)) };
        if text.chars().eq([STAND_IN]) {
            return first.clone();
        }
        let mut unknown = std::iter::once(first).chain(parts.map(|(_, part)| part));
        let mut pieces = Vec::new();
        for (at, known) in text.split(STAND_IN).enumerate() {
            if at > 0 {
                pieces.extend(unknown.next().cloned());
            }
            if !known.is_empty() {
                pieces.push(Value::string(known).with_origin(self.origin(range)));
            }
        }
        let Some(reason) = first.any_reason().cloned() else { return Value::string(text) };
        let known = Known::Pieces(Arc::from(pieces));
        Value::from(Data::Unknown(Arc::new(Unknown { ty: Type::String, reason, known }))).with_origin(self.origin(range))
    }

    /// The parts of a range that are not known.
    fn parts(&self, range: Range) -> impl Iterator<Item = (usize, &Value)> {
        self.overlapping(range).filter_map(|(start, run)| match run {
            Run::Unknown(part) => Some((start, part)),
            Run::Literal(_) | Run::Value(_) => None,
        })
    }

    /// The runs that a range overlaps, each with its start.
    fn overlapping(&self, range: Range) -> impl Iterator<Item = (usize, &Run)> {
        let (from, to) = (range.start as usize, (range.end as usize).max(range.start as usize + 1));
        let runs = &self.runs.runs;
        let first = runs.partition_point(|(end, _)| *end <= from);
        let start = first.checked_sub(1).and_then(|before| runs.get(before)).map_or(0, |(end, _)| *end);
        runs.iter()
            .skip(first)
            .scan(start, |start, (end, run)| Some((std::mem::replace(start, *end), run)))
            .take_while(move |(start, _)| *start < to)
    }

    /// Where a range came from: the line of the template, or the value that is a part of it.
    fn origin(&self, range: Range) -> Origin {
        let is_whole = matches!(self.source.slice(range).first(), Some(b'{' | b'['));
        let line = self.overlapping(range).find_map(|(start, run)| match run {
            Run::Literal(span) => {
                let end = (range.end as usize).min(self.end_of(start));
                Some(self.machine.line_of(*span, self.runs.text.get(start..)?, (range.start as usize).max(start) - start, end - start))
            }
            Run::Value(_) | Run::Unknown(_) => None,
        });
        let values = self.overlapping(range).filter(|_| !is_whole).filter_map(|(_, run)| match run {
            Run::Value(origin) => Some(origin),
            Run::Literal(_) | Run::Unknown(_) => None,
        });
        match line {
            Some(line) => Origin::computed(line, values),
            None => self
                .overlapping(range)
                .find_map(|(_, run)| if let Run::Value(origin) = run { Some(origin.clone()) } else { None })
                .unwrap_or_default(),
        }
    }

    fn end_of(&self, start: usize) -> usize {
        let runs = &self.runs.runs;
        runs.get(runs.partition_point(|(end, _)| *end <= start)).map_or(self.runs.text.len(), |(end, _)| *end)
    }
}

impl Machine<'_> {
    /// The place within a literal of what lies between two offsets of its text: the line that they begin in, as it is written.
    fn line_of(&self, span: Span, text: &str, from: usize, to: usize) -> Span {
        let Some(file) = self.revision.sources().get(span.file) else { return span };
        let raw = file.bytes().get(span.start as usize..span.end as usize).unwrap_or_default();
        let head = if raw.starts_with(b"<<") { 1 } else { 0 };
        let before = text.get(..from).unwrap_or_default();
        let number = before.matches('\n').count() + head;
        let mut start = 0;
        for (at, line) in raw.split_inclusive(|&byte| byte == b'\n').enumerate() {
            if at == number {
                let wanted = text.get(from..to).and_then(|rest| rest.lines().next()).unwrap_or_default().as_bytes();
                // Escapes stand otherwise in the file: then it is the line.
                let found = (!wanted.is_empty()).then(|| line.windows(wanted.len()).position(|part| part == wanted)).flatten();
                let (column, end) = match found {
                    Some(column) => (column, column + wanted.len()),
                    None => (line.len() - line.trim_ascii_start().len(), line.trim_ascii_end().len()),
                };
                let within = |offset: usize| span.start + (start + offset) as u32;
                return Span { file: span.file, start: within(column), end: within(end.max(column)) };
            }
            start += line.len();
        }
        span
    }
}
