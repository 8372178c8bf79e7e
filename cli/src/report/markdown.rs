//! The report as one comment of a pull request, which the next run finds by its first line and edits.

use std::{fmt::Write as _, sync::Arc};

use portcullis_policies::Level;

use super::{
    ChangeKind, FieldChange, Finding, ObjectChange, Report, Status,
    alike::{self, Batch, Member, batches},
    compare::{compare, unified},
    escape::{cell, code, fence, html, prose},
    matrix::{Cell, Matrix},
    outline::values,
    tally::{Verdict, plural},
};

/// By what a job finds the comment that it wrote before.
const MARKER: &str = "<!-- portcullis -->\n";

/// The longest comment that GitHub takes is 65,536 characters; what counts them in bytes is content as well.
const MAX_BYTES: usize = 65_000;

/// What is kept free for the list of what was left out.
const RESERVE: usize = 600;

/// How many rows a table may have before it is folded.
const MAX_OPEN_ROWS: usize = 12;

/// How many lines of one comparison are shown.
const MAX_LINES: usize = 120;

/// How many fields of one object are listed with their lines.
const MAX_FIELDS: usize = 12;

/// How many other values of the same change are listed.
const MAX_VARIANTS: usize = 10;

/// The comment.
pub(crate) fn markdown(report: &Report) -> String {
    let mut page = Page { text: MARKER.to_owned(), left_out: Vec::new(), is_full: false };
    page.add(&head(report), "");
    let problems = report.problems.iter().map(|issue| {
        let place = &issue.location;
        format!("- {} {}  \n  {}\n", code(&format!("{}:{}", place.file, place.line)), prose(&issue.message), prose(&issue.hint))
    });
    page.list("### Not rendered or read\n\n", problems, "problem");
    page.add(&matrix(report), "matrix");
    let pressing = |level| report.findings.iter().filter(move |finding| report.is_pressing(finding) && finding.level == level);
    let new = if report.changes.is_some() { "New f" } else { "F" };
    let findings = pressing(Level::Deny).chain(pressing(Level::Warn)).map(|finding| finding_section(finding, report));
    page.list(&format!("### {new}indings\n\n"), findings, "finding");
    if let Some(changes) = &report.changes {
        let unknown = changes.applications.iter().filter_map(|one| Some((one.name.as_ref()?, one.base_unknown.as_ref()?)));
        let unknown = unknown.map(|(name, reason)| format!("- {}: {}\n", code(name), prose(reason)));
        page.list("### Without a known base\n\n", unknown, "application");
        let batches = batches(changes);
        page.list("### What changes\n\n", batches.iter().map(|batch| batch_section(batch, report)), "change");
    }
    let fixed = report.findings.iter().filter(|finding| finding.status == Some(Status::Fixed) && finding.waived.is_none());
    page.list("### Fixed\n\n", fixed.map(|finding| format!("- ✓ {}\n", line(finding))), "fixed finding");
    page.finish(report)
}

/// A comment as it grows; only whole sections are added.
struct Page {
    text: String,
    left_out: Vec<String>,
    is_full: bool,
}

impl Page {
    /// Adds a section, or notes that there was no room.
    fn add(&mut self, section: &str, name: &str) -> bool {
        let fits = self.text.len() + section.len() + RESERVE <= MAX_BYTES;
        if fits {
            self.text.push_str(section);
        } else if !name.is_empty() {
            self.left_out.push(name.to_owned());
        }
        fits
    }

    /// Adds as many items as there is room for, in their order, and notes how many there was none for.
    fn list(&mut self, title: &str, items: impl Iterator<Item = String>, noun: &str) {
        let (mut has_title, mut left) = (false, 0);
        for item in items {
            let section = if has_title { item } else { format!("{title}{item}") };
            let fits = left == 0 && self.add(&section, "");
            has_title |= fits;
            left += usize::from(!fits);
        }
        if has_title {
            self.text.push('\n');
        }
        if left > 0 {
            self.left_out.push(plural(left, noun));
            self.is_full = true;
        }
    }

