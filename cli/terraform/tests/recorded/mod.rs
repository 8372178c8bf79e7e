//! Recordings as trees of files.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use portcullis_source::{RepoPath, Revision, Sources};

/// Files by path.
pub(crate) type Files = BTreeMap<RepoPath, Arc<[u8]>>;

/// The files below a folder.
pub(crate) fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else {
            files.insert(RepoPath::new(&name).unwrap(), Arc::from(fs::read(&path).unwrap()));
        }
    }
}

/// A tree of these files.
pub(crate) fn revision(files: Files) -> Revision {
    Revision::memory(files, Arc::new(Sources::default()))
}
