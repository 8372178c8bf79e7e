//! The files of a chart, from a folder.

use std::sync::Arc;

use portcullis_gotemplate::funcs::Compat;
use portcullis_source::{EntryKind, ReadError, RepoPath, Revision, SourceFile, Text};

use crate::{ChartError, archive, ignore::Rules};

/// The largest file that Helm loads.
pub(crate) const MAX_FILE_BYTES: u64 = 5 * 1024 * 1024;

/// The largest folder of a chart that Helm 4 loads.
const MAX_CHART_BYTES: u64 = 100 * 1024 * 1024;

/// The most files of one chart.
const MAX_FILES: usize = 50_000;

/// How many links to folders may stand within links to folders.
const MAX_LINKED_FOLDERS: usize = 8;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file of a chart.
#[derive(Clone, Debug)]
pub(crate) struct ChartFile {
    /// The path from the chart's root.
    pub(crate) name: String,
    /// Its content.
    pub(crate) file: Arc<SourceFile>,
}

impl ChartFile {
    /// The content without the mark that some editors put at its start.
    pub(crate) fn text(&self) -> Text {
        Text::of_file(&self.file)
    }
}

/// The files of a chart: a folder without what .helmignore names, or a packed chart.
pub(crate) fn files(revision: &Revision, path: &RepoPath, compat: Compat) -> Result<Vec<ChartFile>, ChartError> {
    let resolved = revision.resolve(path).map_err(|error| unreadable(path, &error))?;
    if revision.entry(&resolved) == Some(&EntryKind::File) {
        let packed = read(revision, &resolved, path.name())?;
        return archive::files(&packed, revision.sources());
    }
    let mut walk = Walk { revision, rules: rules(revision, &resolved)?, compat, bytes: 0, found: Vec::new() };
    walk.folder(&resolved, "", 0)?;
    walk.found.sort_by(|left, right| left.name.split('/').cmp(right.name.split('/')));
    Ok(walk.found)
}

fn unreadable(path: &RepoPath, error: &ReadError) -> ChartError {
    match error {
        ReadError::Missing(_) => ChartError::new(format!("path {:?} not found", path.as_str()))
            .hint("the chart is named by its folder or its .tgz file, from the root of the repository"),
        other => ChartError::new(other.to_string()).hint(other.hint()),
    }
}

fn rules(revision: &Revision, folder: &RepoPath) -> Result<Rules, ChartError> {
    let path = folder.join(".helmignore").map_err(|error| ChartError::new(error.to_string()))?;
    if !matches!(revision.resolve(&path).map(|path| revision.entry(&path).cloned()), Ok(Some(EntryKind::File))) {
        return Rules::read("").map_err(ChartError::new);
    }
    let file = read(revision, &path, ".helmignore")?;
    Rules::read(&String::from_utf8_lossy(file.bytes())).map_err(|message| ChartError::new(message).at(Some(file.span())))
}

fn read(revision: &Revision, path: &RepoPath, name: &str) -> Result<Arc<SourceFile>, ChartError> {
    let file = revision.read(path).map_err(|error| ChartError::new(format!("error reading {name}: {error}")).hint(error.hint()))?;
    Ok(without_mark(file, revision))
}

/// A mark at the start is no part of the content; the file is then known a second time without it.
fn without_mark(file: Arc<SourceFile>, revision: &Revision) -> Arc<SourceFile> {
    match file.bytes().strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => revision.sources().add_once(Arc::clone(file.path()), rest),
        None => file,
    }
}

/// The content of a file that was unpacked, without the mark.
pub(crate) fn trim_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

struct Walk<'a> {
    revision: &'a Revision,
    rules: Rules,
    compat: Compat,
    /// The size of what was found.
    bytes: u64,
    found: Vec<ChartFile>,
}

impl Walk<'_> {
    /// Takes what lies in a folder; `prefix` is the way to it from the chart's root, which a link makes differ from where it is.
    fn folder(&mut self, folder: &RepoPath, prefix: &str, links: usize) -> Result<(), ChartError> {
        let below: Vec<(RepoPath, EntryKind)> = self.revision.below(folder).map(|(path, kind)| (path.clone(), kind.clone())).collect();
        let mut pruned: Vec<String> = Vec::new();
        for (path, kind) in below {
            let Some(rest) = path.below(folder) else { continue };
            let name = format!("{prefix}{rest}");
            if pruned.iter().any(|folder| name.starts_with(folder.as_str())) {
                continue;
            }
            self.entry(&path, &kind, name, links, &mut pruned)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &RepoPath, kind: &EntryKind, name: String, links: usize, pruned: &mut Vec<String>) -> Result<(), ChartError> {
        let (target, kind) = match kind {
            EntryKind::Link(_) => {
                let target = self.revision.resolve(path).map_err(|error| ChartError::new(error.to_string()).hint(error.hint()))?;
                let kind = self.revision.entry(&target).cloned();
                (target, kind.unwrap_or(EntryKind::File))
            }
            kind => (path.clone(), kind.clone()),
        };
        let is_folder = kind == EntryKind::Folder;
        if self.rules.ignores(&name, is_folder) {
            if is_folder {
                pruned.push(format!("{name}/"));
            }
            return Ok(());
        }
        if !is_folder {
            return self.file(&target, name);
        }
        if target == *path {
            return Ok(());
        }
        if links >= MAX_LINKED_FOLDERS {
            return Err(ChartError::new(format!("{path} leads through too many linked folders")));
        }
        self.folder(&target, &format!("{name}/"), links + 1)
    }

    fn file(&mut self, path: &RepoPath, name: String) -> Result<(), ChartError> {
        if self.revision.entry(path) == Some(&EntryKind::Special) {
            let message = format!("cannot load irregular file {path} as it has file mode type bits set");
            return Err(
                ChartError::new(message).hint("it is a pipe, a socket or a device: take it out of the chart, or name it in .helmignore")
            );
        }
        let file = read(self.revision, path, &name)?;
        let size = file.bytes().len() as u64;
        self.bytes += size;
        if self.compat == Compat::Helm4 && self.bytes > MAX_CHART_BYTES {
            let message = format!("error reading {name}: chart exceeds maximum decompressed size of {MAX_CHART_BYTES} bytes");
            return Err(ChartError::new(message));
        }
        if self.compat == Compat::Helm3 && size > MAX_FILE_BYTES {
            let short = name.rsplit('/').next().unwrap_or(&name);
            return Err(ChartError::new(format!("chart file {short:?} is larger than the maximum file size {MAX_FILE_BYTES}")));
        }
        if self.found.len() >= MAX_FILES {
            return Err(ChartError::new(format!("the chart has more than {MAX_FILES} files")));
        }
        self.found.push(ChartFile { name, file });
        Ok(())
    }
}
