//! One of the two trees: what there is to make, what it depends on, and how far it may reach.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use indexmap::IndexMap;
use portcullis_argo::{Application, ChartLocation, HelmSource, SourceKind, ValuesPlace};
use portcullis_helm::{Chart, ChartError};
use portcullis_policies::{Context, Engine, Resource};
use portcullis_source::{FileId, Problem, RepoPath, Revision, SourceFile};
use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::{
    key::{self, Key, Parts},
    spread::Spread,
};
use crate::{
    error::Error,
    kinds::Kinds,
    kustomize::Builder,
    loose::Loose,
    pipeline::{Expanded, add_resources},
    render::Renderer,
    settings::Settings,
    terraform::Released,
};

/// What is known of each chart without rendering it.
pub(super) type Charts = BTreeMap<ChartLocation, Result<ChartFacts, String>>;

/// What is known of a chart without rendering it.
pub(super) struct ChartFacts {
    /// Of all its files.
    pub(super) digest: [u8; 32],
    spread: Spread,
}

impl ChartFacts {
    fn of(chart: &Chart, spreads: &Spreads) -> Self {
        let spread = chart.files().map(|file| spreads.of(file)).fold(Spread::default(), Spread::and);
        Self { digest: chart.digest(), spread }
    }
}

/// How far what is made of each file may spread; each file is looked through once.
#[derive(Default)]
pub(super) struct Spreads(Mutex<BTreeMap<FileId, Spread>>);

impl Spreads {
    fn of(&self, file: &SourceFile) -> Spread {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&file.id()) {
            return *known;
        }
        let spread = Spread::of(file.bytes());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(file.id(), spread);
        spread
    }
}

/// Names what is made at once, the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    /// An application; where several have one name, they are counted.
    Application(Arc<str>, usize),
    /// A chart that no application uses.
    Chart(RepoPath),
    /// The manifests that no application takes.
    Manifests,
}

/// Something that is made at once.
pub(super) struct Unit {
    /// Its place among its kind.
    index: usize,
    /// What its objects depend on.
    pub(super) key: Key,
    /// How far its objects may spread.
    pub(super) spread: Spread,
    /// Who its objects belong to.
    pub(super) context: Context,
}

/// What a unit comes to.
pub(super) struct Made {
    /// Its objects.
    pub(super) resources: Vec<Resource>,
    /// What could not be done.
    pub(super) problems: Vec<Problem>,
}

/// One of the two trees.
pub(super) struct Side<'a> {
    /// What it was opened with.
    pub(super) settings: &'a Settings,
    /// What it holds.
    pub(super) expanded: &'a Expanded,
    renderer: Renderer<'a>,
    loose: Loose<'a>,
    /// What is known of kinds before anything is made.
    pub(super) kinds: Kinds,
    /// What there is to make, in the order of the repository.
    pub(super) units: IndexMap<Name, Unit>,
}

impl<'a> Side<'a> {
    /// Loads every chart and values file but those that Terraform releases; `name` tells the sides apart, which share `spreads`.
    pub(super) fn new(
        settings: &'a Settings,
        (expanded, released): (&'a Expanded, &Released),
        (name, spreads): (&str, &Spreads),
        engine: &Engine,
    ) -> Result<Self, Error> {
        let applications = &expanded.applications;
        let layer_name = |path: &RepoPath| settings.config.layer_of(path.as_str()).cloned().unwrap_or_else(|| Arc::clone(path.text()));
        let renderer = Renderer::new(Builder::new(settings, expanded.compat()), applications, layer_name);
        let loose = Loose::find(settings, expanded, &renderer, released);
        let kinds = Kinds::of(settings, engine, &renderer, applications)?;
        let charts = chart_facts(&renderer, applications, spreads);
        let contexts = expanded.contexts(settings);
        let keys: Vec<(Key, Spread)> = (applications, &contexts)
            .into_par_iter()
            .map(|(application, context)| {
                let project = expanded.projects().documents(application);
                (
                    key::application((application, context), project, (&renderer, &charts), name),
                    spread(application, &renderer, &charts, spreads),
                )
            })
            .collect();
        let mut units = IndexMap::new();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, ((application, context), (key, spread))) in applications.iter().zip(contexts).zip(keys).enumerate() {
            let nth = seen.entry(&application.name).or_default();
            let name = Name::Application(Arc::from(&*application.name), *nth);
            *nth += 1;
            units.insert(name, Unit { index, key, spread, context });
        }
        for (index, (name, key)) in loose_units(&loose, &settings.revision, name).into_iter().enumerate() {
            // What belongs to no application is in all namespaces and environments.
            let spread = Spread { roams: true, pools: true, defines: true };
            units.insert(name, Unit { index, key, spread, context: Context::default() });
        }
        Ok(Self { settings, expanded, renderer, loose, kinds, units })
    }

