//! The report as JUnit XML: a suite for each rule, a case for each finding, and one for what was not rendered.

use std::{collections::BTreeMap, fmt::Write as _};

use portcullis_policies::Level;

use super::{
    Finding, Issue, Material, Report, Status,
    escape::{xml, xml_attribute},
    tally::plural,
};

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Result {
    Passed,
    Skipped,
    Failed,
    Broken,
}

/// One case, as XML.
pub(crate) struct Case {
    pub(crate) result: Result,
    pub(crate) text: String,
}

/// One suite.
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) properties: Vec<(&'static str, String)>,
    pub(crate) cases: Vec<Case>,
}

/// The suites. A finding fails its case where it decides about the run: at deny level and, where two revisions are compared, new.
pub(crate) fn junit(material: &Material<'_>) -> String {
    let report = material.report;
    let mut suites = vec![rendering(report)];
    let mut findings: BTreeMap<&str, Vec<&Finding>> = material.library.rules().iter().map(|rule| (rule.id.as_str(), Vec::new())).collect();
    for finding in &report.findings {
        findings.entry(&finding.rule).or_default().push(finding);
    }
    for (rule, findings) in findings {
        let about = material.library.rules().iter().find(|known| known.id.as_str() == rule);
        let properties = about.map(|rule| vec![("title", rule.title.clone()), ("severity", rule.severity.name().to_owned())]);
        suites.push(Suite { name: rule.to_owned(), properties: properties.unwrap_or_default(), cases: cases(rule, &findings, report) });
    }
    print(&suites)
}

/// The whole document.
pub(crate) fn print(suites: &[Suite]) -> String {
    let (all, failed, broken, skipped) = suites.iter().fold((0, 0, 0, 0), |sum, suite| {
        let [cases, failed, broken, skipped] = suite.counts();
        (sum.0 + cases, sum.1 + failed, sum.2 + broken, sum.3 + skipped)
    });
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(
        text,
        "<testsuites name=\"portcullis\" tests=\"{all}\" failures=\"{failed}\" errors=\"{broken}\" skipped=\"{skipped}\" time=\"0\">"
    );
    suites.iter().for_each(|suite| suite.print(&mut text));
    text.push_str("</testsuites>\n");
    text
}

impl Suite {
    fn counts(&self) -> [usize; 4] {
        let count = |result| self.cases.iter().filter(|case| case.result == result).count();
        [self.cases.len(), count(Result::Failed), count(Result::Broken), count(Result::Skipped)]
    }

    fn print(&self, text: &mut String) {
        let [all, failed, broken, skipped] = self.counts();
        let name = xml_attribute(&self.name);
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{all}\" failures=\"{failed}\" errors=\"{broken}\" skipped=\"{skipped}\" time=\"0\">"
        );
        if !self.properties.is_empty() {
            text.push_str("    <properties>\n");
            for (name, value) in &self.properties {
                let _ = writeln!(text, "      <property name=\"{name}\" value=\"{}\"/>", xml_attribute(value));
            }
            text.push_str("    </properties>\n");
        }
        self.cases.iter().for_each(|case| text.push_str(&case.text));
        text.push_str("  </testsuite>\n");
    }
}

/// A case for each problem, and one for the applications that were rendered.
fn rendering(report: &Report) -> Suite {
    let mut known = BTreeMap::new();
    let mut cases: Vec<Case> = report.problems.iter().map(|issue| problem(issue, &mut known)).collect();
    for entry in &report.applications.not_rendered {
        let text = format!("{}:{}: {}", entry.location.file, entry.location.line, entry.reason);
        let name = format!("application {} is rendered", entry.application);
        cases.push(case("rendering", &unique(name, &mut known), None, &element("error", "not rendered", &text), Result::Broken));
    }
    cases.push(case("rendering", &unique(report.account(), &mut known), None, "", Result::Passed));
    Suite { name: "rendering".to_owned(), properties: vec![("bundle", report.bundle.clone())], cases }
}

