//! What the last environment of the order of promotion sets otherwise than the one before it.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_policies::Config;
use portcullis_source::{RepoPath, Revision};
use portcullis_terraform::{
    Value,
    document::Differing,
    module::{self, Inputs},
    roots::Root,
};

use super::Evaluated;

/// The last environment, and what each root is evaluated with in the environment before it.
pub(super) struct Promotion<'a> {
    last: &'a str,
    before: BTreeMap<&'a RepoPath, (&'a Arc<str>, &'a Inputs)>,
}

impl<'a> Promotion<'a> {
    /// That of roots which have both environments; a configuration without an order has none.
    pub(super) fn of(roots: &'a [Root], config: &'a Config) -> Option<Self> {
        let (last, others) = config.environments.split_last()?;
        let before = roots.iter().filter_map(|root| {
            let of_name = |name: &Arc<str>| root.environments.iter().find(|environment| environment.name == *name);
            let found = others.iter().rev().find_map(|environment| of_name(&environment.name.value))?;
            Some((&root.folder, (&found.name, &found.inputs)))
        });
        Some(Self { last: &last.name.value, before: before.collect() })
    }

    /// The environment before, and the variables of a root that files of values set otherwise there; nothing of other environments than the last one.
    pub(super) fn differing(&self, revision: &Revision, root: &Evaluated) -> Option<(Arc<str>, Vec<Differing>)> {
        let (environment, inputs) = self.before.get(&root.folder).filter(|_| &*root.environment == self.last)?;
        let here = module::given(revision, &root.folder, &root.inputs);
        let there = module::given(revision, &root.folder, inputs);
        let is_other = |name: &Arc<str>, value: &Value| there.get(name).is_none_or(|(other, _)| !value.same(other));
        let set = here.iter().filter(|(name, (value, _))| is_other(name, value)).map(|(name, (_, span))| (name, span, true));
        let unset = there.iter().filter(|(name, _)| !here.contains_key(*name)).map(|(name, (_, span))| (name, span, false));
        let differing = set.chain(unset).map(|(name, span, is_set)| Differing { name: Arc::clone(name), span: *span, is_set });
        Some((Arc::clone(environment), differing.collect()))
    }
}
