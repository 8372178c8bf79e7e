//! Where charts lie that the repository needs and does not have: the mirror, helm's cache, and the lock of their digests.

use std::{path::Path, sync::Arc};

use portcullis_helm::{Pin, Shelf, Supply};
use portcullis_policies::{Config, ConfigError};
use portcullis_source::{EntryKind, ReadError, RepoPath, Revision, is_folder, read_named};
use portcullis_vendor::{Known, LOCK_NAME, Lock};

use crate::{
    error::{BROKEN_BUILD, Error},
    settings::{Places, mistakes},
};

/// How reports call helm's cache, whose path differs from machine to machine.
const CACHE: &str = "helm's cache";

/// The lock of the digests, empty where there is none.
pub(crate) fn lock(revision: &Revision) -> Result<Lock, Error> {
    let path = RepoPath::new(LOCK_NAME).map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))?;
    let file = match revision.read(&path) {
        Ok(file) => file,
        Err(ReadError::Missing(_)) => return Ok(Lock::default()),
        Err(error) => return Err(error.into()),
    };
    Lock::parse(&file).map_err(|error| {
        let mistake = ConfigError { message: error.message, span: error.span, hint: Some(error.hint) };
        mistakes(vec![mistake], revision.sources())
    })
}

/// The mirror and helm's cache, in this order; `root` is the folder of the file system, where the revision is a work tree.
pub(crate) fn supply(revision: &Revision, root: Option<&Path>, config: &Config, lock: &Lock, places: &Places) -> Result<Supply, Error> {
    let mut supply = Supply { work_tree: root.map(Path::to_owned), ..Supply::default() };
    if let Some(folder) = mirror(revision, config)? {
        // On disk, git may ignore what lies in it.
        let on_disk = root.map(|root| root.join(folder.as_str())).filter(|folder| is_folder(folder, revision.sources()));
        let tree = on_disk.map(|folder| Revision::folder(&folder, Arc::clone(revision.sources()))).transpose()?;
        let name = folder.to_string();
        let folder = if tree.is_some() { RepoPath::root() } else { folder };
        supply.shelves.push(Shelf { name, tree, folder });
    }
    let cache = places.cache.as_ref().filter(|cache| is_folder(cache, revision.sources()));
    // A cache that can't be listed is none.
    if let Some(tree) = cache.and_then(|cache| Revision::folder(cache, Arc::clone(revision.sources())).ok()) {
        supply.shelves.push(Shelf { name: CACHE.to_owned(), tree: Some(tree), folder: RepoPath::root() });
    }
    for (file, artifact) in &lock.artifacts {
        supply.pins.insert(file.clone(), Pin { sha256: artifact.sha256.clone(), span: artifact.span });
    }
    // Rendering needs no more of the file than the names; what is wrong with it, `vendor` says.
    let known = places.repositories.as_ref().and_then(|path| read_named(path, revision.sources()).ok());
    for known in known.and_then(|file| Known::read(&file).ok()).unwrap_or_default() {
        supply.aliases.entry(known.name.clone()).or_insert(known.url);
    }
    Ok(supply)
}

/// The mirror directory of the configuration.
pub(crate) fn mirror(revision: &Revision, config: &Config) -> Result<Option<RepoPath>, Error> {
    let Some(given) = &config.mirror else { return Ok(None) };
    let wrong = |message: String| {
        let hint = Some("name a folder of this repository; a folder elsewhere can be helm's cache (HELM_REPOSITORY_CACHE)".to_owned());
        mistakes(vec![ConfigError { message, span: given.span, hint }], revision.sources())
    };
    let path = RepoPath::new(&given.value).map_err(|error| wrong(format!("dependencies.mirror: {error}")))?;
    if path.as_str().is_empty() {
        return Err(wrong("dependencies.mirror is the repository itself".to_owned()));
    }
    match revision.resolve(&path) {
        Ok(real) if revision.entry(&real) == Some(&EntryKind::Folder) => Ok(Some(real)),
        Ok(_) => Err(wrong(format!("dependencies.mirror: {path} is no folder"))),
        Err(ReadError::Missing(_)) => Ok(Some(path)),
        Err(error) => Err(wrong(format!("dependencies.mirror: {error}"))),
    }
}
