//! The whole page: its head, its numbers, the matrix and the filters, around findings and changes.

use std::{collections::BTreeSet, fmt::Write as _};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use portcullis_policies::Level;
use sha2::{Digest, Sha256};

use super::{
    changes::changes,
    excerpt::Excerpts,
    findings::{findings, problems},
};
use crate::report::{
    Material, Report,
    escape::html as escaped,
    matrix::{Cell, Mark, Matrix},
    tally::{Verdict, plural},
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page.
pub(crate) fn html(material: &Material<'_>) -> String {
    let report = material.report;
    let matrix = Matrix::of(report);
    let mut excerpts = Excerpts::of(material.sources, &report.secrets);
    let problems = problems(report, &mut excerpts);
    let findings = findings(report, &matrix.places, &mut excerpts);
    let changes = changes(report, &matrix.places, &mut excerpts);
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'; script-src '{}'",
        integrity(STYLE),
        integrity(SCRIPT)
    );
    fill(
        PAGE,
        &[
            ("policy", &policy),
            ("style", STYLE),
            ("script", SCRIPT),
            ("title", &escaped(&report.headline())),
            ("head", &head(report)),
            ("filters", &filters(report, &matrix)),
            ("matrix", &table(&matrix)),
            ("problems", &problems),
            ("findings", &findings),
            ("changes", &changes),
            ("sources", &excerpts.print()),
            ("version", env!("CARGO_PKG_VERSION")),
            ("bundle", &escaped(&report.bundle)),
        ],
    )
}

/// By what a browser knows that a style or script is ours.
pub(crate) fn integrity(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// A template with a text for each `{{name}}`; what is put in is not looked at again.
pub(crate) fn fill(template: &str, texts: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(template.len() + texts.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut rest = template;
    while let Some((before, (name, after))) = rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?))) {
        page.push_str(before);
        page.push_str(texts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text));
        rest = after;
    }
    page.push_str(rest);
    page
}

fn head(report: &Report) -> String {
    let (class, sign) = match report.verdict() {
        Verdict::Incomplete => ("incomplete", "?"),
        Verdict::Denied => ("denied", "✗"),
        Verdict::Clean => ("clean", "✓"),
    };
    let mut text = format!("<p class=\"verdict {class}\"><strong>{sign}</strong> <span>{}</span></p>\n", escaped(&report.headline()));
    if let Some(changes) = &report.changes {
        let (base, head) = (escaped(&changes.base.text()), escaped(&changes.head.text()));
        let _ = writeln!(text, "<p class=\"sides\">from <code>{base}</code> to <code>{head}</code></p>");
    }
    let _ = writeln!(text, "<p>{}</p>\n<ul class=\"tiles\">", escaped(&report.account()));
    for (class, number, word) in tiles(report) {
        let _ = writeln!(text, "<li class=\"{class}\"><b>{number}</b> {word}</li>");
    }
    text.push_str("</ul>\n");
    text
}

fn tiles(report: &Report) -> Vec<(&'static str, usize, &'static str)> {
    let tally = report.tally();
    let mut tiles = match &report.changes {
        None => vec![("denied", tally.denied, "denied"), ("warned", tally.warned, "warned")],
        Some(changes) => vec![
            ("changed", changes.applications.iter().filter(|one| one.name.is_some()).count(), "applications changed"),
            ("plain", changes.unchanged, "applications unchanged"),
            ("denied", tally.new_denied, "newly denied"),
            ("warned", tally.new_warned, "newly warned"),
            ("clean", tally.fixed, "findings fixed"),
            ("plain", tally.unchanged, "findings unchanged"),
        ],
    };
    tiles.push(("plain", tally.waived, "waived"));
    tiles.push(("incomplete", report.problems.len(), "problems"));
    tiles.retain(|(class, number, _)| *number > 0 || *class == "denied");
    tiles
}

