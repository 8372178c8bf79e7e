//! A revision to what is in it: charts, documents of Argo CD, plain manifests, kustomizations.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Document, EntryKind, Node, Partial, Problem, ReadError, RepoPath, Revision, Stage, Text, yaml};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

/// What a revision holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The folders that are charts of their own, not the subcharts inside them.
    pub(crate) charts: Vec<RepoPath>,
    /// The files with a kustomization.
    pub(crate) kustomizations: Vec<RepoPath>,
    /// Every object that stands in a file as it is, in the order of the files.
    pub(crate) manifests: Vec<Manifest>,
    /// How many YAML and JSON files were looked at.
    pub(crate) files: usize,
}

impl Found {
    /// Whether there is nothing that deploys anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.charts.is_empty() && self.kustomizations.is_empty() && self.manifests.is_empty()
    }
}

/// An object in a file.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    /// The file.
    pub(crate) file: RepoPath,
    /// The object.
    pub(crate) document: Arc<Document>,
}

/// The kinds of Argo CD, and the kinds that hold its clusters.
pub(crate) const ARGO_GROUP: &str = "argoproj.io/";

impl Found {
    /// The documents that the expansion of ApplicationSets reads.
    pub(crate) fn argo(&self) -> Vec<Arc<Document>> {
        self.of_argo().map(|manifest| Arc::clone(&manifest.document)).collect()
    }

    /// The same, with their files.
    pub(crate) fn of_argo(&self) -> impl Iterator<Item = &Manifest> {
        self.manifests.iter().filter(|manifest| is_of_argo(&manifest.document.root))
    }
}

/// Whether the expansion reads an object: it is one of Argo CD's, its settings, or may declare a cluster.
pub(crate) fn is_of_argo(object: &Node) -> bool {
    let text = |key| object.get(key).and_then(Node::as_str).unwrap_or_default();
    text("apiVersion").starts_with(ARGO_GROUP) || text("kind") == "Secret" || portcullis_argo::is_settings(object)
}

/// Looks through a revision, but for what `excluded` says.
pub(crate) fn discover(revision: &Revision, excluded: impl Fn(&RepoPath) -> bool + Sync) -> Partial<Found> {
    let mut found = Found::default();
    let mut files = Vec::new();
    let charts = chart_folders(revision, &excluded);
    for (path, kind) in revision.entries() {
        if *kind == EntryKind::Folder || excluded(path) || charts.iter().any(|chart| path.is_within(chart)) {
            continue;
        }
        match path.name() {
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => found.kustomizations.push(path.clone()),
            name if [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)) => files.push(path.clone()),
            _ => {}
        }
    }
    found.charts = charts.into_iter().collect();
    found.files = files.len();
    // Files are numbered as they are first read, and where two objects are the same, these numbers tell which one is the first.
    for path in &files {
        let _ = revision.read(path);
    }
    let read: Vec<Partial<Vec<Manifest>>> = files.par_iter().map(|path| manifests(revision, path)).collect();
    let mut problems = unnamed(revision, &excluded);
    for partial in read {
        found.manifests.extend(partial.take(&mut problems));
    }
    Partial { value: found, problems }
}

/// What nothing can name is not looked at.
fn unnamed(revision: &Revision, excluded: impl Fn(&RepoPath) -> bool) -> Vec<Problem> {
    let names = revision.unnamed().iter().filter(|name| !RepoPath::new(name).is_ok_and(|path| excluded(&path)));
    let problem = |name: &String| {
        let message = format!("{name} has a name that is not UTF-8, so it is not looked at");
        Problem::new(Stage::Source, message, "rename it, or name its folder under `exclude`")
    };
    names.map(problem).collect()
}

fn chart_folders(revision: &Revision, excluded: impl Fn(&RepoPath) -> bool) -> BTreeSet<RepoPath> {
    let mut folders: BTreeSet<RepoPath> = BTreeSet::new();
    let files = revision.entries().filter(|(path, kind)| path.name() == "Chart.yaml" && **kind != EntryKind::Folder && !excluded(path));
    for folder in files.filter_map(|(path, _)| path.parent()) {
        if !folders.iter().any(|outer| folder.is_within(outer)) {
            folders.retain(|inner| !inner.is_within(&folder));
            folders.insert(folder);
        }
    }
    folders
}

/// The objects of a file; a file that holds none (values, configuration of other tools) is passed over, whatever else it holds, also
/// where it is no YAML: that it is a manifest says only an Application whose directory it lies in, and then the Application has the problem.
fn manifests(revision: &Revision, path: &RepoPath) -> Partial<Vec<Manifest>> {
    let file = match revision.read(path) {
        Ok(file) => file,
        Err(error) => return Partial { value: Vec::new(), problems: vec![unread(revision, path, &error)] },
    };
    if !looks_like_manifest(file.bytes()) {
        return Partial::default();
    }
    let text = Text::of_file(&file);
    let stream = yaml::parse(&text);
    let problems = stream.error.into_iter().map(|error| {
        let at = text.span(error.range);
        let hint = "mend the YAML here; the rest of the file was not checked";
        Problem::new(Stage::Source, format!("{path} is no valid YAML: {}", error.message), hint).at(at)
    });
    let problems = problems.collect();
    let objects = stream.documents.into_iter().filter(is_object);
    Partial { value: objects.map(|document| Manifest { file: path.clone(), document: Arc::new(document) }).collect(), problems }
}

/// The problem of a file that can't be read, at its path; a link shows where it leads to.
pub(crate) fn unread(revision: &Revision, path: &RepoPath, error: &ReadError) -> Problem {
    let text = match error {
        ReadError::LinkOutside { target, .. } => target.as_str(),
        _ => "",
    };
    // A link that stays the same is the same file; what else can't be read may be anything.
    let place = match text {
        "" => revision.sources().add(Arc::clone(path.text()), text.as_bytes()),
        target => revision.sources().add_once(Arc::clone(path.text()), target.as_bytes()),
    };
    Problem::new(Stage::Source, error.to_string(), error.hint()).at(Some(place.span()))
}

/// Whether the words of an object stand in a text, also where a zero beside each letter makes it UTF-16.
pub(crate) fn looks_like_manifest(bytes: &[u8]) -> bool {
    let narrow: Vec<u8>;
    let text = if bytes.contains(&0) {
        narrow = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        &narrow
    } else {
        bytes
    };
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    has(b"apiVersion") && has(b"kind")
}

fn is_object(document: &Document) -> bool {
    ["apiVersion", "kind"].iter().all(|key| document.root.get(key).is_some_and(|node| node.as_str().is_some()))
}
