//! Plans that `terraform plan -out` and `terraform show -json` wrote: to what they say beside the configuration.
//!
//! A saved plan ([`packed`]) is a zip that has a copy of the configuration, so that modules are known which the repository has not. As JSON
//! ([`shown`]) it has the values that providers know. Nothing in a plan has a place that may be shown: its lines hold secrets.

mod address;
mod packed;
mod shown;
mod zip;

pub use address::instances;
pub use packed::{Copied, Packed};
pub use shown::{Action, Drifted, Planned, Shown};

pub(crate) use address::above;

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::RepoPath;

use crate::module::Key;

/// Why a file is no plan that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlanError {
    /// What is wrong, with line and column where it has lines.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl PlanError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    fn limit(name: &str, what: impl Into<String>) -> Self {
        Self::new(format!("{}, which is beyond {name}", what.into()), "plan a part of the configuration, or split it")
    }
}

/// A plan in either of its forms.
#[derive(Clone, Debug)]
pub enum Form {
    /// As `terraform plan -out` saves it.
    Packed(Packed),
    /// As `terraform show -json` prints it.
    Shown(Shown),
}

/// Reads a plan, whichever form it has.
///
/// # Errors
/// It is none, is broken, of another version, or beyond a limit.
pub fn read(bytes: &[u8]) -> Result<Form, PlanError> {
    if bytes.starts_with(b"PK") {
        return packed::read(bytes).map(Form::Packed);
    }
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') || bytes.starts_with(b"\xef\xbb\xbf") {
        return shown::read(bytes).map(Form::Shown);
    }
    let what = if first.is_none() { "it is empty" } else { "it is neither a saved plan nor a plan as JSON" };
    Err(PlanError::new(what, "name a file of `terraform plan -out=FILE`, or of `terraform show -json FILE`"))
}

/// What is known of one root in one environment from its plans.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The files, as people name them.
    pub names: Vec<Arc<str>>,
    /// The saved plan.
    pub packed: Option<Packed>,
    /// The same as JSON.
    pub shown: Option<Shown>,
}

impl Plan {
    /// The files that the saved plan has of modules which lie outside of the repository, below the folder of its root; they are read where
    /// `terraform init` lays them down.
    #[must_use]
    pub fn files(&self, root: &RepoPath) -> BTreeMap<RepoPath, Arc<[u8]>> {
        let mut files = BTreeMap::new();
        for copied in self.packed.iter().flat_map(|packed| &packed.modules) {
            let Some(folder) = copied.installed(root) else { continue };
            for (name, bytes) in &copied.files {
                files.extend(folder.join(name).ok().map(|path| (path, Arc::clone(bytes))));
            }
        }
        files
    }

    /// What the plan has at an address.
    pub(crate) fn planned(&self, address: &str) -> Option<&Planned> {
        self.shown.as_ref()?.resources.get(address)
    }

    /// The instances that there are of a resource or a call, of which the plan knows all.
    pub(crate) fn keys(&self, address: &str) -> Option<Vec<Key>> {
        let shown = self.shown.as_ref()?;
        let keys = shown.keys.get(address)?;
        Some(keys.iter().cloned().collect())
    }
}
