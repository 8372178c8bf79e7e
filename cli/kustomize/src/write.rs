//! Objects to the text that `kustomize build` prints.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{
    Data, FrameId, Origin, OriginId, Source, Text, Trace,
    yaml::{
        self,
        emit::{EmitError, Emitter, Event, Style, float_through_json, natural_order, sort_by_key},
    },
};

use crate::{
    Node, Place, Scalar, Tag, Value,
    fault::{Fault, Result},
    limits::MAX_OUTPUT_BYTES,
};

/// What is written so far: the bytes, and where each part of them ends and came from.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    parts: Vec<(u32, Arc<Origin>)>,
}

impl Writer {
    /// Adds an object, with a marker before it where it is not the first.
    pub(crate) fn add(&mut self, node: &Node) -> Result<()> {
        if !self.bytes.is_empty() {
            self.bytes.extend_from_slice(b"---\n");
            self.parts.push((self.bytes.len() as u32, Arc::new(node.place.origin())));
        }
        let mut walk = Walk { emitter: Emitter::new(Style::Yaml2), trace: Trace::default(), places: BTreeMap::new() };
        walk.node(node, &node.place)?;
        let finished = walk.emitter.finish().map_err(|error| unwritable(&error, node))?;
        let start = self.bytes.len();
        if start + finished.0.len() > MAX_OUTPUT_BYTES {
            return Err(Fault::too_much("MAX_OUTPUT_BYTES", MAX_OUTPUT_BYTES, "bytes of output"));
        }
        self.bytes.extend_from_slice(&finished.0);
        for piece in finished.1 {
            let place = walk.places.get(&piece.origin).unwrap_or(&node.place);
            self.parts.push(((start as u32) + piece.end, Arc::new(place.origin())));
        }
        Ok(())
    }

    /// The text.
    pub(crate) fn finish(self) -> Text {
        Text::explained(self.bytes.into(), self.parts.into())
    }
}

struct Walk {
    emitter: Emitter,
    /// Counts the origins.
    trace: Trace,
    /// What they stand for.
    places: BTreeMap<OriginId, Place>,
}

impl Walk {
    fn event(&mut self, event: Event<'_>, place: &Place, node: &Node) -> Result<()> {
        let origin = self.trace.source(Source::Template { span: place.span, frame: FrameId::ROOT });
        self.places.insert(origin, place.clone());
        self.emitter.event(event, origin).map_err(|error| unwritable(&error, node))
    }

    fn node(&mut self, node: &Node, place: &Place) -> Result<()> {
        match &node.value {
            Value::Scalar(scalar) => self.scalar(scalar, place, node),
            Value::List(items) => {
                self.event(Event::ListStart, place, node)?;
                for item in items {
                    self.node(item, &item.place)?;
                }
                self.event(Event::ListEnd, place, node)
            }
            Value::Map(entries) => {
                self.event(Event::MapStart, place, node)?;
                for entry in sort_by_key(entries.iter().collect(), natural_order, |entry| &entry.key) {
                    if !entry.is_text {
                        let message = format!("key {} of a map is no string", entry.key);
                        return Err(Fault::refused(message, "put it in quotes").at(entry.key_place.span));
                    }
                    self.event(Event::String(&entry.key), &entry.key_place, node)?;
                    self.node(&entry.value, &entry.value.place)?;
                }
                self.event(Event::MapEnd, place, node)
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar, place: &Place, node: &Node) -> Result<()> {
        match json(scalar, place)? {
            Json::Text(text) => self.event(Event::String(&text), place, node),
            Json::Bare(text) => self.event(Event::Bare(&text), place, node),
        }
    }
}

/// A scalar as JSON has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    /// A string.
    Text(Arc<str>),
    /// Anything else, as it is written.
    Bare(Arc<str>),
}

/// Reads a scalar as JSON has it.
pub(crate) fn json(scalar: &Scalar, place: &Place) -> Result<Json> {
    let contradiction = || {
        let message = format!("{:?} cannot be read as what it stands for", scalar.text);
        Fault::refused(message, "write a value of the same type").at(place.span)
    };
    let Some(reading) = scalar.reading() else { return Err(contradiction()) };
    let bare = |text: String| Json::Bare(Arc::from(text));
    Ok(match reading {
        Tag::Text | Tag::Open => Json::Text(Arc::clone(&scalar.text)),
        Tag::Timestamp => {
            crate::time::normal(&scalar.text).map_or_else(|| Json::Text(Arc::clone(&scalar.text)), |text| Json::Text(text.into()))
        }
        Tag::Null => bare("null".to_owned()),
        Tag::Bool => bare(scalar.text.to_lowercase()),
        Tag::Int | Tag::Float => match yaml::resolve_plain(&scalar.text) {
            Data::Int(value) => bare(value.to_string()),
            Data::Uint(value) => bare(value.to_string()),
            Data::Float(value) => bare(float_through_json(value).ok_or_else(contradiction)?),
            Data::Null | Data::Bool(_) | Data::String(_) | Data::List(_) | Data::Map(_) => return Err(contradiction()),
        },
    })
}

fn unwritable(error: &EmitError, node: &Node) -> Box<Fault> {
    Fault::refused(error.to_string(), "write it in another way").at(node.place.span)
}
