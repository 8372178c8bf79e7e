//! What was made and found on both sides to the report.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_argo::Application;
use portcullis_policies::{Context, Engine, Finding, Resource};
use portcullis_source::{Problem, Sources};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{
    change,
    compare::{Comparison, Extent, Problems, sources},
    judge::Judged,
    lines::ChangedLines,
    objects::{Telling, is_same, pairs},
    reach::Reached,
    roots::{self, RootChange},
    show::Secrets,
    side::{Made, Name, Side},
};
use crate::{
    group,
    kinds::Unchecked,
    pipeline::not_expanded,
    report::{self, Accounting, ApplicationChange, ChangeKind, Changes, NotRendered, ObjectChange, Reach, Report, Status},
    select::wanted,
    terraform::{self, Checked},
};

/// Everything that there is to tell.
pub(super) struct Told<'a> {
    /// What was asked for.
    pub(super) comparison: &'a Comparison<'a>,
    /// The base and the head.
    pub(super) sides: (&'a Side<'a>, &'a Side<'a>),
    /// What was made of them.
    pub(super) reached: &'a Reached,
    /// The lines of the head that the change touches.
    pub(super) lines: &'a ChangedLines<'a>,
    /// The head's rules.
    pub(super) engine: &'a Engine,
    /// What secrets are hashed with.
    pub(super) key: String,
    /// The roots of Terraform on both sides.
    pub(super) terraform: (&'a Checked, &'a Checked),
}

/// The report of a change.
pub(super) fn tell(told: &Told<'_>, judged: Judged, problems: Problems) -> Report {
    let sources = sources(told.comparison);
    let (base, head) = told.sides;
    let reached = told.reached;
    let touched = told.touched();
    let of_touched = |side: &'_ BTreeMap<Name, Made>| {
        touched.iter().filter_map(|name| side.get(*name)).flat_map(|made| made.resources.clone()).collect::<Vec<_>>()
    };
    let (before, after) = (of_touched(&reached.base), of_touched(&reached.head));
    let secrets = Secrets::find(before.iter().chain(&after).chain(reached.of_both()), &told.key);
    let mut new_problems = problems.reached;
    new_problems.extend(only_new(&problems.base, problems.head));
    let narrowed = Narrowed::new(told);
    new_problems.retain(|problem| problem.application.is_none() || narrowed.has(problem.application.as_deref()));
    let telling = Telling { sources, lines: told.lines, secrets: &secrets };
    let applications = told.applications(&telling, &problems.base, &new_problems);
    let (roots, untold) = roots::compare(told, &telling);
    let by_change = change::findings(told, &applications, &roots, &secrets).take(&mut new_problems);
    let mut applications: Vec<ApplicationChange> = applications.into_iter().filter(|change| narrowed.has(change.name.as_deref())).collect();
    let changed: Vec<Option<&str>> = applications.iter().map(|change| change.name.as_deref()).collect();
    let findings = told.findings(judged, (&by_change, &new_problems), (&changed, &narrowed));
    let unchanged = named_units(told, &narrowed).filter(|name| !changed.contains(&label(name).as_deref())).count();
    // Of the roots only the environments that are asked for were evaluated.
    applications.extend(roots.into_iter().filter_map(RootChange::entry));
    let contexts: Vec<Context> = head.units.values().chain(base.units.values()).map(|unit| unit.context.clone()).collect();
    let mut report = Report {
        bundle: told.engine.digest().to_owned(),
        applications: account(named_units(told, &narrowed).count(), &new_problems, sources),
        terraform: told.terraform.1.account.clone(),
        nothing: None,
        unreached: Vec::new(),
        not_expanded: not_expanded(head.expanded.unmade(), sources),
        objects: applications.iter().map(|change| change.objects.len()).sum(),
        unchecked: Unchecked::default(),
        notes: head.kinds.notes().into_iter().chain(told.comparison.head.plans.notes()).chain(untold).collect(),
        reach: Reach::new(&distinct(contexts, &head.expanded.applications)),
        findings,
        problems: group::problems(new_problems, sources),
        changes: Some(Changes {
            base: told.comparison.names.0.clone(),
            head: told.comparison.names.1.clone(),
            applications,
            unchanged,
            base_unknown: None,
            counted: told.comparison.counted(),
        }),
        secrets: report::Secrets::of(reached.of(&reached.base).chain(reached.of(&reached.head)).chain(reached.of_both())),
        partition: None,
    };
    told.terraform.0.hide(&mut report.secrets);
    told.terraform.1.hide(&mut report.secrets);
    report.scrub();
    report
}

