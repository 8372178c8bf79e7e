//! Rules over resources: what each one sees, and what it says, brought back to places.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use portcullis_source::{Partial, Problem, Stage, Step};
use regorus::{Value, rvm::vm::VmError, value::Object};

use super::{
    Asked, Budget, Engine, Examined, Facts, Fault, Memory, Question, Worker,
    compile::is_ready,
    fingerprint,
    memory::{Answer, Content},
    place::{Field, Lead, Spot, join, place},
    plan::{Plan, Wanted},
    said::{Said, limited},
};
use crate::{
    Finding, Level, Resource, Rule, RuleId, builtins,
    finding::{order, pointer},
    input::{MAX_DEPTH, misshapen, object, of_resource, pod_of, text},
};

/// What one rule saw and what it said, for comparison with another engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInput {
    /// The rule.
    pub rule: RuleId,
    /// The path of its findings.
    pub entry_point: String,
    /// `input`, as JSON.
    pub input: String,
    /// Its findings, as a JSON array in the order of values.
    pub findings: String,
    /// Whether it would have been asked: otherwise the object lacks what it finds anything in.
    pub is_asked: bool,
}

impl Engine {
    /// Everything that the rules find in the resources of a run, whatever their order.
    #[must_use]
    pub fn evaluate(&self, resources: &[Resource]) -> Partial<Vec<Finding>> {
        let facts = Facts::collect(resources);
        let mut found = self.check(resources, &facts);
        let platform = self.check_platform(resources, &facts);
        let findings = platform.take(&mut found.problems);
        found.value.extend(findings);
        found.value.sort_by_cached_key(order);
        found
    }

    /// What the rules that see one resource at a time find; a run may be cut into parts for several threads.
    #[must_use]
    pub fn check(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        self.check_with(&mut self.worker(), resources, facts)
    }

    /// The same with machines that are there already, from a part of this run, with these facts.
    #[must_use]
    pub fn check_with(&self, worker: &mut Worker, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        worker.prepare(self, Budget::ONE);
        let mut run = Run { memory: self.memory.as_deref(), ..Run::new(self, facts, worker) };
        for resource in resources {
            run.resource(resource, &Asked::LINT);
        }
        run.found.value.sort_by_cached_key(order);
        run.found
    }

    /// What the rules that see one resource at a time find in a single one, as part of a request.
    #[must_use]
    pub fn examine(&self, worker: &mut Worker, resource: &Resource, facts: &Facts, asked: &Asked<'_>) -> Examined {
        worker.prepare(self, asked.budget);
        let mut run = Run::new(self, facts, worker);
        run.resource(resource, asked);
        run.found.value.sort_by_cached_key(order);
        Examined { findings: run.found.value, faults: run.faults }
    }

    /// What the rules that see a whole environment find.
    #[must_use]
    pub fn check_platform(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        self.platform(resources, facts, |_| true)
    }

    /// What those of them find that are about what Terraform makes: where an environment has no objects of its own, nothing else is asked.
    #[must_use]
    pub fn check_beneath(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        self.platform(resources, facts, |rule| rule.foreign.is_none() && rule.is_of_terraform())
    }

    /// What those of them find that join nothing but what carries pods, autoscalers and disruption budgets; policies that were written for
    /// other tools may join anything.
    #[must_use]
    pub fn check_stored(&self, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
        self.platform(resources, facts, |rule| rule.joins.is_empty() && rule.foreign.is_none() && !rule.joins_terraform())
    }

    /// Whether some rule joins resources of Terraform of a type, or of any type at all, with objects.
    #[must_use]
    pub fn joins_terraform(&self, ty: Option<&str>) -> bool {
        self.rules.iter().any(|rule| ty.map_or_else(|| rule.joins_terraform(), |ty| rule.joins_type(ty)))
    }

    fn platform(&self, resources: &[Resource], facts: &Facts, wanted: impl Fn(&Rule) -> bool) -> Partial<Vec<Finding>> {
        let mut worker = self.worker();
        let mut run = Run { memory: self.memory.as_deref(), ..Run::new(self, facts, &mut worker) };
        run.platform(resources, wanted);
        run.found.value.sort_by_cached_key(order);
        run.found.value.dedup();
        run.found
    }

    /// What the only rule of this engine takes for an input: the shortest of some rounds.
    ///
    /// # Errors
    /// What the machine says where it cannot tell.
    pub fn time(&self, input: &RuleInput, rounds: usize) -> Result<Duration, String> {
        let mut worker = self.worker();
        let input = Value::from_json_str(&input.input).map_err(|error| error.to_string())?;
        let mut shortest = Duration::MAX;
        for _ in 0..rounds {
            let machine = worker.machine(self, 0)?;
            machine.set_input(input.clone());
            let begun = Instant::now();
            machine.execute_entry_point_by_index(0).map_err(|error| error.to_string())?;
            shortest = shortest.min(begun.elapsed());
        }
        Ok(shortest)
    }

