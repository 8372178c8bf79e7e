//! What of a run is reported: everything is rendered and checked, since a rule may join objects, and then narrowed down.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_argo::{Application, SourceKind, ValuesPlace};
use portcullis_policies::{Context, Finding, Resource};
use portcullis_source::{FileId, Problem, RepoPath, Role, Sources, Span, Stage};

use crate::{kustomize::Builder, settings::Settings, terraform};

/// What rules join with what is asked for.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    applications: BTreeSet<Arc<str>>,
    files: BTreeSet<FileId>,
}

/// The applications, and the places outside of applications, that are asked for.
#[derive(Clone)]
pub(crate) struct Selection {
    everything: bool,
    applications: BTreeSet<Arc<str>>,
    known: BTreeSet<Arc<str>>,
    paths: Vec<RepoPath>,
    /// The files of manifests outside of applications that rules join with what is asked for.
    joined: BTreeSet<FileId>,
    /// Those of the paths that reach roots of Terraform: what rules join with these is asked for, too.
    roots: Vec<RepoPath>,
    narrowed_to_applications: bool,
}

impl Selection {
    /// Decides which applications are asked for.
    pub(crate) fn new(settings: &Settings, applications: &[Application], contexts: &[Context]) -> Self {
        let narrowed = !settings.environments.is_empty() || !settings.services.is_empty();
        let selected = applications
            .iter()
            .zip(contexts)
            .filter(|(application, context)| wanted(settings, context) && reaches(&settings.paths, application, settings));
        Self {
            everything: !narrowed && settings.paths.is_empty(),
            applications: selected.map(|(application, _)| Arc::from(&*application.name)).collect(),
            known: applications.iter().map(|application| Arc::from(&*application.name)).collect(),
            paths: settings.paths.clone(),
            joined: BTreeSet::new(),
            roots: Vec::new(),
            narrowed_to_applications: narrowed,
        }
    }

    /// What rules join with the objects that the paths reach: a NodePool reaches the pods that may land on it, a disruption budget
    /// those that it selects, a workload those that count its pods. Of a disruption budget or an autoscaler that stands in a file as it is
    /// nobody knows what it is to select once it is mended, so that it reaches its whole namespace.
    pub(crate) fn joins(&self, settings: &Settings, contexts: &[Context], resources: &[Resource]) -> Joined {
        let mut found = Joined::default();
        if settings.paths.is_empty() {
            return found;
        }
        let sources = settings.revision.sources();
        let is_reached = |resource: &Resource| self.resource(resource, sources) || stands_within(&settings.paths, resource, sources);
        let reached: Vec<bool> = resources.iter().map(is_reached).collect();
        let is = |place: usize| reached.get(place) == Some(&true);
        let mut joined: BTreeSet<usize> = BTreeSet::new();
        for (left, right) in portcullis_policies::joined(resources) {
            joined.extend(is(left).then_some(right));
            joined.extend(is(right).then_some(left));
        }
        let selecting = resources.iter().filter(|resource| is_selecting(resource) && stands_within(&settings.paths, resource, sources));
        let namespaces: BTreeSet<_> = selecting.map(|resource| &resource.identity.namespace).collect();
        joined
            .extend((0..).zip(resources).filter(|(_, resource)| namespaces.contains(&resource.identity.namespace)).map(|(place, _)| place));
        let wanted: BTreeSet<&Arc<str>> =
            contexts.iter().filter(|context| wanted(settings, context)).filter_map(|context| context.application.as_ref()).collect();
        for resource in joined.into_iter().filter_map(|place| resources.get(place)) {
            match &resource.context.application {
                Some(application) if wanted.contains(application) => {
                    found.applications.insert(Arc::clone(application));
                }
                Some(_) => {}
                None => found.files.extend(resource.document.text.span(resource.document.root.range).map(|span| span.file)),
            }
        }
        found
    }

    /// Asks for that too.
    pub(crate) fn add(&mut self, joined: Joined) {
        self.applications.extend(joined.applications);
        self.joined.extend(joined.files);
    }

    /// Asks for what rests on the roots of Terraform that paths reach.
    pub(crate) fn reach(&mut self, roots: &[RepoPath]) {
        self.roots.extend_from_slice(roots);
    }

    /// Whether an application is asked for.
    pub(crate) fn application(&self, name: &str) -> bool {
        self.everything || self.applications.contains(name)
    }

    /// Whether a finding is asked for.
    pub(crate) fn finding(&self, finding: &Finding, sources: &Sources) -> bool {
        // Roots of Terraform are narrowed down before they are checked.
        if finding.resource.as_ref().is_some_and(terraform::is_ours) {
            return true;
        }
        let others = || finding.origin.links.iter().filter(|link| link.role == Role::Other).filter_map(|link| link.span);
        if !self.narrowed_to_applications && !self.roots.is_empty() && others().any(|span| within(&self.roots, span, sources)) {
            return true;
        }
        self.includes(finding.application.as_deref(), finding.origin.edit(), sources)
    }

