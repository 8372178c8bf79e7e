//! The whole flow of the first gate: revision → applications → documents → resources → findings → report.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use indexmap::IndexMap;
use portcullis_argo::{Application, Inventory, KustomizeSource, Source};
use portcullis_helm::Compat;
use portcullis_policies::{Context, Date, Engine, EngineError, Finding, Library, Resource, Waivers, waiver::Coverage};
use portcullis_source::{Partial, Problem, RepoPath, Revision, Sources, Span, Stage};
use portcullis_terraform::roots::Root;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::{
    cache::Answers,
    check::{Gathered, gather},
    discover::{self, Found},
    error::{BROKEN_BUILD, Error},
    group,
    inventory::inventory,
    kustomize::Builder,
    loose::Loose,
    nested, own, ownership,
    projects::Projects,
    render::{self, Outcome, Renderer},
    report::{Accounting, NotExpanded, NotRendered, Reach, Report},
    select::Selection,
    settings::{Settings, mistakes},
    terraform::Released,
};

/// What a revision holds, and the Applications that it expands to.
pub(crate) struct Expanded {
    found: Found,
    inventory: Inventory,
    /// The Applications, in the order of the documents and generators.
    pub(crate) applications: Vec<Application>,
    /// The Applications of ApplicationSets of which one could not be made, so that Argo CD makes none.
    unmade: Vec<Application>,
    projects: Projects,
    /// What was expanded otherwise than somebody may think.
    notes: Vec<String>,
    /// The files that were looked through, and those of them that the expansion asked for.
    looked: BTreeSet<RepoPath>,
    asked: BTreeSet<RepoPath>,
}

impl Expanded {
    /// What the revision holds.
    pub(crate) fn found(&self) -> &Found {
        &self.found
    }

    /// Whether another tree, of the same configuration, holds and expands to the same, with the same places: it is laid out alike, and no file
    /// differs that holds an object or that the expansion asked for.
    pub(crate) fn holds_for(&self, own: &Revision, other: &Revision) -> bool {
        let objects: BTreeSet<&RepoPath> = self.found.manifests.iter().map(|manifest| &manifest.file).collect();
        let may_differ = |path: &RepoPath| {
            let is_object = || other.read(path).map_or(true, |file| discover::looks_like_manifest(file.bytes()));
            !objects.contains(path) && !self.asked.contains(path) && !is_object()
        };
        own.is_laid_out_as(other)
            && self.looked.union(&self.asked).all(|path| match (own.read(path), other.read(path)) {
                (Ok(own), Ok(theirs)) => own.id() == theirs.id() || may_differ(path),
                // What can't be read may be anything.
                (Ok(_) | Err(_), Err(_)) | (Err(_), Ok(_)) => false,
            })
    }

    /// Every Application that is named, also those that Argo CD makes none of.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Application> {
        self.applications.iter().chain(&self.unmade)
    }

    /// The Applications of ApplicationSets of which one could not be made, so that Argo CD makes none.
    pub(crate) fn unmade(&self) -> &[Application] {
        &self.unmade
    }

    /// The AppProjects.
    pub(crate) fn projects(&self) -> &Projects {
        &self.projects
    }

    /// What was expanded otherwise than somebody may think.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The folders that are charts of their own.
    pub(crate) fn charts(&self) -> &[RepoPath] {
        &self.found.charts
    }

    /// Who the objects of each Application belong to.
    pub(crate) fn contexts(&self, settings: &Settings) -> Vec<Context> {
        let context = |application| ownership::context(application, &settings.config, &self.inventory);
        self.applications.iter().map(context).collect()
    }

    /// The Helm of the Argo CD that the configuration names.
    pub(crate) fn compat(&self) -> Compat {
        render::compat(self.inventory.settings.version)
    }

    /// A kustomization that no Application names.
    pub(crate) fn kustomization(&self, folder: RepoPath) -> KustomizeSource {
        KustomizeSource::alone(folder, &self.inventory.settings)
    }
}

