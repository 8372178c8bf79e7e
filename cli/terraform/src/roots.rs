//! Which folders of a repository are root modules, and in which environments they are planned.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{EntryKind, Partial, RepoPath, Revision, Span};

use crate::{
    limits::MAX_FOLDERS,
    machine::Machine,
    module::{self, Config, Dialect, Inputs, Setup},
    syntax::{Attribute, Kind},
};

/// A module that no other one of the repository calls.
#[derive(Clone, Debug)]
pub struct Root {
    /// Its folder.
    pub folder: RepoPath,
    /// Whether it is planned by itself.
    pub purpose: Purpose,
    /// Where it keeps its state, where a block says so.
    pub backend: Option<Backend>,
    /// The environments that it is planned in, by name; always one at least.
    pub environments: Vec<Environment>,
}

/// Where a root keeps its state.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The kind, such as `s3`.
    pub kind: Arc<str>,
    /// The texts that it is configured with.
    pub settings: BTreeMap<Arc<str>, Arc<str>>,
}

/// What a module that nobody calls is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It has a backend, a provider, a lock file or files of values: it is planned by itself.
    Planned,
    /// Other repositories call it: it lacks what it is called with.
    Library,
}

/// An environment of a root.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The name.
    pub name: Arc<str>,
    /// What the root is evaluated with.
    pub inputs: Inputs,
}

/// What somebody says of the roots of a repository, beside what its files show.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Folders that are planned by themselves, each with its environments: none where those count that its files show.
    pub roots: BTreeMap<RepoPath, Vec<DeclaredEnvironment>>,
    /// What all of them share.
    pub setup: Arc<Setup>,
}

/// An environment of a root as somebody declares it.
#[derive(Clone, Debug, Default)]
pub struct DeclaredEnvironment {
    /// The name.
    pub name: Arc<str>,
    /// Its files of values, the weakest first.
    pub var_files: Vec<RepoPath>,
    /// Where it names them.
    pub named_at: BTreeMap<RepoPath, Span>,
    /// The workspace; the name of the environment without one.
    pub workspace: Option<Arc<str>>,
}

impl DeclaredEnvironment {
    fn environment(&self) -> Environment {
        let workspace = self.workspace.as_ref().unwrap_or(&self.name);
        let inputs = Inputs {
            var_files: self.var_files.clone(),
            named_at: self.named_at.clone(),
            workspace: Some(Arc::clone(workspace)),
            ..Inputs::default()
        };
        Environment { name: Arc::clone(&self.name), inputs }
    }
}

/// The name of the environment of a root that shows none.
const DEFAULT: &str = "default";

/// Folders whose folders are environments.
const ENVIRONMENTS: &[&str] = &["envs", "environments", "live"];

/// Folders of a root whose files of values are environments.
const VALUES: &[&str] = &["env", "envs", "environments", "vars", "tfvars", "workspaces"];

/// Finds the roots of a repository, in order of their folders.
#[must_use]
pub fn discover(revision: &Revision) -> Partial<Vec<Root>> {
    discover_with(revision, &Declared::default(), &|_| false)
}

/// The same with what somebody declares, and without the files that somebody leaves out.
#[must_use]
pub fn discover_with(revision: &Revision, declared: &Declared, is_left_out: &(dyn Fn(&RepoPath) -> bool + Sync)) -> Partial<Vec<Root>> {
    let inputs = Inputs { setup: Arc::clone(&declared.setup), ..Inputs::default() };
    let found = module::with_stack(|| {
        let mut machine = Machine::new(revision, RepoPath::root(), &inputs);
        let roots = machine.roots(declared, is_left_out);
        Partial { value: roots, problems: machine.problems }
    });
    found.unwrap_or_else(|problem| Partial { value: Vec::new(), problems: vec![*problem] })
}

/// The root of a folder, also where another module calls it.
#[must_use]
pub fn root(revision: &Revision, declared: &Declared, folder: &RepoPath) -> Partial<Root> {
    let inputs = Inputs { setup: Arc::clone(&declared.setup), ..Inputs::default() };
    let found = module::with_stack(|| {
        let mut machine = Machine::new(revision, folder.clone(), &inputs);
        let config = machine.config(folder);
        // What is wrong with its files is said by its evaluation.
        let values = machine.values();
        Partial::whole(machine.root(&config, declared, &values))
    });
    let bare = || Root { folder: folder.clone(), purpose: Purpose::Library, backend: None, environments: Vec::new() };
    found.unwrap_or_else(|problem| Partial { value: bare(), problems: vec![*problem] })
}

