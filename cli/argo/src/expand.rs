//! Every ApplicationSet and Application of a revision, expanded.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Document, FileId, Partial, Problem, RepoPath, Revision, Span, Stage};

use crate::{
    Application, Inventory, SourceKind, Unrendered,
    assemble::{Assembly, assemble, is_leftover},
    documents::{self, Manifest},
    fault::{Fact, Fault},
    files::Files,
    links,
    parameters::{place, too_deep},
    set::{Made, World, expand_set},
};

/// How deep Applications may hold Applications.
const MAX_DEPTH: usize = 10;

/// The most ApplicationSets that a hint names.
const MAX_NAMED: usize = 24;

/// The most Applications that one repository may expand to.
const MAX_APPLICATIONS: usize = 50_000;

/// Expands ApplicationSets and reads Applications.
///
/// `documents` are the ApplicationSets, Applications, AppProjects and cluster Secrets of the repository, as written or as rendered, and
/// the ConfigMaps `argocd-cm` and `argocd-cmd-params-cm` where there are any; others are passed over. Applications come in the order of the documents and
/// of the generators, those that an Application's own manifests hold right after it; where Argo CD's own order is random, clusters come
/// in the inventory's order and merged parameters in that of the first generator. An Application that can't be made or rendered is there
/// too, with an `Unrendered` source, and a problem says the same.
#[must_use]
pub fn expand(documents: &[Arc<Document>], revision: &Revision, inventory: &Inventory) -> Partial<Vec<Application>> {
    expand_with(documents, revision, inventory, &|_| Vec::new())
}

/// What the charts and kustomizations of an Application deploy, of which the Applications and ApplicationSets are looked at.
pub type Rendering<'a> = dyn Fn(&Application) -> Vec<Arc<Document>> + 'a;

/// The same, with the Applications that charts and kustomizations hold: `rendering` renders those that may.
#[must_use]
pub fn expand_with(
    documents: &[Arc<Document>],
    revision: &Revision,
    inventory: &Inventory,
    rendering: &Rendering<'_>,
) -> Partial<Vec<Application>> {
    let (documents, deep): (Vec<_>, Vec<_>) = documents.iter().cloned().partition(|document| !too_deep(&document.root));
    let found = documents::sort(&documents);
    let (settings, misunderstood) = documents::settings(&inventory.settings, &found.settings);
    let inventory = Inventory { settings, ..inventory.clone() };
    let mut clusters = inventory.clusters.clone();
    for (cluster, namespace) in found.clusters {
        if !namespace.is_empty() && namespace != inventory.settings.namespace {
            continue;
        }
        if !clusters.iter().any(|known| known.name == cluster.name) {
            clusters.push(cluster);
        }
    }
    let files = Files::new(revision);
    let mut expansion = Expansion::new(World { files: &files, inventory: &inventory, clusters: &clusters }, rendering);
    misunderstood.into_iter().for_each(|fault| expansion.report(fault, None));
    for document in deep {
        let fault = Fact::new("the document is nested too deeply")
            .at(place(&document, document.root.range))
            .hint("objects are read 128 levels deep; write it flatter");
        expansion.report(fault, None);
    }
    found.manifests.iter().for_each(|manifest| expansion.visit(manifest, None, 0));
    if !expansion.applications.is_empty() {
        for (fault, readers) in links::outside(revision, &expansion.applications) {
            match readers.is_empty() {
                true => expansion.report(fault, None),
                false => readers.iter().for_each(|name| expansion.report(fault.clone(), Some(name))),
            }
        }
    }
    expansion.check_generated();
    expansion.withhold_duplicates();
    Partial { value: expansion.applications, problems: expansion.problems }
}

struct Expansion<'a> {
    world: World<'a>,
    rendering: &'a Rendering<'a>,
    /// The namespaces and names of the Applications whose manifests are looked at, from the outermost on.
    within: Vec<(String, String)>,
    applications: Vec<Application>,
    problems: Vec<Problem>,
    reported: BTreeSet<(Option<Span>, String, Option<String>)>,
    /// The names of the ApplicationSets.
    sets: BTreeSet<String>,
    /// The Applications of each document that was visited.
    visited: BTreeMap<(FileId, u32), Vec<usize>>,
    files: BTreeMap<RepoPath, Arc<[Manifest]>>,
}

