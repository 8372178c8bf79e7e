//! Where the repository begins, and its configuration.

use std::path::{Path, PathBuf};

/// The names that the configuration may have at the repository's root; the first that exists counts.
pub(crate) const CONFIG_NAMES: [&str; 2] = ["portcullis.yaml", ".portcullis.yaml"];

/// The nearest folder around `start` that is a git work tree or has a configuration; `start` itself where there is none.
pub(crate) fn find(start: &Path) -> PathBuf {
    let is_root = |folder: &&Path| folder.join(".git").exists() || CONFIG_NAMES.iter().any(|name| folder.join(name).is_file());
    start.ancestors().find(is_root).unwrap_or(start).to_owned()
}