impl Machine<'_> {
    fn roots(&mut self, declared: &Declared, is_left_out: &dyn Fn(&RepoPath) -> bool) -> Vec<Root> {
        let mut folders: BTreeSet<RepoPath> = BTreeSet::new();
        for (path, kind) in self.revision.entries() {
            let hidden = path.parts().any(|part| part.starts_with('.'));
            if !hidden && self.inputs.setup.dialect.reads(path.name()) && *kind == EntryKind::File && !is_left_out(path) {
                folders.extend(path.parent());
            }
        }
        if folders.len() > MAX_FOLDERS {
            self.problem(
                &format!("there are more than MAX_FOLDERS = {MAX_FOLDERS} folders with modules"),
                "check a part of the repository",
                None,
            );
        }
        let values = self.values();
        let (mut found, mut calls) = (Vec::new(), BTreeMap::new());
        let mut is_evaluated = false;
        for folder in folders.into_iter().take(MAX_FOLDERS) {
            let config = self.config(&folder);
            calls.insert(folder.clone(), self.called_by(&folder, &config));
            is_evaluated |= sources(&config).any(|source| !matches!(source.value.kind, Kind::String(_)));
            found.push(self.root(&config, declared, &values));
            // Evaluation reads it again: the trees of all files at once may be more than there is memory for.
            self.configs.clear();
        }
        let is_copy = |root: &Root| declared.setup.copies.iter().any(|copy| root.folder.is_within(&copy.folder));
        let (copies, found): (Vec<Root>, Vec<Root>) =
            found.into_iter().partition(|root| is_copy(root) && !declared.roots.contains_key(&root.folder));
        let mut found = uncalled(found, &copies, declared, &calls);
        if is_evaluated && self.inputs.setup.dialect != Dialect::Terraform {
            self.leave_called(&mut found, declared);
        }
        found
    }

    /// Leaves out what others call by sources that expressions give.
    fn leave_called(&self, found: &mut Vec<Root>, declared: &Declared) {
        let mut called = BTreeSet::new();
        for root in &*found {
            // Of those that call each other in a circle the first one stays, and tells of it.
            if !called.contains(&root.folder) {
                let inputs = root.environments.iter().map(|environment| &environment.inputs);
                called.extend(inputs.flat_map(|inputs| module::called_folders(self.revision, &root.folder, inputs)));
            }
        }
        found.retain(|root| declared.roots.contains_key(&root.folder) || !called.contains(&root.folder));
    }

    /// The files of values of the repository.
    fn values(&self) -> Vec<RepoPath> {
        let values = self.revision.entries().filter(|(path, kind)| **kind != EntryKind::Folder && is_values(path));
        values.map(|(path, _)| path.clone()).collect()
    }

    /// The folders that a module calls.
    fn called_by(&self, folder: &RepoPath, config: &Config) -> Vec<RepoPath> {
        let local = sources(config).filter_map(|attribute| match &attribute.value.kind {
            Kind::String(text) if text.starts_with("./") || text.starts_with("../") => folder.join(text).ok(),
            _ => None,
        });
        local.filter_map(|target| self.revision.resolve(&target).ok()).filter(|target| target != folder).collect()
    }

    fn root(&self, config: &Config, declared: &Declared, values: &[RepoPath]) -> Root {
        let folder = &config.folder;
        let said = declared.roots.get(folder);
        let mut environments: Vec<Environment> = said.into_iter().flatten().map(DeclaredEnvironment::environment).collect();
        if environments.is_empty() {
            environments = shown(folder, values);
        }
        let is_planned = config.others.iter().any(|block| match &*block.kind {
            "provider" => true,
            "terraform" => block.body.blocks().any(|block| matches!(&*block.kind, "backend" | "cloud")),
            _ => false,
        });
        let locked = folder.join(".terraform.lock.hcl").is_ok_and(|path| self.revision.entry(&path).is_some());
        let valued = values.iter().any(|path| path.parent().as_ref() == Some(folder));
        let is_planned = is_planned || said.is_some() || locked || valued || !environments.is_empty();
        if environments.is_empty() {
            environments.push(self.only_environment(config));
        }
        for environment in &mut environments {
            environment.inputs.setup = Arc::clone(&declared.setup);
        }
        let purpose = if is_planned { Purpose::Planned } else { Purpose::Library };
        Root { folder: folder.clone(), purpose, backend: backend(config), environments }
    }

    /// The one environment of a root without files for several: its folder's, where that lies among environments.
    fn only_environment(&self, config: &Config) -> Environment {
        let parts: Vec<&str> = config.folder.parts().collect();
        let named = parts.windows(2).find_map(|pair| match pair {
            [above, name] if ENVIRONMENTS.contains(above) => Some(*name),
            _ => None,
        });
        let asks = self.asks_workspace(config);
        let workspace = (!asks).then(|| Arc::from(DEFAULT));
        Environment { name: Arc::from(named.unwrap_or(DEFAULT)), inputs: Inputs { workspace, ..Inputs::default() } }
    }

    /// Whether a file of a module reads the name of its workspace.
    fn asks_workspace(&self, config: &Config) -> bool {
        let files = self
            .revision
            .below(&config.folder)
            .filter(|(path, kind)| **kind == EntryKind::File && path.parent().as_ref() == Some(&config.folder));
        let mut texts =
            files.filter(|(path, _)| self.inputs.setup.dialect.reads(path.name())).filter_map(|(path, _)| self.revision.read(path).ok());
        texts.any(|file| String::from_utf8_lossy(file.bytes()).contains("terraform.workspace"))
    }
}

