//! A repository to the variants of its services, and what is to be said of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_argo::{Application, ChartLocation, HelmSource, ValuesPlace};
use portcullis_helm::{Chart, Effective, Held, HeldData, reads::Reads};
use portcullis_policies::{Context, Resource};
use portcullis_source::{Partial, RepoPath, Span, Text, yaml};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{
    divergence,
    entry::{Divergence, Drift, Hidden},
    layers::File,
    redundant, siblings, unread, unset,
};
use crate::{
    diff::{Secrets, secret_key},
    error::Error,
    explain::{Stated, near},
    kustomize::Builder,
    pipeline::{self, Expanded},
    render::{self, Renderer, helm_source},
    settings::Settings,
};

/// A chart of an application of a service.
pub(super) struct Variant<'a> {
    /// The application.
    pub(super) application: &'a Application,
    /// Who it is for.
    pub(super) context: &'a Context,
    /// What it is made of.
    pub(super) helm: &'a HelmSource,
    /// Its values.
    pub(super) effective: Effective,
    /// The values files of the repository, the weakest first.
    pub(super) files: Vec<RepoPath>,
    /// Whether it is one of those that are asked for.
    pub(super) is_wanted: bool,
}

/// What all that is said is made from.
pub(super) struct Survey<'a> {
    pub(super) settings: &'a Settings,
    /// Those that are asked for, and those that share a file with them.
    pub(super) variants: Vec<Variant<'a>>,
    /// What the templates of each chart may read.
    pub(super) reads: BTreeMap<ChartLocation, Reads>,
    pub(super) charts: BTreeMap<ChartLocation, &'a Chart>,
    /// The values files of those that are asked for.
    pub(super) files: Vec<File>,
    /// The places of values that are in what was rendered, or decided about it.
    pub(super) touched: BTreeSet<Span>,
    pub(super) secrets: Secrets,
    pub(super) stated: Stated<'a>,
    /// The order of the environments.
    pub(super) environments: Vec<Arc<str>>,
}

/// Says everything about a service, or about all of them where none is named.
pub(crate) fn survey(settings: &Settings, service: Option<&str>, given_key: Option<&str>) -> Result<Drift, Error> {
    let Partial { value: expanded, problems } = pipeline::expand(settings)?;
    let contexts = expanded.contexts(settings);
    let wanted = wanted(settings, &expanded, &contexts, service)?;
    let shared = sharing(&expanded.applications, &wanted);
    let layer_name = |path: &RepoPath| settings.config.layer_of(path.as_str()).cloned().unwrap_or_else(|| Arc::clone(path.text()));
    let applications: Vec<Application> = shared.iter().filter_map(|place| expanded.applications.get(*place)).cloned().collect();
    let renderer = Renderer::new(Builder::new(settings, expanded.compat()), &applications, layer_name);
    let names: BTreeSet<&str> =
        wanted.iter().filter_map(|place| expanded.applications.get(*place)).map(|application| &*application.name).collect();
    let mut drift = Drift { problems, ..Drift::default() };
    drift.problems.retain(|problem| problem.application.as_deref().is_none_or(|name| names.contains(name)));
    let pairs: Vec<(&Application, &Context, bool)> = shared
        .iter()
        .filter_map(|place| Some((expanded.applications.get(*place)?, contexts.get(*place)?, wanted.contains(place))))
        .collect();
    let made: Vec<_> = pairs.par_iter().map(|pair| make(&renderer, *pair)).collect();
    let (mut variants, mut resources) = (Vec::new(), Vec::new());
    for one in made {
        variants.extend(one.variants);
        resources.extend(one.resources);
        drift.problems.extend(one.problems);
    }
    let mut survey = Survey {
        settings,
        charts: charts(&renderer, &variants),
        variants,
        reads: BTreeMap::new(),
        files: Vec::new(),
        touched: touched(&resources),
        secrets: Secrets::find(resources.iter(), &secret_key(given_key, &[&settings.revision])),
        stated: Stated::new(settings.revision.sources()),
        environments: environments(settings, &contexts),
    };
    survey.files = survey.read_files();
    survey.reads = read_keys(&survey.charts, &survey.variants, &mut drift);
    survey.say(&mut drift);
    Ok(drift)
}

/// The places of the applications that are asked for.
fn wanted(settings: &Settings, expanded: &Expanded, contexts: &[Context], service: Option<&str>) -> Result<BTreeSet<usize>, Error> {
    let of_service = |context: &Context| service.is_none_or(|service| context.service.as_deref() == Some(service));
    let in_environment = |context: &Context| {
        let environment = context.environment.as_deref();
        settings.environments.is_empty() || settings.environments.iter().any(|wanted| environment == Some(wanted))
    };
    let found: BTreeSet<usize> =
        contexts.iter().enumerate().filter(|(_, context)| of_service(context) && in_environment(context)).map(|(place, _)| place).collect();
    match service {
        Some(service) if found.is_empty() => {
            let names = contexts.iter().filter_map(|context| context.service.as_deref());
            let hint = match near(service, names).as_slice() {
                [] => "`portcullis apps --format json` lists the applications with their labels".to_owned(),
                close => format!("did you mean {}?", close.join(" or ")),
            };
            let is_application = expanded.applications.iter().any(|application| application.name == service);
            let hint = if is_application { format!("{service} is an application; name its service") } else { hint };
            Err(Error::Usage { message: format!("there is no service {service}"), hint })
        }
        _ => Ok(found),
    }
}

