//! Objects that are in a cluster already: which of them rules read, and what the rules say of them now.

use std::{fmt::Write as _, sync::Arc};

use portcullis_source::{Node, Text, json as text_json};
use serde_json::{Value, json};

use super::{
    gate::{Asker, Circumstances, Gate},
    kinds::{CARRIERS, JOINED, KNOWN},
    registration::asked,
    review::{Malformed, Review, Side},
    stamp,
    verdict::{Judged, Outcome, Verdict},
};
use crate::{Context, Identity, Level, Resource, Rule, Scope, Waived, Worker};

/// A kind of which stored objects are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The API group.
    pub group: &'static str,
    /// The resource, in the plural.
    pub resource: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// Whether rules that see a whole environment read it.
    pub is_joined: bool,
}

/// The object that is asked about, as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its kind.
    pub read: &'a Read,
    /// The version in which the object is written.
    pub version: &'a str,
    /// Its namespace; empty without.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Who it was made for, where a controller made it: who answers for that one answers for this one.
    pub owner: Option<&'a Identity>,
    /// The object as JSON, with its `apiVersion` and `kind`.
    pub object: &'a str,
}

/// What one rule says of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule; none where the object cannot be checked by any.
    pub rule: Option<Arc<str>>,
    /// What it comes to.
    pub state: State,
    /// What is wrong.
    pub message: String,
    /// The field, as a JSON pointer.
    pub pointer: String,
    /// Where the object was made, in words.
    pub origin: Option<String>,
    /// Who answers for it, where it is waived.
    pub waived: Option<Waived>,
}

/// What a finding comes to for an object that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It would be refused.
    Fail,
    /// It would be warned of.
    Warn,
    /// The rule could not be evaluated.
    Error,
    /// Somebody answers for it.
    Skip,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fail, Self::Warn, Self::Error, Self::Skip];

    /// The word for it in reports and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Skip => "skip",
        }
    }
}

/// Whether objects of a kind carry pods.
#[must_use]
pub fn carries_pods(kind: &str) -> bool {
    CARRIERS.contains(&kind)
}

/// The kinds of stored objects that are looked at, as far as the rules of a library read them: what carries pods, and what is joined with that.
/// What else rules read is looked at when it is made or changed; nobody keeps copies of ConfigMaps and Secrets.
///
/// # Errors
/// A rule reads a kind whose resource is not known.
pub fn reads(rules: &[Rule]) -> Result<Vec<Read>, String> {
    let has_platform = rules.iter().any(|rule| rule.scope == Scope::Platform && rule.foreign.is_none());
    let is_joined = |kind: &str| has_platform && (CARRIERS.contains(&kind) || JOINED.contains(&kind));
    let alone = asked(rules)?;
    let known = KNOWN.iter().filter(|(kind, group, resource)| {
        let is_asked = alone.iter().any(|asked| asked.covers(group, resource));
        !resource.contains('/') && (is_joined(kind) || (is_asked && CARRIERS.contains(kind)))
    });
    Ok(known.map(|(kind, group, resource)| Read { group, resource, kind, is_joined: is_joined(kind) }).collect())
}

impl Hit {
    /// What is said of an object that no rule could be asked about.
    #[must_use]
    pub fn unchecked(message: String) -> Self {
        Self { rule: None, state: State::Error, message, pointer: String::new(), origin: None, waived: None }
    }
}

impl Gate {
    /// What the rules say of a stored object: the verdict on the request that would make it as it is.
    ///
    /// # Errors
    /// The object is larger or deeper than a request may be.
    pub fn judge_stored(&self, worker: &mut Worker, subject: &Subject<'_>, at: &Circumstances) -> Result<Vec<Hit>, Malformed> {
        let review = Review::parse(subject.review().into_bytes())?;
        let verdict = self.judge_by(worker, &review, at, Asker::Scan);
        Ok(hits(self, &review, &verdict, (subject.owner, at)))
    }

