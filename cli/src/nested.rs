//! Applications that stand in no file as they are: those that charts and kustomizations hold, of other applications or of nobody.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_argo::{Application, ChartLocation, Inventory, KustomizeSource, Source, SourceKind, expand_with};
use portcullis_helm::{Chart, Compat};
use portcullis_source::{Document, EntryKind, Node, Partial, RepoPath};

use crate::{
    discover::{ARGO_GROUP, Found, is_of_argo},
    kustomize::Builder,
    render::{self, Renderer},
    settings::Settings,
};

/// How often what nobody names is looked through again, since what it holds may name more of it.
const MAX_ROUNDS: usize = 10;

/// What a revision expands to.
pub(crate) struct Expansion {
    /// The Applications.
    pub(crate) applications: Partial<Vec<Application>>,
    /// The AppProjects that charts and kustomizations hold.
    pub(crate) projects: Vec<Arc<Document>>,
    /// What was left as it stands.
    pub(crate) notes: Vec<String>,
}

/// Expands everything that a revision holds, whether it stands in a file as it is or has to be rendered.
pub(crate) fn expand(settings: &Settings, found: &Found, inventory: &Inventory) -> Expansion {
    let nested = Nested { settings, inventory, holds: RefCell::default(), projects: RefCell::default() };
    let (kustomized, mut notes) = apart(nested.kustomized(found));
    let charts: Vec<&RepoPath> = found.charts.iter().filter(|chart| nested.holds(&ChartLocation::Folder((*chart).clone()))).collect();
    let replaced: BTreeSet<&RepoPath> = kustomized.iter().flat_map(|one| &one.files).collect();
    let plain: Vec<Arc<Document>> =
        found.of_argo().filter(|manifest| !replaced.contains(&manifest.file)).map(|manifest| Arc::clone(&manifest.document)).collect();
    let mut looked: BTreeSet<&RepoPath> = BTreeSet::new();
    let mut rounds = 0;
    loop {
        nested.projects.borrow_mut().clear();
        let loose = nested.loose(&kustomized, &charts, &looked);
        let documents: Vec<Arc<Document>> = plain.iter().cloned().chain(loose).collect();
        let applications = expand_with(&documents, &settings.revision, inventory, &|application| nested.rendered(application));
        // What an application names is rendered as it says, and what is left by itself.
        let named = render::charts_and_kustomizations(applications.value.iter());
        let folders = kustomized.iter().map(|one| &one.folder).chain(charts.iter().copied());
        let left: BTreeSet<&RepoPath> = folders.filter(|folder| !named.contains(folder)).collect();
        rounds += 1;
        let is_cut = left != looked && rounds == MAX_ROUNDS;
        notes.extend(
            is_cut.then(|| format!("charts and kustomizations that name each other were looked through {MAX_ROUNDS} times, and no more")),
        );
        if left == looked || is_cut {
            return Expansion { applications, projects: nested.projects.into_inner(), notes };
        }
        looked = left;
    }
}

/// A kustomization that no other one builds upon, which holds Applications.
struct Kustomized {
    folder: RepoPath,
    /// What it is built from.
    files: BTreeSet<RepoPath>,
    documents: Vec<Arc<Document>>,
}

struct Nested<'a> {
    settings: &'a Settings,
    inventory: &'a Inventory,
    /// Whether charts have the words of an Application or of an AppProject in them.
    holds: RefCell<BTreeMap<ChartLocation, bool>>,
    /// The AppProjects that were met in what was rendered.
    projects: RefCell<Vec<Arc<Document>>>,
}