impl<'a> Expansion<'a> {
    fn new(world: World<'a>, rendering: &'a Rendering<'a>) -> Self {
        Self {
            world,
            rendering,
            within: Vec::new(),
            applications: Vec::new(),
            problems: Vec::new(),
            reported: BTreeSet::new(),
            sets: BTreeSet::new(),
            visited: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Expands a manifest, and what its Applications hold, unless that was done already.
    fn visit(&mut self, manifest: &Manifest, parent: Option<&str>, depth: usize) {
        let (Manifest::Set(document) | Manifest::Application(document)) = manifest;
        let key = document.text.span(document.root.range).map(|span| (span.file, span.start));
        if let Some(known) = key.and_then(|key| self.visited.get(&key).cloned()) {
            known.iter().for_each(|&index| self.adopt(index, parent));
            return;
        }
        let first = self.applications.len();
        match manifest {
            Manifest::Set(document) => self.set(document, parent),
            Manifest::Application(document) => {
                let assembly =
                    Assembly { document: Ok(Arc::clone(document)), origin: place(document, document.root.range), ..Assembly::default() };
                self.add(assembly, parent);
            }
        }
        let made: Vec<usize> = (first..self.applications.len()).collect();
        self.visited.extend(key.map(|key| (key, made.clone())));
        for index in made {
            self.children(index, depth);
        }
    }

    fn set(&mut self, document: &Document, parent: Option<&str>) {
        let text = |key: &str| document.root.at(&["metadata", key]).and_then(portcullis_source::Node::as_str).unwrap_or_default();
        let (name, namespace) = (text("name"), text("namespace"));
        let origin = place(document, document.root.range);
        self.sets.insert(name.to_owned());
        let (made, warnings) = expand_set(self.world, document);
        let within = format!("ApplicationSet {name}");
        warnings.into_iter().for_each(|fault| self.report(fault.within(&within).at(origin), None));
        for Made { name: application, object, parameters, stands_for } in made {
            let document = object.map_err(|fault| fault.within(&within).at(origin));
            let set = Some(name.to_owned());
            self.add(
                Assembly {
                    name: application,
                    namespace: namespace.to_owned(),
                    document,
                    origin,
                    application_set: set,
                    parameters,
                    stands_for,
                },
                parent,
            );
        }
    }

    fn add(&mut self, assembly: Assembly, parent: Option<&str>) {
        if self.applications.len() >= MAX_APPLICATIONS {
            let fault = Fact::new(format!("the repository expands to more than {MAX_APPLICATIONS} applications"))
                .at(assembly.origin)
                .hint("the limit is MAX_APPLICATIONS; the rest was left out");
            self.report(fault, None);
            return;
        }
        let (mut application, faults) = assemble(self.world, assembly);
        // An Application may be among its own manifests, and those of what it holds.
        if self.within.iter().any(|(namespace, name)| (namespace, name) == (&application.namespace, &application.name)) {
            return;
        }
        application.parent = parent.map(str::to_owned);
        // What bears the name of its ApplicationSet is none that anybody knows.
        let unnamed = application.document.is_none() && application.application_set.as_ref() == Some(&application.name);
        let name = (!unnamed).then(|| application.name.clone());
        faults.into_iter().for_each(|fault| self.report(fault, name.as_deref()));
        self.applications.push(application);
    }

    /// An Application that was met before its parent.
    fn adopt(&mut self, index: usize, parent: Option<&str>) {
        let Some(application) = self.applications.get_mut(index) else { return };
        if application.parent.is_none() && parent.is_some_and(|parent| parent != application.name) {
            application.parent = parent.map(str::to_owned);
        }
    }

    /// Visits the Applications and ApplicationSets among the manifests of an Application.
    fn children(&mut self, index: usize, depth: usize) {
        let Some(application) = self.applications.get(index) else { return };
        let (namespace, name) = (application.namespace.clone(), application.name.clone());
        let rendered = documents::sort(&(self.rendering)(application)).manifests;
        let files = application.sources.iter().filter_map(|source| match &source.kind {
            SourceKind::Directory(directory) => Some(directory.files.clone()),
            SourceKind::Helm(_) | SourceKind::Kustomize(_) | SourceKind::Reference | SourceKind::Unrendered(_) => None,
        });
        let files: Vec<RepoPath> = files.flatten().collect();
        let manifests: Vec<Manifest> = files.iter().flat_map(|file| self.manifests(file).to_vec()).chain(rendered).collect();
        if depth >= MAX_DEPTH && !manifests.is_empty() {
            let span = self.applications.get(index).and_then(|application| application.origin);
            let fault = Fact::new(format!("applications hold applications more than {MAX_DEPTH} deep"));
            self.report(fault.at(span).hint("the limit is MAX_DEPTH; an Application that holds itself is such a case"), Some(&name));
            return;
        }
        self.within.push((namespace, name.clone()));
        manifests.iter().for_each(|manifest| self.visit(manifest, Some(&name), depth + 1));
        self.within.pop();
    }

    fn manifests(&mut self, file: &RepoPath) -> Arc<[Manifest]> {
        if let Some(known) = self.files.get(file) {
            return Arc::clone(known);
        }
        let found = documents::sort(&documents::of_file(self.world.files, file));
        let manifests: Arc<[Manifest]> = Arc::from(found.manifests);
        self.files.insert(file.clone(), Arc::clone(&manifests));
        manifests
    }

    fn report(&mut self, fault: Fault, application: Option<&str>) {
        let application = application.map(str::to_owned);
        if self.reported.insert((fault.span, fault.message.clone(), application.clone())) {
            let Fault { message, hint, span } = fault;
            self.problems.push(Problem { stage: Stage::Argo, message, hint, span, application });
        }
    }

    /// Tells where something is declared for an ApplicationSet that there is not.
    fn check_generated(&mut self) {
        let named = self.world.inventory.generated.iter().filter_map(|one| Some((one.application_set.as_ref()?, one)));
        let missing: Vec<Fault> = named
            .filter(|(name, _)| !self.sets.contains(*name))
            .map(|(name, one)| {
                let message = format!("argocd.generators says what {} yields in ApplicationSet {name}, which there is not", one.generator);
                let sets: Vec<&str> = self.sets.iter().map(String::as_str).take(MAX_NAMED).collect();
                let more = self.sets.len() - sets.len();
                let hint = match (sets.is_empty(), more) {
                    (true, _) => "there are no ApplicationSets".to_owned(),
                    (false, 0) => format!("there are {}", sets.join(", ")),
                    (false, more) => format!("there are {} and {more} more", sets.join(", ")),
                };
                Fact::new(message).at(one.span).hint(hint)
            })
            .collect();
        missing.into_iter().for_each(|fault| self.report(fault, None));
    }

    /// Argo CD creates none of the Applications that share a name.
    fn withhold_duplicates(&mut self) {
        let mut named: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        let known = |application: &Application| {
            application.document.is_some() && !is_leftover(&application.name) && !application.is_stand_in(&application.name)
        };
        for (index, application) in self.applications.iter().enumerate().filter(|(_, application)| known(application)) {
            named.entry((application.namespace.clone(), application.name.clone())).or_default().push(index);
        }
        for ((_, name), indexes) in named.into_iter().filter(|(_, indexes)| indexes.len() > 1) {
            for (nth, index) in indexes.iter().enumerate() {
                let other = indexes.get(usize::from(nth == 0)).and_then(|&other| self.applications.get(other));
                let reason = format!("application {name} is made more than once, also by {}", other.map(made_by).unwrap_or_default());
                let span = self.applications.get(*index).and_then(|application| application.origin);
                let fault = Fact::new(reason).at(span).hint("give each a name of its own; Argo CD creates none of them");
                if let Some(application) = self.applications.get_mut(*index) {
                    withhold(application, &fault.unrendered());
                }
                self.report(fault, Some(&name));
            }
        }
    }
}

fn made_by(other: &Application) -> String {
    other.application_set.as_ref().map_or_else(|| "an Application of its own".to_owned(), |set| format!("ApplicationSet {set}"))
}

/// Marks every source as not rendered.
pub(crate) fn withhold(application: &mut Application, reason: &Unrendered) {
    if application.sources.is_empty() {
        application.sources.push(crate::Source::unrendered(reason.clone()));
    }
    for source in application.sources.iter_mut().filter(|source| !matches!(source.kind, SourceKind::Unrendered(_))) {
        source.kind = SourceKind::Unrendered(reason.clone());
    }
}
