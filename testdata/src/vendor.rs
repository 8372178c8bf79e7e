//! Turns git histories of chart repositories into corpora: each chart of HEAD with its dependencies, at the versions that it locks, taken from
//! the same histories.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use portcullis_source::{Data, Node, Text, yaml};

use crate::tools::Error;
use crate::truth::{entries, read};

/// How deep dependencies of dependencies go.
const MAX_DEPTH: usize = 6;

/// The folder of a corpus that holds the test values of its charts, one folder for each.
pub const VALUES: &str = ".values";

/// A git directory with charts in its history, and the name of the corpus that it makes.
#[derive(Debug, Clone)]
pub struct History {
    /// The name of the corpus.
    pub name: String,
    /// The git directory; a bare one will do.
    pub git: PathBuf,
}

/// A chart that some dependency is missing of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// The folder of the chart.
    pub chart: PathBuf,
    /// The dependencies that no history has, as `name version`.
    pub missing: Vec<String>,
}

/// A dependency as Chart.lock or Chart.yaml names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    name: String,
    version: String,
}

/// Writes the corpora of all histories below a folder; charts with a missing dependency are also written without it, in `NAME-reduced`.
///
/// # Errors
/// If git cannot be run or a file cannot be written.
pub fn vendor(out: &Path, histories: &[History]) -> Result<Vec<Incomplete>, Error> {
    let mut vendor = Vendor { histories, found: BTreeMap::new() };
    let mut incomplete = Vec::new();
    for history in histories {
        let corpus = out.join(&history.name);
        for (name, folder) in charts(history)? {
            let to = corpus.join(&name);
            export(history, &format!("HEAD:{folder}"), &to)?;
            let missing = vendor.complete(history, &to, 0)?;
            if !missing.is_empty() {
                reduce(history, &folder, &out.join(format!("{}-reduced", history.name)).join(&name), &mut vendor, &missing)?;
                incomplete
                    .push(Incomplete { chart: to, missing: missing.iter().map(|one| format!("{} {}", one.name, one.version)).collect() });
            }
        }
        test_values(history, &corpus)?;
    }
    Ok(incomplete)
}

/// The charts of HEAD that stand in a folder of folders: their names and paths.
fn charts(history: &History) -> Result<Vec<(String, String)>, Error> {
    let listing = git_text(history, &["ls-tree", "-r", "--name-only", "HEAD"])?;
    let chart = |line: &str| {
        let folder = line.strip_suffix("/Chart.yaml")?;
        let (_, name) = folder.split_once('/')?;
        (!name.contains('/')).then(|| (name.to_owned(), folder.to_owned()))
    };
    Ok(listing.lines().filter_map(chart).collect())
}

struct Vendor<'a> {
    histories: &'a [History],
    /// Which history and which tree holds a dependency.
    found: BTreeMap<(String, Wanted), Option<(usize, String)>>,
}

impl Vendor<'_> {
    /// Puts the missing dependencies of a chart into its `charts/`, and says which no history has.
    fn complete(&mut self, own: &History, chart: &Path, depth: usize) -> Result<Vec<Wanted>, Error> {
        let mut missing = Vec::new();
        for wanted in wanted(chart)? {
            let to = chart.join("charts").join(&wanted.name);
            if to.join("Chart.yaml").exists() || depth > MAX_DEPTH {
                continue;
            }
            let Some((history, tree)) = self.find(own, &wanted)? else {
                missing.push(wanted);
                continue;
            };
            let Some(history) = self.histories.get(history) else { continue };
            export(history, &tree, &to)?;
            missing.extend(self.complete(history, &to, depth + 1)?);
        }
        Ok(missing)
    }

    fn find(&mut self, own: &History, wanted: &Wanted) -> Result<Option<(usize, String)>, Error> {
        let key = (own.name.clone(), wanted.clone());
        if let Some(found) = self.found.get(&key) {
            return Ok(found.clone());
        }
        let mut order: Vec<usize> = (0..self.histories.len()).collect();
        order.sort_by_key(|&index| self.histories.get(index).map(|history| history.name != own.name));
        let mut found = None;
        for index in order {
            let Some(history) = self.histories.get(index) else { continue };
            found = tree_of(history, wanted)?.map(|tree| (index, tree));
            if found.is_some() {
                break;
            }
        }
        self.found.insert(key, found.clone());
        Ok(found)
    }
}

/// The tree of a history that holds a chart at a version: a tag's, else that of the commit which brought the version.
fn tree_of(history: &History, wanted: &Wanted) -> Result<Option<String>, Error> {
    let patterns = [format!("{}/{}", wanted.name, wanted.version), format!("{}-{}", wanted.name, wanted.version)];
    let [first, second] = &patterns;
    let tags = git_text(history, &["tag", "--list", "--sort=-version:refname", first, second])?;
    let known = charts(history)?;
    let folder = known.iter().find(|(name, _)| *name == wanted.name).map(|(_, folder)| folder.clone());
    let Some(folder) = folder else { return Ok(None) };
    let pick = format!("-Sversion: {}", wanted.version);
    let commits = if tags.is_empty() {
        git_text(history, &["log", "--format=%H", &pick, "HEAD", "--", &format!("{folder}/Chart.yaml")])?
    } else {
        tags
    };
    let fits = |version: &str| match wanted.version.strip_suffix('*') {
        Some(start) => version.starts_with(start),
        None => version == wanted.version,
    };
    for commit in commits.lines() {
        let tree = format!("{commit}:{folder}");
        let shown = git(history, &["show", &format!("{tree}/Chart.yaml")])?;
        let chart = node(&shown.stdout);
        if chart.get("version").and_then(Node::as_str).is_some_and(fits) {
            return Ok(Some(tree));
        }
    }
    Ok(None)
}

