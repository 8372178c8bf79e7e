//! The files and folders that a kustomization names, and the guard that it does not name itself.

use std::{cell::RefCell, sync::Arc};

use portcullis_helm::{Chart, RemoteChart};
use portcullis_source::{EntryKind, ReadError, RepoPath, Revision, SourceFile, Span, Text};

use crate::{
    Helm, Node, Options,
    fault::{Fault, Result},
    kustomization::Said,
    limits::{MAX_KUSTOMIZATIONS, MAX_NESTING, MAX_REPLACED_BYTES, MAX_STEPS},
    place::Ground,
    read::{self, Budget},
    render::Reach,
};

/// The names under which a kustomization is looked for.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Which files a kustomization may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadRestriction {
    /// Those in its own folder and below, as kustomize has it by default.
    #[default]
    OwnFolder,
    /// Any of the repository: `--load-restrictor LoadRestrictionsNone`.
    Repository,
}

/// Where a base lies that is named by a URL, as far as somebody knows.
pub type Remotes<'a> = &'a dyn Fn(&str) -> Option<RepoPath>;

/// What all folders of one build share.
pub(crate) struct Shared<'a> {
    /// The files.
    pub(crate) revision: &'a Revision,
    /// Which of them may be named.
    pub(crate) restriction: LoadRestriction,
    /// Where bases lie that are named by URLs.
    pub(crate) remotes: Remotes<'a>,
    /// How charts are rendered, where they are.
    pub(crate) helm: Option<Helm<'a>>,
    /// What was read so far.
    budget: RefCell<Budget>,
    counts: RefCell<Counts>,
    /// What was read.
    reach: RefCell<Reach>,
    /// Whether it is only asked what is read.
    is_ahead: bool,
}

#[derive(Debug, Default)]
struct Counts {
    kustomizations: usize,
    steps: usize,
    replaced: usize,
}

impl<'a> Shared<'a> {
    /// What a new build shares.
    pub(crate) fn new(revision: &'a Revision, options: &Options<'a>) -> Self {
        Self {
            revision,
            restriction: options.restriction,
            remotes: options.remotes.unwrap_or(&nowhere),
            helm: options.helm,
            budget: RefCell::default(),
            counts: RefCell::default(),
            reach: RefCell::default(),
            is_ahead: false,
        }
    }

    /// The same, to ask what is read.
    pub(crate) fn looking_ahead(self) -> Self {
        Self { is_ahead: true, ..self }
    }

    /// What was read.
    pub(crate) fn into_reach(self) -> Reach {
        self.reach.into_inner()
    }

    /// Notes a chart of a repository; whether a build goes on without it.
    pub(crate) fn note_chart(&self, chart: &RemoteChart, span: Span) -> bool {
        self.reach.borrow_mut().charts.push((chart.clone(), span));
        self.is_ahead
    }

    /// Notes the files that a chart was read from, and those that hold them packed.
    pub(crate) fn note_files(&self, chart: &Chart) {
        let is_file = |path: &RepoPath| self.revision.entry(path) == Some(&EntryKind::File);
        let paths = chart.files().filter_map(|file| RepoPath::new(file.path()).ok());
        let found = paths.filter_map(|path| std::iter::successors(Some(path), RepoPath::parent).find(is_file));
        self.reach.borrow_mut().files.extend(found);
    }

    fn file(&self, path: &RepoPath) -> std::result::Result<Arc<SourceFile>, ReadError> {
        let file = self.revision.read(path)?;
        self.reach.borrow_mut().files.insert(path.clone());
        Ok(file)
    }

    /// Counts visits of objects.
    pub(crate) fn step(&self, visits: usize) -> Result<()> {
        let mut counts = self.counts.borrow_mut();
        counts.steps = counts.steps.saturating_add(visits);
        if counts.steps > MAX_STEPS { Err(Fault::too_much("MAX_STEPS", MAX_STEPS, "visits of objects")) } else { Ok(()) }
    }

