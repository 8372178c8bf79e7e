//! A request to a verdict: the one function that stands behind both gates.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use regorus::Value;

use super::{
    bundle::{Bundle, BundleError},
    change::{Before, is_bookkeeping, is_same_named},
    emergency::Emergency,
    kinds::{self, CARRIERS, CONTROLLERS, SYSTEM_NAMESPACES},
    review::{Malformed, Review, Side},
    verdict::{Judged, Outcome, Pass, Verdict},
    words,
};
use crate::{
    Asked, Budget, Config, Date, Engine, Facts, Fault, Finding, Identity, Level, Library, Operation, Resource, Rule, RuleId, Waived,
    Worker,
    engine::{Beside, place_key},
    foreign::Namespaces,
    input::{MAX_DEPTH, object, of_node, text},
    waiver::by_config,
};

/// What a verdict depends on beside the request.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The present time, in seconds after the start of 1970 in UTC.
    pub seconds: u64,
    /// The environment of the cluster or namespace.
    pub environment: Option<Arc<str>>,
    /// How much the answer may cost.
    pub budget: Budget,
}

/// A bundle, ready to judge; may be shared between threads.
#[derive(Debug)]
pub struct Gate {
    engine: Engine,
    facts: Facts,
    /// The namespaces that the repository declares, by environment.
    namespaces: BTreeMap<Option<Arc<str>>, Namespaces>,
    /// What comments in the repository waive, by the key of the place.
    waived: BTreeMap<String, Waived>,
    remedies: BTreeMap<RuleId, String>,
    /// Whether some rule is a constraint of Gatekeeper.
    is_of_gatekeeper: bool,
}

impl Gate {
    /// Compiles a bundle and runs the tests that it carries.
    ///
    /// # Errors
    /// The bundle is broken, was made by another version, or does not give the answers that it gave when it was made.
    pub fn new(bundle: &Bundle) -> Result<Self, BundleError> {
        let library = bundle.library()?;
        let gate = Self::of(bundle, &library)?;
        if gate.digest() != bundle.digest {
            return Err(BundleError::Digest { wanted: bundle.digest.clone(), found: gate.digest().to_owned() });
        }
        bundle.test(&gate, &library)?;
        Ok(gate)
    }

    /// A gate of the rules of a library that a bundle has.
    pub(super) fn of(bundle: &Bundle, library: &Library) -> Result<Self, BundleError> {
        let config = bundle.config()?;
        let engine = Engine::new(library, &config).map_err(|error| BundleError::Engine(error.to_string()))?;
        engine.compile().map_err(|error| BundleError::Engine(error.to_string()))?;
        let resources = bundle.fact_resources();
        let facts = Facts::collect(&resources);
        let waived = bundle.waived.iter().map(|waiver| {
            let waived = Waived { reason: waiver.reason.clone(), owner: None, ticket: None, expires: None };
            (waiver.key.clone(), waived)
        });
        let is_of_gatekeeper = engine.rules().iter().any(Rule::is_of_gatekeeper);
        let remedies = engine.rules().iter().map(|rule| (rule.id.clone(), rule.remedy())).collect();
        Ok(Self { facts, namespaces: namespaces(&resources), waived: waived.collect(), is_of_gatekeeper, remedies, engine })
    }