    /// The same as [`Engine::evaluate`], told as inputs and outputs of the single rules.
    #[must_use]
    pub fn rule_inputs(&self, resources: &[Resource]) -> Vec<RuleInput> {
        let facts = Facts::collect(resources);
        let mut worker = self.worker();
        let mut run = Run::new(self, &facts, &mut worker);
        run.record = Some(Vec::new());
        for resource in resources {
            run.resource(resource, &Asked::LINT);
        }
        run.platform(resources, |_| true);
        run.record.unwrap_or_default()
    }
}

/// One thread's work on some resources: what they are checked with, and what was found.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) facts: &'a Facts,
    pub(super) found: Partial<Vec<Finding>>,
    faults: Vec<Fault>,
    pub(super) worker: &'a mut Worker,
    pub(super) record: Option<Vec<RuleInput>>,
    /// How many objects each rule took too long for.
    exhausted: BTreeMap<usize, usize>,
    /// What rules said before, where what is asked is what they were asked then.
    pub(super) memory: Option<&'a dyn Memory>,
}

/// For how many objects of a part of a run a rule may take too long before nobody asks it about the others of that part.
const MAX_EXHAUSTED: usize = 3;

/// Why a rule gave no answer.
pub(super) struct Failure {
    pub(super) reason: String,
    /// Whether the budget was too small for it.
    pub(super) exhausted: bool,
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self { reason, exhausted: false }
    }
}

impl Failure {
    pub(super) fn given_up(instructions: usize) -> Self {
        let reason =
            format!("it was not asked, after it had taken more than {instructions} instructions for each of {MAX_EXHAUSTED} others");
        Self { reason, exhausted: false }
    }
}

impl<'a> Run<'a> {
    /// Whether a rule took too long too often. The parts of a run are cut by number alone, so that this is the same each time.
    pub(super) fn is_given_up(&self, rule: usize) -> bool {
        self.exhausted.get(&rule).is_some_and(|times| *times >= MAX_EXHAUSTED)
    }

    /// Counts that a rule took too long.
    pub(super) fn spent(&mut self, rule: usize, failure: &Failure) {
        if failure.exhausted {
            *self.exhausted.entry(rule).or_default() += 1;
        }
    }

    pub(super) fn new(engine: &'a Engine, facts: &'a Facts, worker: &'a mut Worker) -> Self {
        Self {
            engine,
            facts,
            found: Partial::default(),
            faults: Vec::new(),
            worker,
            record: None,
            exhausted: BTreeMap::new(),
            memory: None,
        }
    }

    fn resource(&mut self, resource: &Resource, asked: &Asked<'_>) {
        let plan = self.plan(resource, asked);
        // What an object has too much, or otherwise, can be told of those that no other rule can read.
        if let Some(faults) = resource.faults.as_deref().filter(|_| !plan.of_schema.is_empty()) {
            let input = [(text("params"), Value::Null), (text("schema"), faults.value())].into_iter().collect::<Object>();
            let (answer, _) = self.apply(resource, asked, plan.of_schema.iter(), input);
            self.tell(resource, &plan.of_schema, answer);
        }
        // Where only schemas are asked, they have said it.
        let is_read = self.engine.reads_objects;
        if let Some(misshapen) = misshapen(resource).filter(|_| is_read) {
            let reason = format!("cannot be checked: {}", misshapen.reason);
            self.fault(None, plan.worst, reason.clone());
            return self.problem_at(resource, &misshapen.path, &reason);
        }
        if plan.rules.is_empty() {
            return;
        }
        let question = self.memory.and_then(|memory| Some((memory, self.question(resource, &plan)?)));
        let known = question.and_then(|(memory, question)| self.engine.read_answer(&memory.recall(&question)?));
        let is_known = known.is_some();
        if let Some(answer) = known {
            self.tell(resource, &plan.rules, answer);
            if !plan.has_foreign {
                return;
            }
        }
        let Some(input) = resource_input(resource, self.facts, asked.review.filter(|_| self.engine.reads_review)) else {
            let reason = format!("is nested more than {MAX_DEPTH} deep");
            self.fault(None, plan.worst, reason.clone());
            return self.problem(resource, &reason);
        };
        let engine = self.engine;
        let is_asked = |wanted: &&Wanted| !is_known || engine.rules.get(wanted.rule).is_some_and(|rule| rule.foreign.is_some());
        let (answer, is_whole) = self.apply(resource, asked, plan.rules.iter().filter(is_asked), input);
        if let Some((memory, question)) = question.filter(|_| is_whole && !is_known) {
            memory.keep(question, engine.write_answer(&answer));
        }
        self.tell(resource, &plan.rules, answer);
    }

