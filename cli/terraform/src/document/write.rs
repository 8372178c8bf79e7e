//! Values to JSON text, and where each part of it came from.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Document, Origin, Span, Text, json};

use super::{MARKERS, UNKNOWN, explain::chain};
use crate::{
    limits::MAX_DOCUMENT_DEPTH,
    value::{Data, Known, ReasonKind, Unknown, Value, json_string},
};

/// A document in the making.
pub(super) struct Writer {
    bytes: Vec<u8>,
    parts: Vec<(u32, Arc<Origin>)>,
    /// The chains so far, each once: keys and brackets share theirs with values, and documents are kept for long.
    known: BTreeSet<Arc<Origin>>,
}

/// What of a value may be told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Markers stand for what is not known or sensitive.
    Marked,
    /// The same, and a text that is a JSON document stands as the document.
    Decoded,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), parts: Vec::new(), known: BTreeSet::new() }
    }

    /// Writes text that came from somewhere.
    pub(super) fn put(&mut self, text: &str, origin: &Origin) {
        self.bytes.extend_from_slice(text.as_bytes());
        let end = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        if let Some((last, _)) = self.parts.last_mut().filter(|(_, known)| **known == *origin) {
            *last = end;
            return;
        }
        let origin = self.shared(origin);
        self.parts.push((end, origin));
    }

    fn shared(&mut self, origin: &Origin) -> Arc<Origin> {
        if let Some(known) = self.known.get(origin) {
            return Arc::clone(known);
        }
        let origin = Arc::new(origin.clone());
        self.known.insert(Arc::clone(&origin));
        origin
    }

    /// Writes a key with a comma before it where it is not the first.
    pub(super) fn key(&mut self, is_first: bool, name: &str, origin: &Origin) {
        let comma = if is_first { "" } else { "," };
        self.put(&format!("{comma}{}:", json_string(name)), origin);
    }

    /// Writes a value; `near` is the block that it lies in.
    pub(super) fn value(&mut self, value: &Value, near: Span, manner: Manner, depth: usize) {
        let origin = chain(&value.origin, near);
        let near = origin.edit().unwrap_or(near);
        if value.marks.sensitive {
            // Whether it stands in a file is told, and what it is not.
            let known = value.any_reason().is_none();
            return self.put(&format!("{{\"$sensitive\":true,\"known\":{known}}}"), &origin);
        }
        if depth > MAX_DOCUMENT_DEPTH {
            return self.put(&format!("{{{}:\"it lies deeper than MAX_DOCUMENT_DEPTH\"}}", json_string(UNKNOWN)), &origin);
        }
        if let Some(members) = value.attributes() {
            return self.members(members.iter().filter(|(_, value)| !value.is_null()), (&origin, near), manner, depth);
        }
        match &value.data {
            Data::List(_, items) | Data::Set(_, items) | Data::Tuple(items) => self.list(items, (&origin, near), manner, depth),
            Data::Unknown(unknown) => self.unknown(unknown, (&origin, near), manner, depth),
            Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(..) | Data::Object(_) => {
                self.put(&value.to_json(), &origin);
            }
        }
    }

    /// Writes members.
    pub(super) fn members<'v>(
        &mut self,
        members: impl Iterator<Item = (&'v Arc<str>, &'v Value)>,
        (origin, near): (&Origin, Span),
        manner: Manner,
        depth: usize,
    ) {
        self.put("{", origin);
        for (at, (name, value)) in members.enumerate() {
            let escaped = MARKERS.contains(&&**name).then(|| format!("${name}"));
            self.key(at == 0, escaped.as_deref().unwrap_or(name), &chain(&value.origin, near));
            self.value(value, near, manner, depth + 1);
        }
        self.put("}", origin);
    }

    fn list(&mut self, items: &[Value], (origin, near): (&Origin, Span), manner: Manner, depth: usize) {
        self.put("[", origin);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.put(",", origin);
            }
            self.value(item, near, manner, depth + 1);
        }
        self.put("]", origin);
    }

    fn unknown(&mut self, unknown: &Unknown, (origin, near): (&Origin, Span), manner: Manner, depth: usize) {
        if let (Known::Encoded(_, inner), Manner::Decoded) = (&unknown.known, manner) {
            return self.value(inner, near, manner, depth);
        }
        self.put(&format!("{{{}:{}", json_string(UNKNOWN), json_string(&unknown.reason.kind.describe())), origin);
        if let ReasonKind::Computed(address, path) | ReasonKind::Data(address, path) = &unknown.reason.kind {
            self.put(&format!(",\"$of\":{},\"$attribute\":{}", json_string(address), json_string(path)), origin);
        }
        match &unknown.known {
            Known::Pieces(pieces) => {
                self.put(",\"$pieces\":", origin);
                self.list(pieces, (origin, near), manner, depth + 1);
            }
            Known::Either(both) => {
                self.put(",\"$either\":", origin);
                self.list(&both[..], (origin, near), manner, depth + 1);
            }
            Known::Nothing | Known::NotNull | Known::Encoded(..) | Known::Members(_) | Known::Keyed(_) => {}
        }
        self.put("}", origin);
    }

    /// The document; none where what was written is none, which would be a fault of ours.
    pub(super) fn finish(self) -> Option<Arc<Document>> {
        let text = Text::explained(Arc::from(self.bytes), Arc::from(self.parts));
        json::parse(&text).ok().map(Arc::new)
    }
}