/// The dependencies of a chart, by its lock where it has one.
fn wanted(chart: &Path) -> Result<Vec<Wanted>, Error> {
    let lock = chart.join("Chart.lock");
    let path = if lock.exists() { lock } else { chart.join("Chart.yaml") };
    let root = node(read(&path)?.as_bytes());
    let dependency = |item: &Node| {
        let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
        Some(Wanted { name: text("name")?, version: text("version")? })
    };
    Ok(root.get("dependencies").map(Node::items).unwrap_or_default().iter().filter_map(dependency).collect())
}

/// Writes a chart once more, without the dependencies that are missing.
fn reduce(history: &History, folder: &str, to: &Path, vendor: &mut Vendor<'_>, missing: &[Wanted]) -> Result<(), Error> {
    export(history, &format!("HEAD:{folder}"), to)?;
    for file in ["Chart.yaml", "Chart.lock"] {
        let path = to.join(file);
        if path.exists() {
            let text = without(&read(&path)?, missing);
            fs::write(&path, text).map_err(|source| Error::file(&path, source))?;
        }
    }
    vendor.complete(history, to, 0)?;
    Ok(())
}

/// A Chart.yaml or Chart.lock without the items of these dependencies.
fn without(text: &str, missing: &[Wanted]) -> String {
    let mut kept = String::new();
    let mut dropping = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if dropping.is_some_and(|at| indent <= at && !line.trim().is_empty()) {
            dropping = None;
        }
        let name = line.trim_start().strip_prefix("- name:").map(str::trim);
        if name.is_some_and(|name| missing.iter().any(|one| one.name == name)) {
            dropping = Some(indent);
        }
        if dropping.is_none() {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Writes the values that a repository once tested its charts with outside of them: `.vib/CHART/runtime-parameters.yaml`.
fn test_values(history: &History, corpus: &Path) -> Result<(), Error> {
    let removal = git_text(history, &["log", "-1", "--format=%H", "HEAD", "--", ".vib"])?;
    let Some(commit) = removal.lines().next() else { return Ok(()) };
    for tree in [commit.to_owned(), format!("{commit}^")] {
        let listing = git_text(history, &["ls-tree", "-r", "--name-only", &tree, ".vib"])?;
        for path in listing.lines() {
            let Some((chart, file)) = path.strip_prefix(".vib/").and_then(|rest| rest.split_once('/')) else { continue };
            if file != "runtime-parameters.yaml" || !corpus.join(chart).is_dir() {
                continue;
            }
            let shown = git(history, &["show", &format!("{tree}:{path}")])?;
            let to = corpus.join(VALUES).join(chart);
            fs::create_dir_all(&to).map_err(|source| Error::file(&to, source))?;
            fs::write(to.join(file), shown.stdout).map_err(|source| Error::file(&to, source))?;
        }
    }
    Ok(())
}

/// Writes a tree of a history to a folder, in place of what is there.
fn export(history: &History, tree: &str, to: &Path) -> Result<(), Error> {
    if to.exists() {
        fs::remove_dir_all(to).map_err(|source| Error::file(to, source))?;
    }
    fs::create_dir_all(to).map_err(|source| Error::file(to, source))?;
    let archive = to.with_extension("export.tar");
    let written = git(history, &["archive", "--format=tar", "--output", &archive.to_string_lossy(), tree])?;
    if !written.status.success() {
        return Err(Error::Unexpected(format!("git archive {tree}: {}", String::from_utf8_lossy(&written.stderr))));
    }
    let mut untar = Command::new("tar");
    untar.arg("-xf").arg(&archive).arg("-C").arg(to);
    let done = untar.output().map_err(|source| Error::Tool { path: PathBuf::from("tar"), source })?;
    fs::remove_file(&archive).map_err(|source| Error::file(&archive, source))?;
    if done.status.success() { Ok(()) } else { Err(Error::Unexpected(String::from_utf8_lossy(&done.stderr).into_owned())) }
}

fn git(history: &History, arguments: &[&str]) -> Result<Output, Error> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(&history.git).args(arguments);
    command.output().map_err(|source| Error::Tool { path: PathBuf::from("git"), source })
}

fn git_text(history: &History, arguments: &[&str]) -> Result<String, Error> {
    let output = git(history, arguments)?;
    if !output.status.success() {
        return Err(Error::Unexpected(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first document of a YAML text, null where it has none.
fn node(text: &[u8]) -> Node {
    let stream = yaml::parse(&Text::nowhere(text));
    stream.documents.into_iter().next().map_or_else(null, |document| document.root)
}

fn null() -> Node {
    Node { data: Data::Null, range: portcullis_source::Range { start: 0, end: 0 } }
}

/// The folders of a corpus that are charts, in order of name.
///
/// # Errors
/// If the folder cannot be read.
pub fn charts_of(corpus: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(entries(corpus)?.into_iter().filter(|path| path.join("Chart.yaml").is_file()).collect())
}