    /// Whether a problem is asked for.
    pub(crate) fn problem(&self, problem: &Problem, sources: &Sources) -> bool {
        // Only what is known to be another application's is left out: nobody knows whom the rest concerns.
        match problem.application.as_deref() {
            Some(application) if self.known.contains(application) => self.application(application),
            Some(_) => true,
            // An ApplicationSet that is not expanded may reach any path.
            None if problem.stage == Stage::Argo => true,
            None => self.narrowed_to_applications || self.includes(None, problem.span, sources),
        }
    }

    /// Whether a resource is asked for.
    pub(crate) fn resource(&self, resource: &Resource, sources: &Sources) -> bool {
        let span = || resource.document.text.origin(resource.document.root.range).edit();
        self.everything || self.includes(resource.context.application.as_deref(), span(), sources)
    }

    fn includes(&self, application: Option<&str>, span: Option<Span>, sources: &Sources) -> bool {
        match application {
            _ if self.everything => true,
            Some(application) => self.applications.contains(application),
            // What belongs to no application is asked for by its path; what has no place concerns every run.
            None if self.narrowed_to_applications => false,
            None => span.is_none_or(|span| self.joined.contains(&span.file) || within(&self.paths, span, sources)),
        }
    }

    /// The environments and services that were asked for but that no application is for.
    pub(crate) fn unknown(settings: &Settings, contexts: &[Context]) -> Option<(&'static str, String)> {
        let absent = |names: &[String], pick: fn(&Context) -> Option<&Arc<str>>| {
            names.iter().find(|name| !contexts.iter().filter_map(pick).any(|known| **known == ***name)).cloned()
        };
        let environment = absent(&settings.environments, |context| context.environment.as_ref()).map(|name| ("environment", name));
        environment.or_else(|| absent(&settings.services, |context| context.service.as_ref()).map(|name| ("service", name)))
    }
}

/// The paths of the command line that reach no application, no object and no problem.
pub(crate) fn unreached(settings: &Settings, applications: &[Application], resources: &[Resource], problems: &[Problem]) -> Vec<RepoPath> {
    let sources = settings.revision.sources();
    let reaches_any = |path: &RepoPath| {
        let path = std::slice::from_ref(path);
        let span = |resource: &Resource| resource.document.text.origin(resource.document.root.range).edit();
        applications.iter().any(|application| reaches(path, application, settings))
            || problems.iter().filter_map(|problem| problem.span).any(|span| within(path, span, sources))
            || resources.iter().filter_map(span).any(|span| within(path, span, sources))
    };
    settings.paths.iter().filter(|path| !reaches_any(path)).cloned().collect()
}

/// What is said of paths that reach nothing.
pub(crate) fn note(unreached: &[RepoPath]) -> String {
    let line = |path: &RepoPath| {
        let name = if path.as_str().is_empty() { "the repository" } else { path.as_str() };
        format!("note: nothing in {name} is deployed: no Application is made of it, and it holds no chart, manifest or ApplicationSet\n")
    };
    unreached.iter().map(line).collect()
}

/// Whether the environment and the service of an application are asked for.
pub(crate) fn wanted(settings: &Settings, context: &Context) -> bool {
    let is_among = |names: &[String], name: Option<&Arc<str>>| {
        names.is_empty() || name.is_some_and(|name| names.iter().any(|wanted| **wanted == **name))
    };
    is_among(&settings.environments, context.environment.as_ref()) && is_among(&settings.services, context.service.as_ref())
}

/// Whether an object stands, as it is, in a file of the paths.
fn stands_within(paths: &[RepoPath], resource: &Resource, sources: &Sources) -> bool {
    resource.document.text.span(resource.document.root.range).is_some_and(|span| within(paths, span, sources))
}

/// Whether an object selects or names the workloads that it is for.
fn is_selecting(resource: &Resource) -> bool {
    matches!(&*resource.identity.kind, "PodDisruptionBudget" | "HorizontalPodAutoscaler" | "ScaledObject")
}

fn within(paths: &[RepoPath], span: Span, sources: &Sources) -> bool {
    let file = sources.get(span.file).and_then(|file| RepoPath::new(file.path()).ok());
    file.is_some_and(|file| paths.iter().any(|path| file.is_within(path)))
}

/// Whether what an application is made of lies within one of the paths, or one of the paths within its chart.
pub(crate) fn reaches(paths: &[RepoPath], application: &Application, settings: &Settings) -> bool {
    if paths.is_empty() || application.origin.is_some_and(|span| within(paths, span, settings.revision.sources())) {
        return true;
    }
    let meets = |folder: &RepoPath| paths.iter().any(|path| folder.is_within(path) || path.is_within(folder));
    application.sources.iter().any(|source| match &source.kind {
        SourceKind::Helm(helm) => {
            helm.chart.folder().is_some_and(meets)
                || helm.values.iter().any(|file| file.place == ValuesPlace::Revision && meets(&file.path))
                || helm.file_parameters.iter().any(|parameter| meets(&parameter.path))
        }
        SourceKind::Directory(directory) => meets(&directory.path),
        // Bases may lie anywhere.
        SourceKind::Kustomize(source) => meets(&source.path) || Builder::of(settings).reach(source).files.iter().any(meets),
        SourceKind::Reference | SourceKind::Unrendered(_) => false,
    })
}