impl Nested<'_> {
    /// The kustomizations that hold what stands in files, too: what they make of it takes its place. One that can't be built takes nothing's.
    fn kustomized(&self, found: &Found) -> Vec<Kustomized> {
        let argo: BTreeSet<&RepoPath> = found.of_argo().map(|manifest| &manifest.file).collect();
        if argo.is_empty() {
            return Vec::new();
        }
        let reach = |file: &RepoPath| (file.clone(), self.builder().files(&self.alone(file)));
        let reached: Vec<(RepoPath, BTreeSet<RepoPath>)> = found.kustomizations.iter().map(reach).collect();
        let below: BTreeSet<&RepoPath> = reached.iter().flat_map(|(file, files)| files.iter().filter(move |path| *path != file)).collect();
        let tops = reached.iter().filter(|(file, files)| !below.contains(file) && files.iter().any(|file| argo.contains(file)));
        let built = tops.filter_map(|(file, files)| {
            let documents = self.builder().documents(&self.alone(file)).ok()?;
            Some(Kustomized { folder: file.parent().unwrap_or_default(), files: files.clone(), documents })
        });
        built.collect()
    }

    fn alone(&self, file: &RepoPath) -> KustomizeSource {
        KustomizeSource::alone(file.parent().unwrap_or_default(), &self.inventory.settings)
    }

    /// What the folders hold that no application names.
    fn loose(&self, kustomized: &[Kustomized], charts: &[&RepoPath], left: &BTreeSet<&RepoPath>) -> Vec<Arc<Document>> {
        let built = kustomized.iter().filter(|one| left.contains(&one.folder)).flat_map(|one| one.documents.iter().cloned());
        let compat = self.compat();
        let rendered = charts.iter().filter(|chart| left.contains(**chart)).filter_map(|chart| {
            let chart = Chart::load_with(&self.settings.revision, chart, &self.settings.supply, compat).ok()?;
            Renderer::chart_alone(&chart).ok()
        });
        let documents: Vec<Arc<Document>> = built.chain(rendered.flatten()).filter(|document| is_of_argo(&document.root)).collect();
        self.keep_projects(&documents);
        documents
    }

    /// What an application deploys, if it may be applications; why it can't be rendered is told where everything is.
    fn rendered(&self, application: &Application) -> Vec<Arc<Document>> {
        if !application.sources.iter().any(|source| self.may_hold(source)) {
            return Vec::new();
        }
        let alone = std::slice::from_ref(application);
        let renderer = Renderer::new(self.builder(), alone, |path| Arc::clone(path.text()));
        let mut documents = renderer.application(application).documents;
        self.keep_projects(&documents);
        documents.retain(|document| makes_applications(&document.root));
        documents
    }

    fn keep_projects(&self, documents: &[Arc<Document>]) {
        let is_project = |document: &&Arc<Document>| document.root.get("kind").and_then(Node::as_str) == Some("AppProject");
        self.projects.borrow_mut().extend(documents.iter().filter(is_project).cloned());
    }

    /// Manifests that are taken as they are have been read already.
    fn may_hold(&self, source: &Source) -> bool {
        match &source.kind {
            SourceKind::Helm(helm) => self.holds(&helm.chart),
            SourceKind::Kustomize(source) => self.builder().files(source).iter().any(|file| self.mentions(file)),
            SourceKind::Directory(_) | SourceKind::Reference | SourceKind::Unrendered(_) => false,
        }
    }

    /// Whether a chart has the words of an Application or of an AppProject in it.
    fn holds(&self, chart: &ChartLocation) -> bool {
        if let Some(known) = self.holds.borrow().get(chart) {
            return *known;
        }
        let revision = &self.settings.revision;
        let holds = match chart {
            ChartLocation::Folder(folder) => {
                let files = revision.below(folder).filter(|(_, kind)| **kind != EntryKind::Folder);
                files.map(|(path, _)| path).any(|path| self.mentions(path))
            }
            ChartLocation::Repository { .. } => render::load(revision, chart, &self.settings.supply, self.compat())
                .is_ok_and(|chart| chart.files().any(|file| mentions(file.bytes()))),
        };
        self.holds.borrow_mut().insert(chart.clone(), holds);
        holds
    }

    fn mentions(&self, file: &RepoPath) -> bool {
        self.settings.revision.read(file).is_ok_and(|file| mentions(file.bytes()))
    }

    fn builder(&self) -> Builder<'_> {
        Builder::new(self.settings, self.compat())
    }

    fn compat(&self) -> Compat {
        render::compat(self.inventory.settings.version)
    }
}

/// Whether the words of an Application or of an AppProject stand in a text.
fn mentions(text: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    has(ARGO_GROUP.as_bytes()) && (has(b"Application") || has(b"AppProject"))
}

/// Leaves out the kustomizations that make the same Applications, as those of several Argo CDs do: which is whose, nobody says.
fn apart(kustomized: Vec<Kustomized>) -> (Vec<Kustomized>, Vec<String>) {
    let name = |document: &Arc<Document>| {
        let text = |key| document.root.at(&["metadata", key]).and_then(Node::as_str).unwrap_or_default().to_owned();
        makes_applications(&document.root).then(|| (text("namespace"), text("name")))
    };
    let mut makers: BTreeMap<(String, String), BTreeSet<RepoPath>> = BTreeMap::new();
    for one in &kustomized {
        for name in one.documents.iter().filter_map(name) {
            makers.entry(name).or_default().insert(one.folder.clone());
        }
    }
    makers.retain(|_, folders| folders.len() > 1);
    let alike: BTreeSet<&RepoPath> = makers.values().flatten().collect();
    let note = |folders: &BTreeSet<RepoPath>| {
        let folders: Vec<&str> = folders.iter().map(RepoPath::as_str).collect();
        format!("the kustomizations {} make the same applications, which are expanded as they stand in their files", folders.join(", "))
    };
    let notes: BTreeSet<String> = makers.values().map(note).collect();
    let left = kustomized.into_iter().filter(|one| !alike.contains(&one.folder)).collect();
    (left, notes.into_iter().collect())
}

/// Whether an object is an Application or makes some.
fn makes_applications(object: &Node) -> bool {
    let text = |key| object.get(key).and_then(Node::as_str).unwrap_or_default();
    text("apiVersion").starts_with(ARGO_GROUP) && matches!(text("kind"), "Application" | "ApplicationSet")
}
