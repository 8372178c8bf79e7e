//! Blocks of base 64 between dashed lines.

use crate::funcs::BASE64;

/// The width of a line.
const WIDTH: usize = 64;

/// A block of this type.
pub(super) fn encode(kind: &str, content: &[u8]) -> String {
    let text = String::from_utf8_lossy(&BASE64.encode(content)).into_owned();
    let lines: Vec<&str> = (0..text.len()).step_by(WIDTH).filter_map(|start| text.get(start..text.len().min(start + WIDTH))).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// The type and the content of the first block of a text.
pub(super) fn decode(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {kind}-----"))?;
    let content = BASE64.try_decode(body.trim().as_bytes()).ok()?;
    Some((kind, content))
}