fn problem(issue: &Issue, known: &mut BTreeMap<String, usize>) -> Case {
    let place = &issue.location;
    let mut text = format!("{}:{}:{}: {}\n{}", place.file, place.line, place.column, issue.message, issue.hint);
    if !issue.applications.is_empty() {
        let _ = write!(text, "\nconcerns {}", issue.applications.join(", "));
    }
    let name = unique(format!("{} at {}:{}", issue.stage, place.file, place.line), known);
    case("rendering", &name, Some(&place.file), &element("error", &issue.message, &text), Result::Broken)
}

fn cases(rule: &str, findings: &[&Finding], report: &Report) -> Vec<Case> {
    if findings.is_empty() {
        return vec![case(rule, &format!("{} without a finding", plural(report.objects, "object")), None, "", Result::Passed)];
    }
    let mut known = BTreeMap::new();
    findings.iter().map(|finding| finding_case(finding, report, &mut known)).collect()
}

fn finding_case(finding: &Finding, report: &Report, known: &mut BTreeMap<String, usize>) -> Case {
    let object = finding.resources.first().map(super::ResourceName::text).unwrap_or_default();
    let place = finding.place.as_ref().map(|(_, place)| place);
    let mut name = finding.message.clone();
    if let Some(place) = place {
        let _ = write!(name, " at {}:{}", place.file, place.line);
    }
    // Of cases with the same name GitLab shows only the first.
    if !object.is_empty() {
        let _ = write!(name, " in {object} {}", finding.path);
    }
    let name = unique(name, known);
    let details = details(finding, report);
    let file = place.map(|place| &*place.file);
    let (body, result) = match (&finding.waived, finding.status, finding.level) {
        (Some(reason), _, _) => (element("skipped", &format!("waived: {reason}"), ""), Result::Skipped),
        (None, Some(Status::Fixed), _) => (element("system-out", "", &format!("fixed\n{details}")), Result::Passed),
        (None, Some(Status::Unchanged), _) => (element("skipped", "not new", ""), Result::Skipped),
        (None, _, Level::Warn) => (element("system-out", "", &format!("warning: {details}")), Result::Passed),
        (None, _, Level::Deny) => (element("failure", &finding.message, &details), Result::Failed),
    };
    case(&finding.rule, &name, file, &body, result)
}

fn details(finding: &Finding, report: &Report) -> String {
    let mut text = finding.message.clone();
    for link in &finding.chain {
        if let Some((_, place)) = &link.place {
            let key = link.key.as_deref().map(|key| format!("  {key}")).unwrap_or_default();
            let _ = write!(text, "\n{:>10}  {}:{}{key}", link.role_name(), place.file, place.line);
        }
    }
    let objects: Vec<String> = finding.resources.iter().map(super::ResourceName::text).collect();
    if !objects.is_empty() {
        let _ = write!(text, "\n{:>10}  {}", "objects", objects.join(", "));
    }
    if !finding.applications.is_empty() {
        let _ = write!(text, "\n{:>10}  {}", "reaches", report.reach.describe(&finding.applications));
    }
    text
}

pub(crate) fn element(name: &str, message: &str, text: &str) -> String {
    let message = if name == "system-out" { String::new() } else { format!(" message=\"{}\"", xml_attribute(message)) };
    let kind = if matches!(name, "failure" | "error") { format!(" type=\"{name}\"") } else { String::new() };
    if text.is_empty() {
        format!("      <{name}{message}{kind}/>\n")
    } else {
        format!("      <{name}{message}{kind}>{}</{name}>\n", xml(text))
    }
}

pub(crate) fn case(suite: &str, name: &str, file: Option<&str>, body: &str, result: Result) -> Case {
    let file = file.map(|file| format!(" file=\"{}\"", xml_attribute(file))).unwrap_or_default();
    let head = format!("    <testcase classname=\"{}\" name=\"{}\"{file} time=\"0\"", xml_attribute(suite), xml_attribute(name));
    let text = if body.is_empty() { format!("{head}/>\n") } else { format!("{head}>\n{body}    </testcase>\n") };
    Case { result, text }
}

/// A name that the suite does not have yet.
fn unique(name: String, known: &mut BTreeMap<String, usize>) -> String {
    let count = known.entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 { name } else { format!("{name} ({count})") }
}
