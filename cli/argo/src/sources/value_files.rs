//! Entries of `valueFiles` to files of the revision.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_source::{EntryKind, Node, ReadError, RepoPath};

use super::environment::Environment;
use crate::{
    ChartLocation, ValuesFile, ValuesPlace, Version,
    assemble::{LEFTOVER, Object, is_leftover},
    fault::{Fact, Fault},
    pattern::Doublestar,
    set::World,
};

/// What to do about a path that leads out.
const OUTSIDE: &str = "a path is meant from the chart's folder, or with / from the repository's root; keep the file in the repository with as many .. as lead to it";

/// Since this version, values files may be globs.
const GLOBS: Version = Version { major: 3, minor: 5 };

/// Where the paths of a source's files start.
pub(super) struct Roots<'a> {
    /// The files.
    pub(super) world: World<'a>,
    /// The root of the source's repository.
    pub(super) root: RepoPath,
    /// The chart.
    pub(super) chart: ChartLocation,
    /// The roots of the sources that others may refer to, or why they are not known; none in an Application of one `source`.
    pub(super) references: Option<&'a BTreeMap<String, Result<RepoPath, Fault>>>,
    /// The variables.
    pub(super) environment: &'a Environment,
}

/// A path in its repository, or in a chart that lies in none.
struct Located {
    root: RepoPath,
    path: RepoPath,
    in_chart: bool,
}

/// The files of all entries, in their order, each fault beside.
pub(super) fn resolve(roots: &Roots<'_>, helm: Object<'_>, faults: &mut Vec<Fault>) -> Vec<ValuesFile> {
    let entries = helm.root.get("valueFiles").map(Node::items).unwrap_or_default();
    let optional = helm.flag(&["ignoreMissingValueFiles"]);
    let mut located: Vec<(&Node, &str, Located)> = Vec::new();
    for node in entries {
        let Some(entry) = node.as_str() else { continue };
        match roots.locate(entry) {
            Ok(found) => located.push((node, entry, found)),
            Err(fault) => faults.push(fault.at(helm.place(node))),
        }
    }
    let explicit: BTreeSet<RepoPath> = located.iter().filter(|(.., at)| !roots.is_glob(at)).map(|(.., at)| at.path.clone()).collect();
    let mut files = Vec::new();
    let mut globbed = BTreeSet::new();
    for (node, entry, at) in &located {
        if at.in_chart {
            let place = if optional { ValuesPlace::ChartIfThere } else { ValuesPlace::Chart };
            files.push(ValuesFile { path: at.path.clone(), place, entry: (*entry).to_owned(), span: helm.place(node) });
            continue;
        }
        let found = if roots.is_glob(at) {
            let matching = roots.glob(at, entry);
            matching.map(|paths| paths.into_iter().filter(|path| !explicit.contains(path) && globbed.insert(path.clone())).collect())
        } else {
            roots.exists(at, entry).map(|()| vec![at.path.clone()])
        };
        match found {
            Ok(paths) => {
                let file = |path| ValuesFile { path, place: ValuesPlace::Revision, entry: (*entry).to_owned(), span: helm.place(node) };
                files.extend(paths.into_iter().map(file));
            }
            Err(Missing::Absent(_)) if optional => {}
            Err(Missing::Absent(fault) | Missing::Broken(fault)) => faults.push(fault.at(helm.place(node))),
        }
    }
    files
}

/// Why there is no file.
enum Missing {
    /// Nothing is there, which may be allowed.
    Absent(Fault),
    /// Something else is wrong.
    Broken(Fault),
}

