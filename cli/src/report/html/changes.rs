//! What changes as items of the page that fold out: both texts side by side, and the chain behind each field.

use std::fmt::Write as _;

use super::{
    excerpt::Excerpts,
    parts::{at, chain, folded, reached},
};
use crate::report::{
    ChangeKind, FieldChange, ObjectChange, Report,
    alike::{self, Batch, Member, batches},
    compare::{Hunk, Row, compare},
    escape::html,
    outline::values,
    places::Places,
    tally::plural,
};

/// How many changes are unfolded from the start.
const MAX_OPEN: usize = 3;

/// The longest words for applications that stand in the head of a change.
const MAX_WORDS: usize = 70;

/// How many rows of one comparison are shown.
const MAX_ROWS: usize = 1_500;

/// How many other values of the same change are listed.
const MAX_VARIANTS: usize = 200;

/// The section; nothing where no revisions are compared.
pub(super) fn changes(report: &Report, places: &Places, excerpts: &mut Excerpts<'_>) -> String {
    let Some(changes) = &report.changes else { return String::new() };
    let batches = batches(changes);
    let mut text = format!("<section id=\"changes\"><h2>Changes <small>{}</small></h2>\n", batches.len());
    for application in &changes.applications {
        if let (Some(name), Some(reason)) = (&application.name, &application.base_unknown) {
            let (name, reason) = (html(name), html(reason));
            let _ = writeln!(
                text,
                "<p class=\"hazard\">? The base of {name} is not known, so that all of it counts as unchanged: {reason}</p>"
            );
        }
    }
    if batches.is_empty() {
        text.push_str("<p class=\"quiet\">No object changes.</p>\n");
    }
    for (index, batch) in batches.iter().enumerate() {
        let open = if index < MAX_OPEN { " open" } else { "" };
        text.push_str(&item(batch, open, (report, places), excerpts));
    }
    text.push_str("</section>\n");
    text
}

fn item(batch: &Batch<'_>, open: &str, (report, places): (&Report, &Places), excerpts: &mut Excerpts<'_>) -> String {
    let Some(Member { object, .. }) = batch.members().next() else { return String::new() };
    let names = batch.applications();
    let (sign, word) = match object.kind {
        ChangeKind::Added => ("+", "added"),
        ChangeKind::Removed => ("−", "removed"),
        ChangeKind::Changed => ("~", "changed"),
    };
    let mut text = format!(
        "<article class=\"item change\" data-status=\"change\" data-at=\"{}\"><details{open}><summary><span class=\"badge {word}\">{sign} {word}</span> ",
        at(&names, places)
    );
    if !object.hazards.is_empty() {
        text.push_str("<span class=\"badge hazard\">⚠ check</span> ");
    }
    let more = batch.members().count() - 1;
    let more = if more > 0 { format!(" <i>and {more} more like it</i>") } else { String::new() };
    let words = alike::reach(batch.members(), report);
    let is_long = words.chars().count() > MAX_WORDS;
    let reach = if is_long { plural(names.len(), "application") } else { words };
    let place = object.fields.iter().find_map(|field| field.place.as_ref()).or(object.place.as_ref());
    let place = place.map(|(_, place)| format!("<code>{}</code>", html(&format!("{}:{}", place.file, place.line)))).unwrap_or_default();
    let _ = write!(
        text,
        "<h3>{}</h3>{more} <span class=\"what\">in {}</span> {place}</summary><div class=\"body\">",
        html(&object.object.text()),
        html(&reach)
    );
    for hazard in &object.hazards {
        let _ = write!(text, "<p class=\"hazard\">⚠ {}</p>", html(hazard));
    }
    if is_long {
        let _ = write!(text, "<p>in {}</p>", reached(&names, report));
    } else {
        text.push_str(&folded(&names, "application"));
    }
    text.push_str(&comparison(object));
    if let Some((span, place)) = object.place.as_ref().filter(|_| object.fields.is_empty()) {
        let lines = excerpts.text(*span).unwrap_or_default();
        let _ = write!(text, "<p>from <code>{}</code></p>{lines}", html(&format!("{}:{}", place.file, place.line)));
    }
    if !object.fields.is_empty() {
        text.push_str("<ul class=\"fields\">");
        object.fields.iter().for_each(|change| text.push_str(&field(change, excerpts)));
        text.push_str("</ul>");
    }
    text.push_str(&variants(batch, report));
    text.push_str("</div></details></article>\n");
    text
}

/// A field: a click shows its chain.
fn field(field: &FieldChange, excerpts: &mut Excerpts<'_>) -> String {
    let (before, after) = values(field);
    let show = |text: Option<String>, class: &str| text.map(|text| format!("<code class=\"{class}\">{}</code>", html(&text)));
    let shown: Vec<String> = [show(before, "old"), show(after, "new")].into_iter().flatten().collect();
    let place = field.place.as_ref().map(|(_, place)| format!(" <code>{}</code>", html(&format!("{}:{}", place.file, place.line))));
    let lines = field.place.as_ref().and_then(|(span, _)| excerpts.text(*span)).unwrap_or_default();
    format!(
        "<li class=\"{}\"><details><summary><code>{}</code> {}{}</summary>{lines}{}</details></li>",
        field.kind.name(),
        html(&field.path),
        shown.join(" → "),
        place.unwrap_or_default(),
        chain(&field.chain, excerpts)
    )
}

