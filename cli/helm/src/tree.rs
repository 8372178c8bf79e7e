//! The files of a chart to a chart with its subcharts.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::funcs::Compat;
use portcullis_source::{Document, SourceFile, Sources, Span};
use sha2::{Digest as _, Sha256};

use crate::{
    ChartError, archive,
    decode::{self, DecodeError},
    dependency::Lock,
    loader::ChartFile,
    metadata::Metadata,
    schema::Schema,
    warning::Warning,
};

/// How deep charts may lie in charts.
const MAX_DEPTH: usize = 32;

/// What Helm says of files that charts of the second version have other names for.
const MOVED_REQUIREMENTS: &str =
    "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.";
const MOVED_LOCK: &str =
    "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to Chart.lock.";

/// A chart as its files say it is, before values decide which of its subcharts are used.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The name of its folder or file in charts/, empty for the chart that is loaded.
    pub(crate) entry: String,
    /// Chart.yaml.
    pub(crate) metadata: Metadata,
    /// The place of Chart.yaml.
    pub(crate) place: Option<Span>,
    /// Everything below `templates/`.
    pub(crate) templates: Vec<ChartFile>,
    /// The documents of values.yaml.
    pub(crate) values: Vec<Arc<Document>>,
    /// values.schema.json.
    pub(crate) schema: Option<Schema>,
    /// What templates see as `.Files`.
    pub(crate) files: Vec<ChartFile>,
    /// The subcharts, by the names of their folders or files.
    pub(crate) children: Vec<Self>,
    /// What helm would note on its standard error.
    pub(crate) warnings: Vec<Warning>,
    /// Chart.lock.
    pub(crate) lock: Option<Lock>,
    /// The first dependency that was looked for in vain, and what to do about it.
    pub(crate) unfilled: Option<(Option<Span>, String)>,
    /// The files that all of this was read from, those of its own charts/ included.
    pub(crate) parts: Vec<ChartFile>,
}

impl Tree {
    /// The notes about this chart and its subcharts.
    pub(crate) fn all_warnings(&self) -> Vec<Warning> {
        self.warnings.iter().cloned().chain(self.children.iter().flat_map(Self::all_warnings)).collect()
    }

    /// Adds everything that a render may depend on: the names of the files and which files they are, and the subcharts that were filled in.
    pub(crate) fn feed(&self, digest: &mut Sha256) {
        let mut text = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        text(self.entry.as_bytes());
        text(self.unfilled.as_ref().map_or("", |(_, hint)| hint).as_bytes());
        text(&(self.parts.len() as u64).to_le_bytes());
        for part in &self.parts {
            text(part.name.as_bytes());
            text(&part.file.id().number().to_le_bytes());
        }
        text(&(self.children.len() as u64).to_le_bytes());
        for child in &self.children {
            child.feed(digest);
        }
    }

    /// The chart of a folder, such as `charts/redis/charts/common/`.
    pub(crate) fn beneath(&mut self, folder: &str) -> Option<&mut Self> {
        let Some(rest) = folder.strip_prefix("charts/") else { return folder.is_empty().then_some(self) };
        let (entry, rest) = rest.split_once('/')?;
        self.children.iter_mut().find(|child| child.entry == entry)?.beneath(rest)
    }

    /// Puts the documents of another values.yaml in the place of those that the chart has.
    pub(crate) fn set_values(&mut self, file: &Arc<SourceFile>, compat: Compat) -> Result<(), ChartError> {
        let file = ChartFile { name: "values.yaml".to_owned(), file: Arc::clone(file) };
        self.values = decode::values(&file.text(), compat).map_err(|error| unreadable(&file, &error))?;
        Ok(())
    }
}

/// Builds a chart of its files.
pub(crate) fn build(files: Vec<ChartFile>, sources: &Sources, compat: Compat) -> Result<Tree, ChartError> {
    if compat == Compat::Helm4 {
        check_version(&files)?;
    }
    assemble(files, Reader { sources, compat }, 0)
}

fn assemble(files: Vec<ChartFile>, reader: Reader<'_>, depth: usize) -> Result<Tree, ChartError> {
    if depth > MAX_DEPTH {
        return Err(ChartError::new(format!("charts lie more than {MAX_DEPTH} deep in charts")));
    }
    let parts = files.clone();
    let mut builder = Builder { compat: reader.compat, ..Builder::default() };
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        builder.chart_yaml(file)?;
    }
    for file in files {
        builder.take(file)?;
    }
    let (mut tree, subcharts) = builder.finish()?;
    tree.parts = parts;
    for (name, files) in subcharts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let child = subchart(&name, files, &tree.metadata.name, reader, depth + 1)?;
        tree.children.push(child);
    }
    Ok(tree)
}