/// The environments of a root that files of values show, each with its files, the weakest first.
fn shown(folder: &RepoPath, values: &[RepoPath]) -> Vec<Environment> {
    let mut found: BTreeMap<Arc<str>, Vec<RepoPath>> = BTreeMap::new();
    for path in values {
        let Some(inside) = path.below(folder) else { continue };
        let parts: Vec<&str> = inside.split('/').collect();
        let name = match parts.as_slice() {
            [file] if !is_loaded(file) => stem(file),
            [values, file] if VALUES.contains(values) => stem(file),
            [values, environment, _] if VALUES.contains(values) => environment,
            _ => continue,
        };
        found.entry(Arc::from(name)).or_default().push(path.clone());
    }
    for path in values {
        let parts: Vec<&str> = path.parts().collect();
        if let [.., "variables", environment, file] = parts.as_slice()
            && (stem(file) == "common" || stem(file) == folder.name())
        {
            found.entry(Arc::from(*environment)).or_default().push(path.clone());
        }
    }
    // What all environments share is none of them.
    let common = found.remove("common").unwrap_or_default();
    let environment = |(name, mut files): (Arc<str>, Vec<RepoPath>)| {
        files.sort_by_key(|path| (stem(path.name()) != "common", path.clone()));
        let var_files = common.iter().cloned().chain(files).collect();
        Environment { inputs: Inputs { var_files, workspace: Some(Arc::clone(&name)), ..Inputs::default() }, name }
    };
    found.into_iter().map(environment).collect()
}

/// The roots that no other folder calls. Of folders that call each other in a circle, and that nobody else calls, the first one is a root too, whose
/// evaluation tells of the circle.
fn uncalled(all: Vec<Root>, copies: &[Root], declared: &Declared, calls: &BTreeMap<RepoPath, Vec<RepoPath>>) -> Vec<Root> {
    let called: BTreeSet<&RepoPath> = calls.values().flatten().collect();
    let is_root = |root: &Root| declared.roots.contains_key(&root.folder) || !called.contains(&root.folder);
    let (mut found, others): (Vec<Root>, Vec<Root>) = all.into_iter().partition(is_root);
    let mut reached = BTreeSet::new();
    found.iter().chain(copies).for_each(|root| reach(&root.folder, calls, &mut reached));
    for root in others {
        if !reached.contains(&root.folder) {
            reach(&root.folder, calls, &mut reached);
            found.push(root);
        }
    }
    found.sort_by(|one, other| one.folder.cmp(&other.folder));
    found
}

/// Adds what a folder calls, and what that calls.
fn reach(folder: &RepoPath, calls: &BTreeMap<RepoPath, Vec<RepoPath>>, reached: &mut BTreeSet<RepoPath>) {
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        if reached.insert(folder.clone()) {
            open.extend(calls.get(folder).into_iter().flatten());
        }
    }
}

fn sources(config: &Config) -> impl Iterator<Item = &Attribute> {
    config.calls.values().filter_map(|block| block.body.attribute("source"))
}

fn backend(config: &Config) -> Option<Backend> {
    let blocks = config.others.iter().filter(|block| &*block.kind == "terraform").flat_map(|block| block.body.blocks());
    let block = blocks.filter(|block| &*block.kind == "backend").last()?;
    let text = |attribute: &Attribute| match &attribute.value.kind {
        Kind::String(text) => Some((Arc::clone(&attribute.name), Arc::clone(text))),
        _ => None,
    };
    Some(Backend { kind: Arc::clone(block.label(0)?), settings: block.body.attributes().filter_map(text).collect() })
}

fn is_values(path: &RepoPath) -> bool {
    path.name().ends_with(".tfvars") || path.name().ends_with(".tfvars.json")
}

/// Whether terraform loads a file of values by itself.
fn is_loaded(file: &str) -> bool {
    let name = file.trim_end_matches(".json");
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

fn stem(file: &str) -> &str {
    file.trim_end_matches(".json").trim_end_matches(".tfvars")
}
