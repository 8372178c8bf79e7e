//! Files that are read as YAML, each parsed once.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_source::{
    ReadError, RepoPath, Revision, SourceFile, Text,
    yaml::{self, Stream},
};

/// A file with this text is passed over.
const SKIP: &[u8] = b"+argocd:skip-file-rendering";

/// The YAML files of a revision.
pub(crate) struct Files<'a> {
    /// The files.
    pub(crate) revision: &'a Revision,
    parsed: RefCell<BTreeMap<RepoPath, Parsed>>,
    skipped: RefCell<BTreeMap<RepoPath, bool>>,
}

/// A file and its documents.
#[derive(Clone)]
pub(crate) struct Parsed {
    /// The file.
    pub(crate) file: Arc<SourceFile>,
    /// Its documents.
    pub(crate) stream: Rc<Stream>,
}

impl<'a> Files<'a> {
    /// The files of a revision.
    pub(crate) fn new(revision: &'a Revision) -> Self {
        Self { revision, parsed: RefCell::default(), skipped: RefCell::default() }
    }

    /// The documents of a file.
    pub(crate) fn parse(&self, path: &RepoPath) -> Result<Parsed, ReadError> {
        if let Some(parsed) = self.parsed.borrow().get(path) {
            return Ok(parsed.clone());
        }
        let file = self.revision.read(path)?;
        let stream = Rc::new(yaml::parse(&Text::of_file(&file)));
        let parsed = Parsed { file, stream };
        self.parsed.borrow_mut().insert(path.clone(), parsed.clone());
        Ok(parsed)
    }

    /// Whether a file says that it is passed over; many Applications ask about the same one.
    pub(crate) fn is_skipped(&self, path: &RepoPath) -> Result<bool, ReadError> {
        if let Some(known) = self.skipped.borrow().get(path) {
            return Ok(*known);
        }
        let skipped = self.revision.read(path)?.bytes().windows(SKIP.len()).any(|window| window == SKIP);
        self.skipped.borrow_mut().insert(path.clone(), skipped);
        Ok(skipped)
    }
}
