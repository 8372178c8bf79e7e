//! Which folders of a repository are root modules, and in which environments they are planned.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{EntryKind, Partial, RepoPath, Revision};

use crate::{
    limits::MAX_FOLDERS,
    machine::Machine,
    module::{self, Config, Inputs},
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

/// The name of the environment of a root that shows none.
const DEFAULT: &str = "default";

/// Folders whose folders are environments.
const ENVIRONMENTS: &[&str] = &["envs", "environments", "live"];

/// Folders of a root whose files of values are environments.
const VALUES: &[&str] = &["env", "envs", "environments", "vars", "tfvars", "workspaces"];

/// Finds the roots of a repository, in order of their folders.
#[must_use]
pub fn discover(revision: &Revision) -> Partial<Vec<Root>> {
    discover_without(revision, &|_| false)
}

/// The same without the files that somebody leaves out.
#[must_use]
pub fn discover_without(revision: &Revision, is_left_out: &(dyn Fn(&RepoPath) -> bool + Sync)) -> Partial<Vec<Root>> {
    let inputs = Inputs::default();
    let found = module::with_stack(|| {
        let mut machine = Machine::new(revision, RepoPath::root(), &inputs);
        let roots = machine.roots(is_left_out);
        Partial { value: roots, problems: machine.problems }
    });
    found.unwrap_or_else(|problem| Partial { value: Vec::new(), problems: vec![*problem] })
}

/// The root of a folder, also where another module calls it.
#[must_use]
pub fn root(revision: &Revision, folder: &RepoPath) -> Partial<Root> {
    let inputs = Inputs::default();
    let found = module::with_stack(|| {
        let mut machine = Machine::new(revision, folder.clone(), &inputs);
        let config = machine.config(folder);
        // What is wrong with its files is said by its evaluation.
        Partial::whole(machine.root(folder, &config))
    });
    let bare = || Root { folder: folder.clone(), purpose: Purpose::Library, backend: None, environments: Vec::new() };
    found.unwrap_or_else(|problem| Partial { value: bare(), problems: vec![*problem] })
}

impl Machine<'_> {
    fn roots(&mut self, is_left_out: &dyn Fn(&RepoPath) -> bool) -> Vec<Root> {
        let mut folders: BTreeSet<RepoPath> = BTreeSet::new();
        for (path, kind) in self.revision.entries() {
            let hidden = path.parts().any(|part| part.starts_with('.'));
            let is_module = path.name().ends_with(".tf") || path.name().ends_with(".tf.json");
            if !hidden && is_module && *kind == EntryKind::File && !is_left_out(path) {
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
        let configs: BTreeMap<RepoPath, Arc<Config>> =
            folders.into_iter().take(MAX_FOLDERS).map(|folder| (folder.clone(), self.config(&folder))).collect();
        let called: BTreeSet<RepoPath> = configs.iter().flat_map(|(folder, config)| self.called_by(folder, config)).collect();
        let free = configs.iter().filter(|(folder, _)| !called.contains(*folder));
        free.map(|(folder, config)| self.root(folder, config)).collect()
    }

    /// The folders that a module calls.
    fn called_by(&self, folder: &RepoPath, config: &Config) -> Vec<RepoPath> {
        let sources = config.calls.values().filter_map(|block| block.body.attribute("source"));
        let local = sources.filter_map(|attribute| match &attribute.value.kind {
            Kind::String(text) if text.starts_with("./") || text.starts_with("../") => folder.join(text).ok(),
            _ => None,
        });
        local.filter_map(|target| self.revision.resolve(&target).ok()).filter(|target| target != folder).collect()
    }

    fn root(&self, folder: &RepoPath, config: &Config) -> Root {
        let environments = self.environments(folder);
        let is_planned = config.others.iter().any(|block| match &*block.kind {
            "provider" => true,
            "terraform" => block.body.blocks().any(|block| matches!(&*block.kind, "backend" | "cloud")),
            _ => false,
        });
        let locked = folder.join(".terraform.lock.hcl").is_ok_and(|path| self.revision.entry(&path).is_some());
        let valued = self.revision.below(folder).any(|(path, _)| path.parent().as_ref() == Some(folder) && is_values(path));
        let purpose = if is_planned || locked || valued || !environments.is_empty() { Purpose::Planned } else { Purpose::Library };
        let environments = if environments.is_empty() { vec![self.only_environment(folder, config)] } else { environments };
        Root { folder: folder.clone(), purpose, backend: backend(config), environments }
    }

    /// The environments that files of values show, each with its files, the weakest first.
    fn environments(&self, folder: &RepoPath) -> Vec<Environment> {
        let mut found: BTreeMap<Arc<str>, Vec<RepoPath>> = BTreeMap::new();
        for (path, _) in self.revision.below(folder).filter(|(path, kind)| is_values(path) && **kind != EntryKind::Folder) {
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
        for (path, _) in self.revision.entries().filter(|(path, kind)| is_values(path) && **kind != EntryKind::Folder) {
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

    /// The one environment of a root without files for several: its folder's, where that lies among environments.
    fn only_environment(&self, folder: &RepoPath, config: &Config) -> Environment {
        let parts: Vec<&str> = folder.parts().collect();
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
        let mut texts = files.filter(|(path, _)| path.name().contains(".tf")).filter_map(|(path, _)| self.revision.read(path).ok());
        texts.any(|file| String::from_utf8_lossy(file.bytes()).contains("terraform.workspace"))
    }
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
