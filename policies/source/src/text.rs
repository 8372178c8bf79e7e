//! Bytes with a way back to their places.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use crate::{FileId, Origin, OriginId, SourceFile, Span, Trace, trace::Piece};

/// A range of bytes within one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

/// A text to parse: a file as it is, or text that a template made.
#[derive(Clone, Debug)]
pub struct Text {
    bytes: Arc<[u8]>,
    places: Places,
    /// Where its lines end, once somebody asked.
    lines: Arc<OnceLock<Box<[u32]>>>,
}

#[derive(Clone, Debug)]
enum Places {
    /// The text starts at this byte of the file.
    File {
        file: FileId,
        start: u32,
    },
    Traced {
        trace: Arc<Trace>,
        pieces: Arc<[Piece]>,
    },
    /// Where each part ends, and the whole chain of places that it came from.
    Explained(Arc<[(u32, Arc<Origin>)]>),
    Nowhere,
}

impl Text {
    /// The text of a file.
    #[must_use]
    pub fn of_file(file: &SourceFile) -> Self {
        Self { bytes: Arc::clone(file.bytes()), places: Places::File { file: file.id(), start: 0 }, lines: Arc::default() }
    }

    /// A text that was made; `pieces` say, in ascending order of their ends, what each part of it came from.
    #[must_use]
    pub fn traced(bytes: Arc<[u8]>, trace: Arc<Trace>, pieces: Arc<[Piece]>) -> Self {
        Self { bytes, places: Places::Traced { trace, pieces }, lines: Arc::default() }
    }

    /// A text that was made by something that explains itself: where each part of it ends, in ascending order, and its chain of places, which parts
    /// may share. A range comes from where its first byte does.
    #[must_use]
    pub fn explained(bytes: Arc<[u8]>, parts: Arc<[(u32, Arc<Origin>)]>) -> Self {
        Self { bytes, places: Places::Explained(parts), lines: Arc::default() }
    }

    /// A text without a place, such as an object of an admission request.
    #[must_use]
    pub fn nowhere(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: bytes.into(), places: Places::Nowhere, lines: Arc::default() }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, shared with this text.
    #[must_use]
    pub fn shared(&self) -> Arc<[u8]> {
        Arc::clone(&self.bytes)
    }