/// Discovers and expands.
pub(crate) fn expand(settings: &Settings) -> Result<Partial<Expanded>, Error> {
    let mut problems = Vec::new();
    let mut inventory = inventory(&settings.config)?;
    // Definitions of what is defined elsewhere are no objects of this repository.
    let excluded = |path: &RepoPath| settings.config.excludes(path.as_str()) || settings.config.is_schema(path.as_str());
    let (found, looked) = settings.revision.asked_by(|| discover::discover(&settings.revision, excluded));
    let mut found = found.take(&mut problems);
    let documents: Vec<_> = found.of_argo().map(|manifest| Arc::clone(&manifest.document)).collect();
    inventory.settings = portcullis_argo::installed(&inventory.settings, &documents);
    let (expansion, asked) = settings.revision.asked_by(|| nested::expand(settings, &found, &inventory));
    let nested::Expansion { applications, projects, mut notes } = expansion;
    let applications = applications.take(&mut problems);
    let projects = Projects::find(&found, &projects);
    leave_charts(&mut found, &mut problems, &applications, settings.revision.sources());
    let is_withheld = of_broken_set(&applications);
    let (unmade, applications): (Vec<Application>, Vec<Application>) = applications.into_iter().partition(is_withheld);
    problems.extend(projects.refused(&applications));
    notes.extend(standing(&applications));
    Ok(Partial { value: Expanded { found, inventory, applications, unmade, projects, notes, looked, asked }, problems })
}

/// Leaves out the templates of charts that are none for lack of a Chart.yaml: they are no manifests, and the lack is said of the chart.
fn leave_charts(found: &mut Found, problems: &mut Vec<Problem>, applications: &[Application], sources: &Sources) {
    let used = render::chart_folders(applications);
    let charts: Vec<&RepoPath> = used.iter().filter(|folder| !found.charts.iter().any(|chart| folder.is_within(chart))).collect();
    if charts.is_empty() {
        return;
    }
    let templates: Vec<RepoPath> = charts.iter().filter_map(|folder| folder.join("templates").ok()).collect();
    let is_left = |file: &RepoPath| templates.iter().any(|folder| file.is_within(folder));
    found.manifests.retain(|manifest| !is_left(&manifest.file));
    problems.retain(|problem| {
        let file = problem.span.filter(|_| problem.stage == Stage::Source).and_then(|span| sources.get(span.file));
        !file.and_then(|file| RepoPath::new(file.path()).ok()).is_some_and(|file| is_left(&file))
    });
}

/// What is said of the Applications that stand for all that a generator makes, by ApplicationSet and generator.
fn standing(applications: &[Application]) -> Vec<String> {
    let mut sets: IndexMap<_, Vec<&Application>> = IndexMap::new();
    for application in applications {
        if let Some((set, stands_for)) = application.application_set.as_deref().zip(application.stands_for) {
            sets.entry((set, application.origin, stands_for.generator, stands_for.needs)).or_default().push(application);
        }
    }
    let told = sets.into_iter().map(|((set, _, generator, needs), applications)| {
        let names: Vec<&str> = applications.iter().map(|application| application.name.as_str()).collect();
        let verb = if names.len() == 1 { "stands" } else { "stand" };
        let unknown = applications.iter().flat_map(|application| application.unrendered()).find(|unrendered| unrendered.is_unknown);
        let unknown = unknown.map(|unrendered| format!("; not rendered: {}", unrendered.reason)).unwrap_or_default();
        format!(
            "ApplicationSet {set}: {} {verb} for all that its {generator} generator makes, which needs {needs}; argocd.generators of the \
             configuration can say what it yields{unknown}",
            names.join(", ")
        )
    });
    told.collect()
}

/// Whether an Application belongs to an ApplicationSet of which some Application could not be made.
fn of_broken_set(applications: &[Application]) -> impl Fn(&Application) -> bool + use<> {
    let set = |application: &Application| Some((application.application_set.clone()?, application.origin));
    let broken: BTreeSet<_> = applications.iter().filter(|one| one.document.is_none()).filter_map(set).collect();
    move |application| set(application).is_some_and(|set| broken.contains(&set))
}

/// Every object of a revision, and where it is from.
pub(crate) struct Objects {
    expanded: Expanded,
    contexts: Vec<Context>,
    outcomes: Vec<Outcome>,
    /// The objects of the applications, then those of no application.
    pub(crate) resources: Vec<Resource>,
}

