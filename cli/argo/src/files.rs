//! Files that are read as YAML, each parsed once.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_source::{
    ReadError, RepoPath, Revision, SourceFile, Text,
    yaml::{self, Stream},
};

/// The YAML files of a revision.
pub(crate) struct Files<'a> {
    /// The files.
    pub(crate) revision: &'a Revision,
    parsed: RefCell<BTreeMap<RepoPath, Parsed>>,
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
        Self { revision, parsed: RefCell::default() }
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
}
