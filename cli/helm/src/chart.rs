//! A chart as its files say it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_gotemplate::{
    Templates,
    funcs::{self, Compat},
};
use portcullis_source::{FileId, RepoPath, Revision, SourceFile, Text};
use sha2::{Digest as _, Sha256};

use crate::{
    ChartError, RemoteChart, RenderError, Requirements, Supply,
    context::Context,
    dependency::{self, Wants},
    loader,
    readings::Readings,
    schema::Schema,
    tree::{self, Tree},
};

/// The names of the templates of a set, and the files that they stand in.
type SetKey = Vec<(Arc<str>, Option<FileId>)>;

/// A chart with its subcharts, read once and shared by all applications that use it.
#[derive(Debug)]
pub struct Chart {
    tree: Tree,
    compat: Compat,
    local: Vec<RepoPath>,
    readings: Arc<Readings>,
    sets: Mutex<BTreeMap<SetKey, Arc<Templates>>>,
}

impl Chart {
    /// Loads a folder or a packed chart (`.tgz`), for a Helm.
    ///
    /// # Errors
    /// What helm says where it can't load the chart.
    pub fn load(revision: &Revision, path: &RepoPath, compat: Compat) -> Result<Self, ChartError> {
        let files = loader::files(revision, path, compat)?;
        let tree = tree::build(files, revision.sources(), compat)?;
        Ok(Self { tree, compat, local: Vec::new(), readings: Arc::default(), sets: Mutex::default() })
    }

    /// Shares what the files of other charts were read to: those with the same content are read once.
    #[must_use]
    pub fn sharing(self, readings: &Arc<Readings>) -> Self {
        Self { readings: Arc::clone(readings), ..self }
    }

    /// Loads a folder or a packed chart, and the subcharts that it declares but does not bring from where the supply has them:
    /// those of the versions in Chart.lock, else the newest that fit.
    ///
    /// # Errors
    /// What helm says where it can't load the chart, or where Chart.lock does not belong to Chart.yaml.
    pub fn load_with(revision: &Revision, path: &RepoPath, supply: &Supply, compat: Compat) -> Result<Self, ChartError> {
        let mut chart = Self::load(revision, path, compat)?;
        let real = revision.resolve(path).unwrap_or_else(|_| path.clone());
        let folder = Some(&real).filter(|path| revision.entry(path) != Some(&portcullis_source::EntryKind::File));
        let mut wants = Wants { revision, supply, compat, local: Vec::new() };
        dependency::fill(&mut chart.tree, folder, &mut wants, 0)?;
        chart.local = wants.local;
        Ok(chart.sharing(&supply.readings))
    }

    /// Loads a chart of a Helm repository from where the supply has it.
    ///
    /// # Errors
    /// It has none that fits, or what helm says where it can't load it.
    pub fn load_remote(revision: &Revision, remote: &RemoteChart, supply: &Supply, compat: Compat) -> Result<Self, ChartError> {
        let packed = dependency::remote(revision, remote, supply)?;
        let files = crate::archive::files(&packed, revision.sources())?;
        let mut tree = tree::build(files, revision.sources(), compat)?;
        dependency::is_named(&tree, &remote.name, packed.path())?;
        let mut wants = Wants { revision, supply, compat, local: Vec::new() };
        dependency::fill(&mut tree, None, &mut wants, 0)?;
        Ok(Self { tree, compat, local: wants.local, readings: Arc::clone(&supply.readings), sets: Mutex::default() })
    }

    /// The charts of the same repository that this one needs (`file://`), as far as they do not lie in its charts/.
    #[must_use]
    pub fn local(&self) -> &[RepoPath] {
        &self.local
    }

    /// What Chart.yaml declares to need; `supply` knows what the names of repositories stand for.
    #[must_use]
    pub fn requirements(&self, supply: &Supply) -> Requirements {
        dependency::requirements(&self.tree, &|name| supply.aliases.get(name).cloned())
    }

    /// A file of the chart that is no template, such as another values file.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Text> {
        let values = self.tree.values.first().filter(|_| name == "values.yaml").map(|values| values.text.clone());
        values.or_else(|| self.tree.files.iter().find(|file| file.name == name).map(loader::ChartFile::text))
    }

    /// Stands for everything that a render may depend on beside the values and the release: the names and contents of all files, those of its
    /// subcharts included, wherever they were found. Only charts of one table of files may be compared by it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update([self.compat as u8]);
        self.tree.feed(&mut digest);
        digest.finalize().into()
    }

    /// The files that the chart was read from, those of its subcharts included, and those within packed ones.
    pub fn files(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        let mut open = vec![&self.tree];
        std::iter::from_fn(move || {
            let tree = open.pop()?;
            open.extend(&tree.children);
            Some(&tree.parts)
        })
        .flatten()
        .map(|part| &part.file)
    }

    /// The name in Chart.yaml.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.tree.metadata.name
    }

    /// The version in Chart.yaml.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.tree.metadata.version
    }

    /// The version of what the chart installs, empty where Chart.yaml has none.
    #[must_use]
    pub fn app_version(&self) -> &str {
        &self.tree.metadata.app_version
    }

    /// The Helm that the chart was loaded for, and is rendered as.
    #[must_use]
    pub fn compat(&self) -> Compat {
        self.compat
    }

    /// The default values as they stand in values.yaml: one document, or several with Helm 4.
    #[must_use]
    pub fn values(&self) -> &[Arc<portcullis_source::Document>] {
        &self.tree.values
    }

    /// Puts other default values in the place of those that a values.yaml gives, such as `charts/redis/values.yaml`; the templates stay
    /// parsed. Nothing is done where no chart lies there.
    ///
    /// # Errors
    /// They are no YAML, or no map.
    pub fn set_values(&mut self, path: &str, file: &Arc<SourceFile>) -> Result<(), ChartError> {
        match self.tree.beneath(path.strip_suffix("values.yaml").unwrap_or(path)) {
            Some(tree) => tree.set_values(file, self.compat),
            None => Ok(()),
        }
    }

    /// The schema of the values.
    #[must_use]
    pub fn schema(&self) -> Option<&Arc<SourceFile>> {
        self.tree.schema.as_ref().map(Schema::file)
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn readings(&self) -> &Readings {
        &self.readings
    }

    /// The templates of the charts that a release uses, parsed once for all releases that use the same ones.
    pub(crate) fn templates(&self, contexts: &[Context]) -> Result<Arc<Templates>, RenderError> {
        let whole = portcullis_source::Range { start: 0, end: 0 };
        let key: SetKey =
            contexts.iter().map(|context| (Arc::clone(&context.name), context.text.span(whole).map(|span| span.file))).collect();
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = sets.get(&key) {
            return Ok(Arc::clone(set));
        }
        let mut set = Templates::new(funcs::helm_functions(self.compat));
        for context in contexts {
            set.parse_once(&context.name, &context.text, self.readings.trees(self.compat)).map_err(|error| {
                // Helm keeps what stands after the last ": ".
                let whole = error.to_string();
                let last = whole.rsplit(": ").next().unwrap_or(&whole);
                RenderError::new(format!("parse error at ({}:{}): {last}", error.name, error.line)).at(error.span).rendering()
            })?;
        }
        let set = Arc::new(set);
        sets.insert(key, Arc::clone(&set));
        Ok(set)
    }
}