impl Objects {
    /// Why objects are missing; what is not rendered must not pass for not being there.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Problem> {
        self.outcomes.iter().flat_map(|outcome| &outcome.problems)
    }

    /// What is asked for.
    pub(crate) fn selection(&self, settings: &Settings) -> Result<Selection, Error> {
        let mut selection = select(settings, &self.expanded.applications, &self.contexts, &[])?;
        let joined = selection.joins(settings, &self.contexts, &self.resources);
        selection.add(joined);
        Ok(selection)
    }
}

/// Expands and renders everything.
pub(crate) fn objects(settings: &Settings) -> Result<Partial<Objects>, Error> {
    let Partial { value: expanded, mut problems } = expand(settings)?;
    let applications = &expanded.applications;
    let contexts = expanded.contexts(settings);
    let renderer = renderer(settings, &expanded);
    let outcomes: Vec<Outcome> = applications.par_iter().map(|application| renderer.application(application)).collect();
    let mut resources = Vec::new();
    for (outcome, context) in outcomes.iter().zip(&contexts) {
        add_resources(&mut resources, &mut problems, outcome.documents.iter(), context);
    }
    let loose = Loose::find(settings, &expanded, &renderer, &Released::default());
    resources.extend(loose.objects(settings).take(&mut problems));
    drop(loose);
    drop(renderer);
    Ok(Partial { value: Objects { expanded, contexts, outcomes, resources }, problems })
}

/// The charts and values files of the applications.
pub(crate) fn renderer<'a>(settings: &'a Settings, expanded: &Expanded) -> Renderer<'a> {
    let layer_name = |path: &RepoPath| settings.config.layer_of(path.as_str()).cloned().unwrap_or_else(|| Arc::clone(path.text()));
    Renderer::new(Builder::new(settings, expanded.compat()), &expanded.applications, layer_name)
}

/// Checks everything, and reports what is selected.
pub(crate) fn lint(settings: &Settings, library: &Library, today: Date, coverage: Coverage) -> Result<Report, Error> {
    lint_settled(settings, library, (today, coverage), |findings| findings)
}

/// The same, with something to say about the findings that are selected.
pub(crate) fn lint_settled(
    settings: &Settings,
    library: &Library,
    day: (Date, Coverage),
    settle: impl FnOnce(Vec<Finding>) -> Vec<Finding>,
) -> Result<Report, Error> {
    let engine = engine(settings, library)?;
    Ok(report(gather(settings, &engine, &|_| true)?, (settings, &engine), day, settle))
}

/// The rules as the configuration sets them.
pub(crate) fn engine(settings: &Settings, library: &Library) -> Result<Engine, Error> {
    let engine = Engine::new(library, &settings.config).map_err(|error| engine_error(error, settings.revision.sources()))?;
    Ok(match &settings.answers {
        Some(answers) => engine.with_memory(Arc::<Answers>::clone(answers)),
        None => engine,
    })
}

/// Applies waivers, and groups what is selected, once `settle` has said something about it.
pub(crate) fn report(
    gathered: Gathered,
    (settings, engine): (&Settings, &Engine),
    (today, coverage): (Date, Coverage),
    settle: impl FnOnce(Vec<Finding>) -> Vec<Finding>,
) -> Report {
    let Gathered {
        expanded,
        contexts,
        failures,
        findings,
        mut problems,
        selection,
        unreached,
        objects,
        unchecked,
        terraform,
        notes,
        secrets,
    } = gathered;
    let sources = settings.revision.sources();
    let files = settings.revision.files_read();
    let mut findings = Waivers { config: &settings.config, rules: engine.rules(), sources, files: &files, today, coverage }.apply(findings);
    let accounting = account(&expanded.applications, &failures, &selection, settings);
    problems.extend(failures.into_iter().flatten().flatten());
    findings.retain(|finding| selection.finding(finding, sources));
    let findings = settle(findings);
    problems.retain(|problem| selection.problem(problem, sources));
    problems.extend(own::problems(settings));
    let mut report = Report {
        bundle: engine.digest().to_owned(),
        applications: accounting,
        nothing: nothing(&expanded, settings).filter(|_| terraform.total == 0),
        terraform,
        unreached,
        not_expanded: not_expanded(&expanded.unmade, sources),
        objects,
        unchecked,
        notes,
        reach: Reach::new(&contexts),
        findings: group::findings(findings, sources),
        problems: group::problems(problems, sources),
        changes: None,
        secrets,
        partition: None,
    };
    report.scrub();
    report
}