/// What the same lines make of the same fields elsewhere, where that is something else.
fn variants(batch: &Batch<'_>, report: &Report) -> String {
    let others = batch.variants.len().saturating_sub(1);
    if others == 0 {
        return String::new();
    }
    let mut text = format!("<details class=\"variants\"><summary>{} of the same change</summary><ul>", plural(others, "other outcome"));
    for variant in batch.variants.iter().skip(1).take(MAX_VARIANTS) {
        let show = |text: Option<String>| text.map_or_else(|| "nothing".to_owned(), |text| format!("<code>{}</code>", html(&text)));
        let line = |field: &&FieldChange| {
            let (before, after) = values(field);
            format!("{} {} → {}", html(&field.path), show(before), show(after))
        };
        let lines: Vec<String> = alike::differing(batch, variant).iter().map(line).collect();
        let names = report.reach.describe(&alike::applications(variant.iter().copied()));
        let _ = write!(text, "<li>{}: {}</li>", html(&names), lines.join("; "));
    }
    if others > MAX_VARIANTS {
        let _ = write!(text, "<li>and {}</li>", plural(others - MAX_VARIANTS, "more outcome"));
    }
    text.push_str("</ul></details>");
    text
}

/// Both texts side by side, or the only one.
fn comparison(object: &ObjectChange) -> String {
    let (before, after) = (object.before.as_deref().unwrap_or_default(), object.after.as_deref().unwrap_or_default());
    let Some(hunks) = compare(before, after) else {
        return "<p class=\"quiet\">The texts are too long to be compared here; the fields below are all that changes.</p>".to_owned();
    };
    if hunks.is_empty() {
        return String::new();
    }
    let is_whole = object.before.is_none() || object.after.is_none();
    let caption = html(&object.object.text());
    let head = if is_whole { "<th>line</th><th>text</th>" } else { "<th>line</th><th>before</th><th>line</th><th>after</th>" };
    let class = if is_whole { "diff one" } else { "diff" };
    let columns = "<colgroup><col class=\"n\"><col></colgroup>".repeat(if is_whole { 1 } else { 2 });
    let mut text =
        format!("<div class=\"scroll\"><table class=\"{class}\"><caption>{caption}</caption>{columns}<thead><tr>{head}</tr></thead>");
    let mut left = MAX_ROWS;
    for Hunk { rows } in &hunks {
        text.push_str("<tbody>");
        for row in rows.iter().take(left) {
            text.push_str(&if is_whole { single(row) } else { double(row) });
        }
        text.push_str("</tbody>");
        left = left.saturating_sub(rows.len());
    }
    text.push_str("</table></div>");
    let all: usize = hunks.iter().map(|hunk| hunk.rows.len()).sum();
    if all > MAX_ROWS {
        let _ = write!(text, "<p class=\"quiet\">{} more left out.</p>", plural(all - MAX_ROWS, "row"));
    }
    text
}

fn single(row: &Row<'_>) -> String {
    let (class, line) = if row.after.is_some() { ("new", row.after) } else { ("old", row.before) };
    let (number, text) = line.unwrap_or_default();
    format!("<tr><td>{number}</td><td class=\"{class}\">{}</td></tr>\n", html(text))
}

fn double(row: &Row<'_>) -> String {
    let empty = || "<td></td><td class=\"empty\"></td>".to_owned();
    let plain = |(number, text): (usize, &str), class: &str| format!("<td>{number}</td><td{class}>{}</td>", html(text));
    let (left, right) = match (row.before, row.after) {
        (Some(before), Some(after)) if row.is_same => (plain(before, ""), plain(after, "")),
        (Some(before), Some(after)) => {
            let (old, new) = within(before.1, after.1);
            (format!("<td>{}</td><td class=\"old\">{old}</td>", before.0), format!("<td>{}</td><td class=\"new\">{new}</td>", after.0))
        }
        (Some(before), None) => (plain(before, " class=\"old\""), empty()),
        (None, Some(after)) => (empty(), plain(after, " class=\"new\"")),
        (None, None) => (empty(), empty()),
    };
    format!("<tr>{left}{right}</tr>\n")
}

/// Two lines, with what differs between their common start and end marked.
fn within(before: &str, after: &str) -> (String, String) {
    let start: usize = before.chars().zip(after.chars()).take_while(|(left, right)| left == right).map(|(left, _)| left.len_utf8()).sum();
    let (old, new) = (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let end: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(left, right)| left == right).map(|(left, _)| left.len_utf8()).sum();
    let mark = |line: &str, tag: &str| {
        let (head, rest) = line.split_at_checked(start).unwrap_or((line, ""));
        let (middle, tail) = rest.split_at_checked(rest.len() - end.min(rest.len())).unwrap_or((rest, ""));
        let middle = if middle.is_empty() { String::new() } else { format!("<{tag}>{}</{tag}>", html(middle)) };
        format!("{}{middle}{}", html(head), html(tail))
    };
    (mark(before, "del"), mark(after, "ins"))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn only_what_differs_is_marked() {
        let (old, new) = within("  seconds: 5 # drän", "  seconds: 10 # drän");
        assert_eq!(old, "  seconds: <del>5</del> # drän");
        assert_eq!(new, "  seconds: <ins>10</ins> # drän");
        assert_eq!(within("ä", "ö"), ("<del>ä</del>".to_owned(), "<ins>ö</ins>".to_owned()));
        assert_eq!(within("aa", "aaa"), ("aa".to_owned(), "aa<ins>a</ins>".to_owned()));
    }
}
