//! Where a value came from, and what it hides or changes.

use std::sync::Arc;

use portcullis_source::{FileId, Link, Origin, Range, Role, SourceFile, Span, Text};

/// How many places behind each other are remembered.
const MAX_BEHIND: usize = 8;

/// The place that decided a value, and those behind it: what a patch hides, or the name that a prefix was put before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The place that decided.
    pub span: Span,
    /// What part a file had in it that a chart was rendered from; `Shadowed` for every other place.
    role: Role,
    /// What it changed.
    pub behind: Option<Arc<Place>>,
}

impl Place {
    /// A place with nothing behind it.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self { span, role: Role::Shadowed, behind: None }
    }

    /// The same place with another one behind it.
    pub(crate) fn before(&self, behind: &Self) -> Self {
        if self.span == behind.span {
            return behind.clone();
        }
        let rest = behind.places().take(MAX_BEHIND).map(|place| (place.span, Role::Shadowed)).filter(|(span, _)| *span != self.span);
        Self { span: self.span, role: self.role, behind: chained(rest.collect()) }
    }

    /// The spans, the one that decided first.
    pub fn chain(&self) -> impl Iterator<Item = Span> {
        self.places().map(|place| place.span)
    }

    fn places(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |place| place.behind.as_deref())
    }

    /// The chain as the rest of the program shows it.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let mut links: Vec<Link> = self.places().map(|place| Link::at(place.role, place.span)).collect();
        if let Some(first) = links.first_mut().filter(|first| first.role == Role::Shadowed) {
            first.role = Role::Manifest;
        }
        Origin { links }
    }
}

/// Where the bytes of a text stand in files.
#[derive(Clone, Debug)]
pub(crate) enum Ground {
    /// The text is a file.
    File(FileId),
    /// The text lies in a block of a file: where each of its lines starts, there and here.
    Lines(FileId, Arc<[(u32, u32)]>),
    /// The text was made, such as a manifest of a chart; what has no place in it has that one.
    Made(Text, Span),
    /// Every byte stands for the same place.
    Fixed(Span),
}

impl Ground {
    /// The place of a range.
    pub(crate) fn span(&self, range: Range) -> Span {
        match self {
            Self::File(file) => Span { file: *file, start: range.start, end: range.end },
            Self::Lines(file, lines) => {
                let place = |at: u32| {
                    let line = lines.partition_point(|&(inner, _)| inner <= at).saturating_sub(1);
                    lines.get(line).map_or(at, |&(inner, outer)| outer + (at - inner.min(at)))
                };
                let start = place(range.start);
                Span { file: *file, start, end: place(range.end).max(start) }
            }
            Self::Made(text, span) => text.place(range).unwrap_or(*span),
            Self::Fixed(span) => *span,
        }
    }

    /// The place of a range; behind what a person would edit of a made text lies the rest of what it came from.
    pub(crate) fn place(&self, range: Range) -> Place {
        let lead = Place::new(self.span(range));
        let Self::Made(text, _) = self else { return lead };
        let origin = text.origin(range);
        let role = origin.links.iter().find(|link| link.span == Some(lead.span)).map_or(lead.role, |link| link.role);
        // The parts of a text that a template puts together are all in one line of it.
        let template = origin.first(Role::Template).and_then(|link| link.span);
        let values = origin.links.iter().filter(|link| matches!(link.role, Role::Values | Role::Shadowed | Role::Include));
        let values = values.filter_map(|link| Some((link.span?, link.role)));
        let mut behind: Vec<(Span, Role)> = Vec::new();
        for (span, role) in values.chain(template.map(|span| (span, Role::Template))) {
            if span != lead.span && behind.len() < MAX_BEHIND && behind.iter().all(|(known, _)| *known != span) {
                behind.push((span, role));
            }
        }
        Place { behind: chained(behind), role, ..lead }
    }

    /// Where the text of a string stands: its own lines for a literal block, else the string as a whole.
    pub(crate) fn of_string(file: &SourceFile, span: Span, text: &str) -> Self {
        let written = file.bytes().get(span.start as usize..span.end as usize).unwrap_or_default();
        literal_lines(written, span.start, text).map_or(Self::Fixed(span), |lines| Self::Lines(span.file, lines))
    }
}

/// Places behind each other.
fn chained(places: Vec<(Span, Role)>) -> Option<Arc<Place>> {
    places.into_iter().rev().fold(None, |behind, (span, role)| Some(Arc::new(Place { span, role, behind })))
}

/// Where the lines of a literal block start, in its text and in its file.
fn literal_lines(written: &[u8], start: u32, text: &str) -> Option<Arc<[(u32, u32)]>> {
    if written.first() != Some(&b'|') {
        return None;
    }
    let mut at = written.iter().position(|&byte| byte == b'\n')? + 1;
    let mut indent = None;
    let mut lines = Vec::new();
    let mut inner = 0;
    for line in text.split_inclusive('\n') {
        let rest = written.get(at..)?;
        let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
        let own = line.bytes().take_while(|&byte| byte == b' ').count();
        let blank = line.trim_end_matches(['\n', '\r']).is_empty();
        if !blank && indent.is_none() {
            indent = Some(spaces.checked_sub(own)?);
        }
        let skip = if blank { spaces.min(indent.unwrap_or(spaces)) } else { indent.unwrap_or(0) };
        lines.push((inner, start + (at + skip) as u32));
        inner += line.len() as u32;
        at += rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
    }
    Some(lines.into())
}