impl Roots<'_> {
    /// The file of one `fileParameters` entry.
    pub(super) fn file(&self, entry: &str) -> Result<RepoPath, Fault> {
        let at = self.locate(entry)?;
        if at.in_chart {
            let fault = Fact::new(format!("file {entry} lies in a chart of a Helm repository, from where only values files are taken"));
            return Err(fault.hint("keep the file in the repository, and name it through a source with a ref"));
        }
        match self.exists(&at, entry) {
            Ok(()) => Ok(at.path),
            Err(Missing::Absent(fault) | Missing::Broken(fault)) => Err(fault),
        }
    }

    /// Where an entry leads: into another source, to the repository's root, or from the chart on.
    fn locate(&self, entry: &str) -> Result<Located, Fault> {
        if is_leftover(entry) {
            let fault = Fact::new(format!("values file {entry:?} has a parameter that was not filled in"));
            return Err(fault.hint(LEFTOVER));
        }
        if let (Some(references), Some(reference)) = (self.references, entry.strip_prefix('$')) {
            let (name, rest) = reference.split_once('/').unwrap_or((reference, ""));
            return match references.get(name) {
                Some(Ok(root)) => within(root, root, self.environment.fill(rest).trim_start_matches('/'), entry),
                Some(Err(fault)) => Err(fault.clone()),
                None => {
                    let known: Vec<String> = references.keys().map(|name| format!("${name}")).collect();
                    let hint = if known.is_empty() { "no source has a ref".to_owned() } else { format!("there is {}", known.join(", ")) };
                    Err(Fact::new(format!("values file {entry} refers to source ${name}, which there is none of")).hint(hint))
                }
            };
        }
        let filled = self.environment.fill(entry);
        if let Some((scheme, _)) = filled.split_once("://") {
            let fault = Fact::new(format!("values file {entry} lies behind {scheme}, from where nothing is fetched"));
            return Err(fault.hint("keep the values file in the repository"));
        }
        match (filled.strip_prefix('/'), &self.chart) {
            (rest, ChartLocation::Repository { .. }) => self.in_chart(rest.unwrap_or(&filled), entry),
            (Some(rest), ChartLocation::Folder(_)) => within(&self.root, &self.root, rest.trim_start_matches('/'), entry),
            (None, ChartLocation::Folder(folder)) => within(&self.root, folder, &filled, entry),
        }
    }

    /// A file of a packed chart, whose root is that of the source.
    fn in_chart(&self, path: &str, entry: &str) -> Result<Located, Fault> {
        let root = RepoPath::root();
        let mut located = within(&root, &root, path, entry)?;
        if self.is_glob(&located) {
            let fault = Fact::new(format!("values files {entry} are a pattern in a chart of a Helm repository, which is not looked up"));
            return Err(fault.hint("name each file"));
        }
        located.in_chart = true;
        Ok(located)
    }

    fn is_glob(&self, at: &Located) -> bool {
        self.world.inventory.settings.version >= GLOBS && at.path.as_str().contains(['*', '?', '['])
    }

    /// The files that a glob matches: those of a folder before its subfolders, each in byte order.
    fn glob(&self, at: &Located, entry: &str) -> Result<Vec<RepoPath>, Missing> {
        let pattern = Doublestar::new(at.path.as_str()).map_err(|bad| {
            let fact = Fact::new(format!("values file {entry} is no pattern: {bad}"));
            Missing::Broken(fact.hint("the entry is a pattern since it has one of * ? [ in it; correct it"))
        })?;
        let mut found = Vec::new();
        for (path, kind) in self.world.files.revision.below(&at.root).filter(|(path, _)| pattern.matches(path.as_str())) {
            if *kind == EntryKind::Folder {
                continue;
            }
            match self.world.files.revision.resolve(path) {
                Ok(real) if self.world.files.revision.entry(&real) == Some(&EntryKind::File) => found.push(path.clone()),
                Ok(real) if self.world.files.revision.entry(&real) == Some(&EntryKind::Special) => {
                    return Err(Missing::Broken(Fault::unread(&ReadError::NotFile(path.clone()))));
                }
                Ok(_) | Err(ReadError::Missing(_)) => {}
                Err(error) => return Err(Missing::Broken(Fault::unread(&error))),
            }
        }
        let key = |path: &RepoPath| -> Vec<(bool, String)> {
            let last = path.parts().count().saturating_sub(1);
            path.parts().enumerate().map(|(index, part)| (index != last, part.to_owned())).collect()
        };
        found.sort_by_key(key);
        if found.is_empty() {
            return Err(Missing::Absent(absent(format!("values file {entry} matches no file"))));
        }
        Ok(found)
    }

    fn exists(&self, at: &Located, entry: &str) -> Result<(), Missing> {
        let revision = self.world.files.revision;
        match revision.resolve(&at.path) {
            Ok(real) if !real.is_within(&at.root) => {
                Err(Missing::Broken(Fact::new(format!("values file {entry} leads out of its repository, to {real}")).hint(OUTSIDE)))
            }
            Ok(real) if revision.entry(&real) == Some(&EntryKind::File) => Ok(()),
            Ok(_) => Err(Missing::Broken(
                Fact::new(format!("values file {entry} is {}, which is no file", at.path))
                    .hint("name a file of the folder, or all of them with /*.yaml"),
            )),
            Err(ReadError::Missing(_)) => {
                let fault = absent(format!("values file {} does not exist", at.path));
                let alone = self.references.is_none() && entry.starts_with('$') && !entry.contains("ARGOCD_");
                let hint = "a name such as $values is that of another source, which only an Application with sources has";
                Err(Missing::Absent(if alone { fault.hint(hint) } else { fault }))
            }
            Err(error) => Err(Missing::Broken(Fault::unread(&error))),
        }
    }
}

fn absent(message: String) -> Fault {
    Fact::new(message).hint("create the file, or set ignoreMissingValueFiles: true if it may be missing")
}

/// A path below a folder, which must stay within the repository.
fn within(root: &RepoPath, folder: &RepoPath, path: &str, entry: &str) -> Result<Located, Fault> {
    let outside = || Fact::new(format!("values file {entry} lies outside of the repository")).hint(OUTSIDE);
    let path = folder.join(path).map_err(|error| Fact::new(format!("values file {entry}: {error}")).hint(OUTSIDE))?;
    if path == *root || !path.is_within(root) {
        return Err(outside());
    }
    Ok(Located { root: root.clone(), path, in_chart: false })
}
