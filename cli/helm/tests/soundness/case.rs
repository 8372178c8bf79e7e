//! A chart and the values over it, as bytes that can be changed, and what they render to.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use portcullis_helm::{Capabilities, Chart, Compat, Layer, LayerContent, Options, Release, RenderError, render};
use portcullis_source::{Document, RepoPath, Revision, Sources, Text};

pub(crate) type Files = BTreeMap<RepoPath, Arc<[u8]>>;

/// A template and the turn of one of its documents.
pub(crate) type DocumentId = (String, usize);

/// A chart in `chart/` and the values files over it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files: Files,
    pub(crate) layers: Vec<RepoPath>,
    pub(crate) compat: Compat,
    /// Whether the chart's own values are laid over it once more, which hides them.
    pub(crate) has_copy: bool,
    /// Whether values are held against the schemas of the charts.
    schemas: bool,
}

/// A chart that was loaded, and how often it was rendered.
pub(crate) struct Loaded {
    chart: Chart,
    sources: Arc<Sources>,
    renders: usize,
}

/// The content that a file gets.
pub(crate) type Edit = (RepoPath, Arc<[u8]>);

/// How often a chart is rendered before it is loaded again: what layers say is kept for as long as the chart is.
const RENDERS: usize = 500;

/// What is laid over everything else.
#[derive(Clone, Debug)]
pub(crate) enum Over {
    /// A values file.
    Values(String),
    /// A `--set`.
    Set(String),
}

/// One rendering, its documents by template and turn.
pub(crate) struct Outcome {
    pub(crate) documents: BTreeMap<DocumentId, Document>,
    pub(crate) sources: Arc<Sources>,
}

impl Over {
    /// The name that places within it have.
    pub(crate) const NAME: &'static str = "over";

    fn layer(&self, sources: &Sources, compat: Compat) -> Result<Layer, RenderError> {
        match self {
            Self::Values(text) => Layer::file(Self::NAME, &Text::of_file(&sources.add(Self::NAME, text.as_bytes())), compat),
            Self::Set(text) => {
                Ok(Layer { name: Arc::from(Self::NAME), content: LayerContent::Set(sources.add(Self::NAME, text.as_bytes())) })
            }
        }
    }
}

impl Loaded {
    fn set_values(&mut self, path: &RepoPath, bytes: &Arc<[u8]>) -> Result<(), RenderError> {
        let name = path.as_str().strip_prefix("chart/").expect("a file of the chart");
        let file = self.sources.add(path.as_str(), Arc::clone(bytes));
        Ok(self.chart.set_values(name, &file)?)
    }
}

impl Case {
    pub(crate) fn read(name: &str, chart: &Path, layers: &[&Path], compat: Compat) -> Self {
        let mut files = Files::new();
        add_folder(&mut files, chart, "chart");
        let layers = layers.iter().enumerate().map(|(index, path)| {
            let name = format!("layers/{index}-{}", path.file_name().expect("a name").to_string_lossy());
            let name = RepoPath::new(&name).expect("a path");
            files.insert(name.clone(), Arc::from(fs::read(path).expect("a layer")));
            name
        });
        let layers = layers.collect();
        Self { name: name.to_owned(), files, layers, compat, has_copy: false, schemas: true }
    }

    /// The case with the chart's own values laid over it once more, as people do who copy and change them. What its schema would refuse
    /// is rendered all the same, since it shows more.
    pub(crate) fn with_copy(mut self) -> Self {
        self.schemas = false;
        let own = RepoPath::new("chart/values.yaml").expect("a path");
        let copy = RepoPath::new("layers/copy.yaml").expect("a path");
        if let Some(bytes) = self.files.get(&own).cloned() {
            self.files.insert(copy.clone(), bytes);
            self.layers.push(copy);
            self.has_copy = true;
        }
        self
    }

    fn load(&self) -> Result<Loaded, RenderError> {
        let revision = Revision::memory(self.files.clone(), Arc::new(Sources::default()));
        let chart = Chart::load(&revision, &RepoPath::new("chart").expect("a path"), self.compat)?;
        Ok(Loaded { chart, sources: Arc::clone(revision.sources()), renders: 0 })
    }

    /// Renders with a file changed and something laid over all; the chart is loaded once, and gets other default values.
    pub(crate) fn render(&self, edit: Option<&Edit>, over: Option<&Over>, kept: &mut Option<Loaded>) -> Result<Outcome, RenderError> {
        let mut loaded = match kept.take().filter(|kept| kept.renders < RENDERS) {
            Some(kept) => kept,
            None => self.load()?,
        };
        loaded.renders += 1;
        let own = edit.filter(|(path, _)| !self.layers.contains(path));
        let outcome = match own.map(|(path, bytes)| loaded.set_values(path, bytes)) {
            Some(Err(error)) => Err(error),
            Some(Ok(())) | None => self.render_loaded(&loaded, edit, over),
        };
        if let Some(before) = own.and_then(|(path, _)| Some((path, self.files.get(path)?))) {
            loaded.set_values(before.0, before.1)?;
        }
        *kept = Some(loaded);
        outcome
    }

    fn render_loaded(&self, loaded: &Loaded, edit: Option<&Edit>, over: Option<&Over>) -> Result<Outcome, RenderError> {
        let release = Release {
            name: Arc::from("demo"),
            namespace: Arc::from("default"),
            is_upgrade: false,
            revision: 1,
            capabilities: Arc::new(Capabilities::new(Some("1.31.0"), &[], self.compat)?),
        };
        let sources = &loaded.sources;
        let layer = |path: &RepoPath| {
            let edited = edit.filter(|(edited, _)| edited == path).map(|(_, bytes)| bytes);
            let bytes = edited.or_else(|| self.files.get(path)).cloned().expect("a layer");
            Layer::file(path.name(), &Text::of_file(&sources.add(path.as_str(), bytes)), self.compat)
        };
        let mut layers = self.layers.iter().map(layer).collect::<Result<Vec<Layer>, RenderError>>()?;
        if let Some(over) = over {
            layers.push(over.layer(sources, self.compat)?);
        }
        let options = Options { skip_schema_validation: !self.schemas, ..Options::default() };
        let rendered = render(&loaded.chart, &layers, &release, &options)?;
        let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for manifest in rendered.manifests {
            let count = counts.entry(manifest.path.clone()).or_default();
            for document in manifest.documents {
                documents.insert((manifest.path.clone(), *count), document);
                *count += 1;
            }
        }
        Ok(Outcome { documents, sources: Arc::clone(sources) })
    }
}

fn add_folder(files: &mut Files, folder: &Path, to: &str) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = format!("{to}/{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            add_folder(files, &path, &name);
        } else if path.is_file() {
            files.insert(RepoPath::new(&name).expect("a path"), Arc::from(fs::read(&path).expect("a file")));
        }
    }
}