/// The applications of the head that are asked for.
fn named_units<'a>(told: &Told<'a>, narrowed: &'a Narrowed) -> impl Iterator<Item = &'a Name> {
    told.sides.1.units.keys().filter(|name| matches!(name, Name::Application(..)) && narrowed.has(label(name).as_deref()))
}

/// The applications that the command line asks for.
struct Narrowed {
    /// None where all are.
    names: Option<BTreeSet<Arc<str>>>,
}

impl Narrowed {
    fn new(told: &Told<'_>) -> Self {
        let settings = told.comparison.head;
        let is_narrowed = !settings.environments.is_empty() || !settings.services.is_empty();
        let contexts = || [told.sides.0, told.sides.1].into_iter().flat_map(|side| side.units.values()).map(|unit| &unit.context);
        let wanted = || contexts().filter(|context| wanted(settings, context)).filter_map(|context| context.application.clone());
        Self { names: is_narrowed.then(|| wanted().collect()) }
    }

    /// Whether an application is asked for; what belongs to none is where nothing is narrowed.
    fn has(&self, application: Option<&str>) -> bool {
        self.names.as_ref().is_none_or(|names| application.is_some_and(|name| names.contains(name)))
    }
}

impl Told<'_> {
    /// What has an object that changes, comes or goes; the same, however much was rendered.
    fn touched(&self) -> Vec<&Name> {
        let none: &[Resource] = &[];
        let resources = |side: &'_ BTreeMap<Name, Made>, name: &Name| side.get(name).map_or(none.to_vec(), |made| made.resources.clone());
        let is_touched = |name: &&Name| {
            let (before, after) = (resources(&self.reached.base, name), resources(&self.reached.head, name));
            pairs(&before, &after).iter().any(|pair| !is_same(pair))
        };
        self.reached.changed.par_iter().filter(is_touched).collect()
    }

    /// The findings by what the change does to them, each group by place; those of rules that see the change itself are new.
    fn findings(
        &self,
        judged: Judged,
        (by_change, new_problems): (&[portcullis_policies::ChangeFinding], &[Problem]),
        (changed, narrowed): (&[Option<&str>], &Narrowed),
    ) -> Vec<report::Finding> {
        let sources = sources(self.comparison);
        let is_told = |finding: &Finding| {
            self.comparison.extent != Extent::Reached && self.comparison.extent != Extent::Exhaustive
                || changed.contains(&finding.application.as_deref())
        };
        let mut findings = Vec::new();
        for (status, mut list) in judged.parts() {
            list.retain(|finding| narrowed.has(finding.application.as_deref()) || is_of_terraform(finding));
            match status {
                Status::New => {}
                Status::Unchanged => list.retain(is_told),
                // What is no longer rendered is not mended by that.
                Status::Fixed => list.retain(|finding| !new_problems.iter().any(|problem| concerns(problem, finding))),
            }
            portcullis_policies::sort_findings(&mut list, sources);
            let place = |finding: &Finding| match status {
                Status::Fixed => finding.origin.edit(),
                Status::New | Status::Unchanged => self.lines.place(&finding.origin, sources),
            };
            let grouped = group::findings_at(list, sources, place);
            findings.extend(grouped.into_iter().map(|finding| report::Finding { status: Some(status), ..finding }));
            if status == Status::New {
                findings.extend(
                    change::entries(by_change, sources).into_iter().filter(|finding| {
                        finding.applications.is_empty() || finding.applications.iter().any(|name| narrowed.has(Some(name)))
                    }),
                );
            }
        }
        findings
    }

    /// The applications of which something changes.
    fn applications(&self, telling: &Telling<'_>, old: &[Problem], new: &[Problem]) -> Vec<ApplicationChange> {
        let mut changes: Vec<ApplicationChange> =
            self.reached.changed.par_iter().filter_map(|name| self.application(name, telling, old, new)).collect();
        changes
            .sort_by_cached_key(|change| (change.name.is_none(), change.service.clone(), change.environment.clone(), change.name.clone()));
        changes
    }

    fn application(&self, name: &Name, telling: &Telling<'_>, old: &[Problem], new: &[Problem]) -> Option<ApplicationChange> {
        let (base, head) = self.sides;
        let is_unmade = |side: &Side<'_>| side.expanded.unmade().iter().any(|one| Some(&*one.name) == label(name).as_deref());
        let kind = match (base.units.contains_key(name), head.units.contains_key(name)) {
            // Nobody knows what becomes of an Application whose ApplicationSet can't be expanded, which is told as a problem.
            (true, false) if is_unmade(head) => return None,
            (true, true) => ChangeKind::Changed,
            (false, true) => ChangeKind::Added,
            (true, false) => ChangeKind::Removed,
            (false, false) => return None,
        };
        let failed = |problems: &[Problem]| {
            let of = problems.iter().find(|problem| problem.application.as_deref() == label(name).as_deref() && label(name).is_some());
            of.map(|problem| placed(problem, sources(self.comparison)))
        };
        let mut base_unknown = failed(old);
        if kind == ChangeKind::Added && is_unmade(base) {
            base_unknown = Some("its ApplicationSet could not be expanded".to_owned());
        }
        let objects = if base_unknown.is_some() || failed(new).is_some() { Vec::new() } else { self.objects(name, telling) };
        // An application that fails on both sides alike stays as it is.
        let is_same =
            objects.is_empty() && kind == ChangeKind::Changed && failed(new).is_none() && (failed(old).is_none() || self.still_fails(name));
        // What belongs to no application has no coming and going of its own.
        if is_same || (objects.is_empty() && label(name).is_none()) {
            return None;
        }
        let unit = head.units.get(name).or_else(|| base.units.get(name))?;
        Some(ApplicationChange {
            name: label(name),
            service: unit.context.service.clone(),
            environment: unit.context.environment.clone(),
            kind,
            objects,
            base_unknown,
        })
    }

    /// Whether an application has a problem on the head.
    fn still_fails(&self, name: &Name) -> bool {
        self.reached.head.get(name).is_some_and(|made| !made.problems.is_empty())
    }

    fn objects(&self, name: &Name, telling: &Telling<'_>) -> Vec<ObjectChange> {
        let none: Vec<Resource> = Vec::new();
        let resources = |side: &'_ BTreeMap<Name, Made>| side.get(name).map_or_else(|| none.clone(), |made| made.resources.clone());
        let (before, after) = (resources(&self.reached.base), resources(&self.reached.head));
        let own = |side: &Side<'_>| side.application(name).and_then(|application| application.document.clone());
        let application = telling.application(own(self.sides.0).as_ref(), own(self.sides.1).as_ref());
        application.into_iter().chain(pairs(&before, &after).into_iter().filter_map(|pair| telling.object(pair))).collect()
    }
}

