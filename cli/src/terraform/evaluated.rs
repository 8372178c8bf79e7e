//! Roots times environments, each evaluated on its own.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Partial, Problem, RepoPath};
use portcullis_terraform::{
    module::{self, Inputs, Layers, Module},
    roots::{self, Purpose, Root},
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::declared::{dialect, discover, root};
use crate::settings::Settings;

/// A root in one of its environments.
pub(crate) struct Evaluated {
    /// The folder of the root.
    pub(crate) folder: RepoPath,
    /// Whether it is planned by itself.
    pub(crate) purpose: Purpose,
    /// The name of the environment.
    pub(crate) environment: Arc<str>,
    /// What it was evaluated with.
    pub(crate) inputs: Inputs,
    /// All that it declares.
    pub(crate) module: Module,
    /// What could not be evaluated.
    pub(crate) problems: Vec<Problem>,
}

/// The name of the environment of a root that shows none.
pub(crate) const DEFAULT: &str = "default";

/// The roots that are asked for: those that the paths name, which may be folders that others call, else all that there are.
pub(crate) fn roots(settings: &Settings) -> Partial<Vec<Root>> {
    if !settings.paths.is_empty() && settings.paths.iter().all(|folder| is_module(settings, folder)) {
        let mut problems = Vec::new();
        let named: BTreeSet<&RepoPath> = settings.paths.iter().collect();
        let found = named.into_iter().map(|folder| root(settings, folder).take(&mut problems)).collect();
        return Partial { value: found, problems };
    }
    let Partial { value: mut found, problems } = discover(settings);
    let is_asked = |folder: &RepoPath| settings.paths.is_empty() || settings.paths.iter().any(|path| folder.is_within(path));
    found.retain(|root| is_asked(&root.folder));
    Partial { value: found, problems }
}

/// Whether configuration files lie right in a folder.
pub(super) fn is_module(settings: &Settings, folder: &RepoPath) -> bool {
    let dialect = dialect(settings);
    let right_there = |path: &RepoPath| path.parent().as_ref() == Some(folder);
    settings.revision.below(folder).any(|(path, _)| right_there(path) && dialect.reads(path.name()))
}

/// Evaluates roots in those of their environments that are wanted, on all threads; in order of folders and environments.
/// They may read the outputs of `all`.
pub(crate) fn evaluate(settings: &Settings, roots: &[Root], all: &[Root], is_wanted: impl Fn(&str) -> bool) -> Vec<Evaluated> {
    each(settings, roots, all, is_wanted, (|| (), |(), root| root))
}

/// The same, of which each is made into something else before the next one comes; by a thread, with what that has for it.
pub(super) fn each<W, T: Send>(
    settings: &Settings,
    roots: &[Root],
    all: &[Root],
    is_wanted: impl Fn(&str) -> bool,
    (worker, make): (impl Fn() -> W + Send + Sync, impl Fn(&mut W, Evaluated) -> T + Send + Sync),
) -> Vec<T> {
    let revision = &settings.revision;
    let layers = Layers::new(all.to_vec());
    let pairs = roots.iter().flat_map(|root| root.environments.iter().map(move |environment| (root, environment)));
    let pairs: Vec<_> = pairs.filter(|(_, environment)| is_wanted(&environment.name)).collect();
    let evaluate = |worker: &mut W, (root, environment): &(&Root, &roots::Environment)| {
        let (layers, name) = (Some(layers.clone()), Some(Arc::clone(&environment.name)));
        let plan = settings.plans.of(&root.folder, &environment.name);
        let inputs = Inputs { layers, environment: name, plan: plan.clone(), ..environment.inputs.clone() };
        let Partial { value: module, problems } = module::evaluate(revision, &root.folder, &inputs);
        let evaluated = Evaluated {
            folder: root.folder.clone(),
            purpose: root.purpose,
            environment: Arc::clone(&environment.name),
            inputs: Inputs { plan, ..environment.inputs.clone() },
            module,
            problems,
        };
        make(worker, evaluated)
    };
    pairs.par_iter().map_init(worker, evaluate).collect()
}

impl Evaluated {
    /// The folder as people write it.
    pub(crate) fn path(&self) -> &str {
        match self.folder.as_str() {
            "" => ".",
            path => path,
        }
    }
}