/// Builds one entry of charts/ of its files.
pub(crate) fn subchart(name: &str, files: Vec<ChartFile>, parent: &str, reader: Reader<'_>, depth: usize) -> Result<Tree, ChartError> {
    let built = if name.ends_with(".tgz") {
        match files.into_iter().next() {
            Some(packed) if packed.name == name => {
                archive::files(&packed.file, reader.sources).and_then(|files| assemble(files, reader, depth))
            }
            packed => {
                let got = packed.map(|packed| packed.name).unwrap_or_default();
                return Err(ChartError::new(format!("error unpacking subchart tar in {parent}: expected {name}, got {got}")));
            }
        }
    } else {
        let inside = files.into_iter().filter_map(|file| {
            let (_, rest) = file.name.split_once('/')?;
            Some(ChartFile { name: rest.to_owned(), file: file.file })
        });
        assemble(inside.collect(), reader, depth)
    };
    let built = built.map(|tree| Tree { entry: name.to_owned(), ..tree });
    built.map_err(|error| error.within(&format!("error unpacking subchart {name} in {parent}")))
}

/// What files become a chart with.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) compat: Compat,
}

/// Helm 4 looks at the version of the format before it loads a chart.
fn check_version(files: &[ChartFile]) -> Result<(), ChartError> {
    let Some(file) = files.iter().find(|file| file.name == "Chart.yaml") else { return Ok(()) };
    let mut metadata = Metadata::default();
    let read = metadata.read(&file.text());
    match metadata.api_version.as_str() {
        "" | "v1" | "v2" => read.map_err(|error| unreadable(file, &error)),
        "v3" => Err(ChartError::new("invalid chart apiVersion").at(Some(file.file.span()))),
        _ => Err(ChartError::new("unsupported chart version").at(Some(file.file.span()))),
    }
}

#[derive(Default)]
struct Builder {
    compat: Compat,
    metadata: Option<Metadata>,
    place: Option<Span>,
    templates: Vec<ChartFile>,
    values: Vec<Arc<Document>>,
    schema: Option<Schema>,
    files: Vec<ChartFile>,
    subcharts: BTreeMap<String, Vec<ChartFile>>,
    warnings: Vec<Warning>,
    lock: Option<Lock>,
}

impl Builder {
    fn chart_yaml(&mut self, file: &ChartFile) -> Result<(), ChartError> {
        let metadata = self.metadata.get_or_insert_default();
        metadata.read(&file.text()).map_err(|error| unreadable(file, &error))?;
        if metadata.api_version.is_empty() {
            metadata.api_version = "v1".to_owned();
        }
        self.place = Some(file.file.span());
        Ok(())
    }

    fn take(&mut self, file: ChartFile) -> Result<(), ChartError> {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => self.lock = lock(&file)?,
            "values.yaml" => {
                self.values = decode::values(&file.text(), self.compat).map_err(|error| unreadable(&file, &error))?;
            }
            "values.schema.json" => self.schema = Some(Schema::new(file.file)),
            "requirements.yaml" => {
                let metadata = self.metadata.get_or_insert_default();
                let is_first = metadata.api_version == "v1";
                metadata.read(&file.text()).map_err(|error| unreadable(&file, &error))?;
                self.requirements(file, is_first, Warning::Misplaced(120, MOVED_REQUIREMENTS));
            }
            "requirements.lock" => {
                self.lock = lock(&file)?;
                let is_first = self.metadata.get_or_insert_default().api_version == "v1";
                self.requirements(file, is_first, Warning::Misplaced(138, MOVED_LOCK));
            }
            name if name.starts_with("templates/") => self.templates.push(file),
            name if name.starts_with("charts/") && !name.ends_with(".prov") => {
                let name = name.trim_start_matches("charts/").to_owned();
                let folder = name.split('/').next().unwrap_or(&name).to_owned();
                self.subcharts.entry(folder).or_default().push(ChartFile { name, file: file.file });
            }
            _ => self.files.push(file),
        }
        Ok(())
    }

    fn requirements(&mut self, file: ChartFile, is_first: bool, warning: Warning) {
        if is_first {
            self.files.push(file);
        } else {
            self.warnings.push(warning);
        }
    }

    fn finish(self) -> Result<(Tree, BTreeMap<String, Vec<ChartFile>>), ChartError> {
        let missing =
            || ChartError::new("Chart.yaml file is missing").hint("a chart's folder has a file Chart.yaml: add it, or correct the path");
        let mut metadata = self.metadata.ok_or_else(missing)?;
        metadata.validate().map_err(|message| ChartError::new(message).at(self.place))?;
        let tree = Tree {
            entry: String::new(),
            metadata,
            place: self.place,
            templates: self.templates,
            values: self.values,
            schema: self.schema,
            files: self.files,
            children: Vec::new(),
            warnings: self.warnings,
            lock: self.lock,
            unfilled: None,
            parts: Vec::new(),
        };
        Ok((tree, self.subcharts))
    }
}

fn unreadable(file: &ChartFile, error: &DecodeError) -> ChartError {
    ChartError::new(format!("cannot load {}: {}", file.name, error.message)).at(file.text().span(error.range))
}

/// A lock file has no say in what is rendered of charts/, but Helm refuses a chart whose lock is no YAML map.
fn lock(file: &ChartFile) -> Result<Option<Lock>, ChartError> {
    Lock::read(file).map_err(|error| unreadable(file, &error))
}
