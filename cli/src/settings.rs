//! The command line and the configuration file to what a run works with.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_helm::Supply;
use portcullis_policies::{Config, ConfigError, Date, Library};
use portcullis_source::{ReadError, RepoPath, Revision, SourceFile, Sources, read_named};
use portcullis_vendor::Lock;

use crate::{
    args::{Caching, Scope},
    cache::Answers,
    error::{BROKEN_BUILD, Error, Mistake},
    own,
    progress::Progress,
    root, supply,
    terraform::Plans,
};

/// What the process finds itself in.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The folder that paths on the command line are meant from.
    pub(crate) directory: PathBuf,
    /// Whether standard output takes colours.
    pub(crate) coloured: bool,
    /// The present time, in seconds after the start of 1970 in UTC.
    pub(crate) seconds: u64,
    /// The index that a commit in the making is staged in, where git says so to its hooks.
    pub(crate) index: Option<PathBuf>,
    /// What hashes of secrets are keyed with, where the environment says.
    pub(crate) secret_key: Option<String>,
    /// Where helm and docker keep what is theirs.
    pub(crate) places: Places,
}

/// Where helm and docker keep what is theirs, as far as the environment says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Helm's cache of packed charts.
    pub(crate) cache: Option<PathBuf>,
    /// Helm's repositories.yaml.
    pub(crate) repositories: Option<PathBuf>,
    /// The configuration files with the credentials of registries: helm's, then docker's.
    pub(crate) registries: Vec<PathBuf>,
    /// Where runs and answers of rules are kept.
    pub(crate) cached: Option<PathBuf>,
    /// Whether somebody looks at standard error.
    pub(crate) terminal: bool,
}

/// A revision, its configuration, and what of it is looked at.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The tree.
    pub(crate) revision: Revision,
    /// The folder that the tree is rooted at.
    pub(crate) root: PathBuf,
    /// The configuration, or what holds without one.
    pub(crate) config: Config,
    /// The file that it was read from.
    pub(crate) config_file: Option<Arc<SourceFile>>,
    /// The rules: ours, and those of the tree.
    pub(crate) library: Library,
    /// What is wrong with rules of the tree that were left out, and with what the configuration says of rules.
    pub(crate) left_out: Vec<ConfigError>,
    /// Where charts lie that the repository needs and does not have.
    pub(crate) supply: Supply,
    /// The digests of those that were fetched.
    pub(crate) lock: Lock,
    /// Only what these paths reach; everything where there are none.
    pub(crate) paths: Vec<RepoPath>,
    /// Only these environments; all where there are none.
    pub(crate) environments: Vec<String>,
    /// Only these services; all where there are none.
    pub(crate) services: Vec<String>,
    /// What Terraform planned, where somebody says so.
    pub(crate) plans: Plans,
    /// How far the work has come.
    pub(crate) progress: Progress,
    /// What rules said before, where that is kept.
    pub(crate) answers: Option<Arc<Answers>>,
}

impl Settings {
    /// Opens what the command line names.
    pub(crate) fn open(scope: &Scope, surroundings: &Surroundings) -> Result<Self, Error> {
        Self::open_into(Sources::default(), scope, surroundings)
    }

    /// The same, with the table that the files are added to.
    pub(crate) fn open_into(sources: Sources, scope: &Scope, surroundings: &Surroundings) -> Result<Self, Error> {
        threads(scope);
        if scope.revision.is_none() {
            // Looked at before the repository is, so that a misspelt path outside of any does not open what lies around it.
            let missing = scope.paths.iter().find(|path| std::fs::symlink_metadata(surroundings.directory.join(path)).is_err());
            if let Some(path) = missing {
                return Err(Error::usage(format!("{} does not exist", path.display()), MISSING));
            }
        }
        let root = Self::root(scope, surroundings)?;
        let sources = Arc::new(sources);
        let revision = match &scope.revision {
            Some(name) => {
                in_git(&root, name)?;
                Revision::commit(&root, name, sources)?
            }
            None => Revision::work_tree(&root, sources)?,
        };
        let on_disk = scope.revision.is_none();
        Self::of(revision, (root, on_disk), scope, surroundings)
    }

    /// The folder that the repository begins in.
    pub(crate) fn root(scope: &Scope, surroundings: &Surroundings) -> Result<PathBuf, Error> {
        let start = scope.paths.first().map_or_else(|| surroundings.directory.clone(), |path| surroundings.directory.join(path));
        let start = absolute(&start)?;
        Ok(root::find(if start.is_dir() { &start } else { start.parent().unwrap_or(&start) }))
    }

    /// Reads the configuration of a tree; what lies beside it on disk counts where it is a work tree.
    pub(crate) fn of(
        revision: Revision,
        (root, on_disk): (PathBuf, bool),
        scope: &Scope,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        let config_file = config_file(scope, surroundings, &revision)?;
        let mut config = parse(config_file.as_deref(), revision.sources())?;
        let (mut library, mut left_out) = own::library(&revision, &root, &config)?;
        left_out.extend(library.settle(&mut config));
        let paths = scope.paths.iter().map(|path| within(&root, &surroundings.directory.join(path)));
        let paths: Vec<RepoPath> = paths.collect::<Result<_, _>>()?;
        if let Some((path, given)) = paths.iter().zip(&scope.paths).find(|(path, _)| revision.entry(path).is_none()) {
            return Err(absent(path, given, scope.revision.as_deref()));
        }
        let lock = supply::lock(&revision)?;
        let folder = Some(&*root).filter(|_| on_disk);
        let supply = supply::supply(&revision, folder, &config, &lock, &surroundings.places)?;
        Ok(Self {
            revision,
            root,
            config,
            config_file,
            library,
            left_out,
            supply,
            lock,
            paths,
            environments: scope.environment.clone(),
            services: scope.service.clone(),
            plans: Plans::default(),
            progress: Progress::new(surroundings.places.terminal),
            answers: None,
        })
    }
}

