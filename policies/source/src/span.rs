//! Places in files, and the table of the files that they lie in.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, RwLock},
};

use crate::revision::{Looks, Watch};

/// Names one file of a [`Sources`] table; never shown to a person, since the order of reading may differ from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// Its place in the table, for telling files apart within one run.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

/// A span as a person reads it: path, and lines and columns that count from one, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path from the repository's root, with `/` between its parts.
    pub file: Arc<str>,
    /// The line of the first character.
    pub line: u32,
    /// The column of the first character.
    pub column: u32,
    /// The line of the last character.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

/// A file that was read, or a text that stands for one, such as a `--set` argument.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    path: Arc<str>,
    bytes: Arc<[u8]>,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Its name in the table.
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The path from the repository's root.
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The span of the whole file.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { file: self.id, start: 0, end: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX) }
    }

    /// The line and column (both from one) of a byte.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let lines = self.lines.get_or_init(|| line_starts(&self.bytes));
        let index = lines.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = lines.get(index).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.bytes.len());
        let before = self.bytes.get(start..end).unwrap_or_default();
        let column = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        (index as u32 + 1, column as u32 + 1)
    }

    /// The text of a line (from one) without its end, for showing.
    #[must_use]
    pub fn line_text(&self, line: u32) -> String {
        let lines = self.lines.get_or_init(|| line_starts(&self.bytes));
        let start = lines.get(line as usize - usize::from(line > 0)).copied().unwrap_or(0) as usize;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let text = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        String::from_utf8_lossy(text).trim_end_matches('\r').to_owned()
    }

    /// The place of a range of bytes.
    #[must_use]
    pub fn location(&self, start: u32, end: u32) -> Location {
        let (line, column) = self.line_column(start);
        let (end_line, end_column) = self.line_column(end.max(start));
        Location { file: Arc::clone(&self.path), line, column, end_line, end_column }
    }
}

fn line_starts(bytes: &[u8]) -> Vec<u32> {
    let breaks = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
    std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
}

/// The table of all files that a run has read; it only grows, and may be shared between threads.
#[derive(Debug, Default)]
pub struct Sources {
    table: RwLock<Table>,
    /// What was looked at to fill it, where somebody wants to know.
    pub(crate) watch: Watch,
}

#[derive(Debug, Default)]
struct Table {
    files: Vec<Arc<SourceFile>>,
    /// The files of trees by their paths; one path may have several contents.
    known: BTreeMap<Arc<str>, Vec<Arc<SourceFile>>>,
}

impl Table {
    fn add(&mut self, path: Arc<str>, bytes: Arc<[u8]>) -> Arc<SourceFile> {
        let id = FileId(self.files.len() as u32);
        let file = Arc::new(SourceFile { id, path, bytes, lines: OnceLock::new() });
        self.files.push(Arc::clone(&file));
        file
    }
}

impl Sources {
    /// A table that notes what is looked at on the disk while it is filled.
    #[must_use]
    pub fn watched() -> Self {
        Self { watch: Watch::begun(), ..Self::default() }
    }

    /// What was looked at; none where nobody watched, or where something can't be looked at again.
    #[must_use]
    pub fn looks(&self) -> Option<Looks> {
        self.watch.looks()
    }

    /// Adds a file under a path that is shown to people.
    pub fn add(&self, path: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Arc<SourceFile> {
        self.table.write().unwrap_or_else(std::sync::PoisonError::into_inner).add(path.into(), bytes.into())
    }

    /// Adds a file of a tree; one with the same path and content, in this tree or another, is the same file.
    pub fn add_once(&self, path: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Arc<SourceFile> {
        let (path, bytes) = (path.into(), bytes.into());
        let mut table = self.table.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = table.known.get(&path).and_then(|files| files.iter().find(|file| *file.bytes == *bytes));
        if let Some(file) = known {
            return Arc::clone(file);
        }
        let file = table.add(Arc::clone(&path), bytes);
        table.known.entry(path).or_default().push(Arc::clone(&file));
        file
    }

    /// The file of an id; every id that this table gave out has one.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        let table = self.table.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        table.files.get(id.0 as usize).cloned()
    }

    /// The place of a span.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<Location> {
        self.get(span.file).map(|file| file.location(span.start, span.end))
    }
}