    /// The digest of the rules and the configuration.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.engine.digest()
    }

    /// The rules and what they are compiled to.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        self.engine.config()
    }

    /// What to do about the findings of a rule.
    pub(super) fn remedy(&self, rule: &RuleId) -> Option<&str> {
        self.remedies.get(rule).map(String::as_str)
    }

    /// The environment of a namespace, where the configuration knows environments by their namespaces.
    #[must_use]
    pub fn environment_of(&self, namespace: &str) -> Option<Arc<str>> {
        let environments = self.config().environments.iter().filter(|environment| !environment.namespaces.is_empty());
        let mut here = environments.filter(|environment| crate::config::any_glob(&environment.namespaces, namespace));
        here.next().map(|environment| Arc::clone(&environment.name.value))
    }

    /// Who answers for a finding at a time, where somebody does.
    pub(super) fn waiver(&self, finding: &Finding, resource: &Resource, seconds: u64) -> Option<Waived> {
        let by_config = by_config(self.config(), finding, Date::from_unix_seconds(seconds));
        by_config.or_else(|| self.waived.get(&place_key(finding, resource)).cloned())
    }

    /// Who answers for what is found in an object because they answer for the one that it was made for.
    pub(super) fn waiver_of(&self, finding: &Finding, owner: &Identity, seconds: u64) -> Option<Waived> {
        let owned = Finding { resource: Some(owner.clone()), ..finding.clone() };
        by_config(self.config(), &owned, Date::from_unix_seconds(seconds))
    }

    /// What the repository told.
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The namespaces that the repository declares for an environment.
    fn namespaces(&self, environment: Option<&Arc<str>>) -> Option<&Namespaces> {
        self.namespaces.get(&environment.cloned()).or_else(|| self.namespaces.get(&None))
    }

    /// Whether nothing is ever refused in a namespace.
    #[must_use]
    pub fn excludes(&self, namespace: &str) -> bool {
        let excluded = &self.config().admission.exclude_namespaces;
        SYSTEM_NAMESPACES.contains(&namespace) || excluded.iter().any(|known| *known.value == *namespace)
    }

    /// Judges a request.
    #[must_use]
    pub fn judge(&self, worker: &mut Worker, review: &Review, at: &Circumstances) -> Verdict {
        self.judge_by(worker, review, at, Asker::Server)
    }

    /// Judges a request that somebody made.
    pub(super) fn judge_by(&self, worker: &mut Worker, review: &Review, at: &Circumstances, asker: Asker) -> Verdict {
        match self.pass(review) {
            Some(pass) => Verdict::pass(&review.uid, pass),
            None => match at.environment.as_deref().and_then(|name| self.unknown(name)) {
                Some(reason) => Verdict::refusal(&review.uid, &reason),
                None => Judge { gate: self, worker, review, at, asker }.verdict(),
            },
        }
    }

    /// Why an environment cannot be judged by: the configuration names others, so no level and no waiver would be the one that was meant.
    #[must_use]
    pub fn unknown(&self, environment: &str) -> Option<String> {
        let known: Vec<&str> = self.config().environments.iter().map(|known| &*known.name.value).collect();
        let is_known = known.is_empty() || known.contains(&environment);
        (!is_known).then(|| format!("there is no environment {environment:?} in the configuration, which has {}", known.join(", ")))
    }

    /// Judges a request whose objects cannot be read by what else is told of it: what would be let in unread is let in, the rest is refused.
    /// None where nothing but the uid can be told.
    #[must_use]
    pub fn judge_unread(&self, body: Arc<[u8]>, malformed: &Malformed) -> Option<(Review, Verdict)> {
        let review = Review::outline(body)?;
        let pass = self.pass_unseen(&review).or_else(|| {
            let is_carrier = CARRIERS.contains(&&*review.kind);
            (review.operation == Operation::Update && is_carrier && review.is_outline_of_bookkeeping()).then_some(Pass::Bookkeeping)
        });
        let mut verdict = match pass {
            Some(pass) => Verdict::pass(&review.uid, pass),
            // Nobody may be kept from deleting what is too large.
            None if review.operation == Operation::Delete => Verdict::pass(&review.uid, Pass::Unasked),
            None => Verdict::refusal(&review.uid, &malformed.message),
        };
        if verdict.allowed && pass.is_none_or(|pass| pass == Pass::Bookkeeping) {
            verdict.warnings.push(format!("portcullis: {} was let in unread: {}", review.subject(), malformed.message));
        }
        verdict.annotations.insert("bundle", self.digest().to_owned());
        Some((review, verdict))
    }

    fn pass(&self, review: &Review) -> Option<Pass> {
        self.pass_unseen(review).or_else(|| {
            let (old, new) = review.node(Side::Old).zip(review.node(Side::New))?;
            let is_carrier = CARRIERS.contains(&&*review.kind);
            let is_bookkeeping = is_bookkeeping(old, new) && (self.reads_object_only() || is_same_named(old, new));
            (review.operation == Operation::Update && is_carrier && is_bookkeeping).then_some(Pass::Bookkeeping)
        })
    }

    /// Whether no policy of another tool is asked, which may be about labels and annotations alone.
    fn reads_object_only(&self) -> bool {
        !self.engine.rules().iter().any(|rule| rule.foreign.is_some() && rule.is_of_requests())
    }

    /// Why a request is let in whatever its objects are.
    fn pass_unseen(&self, review: &Review) -> Option<Pass> {
        if kinds::is_vital(&review.api_version, &review.kind) {
            return Some(Pass::Vital);
        }
        if self.excludes(&review.namespace) && !review.namespace.is_empty() {
            return Some(Pass::Excluded);
        }
        let is_asked = self.engine.rules().iter().any(|rule| rule.is_of_requests() && rule.operations.contains(&review.operation));
        // The status of an object is what controllers say of it; nobody runs anything by it.
        (!is_asked || &*review.sub_resource == "status").then_some(Pass::Unasked)
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// An API server, of a request that it has.
    Server,
    /// Ourselves, about what is there: nobody's request.
    Scan,
}

