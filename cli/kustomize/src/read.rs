//! Texts to objects, as kustomize's reader cuts, checks and unfolds them.

use std::sync::Arc;

use portcullis_source::{self as source, Data, Document, Range, Span, Text, yaml};

use crate::{
    Entry, Node, Place, Scalar, Tag, Value,
    fault::{Fault, Result},
    limits::{MAX_DEPTH, MAX_NODES},
    place::Ground,
};

/// Counts what is read against the limit.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    nodes: usize,
}

impl Budget {
    fn spend(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES { Err(Fault::too_much("MAX_NODES", MAX_NODES, "values")) } else { Ok(()) }
    }
}

/// The first document of a text as kustomizations and patches in JSON are read; none where there is none.
pub(crate) fn first(bytes: &[u8], ground: &Ground, budget: &mut Budget) -> Result<Option<Node>> {
    let stream = yaml::parse(&Text::nowhere(Arc::<[u8]>::from(bytes)));
    match (stream.documents.first(), stream.error) {
        (Some(document), _) => {
            Reader { document, ground, offset: 0, dialect: Dialect::Old, budget }.node(&document.root, 0, false).map(Some)
        }
        (None, Some(error)) => {
            let fault = Fault::refused(error.message, "correct the YAML");
            Err(fault.at(ground.span(error.range)))
        }
        (None, None) => Ok(None),
    }
}

/// The values of a file, as they are read to be merged with others; nothing where there is none.
pub(crate) fn values(bytes: &[u8], ground: &Ground, budget: &mut Budget) -> Result<Option<Node>> {
    let stream = yaml::parse(&Text::nowhere(Arc::<[u8]>::from(bytes)));
    match (stream.documents.first(), stream.error) {
        (Some(document), _) => {
            Reader { document, ground, offset: 0, dialect: Dialect::New, budget }.node(&document.root, 0, false).map(Some)
        }
        (None, Some(error)) => Err(Fault::refused(error.message, "correct the YAML").at(ground.span(error.range))),
        (None, None) => Ok(None),
    }
}

/// The objects of manifests that helm made, which are the documents of one text to kustomize.
pub(crate) fn manifests(manifests: &[Text], fallback: Span, budget: &mut Budget) -> Result<Vec<Node>> {
    let mut nodes = Vec::new();
    for text in manifests {
        let ground = Ground::Made(text.clone(), fallback);
        nodes.extend(cut_objects(text.bytes(), &ground, manifests.len() == 1, budget)?);
    }
    unfold(nodes)
}

/// The objects of a text.
pub(crate) fn objects(bytes: &[u8], ground: &Ground, budget: &mut Budget) -> Result<Vec<Node>> {
    unfold(cut_objects(bytes, ground, true, budget)?)
}

/// The objects of a text as they stand; the items of a list where there is nothing else, and it may be `alone`.
fn cut_objects(bytes: &[u8], ground: &Ground, alone: bool, budget: &mut Budget) -> Result<Vec<Node>> {
    let chunks = cut(bytes, ground)?;
    let single = alone && chunks.len() == 1;
    let mut nodes = Vec::new();
    for chunk in chunks {
        let part = bytes.get(chunk.start as usize..chunk.end as usize).unwrap_or_default();
        let stream = yaml::parse(&Text::nowhere(Arc::<[u8]>::from(part)));
        let Some(document) = stream.documents.first() else {
            let Some(error) = stream.error else { continue };
            let range = Range { start: error.range.start + chunk.start, end: error.range.end + chunk.start };
            return Err(Fault::refused(error.message, "correct the YAML").at(ground.span(range)));
        };
        let node = Reader { document, ground, offset: chunk.start, dialect: Dialect::New, budget }.node(&document.root, 0, false)?;
        if node.is_null() {
            continue;
        }
        let wrapped = single && matches!(text_of(&node, "kind"), "List" | "ResourceList");
        match node.get("items") {
            Some(items) if wrapped => nodes.extend(items.items().iter().cloned()),
            None if wrapped && node.get("functionConfig").is_some() => {}
            Some(_) | None => nodes.push(node),
        }
    }
    Ok(nodes)
}

fn text_of<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).map_or("", Node::text)
}