/// Those that are asked for, and those that read values from one of their files.
fn sharing(applications: &[Application], wanted: &BTreeSet<usize>) -> Vec<usize> {
    let of = |place: &usize| applications.get(*place).map(files).unwrap_or_default();
    let theirs: BTreeSet<RepoPath> = wanted.iter().flat_map(of).collect();
    (0..applications.len()).filter(|place| wanted.contains(place) || of(place).iter().any(|file| theirs.contains(file))).collect()
}

fn files(application: &Application) -> Vec<RepoPath> {
    application.sources.iter().filter_map(helm_source).flat_map(files_of).collect()
}

fn files_of(helm: &HelmSource) -> Vec<RepoPath> {
    helm.values.iter().filter(|file| file.place == ValuesPlace::Revision).map(|file| file.path.clone()).collect()
}

struct Made<'a> {
    variants: Vec<Variant<'a>>,
    resources: Vec<Resource>,
    problems: Vec<portcullis_source::Problem>,
}

/// The values of an application; its objects too where it is asked for.
fn make<'a>(renderer: &Renderer<'_>, (application, context, is_wanted): (&'a Application, &'a Context, bool)) -> Made<'a> {
    let mut made = Made { variants: Vec::new(), resources: Vec::new(), problems: Vec::new() };
    if is_wanted {
        let outcome = renderer.application(application);
        pipeline::add_resources(&mut made.resources, &mut made.problems, outcome.documents.iter(), context);
        made.problems.extend(outcome.problems);
    }
    for source in &application.sources {
        let Some(helm) = helm_source(source) else { continue };
        match renderer.effective(helm) {
            Ok(Some(effective)) => made.variants.push(Variant { application, context, helm, effective, files: files_of(helm), is_wanted }),
            Ok(None) => {}
            Err(error) if is_wanted && made.problems.is_empty() => {
                made.problems.push(render::helm_problem(application, helm, &error, source.span));
            }
            Err(_) => {}
        }
    }
    made
}

fn charts<'a>(renderer: &'a Renderer<'_>, variants: &[Variant<'_>]) -> BTreeMap<ChartLocation, &'a Chart> {
    let named: BTreeSet<&ChartLocation> = variants.iter().map(|variant| &variant.helm.chart).collect();
    named.into_iter().filter_map(|location| Some((location.clone(), renderer.chart(location)?.as_ref().ok()?))).collect()
}

/// The places of values that a render led back to.
fn touched(resources: &[Resource]) -> BTreeSet<Span> {
    let spans = |resource: &Resource| -> Vec<Span> {
        let text = &resource.document.text;
        text.origin(resource.document.range).links.into_iter().filter(|link| link.key.is_some()).filter_map(|link| link.span).collect()
    };
    resources.par_iter().flat_map_iter(spans).collect()
}

/// The environments as the configuration orders them, then by name.
fn environments(settings: &Settings, contexts: &[Context]) -> Vec<Arc<str>> {
    let mut ordered: Vec<Arc<str>> = settings.config.environments.iter().map(|environment| Arc::clone(&environment.name.value)).collect();
    let others: BTreeSet<Arc<str>> = contexts.iter().filter_map(|context| context.environment.clone()).collect();
    ordered.extend(others.into_iter().filter(|name| !settings.config.environments.iter().any(|known| known.name.value == *name)));
    ordered
}