    /// Makes the objects of a unit.
    pub(super) fn make(&self, name: &Name) -> Made {
        let mut made = Made { resources: Vec::new(), problems: Vec::new() };
        let Some(unit) = self.units.get(name) else { return made };
        match name {
            Name::Application(..) => {
                let Some(application) = self.expanded.applications.get(unit.index) else { return made };
                let outcome = self.renderer.application(application);
                add_resources(&mut made.resources, &mut made.problems, outcome.documents.iter(), &unit.context);
                made.problems.extend(outcome.problems);
                made.problems.extend(self.expanded.projects().refused_objects(application, &made.resources));
            }
            Name::Chart(folder) => {
                let Some(chart) = self.loose.charts().iter().find(|chart| chart.folder == folder) else { return made };
                made.resources.extend(self.loose.render(self.settings, chart).take(&mut made.problems));
            }
            Name::Manifests => {
                made.resources.extend(self.loose.manifests().take(&mut made.problems));
            }
        }
        made
    }

    /// The application of a unit.
    pub(super) fn application(&self, name: &Name) -> Option<&'a Application> {
        let unit = self.units.get(name).filter(|_| matches!(name, Name::Application(..)))?;
        self.expanded.applications.get(unit.index)
    }
}

fn chart_facts(renderer: &Renderer<'_>, applications: &[Application], spreads: &Spreads) -> Charts {
    let named: BTreeSet<&ChartLocation> = helm_sources(applications).map(|helm| &helm.chart).collect();
    let named: Vec<&ChartLocation> = named.into_iter().collect();
    let facts = |location: &&ChartLocation| {
        let chart = renderer.chart(location)?;
        Some(((*location).clone(), chart.as_ref().map(|chart| ChartFacts::of(chart, spreads)).map_err(ToString::to_string)))
    };
    named.par_iter().filter_map(facts).collect::<Vec<_>>().into_iter().collect()
}

fn helm_sources(applications: &[Application]) -> impl Iterator<Item = &HelmSource> {
    let sources = applications.iter().flat_map(|application| &application.sources);
    sources.filter_map(|source| match &source.kind {
        SourceKind::Helm(helm) => Some(&**helm),
        SourceKind::Directory(_) | SourceKind::Kustomize(_) | SourceKind::Reference | SourceKind::Unrendered(_) => None,
    })
}

/// How far the objects of an application may spread.
fn spread(application: &Application, renderer: &Renderer<'_>, charts: &Charts, spreads: &Spreads) -> Spread {
    let everywhere = Spread { roams: true, pools: true, defines: true };
    let file = |path: &RepoPath| renderer.revision().read(path).map_or(everywhere, |file| spreads.of(&file));
    let mut all = Spread::default();
    for source in &application.sources {
        let of_source = match &source.kind {
            SourceKind::Helm(helm) => {
                let files = helm.values.iter().filter(|file| file.place == ValuesPlace::Revision).map(|values| &values.path);
                let files = files.chain(helm.file_parameters.iter().map(|parameter| &parameter.path)).map(file);
                let inline = helm.inline.as_ref().map(|inline| Spread::of_node(&inline.document.root));
                let texts = helm.parameters.iter().flat_map(|parameter| [&parameter.name, &parameter.value]);
                let roams = texts.clone().any(|text| text.contains("namespace"));
                let pools = texts.clone().any(|text| text.contains("NodePool"));
                let defines = texts.clone().any(|text| text.contains("CustomResourceDefinition"));
                let chart = match charts.get(&helm.chart) {
                    Some(Ok(known)) => known.spread,
                    Some(Err(_)) | None => Spread::default(),
                };
                // The release may be told another namespace than the application deploys to.
                let elsewhere = helm.namespace.as_deref().is_some_and(|namespace| namespace != application.destination.namespace);
                files.chain(inline).fold(chart, Spread::and).and(Spread { roams: roams || elsewhere, pools, defines })
            }
            SourceKind::Directory(directory) => directory.files.iter().map(file).fold(Spread::default(), Spread::and),
            SourceKind::Kustomize(source) => {
                // What the Application itself changes may be anything, a namespace too, and so may what charts make.
                let own = if source.settings.is_some() || source.helm.is_some() { everywhere } else { Spread::default() };
                renderer.builder().files(source).iter().map(file).fold(own, Spread::and)
            }
            SourceKind::Unrendered(_) | SourceKind::Reference => Spread::default(),
        };
        all = all.and(of_source);
    }
    all
}

/// What belongs to no application, with its keys.
fn loose_units(loose: &Loose<'_>, revision: &Revision, side: &str) -> Vec<(Name, Key)> {
    let chart = |chart: &crate::loose::LooseChart<'_>| {
        let mut parts = Parts::new(side);
        match &chart.chart {
            Ok(chart) => parts.bytes(&chart.digest()),
            Err(error) => {
                parts.text(&ChartError::to_string(error));
                parts.folder(revision, chart.folder);
            }
        }
        (Name::Chart(chart.folder.clone()), parts.key())
    };
    let mut manifests = Parts::new(side);
    for (home, document) in loose.documents() {
        manifests.text(home.as_str());
        manifests.node(&document.root);
    }
    loose.broken_kustomizations().for_each(|path| manifests.file(revision, path));
    loose.charts().iter().map(chart).chain([(Name::Manifests, manifests.key())]).collect()
}
