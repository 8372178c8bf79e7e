//! The report for people: the lines with labels, the chain behind them, whom it reaches, and a summary.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode};
use portcullis_policies::Level;
use portcullis_source::{FileId, Location, Role, Sources, Span};

use super::{
    ChainLink, Finding, Issue, Reach, Report, Secrets, Status,
    escape::{visible, visible_lines},
    outline::outline,
    tally::plural,
};

/// How the text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// With colours.
    Coloured,
    /// Without.
    Plain,
}

/// The width that source lines are wrapped to.
const WIDTH: usize = 120;

/// The width of what stands before a list.
const HEAD: usize = 14;

/// How many objects a list shows before it only counts; the JSON report has all.
const MAX_NAMES: usize = 8;

/// The longest source line that is shown.
const MAX_LINE: usize = 300;

/// How many of the conditions around a field are shown; the JSON report has all.
const MAX_GUARDS: usize = 3;

/// The whole report as text.
pub(crate) fn human(report: &Report, sources: &Sources, style: Style) -> String {
    let mut printer = Printer {
        sources,
        reach: &report.reach,
        secrets: &report.secrets,
        files: BTreeMap::new(),
        handler: handler(style),
        text: String::new(),
    };
    if let Some(changes) = &report.changes {
        printer.text.push_str(&outline(changes, &report.reach, style));
    }
    for finding in report.findings.iter().filter(|finding| report.is_pressing(finding)) {
        printer.finding(finding);
    }
    printer.fixed(report);
    for problem in &report.problems {
        printer.problem(problem);
    }
    printer.summary(report);
    printer.text
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = match style {
        Style::Coloured => GraphicalTheme::unicode(),
        Style::Plain => GraphicalTheme::unicode_nocolor(),
    };
    GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false).with_context_lines(1)
}

struct Printer<'a> {
    sources: &'a Sources,
    reach: &'a Reach,
    secrets: &'a Secrets,
    files: BTreeMap<FileId, NamedSource<String>>,
    handler: GraphicalReportHandler,
    text: String,
}

/// One labelled message, as miette draws it.
struct View<'a> {
    code: Option<&'a str>,
    message: String,
    severity: Severity,
    help: Option<&'a str>,
    source: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
}

