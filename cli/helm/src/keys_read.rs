//! A chart to the keys of values that its templates, and those of its subcharts, may read, whichever of them are used.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_gotemplate::{
    Templates, funcs,
    reads::{Entry, Extent, Part, Path, Reads, reads},
};

use crate::{
    Chart, RenderError,
    metadata::{Dependency, Import},
    tree::Tree,
};

/// What stands before an action of a template.
const ACTION: &str = "{{";

/// The most charts, each name of a subchart counted.
const MAX_CHARTS: usize = 512;

impl Chart {
    /// What may be read of values; `texts` are strings of values, which `tpl` may be given.
    ///
    /// # Errors
    /// A template is none.
    pub fn reads(&self, texts: &[Arc<str>]) -> Result<Reads, RenderError> {
        let mut gathered = Gathered::empty(self);
        gathered.texts.extend(texts.iter().filter(|text| text.contains(ACTION)).cloned());
        gathered.tree(self.tree(), (&Path::new(), self.name().to_owned()))?;
        let Gathered { set, entries, texts, declared, whole, .. } = gathered;
        let texts: Vec<Arc<str>> = texts.into_iter().collect();
        let mut found = reads(&set, &entries, &texts);
        found.complete &= whole;
        for (path, extent) in declared {
            found.values.entry((path, extent)).or_insert(None);
        }
        Ok(found)
    }

    /// The keys below which the values of subcharts stand, whether they are used or not.
    #[must_use]
    pub fn subchart_names(&self) -> BTreeSet<Arc<str>> {
        let tree = self.tree();
        let declared = tree.metadata.dependencies.iter().flatten().flatten();
        let declared = declared.flat_map(|dependency| [&dependency.name, &dependency.alias]);
        declared.chain(tree.children.iter().map(|child| &child.metadata.name)).map(|name| Arc::from(name.as_str())).collect()
    }
}

struct Gathered<'a> {
    chart: &'a Chart,
    set: Templates,
    entries: Vec<Entry>,
    texts: BTreeSet<Arc<str>>,
    /// What Chart.yaml itself reads: conditions, tags and imports.
    declared: Vec<(Path, Extent)>,
    whole: bool,
    count: usize,
}

impl<'a> Gathered<'a> {
    fn empty(chart: &'a Chart) -> Self {
        let set = Templates::new(funcs::helm_functions(chart.compat()));
        Self { chart, set, entries: Vec::new(), texts: BTreeSet::new(), declared: Vec::new(), whole: true, count: 0 }
    }

    fn tree(&mut self, tree: &Tree, (prefix, folder): (&Path, String)) -> Result<(), RenderError> {
        self.count += 1;
        if self.count > MAX_CHARTS {
            self.whole = false;
            return Ok(());
        }
        self.templates(tree, prefix, &folder)?;
        let files = tree.files.iter().filter(|file| !file.name.ends_with(".md"));
        let texts = files.filter_map(|file| std::str::from_utf8(file.file.bytes()).ok()).filter(|text| text.contains(ACTION));
        self.texts.extend(texts.map(Arc::from));
        let declared: Vec<&Dependency> = tree.metadata.dependencies.iter().flatten().flatten().collect();
        for dependency in &declared {
            self.dependency(dependency, prefix);
        }
        for child in &tree.children {
            let own = &child.metadata.name;
            let mut names: BTreeSet<&String> = declared
                .iter()
                .filter(|dependency| dependency.name == *own)
                .map(|dependency| if dependency.alias.is_empty() { own } else { &dependency.alias })
                .collect();
            // Charts that lie there without being declared are used too, and so is one whose version does not fit a declaration.
            names.insert(own);
            for name in names {
                let below = below(prefix, name);
                self.tree(child, (&below, format!("{folder}/charts/{name}")))?;
            }
        }
        Ok(())
    }

    fn templates(&mut self, tree: &Tree, prefix: &Path, folder: &str) -> Result<(), RenderError> {
        let is_library = tree.metadata.kind.eq_ignore_ascii_case("library");
        for template in &tree.templates {
            let is_partial = template.name.rsplit('/').next().unwrap_or_default().starts_with('_');
            if is_library && !is_partial {
                continue;
            }
            let name: Arc<str> = Arc::from(format!("{folder}/{}", template.name));
            let trees = self.chart.readings().trees(self.chart.compat());
            self.set
                .parse_once(&name, &template.text(), trees)
                .map_err(|error| RenderError::new(format!("{name} is no template: {error}")).at(error.span))?;
            if !is_partial {
                self.entries.push(Entry { template: name, chart: prefix.clone() });
            }
        }
        Ok(())
    }

    fn dependency(&mut self, dependency: &Dependency, prefix: &Path) {
        for condition in dependency.condition.split(',').map(str::trim).filter(|condition| !condition.is_empty()) {
            let path = condition.split('.').fold(prefix.clone(), |path, part| below(&path, part));
            self.declared.push((path, Extent::Own));
        }
        for tag in &dependency.tags {
            self.declared.push((below(&below(&Path::new(), "tags"), tag), Extent::Own));
        }
        let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
        for import in &dependency.import_values {
            let child = match import {
                Import::Export(key) => format!("exports.{key}"),
                Import::Keys { child, .. } => child.clone(),
            };
            let path = child.split('.').fold(below(prefix, name), |path, part| below(&path, part));
            self.declared.push((path, Extent::Whole));
        }
    }
}

fn below(path: &Path, name: &str) -> Path {
    path.iter().cloned().chain([Part::Name(Arc::from(name))]).collect()
}
