//! Bundles of rules as they were vendored: every digest and the signature are looked at again, whoever wrote the files.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use portcullis_oci::{BundleFile, Digest, Layout, OciError, PublicKey, Trust as Believed, Use, limits::MAX_LAYERS, open};
use portcullis_policies::{
    Config, ConfigError, OwnFile,
    config::{RuleBundle, Trust},
};
use portcullis_source::{EntryKind, RepoPath, Revision, is_folder};

use crate::own;

/// What the folders of bundles start with; the digest follows.
pub(crate) const FOLDER: &str = "sha256-";

/// The most files of the folder of a bundle: its layers, and what there is around them.
const MAX_FILES: usize = MAX_LAYERS + 64;

/// What to do about a bundle that is not there.
const VENDOR: &str = "run `portcullis vendor`, the one command that fetches, and commit what it brings";

/// The folder of a bundle.
pub(crate) fn folder(config: &Config, bundle: &RuleBundle) -> RepoPath {
    let name = format!("{FOLDER}{}", bundle.reference.sha256);
    // 64 digits are part of a path.
    config.vendored_rules().join(&name).unwrap_or_default()
}

/// The files of a bundle that rules may be made of, each under the name of the bundle.
pub(crate) fn files(revision: &Revision, root: &Path, config: &Config, bundle: &RuleBundle) -> Result<Vec<OwnFile>, ConfigError> {
    let believed = believed(revision, bundle)?;
    let wrong = |error: OciError| mistake(bundle, &error.message, &error.hint);
    let layout = layout(revision, root, config, bundle)?;
    let found = open(&layout, &digest(bundle)?, &believed).map_err(wrong)?;
    let found: Vec<BundleFile> = found.into_iter().filter(|file| file.meant == Use::Rules && own::is_known(&file.path)).collect();
    if found.is_empty() {
        return Err(mistake(bundle, "has no rules: none of its files is Rego, YAML or JSON", "name the digest of a bundle of rules"));
    }
    let name = bundle.reference.shown();
    let own = |BundleFile { path, bytes, .. }: BundleFile| {
        let file = revision.sources().add_once(format!("{name}/{path}"), bytes);
        OwnFile { path, file }
    };
    Ok(found.into_iter().map(own).collect())
}

/// The digest of a bundle.
pub(crate) fn digest(bundle: &RuleBundle) -> Result<Digest, ConfigError> {
    Digest::parse(&format!("sha256:{}", bundle.reference.sha256)).map_err(|error| mistake(bundle, &error.message, &error.hint))
}

/// Why the rules of a bundle are believed, with the key itself.
pub(crate) fn believed(revision: &Revision, bundle: &RuleBundle) -> Result<Believed, ConfigError> {
    let Trust::Key(key) = &bundle.trust else { return Ok(Believed::Unsigned) };
    let wrong = |message: String, hint: String| ConfigError { message, span: key.span, hint: Some(hint) };
    let path =
        RepoPath::new(&key.value).map_err(|error| wrong(format!("library: key: {error}"), "name a file of this repository".to_owned()))?;
    let file = revision.read(&path).map_err(|error| wrong(format!("library: key: {error}"), error.hint()))?;
    let key = PublicKey::parse(file.bytes()).map_err(|error| wrong(format!("library: key {path} {}", error.message), error.hint))?;
    Ok(Believed::Key(key))
}

/// What lies in the folder of a bundle: in the tree, else on disk, where git may ignore it; by its digest it is the same everywhere.
pub(crate) fn layout(revision: &Revision, root: &Path, config: &Config, bundle: &RuleBundle) -> Result<Layout, ConfigError> {
    let folder = folder(config, bundle);
    let missing = || mistake(bundle, &format!("is not in {}", config.vendored_rules()), VENDOR);
    let in_tree = revision.resolve(&folder).ok().filter(|folder| revision.entry(folder) == Some(&EntryKind::Folder));
    let files = if let Some(folder) = in_tree {
        read(revision, &folder, bundle)?
    } else {
        let disk = root.join(folder.as_str());
        let tree = Some(&disk).filter(|disk| is_folder(disk, revision.sources())).ok_or_else(missing)?;
        let tree =
            Revision::folder(tree, Arc::clone(revision.sources())).map_err(|error| mistake(bundle, &error.to_string(), &error.hint()))?;
        read(&tree, &RepoPath::root(), bundle)?
    };
    Layout::read(&files).map_err(|error| mistake(bundle, &error.message, &error.hint))
}

fn read(tree: &Revision, folder: &RepoPath, bundle: &RuleBundle) -> Result<BTreeMap<String, Arc<[u8]>>, ConfigError> {
    let mut files = BTreeMap::new();
    for (path, _) in tree.below(folder).filter(|(_, kind)| **kind != EntryKind::Folder) {
        if files.len() >= MAX_FILES {
            let message = format!("is refused: {folder} has more than {MAX_FILES} files");
            return Err(mistake(bundle, &message, "delete the folder and run `portcullis vendor`"));
        }
        let file = tree.read(path).map_err(|error| mistake(bundle, &format!("cannot be read: {error}"), &error.hint()))?;
        files.extend(path.below(folder).map(|below| (below.to_owned(), Arc::clone(file.bytes()))));
    }
    Ok(files)
}

/// What is wrong with a bundle, at its place in the configuration.
pub(crate) fn mistake(bundle: &RuleBundle, fact: &str, hint: &str) -> ConfigError {
    ConfigError { message: format!("library: {} {fact}", bundle.reference.shown()), span: bundle.span, hint: Some(hint.to_owned()) }
}
