//! What is wrong, with which resource, and where it came from.

use std::{fmt::Write as _, sync::Arc};

use portcullis_source::{Location, Origin, Sources, Step};

use crate::{Date, RuleId};

/// `Kind/namespace/name`, or `Kind/name` where there is no namespace, as waivers name it.
impl std::fmt::Display for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(formatter, "{}/{}", self.kind, self.name),
        }
    }
}

/// What a finding does to the exit code and the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is reported only.
    Warn,
    /// It fails the run, or refuses the request.
    Deny,
}

impl Level {
    /// The word for it in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// Which object a resource is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Group and version, such as `apps/v1`.
    pub api_version: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
    /// The namespace that it says or that its application gives it.
    pub namespace: Option<Arc<str>>,
    /// The name; `generateName` with a `*` where there is only that.
    pub name: Arc<str>,
}

/// Who answers for a finding that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// By whom; inline waivers have the blame of their line instead.
    pub owner: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
}

/// Something that is wrong in the user's repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleId,
    /// What it does.
    pub level: Level,
    /// The thing and the fact, lowercase, without a full stop.
    pub message: String,
    /// The resource; a finding about a waiver has none.
    pub resource: Option<Identity>,
    /// The field of the resource.
    pub path: Vec<Step>,
    /// Where the field came from.
    pub origin: Origin,
    /// The environment of the resource.
    pub environment: Option<Arc<str>>,
    /// The application of the resource.
    pub application: Option<Arc<str>>,
    /// The service of the resource.
    pub service: Option<Arc<str>>,
    /// Who answers for it, where somebody does: it is then reported as waived and counts for nothing.
    pub waived: Option<Waived>,
    /// Names the same finding over time: hex, from rule, resource and field, never from a line.
    pub fingerprint: String,
}

impl Finding {
    /// The field as a JSON pointer, such as `/spec/template/spec/containers/0`.
    #[must_use]
    pub fn pointer(&self) -> String {
        pointer(&self.path)
    }

    /// The place that a person would edit.
    #[must_use]
    pub fn location(&self, sources: &Sources) -> Option<Location> {
        self.origin.edit().and_then(|span| sources.locate(span))
    }
}

/// Sorts findings by place, rule and resource, so that neither the order of files nor of threads shows.
pub fn sort_findings(findings: &mut [Finding], sources: &Sources) {
    findings.sort_by_cached_key(|finding| (finding.location(sources), order(finding)));
}

/// The order of findings where no table of files is at hand.
pub(crate) fn order(finding: &Finding) -> impl Ord + use<> {
    (
        finding.environment.clone(),
        finding.application.clone(),
        finding.resource.clone(),
        finding.rule.clone(),
        finding.path.clone(),
        finding.message.clone(),
        // Two objects may share a name; their places tell them apart.
        finding.origin.edit(),
    )
}

/// A path as a JSON pointer.
pub(crate) fn pointer(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                text.push('/');
                text.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Step::Index(index) => _ = write!(text, "/{index}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use portcullis_source::Step;

    use super::pointer;

    #[test]
    fn escapes_pointers() {
        let path = [Step::Key("metadata".into()), Step::Key("a/b~c".into()), Step::Index(3)];
        assert_eq!(pointer(&path), "/metadata/a~1b~0c/3");
        assert_eq!(pointer(&[]), "");
    }
}
