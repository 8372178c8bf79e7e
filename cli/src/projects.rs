//! What the AppProject of each application permits, held against what the application deploys.

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;
use portcullis_argo::{Application, Deployed, Project};
use portcullis_policies::{Resource, is_cluster_scoped};
use portcullis_source::{Document, Node, Problem, Stage};

use crate::discover::Found;

/// The AppProjects of a revision.
pub(crate) struct Projects {
    /// By name; of one name there may be several, one for each Argo CD.
    projects: BTreeMap<String, Vec<Project>>,
}

impl Projects {
    /// The AppProjects that stand in files, and those that were rendered.
    pub(crate) fn find(found: &Found, rendered: &[Arc<Document>]) -> Self {
        let mut projects: BTreeMap<String, Vec<Project>> = BTreeMap::new();
        let documents = found.of_argo().map(|manifest| &manifest.document).chain(rendered);
        for project in documents.filter_map(Project::read) {
            projects.entry(project.name().to_owned()).or_default().push(project);
        }
        Self { projects }
    }

    /// What Argo CD refuses of the applications themselves: where they are from, and where they go.
    pub(crate) fn refused(&self, applications: &[Application]) -> Vec<Problem> {
        applications.iter().flat_map(|application| self.refused_of(application)).collect()
    }

    fn refused_of(&self, application: &Application) -> Vec<Problem> {
        let Some(projects) = self.of(application) else { return Vec::new() };
        let (name, to) = (&application.project, &application.destination);
        let problem = |message: String, place| Problem {
            application: Some(application.name.clone()),
            ..Problem::new(Stage::Argo, message, "add it to the AppProject, or correct the application; Argo CD syncs nothing of it")
                .at(place)
        };
        let sources = application.sources.iter().filter(|source| !source.repo_url.is_empty() && !application.is_stand_in(&source.repo_url));
        let foreign = sources.filter(|source| !projects.iter().any(|project| project.permits_source(&source.repo_url)));
        let mut problems: Vec<Problem> = foreign
            .map(|source| {
                let message =
                    format!("application {} deploys from {}, which project {name} does not permit", application.name, source.repo_url);
                problem(message, source.span.or(application.origin))
            })
            .collect();
        let is_known = ![&to.server, &to.name, &to.namespace].iter().any(|text| application.is_stand_in(text));
        if is_known && projects.iter().all(|project| project.permits_destination(to, &to.namespace) == Some(false)) {
            let cluster = if to.name.is_empty() { &to.server } else { &to.name };
            let message = format!(
                "application {} deploys to namespace {} of cluster {cluster}, which project {name} does not permit",
                application.name, to.namespace
            );
            problems.push(problem(message, application.origin));
        }
        problems
    }

    /// What Argo CD refuses of what an application deploys: of several objects with one reason, the first. Of one that is refused itself it syncs nothing.
    pub(crate) fn refused_objects(&self, application: &Application, resources: &[Resource]) -> Vec<Problem> {
        let Some(projects) = self.of(application).filter(|_| self.refused_of(application).is_empty()) else { return Vec::new() };
        let mut reasons: IndexMap<String, Vec<&Resource>> = IndexMap::new();
        for resource in resources {
            let object = deployed(resource);
            let refusals: Option<Vec<String>> = projects.iter().map(|project| project.refuses(&object, &application.destination)).collect();
            if let Some(reason) = refusals.and_then(|refusals| refusals.into_iter().next()) {
                reasons.entry(reason).or_default().push(resource);
            }
        }
        reasons.into_iter().filter_map(|(reason, resources)| told(application, &reason, &resources)).collect()
    }

    /// What decides what is said of an application's objects.
    pub(crate) fn documents(&self, application: &Application) -> impl Iterator<Item = &Node> {
        self.of(application).into_iter().flatten().map(Project::object)
    }

    fn of(&self, application: &Application) -> Option<&[Project]> {
        self.projects.get(&application.project).map(Vec::as_slice)
    }
}

fn deployed(resource: &Resource) -> Deployed<'_> {
    let identity = &resource.identity;
    Deployed {
        group: resource.group(),
        kind: &identity.kind,
        name: &identity.name,
        namespace: identity.namespace.as_deref(),
        is_namespaced: is_namespaced(resource),
    }
}

fn told(application: &Application, reason: &str, resources: &[&Resource]) -> Option<Problem> {
    let first = resources.first()?;
    let others = match resources.len() - 1 {
        0 => String::new(),
        1 => " and another object".to_owned(),
        more => format!(" and {more} other objects"),
    };
    let identity = &first.identity;
    let message = format!(
        "application {} deploys {} {}{others}, but project {} {reason}",
        application.name, identity.kind, identity.name, application.project
    );
    let hint = "permit it in the AppProject, or deploy it by another application; Argo CD refuses it, and the sync fails";
    let place = first.node().and_then(|node| first.document.text.origin(node.get("kind").unwrap_or(node).range).edit());
    Some(Problem { application: Some(application.name.clone()), ..Problem::new(Stage::Argo, message, hint).at(place) })
}

/// The groups whose kinds have namespaces, but for those that are known to have none.
const NAMESPACED: [&str; 6] = ["", "apps", "autoscaling", "batch", "networking.k8s.io", "rbac.authorization.k8s.io"];

fn is_namespaced(resource: &Resource) -> Option<bool> {
    let is_of_cluster = is_cluster_scoped(&resource.identity.kind);
    (is_of_cluster || NAMESPACED.contains(&resource.group())).then_some(!is_of_cluster)
}