    /// Counts bytes that were put into values.
    pub(crate) fn replaced(&self, bytes: usize) -> Result<()> {
        let mut counts = self.counts.borrow_mut();
        counts.replaced = counts.replaced.saturating_add(bytes);
        let over = counts.replaced > MAX_REPLACED_BYTES;
        if over { Err(Fault::too_much("MAX_REPLACED_BYTES", MAX_REPLACED_BYTES, "bytes put into values")) } else { Ok(()) }
    }
}

/// A folder with a kustomization.
#[derive(Clone)]
pub(crate) struct Folder<'a> {
    /// What the build shares.
    pub(crate) shared: &'a Shared<'a>,
    /// The folder, links followed.
    pub(crate) path: RepoPath,
    /// The folders that led here, outermost first.
    ancestors: Vec<RepoPath>,
}

/// What a resource is.
pub(crate) enum Found {
    /// A file of objects.
    File(Arc<SourceFile>),
    /// A folder with a kustomization.
    Folder,
}

impl<'a> Folder<'a> {
    /// The folder that is built.
    pub(crate) fn root(shared: &'a Shared<'a>, path: &RepoPath) -> Result<Self> {
        let path = shared.revision.resolve(path).map_err(|error| Fault::unread(&error))?;
        if shared.revision.entry(&path) != Some(&EntryKind::Folder) {
            return Err(Fault::refused(format!("{path} is not a folder"), "name the folder of a kustomization"));
        }
        Ok(Self { shared, path, ancestors: Vec::new() })
    }

    /// The file of the kustomization, and what it says.
    pub(crate) fn kustomization(&self) -> Result<(Arc<SourceFile>, Node)> {
        {
            let mut counts = self.shared.counts.borrow_mut();
            counts.kustomizations += 1;
            if counts.kustomizations > MAX_KUSTOMIZATIONS {
                return Err(Fault::too_much("MAX_KUSTOMIZATIONS", MAX_KUSTOMIZATIONS, "kustomizations"));
            }
        }
        let paths = FILE_NAMES.iter().filter_map(|name| self.path.join(name).ok());
        let found: Vec<RepoPath> = paths.filter(|path| self.shared.revision.entry(path).is_some()).collect();
        let path = match found.as_slice() {
            [one] => one,
            [] => {
                let message = format!("{} has no kustomization.yaml", self.path);
                return Err(Fault::refused(message, "add one, or name a folder that has one"));
            }
            [one, other, ..] => {
                let message = format!("{one} and {other} are kustomizations of the same folder");
                return Err(Fault::refused(message, "keep one of them"));
            }
        };
        let file = self.shared.file(path).map_err(|error| Fault::unread(&error))?;
        let ground = Ground::File(file.id());
        match self.first(file.bytes(), &ground).map_err(|fault| fault.at(file.span()))? {
            Some(node) => Ok((file, node)),
            None => Err(Fault::refused("the kustomization is empty", "list what belongs to it under resources").at(file.span())),
        }
    }

    /// The first document of a text.
    pub(crate) fn first(&self, bytes: &[u8], ground: &Ground) -> Result<Option<Node>> {
        read::first(bytes, ground, &mut self.shared.budget.borrow_mut())
    }

    /// The values of a file.
    pub(crate) fn values(&self, bytes: &[u8], ground: &Ground) -> Result<Option<Node>> {
        read::values(bytes, ground, &mut self.shared.budget.borrow_mut())
    }

    /// The objects of manifests that helm made.
    pub(crate) fn manifests(&self, manifests: &[Text], fallback: Span) -> Result<Vec<Node>> {
        read::manifests(manifests, fallback, &mut self.shared.budget.borrow_mut())
    }

    /// The objects of a text.
    pub(crate) fn objects(&self, bytes: &[u8], ground: &Ground) -> Result<Vec<Node>> {
        read::objects(bytes, ground, &mut self.shared.budget.borrow_mut())
    }

    /// The objects of a file.
    pub(crate) fn objects_of(&self, file: &SourceFile) -> Result<Vec<Node>> {
        self.objects(file.bytes(), &Ground::File(file.id())).map_err(|fault| fault.at(file.span()))
    }

