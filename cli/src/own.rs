//! Rules of somebody's own: the folders and bundles that the configuration names, read into the library.

use std::path::Path;

use portcullis_policies::{Config, ConfigError, Library, OwnFile, SuiteTrial, config::Located, run_suites};
use portcullis_source::{EntryKind, Problem, RepoPath, Revision, Span, Stage};

use crate::{
    bundled,
    error::{BROKEN_BUILD, Error},
    settings::Settings,
};

/// The most files of a folder of rules.
const MAX_FILES: usize = 20_000;

/// What a folder of rules is made of; other files are nobody's.
const KNOWN: [&str; 5] = [".rego", ".md", ".yaml", ".yml", ".json"];

/// What rules are read from: a folder of the tree, or a bundle.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// The path of the folder, or the name of the bundle.
    pub(crate) name: String,
    /// Its files, as far as something may be made of them.
    pub(crate) files: Vec<OwnFile>,
}

/// The library with the rules of a tree in it, and what is wrong with those that were left out; `root` is the folder that the tree is
/// rooted at.
pub(crate) fn library(revision: &Revision, root: &Path, config: &Config) -> Result<(Library, Vec<ConfigError>), Error> {
    let mut library = Library::embedded().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))?;
    let (shelves, mut mistakes) = shelves(revision, root, config);
    if !mistakes.is_empty() {
        library.lack();
    }
    for shelf in &shelves {
        mistakes.extend(library.add(&shelf.name, &shelf.files));
    }
    Ok((library, mistakes))
}

/// Everything that the configuration names as rules of somebody's own, and what of it cannot be read.
pub(crate) fn shelves(revision: &Revision, root: &Path, config: &Config) -> (Vec<Shelf>, Vec<ConfigError>) {
    let (mut shelves, mut mistakes) = (Vec::new(), Vec::new());
    for folder in &config.library {
        // A path that is none was refused with the configuration.
        let Ok(path) = RepoPath::new(&folder.value) else { continue };
        match found(revision, &path, folder) {
            Ok(found) => {
                let (files, wrong) = files(revision, (&path, folder.span), &found);
                mistakes.extend(wrong);
                shelves.push(Shelf { name: path.to_string(), files });
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    for bundle in &config.bundles {
        match bundled::files(revision, root, config, bundle) {
            Ok(files) => shelves.push(Shelf { name: bundle.reference.shown(), files }),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    (shelves, mistakes)
}

/// Whether something may be made of a file.
pub(crate) fn is_known(path: &str) -> bool {
    KNOWN.iter().any(|ending| path.ends_with(ending))
}

/// The files of a folder that something may be made of.
fn found<'a>(revision: &'a Revision, path: &'a RepoPath, folder: &Located<std::sync::Arc<str>>) -> Result<Vec<&'a RepoPath>, ConfigError> {
    let wrong = |message: String, hint: &str| ConfigError { message, span: folder.span, hint: Some(hint.to_owned()) };
    if revision.entry(path).is_none() {
        return Err(wrong(format!("there is no folder {path}"), "`portcullis rule new` makes one with a rule in it"));
    }
    let files = revision.below(path).filter(|(path, kind)| **kind != EntryKind::Folder && is_known(path.name()));
    let found: Vec<&RepoPath> = files.map(|(path, _)| path).collect();
    if found.len() > MAX_FILES {
        let message = format!("{path} has {} files, more than {MAX_FILES}", found.len());
        return Err(wrong(message, "name the folder that has the rules alone"));
    }
    Ok(found)
}

/// The suites of `gator verify` in what rules are read from, each with its path, tried, and so many times more to know what they take.
pub(crate) fn suites(shelves: &[Shelf], rounds: usize) -> Vec<SuiteTrial> {
    let mut tried = Vec::new();
    for shelf in shelves {
        let named = |trial: SuiteTrial| SuiteTrial { path: format!("{}/{}", shelf.name, trial.path), ..trial };
        tried.extend(run_suites(&shelf.files, rounds).into_iter().map(named));
    }
    tried
}

fn files(revision: &Revision, (folder, span): (&RepoPath, Option<Span>), found: &[&RepoPath]) -> (Vec<OwnFile>, Vec<ConfigError>) {
    let mut mistakes = Vec::new();
    let mut files = Vec::with_capacity(found.len());
    for path in found {
        match revision.read(path) {
            Ok(file) => files.extend(path.below(folder).map(|below| OwnFile { path: below.to_owned(), file })),
            Err(error) => mistakes.push(ConfigError { message: error.to_string(), span, hint: Some(error.hint().to_owned()) }),
        }
    }
    (files, mistakes)
}

/// What is wrong with rules of somebody's own, for a report: the other rules were asked.
pub(crate) fn problems(settings: &Settings) -> impl Iterator<Item = Problem> {
    settings.left_out.iter().map(|mistake| {
        let hint = mistake.hint.clone().unwrap_or_default();
        Problem::new(Stage::Rules, mistake.message.clone(), hint).at(mistake.span)
    })
}
