//! Writes what the real tools say to the corpora, or compares it with what stands there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::tools::{Error, Tools};
use crate::{applicationsets, charts, expressions};

/// The files of a corpus that come from a tool, by their path below the corpus, and the text that each should have.
pub type Files = BTreeMap<PathBuf, String>;

/// A set of recordings that is made from one tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Corpus {
    /// Own charts and what `helm template` prints for them.
    Charts,
    /// One-expression templates and what Helm makes of them.
    Expressions,
    /// ApplicationSets and the Applications that Argo CD makes of them.
    ApplicationSets,
    /// What AppProjects are asked, and what Argo CD says they permit.
    Projects,
    /// Sources with files that override them, and what Argo CD makes of both.
    Overrides,
}

impl Corpus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Charts, Self::Expressions, Self::ApplicationSets, Self::Projects, Self::Overrides];

    /// The name of its folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Charts => "charts",
            Self::Expressions => "expressions",
            Self::ApplicationSets => "applicationsets",
            Self::Projects => "projects",
            Self::Overrides => "overrides",
        }
    }

    /// Asks the real tool for every recording.
    ///
    /// # Errors
    /// If an input cannot be read or the tool cannot be run.
    pub fn ask(self, tools: &Tools) -> Result<Files, Error> {
        match self {
            Self::Charts => charts::ask(tools),
            Self::Expressions => expressions::ask(tools),
            Self::ApplicationSets => applicationsets::ask(tools),
            Self::Projects => applicationsets::ask_projects(tools),
            Self::Overrides => applicationsets::ask_overrides(tools),
        }
    }

    /// The recordings on disk.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn on_disk(self) -> Result<Files, Error> {
        let root = crate::tools::corpus(self.name());
        let mut found = Files::new();
        for path in walk(&root)? {
            let below = path.strip_prefix(&root).unwrap_or(&path);
            if self.is_recording(below) {
                found.insert(below.to_owned(), read(&path)?);
            }
        }
        Ok(found)
    }

    /// Writes the answers and removes recordings whose input is gone.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(self, answers: &Files) -> Result<(), Error> {
        let root = crate::tools::corpus(self.name());
        for stale in self.on_disk()?.keys().filter(|path| !answers.contains_key(*path)) {
            let path = root.join(stale);
            fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
        }
        for (below, text) in answers {
            let path = root.join(below);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
            }
            fs::write(&path, text).map_err(|source| Error::file(&path, source))?;
        }
        Ok(())
    }

    fn is_recording(self, below: &Path) -> bool {
        let parts: Vec<_> = below.iter().collect();
        match self {
            Self::Charts => {
                let is_tool = matches!(parts.as_slice(), [tool] if *tool == "TOOL" || *tool == "TOOL4");
                is_tool || matches!(parts.as_slice(), [_, folder, _] if *folder == "expected" || *folder == "expected4")
            }
            Self::Expressions => matches!(parts.as_slice(), [file] if *file == "expected.json" || *file == "expected4.json"),
            Self::ApplicationSets => matches!(parts.as_slice(), [_, file] if *file == "expected.json"),
            Self::Projects | Self::Overrides => matches!(parts.as_slice(), [file] if *file == "expected.json"),
        }
    }
}

/// The folders directly below a folder, in order of name.
///
/// # Errors
/// If the folder cannot be read.
pub fn folders(root: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(entries(root)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// Reads a text file.
///
/// # Errors
/// If the file cannot be read or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::file(path, source))
}

/// The files below a folder, however deep, in order of path.
///
/// # Errors
/// If a folder cannot be read.
pub fn walk(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in entries(root)? {
        if path.is_dir() {
            found.extend(walk(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// What stands directly in a folder, in order of path.
///
/// # Errors
/// If the folder cannot be read.
pub fn entries(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::file(root, source);
    let mut paths = Vec::new();
    for entry in fs::read_dir(root).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}
