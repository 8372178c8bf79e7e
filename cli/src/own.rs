//! Rules of somebody's own: the folders that the configuration names, read into the library.

use std::sync::Arc;

use portcullis_policies::{ConfigError, Library, OwnFile, SuiteTrial, config::Located, run_suites};
use portcullis_source::{EntryKind, Problem, RepoPath, Revision, Span, Stage};

use crate::{
    error::{BROKEN_BUILD, Error},
    settings::Settings,
};

/// The most files of a folder of rules.
const MAX_FILES: usize = 20_000;

/// What a folder of rules is made of; other files are nobody's.
const KNOWN: [&str; 5] = [".rego", ".md", ".yaml", ".yml", ".json"];

/// The library with the rules of a tree in it, and what is wrong with those that were left out.
pub(crate) fn library(revision: &Revision, folders: &[Located<Arc<str>>]) -> Result<(Library, Vec<ConfigError>), Error> {
    let mut library = Library::embedded().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))?;
    let mut mistakes = Vec::new();
    for folder in folders {
        let wrong = |message: String, hint: &str| ConfigError { message, span: folder.span, hint: Some(hint.to_owned()) };
        // A path that is none was refused with the configuration.
        let Ok(path) = RepoPath::new(&folder.value) else { continue };
        if revision.entry(&path).is_none() {
            mistakes.push(wrong(format!("there is no folder {path}"), "`portcullis rule new` makes one with a rule in it"));
            continue;
        }
        let found = within(revision, &path);
        if found.len() > MAX_FILES {
            mistakes.push(wrong(
                format!("{path} has {} files, more than {MAX_FILES}", found.len()),
                "name the folder that has the rules alone",
            ));
            continue;
        }
        mistakes.extend(read(&mut library, revision, (&path, folder.span), &found));
    }
    Ok((library, mistakes))
}

/// The files of a folder that something may be made of.
fn within<'a>(revision: &'a Revision, folder: &'a RepoPath) -> Vec<&'a RepoPath> {
    let is_known =
        |path: &RepoPath, kind: &EntryKind| *kind != EntryKind::Folder && KNOWN.iter().any(|ending| path.name().ends_with(ending));
    revision.below(folder).filter(|(path, kind)| is_known(path, kind)).map(|(path, _)| path).collect()
}

/// The suites of `gator verify` in the folders of rules, each with its path in the tree, tried, and so many times
/// more to know what they take.
pub(crate) fn suites(revision: &Revision, folders: &[Located<Arc<str>>], rounds: usize) -> Vec<SuiteTrial> {
    let mut tried = Vec::new();
    for folder in folders.iter().filter_map(|folder| RepoPath::new(&folder.value).ok()) {
        let (files, _) = files(revision, (&folder, None), &within(revision, &folder));
        let named = |trial: SuiteTrial| SuiteTrial { path: format!("{folder}/{}", trial.path), ..trial };
        tried.extend(run_suites(&files, rounds).into_iter().map(named));
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

fn read(library: &mut Library, revision: &Revision, place: (&RepoPath, Option<Span>), found: &[&RepoPath]) -> Vec<ConfigError> {
    let (files, mut mistakes) = files(revision, place, found);
    mistakes.extend(library.add(place.0.as_str(), &files));
    mistakes
}

/// What is wrong with rules of somebody's own, for a report: the other rules were asked.
pub(crate) fn problems(settings: &Settings) -> impl Iterator<Item = Problem> {
    settings.left_out.iter().map(|mistake| {
        let hint = mistake.hint.clone().unwrap_or_default();
        Problem::new(Stage::Rules, mistake.message.clone(), hint).at(mistake.span)
    })
}
