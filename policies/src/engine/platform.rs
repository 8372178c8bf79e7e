//! Rules that see every resource of an environment at once.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::Span;
use regorus::{Value, value::Object};

use super::{
    Question,
    apart::apart,
    evaluate::{Run, mistaken},
    ground::{Ground, is_ground},
    joins::Joins,
    memory::Content,
    said::{Said, read_findings},
    settings::Place,
};
use crate::{
    Resource, Rule, Scope,
    input::{Services, misshapen, object, of_resource, pod_of, pod_spec, served, text},
};

/// The resources that rules see together, as pairs of places in `resources`: what selectors and references join, each Service with
/// the workloads behind it, and each NodePool with
/// every workload that may land on it.
#[must_use]
pub fn joined(resources: &[Resource]) -> BTreeSet<(usize, usize)> {
    let mut pairs: BTreeSet<(usize, usize)> = served(resources).collect();
    for environment in environments(objects(resources)) {
        let members: Vec<(usize, &Resource)> =
            resources.iter().enumerate().filter(|(_, resource)| is_member(resource, environment.as_ref())).collect();
        let (places, members): (Vec<usize>, Vec<&Resource>) = members.into_iter().unzip();
        let place = |id: usize| places.get(id).copied();
        pairs.extend(Joins::of(&members).pairs().filter_map(|(left, right)| Some((place(left)?, place(right)?))));
        let is_pool = |resource: &&Resource| &*resource.identity.kind == "NodePool" && resource.group() == "karpenter.sh";
        let of = |wanted: &dyn Fn(&&Resource) -> bool| -> Vec<usize> {
            places.iter().zip(&members).filter(|(_, resource)| wanted(resource)).map(|(place, _)| *place).collect()
        };
        let (pools, workloads) = (of(&is_pool), of(&|resource| pod_spec(resource).is_some()));
        pairs.extend(pools.iter().flat_map(|pool| workloads.iter().map(|workload| (*pool, *workload))));
    }
    pairs
}

/// The environments of resources; those that have none are part of all of them.
fn environments<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Vec<Option<Arc<str>>> {
    let mut environments: Vec<Option<Arc<str>>> = resources.into_iter().map(|resource| resource.context.environment.clone()).collect();
    environments.sort();
    environments.dedup();
    if environments.len() > 1 {
        environments.retain(Option::is_some);
    }
    environments
}

fn objects(resources: &[Resource]) -> impl Iterator<Item = &Resource> {
    resources.iter().filter(|resource| !is_ground(resource))
}