impl Settings {
    /// Keeps what rules say for the next run, where somebody may and wants it.
    pub(crate) fn remember(&mut self, caching: &Caching, surroundings: &Surroundings) {
        self.answers = cache_folder(caching, surroundings).map(|folder| Arc::new(Answers::open(&folder, &self.root)));
    }
}

/// Where something may be kept for the next run.
pub(crate) fn cache_folder(caching: &Caching, surroundings: &Surroundings) -> Option<PathBuf> {
    let given = caching.cache.as_ref().map(|folder| surroundings.directory.join(folder));
    given.or_else(|| surroundings.places.cached.clone()).filter(|_| !caching.no_cache)
}

/// Works with as many threads as are asked for.
pub(crate) fn threads(scope: &Scope) {
    if let Some(threads) = scope.threads {
        // A pool that exists already keeps its size; there is one command in a process.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
}

/// Says so where there is no git repository to find a revision in.
pub(crate) fn in_git(root: &Path, name: &str) -> Result<(), Error> {
    if root.ancestors().any(|folder| folder.join(".git").exists()) {
        return Ok(());
    }
    let message = format!("there is no git repository here, so that there is no revision {name}");
    Err(Error::usage(message, "start in a repository, or check the files as they are: `portcullis lint`"))
}

/// What to do about a path that does not exist.
const MISSING: &str = "name files or folders of the repository, or start in another with -C";

/// A path that the tree does not have; work goes no further, since a misspelt path must not pass for a clean one.
fn absent(path: &RepoPath, given: &Path, revision: Option<&str>) -> Error {
    let given = given.display();
    let (message, hint) = match revision {
        Some(name) => (format!("there is no {path} in {name}"), format!("`git ls-tree -r --name-only {name}` lists what there is")),
        None => (
            format!("{given} is not part of the repository, since git ignores it"),
            "name what git tracks, or change .gitignore".to_owned(),
        ),
    };
    Error::Usage { message, hint }
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path)
        .map_err(|error| Error::usage(format!("{} is no usable path: {error}", path.display()), "name a file or folder of the repository"))
}

/// A path of the disk as one of the repository.
pub(crate) fn within(root: &Path, path: &Path) -> Result<RepoPath, Error> {
    let outside = || Error::Usage {
        message: format!("{} is not in the repository {}", path.display(), root.display()),
        hint: "name paths of one repository, or start in another with -C".to_owned(),
    };
    let path = absolute(path)?;
    let relative = path.strip_prefix(root).map_err(|_| outside())?;
    RepoPath::new(&relative.to_string_lossy()).map_err(|_| outside())
}

/// The mistakes of a configuration with their places looked up.
pub(crate) fn mistakes(errors: Vec<ConfigError>, sources: &Sources) -> Error {
    let mistake = |error: ConfigError| Mistake {
        message: error.message,
        location: error.span.and_then(|span| sources.locate(span)),
        line: error.span.and_then(|span| Some(line(&*sources.get(span.file)?, span.start))).unwrap_or_default(),
        hint: error.hint,
    };
    Error::Config { mistakes: errors.into_iter().map(mistake).collect() }
}

fn config_file(scope: &Scope, surroundings: &Surroundings, revision: &Revision) -> Result<Option<Arc<SourceFile>>, Error> {
    let Some(path) = &scope.config else { return default_config(revision) };
    Ok(Some(read_named(&surroundings.directory.join(path), revision.sources())?))
}

/// The configuration at the root of a tree, or what holds without one.
pub(crate) fn config_of(revision: &Revision) -> Result<Config, Error> {
    parse(default_config(revision)?.as_deref(), revision.sources())
}

fn parse(file: Option<&SourceFile>, sources: &Sources) -> Result<Config, Error> {
    let Some(file) = file else { return Ok(Config::default()) };
    Config::parse(file).map_err(|errors| mistakes(errors, sources))
}

fn line(file: &SourceFile, offset: u32) -> String {
    file.line_text(file.line_column(offset).0)
}

fn default_config(revision: &Revision) -> Result<Option<Arc<SourceFile>>, Error> {
    for name in root::CONFIG_NAMES {
        let path = RepoPath::new(name).map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))?;
        match revision.read(&path) {
            Ok(file) => return Ok(Some(file)),
            Err(ReadError::Missing(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// The day that waivers are judged by.
pub(crate) fn today(given: Option<&str>, surroundings: &Surroundings) -> Result<Date, Error> {
    let Some(text) = given else { return Ok(Date::from_unix_seconds(surroundings.seconds)) };
    Date::parse(text).ok_or_else(|| Error::Usage { message: format!("{text:?} is no date"), hint: "write it as YYYY-MM-DD".to_owned() })
}
