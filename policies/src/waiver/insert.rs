//! Waivers into the text of a configuration file, of which every other byte stays as it is.

use portcullis_source::{Data, Document, Node, SourceFile, Sources, Text, yaml};

use super::draft::{Draft, Pledge};
use crate::Config;

/// The margin of a list that is new.
const MARGIN: &str = "  ";

/// A configuration with waivers added to those that it has.
///
/// # Errors
/// The configuration is laid out in a way that takes no further line, such as within braces.
pub fn insert(file: &SourceFile, drafts: &[Draft], pledge: &Pledge) -> Result<String, LayoutError> {
    let text = std::str::from_utf8(file.bytes()).map_err(|_| LayoutError)?;
    let stream = yaml::parse(&Text::of_file(file));
    let document = stream.documents.first().ok_or(LayoutError)?;
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let place = place(text, document).ok_or(LayoutError)?;
    let entries: String = drafts.iter().map(|draft| draft.text(pledge, &place.margin)).collect();
    let (before, after) = text.split_at_checked(place.offset).ok_or(LayoutError)?;
    let before = before.strip_suffix(place.replaces).unwrap_or(before);
    let break_before = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let added = format!("{break_before}{}{entries}", place.key).replace('\n', line_end);
    let after = if added.ends_with('\n') { after.strip_prefix(line_end).unwrap_or(after) } else { after };
    let changed = format!("{before}{added}{after}");
    if is_added(file, &changed, drafts) { Ok(changed) } else { Err(LayoutError) }
}

/// Why waivers cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration is laid out so that no waiver can be added to it")]
pub struct LayoutError;

/// Where the entries go.
struct Place {
    offset: usize,
    margin: String,
    /// What stands before the offset and goes.
    replaces: &'static str,
    /// What comes before the entries.
    key: &'static str,
}

fn place(text: &str, document: &Document) -> Option<Place> {
    let root = &document.root;
    if text.get(root.range.start as usize..)?.starts_with('{') {
        return None;
    }
    let Some(list) = root.get("waivers") else {
        let offset = line_end(text, leaf(root));
        // Comments below the last key stay above, but for the end of the document.
        let rest = text.get(offset..).unwrap_or_default();
        let is_all = rest.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        return Some(Place {
            offset: if is_all { text.len() } else { offset },
            margin: MARGIN.to_owned(),
            replaces: "",
            key: "\nwaivers:\n",
        });
    };
    let start = text.get(list.range.start as usize..)?;
    if start.starts_with('[') {
        let end = list.range.end as usize;
        let is_empty = list.items().is_empty() && text.get(..end)?.ends_with("[]");
        // What follows on the line, such as a comment, would come to stand below.
        let is_last = text.get(end..line_end(text, end))?.trim().is_empty();
        return (is_empty && is_last).then(|| Place { offset: end, margin: MARGIN.to_owned(), replaces: " []", key: "" });
    }
    let last = list.items().last()?;
    let before = text.get(..last.range.start as usize)?;
    let dash = before.rfind('-')?;
    let margin = before.get(before.get(..dash)?.rfind('\n').map_or(0, |at| at + 1)..dash)?;
    margin.trim().is_empty().then(|| Place { offset: line_end(text, leaf(last)), margin: margin.to_owned(), replaces: "", key: "" })
}

/// Where the last value within a node ends, blanks after it left out.
fn leaf(node: &Node) -> usize {
    match &node.data {
        Data::Map(map) if !map.entries.is_empty() => {
            map.entries.iter().map(|entry| leaf(&entry.value).max(entry.key_range.end as usize)).max().unwrap_or_default()
        }
        Data::List(items) if !items.is_empty() => items.iter().map(leaf).max().unwrap_or_default(),
        Data::Map(_) | Data::List(_) | Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {
            node.range.end as usize
        }
    }
}

/// The end of the line that a value ends in, without its line break; a block of text ends at the start of the next line.
fn line_end(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    let offset = before.trim_end().len();
    let rest = text.get(offset..).unwrap_or_default();
    let end = rest.find('\n').map_or(rest.len(), |at| if rest.get(..at).is_some_and(|line| line.ends_with('\r')) { at - 1 } else { at });
    offset + end
}

/// Whether a changed text is a configuration with just these waivers more.
fn is_added(file: &SourceFile, changed: &str, drafts: &[Draft]) -> bool {
    let sources = Sources::default();
    let parse = |text: &[u8]| Config::parse(&sources.add(file.path().to_string(), text)).ok();
    let (Some(before), Some(after)) = (parse(file.bytes()), parse(changed.as_bytes())) else { return false };
    let rules = |config: &Config| config.waivers.iter().map(|waiver| waiver.rule.value.to_string()).collect::<Vec<_>>();
    let expected: Vec<String> = rules(&before).into_iter().chain(drafts.iter().map(|draft| draft.rule.clone())).collect();
    rules(&after) == expected && before.rules.len() == after.rules.len() && before.environments.len() == after.environments.len()
}
