//! One entry to both languages: a string, or every string of a tree, rendered over a parameter set.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, MapType, Str, Value};
use portcullis_source::{OriginId, Source, Span, Trace};

use super::{
    Pieces, char_origins, fast,
    go::{Go, Work},
};
use crate::{
    Version,
    fault::{Fact, Fault},
    object::Shared,
    parameters::flatten,
};

/// The language of an ApplicationSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// fasttemplate.
    Fast,
    /// Go's.
    Go,
}

/// Why a string could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RenderError {
    /// The fact, in the language's own words.
    pub(crate) message: String,
    /// A parameter is missing.
    pub(crate) missing: bool,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// The line of the string, where it has several.
    pub(crate) span: Option<Span>,
    /// The line as it is written.
    pub(crate) line: String,
}

/// An error and the string of a tree that it is about.
#[derive(Debug)]
pub(crate) struct Failed {
    /// The error.
    pub(crate) error: Box<RenderError>,
    /// The string.
    pub(crate) origin: OriginId,
    /// The keys that lead to it, the innermost first.
    path: Vec<String>,
}

impl Failed {
    /// An error in a string.
    pub(crate) fn new(error: RenderError, origin: OriginId) -> Self {
        Self { error: Box::new(error), origin, path: Vec::new() }
    }

    /// The same below a key.
    pub(crate) fn below(mut self, key: impl Into<String>) -> Self {
        self.path.push(key.into());
        self
    }

    /// The fault, with the parameters that there were.
    pub(crate) fn fault(self, renderer: &Renderer, parameters: &Map) -> Fault {
        let Self { error, origin, path } = self;
        let field: String = path.iter().rev().map(|key| format!("{key}: ")).collect();
        let field = field.replace(": [", "[").replacen(": ", ".", path.len().saturating_sub(1));
        let names = names(&flatten(&Value::new(Data::Map(parameters.clone())), false));
        let hint = match error.hint {
            Some(hint) => format!("{hint}; {names}"),
            None if error.missing => format!("correct the name, or have the generator yield it in every element; {names}"),
            None if error.message.contains("takes more than") => "the limit is LIMITS.steps of one string; let it loop less".to_owned(),
            None => format!("correct the template; {names}"),
        };
        let message = format!("{field}cannot render {:?}: {}", error.line, error.message);
        Fact::new(message).at(error.span).at(renderer.span(origin)).hint(hint)
    }
}

/// How many parameters are named.
const MAX_NAMES: usize = 24;

/// The names of parameters as a sentence.
pub(crate) fn names(parameters: &BTreeMap<String, String>) -> String {
    let mut names: Vec<&str> = parameters.keys().map(String::as_str).collect();
    let more = names.len().saturating_sub(MAX_NAMES);
    names.truncate(MAX_NAMES);
    match (names.is_empty(), more) {
        (true, _) => "there are no parameters".to_owned(),
        (false, 0) => format!("the parameters are {}", names.join(", ")),
        (false, more) => format!("the parameters are {} and {more} more", names.join(", ")),
    }
}

/// The longest line of a template that a message shows.
const MAX_LINE: usize = 160;

/// A line (from one) of a template as it is shown.
pub(super) fn shown(text: &[u8], line: usize) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim();
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{} …", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// Renders the strings of one ApplicationSet.
#[derive(Debug)]
pub(crate) struct Renderer {
    /// What everything came from.
    pub(crate) trace: Trace,
    /// The parts of templates that are the same in every Application.
    pub(crate) shared: Shared,
    go: Option<Go>,
}

impl Renderer {
    /// A renderer of a language; Go's takes options.
    pub(crate) fn new(language: Language, options: &[String], version: Version) -> Result<Self, String> {
        let go = match language {
            Language::Fast => None,
            Language::Go => Some(Go::new(options, version)?),
        };
        Ok(Self { trace: Trace::default(), shared: Shared::default(), go })
    }

    /// The language.
    pub(crate) fn language(&self) -> Language {
        if self.go.is_some() { Language::Go } else { Language::Fast }
    }

    /// A string rendered; anything else as it is.
    pub(crate) fn string(&mut self, template: &Value, parameters: &Map) -> Result<Value, RenderError> {
        self.render(template, parameters, false)
    }

    /// The same, where a missing key is an error in any case.
    pub(crate) fn strict(&mut self, template: &Value, parameters: &Map) -> Result<Value, RenderError> {
        self.render(template, parameters, true)
    }