/// Cuts a text at the lines that start with `---`.
fn cut(bytes: &[u8], ground: &Ground) -> Result<Vec<Range>> {
    let mut chunks = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'\n')) {
        let line = at + length + 1;
        let rest = bytes.get(line..).unwrap_or_default();
        at = line;
        let Some(end) = rest.starts_with(b"---").then(|| rest.iter().position(|&byte| byte == b'\n')).flatten() else { continue };
        let after = rest.get(3..end).unwrap_or_default().trim_ascii();
        if !after.is_empty() && after.first() != Some(&b'#') {
            let place = ground.span(Range { start: line as u32, end: (line + end) as u32 });
            let fault = Fault::refused("a document starts on the line of its marker", "put nothing but a comment after ---");
            return Err(fault.at(place));
        }
        chunks.push(Range { start: start as u32, end: line as u32 });
        start = line + end + 1;
        // The line break after a marker is not the one before the next.
        at = start;
    }
    if !bytes.is_empty() {
        chunks.push(Range { start: start as u32, end: bytes.len() as u32 });
    }
    Ok(chunks)
}

/// Checks objects, and puts the items of lists in their place.
fn unfold(nodes: Vec<Node>) -> Result<Vec<Node>> {
    let mut queue: std::collections::VecDeque<Node> = checked(nodes)?.into();
    let mut found = Vec::new();
    while let Some(node) = queue.pop_front() {
        if !text_of(&node, "kind").ends_with("List") {
            found.push(node);
            continue;
        }
        match node.get("items") {
            None => found.push(node),
            Some(items) if items.is_null() => {}
            Some(items) if matches!(items.value, Value::List(_)) => queue.extend(checked(items.items().to_vec())?),
            Some(items) => return Err(items.not("a list")),
        }
    }
    Ok(found)
}

/// Leaves out what is empty, and refuses what is no object.
fn checked(nodes: Vec<Node>) -> Result<Vec<Node>> {
    let mut kept = Vec::new();
    for node in nodes {
        if node.is_empty() {
            continue;
        }
        let kind = node.get("kind").map_or("", Node::said);
        let missing = |what: &str| {
            let fault = Fault::refused(format!("an object has no {what}"), format!("give it {what}"));
            Err(fault.at(node.place.span))
        };
        if kind.is_empty() {
            return missing("kind");
        }
        let name = node.at(&["metadata", "name"]).map_or("", Node::text);
        if name.is_empty() && !kind.ends_with("List") {
            return missing("metadata.name");
        }
        kept.push(node);
    }
    Ok(kept)
}

/// Whose YAML is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// That of kustomizations and JSON patches: YAML 1.1, by way of JSON.
    Old,
    /// That of objects: mostly YAML 1.2.
    New,
}

struct Reader<'a> {
    document: &'a Document,
    ground: &'a Ground,
    offset: u32,
    dialect: Dialect,
    budget: &'a mut Budget,
}

