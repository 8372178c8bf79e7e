//! Everything of a revision rendered and checked, one environment after the other: rules see no more than one at a time, so no more is held.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_policies::{Config, Context, Engine, Facts, Finding, Resource, Rule, Scope, Target, sort_findings};
use portcullis_source::{Partial, Problem, RepoPath};
use rayon::{
    prelude::{IntoParallelRefIterator, ParallelIterator},
    slice::ParallelSlice,
};

use crate::{
    error::Error,
    kinds::{Kinds, Unchecked},
    loose::Loose,
    pipeline::{Expanded, add_resources, expand, renderer, select},
    render::{Outcome, Renderer},
    report::{Secrets, Terraform},
    select::{self, Selection},
    settings::Settings,
    terraform::{self, Checked, Keep},
};

/// What was found, before anybody answers for it and before it is grouped.
pub(crate) struct Gathered {
    /// What the revision expands to.
    pub(crate) expanded: Expanded,
    /// Who the objects of each application belong to.
    pub(crate) contexts: Vec<Context>,
    /// Why each application is not rendered, or not wholly; nothing for one that is another partition's.
    pub(crate) failures: Vec<Option<Vec<Problem>>>,
    /// The findings of the rules.
    pub(crate) findings: Vec<Finding>,
    /// What else could not be done.
    pub(crate) problems: Vec<Problem>,
    /// What is asked for.
    pub(crate) selection: Selection,
    /// The paths of the command line that reach nothing.
    pub(crate) unreached: Vec<RepoPath>,
    /// How many objects were checked.
    pub(crate) objects: usize,
    /// Of which there was no schema to check them against.
    pub(crate) unchecked: Unchecked,
    /// What became of the roots of Terraform.
    pub(crate) terraform: Terraform,
    /// What is said beside the report.
    pub(crate) notes: Vec<String>,
    /// What is never shown of the files.
    pub(crate) secrets: Secrets,
}

/// Whether somebody is asked about the objects of an application; none stands for what belongs to no application.
pub(crate) type Owns<'a> = dyn Fn(Option<&str>) -> bool + 'a;

/// Renders everything, and checks what belongs to the applications that `owns` says; rules that join objects see all of them.
pub(crate) fn gather(settings: &Settings, engine: &Engine, owns: &Owns<'_>) -> Result<Gathered, Error> {
    let Partial { value: expanded, problems } = expand(settings)?;
    let contexts = expanded.contexts(settings);
    let roots = terraform::discover(settings);
    let selection = select(settings, &expanded.applications, &contexts, &roots.value)?;
    let checked = terraform::check(settings, engine, roots, if owns(None) { Keep::Nothing } else { Keep::Beneath });
    let renderer = renderer(settings, &expanded);
    let mut work = Work {
        settings,
        engine,
        owns,
        expanded: &expanded,
        contexts: &contexts,
        asked: &selection,
        joined: selection.clone(),
        unreached: settings.paths.iter().cloned().collect(),
        failures: vec![None; contexts.len()],
        findings: Vec::new(),
        problems,
        objects: 0,
        unchecked: Unchecked::default(),
        secrets: Secrets::default(),
    };
    let kinds = Kinds::of(settings, engine, &renderer, &expanded.applications)?;
    let mut notes = kinds.notes();
    notes.extend_from_slice(expanded.notes());
    notes.extend(settings.plans.notes());
    notes.extend(unsaid(settings, engine).filter(|_| !(contexts.is_empty() && expanded.found().is_empty())));
    // What is for no environment in particular is a part of all of them.
    let mut common = work.render(&renderer, None);
    common.extend(work.loose(&renderer, &checked));
    common.extend(checked.objects_of(None));
    work.templates();
    let joined = work.environments(&renderer, &kinds, &checked, common);
    let (joined, doubted) = checked.settle(joined, settings);
    work.findings.extend(joined.into_iter().filter(|finding| owns(finding.application.as_deref())));
    let mut terraform = work.terraform(checked);
    terraform.doubt(doubted);
    let Work { joined: selection, unreached, mut failures, mut findings, mut problems, objects, unchecked, secrets, .. } = work;
    problems.retain(|problem| problem.application.is_none() || owns(problem.application.as_deref()));
    drop(renderer);
    scrub(&secrets, &mut findings, failures.iter_mut().flatten().flatten().chain(&mut problems));
    if let Some(answers) = &settings.answers {
        answers.save(&secrets);
    }
    let unreached = settings.paths.iter().filter(|path| unreached.contains(*path)).cloned().collect();
    Ok(Gathered { expanded, contexts, failures, findings, problems, selection, unreached, objects, unchecked, terraform, notes, secrets })
}