/// Whether it is about Terraform, of which only the environments that are asked for were checked.
fn is_of_terraform(finding: &Finding) -> bool {
    finding.resource.as_ref().is_some_and(terraform::is_ours)
}

/// A problem in one line, with its place.
fn placed(problem: &Problem, sources: &Sources) -> String {
    let message = group::shortened(problem.message.clone());
    let place = problem.span.and_then(|span| sources.locate(span));
    place.map_or_else(|| message.clone(), |place| format!("{}:{}: {message}", place.file, place.line))
}

/// Whether a finding is about the application that a problem concerns.
fn concerns(problem: &Problem, finding: &Finding) -> bool {
    problem.application.is_some() && problem.application.as_deref() == finding.application.as_deref()
}

/// The name of an application.
fn label(name: &Name) -> Option<Arc<str>> {
    match name {
        Name::Application(name, _) => Some(Arc::clone(name)),
        Name::Chart(_) | Name::Manifests => None,
    }
}

/// The contexts, each application once, in the order of the head's applications, since that is the order of its environments.
fn distinct(mut contexts: Vec<Context>, applications: &[Application]) -> Vec<Context> {
    let order: BTreeMap<&str, usize> = applications.iter().enumerate().map(|(index, application)| (&*application.name, index)).collect();
    let place = |context: &Context| context.application.as_deref().and_then(|name| order.get(name)).copied().unwrap_or(usize::MAX);
    contexts.sort_by(|left, right| (place(left), &left.application).cmp(&(place(right), &right.application)));
    contexts.dedup_by(|left, right| left.application == right.application);
    contexts
}

/// The problems of the head that the base does not have, in the same file with the same content.
fn only_new(base: &[Problem], head: Vec<Problem>) -> Vec<Problem> {
    let key = |problem: &Problem| (problem.stage, problem.message.clone(), problem.application.clone(), problem.span.map(|span| span.file));
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for problem in base {
        *known.entry(key(problem)).or_default() += 1;
    }
    head.into_iter()
        .filter(|problem| match known.get_mut(&key(problem)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            Some(_) | None => true,
        })
        .collect()
}

/// What became of the applications of the head, as far as the change has to do with it.
fn account(total: usize, problems: &[Problem], sources: &Sources) -> Accounting {
    let mut not_rendered: Vec<NotRendered> = Vec::new();
    for problem in problems {
        let Some(application) = problem.application.clone() else { continue };
        if not_rendered.iter().all(|known| known.application != application) {
            not_rendered.push(NotRendered {
                application,
                reason: group::shortened(problem.message.clone()),
                location: group::location(problem.span, sources),
            });
        }
    }
    not_rendered.sort();
    Accounting { total, not_rendered }
}