    fn finish(mut self, report: &Report) -> String {
        if !self.left_out.is_empty() {
            let _ =
                write!(self.text, "> **Left out for want of room:** {}. The other formats have everything.\n\n", self.left_out.join(", "));
        }
        let _ = writeln!(self.text, "<sub>portcullis {} · rules {}</sub>", env!("CARGO_PKG_VERSION"), code(&report.bundle));
        self.text
    }
}

fn head(report: &Report) -> String {
    let sign = match report.verdict() {
        Verdict::Incomplete => "❓",
        Verdict::Denied => "❌",
        Verdict::Clean => "✅",
    };
    let mut text = format!("## {sign} portcullis: {}\n\n", report.headline());
    if let Some(changes) = &report.changes {
        let changed = changes.applications.iter().filter(|one| one.name.is_some()).count();
        let (base, head) = (code(&changes.base.text()), code(&changes.head.text()));
        let _ = writeln!(text, "{base} → {head}: {} changed, {} unchanged.  ", plural(changed, "application"), changes.unchanged);
    }
    let _ = write!(text, "{}.\n\n", prose(&report.account()));
    text
}

/// The table service × environment; services with nothing to say are only counted.
fn matrix(report: &Report) -> String {
    let matrix = Matrix::of(report);
    let rows = matrix.rows();
    if rows.is_empty() {
        return String::new();
    }
    let names: Vec<String> = matrix.environments().map(|name| cell(&code(name))).collect();
    let mut table = format!("| service | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (service, cells) in &rows {
        let cells: Vec<String> = cells.iter().map(|content| content.as_ref().map_or_else(|| "·".to_owned(), words)).collect();
        let _ = writeln!(table, "| {} | {} |", cell(&code(service)), cells.join(" | "));
    }
    let quiet = matrix.places.services.len() - rows.len();
    let quiet = if quiet == 0 { String::new() } else { format!("\nNothing in {}.\n", plural(quiet, "other service")) };
    if rows.len() <= MAX_OPEN_ROWS {
        return format!("{table}{quiet}\n");
    }
    format!(
        "<details><summary>{} in the matrix of services and environments</summary>\n\n{table}{quiet}\n</details>\n\n",
        plural(rows.len(), "service")
    )
}

fn words(content: &Cell) -> String {
    let says = content.says().into_iter().map(|(mark, count)| format!("{} {}", mark.sign(), mark.words(count)));
    says.collect::<Vec<_>>().join("<br>")
}

fn line(finding: &Finding) -> String {
    let place =
        finding.place.as_ref().map(|(_, place)| format!(" at {}", code(&format!("{}:{}", place.file, place.line)))).unwrap_or_default();
    format!("**{}** {}{place}", prose(&finding.rule), prose(&finding.message))
}

fn finding_section(finding: &Finding, report: &Report) -> String {
    let sign = if finding.level == Level::Deny { "❌ denied" } else { "⚠️ warned" };
    let mut text = format!("- {sign}: {}  \n", line(finding));
    if let Some(object) = finding.resources.first() {
        let more = match finding.resources.len() {
            0 | 1 => String::new(),
            count => format!(" and {}", plural(count - 1, "more object")),
        };
        let (object, path, reached) = (code(&object.text()), code(&finding.path), reached(&finding.applications, report));
        let _ = writeln!(text, "  in {object} {path}{more}{reached}");
    }
    let links = finding.chain.iter().filter_map(|link| {
        let (_, place) = link.place.as_ref()?;
        let key = link.key.as_deref().map(|key| format!(" {key}")).unwrap_or_default();
        Some(format!("{} {}:{}{key}", link.role_name(), place.file, place.line))
    });
    let chain: Vec<String> = links.collect();
    if chain.len() > 1 {
        let block = chain.join("\n");
        let fence = fence(&block);
        let block = block.lines().map(super::escape::visible).collect::<Vec<_>>().join("\n  ");
        let _ = write!(text, "  <details><summary>where it comes from</summary>\n\n  {fence}text\n  {block}\n  {fence}\n  </details>\n\n");
    }
    text
}

