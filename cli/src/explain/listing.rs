//! Effective values as YAML with the layer and line of each value beside it, and as JSON.

use std::{fmt::Write as _, sync::Arc};

use portcullis_helm::{Held, HeldData};
use portcullis_source::{Link, Location, Role, Step};
use serde_json::{Value, json};

use super::{Shower, key_text, plain};
use crate::group;

/// The widest column that notes are aligned at.
const MAX_COLUMN: usize = 64;

/// A line of YAML, and where its value came from.
pub(crate) struct Listed {
    /// The text, without its end.
    pub(crate) text: String,
    /// The place and the layer.
    pub(crate) note: Option<String>,
}

/// The place and the layer of a value: `values/prod.yaml:12 (environment)`.
pub(crate) fn layer_text(location: &Location, layer: Option<&Arc<str>>) -> String {
    match layer.filter(|layer| ***layer != *location.file) {
        Some(layer) => format!("{}:{} ({layer})", location.file, location.line),
        None => format!("{}:{}", location.file, location.line),
    }
}

/// Values as lines of YAML.
pub(crate) fn listing(shower: Shower<'_>, held: &Held) -> Vec<Listed> {
    let mut lines = Vec::new();
    Lister { shower, lines: &mut lines }.block(held, 0, false);
    lines
}

/// The lines with their notes in one column.
pub(crate) fn print(lines: &[Listed]) -> String {
    let width = |line: &Listed| line.text.chars().count();
    let column = lines.iter().filter(|line| line.note.is_some()).map(width).filter(|width| *width <= MAX_COLUMN).max().unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        let _ = match &line.note {
            Some(note) => writeln!(text, "{:column$}  # {note}", line.text),
            None => writeln!(text, "{}", line.text),
        };
    }
    text
}

struct Lister<'a, 'b> {
    shower: Shower<'a>,
    lines: &'b mut Vec<Listed>,
}

impl Lister<'_, '_> {
    /// A map or list, each entry on lines of its own; anything else on one.
    fn block(&mut self, held: &Held, indent: usize, is_secret: bool) {
        let is_secret = is_secret || self.shower.is_secret(held);
        match &held.data {
            HeldData::Map(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    self.entry(&format!("{}{}:", " ".repeat(indent), plain::scalar(key)), value, indent + 2, is_secret);
                }
            }
            HeldData::List(items) if !items.is_empty() => {
                for item in items {
                    self.item(item, indent, is_secret);
                }
            }
            _ => self.entry(&" ".repeat(indent), held, indent, is_secret),
        }
    }

    /// What stands behind a key.
    fn entry(&mut self, head: &str, held: &Held, indent: usize, is_secret: bool) {
        let is_secret = is_secret || self.shower.is_secret(held);
        let space = if head.trim().is_empty() { "" } else { " " };
        let text = match &held.data {
            HeldData::Map(entries) if !entries.is_empty() => {
                self.push(head.to_owned(), None);
                return self.block(held, indent, is_secret);
            }
            HeldData::List(items) if !items.is_empty() => {
                self.push(head.to_owned(), None);
                return self.block(held, indent, is_secret);
            }
            HeldData::String(_) | HeldData::Number(_) | HeldData::Bool(_) if is_secret => {
                self.shower.secrets.hash(&plain::json(held).to_string())
            }
            HeldData::String(text) if is_block(text) => return self.lines_of(head, held, text, indent),
            HeldData::String(text) => plain::scalar(text),
            HeldData::Map(_) => "{}".to_owned(),
            HeldData::List(_) => "[]".to_owned(),
            HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) => plain::json(held).to_string(),
        };
        let note = self.note(held);
        self.push(format!("{head}{space}{text}"), note);
    }

    fn item(&mut self, item: &Held, indent: usize, is_secret: bool) {
        let first = self.lines.len();
        self.block(item, indent + 2, is_secret);
        if let Some(line) = self.lines.get_mut(first) {
            line.text.replace_range(indent..indent + 1, "-");
        }
    }

    /// A text of several lines.
    fn lines_of(&mut self, head: &str, held: &Held, text: &str, indent: usize) {
        let indent = indent.max(2);
        let chomp = if text.ends_with('\n') { "" } else { "-" };
        let note = self.note(held);
        let space = if head.trim().is_empty() { "" } else { " " };
        self.push(format!("{head}{space}|{chomp}"), note);
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            let line = if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indent)) };
            self.push(line, None);
        }
    }

    fn note(&self, held: &Held) -> Option<String> {
        let link = winner(self.shower.effective.layers(held))?;
        Some(layer_text(&group::location(link.span, self.shower.sources), link.name.as_ref()))
    }

    fn push(&mut self, text: String, note: Option<String>) {
        self.lines.push(Listed { text, note });
    }
}

/// Whether a text reads back as itself in a literal block.
fn is_block(text: &str) -> bool {
    let shown = |character: char| character == '\n' || !character.is_control() && character != '\u{feff}';
    let inside = text.strip_suffix('\n').unwrap_or(text);
    inside.contains('\n')
        && !inside.ends_with('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(shown)
        && !text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
}

fn winner(links: Vec<Link>) -> Option<Link> {
    links.into_iter().find(|link| link.role == Role::Values && link.span.is_some())
}

/// Each value that is no map or list with its key, layer and line.
pub(crate) fn values_json(shower: Shower<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    flatten(shower, &shower.effective.root, (&mut Vec::new(), false), &mut found);
    found
}

fn flatten(shower: Shower<'_>, held: &Held, (steps, is_secret): (&mut Vec<Step>, bool), found: &mut Vec<Value>) {
    let is_secret = is_secret || shower.is_secret(held);
    let mut below = |step: Step, held: &Held| {
        steps.push(step);
        flatten(shower, held, (&mut *steps, is_secret), found);
        steps.pop();
    };
    match &held.data {
        HeldData::Map(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(key, held)| below(Step::Key(Arc::clone(key)), held));
            return;
        }
        HeldData::List(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, held)| below(Step::Index(index), held));
            return;
        }
        _ => {}
    }
    let value = if is_secret { shower.secrets.hash(&plain::json(held).to_string()).into() } else { plain::json(held) };
    let mut entry = json!({"key": key_text(steps), "value": value});
    if let (Value::Object(object), Some(link)) = (&mut entry, winner(shower.effective.layers(held))) {
        let location = group::location(link.span, shower.sources);
        object.insert("file".to_owned(), (*location.file).into());
        object.insert("line".to_owned(), location.line.into());
        object.insert("column".to_owned(), location.column.into());
        object.extend(link.name.map(|name| ("layer".to_owned(), (*name).into())));
    }
    found.push(entry);
}
