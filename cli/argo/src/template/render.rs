//! One entry to both languages: a string, or every string of a tree, rendered over a parameter set.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, MapType, Str, Value};
use portcullis_source::{OriginId, Source, Span, Trace};

use super::{
    Pieces, char_origins, fast,
    go::{Go, Work},
};
use crate::Version;

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
}

/// An error and the string that it is about.
pub(crate) type Failed = (RenderError, OriginId);

/// Renders the strings of one ApplicationSet.
#[derive(Debug)]
pub(crate) struct Renderer {
    /// What everything came from.
    pub(crate) trace: Trace,
    go: Option<Go>,
}

impl Renderer {
    /// A renderer of a language; Go's takes options.
    pub(crate) fn new(language: Language, options: &[String], version: Version) -> Result<Self, String> {
        let go = match language {
            Language::Fast => None,
            Language::Go => Some(Go::new(options, version)?),
        };
        Ok(Self { trace: Trace::default(), go })
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
                let made = go.render(text, &lines, parameters, &mut Work { trace: &mut self.trace, strict })?;
                self.placed(&made, lines.first().map_or(template.origin, |run| run.2))
            }
            None if !fast::is_template(&text.bytes) => return Ok(template.clone()),
            None => {
                let mut fill = fast::Fill { parameters, trace: &mut self.trace };
                let made = fast::render(text, template.origin, &mut fill);
                made.map_err(|message| RenderError { message, missing: false, hint: None, span: None })?.into_value(template.origin)
            }
        };
        Ok(Value { boxed: template.boxed, ..made })
    }

    /// What Go's machine made, with the string that it stands in added where the machine knows no place.
    fn placed(&mut self, made: &Str, place: OriginId) -> Value {
        let mut pieces = Pieces::default();
        for (from, to, origin) in char_origins(made, OriginId::NONE) {
            let known = matches!(self.trace.get(origin), Some(Source::Template { .. } | Source::Action { .. }));
            let origin = if known { origin } else { filled(&mut self.trace, place, origin) };
            pieces.push(made.bytes.get(from..to).unwrap_or_default(), origin);
        }
        pieces.into_value(place)
    }

    /// A tree with every string and every key rendered; entries that are null vanish, as they do in Argo CD.
    pub(crate) fn tree(&mut self, value: &Value, parameters: &Map) -> Result<Value, Failed> {
        let data = match &value.data {
            Data::String(_) => return self.string(value, parameters).map_err(|error| (error, value.origin)),
            Data::List(list) => {
                let items = list.items().iter().map(|item| self.tree(item, parameters)).collect::<Result<_, _>>()?;
                Data::List(List::Any(Rc::new(items)))
            }
            Data::Map(map) => {
                let entries = map.entries.borrow().clone();
                let mut rendered = BTreeMap::new();
                for (key, value) in entries.iter().filter(|(_, value)| !matches!(value.data, Data::Nil)) {
                    let made = self.tree(value, parameters)?;
                    rendered.insert(self.key(key, parameters).map_err(|error| (error, value.origin))?, made);
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
        Some(Source::Builtin(_)) | None => None,
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
        Some(Source::Value { .. } | Source::Join(_) | Source::Builtin(_)) | None => trace.join(place, input),
    }
}