impl Run<'_> {
    /// Evaluates the platform rules that are wanted once per environment; resources without one are part of all of them. Rules about objects are
    /// asked where there are objects, those about what Terraform makes also where there is nothing else.
    pub(super) fn platform(&mut self, resources: &[Resource], wanted: impl Fn(&Rule) -> bool) {
        let resources = &*apart(resources);
        let rules = (0..).zip(&self.engine.rules).filter(|(_, rule)| rule.scope == Scope::Platform && wanted(rule));
        let (of_terraform, of_objects): (Vec<_>, Vec<_>) = rules.partition(|(_, rule)| rule.foreign.is_none() && rule.is_of_terraform());
        let mut asked: BTreeMap<Option<Arc<str>>, Vec<usize>> = BTreeMap::new();
        for (rules, environments) in [(of_objects, environments(objects(resources))), (of_terraform, environments(resources))] {
            for environment in environments {
                asked.entry(environment).or_default().extend(rules.iter().map(|(index, _)| *index));
            }
        }
        for (environment, mut rules) in asked.into_iter().filter(|(_, rules)| !rules.is_empty()) {
            rules.sort_unstable();
            let mut members: Vec<&Resource> = resources.iter().filter(|resource| is_member(resource, environment.as_ref())).collect();
            members.sort_by(|left, right| order(left, right));
            let is_foreign = |rule: &usize| self.engine.rules.get(*rule).is_some_and(|rule| rule.foreign.is_some());
            let (foreign, ours): (Vec<usize>, Vec<usize>) = rules.iter().partition(|rule| is_foreign(rule));
            if !foreign.is_empty() {
                self.foreign_platform(&foreign, &members);
            }
            let ground = Ground::of(resources, environment.as_ref());
            self.ours(&ours, environment, (&members, &ground));
        }
    }

    /// What rules of ours find in an environment, those that name types of Terraform also in what stands beneath it.
    fn ours(&mut self, rules: &[usize], environment: Option<Arc<str>>, (members, ground): (&[&Resource], &Ground<'_>)) {
        let place = Place { environment, namespace: None };
        let places: BTreeSet<Place> = members.iter().map(|resource| Place::of(resource)).collect();
        let mut rules: Vec<(usize, Vec<usize>)> = rules.iter().map(|rule| (*rule, self.beneath(*rule, ground))).collect();
        rules.retain(|(rule, beneath)| {
            let is_of_terraform = self.engine.rules.get(*rule).is_some_and(Rule::is_of_terraform);
            let below = ground.at(beneath).filter(|_| is_of_terraform).map(Place::of);
            let places: BTreeSet<Place> = below.chain(places.iter().cloned()).collect();
            places.iter().any(|place| self.settings_at(place, *rule).is_some_and(|resolved| resolved.level.is_some()))
        });
        if rules.is_empty() {
            return;
        }
        let content = self.memory.and_then(|memory| Some((memory, self.content_of_all(members)?)));
        let mut platform = None;
        for (rule, beneath) in rules {
            let seen: Vec<&Resource> = members.iter().copied().chain(ground.at(&beneath)).collect();
            let content = content.and_then(|(memory, content)| Some((memory, content, ground.question(&beneath)?)));
            let question =
                content.and_then(|(memory, content, beneath)| Some((memory, self.question_of_all(rule, &place, [&content, &beneath])?)));
            let known = question.and_then(|(memory, question)| self.engine.read_answer(&memory.recall(&question)?));
            if let Some(answer) = known {
                answer.into_iter().for_each(|(rule, said)| self.tell_all(rule, &seen, said));
                continue;
            }
            let platform = platform.get_or_insert_with(|| platform_value(members, place.environment.as_ref(), self.facts.services()));
            let whole = if beneath.is_empty() { None } else { ground.beneath(platform, &beneath) };
            let Some(said) = self.platform_rule(rule, &place, &seen, whole.as_ref().unwrap_or(platform)) else { continue };
            let answer = vec![(rule, said)];
            if let Some((memory, question)) = question {
                memory.keep(question, self.engine.write_answer(&answer));
            }
            answer.into_iter().for_each(|(rule, said)| self.tell_all(rule, &seen, said));
        }
    }

    /// The places of what a rule sees beneath an environment.
    fn beneath(&self, rule: usize, ground: &Ground<'_>) -> Vec<usize> {
        self.engine.rules.get(rule).map(|rule| ground.named_by(rule)).unwrap_or_default()
    }

    /// The resources of an environment as part of questions: each of them, who it belongs to, and its place among the others.
    fn content_of_all(&self, members: &[&Resource]) -> Option<Question> {
        let mut content = Content::about("members");
        content.number(members.len());
        for member in members {
            content.text(&member.identity.name);
            content.optional(member.identity.namespace.as_deref());
            content.optional(member.context.application.as_deref());
            content.optional(member.context.cluster.as_deref());
            content.optional(member.context.environment.as_deref());
            content.resource(member, self.facts.services())?;
        }
        Some(content.question())
    }

    /// Everything that decides what a rule says of an environment.
    fn question_of_all(&mut self, rule: usize, place: &Place, parts: [&Question; 2]) -> Option<Question> {
        let resolved = self.settings_at(place, rule)?;
        let mut content = Content::about("platform");
        content.optional(place.environment.as_deref());
        content.bytes(&self.engine.code_of(std::iter::once((rule, &*resolved)))?);
        parts.iter().for_each(|part| content.bytes(&part.0));
        Some(content.question())
    }

    /// What a rule says of an environment; none where it could not be asked.
    fn platform_rule(&mut self, index: usize, place: &Place, members: &[&Resource], platform: &Value) -> Option<Vec<Said>> {
        let resolved = self.settings_at(place, index)?;
        let rule = self.engine.rules.get(index)?;
        let input = object([("platform", platform.clone()), ("params", resolved.params.clone())]);
        let found = self.run(index, true, input).and_then(|found| Ok(read_findings(&found)?));
        self.worker.forget(index);
        found
            .inspect_err(|failure| match (mistaken(rule, failure), members.first()) {
                (Some(problem), _) => self.found.problems.push(problem),
                (None, Some(first)) => {
                    self.problem(first, &format!("and its whole environment could not be checked by rule {}: {}", rule.id, failure.reason));
                }
                (None, None) => {}
            })
            .ok()
    }

    /// Turns what a rule says of an environment into findings.
    fn tell_all(&mut self, index: usize, members: &[&Resource], said: Vec<Said>) {
        let Some(rule) = self.engine.rules.get(index) else { return };
        for said in said {
            let Some(resource) = said.resource.and_then(|id| members.get(id)) else {
                // What a rule of somebody's own says of nothing is a fault of the rule.
                let unnamed = "it found something without naming a resource that there is".to_owned().into();
                if let Some(problem) = mistaken(rule, &unnamed) {
                    self.found.problems.push(problem);
                } else if let Some(first) = members.first() {
                    let reason = format!("is in an environment of which rule {} found something without naming a resource", rule.id);
                    self.problem(first, &reason);
                }
                continue;
            };
            // The level is that of the resource's own namespace.
            let level = self.settings_at(&Place::of(resource), index).and_then(|resolved| resolved.level);
            if let Some(level) = level {
                self.finding(index, level, resource, members, said);
            }
        }
    }
}

