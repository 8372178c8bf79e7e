//! The language of Go's templates, chosen by `goTemplate: true`.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{
    Call, Data, Failure, Function, Limits, Machine, Map, MissingKey, Param, Settings, Str, Templates, Value, funcs,
};
use portcullis_source::{FrameId, OriginId, Piece, Source, Span, Text, Trace};

use super::{
    render::{RenderError, shown},
    span_of,
};
use crate::Version;

/// One string of an ApplicationSet may not cost more than this.
const LIMITS: Limits = Limits { steps: 200_000, output: 8 << 20, stack: 1 << 20 };

/// The version whose templates may call `tpl`.
const TPL_SINCE: Version = Version { major: 3, minor: 6 };

/// `tpl`, which Argo CD took over from Helm.
const TPL: Function = Function::fixed("tpl", &[Param::String, Param::Any], tpl);

/// How many different texts are kept parsed.
const MAX_PARSED: usize = 4_096;

/// A text and the place of its first line.
type Key = (Arc<[u8]>, Option<Span>);

/// The runs of a text, `(from, to, origin)`.
type Lines = [(usize, usize, OriginId)];

/// What an execution changes, and how it takes missing keys.
pub(super) struct Work<'a> {
    /// What everything came from.
    pub(super) trace: &'a mut Trace,
    /// A missing key is an error in any case.
    pub(super) strict: bool,
}

/// Parsed templates and what holds for all of them.
#[derive(Debug)]
pub(super) struct Go {
    /// What a missing key gives.
    pub(super) missing_key: MissingKey,
    empty: Templates,
    parsed: BTreeMap<Key, Rc<Templates>>,
}

impl Go {
    /// The language with the `goTemplateOptions` of an ApplicationSet.
    pub(super) fn new(options: &[String], version: Version) -> Result<Self, String> {
        let mut missing_key = MissingKey::Invalid;
        for option in options {
            missing_key = match option.as_str() {
                "missingkey=default" | "missingkey=invalid" => MissingKey::Invalid,
                "missingkey=zero" => MissingKey::Zero,
                "missingkey=error" => MissingKey::Error,
                other => return Err(format!("unrecognized option {other:?}, at which Argo CD's controller crashes")),
            };
        }
        let tpl: &[Function] = if version >= TPL_SINCE { &[TPL] } else { &[] };
        let functions = funcs::argo_functions().with(tpl);
        Ok(Self { missing_key, empty: Templates::new(functions), parsed: BTreeMap::new() })
    }

    /// Executes a text over parameters, which it may change; `lines` are the runs of its bytes with their origins in `trace`.
    pub(super) fn render(&mut self, text: &Str, lines: &Lines, parameters: &Map, work: &mut Work<'_>) -> Result<Str, RenderError> {
        let Work { trace, strict } = work;
        let templates = self.templates(&text.bytes, lines, trace)?;
        let missing_key = if *strict { MissingKey::Error } else { self.missing_key };
        let mut machine = Machine::new(&templates, Settings { missing_key, limits: LIMITS, chance: None, live: None });
        machine.trace = std::mem::take(*trace);
        let made = machine.execute("", Value::new(Data::Map(parameters.clone())));
        **trace = std::mem::take(&mut machine.trace);
        made.map_err(|error| {
            let missing = ["map has no entry for key", "can't evaluate field"].iter().any(|text| error.message.contains(text));
            let (line, message) = bare(&error.message);
            RenderError { message: message.to_owned(), missing, hint: None, span: error.span, line: shown(&text.bytes, line) }
        })
    }

    fn templates(&mut self, text: &Arc<[u8]>, lines: &Lines, trace: &Trace) -> Result<Rc<Templates>, RenderError> {
        let key = (Arc::clone(text), lines.first().and_then(|&(_, _, origin)| span_of(trace, origin)));
        if let Some(templates) = self.parsed.get(&key) {
            return Ok(Rc::clone(templates));
        }
        let mut templates = self.empty.clone();
        templates.parse("", &placed(text, lines, trace)).map_err(|error| {
            let dotless = error.message.contains("function \"") && error.message.contains("not defined");
            let hint = dotless.then(|| "with goTemplate, parameters are written with a dot: {{ .name }}".to_owned());
            let line = shown(text, error.line as usize);
            RenderError { message: error.message, missing: false, hint, span: error.span, line }
        })?;
        let templates = Rc::new(templates);
        if self.parsed.len() < MAX_PARSED {
            self.parsed.insert(key, Rc::clone(&templates));
        }
        Ok(templates)
    }
}

/// The line of an error and its text without the place, which is that of the string and means nothing to a reader of the file.
fn bare(message: &str) -> (usize, &str) {
    let parts = message.strip_prefix("template: :").and_then(|rest| rest.split_once(": "));
    let Some((place, rest)) = parts else { return (1, message) };
    let line = place.split(':').next().and_then(|line| line.parse().ok()).unwrap_or(1);
    (line, rest.strip_prefix("executing \"\" at ").unwrap_or(rest))
}

/// The text with the place of each of its lines.
fn placed(text: &Arc<[u8]>, lines: &Lines, trace: &Trace) -> Text {
    let mut places = Trace::default();
    let mut pieces = Vec::with_capacity(lines.len());
    for &(_, to, origin) in lines {
        let source = span_of(trace, origin).map(|span| Source::Template { span, frame: FrameId::ROOT });
        pieces.push(Piece { end: to as u32, origin: source.map_or(OriginId::NONE, |source| places.source(source)) });
    }
    Text::traced(Arc::clone(text), Arc::new(places), Arc::from(pieces))
}

fn tpl(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = args.into_iter().map(|value| Value { boxed: false, ..value });
    let mut next = || args.next().unwrap_or_else(Value::invalid);
    let (source, data) = (next(), next());
    call.machine.tpl(source, data, call.site)
}
