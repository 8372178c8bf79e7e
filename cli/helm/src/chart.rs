//! A chart as its files say it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_gotemplate::{
    Templates,
    funcs::{self, Compat},
};
use portcullis_source::{FileId, RepoPath, Revision, SourceFile};

use crate::{
    ChartError, RenderError,
    context::Context,
    loader,
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
        Ok(Self { tree, compat, sets: Mutex::default() })
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

    /// The schema of the values.
    #[must_use]
    pub fn schema(&self) -> Option<&Arc<SourceFile>> {
        self.tree.schema.as_ref().map(Schema::file)
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
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
            set.parse(&context.name, &context.text).map_err(|error| {
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