/// `{environment, resources: [RESOURCE], kinds: {KIND: [RESOURCE]}, namespaces: {NAMESPACE: [ID]}}`, where a resource is `{id, kind, group, name,
/// application, cluster, environment, namespace, resource, pod}`.
///
/// What selectors and references join is joined here, where it can be looked up, as ids, which are places in `resources`: what carries pods has
/// its `scalers`, `budgets`, `services`, `policies` and `monitors`, and whose pods its spreads `counts`; what has a selector has what it `selects`;
/// everything has the `references` that it makes by name in its namespace, and its `referrers`.
fn platform_value(members: &[&Resource], environment: Option<&Arc<str>>, services: &Services) -> Value {
    let joins = Joins::of(members);
    let mut kinds: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut namespaces: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut resources = Vec::with_capacity(members.len());
    for (id, resource) in members.iter().enumerate() {
        let entry = entry(id, resource, &joins, services);
        // What is malformed has been reported by the rules that see single resources; it keeps its place among the ids.
        if let Some(entry) = &entry {
            kinds.entry(&resource.identity.kind).or_default().push(entry.clone());
            namespaces.entry(resource.identity.namespace.as_deref().unwrap_or_default()).or_default().push(Value::from(id));
        }
        resources.push(entry.unwrap_or_else(Value::new_object));
    }
    let listed = |lists: BTreeMap<&str, Vec<Value>>| {
        let lists = lists.into_iter().map(|(key, list)| (text(key), Value::from(list)));
        lists.collect::<Object>().into_value()
    };
    object([
        ("environment", text(environment.map_or("", |name| name))),
        ("resources", Value::from(resources)),
        ("kinds", listed(kinds)),
        ("namespaces", listed(namespaces)),
    ])
}

fn entry(id: usize, resource: &Resource, joins: &Joins, services: &Services) -> Option<Value> {
    if misshapen(resource).is_some() {
        return None;
    }
    let whole = of_resource(resource.node()?)?;
    let pod = pod_of(resource, &whole, services);
    let fields = shared_entry(id, resource, whole);
    let fields = fields.into_iter().chain(pod.map(|pod| ("pod", pod))).map(|(key, value)| (text(key), value));
    Some(fields.chain(joins.entries(id)).collect::<Object>().into_value())
}

/// What rules see of everything, by its place.
pub(super) fn shared_entry(id: usize, resource: &Resource, whole: Value) -> [(&'static str, Value); 9] {
    let (identity, context) = (&resource.identity, &resource.context);
    [
        ("id", Value::from(id)),
        ("kind", text(&identity.kind)),
        ("group", text(resource.group())),
        ("name", text(&identity.name)),
        ("application", text(context.application.as_deref().unwrap_or_default())),
        ("cluster", text(context.cluster.as_deref().unwrap_or_default())),
        ("environment", text(context.environment.as_deref().unwrap_or_default())),
        ("namespace", text(identity.namespace.as_deref().unwrap_or_default())),
        ("resource", whole),
    ]
}

/// The order of resources: by identity; where two objects share a name, by application and text, and copies by where they are, which takes long to tell.
pub(super) fn order(left: &Resource, right: &Resource) -> Ordering {
    let by_name = (&left.identity, &left.context.application).cmp(&(&right.identity, &right.context.application));
    by_name.then_with(|| written(left).cmp(&written(right))).then_with(|| stands(left).cmp(&stands(right)))
}

fn written(resource: &Resource) -> Option<&[u8]> {
    resource.node().map(|node| resource.document.text.slice(node.range))
}

fn stands(resource: &Resource) -> Option<Span> {
    resource.node().and_then(|node| resource.document.text.origin(node.range).edit())
}

fn is_member(resource: &Resource, environment: Option<&Arc<str>>) -> bool {
    !is_ground(resource) && (resource.context.environment.is_none() || resource.context.environment.as_ref() == environment)
}
