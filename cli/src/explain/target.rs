//! The application that a command line names, and nothing else of the repository, rendered.

use std::{path::PathBuf, sync::Arc};

use portcullis_argo::Application;
use portcullis_helm::Effective;
use portcullis_policies::{Context, Resource};
use portcullis_source::{Partial, Problem, RepoPath};

use super::near;
use crate::{
    args::Scope,
    error::Error,
    kustomize::Builder,
    pipeline::{self, Expanded},
    render::{self, Renderer, helm_source},
    select::Selection,
    settings::Settings,
};

/// One application, and what it is made of.
pub(crate) struct Target {
    /// The application.
    pub(crate) application: Application,
    /// Who its objects belong to.
    pub(crate) context: Context,
    /// The values of each of its charts.
    pub(crate) values: Vec<Values>,
    /// Its objects.
    pub(crate) resources: Vec<Resource>,
    /// What could not be done.
    pub(crate) problems: Vec<Problem>,
}

/// The values of one chart of an application.
pub(crate) struct Values {
    /// The chart.
    pub(crate) chart: String,
    /// What its templates see.
    pub(crate) effective: Effective,
}

/// A scope that is narrowed by environments only.
pub(crate) fn scope(environment: &[String], revision: Option<&String>, config: Option<&PathBuf>) -> Scope {
    Scope { environment: environment.to_vec(), revision: revision.cloned(), config: config.cloned(), ..Scope::default() }
}

/// Expands the repository, finds the application and renders it alone.
pub(crate) fn choose(settings: &Settings, name: &str) -> Result<Target, Error> {
    let Partial { value: expanded, problems } = pipeline::expand(settings)?;
    let contexts = expanded.contexts(settings);
    if let Some((what, name)) = Selection::unknown(settings, &contexts) {
        let hint = "`portcullis apps --format json` lists the applications with their labels";
        return Err(Error::Usage { message: format!("no application is for {what} {name}"), hint: hint.to_owned() });
    }
    let place = find(settings, &expanded, &contexts, (name, problems.len()))?;
    let (Some(application), Some(context)) = (expanded.applications.get(place), contexts.get(place)) else {
        return Err(unknown(&expanded, &contexts, name, problems.len()));
    };
    Ok(make(settings, &expanded, application, context))
}

fn make(settings: &Settings, expanded: &Expanded, application: &Application, context: &Context) -> Target {
    let layer_name = |path: &RepoPath| settings.config.layer_of(path.as_str()).cloned().unwrap_or_else(|| Arc::clone(path.text()));
    let one = std::slice::from_ref(application);
    let renderer = Renderer::new(Builder::new(settings, expanded.compat()), one, layer_name);
    let outcome = renderer.application(application);
    let (mut resources, mut problems) = (Vec::new(), Vec::new());
    pipeline::add_resources(&mut resources, &mut problems, outcome.documents.iter(), context);
    problems.extend(outcome.problems);
    let mut values = Vec::new();
    for source in &application.sources {
        let Some(helm) = helm_source(source) else { continue };
        match renderer.effective(helm) {
            Ok(effective) => values.extend(effective.map(|effective| Values { chart: helm.chart.to_string(), effective })),
            Err(error) if problems.is_empty() => problems.push(render::helm_problem(application, helm, &error, source.span)),
            // Said already, since it does not render either.
            Err(_) => {}
        }
    }
    Target { application: application.clone(), context: context.clone(), values, resources, problems }
}

/// The place of the one application of a name, or of a service in the environment that is asked for.
fn find(settings: &Settings, expanded: &Expanded, contexts: &[Context], (name, problems): (&str, usize)) -> Result<usize, Error> {
    let in_environment = |context: &Context| {
        let environment = context.environment.as_deref();
        settings.environments.is_empty() || settings.environments.iter().any(|wanted| environment == Some(wanted))
    };
    let fitting = |is_named: &dyn Fn(&Application, &Context) -> bool| -> Vec<usize> {
        let pairs = expanded.applications.iter().zip(contexts).enumerate();
        pairs
            .filter(|(_, (application, context))| is_named(application, context) && in_environment(context))
            .map(|(place, _)| place)
            .collect()
    };
    let mut found = fitting(&|application, _| application.name == name);
    if found.is_empty() {
        found = fitting(&|_, context| context.service.as_deref() == Some(name));
    }
    match found.as_slice() {
        [] => Err(unknown(expanded, contexts, name, problems)),
        [one] => Ok(*one),
        several => {
            let names: Vec<&str> = several.iter().filter_map(|place| expanded.applications.get(*place)).map(|one| &*one.name).collect();
            Err(Error::Usage {
                message: format!("{name} stands for {} applications: {}", names.len(), names.join(", ")),
                hint: "name one of them, or add --environment".to_owned(),
            })
        }
    }
}

fn unknown(expanded: &Expanded, contexts: &[Context], name: &str, problems: usize) -> Error {
    let names = expanded.applications.iter().map(|application| &*application.name);
    let services = contexts.iter().filter_map(|context| context.service.as_deref());
    let mut hint = match near(name, names.chain(services)).as_slice() {
        [] => "`portcullis apps` lists the applications".to_owned(),
        close => format!("did you mean {}? `portcullis apps` lists the applications", close.join(" or ")),
    };
    if problems > 0 {
        hint.push_str("; some could not be expanded, which it says too");
    }
    Error::Usage { message: format!("there is no application or service {name}"), hint }
}
