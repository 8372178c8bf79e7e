//! Values that stand in the Application itself.

use std::sync::Arc;

use portcullis_source::{Document, FrameId, Node, OriginId, Piece, Range, Source, Text, Trace, yaml};

use crate::{
    Inline, InlineKind,
    assemble::Object,
    fault::{Fact, Fault},
    parameters::{block_lines, place, too_deep},
};

/// The inline values of a source's `helm` block; `valuesObject` hides `values`.
pub(super) fn inline(helm: Object<'_>) -> Result<Option<Inline>, Fault> {
    if let Some(node) = helm.root.get("valuesObject").filter(|node| !node.is_null()) {
        if node.as_map().is_none() {
            return Err(helm.fault("valuesObject must be a map", &["valuesObject"]).hint("write it as key: value"));
        }
        let document =
            Document { text: helm.document.text.clone(), root: node.clone(), range: node.range, comments: helm.document.comments.clone() };
        return Ok(Some(Inline { document: Arc::new(document), span: helm.place(node), kind: InlineKind::ValuesObject }));
    }
    let Some((node, text)) = helm.root.get("values").and_then(|node| Some((node, node.as_str()?))) else { return Ok(None) };
    let text = text_of(helm.document, node, text);
    let stream = yaml::parse(&text);
    if let Some(error) = stream.error {
        let span = text.origin(error.range).edit();
        return Err(Fact::new(format!("the inline values are no YAML: {}", error.message))
            .at(span)
            .at(helm.place(node))
            .hint("mend the YAML; a template in it is filled in before it is read"));
    }
    let Some(document) = stream.documents.into_iter().next().filter(|document| !document.root.is_null()) else { return Ok(None) };
    if too_deep(&document.root) {
        return Err(helm
            .fault("the inline values are nested too deeply", &["values"])
            .hint("values are read 128 levels deep; write them flatter"));
    }
    if document.root.as_map().is_none() {
        return Err(helm.fault("the inline values must be a map", &["values"]).hint("write them as key: value"));
    }
    Ok(Some(Inline { document: Arc::new(document), span: helm.place(node), kind: InlineKind::Values }))
}

/// The text of a string of a document, which knows where each of its bytes was written.
fn text_of(document: &Document, node: &Node, text: &str) -> Text {
    let bytes: Arc<[u8]> = Arc::from(text.as_bytes());
    let runs = block_lines(document, node.range, text)
        .or_else(|| json_characters(document, node.range, text))
        .unwrap_or_else(|| vec![(bytes.len() as u32, node.range)]);
    if let Some(trace) = document.text.trace() {
        let piece =
            |(end, range): (u32, Range)| Piece { end, origin: document.text.origins(range).first().copied().unwrap_or(OriginId::NONE) };
        return Text::traced(bytes, Arc::clone(trace), runs.into_iter().map(piece).collect());
    }
    let mut trace = Trace::default();
    let mut pieces = Vec::with_capacity(runs.len());
    for (end, range) in runs {
        let origin = place(document, range).map_or(OriginId::NONE, |span| trace.source(Source::Template { span, frame: FrameId::ROOT }));
        pieces.push(Piece { end, origin });
    }
    Text::traced(bytes, Arc::new(trace), Arc::from(pieces))
}

/// For each character of a JSON string of our own writing, its end in the text and its range in the document.
fn json_characters(document: &Document, range: Range, text: &str) -> Option<Vec<(u32, Range)>> {
    document.text.trace()?;
    let raw = std::str::from_utf8(document.text.slice(range)).ok()?.strip_prefix('"')?;
    let (mut at, mut end) = (range.start + 1, 0);
    let mut rest = raw;
    let mut runs = Vec::with_capacity(text.len());
    for character in text.chars() {
        let width = match rest.as_bytes() {
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => character.len_utf8(),
        };
        rest = rest.get(width..)?;
        end += character.len_utf8() as u32;
        runs.push((end, Range { start: at, end: at + width as u32 }));
        at += width as u32;
    }
    Some(runs)
}
