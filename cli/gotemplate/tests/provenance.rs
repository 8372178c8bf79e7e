//! Where every piece of an output came from; each file in `origins/` is values, templates, and the snapshot beside it the pieces.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail here")]

#[expect(dead_code, reason = "the templates call Helm's functions, not the oracle's")]
mod probe;

use std::{fmt::Write, fs, sync::Arc};

use portcullis_gotemplate::{Data, Machine, Settings, Str, Templates, Value, funcs};
use portcullis_source::{FileId, FrameId, FrameKind, Key, LayerId, OriginId, Source, Sources, Span, Text, Trace};

#[test]
fn pieces_say_where_they_came_from() {
    insta::glob!("origins/*.txtar", |path| {
        #[expect(clippy::disallowed_methods, reason = "reads fixtures")]
        let content = fs::read_to_string(path).unwrap();
        insta::assert_snapshot!(described(&content));
    });
}

/// Renders the last of the files `-- NAME --` with the values of the first.
fn described(content: &str) -> String {
    let sources = Sources::default();
    let mut templates = Templates::new(funcs::helm_functions());
    let (mut values, mut last) = (None, String::new());
    for part in content.split("-- ").skip(1) {
        let (name, body) = part.split_once(" --\n").unwrap();
        let file = sources.add(name, body.as_bytes());
        if name.ends_with(".json") {
            values = Some((file.id(), body.to_owned()));
        } else {
            templates.parse(name, &Text::of_file(&file)).unwrap();
            last = name.to_owned();
        }
    }
    let (file, json) = values.unwrap();
    let mut machine = Machine::new(&templates, Settings::default());
    let layer = machine.trace.layer("values");
    let mut located = Located { trace: &mut machine.trace, file, layer, text: json.clone() };
    let root = located.value(&serde_json::from_str(&json).unwrap(), Key::Root, OriginId::NONE);
    let text = machine.execute(&last, root).unwrap();
    let report = Report { sources: &sources, trace: &machine.trace };
    report.pieces(&text)
}

/// Gives every value of a JSON text an origin; its place is that of the first occurrence of its key or text.
struct Located<'trace> {
    trace: &'trace mut Trace,
    file: FileId,
    layer: LayerId,
    text: String,
}

impl Located<'_> {
    fn value(&mut self, json: &serde_json::Value, key: Key, parent: OriginId) -> Value {
        let needle = match &key {
            Key::Name(name) => format!("\"{name}\""),
            Key::Root | Key::Index(_) => json.to_string(),
        };
        let start = self.text.find(&needle).unwrap_or(0) as u32;
        let span = Span { file: self.file, start, end: start + 1 };
        let origin = self.trace.source(Source::Value { span, key, parent, layer: self.layer, shadowed: OriginId::NONE });
        let value = match json {
            serde_json::Value::Array(items) => {
                let items = items.iter().enumerate().map(|(at, item)| self.value(item, Key::Index(at as u32), origin));
                Value::list(items.collect())
            }
            serde_json::Value::Object(entries) => {
                let entries = entries.iter().map(|(name, item)| {
                    let name: Arc<str> = Arc::from(name.as_str());
                    (Arc::clone(&name), self.value(item, Key::Name(name), origin))
                });
                Value::map(entries.collect())
            }
            scalar => probe::values(&scalar.to_string()),
        };
        value.from(origin)
    }
}

struct Report<'run> {
    sources: &'run Sources,
    trace: &'run Trace,
}

impl Report<'_> {
    fn pieces(&self, text: &Str) -> String {
        let mut out = String::new();
        let mut start = 0;
        for piece in text.pieces.as_deref().unwrap_or_default() {
            let part = String::from_utf8_lossy(&text.bytes[start..piece.end as usize]);
            writeln!(out, "{part:?}\n    {}", self.origin(piece.origin)).unwrap();
            start = piece.end as usize;
        }
        assert_eq!(start, text.bytes.len(), "pieces cover the text");
        out
    }

    fn origin(&self, id: OriginId) -> String {
        match self.trace.get(id) {
            None => "nothing".to_owned(),
            Some(Source::Value { span, .. }) => format!("value {} at {}", self.trace.key(id), self.place(*span)),
            Some(Source::Template { span, frame }) => format!("text {}{}", self.place(*span), self.frames(*frame)),
            Some(Source::Action { span, frame, input }) => {
                format!("action {} of [{}]{}", self.place(*span), self.origin(*input), self.frames(*frame))
            }
            Some(Source::Join(all)) => all.iter().map(|id| self.origin(*id)).collect::<Vec<_>>().join(" + "),
            Some(Source::Builtin(name)) => name.to_string(),
        }
    }

    fn frames(&self, id: FrameId) -> String {
        let Some(frame) = self.trace.get_frame(id) else { return String::new() };
        let place = self.place(frame.span);
        let here = match &frame.kind {
            FrameKind::Include(name) => format!("included as {name} at {place}"),
            FrameKind::Tpl => format!("tpl at {place}"),
            FrameKind::Guard(origin) => format!("guarded at {place} by [{}]", self.origin(*origin)),
        };
        format!("\n    < {here}{}", self.frames(frame.parent))
    }

    fn place(&self, span: Span) -> String {
        let at = self.sources.locate(span).unwrap();
        format!("{}:{}:{}", at.file, at.line, at.column)
    }
}

#[test]
fn only_data_without_a_place_has_no_origin() {
    let mut templates = Templates::new(funcs::helm_functions());
    templates.parse("t", &Text::nowhere(*b"a{{ 1 }}")).unwrap();
    let text = Machine::new(&templates, Settings::default()).execute("t", Value::new(Data::Nil)).unwrap();
    assert_eq!(text.lossy(), "a1");
    assert!(text.pieces.is_none());
}