    /// Everything that decides what rules of ours say of a resource; none for Secrets, of which nothing is kept.
    fn question(&self, resource: &Resource, plan: &Plan) -> Option<Question> {
        if &*resource.identity.kind == SECRET {
            return None;
        }
        let is_ours = |wanted: &&Wanted| self.engine.rules.get(wanted.rule).is_some_and(|rule| rule.foreign.is_none());
        let rules = || plan.rules.iter().filter(is_ours).map(|wanted| (wanted.rule, &*wanted.resolved));
        let mut content = Content::about("resource");
        content.bytes(plan.code.get_or_init(|| self.engine.code_of(rules())).as_ref()?);
        content.resource(resource, self.facts.services())?;
        Some(content.question())
    }

    /// Applies rules to a resource, of which they see the same but for their parameters. Gives what ours say, and whether all of them said something.
    fn apply<'w>(
        &mut self,
        resource: &Resource,
        asked: &Asked<'_>,
        rules: impl Iterator<Item = &'w Wanted>,
        input: Object,
    ) -> (Answer, bool) {
        let (mut answer, mut is_whole) = (Answer::new(), true);
        let had = self.engine.keys.had(&input);
        // As a value it is in the form that takes another value of a key that it has in place.
        let Ok(input) = input.into_value().as_object().cloned() else { return (answer, false) };
        let params = text("params");
        for wanted in rules {
            let Some(rule) = self.engine.rules.get(wanted.rule) else { continue };
            let is_asked = self.engine.keys.is_asked(wanted.rule, &had);
            // A record has what all of them say.
            if !is_asked && self.record.is_none() {
                continue;
            }
            let found = match &rule.foreign {
                _ if self.is_given_up(wanted.rule) => Err(Failure::given_up(asked.budget.instructions)),
                Some(foreign) => self.foreign(wanted.rule, foreign, resource, &input, asked).map(|said| {
                    said.into_iter().for_each(|said| self.finding(wanted.rule, wanted.level, resource, &[], said));
                }),
                None => {
                    let mut input = input.clone();
                    input.insert(params.clone(), wanted.resolved.params.clone());
                    let found = self
                        .run(wanted.rule, is_asked, input.into_value())
                        .and_then(|found| limited(&found, asked.budget.findings))
                        .and_then(|said| inside(rule, resource, said));
                    found.map(|said| answer.push((wanted.rule, said))).inspect_err(|_| is_whole = false)
                }
            };
            if let Err(failure) = found {
                self.spent(wanted.rule, &failure);
                let reason = format!("could not be checked by rule {}: {}", rule.id, failure.reason);
                let level = self.engine.on_error(wanted.rule, wanted.level);
                self.faults.push(Fault { rule: Some(rule.id.clone()), level, reason: reason.clone(), exhausted: failure.exhausted });
                match mistaken(rule, &failure) {
                    Some(problem) => {
                        let application = resource.context.application.as_deref().map(str::to_owned);
                        self.found.problems.push(Problem { application, ..problem });
                    }
                    None => self.problem(resource, &reason),
                }
            }
        }
        (answer, is_whole)
    }

    /// Turns what rules say of a resource into findings.
    fn tell(&mut self, resource: &Resource, rules: &[Wanted], answer: Answer) {
        for (rule, said) in answer {
            let wanted = rules.binary_search_by_key(&rule, |wanted| wanted.rule).ok().and_then(|at| rules.get(at));
            let Some(wanted) = wanted else { continue };
            said.into_iter().for_each(|said| self.finding(rule, wanted.level, resource, &[], said));
        }
    }

    /// What is wrong with a resource as a whole does what the strictest of its rules would do.
    fn fault(&mut self, rule: Option<RuleId>, worst: Option<(Level, usize)>, reason: String) {
        if let Some((level, _)) = worst {
            self.faults.push(Fault { rule, level, reason, exhausted: false });
        }
    }

    /// Evaluates one rule, of which is said whether it is asked in earnest.
    pub(super) fn run(&mut self, rule: usize, is_asked: bool, input: Value) -> Result<Value, Failure> {
        let recorded = self.record.is_some().then(|| input.clone());
        let machine = self.worker.machine(self.engine, rule)?;
        machine.set_input(input);
        let result = machine.execute_entry_point_by_index(0).map_err(|error| Failure {
            exhausted: matches!(error, VmError::InstructionLimitExceeded { .. } | VmError::TimeLimitExceeded { .. }),
            reason: match error {
                VmError::MemoryLimitExceeded { usage, limit, .. } => builtins::reason(usage, limit),
                error => error.to_string(),
            },
        });
        if let (Some(record), Some(input), Some(rule)) = (&mut self.record, recorded, self.engine.rules.get(rule)) {
            let findings = match &result {
                Ok(Value::Set(found)) => serde_json::to_string(&found.iter().collect::<Vec<_>>()).unwrap_or_default(),
                Ok(other) => other.to_string(),
                Err(failure) => failure.reason.clone(),
            };
            let input = serde_json::to_string(&input).unwrap_or_default();
            record.push(RuleInput { rule: rule.id.clone(), entry_point: rule.entry_point(), input, findings, is_asked });
        }
        result
    }

    /// Turns what a rule says about a resource, which may be one of several that it joins, into a finding with a place.
    pub(super) fn finding(&mut self, rule: usize, level: Level, resource: &Resource, members: &[&Resource], said: Said) {
        let Some(rule) = self.engine.rules.get(rule) else { return };
        let explained = said.explain(resource);
        let lead = if explained.is_some() { Lead::Stands } else { Lead::Strongest };
        let Spot { path, origin } = place(resource, said.at.clone());
        let origin = join(explained.unwrap_or(origin), Field { resource, path: &said.at }, &said.others(resource, members), lead);
        let mut finding = Finding {
            rule: rule.id.clone(),
            level,
            message: said.message,
            resource: Some(resource.identity.clone()),
            path,
            origin,
            environment: resource.context.environment.clone(),
            application: resource.context.application.clone(),
            service: resource.context.service.clone(),
            waived: None,
            fingerprint: String::new(),
        };
        finding.fingerprint = fingerprint::of(&finding, resource, is_ready(rule));
        self.found.value.push(finding);
    }

    /// Reports that a resource could not be checked.
    pub(super) fn problem(&mut self, resource: &Resource, reason: &str) {
        self.problem_at(resource, &[], reason);
    }

    fn problem_at(&mut self, resource: &Resource, path: &[Step], reason: &str) {
        let identity = &resource.identity;
        let namespace = identity.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let whole: Vec<Step> = resource.base.iter().chain(path).cloned().collect();
        let message = format!("{} {namespace}{} {reason}", identity.kind, identity.name);
        let hint = "the object was not checked by every rule; make it what Kubernetes takes, or smaller";
        let problem = Problem::new(Stage::Policy, message, hint).at(resource.document.origin(&whole).edit());
        let application = resource.context.application.as_deref().map(str::to_owned);
        self.found.problems.push(Problem { application, ..problem });
    }
}