/// What is asked for; an environment or service that no application is for is a mistake, not a clean run.
pub(crate) fn select(settings: &Settings, applications: &[Application], contexts: &[Context], roots: &[Root]) -> Result<Selection, Error> {
    let environments = roots.iter().flat_map(|root| &root.environments);
    let of_roots = environments.map(|environment| Context { environment: Some(Arc::clone(&environment.name)), ..Context::default() });
    known(settings, &contexts.iter().cloned().chain(of_roots).collect::<Vec<_>>())?;
    Ok(Selection::new(settings, applications, contexts))
}

/// Whether there is any application for each environment and service that is asked for.
pub(crate) fn known(settings: &Settings, contexts: &[Context]) -> Result<(), Error> {
    let Some((what, name)) = Selection::unknown(settings, contexts) else { return Ok(()) };
    let hint = "`portcullis apps --format json` lists the applications with their labels";
    Err(Error::Usage { message: format!("no application is for {what} {name}"), hint: hint.to_owned() })
}

pub(crate) fn engine_error(error: EngineError, sources: &Sources) -> Error {
    match error {
        EngineError::Config(errors) => mistakes(errors, sources),
        EngineError::Compile { .. } => Error::usage(error.to_string(), BROKEN_BUILD),
    }
}

pub(crate) fn add_resources<'a>(
    resources: &mut Vec<Resource>,
    problems: &mut Vec<Problem>,
    documents: impl Iterator<Item = &'a Arc<portcullis_source::Document>>,
    context: &Context,
) {
    for document in documents {
        resources.extend(Resource::read(document, context).take(problems));
    }
}

/// What is said of a tree that holds nothing to check.
fn nothing(expanded: &Expanded, settings: &Settings) -> Option<String> {
    let found = &expanded.found;
    let none = found.is_empty();
    let excluded: Vec<&str> = settings.config.exclude.iter().map(|glob| &*glob.value).collect();
    let excluded =
        if excluded.is_empty() { String::new() } else { format!(", those that `exclude` names left out: {}", excluded.join(", ")) };
    let files = match found.files {
        1 => "1 YAML or JSON file was".to_owned(),
        count => format!("{count} YAML and JSON files were"),
    };
    let note =
        format!("nothing was found: the repository holds no ApplicationSet, Application, chart or manifest; {files} looked at{excluded}");
    none.then_some(note)
}

/// Each ApplicationSet once, however many of its Applications could not be made.
pub(crate) fn not_expanded(unmade: &[Application], sources: &Sources) -> Vec<NotExpanded> {
    let mut sets: BTreeMap<(&str, Option<Span>), NotExpanded> = BTreeMap::new();
    for application in unmade.iter().filter(|application| application.document.is_none()) {
        let Some((name, unrendered)) = application.application_set.as_deref().zip(application.unrendered().next()) else { continue };
        sets.entry((name, application.origin)).or_insert_with(|| NotExpanded {
            application_set: name.to_owned(),
            reason: group::shortened(unrendered.reason.clone()),
            location: group::location(unrendered.span.or(application.origin), sources),
        });
    }
    let mut sets: Vec<NotExpanded> = sets.into_values().collect();
    sets.sort();
    sets
}

fn account(applications: &[Application], failures: &[Option<Vec<Problem>>], selection: &Selection, settings: &Settings) -> Accounting {
    let mut accounting = Accounting::default();
    for (application, problems) in applications.iter().zip(failures) {
        let is_unknown = !application.sources.is_empty() && application.sources.iter().all(Source::is_unknown);
        let is_counted = selection.application(&application.name) && !is_unknown;
        let Some(problems) = problems.as_ref().filter(|_| is_counted) else { continue };
        accounting.total += 1;
        if let Some(problem) = problems.first() {
            accounting.not_rendered.push(NotRendered {
                application: application.name.clone(),
                reason: group::shortened(problem.message.clone()),
                location: group::location(problem.span, settings.revision.sources()),
            });
        }
    }
    accounting.not_rendered.sort();
    accounting
}