impl Reader<'_> {
    fn place(&self, range: Range) -> Place {
        self.ground.place(Range { start: range.start + self.offset, end: range.end + self.offset })
    }

    fn written(&self, range: Range) -> &str {
        std::str::from_utf8(self.document.text.slice(range)).unwrap_or_default()
    }

    fn node(&mut self, node: &source::Node, depth: usize, flow: bool) -> Result<Node> {
        self.budget.spend()?;
        let place = self.place(node.range);
        if depth > MAX_DEPTH {
            return Err(Fault::too_much("MAX_DEPTH", MAX_DEPTH, "levels").at(place.span));
        }
        let flow = flow || self.written(node.range).starts_with(['{', '[']);
        let value = match &node.data {
            Data::List(items) => Value::List(items.iter().map(|item| self.node(item, depth + 1, flow)).collect::<Result<_>>()?),
            Data::Map(map) => {
                if let Some(range) = self.repeated(map, node.range).filter(|_| self.dialect == Dialect::New) {
                    let fault = Fault::refused("a key stands twice in the same map", "keep one of them");
                    return Err(fault.at(self.place(range).span));
                }
                let mut entries = Vec::with_capacity(map.entries.len());
                for entry in &map.entries {
                    let value = self.node(&entry.value, depth + 1, flow)?;
                    let (key, is_text) = self.key(&entry.key, entry.key_range);
                    let mut value = value;
                    // Nothing stands for null: the key is its place.
                    if node_is_nothing(&entry.value) {
                        value.place = self.place(entry.key_range);
                    }
                    entries.push(Entry { key, key_place: self.place(entry.key_range), is_text, value });
                }
                Value::Map(entries)
            }
            data @ (Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_)) => {
                Value::Scalar(self.scalar(data, node.range, flow))
            }
        };
        Ok(Node { value, place })
    }

    /// Where a map says more than the entries that are left of it: the last of a repeated key has won, and the others left a hole.
    fn repeated(&self, map: &source::Map, range: Range) -> Option<Range> {
        let inside = |entry: &&source::Entry| entry.key_range.start >= range.start && entry.key_range.end <= range.end;
        let mut entries: Vec<&source::Entry> = map.entries.iter().filter(inside).collect();
        entries.sort_by_key(|entry| entry.key_range.start);
        let mut start = range.start;
        for entry in entries {
            let hole = Range { start, end: entry.key_range.start };
            if hole.start < hole.end && says_something(self.written(hole)) {
                return Some(hole);
            }
            let value = entry.value.range;
            // An alias has the range of its anchor: what follows its name is not looked at.
            if value.start < entry.key_range.end || value.end > range.end {
                return None;
            }
            start = value.end.max(entry.key_range.end);
        }
        None
    }

    /// A key, which YAML 1.1 may have read as something else than kustomize does, and whether it is a string.
    fn key(&self, key: &Arc<str>, range: Range) -> (Arc<str>, bool) {
        let written = self.written(range);
        if self.dialect == Dialect::Old || written.starts_with(['"', '\'', '|', '>', '?']) {
            return (Arc::clone(key), true);
        }
        match yaml::resolve_plain(written) {
            Data::Bool(_) => (Arc::from(written), Tag::of_plain(written) == Tag::Text),
            Data::String(_) => (Arc::clone(key), Tag::of_plain(written) == Tag::Text),
            Data::Null | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::List(_) | Data::Map(_) => (Arc::from(written), false),
        }
    }

    fn scalar(&self, data: &Data, range: Range, flow: bool) -> Scalar {
        let written = self.written(range);
        let quoted = written.starts_with(['"', '\'', '|', '>']);
        match data {
            Data::Bool(value) if self.dialect == Dialect::Old => {
                Scalar { text: Arc::from(if *value { "true" } else { "false" }), tag: Tag::Bool, quoted: false }
            }
            Data::String(text) if quoted || self.dialect == Dialect::Old => Scalar { text: Arc::clone(text), tag: Tag::Text, quoted },
            // A plain text is what it says, unless a tag says otherwise.
            Data::String(text) => {
                let tag = if written == &**text { Tag::of_plain(text) } else { Tag::Text };
                let tag = if matches!(tag, Tag::Timestamp) { tag } else { Tag::Text };
                // In flow style a colon makes kustomize write quotes.
                Scalar { text: Arc::clone(text), tag, quoted: flow && tag == Tag::Timestamp && text.contains(':') }
            }
            Data::Null => Scalar { text: Arc::from(written), tag: Tag::Null, quoted: flow && written.is_empty() },
            Data::Bool(_) => Scalar { text: Arc::from(written), tag: Tag::of_plain(written), quoted: false },
            Data::Float(_) => Scalar { text: Arc::from(written), tag: Tag::Float, quoted: false },
            Data::Int(_) | Data::Uint(_) | Data::List(_) | Data::Map(_) => {
                Scalar { text: Arc::from(written), tag: Tag::Int, quoted: false }
            }
        }
    }
}

fn node_is_nothing(node: &source::Node) -> bool {
    node.range.start >= node.range.end
}

/// Whether there is more in a text than space, comments and the signs that hold a map together.
fn says_something(text: &str) -> bool {
    let mut said = String::new();
    let mut before = ' ';
    let mut comment = false;
    for character in text.chars() {
        comment = character != '\n' && (comment || (character == '#' && before.is_whitespace()));
        if !comment {
            said.push(character);
        }
        before = character;
    }
    // Merged maps, anchors and tags are no keys.
    let odd = said.contains("<<") || said.contains(['&', '!', '*']);
    !odd && said.contains(|character: char| !character.is_whitespace() && !",:{}[]?-".contains(character))
}