/// The rules that are asked and can find nothing, since the configuration does not say what they hold objects against.
fn unsaid<'a>(settings: &Settings, engine: &'a Engine) -> impl Iterator<Item = String> + use<'a> {
    let Config { registries, scoring, .. } = &settings.config;
    let lacking = [("registries", registries.is_empty()), ("scoring", scoring.namespaces.is_empty() && scoring.labels.is_empty())];
    lacking.into_iter().filter(|(_, lacks)| *lacks).filter_map(|(fact, _)| {
        let asks = |rule: &&Rule| rule.off.is_none() && rule.scope == Scope::Resource && rule.facts.iter().any(|asked| asked == fact);
        let rules: Vec<&str> = engine.rules().iter().filter(asks).map(|rule| rule.id.as_str()).collect();
        let verb = if rules.len() == 1 { "has" } else { "have" };
        (!rules.is_empty()).then(|| format!("{} {verb} nothing to go by, since the configuration names no `{fact}`", rules.join(", ")))
    })
}

/// Takes what is secret out of what is said.
fn scrub<'a>(secrets: &Secrets, findings: &mut [Finding], problems: impl Iterator<Item = &'a mut Problem>) {
    let Some(scrubber) = secrets.scrubber() else { return };
    findings.iter_mut().for_each(|finding| scrubber.scrub(&mut finding.message));
    problems.for_each(|problem| scrubber.scrub(&mut problem.message));
}

/// A run, as far as it has come.
struct Work<'a> {
    settings: &'a Settings,
    engine: &'a Engine,
    owns: &'a Owns<'a>,
    expanded: &'a Expanded,
    contexts: &'a [Context],
    /// What the command line names, and that with what rules join with it.
    asked: &'a Selection,
    joined: Selection,
    unreached: BTreeSet<RepoPath>,
    failures: Vec<Option<Vec<Problem>>>,
    findings: Vec<Finding>,
    problems: Vec<Problem>,
    objects: usize,
    unchecked: Unchecked,
    secrets: Secrets,
}

/// The group of ConstraintTemplates.
const TEMPLATES: &str = "templates.gatekeeper.sh";

/// How many resources one thread checks at a time.
const CHUNK: usize = 32;