    /// Where the text of a string in a file stands.
    pub(crate) fn ground(&self, said: &Said) -> Ground {
        let span = said.place.span;
        match self.shared.revision.sources().get(span.file) {
            Some(file) => Ground::of_string(&file, span, &said.text),
            None => Ground::Fixed(span),
        }
    }

    /// Reads a file that is named here.
    pub(crate) fn read(&self, said: &Said) -> Result<Arc<SourceFile>> {
        let path = self.resolve(said)?;
        let located = |fault: Box<Fault>| fault.at(said.place.span);
        if self.shared.revision.entry(&path) == Some(&EntryKind::Folder) {
            return Err(located(Fault::refused(format!("{path} is a folder, not a file"), "name a file")));
        }
        if self.shared.restriction == LoadRestriction::OwnFolder && !path.is_within(&self.path) {
            let message = format!("file {path} is not in {} or below, where its kustomization lies", self.path);
            return Err(located(Fault::refused(message, "move it there, or make a base of its folder")));
        }
        self.shared.file(&path).map_err(|error| located(Fault::unread(&error)))
    }

    fn resolve(&self, said: &Said) -> Result<RepoPath> {
        let located = |fault: Box<Fault>| fault.at(said.place.span);
        if is_remote(&said.text) {
            let message = format!("{} is not in the repository, and nothing is fetched", said.text);
            return Err(located(Fault::unrendered(message, "keep a copy in the repository, or map the URL to a folder of it")));
        }
        if said.text.is_empty() {
            return Err(located(Fault::refused("a path is empty", "name a file or folder")));
        }
        let hint = "name a path of the repository, from the folder of the kustomization on";
        let path = self.path.join(&said.text).map_err(|error| located(Fault::refused(error.to_string(), hint)))?;
        self.shared.revision.resolve(&path).map_err(|error| located(Fault::unread(&error)))
    }

    /// What a resource is: a file, or a folder with a kustomization.
    pub(crate) fn find(&self, said: &Said) -> Result<Found> {
        if is_remote(&said.text) {
            return Ok(Found::Folder);
        }
        let path = self.resolve(said)?;
        if self.shared.revision.entry(&path) == Some(&EntryKind::Folder) {
            return Ok(Found::Folder);
        }
        self.read(said).map(Found::File)
    }

    /// A folder with a kustomization.
    pub(crate) fn folder(&self, said: &Said) -> Result<Self> {
        let located = |fault: Box<Fault>| fault.at(said.place.span);
        let mapped = if is_remote(&said.text) { (self.shared.remotes)(&said.text) } else { None };
        let path = match mapped {
            Some(path) => self.shared.revision.resolve(&path).map_err(|error| located(Fault::unread(&error)))?,
            None => self.resolve(said)?,
        };
        if self.shared.revision.entry(&path) != Some(&EntryKind::Folder) {
            return Err(located(Fault::refused(format!("{path} is not a folder"), "name the folder of a kustomization")));
        }
        let mut ancestors = self.ancestors.clone();
        ancestors.push(self.path.clone());
        if let Some(visited) = ancestors.iter().find(|ancestor| ancestor.is_within(&path)) {
            let message = format!("{path} is or holds {visited}, which is being built: a cycle");
            return Err(located(Fault::refused(message, "leave it out, or move what both need into a base of its own")));
        }
        if ancestors.len() >= MAX_NESTING {
            return Err(located(Fault::too_much("MAX_NESTING", MAX_NESTING, "kustomizations within each other")));
        }
        Ok(Self { shared: self.shared, path, ancestors })
    }
}

fn nowhere(_: &str) -> Option<RepoPath> {
    None
}

/// Whether a resource is fetched from elsewhere.
fn is_remote(text: &str) -> bool {
    const HOSTS: [&str; 5] = ["github.com/", "github.com:", "gitlab.com/", "bitbucket.org/", "git::"];
    text.contains("://") || text.starts_with("git@") || text.contains("?ref=") || HOSTS.iter().any(|host| text.starts_with(host))
}
