//! What a request comes to, and how an API server is told.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    limits::{self, MAX_ANNOTATION, MAX_MESSAGE},
    review::{API_VERSION, Malformed},
};
use crate::{Fault, Finding, Level, RuleId};

/// What becomes of a finding or a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It refuses the request.
    Denied,
    /// It is only told.
    Warned,
    /// Somebody answers for it.
    Waived,
    /// The old object has it already.
    Inherited,
    /// The object that this one was made for has it, which was checked when it was made or changed.
    Owned,
    /// Somebody broke the glass.
    Overridden,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Denied, Self::Warned, Self::Waived, Self::Inherited, Self::Owned, Self::Overridden];

    /// The word for it in verdicts, logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Warned => "warned",
            Self::Waived => "waived",
            Self::Inherited => "inherited",
            Self::Owned => "owned",
            Self::Overridden => "overridden",
        }
    }
}

/// Why a request was not checked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// A cluster cannot live without objects of this kind.
    Vital,
    /// Nothing is refused in this namespace.
    Excluded,
    /// No rule is about this operation or subresource.
    Unasked,
    /// Only metadata or status change.
    Bookkeeping,
}

impl Pass {
    /// The word for it in verdicts and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Vital => "vital",
            Self::Excluded => "excluded",
            Self::Unasked => "unasked",
            Self::Bookkeeping => "bookkeeping",
        }
    }
}

/// A finding and what becomes of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The uid of the request.
    pub uid: Arc<str>,
    /// Whether it is let in.
    pub allowed: bool,
    /// The HTTP status that a refusal stands for.
    pub code: u16,
    /// Why it is refused; empty where it is let in.
    pub message: String,
    /// What is told to the user in either case.
    pub warnings: Vec<String>,
    /// What goes into the audit log of the API server.
    pub annotations: BTreeMap<&'static str, String>,
    /// What was found.
    pub judged: Vec<Judged>,
    /// Which rules could not be evaluated, and what became of that.
    pub faults: Vec<(Fault, Outcome)>,
    /// Why it was not checked.
    pub passed: Option<Pass>,
    /// Why somebody broke the glass.
    pub emergency: Option<String>,
}

impl Verdict {
    /// The verdict on a request that is not checked.
    pub(super) fn pass(uid: &Arc<str>, pass: Pass) -> Self {
        Self {
            uid: Arc::clone(uid),
            allowed: true,
            code: 200,
            message: String::new(),
            warnings: Vec::new(),
            annotations: BTreeMap::new(),
            judged: Vec::new(),
            faults: Vec::new(),
            passed: Some(pass),
            emergency: None,
        }
    }

    /// The verdict on a review that could not be read beyond its uid.
    #[must_use]
    pub fn unreadable(malformed: &Malformed) -> Option<Self> {
        malformed.uid.as_ref().map(|uid| Self::refusal(uid, &malformed.message))
    }

    /// The refusal of what cannot be judged.
    pub(super) fn refusal(uid: &Arc<str>, reason: &str) -> Self {
        let message = format!("portcullis cannot judge the request: {reason}");
        let fault = Fault { rule: None, level: Level::Deny, reason: reason.to_owned(), exhausted: false };
        let mut verdict = Self { allowed: false, code: 400, message, passed: None, ..Self::pass(uid, Pass::Unasked) };
        verdict.faults.push((fault, Outcome::Denied));
        verdict.annotations.insert(Outcome::Denied.name(), "unreadable".to_owned());
        verdict
    }

    /// Whether some rule ran out of its budget.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.faults.iter().any(|(fault, _)| fault.exhausted)
    }

    /// Whether it is refused because it could not be judged at all.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        !self.allowed && self.code == 400
    }

    /// The rules that refuse it, each once.
    #[must_use]
    pub fn refused_by(&self) -> Vec<&RuleId> {
        let found = self.judged.iter().filter(|judged| judged.outcome == Outcome::Denied).map(|judged| &judged.finding.rule);
        let failed = self.faults.iter().filter(|(_, outcome)| *outcome == Outcome::Denied).filter_map(|(fault, _)| fault.rule.as_ref());
        let mut rules: Vec<&RuleId> = found.chain(failed).collect();
        rules.sort();
        rules.dedup();
        rules
    }

    /// The AdmissionReview that answers, as JSON.
    #[must_use]
    pub fn response(&self) -> Vec<u8> {
        json!({"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": self.as_json()}).to_string().into_bytes()
    }

    /// The `response` of an AdmissionReview.
    #[must_use]
    pub fn as_json(&self) -> Value {
        let mut response = Map::new();
        response.insert("allowed".to_owned(), self.allowed.into());
        if !self.annotations.is_empty() {
            let annotations = self.annotations.iter().map(|(key, value)| ((*key).to_owned(), limits::cut(value, MAX_ANNOTATION).into()));
            response.insert("auditAnnotations".to_owned(), Value::Object(annotations.collect()));
        }
        if !self.allowed {
            let message = limits::cut(&self.message, MAX_MESSAGE);
            let reason = if self.code == 403 { "Forbidden" } else { "BadRequest" };
            response.insert("status".to_owned(), json!({"code": self.code, "message": message, "reason": reason, "status": "Failure"}));
        }
        response.insert("uid".to_owned(), (*self.uid).into());
        if !self.warnings.is_empty() {
            response.insert("warnings".to_owned(), limits::warnings(&self.warnings).into());
        }
        Value::Object(response)
    }
}