impl Printer<'_> {
    fn finding(&mut self, finding: &Finding) {
        let severity = if finding.level == Level::Deny { Severity::Error } else { Severity::Warning };
        let mut view = View {
            code: Some(&finding.rule),
            message: visible_lines(&finding.message),
            severity,
            help: None,
            source: None,
            labels: Vec::new(),
        };
        let mut other = None;
        if let Some((span, _)) = &finding.place {
            let set = finding.chain.iter().find(|link| link.place.as_ref().is_some_and(|(at, _)| at == span));
            self.show(&mut view, *span, set.map_or_else(|| "here".to_owned(), describe));
            let template =
                finding.chain.iter().find(|link| link.role == Role::Template && link.place.as_ref().is_some_and(|(at, _)| at != span));
            other = template.and_then(|link| link.place.as_ref()).map(|(at, _)| self.template(*at));
        }
        self.draw(&view);
        if let Some(view) = other {
            self.draw(&view);
        }
        self.chain(finding);
        self.text.push('\n');
    }

    /// Shows the line of a span with a label; of a line too long to read only the place.
    fn show(&mut self, view: &mut View<'_>, span: Span, text: String) {
        let Some(file) = self.sources.get(span.file) else { return };
        let (line, column) = file.line_column(span.start);
        // UTF-16 would not be readable.
        let is_hidden = self.secrets.touch(span);
        if is_hidden || file.line_text(line).len() > MAX_LINE || file.bytes().contains(&0) {
            view.message = format!("{} ({}:{line}:{column})", view.message, file.path());
            return;
        }
        view.source = self.source(span.file);
        view.labels.push(label(span, text));
    }

    /// The other end: the line of the template.
    fn template(&mut self, span: Span) -> View<'static> {
        let is_terraform =
            self.sources.get(span.file).is_some_and(|file| file.path().ends_with(".tf") || file.path().ends_with(".tf.json"));
        let (message, label) = if is_terraform { ("the attribute", "used here") } else { ("the template", "rendered here") };
        let mut view =
            View { code: None, message: message.to_owned(), severity: Severity::Advice, help: None, source: None, labels: Vec::new() };
        self.show(&mut view, span, label.to_owned());
        view
    }

    fn chain(&mut self, finding: &Finding) {
        let guards = finding.chain.iter().filter(|link| link.role == Role::Guard).count();
        let mut guards_left = MAX_GUARDS;
        for link in &finding.chain {
            if link.role == Role::Guard {
                guards_left = match guards_left.checked_sub(1) {
                    Some(left) => left,
                    None => continue,
                };
            }
            let place = match (&link.place, link.line) {
                (Some((_, place)), _) => format!("{}:{}", place.file, place.line),
                (None, Some(line)) => format!("line {line}"),
                (None, None) => continue,
            };
            let mut note = String::new();
            match (&link.key, &link.name) {
                (Some(key), Some(layer)) => {
                    let _ = write!(note, "  {key} (layer {layer})");
                }
                (Some(key), None) => {
                    let _ = write!(note, "  {key}");
                }
                (None, Some(name)) => {
                    let _ = write!(note, "  {name}");
                }
                (None, None) => {}
            }
            let _ = writeln!(self.text, "  {:>10}  {place}{note}", link.role_name());
        }
        if guards > MAX_GUARDS {
            let _ = writeln!(self.text, "  {:>10}  and {} more", "guard", guards - MAX_GUARDS);
        }
        let resources: Vec<String> = finding
            .resources
            .iter()
            .map(|resource| match &resource.namespace {
                Some(namespace) => format!("{}/{}/{}", resource.kind, namespace, resource.name),
                None => format!("{}/{}", resource.kind, resource.name),
            })
            .collect();
        self.names("object", "objects", &resources);
        if !finding.path.is_empty() {
            let _ = writeln!(self.text, "  {:>10}  {}", "field", visible(&finding.path));
        }
        self.applications("reaches", &finding.applications);
    }

    fn names(&mut self, one: &str, many: &str, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let head = if names.len() == 1 { one } else { many };
        let mut list = names.iter().take(MAX_NAMES).map(|name| visible(name)).collect::<Vec<_>>().join(", ");
        if names.len() > MAX_NAMES {
            let _ = write!(list, " and {} more", names.len() - MAX_NAMES);
        }
        let _ = writeln!(self.text, "  {head:>10}  {list}");
    }

    /// All the applications, in lines that are not too long to read.
    fn applications(&mut self, head: &str, names: &[Arc<str>]) {
        if names.is_empty() {
            return;
        }
        let text = self.reach.describe(names);
        let (mut line, mut head) = (String::new(), head);
        for word in text.split(' ') {
            if !line.is_empty() && HEAD + line.len() + word.len() > WIDTH {
                let _ = writeln!(self.text, "  {head:>10}  {line}");
                (line, head) = (String::new(), "");
            }
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
        let _ = writeln!(self.text, "  {head:>10}  {line}");
    }

    fn problem(&mut self, issue: &Issue) {
        let mut view = View {
            code: None,
            message: visible_lines(&issue.message),
            severity: Severity::Error,
            help: Some(&issue.hint),
            source: None,
            labels: Vec::new(),
        };
        if let Some(span) = issue.span {
            self.show(&mut view, span, "here".to_owned());
        }
        // A file that could not be read has no line to show.
        if view.labels.is_empty() && !view.message.contains(&*issue.location.file) {
            view.message = format!("{}{}", place(&issue.location), view.message);
        }
        let _ = writeln!(self.text, "{} problem", issue.stage);
        self.draw(&view);
        let names: Vec<Arc<str>> = issue.applications.iter().map(|name| Arc::from(&**name)).collect();
        self.applications("concerns", &names);
        self.text.push('\n');
    }

    fn draw(&mut self, view: &View<'_>) {
        if self.handler.render_report(&mut self.text, view).is_err() {
            let _ = writeln!(self.text, "{view:?}");
        }
    }

    fn source(&mut self, file: FileId) -> Option<NamedSource<String>> {
        if let Some(source) = self.files.get(&file) {
            return Some(source.clone());
        }
        let read = self.sources.get(file)?;
        // A text that is no UTF-8 would shift every label after it, so each bad byte becomes one character; what would steer the
        // terminal is not shown either.
        let shown = |character: char| match character {
            '\t' | '\n' | '\r' => character,
            steering if steering.is_ascii_control() => '?',
            plain => plain,
        };
        let text: String = match std::str::from_utf8(read.bytes()) {
            Ok(text) => text.chars().map(shown).collect(),
            Err(_) => read.bytes().iter().map(|&byte| if byte.is_ascii() { shown(char::from(byte)) } else { '?' }).collect(),
        };
        let source = NamedSource::new(&**read.path(), self.secrets.masked(&read, text));
        self.files.insert(file, source.clone());
        Some(source)
    }

    /// A line for each finding that the change does away with.
    fn fixed(&mut self, report: &Report) {
        let fixed = report.findings.iter().filter(|finding| finding.status == Some(Status::Fixed) && finding.waived.is_none());
        let mut is_any = false;
        for finding in fixed {
            is_any = true;
            let place = finding.place.as_ref().map(|(_, place)| format!("  ({}:{})", place.file, place.line)).unwrap_or_default();
            let _ = writeln!(self.text, "  {:>10}  {}: {}{place}", "fixed", finding.rule, visible(&finding.message));
        }
        self.text.push_str(if is_any { "\n" } else { "" });
    }

    fn summary(&mut self, report: &Report) {
        let tally = report.tally();
        let applications = &report.applications;
        if !applications.not_rendered.is_empty() {
            // The reasons stand above, each once.
            let names: Vec<&str> = applications.not_rendered.iter().map(|entry| entry.application.as_str()).collect();
            let _ = writeln!(self.text, "not rendered: {}", names.join(", "));
        }
        if !report.not_expanded.is_empty() {
            let names: Vec<&str> = report.not_expanded.iter().map(|entry| entry.application_set.as_str()).collect();
            let _ = writeln!(self.text, "not expanded: {}", names.join(", "));
        }
        self.text.push_str(&report.terraform.doubts());
        let _ = writeln!(self.text, "{}", report.account());
        let problems = plural(report.problems.len(), "problem");
        let _ = match &report.changes {
            None => writeln!(
                self.text,
                "{} denied, {} warned, {} waived, {problems}",
                plural(tally.denied, "finding"),
                plural(tally.warned, "finding"),
                tally.waived
            ),
            Some(_) => writeln!(
                self.text,
                "{} denied, {} warned, {} fixed, {} unchanged, {} waived, {problems}",
                plural(tally.new_denied, "new finding"),
                plural(tally.new_warned, "new finding"),
                tally.fixed,
                tally.unchanged,
                tally.waived
            ),
        };
    }
}

fn label(span: Span, text: String) -> LabeledSpan {
    LabeledSpan::new(Some(text), span.start as usize, (span.end.max(span.start) - span.start) as usize)
}

fn describe(link: &ChainLink) -> String {
    match (&link.key, &link.name) {
        (Some(key), Some(layer)) => format!("{key}, set by layer {layer}"),
        (Some(key), None) => format!("{key}, set here"),
        (None, _) => "written here".to_owned(),
    }
}

/// The place of a problem as one line of text.
pub(crate) fn place(location: &Location) -> String {
    format!("{}:{}:{}: ", location.file, location.line, location.column)
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::fmt::Display for View<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for View<'_> {}

impl Diagnostic for View<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn std::fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}