    fn render(&mut self, template: &Value, parameters: &Map, strict: bool) -> Result<Value, RenderError> {
        let Data::String(text) = &template.data else { return Ok(template.clone()) };
        if !text.bytes.windows(2).any(|pair| pair == b"{{") {
            return Ok(template.clone());
        }
        let made = match &mut self.go {
            Some(go) => {
                let lines = char_origins(text, template.origin);
                let place = lines.first().map_or(template.origin, |run| run.2);
                // Whatever was recorded before this belongs to the parameters.
                let before = self.trace.source(Source::Join(Arc::from([place])));
                let made = go.render(text, &lines, parameters, &mut Work { trace: &mut self.trace, strict })?;
                self.placed(&made, place, before)
            }
            None if !fast::is_template(&text.bytes) => return Ok(template.clone()),
            None => {
                let mut fill = fast::Fill { parameters, trace: &mut self.trace };
                let made = fast::render(text, template.origin, &mut fill);
                made.map_err(|message| RenderError { message, missing: false, hint: None, span: None, line: shown(&text.bytes, 1) })?
                    .into_value(template.origin)
            }
        };
        Ok(Value { boxed: template.boxed, ..made })
    }

    /// What Go's machine made, with the string that it stands in added where the machine knows no place in it.
    fn placed(&mut self, made: &Str, place: OriginId, before: OriginId) -> Value {
        let mut pieces = Pieces::default();
        for (from, to, origin) in char_origins(made, OriginId::NONE) {
            let known = origin > before && matches!(self.trace.get(origin), Some(Source::Template { .. } | Source::Action { .. }));
            let origin = if known { origin } else { filled(&mut self.trace, place, origin) };
            pieces.push(made.bytes.get(from..to).unwrap_or_default(), origin);
        }
        pieces.into_value(place)
    }

    /// A tree with every string and every key rendered; entries that are null vanish, as they do in Argo CD.
    pub(crate) fn tree(&mut self, value: &Value, parameters: &Map) -> Result<Value, Failed> {
        self.walk(value, parameters, false)
    }

    /// The same of a template that is rendered many times: who has the result changes no list and no map in it.
    pub(crate) fn template(&mut self, value: &Value, parameters: &Map) -> Result<Value, Failed> {
        self.walk(value, parameters, true)
    }

    fn walk(&mut self, value: &Value, parameters: &Map, shares: bool) -> Result<Value, Failed> {
        if shares && self.shared.holds(value) {
            return Ok(value.clone());
        }
        let data = match &value.data {
            Data::String(_) => return self.string(value, parameters).map_err(|error| Failed::new(error, value.origin)),
            Data::List(list) => {
                let item = |(index, item)| self.walk(item, parameters, shares).map_err(|failed| failed.below(format!("[{index}]")));
                let items = list.items().iter().enumerate().map(item).collect::<Result<_, _>>()?;
                Data::List(List::Any(Rc::new(items)))
            }
            Data::Map(map) => {
                let entries = map.entries.borrow();
                let mut rendered = BTreeMap::new();
                for (key, value) in entries.iter().filter(|(_, value)| !matches!(value.data, Data::Nil)) {
                    let made = self.walk(value, parameters, shares).map_err(|failed| failed.below(&**key))?;
                    rendered.insert(self.key(key, parameters).map_err(|error| Failed::new(error, value.origin))?, made);
                }
                Data::Map(Map::new(MapType::Any, rendered))
            }
            _ => return Ok(value.clone()),
        };
        Ok(Value { data, ..value.clone() })
    }

    /// A key rendered.
    pub(crate) fn key(&mut self, key: &Arc<str>, parameters: &Map) -> Result<Arc<str>, RenderError> {
        if !key.contains("{{") {
            return Ok(Arc::clone(key));
        }
        let made = self.string(&Value::string(Arc::clone(key)), parameters)?;
        Ok(Arc::from(crate::parameters::print(&made)))
    }

    /// The place of an origin.
    pub(crate) fn span(&self, origin: OriginId) -> Option<Span> {
        span_of(&self.trace, origin)
    }
}

/// The place that a person would edit for an origin.
pub(crate) fn span_of(trace: &Trace, origin: OriginId) -> Option<Span> {
    match trace.get(origin) {
        Some(Source::Value { span, .. } | Source::Template { span, .. } | Source::Action { span, .. }) => Some(*span),
        Some(Source::Join(_)) => trace.origin(1, &[origin]).edit(),
        Some(Source::Skips { .. } | Source::Builtin(_)) | None => None,
    }
}

/// The origin of what a place of a template was filled with.
pub(super) fn filled(trace: &mut Trace, place: OriginId, input: OriginId) -> OriginId {
    if input.is_none() {
        return place;
    }
    match trace.get(place) {
        Some(&(Source::Template { span, frame } | Source::Action { span, frame, .. })) => {
            trace.source(Source::Action { span, frame, input })
        }
        Some(Source::Value { .. } | Source::Join(_) | Source::Skips { .. } | Source::Builtin(_)) | None => trace.join(place, input),
    }
}
