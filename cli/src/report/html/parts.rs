//! Pieces that findings and changes share: whom something reaches, and the chain behind a field.

use std::{fmt::Write as _, sync::Arc};

use super::excerpt::Excerpts;
use crate::report::{ChainLink, Report, escape::html, places::Places, tally::plural};

/// How many applications are named before a list of them is folded.
const MAX_OPEN: usize = 6;

/// The rows and columns of applications, as the filters read them.
pub(super) fn at(names: &[Arc<str>], places: &Places) -> String {
    let pairs = names.iter().filter_map(|name| places.find(name)).map(|(row, column)| format!("{row}.{column}"));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Whom it reaches, in words; many names can be unfolded.
pub(super) fn reached(names: &[Arc<str>], report: &Report) -> String {
    if names.is_empty() {
        return "no application".to_owned();
    }
    let words = html(&report.reach.describe(names));
    if names.len() <= MAX_OPEN {
        return words;
    }
    let count = if words.starts_with("all ") && words.ends_with("applications") { String::new() } else { format!(" ({})", names.len()) };
    format!("<details class=\"names\"><summary>{words}{count}</summary>{}</details>", listed(names))
}

/// Names that can be unfolded, where there are many.
pub(super) fn folded(names: &[impl AsRef<str>], noun: &str) -> String {
    if names.len() <= MAX_OPEN {
        return String::new();
    }
    format!("<details class=\"names\"><summary>{}</summary>{}</details>", plural(names.len(), noun), listed(names))
}

fn listed(names: &[impl AsRef<str>]) -> String {
    names.iter().map(|name| html(name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The chain of a field; a link leads to the lines around it.
pub(super) fn chain(links: &[ChainLink], excerpts: &mut Excerpts<'_>) -> String {
    if links.is_empty() {
        return String::new();
    }
    let mut text = "<ol class=\"chain\">".to_owned();
    for link in links {
        let Some(place) = link_place(link) else { continue };
        let mut note = String::new();
        match (&link.key, &link.name) {
            (Some(key), Some(layer)) => {
                let _ = write!(note, " <b>{}</b> <i>layer {}</i>", html(key), html(layer));
            }
            (Some(only), None) => {
                let _ = write!(note, " <b>{}</b>", html(only));
            }
            (None, Some(name)) => {
                let _ = write!(note, " <b>{}</b>", html(name));
            }
            (None, None) => {}
        }
        let inner = format!("<span class=\"role\">{}</span> <code>{}</code>{note}", link.role_name(), html(&place));
        match link.place.as_ref().and_then(|(span, _)| excerpts.add(*span)) {
            Some(id) => {
                let _ = write!(text, "<li class=\"{}\"><a class=\"to\" href=\"#x{id}\">{inner}</a></li>", link.role_name());
            }
            None => {
                let _ = write!(text, "<li class=\"{}\"><span class=\"to\">{inner}</span></li>", link.role_name());
            }
        }
    }
    text.push_str("</ol>");
    text
}

fn link_place(link: &ChainLink) -> Option<String> {
    match (&link.place, link.line) {
        (Some((_, place)), _) => Some(format!("{}:{}", place.file, place.line)),
        (None, Some(line)) => Some(format!("line {line}")),
        (None, None) => None,
    }
}