    /// The bytes of a range, empty where it does not lie within the text.
    #[must_use]
    pub fn slice(&self, range: Range) -> &[u8] {
        self.bytes.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// A part of the text as a text of its own, of the same places; nothing where it does not lie within.
    #[must_use]
    pub fn part(&self, range: Range) -> Self {
        let within = |end: u32| (end > range.start).then(|| end.min(range.end) - range.start);
        let places = match &self.places {
            Places::File { file, start } => Places::File { file: *file, start: start + range.start },
            Places::Traced { trace, pieces } => {
                let pieces = pieces.iter().filter_map(|piece| Some(Piece { end: within(piece.end)?, ..*piece })).collect();
                Places::Traced { trace: Arc::clone(trace), pieces }
            }
            Places::Explained(parts) => {
                Places::Explained(parts.iter().filter_map(|(end, origin)| Some((within(*end)?, Arc::clone(origin)))).collect())
            }
            Places::Nowhere => Places::Nowhere,
        };
        Self { bytes: Arc::from(self.slice(range)), places, lines: Arc::default() }
    }

    /// The line (from one) of a byte in this text itself.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let ends = self.lines.get_or_init(|| {
            let ends = self.bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
            ends.map(|(at, _)| at as u32).collect()
        });
        ends.partition_point(|&end| end < offset) as u32 + 1
    }

    /// The origins of a range, in the order of the text and each once; empty for the text of a file.
    #[must_use]
    pub fn origins(&self, range: Range) -> Vec<OriginId> {
        let Places::Traced { pieces, .. } = &self.places else { return Vec::new() };
        let first = pieces.partition_point(|piece| piece.end <= range.start);
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut start = if first == 0 { 0 } else { pieces.get(first - 1).map_or(0, |piece| piece.end) };
        for piece in pieces.iter().skip(first) {
            // An empty piece at the very end still belongs to the range: something there printed nothing.
            if start >= range.end.max(range.start + 1) && piece.end > range.end {
                break;
            }
            start = piece.end;
            if !piece.origin.is_none() && seen.insert(piece.origin) {
                found.push(piece.origin);
            }
        }
        found
    }

    /// The runs of a range with one origin each, with nothing left out between them; none for the text of a file.
    #[must_use]
    pub fn runs(&self, range: Range) -> Vec<(Range, OriginId)> {
        let Places::Traced { pieces, .. } = &self.places else { return Vec::new() };
        let first = pieces.partition_point(|piece| piece.end <= range.start);
        let mut runs: Vec<(Range, OriginId)> = Vec::new();
        let mut start = range.start;
        for piece in pieces.iter().skip(first) {
            if start >= range.end {
                break;
            }
            let end = piece.end.min(range.end);
            match runs.last_mut() {
                Some((run, origin)) if *origin == piece.origin => run.end = end,
                Some(_) | None => runs.push((Range { start, end }, piece.origin)),
            }
            start = end;
        }
        runs
    }

    /// The trace of a made text.
    #[must_use]
    pub fn trace(&self) -> Option<&Arc<Trace>> {
        match &self.places {
            Places::Traced { trace, .. } => Some(trace),
            Places::File { .. } | Places::Explained(_) | Places::Nowhere => None,
        }
    }

    /// The span of a range, where the text is a file's own.
    #[must_use]
    pub fn span(&self, range: Range) -> Option<Span> {
        match &self.places {
            Places::File { file, start } => Some(Span { file: *file, start: start + range.start, end: start + range.end }),
            Places::Traced { .. } | Places::Explained(_) | Places::Nowhere => None,
        }
    }

    /// The chain of places that explains why the object of a range lacks what `keys` lead to.
    #[must_use]
    pub fn origin_of_missing(&self, range: Range, keys: &[Arc<str>]) -> Origin {
        match &self.places {
            Places::Traced { trace, .. } => trace.missing(self.line(range.start), &self.origins(range), keys),
            Places::File { .. } | Places::Explained(_) | Places::Nowhere => self.origin(range),
        }
    }

    /// The place of a range that a person would edit: its span, or for a made text where it came from.
    #[must_use]
    pub fn place(&self, range: Range) -> Option<Span> {
        match &self.places {
            Places::Traced { trace, .. } => trace.edit(&self.origins(range)),
            Places::File { .. } | Places::Explained(_) | Places::Nowhere => self.span(range).or_else(|| self.origin(range).edit()),
        }
    }

    /// The chain of places that explains why the render that made a range made no object of a kind, where a branch for it was not taken.
    #[must_use]
    pub fn origin_of_absent(&self, range: Range, kind: &str) -> Option<Origin> {
        self.trace()?.absent(self.line(range.start), &self.origins(range), kind)
    }

    /// The strongest values layer that a range came from.
    #[must_use]
    pub fn strongest_layer(&self, range: Range) -> Option<crate::LayerId> {
        self.trace()?.strongest(&self.origins(range))
    }

    /// The chain of places that a range came from.
    #[must_use]
    pub fn origin(&self, range: Range) -> Origin {
        match &self.places {
            Places::File { file, start } => Origin::of_file(Span { file: *file, start: start + range.start, end: start + range.end }),
            Places::Traced { trace, .. } => trace.origin(self.line(range.start), &self.origins(range)),
            Places::Explained(parts) => {
                let part = parts.get(parts.partition_point(|(end, _)| *end <= range.start));
                part.map(|(_, origin)| Origin::clone(origin)).unwrap_or_default()
            }
            Places::Nowhere => Origin::default(),
        }
    }
}