impl Work<'_> {
    /// Renders the applications of an environment, or those of none.
    fn render(&mut self, renderer: &Renderer<'_>, environment: Option<&Arc<str>>) -> Vec<Resource> {
        let here: Vec<usize> =
            (0..).zip(self.contexts).filter(|(_, context)| context.environment.as_ref() == environment).map(|(at, _)| at).collect();
        let progress = &self.settings.progress;
        progress.expect(here.len());
        let render = |at: &usize| {
            let outcome = self.expanded.applications.get(*at).map(|application| renderer.application(application));
            progress.step();
            outcome.unwrap_or_default()
        };
        let outcomes: Vec<Outcome> = here.par_iter().map(render).collect();
        let mut resources = Vec::new();
        for (at, outcome) in here.into_iter().zip(outcomes) {
            let (Some(context), Some(application)) = (self.contexts.get(at), self.expanded.applications.get(at)) else { continue };
            let first = resources.len();
            add_resources(&mut resources, &mut self.problems, outcome.documents.iter(), context);
            self.problems.extend(self.expanded.projects().refused_objects(application, resources.get(first..).unwrap_or_default()));
            if let Some(failure) = self.failures.get_mut(at).filter(|_| (self.owns)(Some(&application.name))) {
                *failure = Some(outcome.problems);
            }
        }
        resources
    }

    /// Checks the objects of each environment, each with what is for none in particular; says what rules say of all of them together.
    fn environments(&mut self, renderer: &Renderer<'_>, kinds: &Kinds, checked: &Checked, mut common: Vec<Resource>) -> Vec<Finding> {
        let of_applications = self.contexts.iter().filter_map(|context| context.environment.as_ref());
        let environments: BTreeSet<&Arc<str>> = of_applications.chain(checked.environments()).collect();
        let mut facts = checked.facts(&common);
        let mut joined = Vec::new();
        let mut everywhere = kinds.with(&common);
        for environment in &environments {
            let mut own = self.render(renderer, Some(*environment));
            own.extend(checked.objects_of(Some(*environment)));
            kinds.with(own.iter().chain(&common)).tell(&mut own);
            everywhere = everywhere.with(&own);
            let all: Vec<Resource> = own.iter().chain(&common).cloned().collect();
            joined.extend(self.check(&own, &checked.facts(&all), Some((all.as_slice(), &checked.beneath_of(environment)))));
            facts.absorb(Facts::collect(&own));
        }
        if !environments.is_empty() {
            for environment in checked.environments_beneath().difference(&environments) {
                joined.extend(self.check_beneath(&common, &facts, &checked.beneath_of(environment)));
            }
        }
        everywhere.tell(&mut common);
        joined.extend(self.check(&common, &facts, environments.is_empty().then_some((common.as_slice(), checked.beneath.as_slice()))));
        // What rules say of an object that is a part of all environments, they say in each.
        sort_findings(&mut joined, self.settings.revision.sources());
        joined.dedup();
        joined
    }

    /// What no application takes.
    fn loose(&mut self, renderer: &Renderer<'_>, checked: &Checked) -> Vec<Resource> {
        let loose = Loose::find(self.settings, self.expanded, renderer, &checked.charts);
        loose.objects(self.settings).take(&mut self.problems)
    }

    /// What is said of the roots of Terraform, which no application takes.
    fn terraform(&mut self, checked: Checked) -> Terraform {
        checked.hide(&mut self.secrets);
        self.unreached.retain(|path| !checked.reached.contains(path));
        self.joined.reach(&checked.reached);
        self.findings.extend(checked.found.take(&mut self.problems));
        checked.account
    }

    /// What is said of the ConstraintTemplates in folders of rules, which are no objects of the repository for any other rule.
    fn templates(&mut self) {
        if !(self.owns)(None) {
            return;
        }
        let templates = self.settings.library.templates().iter();
        let resources: Vec<Resource> = templates.flat_map(|template| Resource::read(template, &Context::default()).value).collect();
        let about = |finding: &Finding| {
            let rule = self.engine.rules().iter().find(|rule| rule.id == finding.rule);
            rule.is_some_and(|rule| matches!(&rule.target, Target::Kinds(kinds) if rule.foreign.is_none() && kinds.iter().any(|kind| kind.covers(TEMPLATES, "ConstraintTemplate"))))
        };
        let found: Vec<Finding> = self.engine.check(&resources, &Facts::default()).value.into_iter().filter(about).collect();
        self.findings.extend(found);
    }

    /// Asks the rules, and counts what is asked for; what those find that see a whole environment, with what lies beneath it, is given back.
    fn check(&mut self, resources: &[Resource], facts: &Facts, environment: Option<(&[Resource], &[Resource])>) -> Vec<Finding> {
        let sources = self.settings.revision.sources();
        let own: Vec<Resource> =
            resources.iter().filter(|resource| (self.owns)(resource.context.application.as_deref())).cloned().collect();
        let engine = self.engine;
        let (joined, found) = rayon::join(
            || environment.map(|(all, beneath)| engine.check_platform(&[all, beneath].concat(), facts)).unwrap_or_default(),
            || check_single(engine, &own, facts),
        );
        let joined = joined.take(&mut self.problems);
        if let Some((all, _)) = environment {
            self.join(all);
        }
        self.findings.extend(found.take(&mut self.problems));
        self.objects += own.iter().filter(|resource| self.joined.resource(resource, sources)).count();
        self.unchecked.add(own.iter().filter(|resource| self.joined.resource(resource, sources)));
        self.secrets.extend(own.iter());
        joined
    }

    /// Asks the rules about what Terraform makes for an environment that no other object is for.
    fn check_beneath(&mut self, common: &[Resource], facts: &Facts, beneath: &[Resource]) -> Vec<Finding> {
        self.engine.check_beneath(&[common, beneath].concat(), facts).take(&mut self.problems)
    }

    /// Adds what rules join with what the paths reach.
    fn join(&mut self, resources: &[Resource]) {
        let still = select::unreached(self.settings, &self.expanded.applications, resources, &self.said());
        self.unreached.retain(|path| still.contains(path));
        self.joined.add(self.asked.joins(self.settings, self.contexts, resources));
    }

    /// What could not be done so far.
    fn said(&self) -> Vec<Problem> {
        self.failures.iter().flatten().flatten().chain(&self.problems).cloned().collect()
    }
}

/// Evaluates the rules over the resources, on all threads; the order of the findings is that of the resources.
pub(crate) fn check(engine: &Engine, resources: &[Resource]) -> Partial<Vec<Finding>> {
    let facts = Facts::collect(resources);
    let (mut single, platform) = rayon::join(|| check_single(engine, resources, &facts), || engine.check_platform(resources, &facts));
    let platform = platform.take(&mut single.problems);
    single.value.extend(platform);
    single
}

/// Evaluates the rules that see one resource at a time, on all threads.
pub(crate) fn check_single(engine: &Engine, resources: &[Resource], facts: &Facts) -> Partial<Vec<Finding>> {
    let parts: Vec<_> =
        resources.par_chunks(CHUNK).map_init(|| engine.worker(), |worker, chunk| engine.check_with(worker, chunk, facts)).collect();
    let mut problems = Vec::new();
    let findings = parts.into_iter().flat_map(|part| part.take(&mut problems)).collect();
    Partial { value: findings, problems }
}