/// What is said of a rule of somebody's own that gives no verdict: it is wrong in the rule, whatever it was asked about.
pub(super) fn mistaken(rule: &Rule, failure: &Failure) -> Option<Problem> {
    let place = rule.place().filter(|_| rule.foreign.is_none())?;
    let message = format!("rule {} gives no verdict: {}", rule.id, failure.reason);
    let hint = "mend the rule: what it was asked about was not checked by it; `portcullis test` tries it on its fixtures";
    Some(Problem::new(Stage::Rules, message, hint).at(Some(place)))
}

/// What a rule of somebody's own said, if it speaks of the object that it was asked about.
fn inside(rule: &Rule, resource: &Resource, said: Vec<Said>) -> Result<Vec<Said>, Failure> {
    if said.is_empty() || is_ready(rule) {
        return Ok(said);
    }
    let paths = said.iter().flat_map(|said| std::iter::once(&said.at).chain(&said.other).map(move |path| (said, path)));
    let outside = paths.into_iter().find(|(_, path)| !is_inside(resource, path));
    match outside {
        Some((said, path)) => Err(format!("it says {:?} of {}, which the object cannot have", said.message, pointer(path)).into()),
        None => Ok(said),
    }
}

/// Whether an object has a path, or could have it: all of it but keys that are left out of what is there.
fn is_inside(resource: &Resource, at: &[Step]) -> bool {
    let document = &resource.document;
    let mut whole: Vec<Step> = resource.base.iter().chain(at).cloned().collect();
    if document.node_at(&whole).is_some() {
        return true;
    }
    // The nearest thing that is there must be a part of the object that can have keys.
    while whole.len() > resource.base.len() + 1 {
        let left = whole.pop();
        if let Some(node) = document.node_at(&whole) {
            return matches!(left, Some(Step::Key(_))) && node.as_map().is_some();
        }
    }
    false
}

/// The kind whose content is never kept.
const SECRET: &str = "Secret";

/// `{params, resource, pod, review}`; the parameters come per rule.
fn resource_input(resource: &Resource, facts: &Facts, review: Option<&Value>) -> Option<Object> {
    let whole = of_resource(resource.node()?)?;
    let pod = pod_of(resource, &whole, facts.services());
    let review = review.cloned().unwrap_or_else(|| object([("operation", text("CREATE"))]));
    let fields = [("params", Some(Value::Null)), ("resource", Some(whole)), ("pod", pod), ("review", Some(review))];
    let fields = fields.into_iter().filter_map(|(key, value)| Some((text(key), value?)));
    Some(fields.collect())
}