/// What each chart may read; nothing of one that can't be followed.
fn read_keys(charts: &BTreeMap<ChartLocation, &Chart>, variants: &[Variant<'_>], drift: &mut Drift) -> BTreeMap<ChartLocation, Reads> {
    let listed: Vec<(&ChartLocation, &&Chart)> = charts.iter().collect();
    let read = |(location, chart): &(&ChartLocation, &&Chart)| {
        let mut texts = BTreeSet::new();
        let users = variants.iter().filter(|variant| variant.helm.chart == **location);
        users.for_each(|variant| strings(&variant.effective.root, &mut texts));
        let texts: Vec<Arc<str>> = texts.into_iter().collect();
        ((*location).clone(), chart.reads(&texts))
    };
    let read: Vec<_> = listed.par_iter().map(read).collect();
    let mut found = BTreeMap::new();
    for (location, reads) in read {
        match reads {
            Ok(reads) if reads.complete => _ = found.insert(location, reads),
            Ok(_) | Err(_) => _ = drift.entangled.insert(location.to_string()),
        }
    }
    found
}

impl<'a> Survey<'a> {
    fn read_files(&self) -> Vec<File> {
        let paths: BTreeSet<&RepoPath> =
            self.variants.iter().filter(|variant| variant.is_wanted).flat_map(|variant| &variant.files).collect();
        let read = |path: &RepoPath| {
            let file = self.settings.revision.read(path).ok()?;
            let documents = yaml::parse(&Text::of_file(&file)).documents.into_iter().map(Arc::new).collect();
            Some(File { path: path.clone(), documents })
        };
        paths.into_iter().filter_map(read).collect()
    }

    /// The services of those that are asked for, with their variants in the order of the environments.
    pub(super) fn services(&self) -> BTreeMap<Arc<str>, Vec<&Variant<'a>>> {
        let mut services: BTreeMap<Arc<str>, Vec<&Variant<'a>>> = BTreeMap::new();
        for variant in self.variants.iter().filter(|variant| variant.is_wanted) {
            let Some(service) = &variant.context.service else { continue };
            services.entry(Arc::clone(service)).or_default().push(variant);
        }
        let rank = |variant: &&Variant<'_>| {
            let environment = variant.context.environment.as_ref();
            (self.environments.iter().position(|known| Some(known) == environment), variant.application.name.clone())
        };
        services.values_mut().for_each(|variants| variants.sort_by_key(rank));
        services
    }

    /// The short name of a variant among those of its service.
    pub(super) fn label(&self, variant: &Variant<'_>, among: &[&Variant<'_>]) -> Arc<str> {
        let same = among.iter().filter(|other| other.context.environment == variant.context.environment).count();
        match &variant.context.environment {
            Some(environment) if same == 1 => Arc::clone(environment),
            _ => Arc::from(&*variant.application.name),
        }
    }

    /// The variants that read values from a file.
    pub(super) fn users(&self, path: &RepoPath) -> Vec<&Variant<'a>> {
        self.variants.iter().filter(|variant| super::layers::uses(variant, path)).collect()
    }

    /// The services that are asked for among some variants.
    pub(super) fn asked(&self, variants: &[&Variant<'_>]) -> BTreeSet<Arc<str>> {
        variants.iter().filter(|variant| variant.is_wanted).filter_map(|variant| variant.context.service.clone()).collect()
    }

    /// The name of the layer of a file, where it has one.
    pub(super) fn layer(&self, path: &RepoPath) -> Option<Arc<str>> {
        self.settings.config.layer_of(path.as_str()).cloned()
    }

    fn say(&self, drift: &mut Drift) {
        let services = self.services();
        drift.services = services.keys().cloned().collect();
        let present: BTreeSet<&Arc<str>> =
            self.variants.iter().filter(|variant| variant.is_wanted).filter_map(|variant| variant.context.environment.as_ref()).collect();
        drift.environments = self.environments.iter().filter(|name| present.contains(name)).cloned().collect();
        let mut deliberate = Vec::new();
        for (service, variants) in &services {
            let hidden = siblings::find(self, service, variants);
            let keys: BTreeSet<&str> = hidden.iter().map(|hidden| hidden.key.as_str()).collect();
            let differing = divergence::find(self, service, variants);
            deliberate.extend(differing.into_iter().filter(|one| !keys.contains(one.key.as_str())));
            drift.hidden.extend(hidden);
            drift.hidden.extend(unset::find(self, service, variants));
        }
        drift.hidden.extend(unread::find(self));
        drift.hidden.extend(redundant::find(self));
        drift.deliberate = join(deliberate, |one: &Divergence| (one.key.clone(), one.settings.clone()), |one| &mut one.services);
        drift.hidden = join(
            std::mem::take(&mut drift.hidden),
            |one: &Hidden| (one.class, one.location.clone(), one.key.clone(), one.value.clone(), one.others.clone()),
            |one| &mut one.services,
        );
    }
}

/// Joins what is the same for several services.
fn join<T, K: Ord>(items: Vec<T>, key: impl Fn(&T) -> K, services: impl Fn(&mut T) -> &mut BTreeSet<Arc<str>>) -> Vec<T> {
    let mut joined: BTreeMap<K, T> = BTreeMap::new();
    for mut item in items {
        let key = key(&item);
        let own = std::mem::take(services(&mut item));
        services(joined.entry(key).or_insert(item)).extend(own);
    }
    joined.into_values().collect()
}

fn strings(held: &Held, into: &mut BTreeSet<Arc<str>>) {
    match &held.data {
        HeldData::String(text) if text.contains("{{") => _ = into.insert(Arc::clone(text)),
        HeldData::List(items) => items.iter().for_each(|item| strings(item, into)),
        HeldData::Map(entries) => entries.values().for_each(|held| strings(held, into)),
        HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) => {}
    }
}
