//! The two comparisons: of the ApplicationSets of a repository, and of random ones.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Input, difference, generate, of_argo, of_us};
use crate::fuzz::Random;
use crate::tools::{Error, Tools};

/// What a comparison came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// The ApplicationSets that both expanded.
    pub compared: usize,
    /// Those of them that Argo CD makes an error of.
    pub errors: usize,
    /// The Applications.
    pub applications: usize,
    /// Those that could not be compared, with the reason.
    pub passed_over: Vec<String>,
    /// Where the two differ.
    pub differences: Vec<String>,
}

impl Tally {
    /// Adds what another comparison came to.
    pub fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.errors += other.errors;
        self.applications += other.applications;
        self.passed_over.extend(other.passed_over);
        self.differences.extend(other.differences);
    }

    fn compare(&mut self, tools: &Tools, input: Input<'_>, about: &str) {
        let argo = match of_argo(tools, input) {
            Ok(argo) => argo,
            Err(error) => return self.passed_over.push(format!("{about}: {error}")),
        };
        let ours = match of_us(input) {
            Ok(ours) => ours,
            Err(error) => return self.differences.push(format!("{about}: {error}")),
        };
        for (name, argo) in &argo {
            let Some(ours) = ours.get(name) else {
                self.passed_over.push(format!("{about}: {name} asks something outside of the repository"));
                continue;
            };
            self.compared += 1;
            self.errors += usize::from(argo.is_err());
            self.applications += argo.as_ref().map_or(0, Vec::len);
            if let Some(difference) = difference(argo, ours) {
                self.differences.push(format!("{about}: {name}\n{difference}"));
            }
        }
    }
}

/// Clusters for generators of repositories that declare none.
const CLUSTERS: &str = "clusters.yaml";

/// Compares every ApplicationSet that stands in a file of a repository as it is.
///
/// # Errors
/// The folder cannot be read.
pub fn repository(folder: &Path, scratch: &Path, tools: &Tools) -> Result<Tally, Error> {
    let write = |name: &str, text: &str| {
        let path = scratch.join(name);
        fs::write(&path, text).map_err(|source| Error::file(&path, source))
    };
    fs::create_dir_all(scratch).map_err(|source| Error::file(scratch, source))?;
    write(CLUSTERS, &generate::clusters())?;
    let mut files = Vec::new();
    manifests(folder, &mut files)?;
    let mut tally = Tally::default();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        if !text.contains("kind: ApplicationSet") {
            continue;
        }
        write("input.yaml", &text)?;
        let words = text.split(|sign: char| sign.is_whitespace() || matches!(sign, '"' | '\''));
        let urls: BTreeSet<String> = words.filter(|word| word.contains("://") && !word.contains("{{")).map(str::to_owned).collect();
        let urls: Vec<String> = urls.into_iter().filter(|url| !url.contains('=')).collect();
        let input = Input { folder: scratch, files: &["input.yaml", CLUSTERS], urls: &urls, repository: folder, outside: None };
        let about = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        tally.compare(tools, input, &about);
    }
    Ok(tally)
}

fn manifests(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(|source| Error::file(folder, source))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !path.is_symlink() && name != ".git" {
            manifests(&path, found)?;
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            found.push(path);
        }
    }
    Ok(())
}

/// How many random ApplicationSets one run of the oracle expands.
const BATCH: usize = 40;

/// Compares random ApplicationSets until it is over.
///
/// # Errors
/// The scratch folder cannot be written.
pub fn random(seed: u64, is_over: &dyn Fn(&Tally) -> bool, scratch: &Path, tools: &Tools) -> Result<Tally, Error> {
    let mut random = Random::new(seed);
    let mut tally = Tally::default();
    let repository = scratch.join("repository");
    while !is_over(&tally) {
        let _ = fs::remove_dir_all(&repository);
        for (file, text) in generate::files(&mut random) {
            let path = repository.join(file);
            let parent = path.parent().unwrap_or(&path);
            fs::create_dir_all(parent).map_err(|source| Error::file(parent, source))?;
            fs::write(&path, text).map_err(|source| Error::file(&path, source))?;
        }
        let mut sets = String::new();
        for at in 0..BATCH {
            let _ = write!(sets, "---\n{:#}\n", generate::set(&mut random, &format!("set-{at}")));
        }
        for (name, text) in [("input.yaml", sets), (CLUSTERS, generate::clusters()), ("outside.yaml", generate::outside())] {
            fs::write(scratch.join(name), text).map_err(|source| Error::file(scratch, source))?;
        }
        let urls = [generate::URL.to_owned()];
        let input = Input {
            folder: scratch,
            files: &["input.yaml", CLUSTERS],
            urls: &urls,
            repository: &repository,
            outside: Some("outside.yaml"),
        };
        let before = tally.differences.len();
        tally.compare(tools, input, &format!("seed {seed}"));
        if tally.differences.len() > before {
            // What differs stays, to be looked at.
            let kept = scratch.join(format!("differs-{}", tally.compared));
            let _ = fs::create_dir_all(&kept);
            let _ = fs::copy(scratch.join("input.yaml"), kept.join("input.yaml"));
            let _ = fs::rename(&repository, kept.join("repository"));
        }
    }
    Ok(tally)
}
