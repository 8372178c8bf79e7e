//! A folder of plain manifests to the files that Argo CD would read.

use portcullis_source::{EntryKind, RepoPath};

use crate::{DirectorySource, assemble::Object, fault::Fault, files::Files, pattern::Gobwas};

/// The files of a directory source, and what can't be read of it.
pub(super) struct Listing {
    /// The files.
    pub(super) directory: DirectorySource,
    /// Files that would need jsonnet.
    pub(super) jsonnet: Vec<RepoPath>,
    /// What went wrong.
    pub(super) faults: Vec<Fault>,
}

/// Lists a folder: subfolders with `recurse`, then `exclude`, then `include`.
pub(super) fn list(source: Object<'_>, files: &Files<'_>, folder: &RepoPath) -> Result<Listing, Fault> {
    let pattern = |key: &str| -> Result<Option<Gobwas>, Fault> {
        let text = source.text(&["directory", key]);
        let bad = |bad| {
            source
                .fault(format!("directory.{key} {text:?} is no pattern: {bad}"), &["directory", key])
                .hint("correct the pattern; { } lists alternatives")
        };
        if text.is_empty() { Ok(None) } else { Gobwas::new(text).map(Some).map_err(bad) }
    };
    let (exclude, include) = (pattern("exclude")?, pattern("include")?);
    let recurse = source.flag(&["directory", "recurse"]);
    let everything = source.flag(&["directory", "disableExtensionFilter"]);
    let mut listing =
        Listing { directory: DirectorySource { path: folder.clone(), files: Vec::new() }, jsonnet: Vec::new(), faults: Vec::new() };
    let there = files.revision.below(folder).filter(|(_, kind)| **kind != EntryKind::Folder);
    let mut paths: Vec<&RepoPath> = there.map(|(path, _)| path).collect();
    paths.sort_by(|left, right| left.parts().cmp(right.parts()));
    for path in paths {
        let Some(relative) = path.below(folder) else { continue };
        let known = [".yaml", ".yml", ".json", ".jsonnet"].iter().any(|extension| relative.ends_with(extension));
        let nested = relative.contains('/');
        let wanted = (known || everything)
            && (recurse || !nested)
            && !exclude.as_ref().is_some_and(|pattern| pattern.matches(relative))
            && include.as_ref().is_none_or(|pattern| pattern.matches(relative));
        if !wanted {
            continue;
        }
        match files.is_skipped(path) {
            Ok(true) => {}
            Ok(false) if relative.ends_with(".jsonnet") => listing.jsonnet.push(path.clone()),
            Ok(false) => listing.directory.files.push(path.clone()),
            Err(error) => listing.faults.push(source.fault(error.to_string(), &["path"]).hint(error.hint())),
        }
    }
    Ok(listing)
}