/// The form, which the script shows: without it, it could do nothing.
fn filters(report: &Report, matrix: &Matrix) -> String {
    let places = &matrix.places;
    let services: Vec<(String, &str)> = places.services.iter().enumerate().map(|(index, name)| (index.to_string(), &**name)).collect();
    let environments: Vec<(String, &str)> =
        places.environments.iter().enumerate().map(|(index, name)| (index.to_string(), &**name)).collect();
    let mut rules: Vec<&str> = report.findings.iter().map(|finding| &*finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let rules: Vec<(String, &str)> = rules.into_iter().map(|rule| (rule.to_owned(), rule)).collect();
    let shown: &[(&str, &str)] = match &report.changes {
        Some(_) => &[
            ("change", "changes"),
            ("new", "new findings"),
            ("fixed", "fixed findings"),
            ("unchanged", "unchanged findings"),
            ("waived", "waived findings"),
        ],
        None => &[("open", "open findings"), ("waived", "waived findings")],
    };
    let shown: Vec<(String, &str)> = shown.iter().map(|(value, word)| ((*value).to_owned(), *word)).collect();
    let mut text = String::new();
    for (name, all, options) in [
        ("service", "all services", services),
        ("environment", "all environments", environments),
        ("rule", "all rules", rules),
        ("status", "everything", shown),
    ] {
        let _ = write!(text, "<label><span>{name}</span> <select name=\"{name}\"><option value=\"\">{all}</option>");
        for (value, word) in options {
            let _ = write!(text, "<option value=\"{}\">{}</option>", escaped(&value), escaped(word));
        }
        text.push_str("</select></label>\n");
    }
    text
}

fn table(matrix: &Matrix) -> String {
    let rows = matrix.rows();
    if rows.is_empty() {
        return "<p class=\"quiet\">Nothing to say of any service.</p>\n".to_owned();
    }
    let mut text = "<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th scope=\"col\">service</th>".to_owned();
    for name in matrix.environments() {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escaped(name));
    }
    text.push_str("</tr></thead><tbody>\n");
    for (service, cells) in &rows {
        let _ = write!(text, "<tr><th scope=\"row\">{}</th>", escaped(service));
        let row = matrix.places.services.get_index_of(*service).unwrap_or_default();
        for ((column, name), content) in matrix.environments().enumerate().zip(cells) {
            match content {
                Some(content) => text.push_str(&cell((row, column), (service, name), content)),
                None => text.push_str("<td class=\"quiet\">·</td>"),
            }
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table></div>\n");
    let cells = rows.iter().flat_map(|(_, cells)| cells).flatten();
    let marks: BTreeSet<Mark> = cells.flat_map(Cell::says).filter(|(_, count)| *count > 0).map(|(mark, _)| mark).collect();
    let legend: Vec<String> =
        marks.into_iter().map(|mark| format!("<span class=\"{}\">{} {}</span>", mark.name(), mark.sign(), mark.words(0))).collect();
    let _ = writeln!(text, "<p class=\"legend\">{}</p>", legend.join(" "));
    let quiet = matrix.places.services.len() - rows.len();
    if quiet > 0 {
        let _ = writeln!(text, "<p class=\"quiet\">Nothing in {}.</p>", plural(quiet, "other service"));
    }
    text
}

fn cell((row, column): (usize, usize), (service, environment): (&str, &str), content: &Cell) -> String {
    let says = content.says();
    let words: Vec<String> = says.iter().map(|(mark, count)| mark.words(*count)).collect();
    let label = escaped(&format!("{service} in {environment}: {}", words.join(", ")));
    let mut text = format!(
        "<td><button type=\"button\" data-service=\"{row}\" data-environment=\"{column}\" aria-label=\"{label}\" title=\"{label}\">"
    );
    for (mark, count) in says {
        // A sign alone would say little; what has no number is a word.
        let number = if count == 0 { mark.words(0) } else { count.to_string() };
        let _ = write!(text, "<span class=\"{}\">{} {number}</span>", mark.name(), mark.sign());
    }
    text.push_str("</button></td>");
    text
}

/// The badge of a level.
pub(super) fn badge(level: Level) -> &'static str {
    match level {
        Level::Deny => "<span class=\"badge denied\">✗ denied</span>",
        Level::Warn => "<span class=\"badge warned\">! warned</span>",
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn what_is_put_in_is_no_template() {
        assert_eq!(fill("<{{a}}|{{b}}>", &[("a", "{{b}}"), ("b", "x")]), "<{{b}}|x>");
    }
}