fn reached(names: &[Arc<str>], report: &Report) -> String {
    if names.is_empty() { String::new() } else { format!(", reaches {}", prose(&report.reach.describe(names))) }
}

fn sign(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "+",
        ChangeKind::Removed => "−",
        ChangeKind::Changed => "~",
    }
}

/// Objects with the same change, folded: the comparison of the first, the lines behind it, and the values of the others.
fn batch_section(batch: &Batch<'_>, report: &Report) -> String {
    let Some(Member { object, .. }) = batch.members().next() else { return String::new() };
    let count = batch.members().count();
    let more = if count > 1 { format!(" and {} more like it", count - 1) } else { String::new() };
    let place = alike::reach(batch.members(), report);
    let mut text = String::new();
    for hazard in &object.hazards {
        let _ = writeln!(text, "⚠️ **{}**: {}  ", prose(&object.object.text()), prose(hazard));
    }
    let kind = object.kind.name();
    let _ = write!(
        text,
        "<details><summary>{} {kind} <code>{}</code>{more} · {}</summary>\n\n",
        sign(object.kind),
        html(&object.object.text()),
        html(&place)
    );
    text.push_str(&comparison(object));
    let fields = object.fields.iter().take(MAX_FIELDS).map(field_line);
    fields.for_each(|line| text.push_str(&line));
    if object.fields.len() > MAX_FIELDS {
        let _ = writeln!(text, "- and {}", plural(object.fields.len() - MAX_FIELDS, "more field"));
    }
    for variant in batch.variants.iter().skip(1).take(MAX_VARIANTS) {
        text.push_str(&variant_line(batch, variant, report));
    }
    if batch.variants.len() > MAX_VARIANTS + 1 {
        let _ = writeln!(text, "- and {} with other values", plural(batch.variants.len() - 1 - MAX_VARIANTS, "more group"));
    }
    text.push_str("\n</details>\n\n");
    text
}

fn comparison(object: &ObjectChange) -> String {
    let (before, after) = (object.before.as_deref().unwrap_or_default(), object.after.as_deref().unwrap_or_default());
    let Some(hunks) = compare(before, after) else { return "too long to compare\n\n".to_owned() };
    if hunks.is_empty() {
        return String::new();
    }
    let (lines, more) = unified(&hunks, MAX_LINES);
    let lines: Vec<String> = lines.lines().map(super::escape::visible).collect();
    let lines = lines.join("\n");
    let fence = fence(&lines);
    let more = if more > 0 { format!("{} more left out\n\n", plural(more, "line")) } else { String::new() };
    format!("{fence}diff\n{lines}\n{fence}\n\n{more}")
}

fn field_line(field: &FieldChange) -> String {
    let place =
        field.place.as_ref().map(|(_, place)| format!(" by {}", code(&format!("{}:{}", place.file, place.line)))).unwrap_or_default();
    let key = alike::cause(field).and_then(|link| link.key.as_deref()).map(|key| format!(" {}", code(key))).unwrap_or_default();
    format!("- {} {}{place}{key}\n", sign(field.kind), code(&field.path))
}

/// What the same lines make of it elsewhere.
fn variant_line(batch: &Batch<'_>, variant: &[Member<'_>], report: &Report) -> String {
    let show = |text: Option<String>| text.map_or_else(|| "nothing".to_owned(), |text| code(&text));
    let fields = alike::differing(batch, variant);
    let line = |field: &&FieldChange| {
        let (before, after) = values(field);
        format!("{} {} → {}", code(&field.path), show(before), show(after))
    };
    let mut lines: Vec<String> = fields.iter().take(MAX_FIELDS).map(line).collect();
    if fields.len() > MAX_FIELDS {
        lines.push(plural(fields.len() - MAX_FIELDS, "more field"));
    }
    let names = alike::applications(variant.iter().copied());
    format!("- {}: {}\n", prose(&report.reach.describe(&names)), lines.join(", "))
}
