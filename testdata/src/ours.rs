//! Renders a chart with this repository's own library, as a command line would.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portcullis_helm::{Capabilities, Chart, ChartError, Compat, Layer, Options, Readings, Release, RenderError, render};
use portcullis_source::{RepoPath, Revision, Sources, Text};

use crate::oracle::Answer;
use crate::tools::Error;

/// The release name of every render.
pub const RELEASE: &str = "demo";

/// How a chart is to be rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variant {
    /// What people call it.
    pub name: String,
    /// The values files, the lowest first.
    pub values: Vec<PathBuf>,
    /// The namespace, where it is not `default`.
    pub namespace: Option<String>,
    /// The Kubernetes version, where it is not helm's own choice.
    pub kube_version: Option<String>,
    /// Further API versions.
    pub api_versions: Vec<String>,
    /// Whether it is an upgrade.
    pub is_upgrade: bool,
    /// Whether CRDs are printed.
    pub include_crds: bool,
}

impl Variant {
    /// The command line of helm that asks for it.
    #[must_use]
    pub fn arguments(&self, chart: &Path) -> Vec<String> {
        let mut words = vec!["template".to_owned(), RELEASE.to_owned(), chart.to_string_lossy().into_owned()];
        let mut flag = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
        for file in &self.values {
            flag("--values", &file.to_string_lossy());
        }
        if let Some(namespace) = &self.namespace {
            flag("--namespace", namespace);
        }
        if let Some(version) = &self.kube_version {
            flag("--kube-version", version);
        }
        for version in &self.api_versions {
            flag("--api-versions", version);
        }
        words.extend(self.is_upgrade.then(|| "--is-upgrade".to_owned()));
        words.extend(self.include_crds.then(|| "--include-crds".to_owned()));
        words
    }
}

/// A chart, loaded once for all its renders.
#[derive(Debug)]
pub struct Ours {
    revision: Revision,
    compat: Compat,
    chart: Result<Chart, ChartError>,
}

impl Ours {
    /// Loads a chart as one helm does.
    ///
    /// # Errors
    /// If its folder cannot be listed; what is wrong with the chart is the answer of its renders.
    pub fn load(folder: &Path, compat: Compat) -> Result<Self, Error> {
        Self::load_sharing(folder, compat, &Arc::default())
    }

    /// Loads a chart as one of a run over many, which share what is the same in them.
    ///
    /// # Errors
    /// If its folder cannot be listed.
    pub fn load_sharing(folder: &Path, compat: Compat, readings: &Arc<Readings>) -> Result<Self, Error> {
        let revision = Revision::folder(folder, Arc::new(Sources::default())).map_err(|error| Error::Unexpected(error.to_string()))?;
        let chart = Chart::load(&revision, &RepoPath::root(), compat).map(|chart| chart.sharing(readings));
        Ok(Self { revision, compat, chart })
    }

    /// Renders the chart as helm would print it; a panic is an answer too, which helm never gives.
    pub fn render(&self, variant: &Variant) -> Answer {
        let attempt = || self.attempt(variant).map_err(|error| error.print().trim_end().trim_start_matches("Error: ").to_owned());
        catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|_| Err("portcullis panicked".to_owned()))
    }

    fn attempt(&self, variant: &Variant) -> Result<Vec<u8>, RenderError> {
        let capabilities = Capabilities::new(variant.kube_version.as_deref(), &variant.api_versions, self.compat)?;
        let mut layers = Vec::new();
        for path in &variant.values {
            let failed = |error: std::io::Error| RenderError {
                message: error.to_string(),
                span: None,
                hint: None,
                rendering: false,
                warnings: Vec::new(),
            };
            let file = self.revision.sources().add(path.to_string_lossy(), fs::read(path).map_err(failed)?);
            layers.push(Layer::file(path.to_string_lossy(), &Text::of_file(&file), self.compat)?);
        }
        let chart = self.chart.as_ref().map_err(Clone::clone)?;
        let release = Release {
            name: Arc::from(RELEASE),
            namespace: Arc::from(variant.namespace.as_deref().unwrap_or("default")),
            is_upgrade: variant.is_upgrade,
            revision: 1,
            capabilities: Arc::new(capabilities),
        };
        let options = Options { include_crds: variant.include_crds, ..Options::default() };
        Ok(render(chart, &layers, &release, &options)?.print())
    }
}