/// The namespaces among the objects of a bundle, by environment; those of no environment are part of all of them.
fn namespaces(resources: &[Resource]) -> BTreeMap<Option<Arc<str>>, Namespaces> {
    let environments = resources.iter().map(|resource| resource.context.environment.clone()).chain([None]);
    let of = |environment: Option<Arc<str>>| {
        let is_member = |resource: &&Resource| resource.context.environment.is_none() || resource.context.environment == environment;
        (environment.clone(), Namespaces::of(resources.iter().filter(is_member)))
    };
    environments.collect::<BTreeSet<_>>().into_iter().map(of).collect()
}

/// One request on its way to a verdict.
struct Judge<'a> {
    gate: &'a Gate,
    worker: &'a mut Worker,
    review: &'a Review,
    at: &'a Circumstances,
    asker: Asker,
}

impl Judge<'_> {
    fn verdict(mut self) -> Verdict {
        let side = if self.review.operation == Operation::Delete { Side::Old } else { Side::New };
        let subjects = self.review.resources(side, self.at.environment.as_ref());
        let old = match self.review.operation {
            Operation::Update => self.review.resources(Side::Old, self.at.environment.as_ref()),
            Operation::Create | Operation::Delete | Operation::Connect => Vec::new(),
        };
        let examined = self.examine(&subjects, &old);
        let mut verdict = Verdict { passed: None, ..Verdict::pass(&self.review.uid, Pass::Unasked) };
        verdict.annotations.insert("bundle", self.gate.digest().to_owned());
        if examined.findings.is_empty() && examined.faults.is_empty() {
            return verdict;
        }
        let before = self.examine(&old, &[]);
        let emergency = Emergency::of(self.review, self.gate.config().admission.break_glass.as_ref(), self.at.seconds);
        let softener = self.softener(&emergency);
        for (resource, finding) in examined.findings {
            let outcome = self.outcome(resource, &finding, &before, softener);
            verdict.judged.push(Judged { finding, outcome });
        }
        for fault in examined.faults {
            let outcome = match fault.rule.as_ref().filter(|rule| self.is_of_gatekeeper(rule)) {
                Some(_) => soften(fault.level, softener.filter(|softener| *softener == Outcome::Overridden)),
                None if self.review.operation == Operation::Update && before.has_fault(&fault) => Outcome::Inherited,
                None => soften(fault.level, softener),
            };
            verdict.faults.push((fault, outcome));
        }
        self.tell(&mut verdict, &emergency);
        verdict
    }

    /// What the rules find in some resources, which may have been others.
    fn examine<'r>(&mut self, resources: &'r [Resource], old: &[Resource]) -> Before<'r> {
        let mut all = Before { findings: Vec::new(), faults: Vec::new() };
        let gate = self.gate;
        let none = Namespaces::default();
        let namespaces = gate.namespaces(self.at.environment.as_ref()).unwrap_or(&none);
        let is_shown = self.asker == Asker::Server && gate.is_of_gatekeeper;
        let request = if is_shown { self.review.request() } else { None };
        if is_shown && request.is_none() {
            let reason = format!("is nested more than {MAX_DEPTH} deep, or was");
            all.faults.push(Fault { rule: None, level: Level::Deny, reason, exhausted: false });
        }
        for (index, resource) in resources.iter().enumerate() {
            let value = gate.engine.reads_review().then(|| self.request());
            let beside = Beside { request: request.as_ref(), namespaces, old: old.get(index).filter(|_| old.len() == resources.len()) };
            let asked = Asked { operation: self.review.operation, review: value.as_ref(), budget: self.at.budget, beside: Some(beside) };
            let examined = gate.engine.examine(self.worker, resource, &gate.facts, &asked);
            all.findings.extend(examined.findings.into_iter().map(|finding| (resource, finding)));
            all.faults.extend(examined.faults);
        }
        all
    }

    /// `input.review`.
    fn request(&self) -> Value {
        let review = self.review;
        let groups: Vec<Value> = review.user.groups.iter().map(|group| text(group)).collect();
        let user = object([("name", text(&review.user.name)), ("groups", Value::from(groups))]);
        object([
            ("operation", text(review.operation.name())),
            ("subresource", text(&review.sub_resource)),
            ("user", user),
            ("old", review.node(Side::Old).and_then(of_node).unwrap_or(Value::Null)),
        ])
    }

    /// What takes the edge off a refusal, where something does.
    fn softener(&self, emergency: &Emergency) -> Option<Outcome> {
        if matches!(emergency, Emergency::Granted(_)) {
            return Some(Outcome::Overridden);
        }
        (self.is_made_for_another() || self.is_mirror()).then_some(Outcome::Owned)
    }

    /// Whether a controller makes the object on behalf of another one, which was judged when it was made or changed.
    fn is_made_for_another(&self) -> bool {
        let user = &*self.review.user.name;
        let extra = &self.gate.config().admission.controllers;
        if !CONTROLLERS.contains(&user) && !extra.iter().any(|known| *known.value == *user) {
            return false;
        }
        let owners = self.review.node(Side::New).and_then(|node| node.at(&["metadata", "ownerReferences"]));
        owners.is_some_and(|owners| {
            owners
                .items()
                .iter()
                .any(|owner| matches!(owner.get("controller").map(|node| &node.data), Some(portcullis_source::Data::Bool(true))))
        })
    }

    /// Whether a kubelet tells of a pod that its node runs from a file: refusing the picture does not stop the pod.
    fn is_mirror(&self) -> bool {
        let user = &self.review.user;
        user.name.starts_with("system:node:")
            && user.groups.iter().any(|group| &**group == "system:nodes")
            && self.review.annotation("kubernetes.io/config.mirror").is_some()
    }

    fn outcome(&self, resource: &Resource, finding: &Finding, before: &Before<'_>, softener: Option<Outcome>) -> Outcome {
        if self.gate.waiver(finding, resource, self.at.seconds).is_some() {
            return Outcome::Waived;
        }
        // Gatekeeper asks what a request makes, not what was there, and does not ask for whom.
        if self.is_of_gatekeeper(&finding.rule) {
            return soften(finding.level, softener.filter(|softener| *softener == Outcome::Overridden));
        }
        if before.has(resource, finding) {
            return Outcome::Inherited;
        }
        soften(finding.level, softener)
    }

    fn is_of_gatekeeper(&self, rule: &RuleId) -> bool {
        self.gate.is_of_gatekeeper && self.gate.engine.rules().iter().any(|known| known.id == *rule && known.is_of_gatekeeper())
    }

    fn tell(&self, verdict: &mut Verdict, emergency: &Emergency) {
        let review = self.review;
        let denied: Vec<&Judged> = verdict.judged.iter().filter(|judged| judged.outcome == Outcome::Denied).collect();
        let failed: Vec<&Fault> =
            verdict.faults.iter().filter(|(_, outcome)| *outcome == Outcome::Denied).map(|(fault, _)| fault).collect();
        if !denied.is_empty() || !failed.is_empty() {
            let note = match emergency {
                Emergency::Refused(why) => Some(why.as_str()),
                Emergency::None | Emergency::Granted(_) => None,
            };
            let message = words::refusal(self.gate, review, &denied, &failed, note);
            (verdict.allowed, verdict.code, verdict.message) = (false, 403, message);
        }
        let told = verdict.judged.iter().filter_map(|judged| {
            let why = match judged.outcome {
                Outcome::Denied | Outcome::Waived => return None,
                Outcome::Warned => "",
                Outcome::Inherited => ", as before",
                Outcome::Owned => ", as its owner",
                Outcome::Overridden => ", let in by break-glass",
            };
            Some(words::warning(review, &judged.finding, why))
        });
        let failed = verdict.faults.iter().filter(|(_, outcome)| *outcome != Outcome::Denied).map(|(fault, _)| words::fault(review, fault));
        verdict.warnings = told.chain(failed).collect();
        for outcome in Outcome::ALL {
            let found = verdict.judged.iter().filter(|judged| judged.outcome == outcome).map(|judged| judged.finding.rule.to_string());
            let failed = verdict.faults.iter().filter(|(_, own)| *own == outcome);
            let failed = failed.map(|(fault, _)| fault.rule.as_ref().map_or_else(|| "unreadable".to_owned(), |rule| format!("{rule}!")));
            let mut rules: Vec<String> = found.chain(failed).collect();
            rules.sort();
            rules.dedup();
            if !rules.is_empty() {
                verdict.annotations.insert(outcome.name(), rules.join(","));
            }
        }
        if let (Emergency::Granted(reason), true) = (emergency, verdict.annotations.contains_key(Outcome::Overridden.name())) {
            let reason = super::limits::plain(reason);
            verdict.annotations.insert("break-glass", reason.clone());
            verdict.emergency = Some(reason);
        }
    }
}

fn soften(level: Level, softener: Option<Outcome>) -> Outcome {
    match level {
        Level::Deny => softener.unwrap_or(Outcome::Denied),
        Level::Warn => Outcome::Warned,
    }
}