    /// What the rules that see a whole environment, and read no more of it than [`reads`] says, say of resources, each with the place of the
    /// resource; and what they could not check.
    #[must_use]
    pub fn judge_together(&self, resources: &[Resource], at: &Circumstances) -> (Vec<(usize, Hit)>, Vec<String>) {
        let found = self.engine().check_stored(resources, self.facts());
        let problems = found.problems.iter().map(|problem| problem.message.clone()).collect();
        let hit = |finding: crate::Finding| {
            let place = resources.iter().position(|resource| Some(&resource.identity) == finding.resource.as_ref())?;
            let resource = resources.get(place)?;
            let waived = self.waiver(&finding, resource, at.seconds);
            let state = match (&waived, finding.level) {
                (Some(_), _) => State::Skip,
                (None, Level::Deny) => State::Fail,
                (None, Level::Warn) => State::Warn,
            };
            let pointer = finding.pointer();
            let rule = Some(Arc::from(finding.rule.as_str()));
            Some((place, Hit { rule, state, message: finding.message, pointer, origin: None, waived }))
        };
        (found.value.into_iter().filter_map(hit).collect(), problems)
    }
}

impl Subject<'_> {
    /// The text of the AdmissionReview that would make it.
    fn review(&self) -> String {
        let kind = json!({"group": self.read.group, "version": self.version, "kind": self.read.kind});
        let resource = json!({"group": self.read.group, "version": self.version, "resource": self.read.resource});
        let user = json!({"username": "portcullis:scan", "groups": ["system:authenticated"]});
        let mut text = String::with_capacity(self.object.len() + 512);
        let _ = write!(
            text,
            r#"{{"apiVersion":"{}","kind":"AdmissionReview","request":{{"uid":"scan","kind":{kind},"resource":{resource},"name":{},"namespace":{},"operation":"CREATE","userInfo":{user},"object":{}}}}}"#,
            super::review::API_VERSION,
            Value::from(self.name),
            Value::from(self.namespace),
            self.object,
        );
        text
    }

    /// The object as rules that see a whole environment take it; its application is what Argo CD or Helm call it.
    #[must_use]
    pub fn resource(&self, environment: Option<Arc<str>>) -> Option<Resource> {
        let document = text_json::parse(&Text::nowhere(self.object.as_bytes())).ok()?;
        let text = |path: &[&str]| document.root.at(path).and_then(Node::as_str).filter(|text| !text.is_empty());
        let tracked = text(&["metadata", "annotations", stamp::TRACKING]).and_then(|id| id.split(':').next());
        let application = tracked.or_else(|| text(&["metadata", "labels", "app.kubernetes.io/instance"])).map(Arc::from);
        let context = Context { environment, application, ..Context::default() };
        Resource::read(&Arc::new(document), &context).value.into_iter().next()
    }
}

fn hits(gate: &Gate, review: &Review, verdict: &Verdict, (owner, at): (Option<&Identity>, &Circumstances)) -> Vec<Hit> {
    let resources = review.resources(Side::New, at.environment.as_ref());
    let found = verdict.judged.iter().map(|Judged { finding, outcome }| {
        let resource = resources.iter().find(|resource| Some(&resource.identity) == finding.resource.as_ref());
        let own = resource.filter(|_| *outcome == Outcome::Waived).and_then(|own| gate.waiver(finding, own, at.seconds));
        let waived = own.or_else(|| gate.waiver_of(finding, owner?, at.seconds));
        let pointer = finding.pointer();
        Hit {
            rule: Some(Arc::from(finding.rule.as_str())),
            state: if waived.is_some() { State::Skip } else { state(*outcome) },
            message: finding.message.clone(),
            origin: stamp::place(review, &pointer),
            pointer,
            waived,
        }
    });
    let failed = verdict
        .faults
        .iter()
        .map(|(fault, _)| Hit { rule: fault.rule.as_ref().map(|rule| Arc::from(rule.as_str())), ..Hit::unchecked(fault.reason.clone()) });
    found.chain(failed).collect()
}

fn state(outcome: Outcome) -> State {
    match outcome {
        Outcome::Denied => State::Fail,
        // Nobody asks: there is no old object, no controller and nobody who breaks the glass.
        Outcome::Warned | Outcome::Inherited | Outcome::Owned | Outcome::Overridden => State::Warn,
        Outcome::Waived => State::Skip,
    }
}
