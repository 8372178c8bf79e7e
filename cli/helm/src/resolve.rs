//! Which subcharts a release uses, under which names, and with which defaults.
//!
//! Helm copies charts that have an alias, but the copies share what they point to: nested subcharts keep the parent that they were
//! loaded with, and declarations that one copy has renamed are renamed for all. Charts are kept in a table here, and point to each
//! other by their index, so that the same things are shared.

use std::sync::Arc;

use portcullis_gotemplate::{Data, Map, Value, convert};
use portcullis_source::{OriginId, Trace};

use crate::{
    Compat,
    coalesce::Coalescer,
    layer::overlay,
    metadata::{Dependency, Import},
    table,
    tree::Tree,
    version,
    warning::Warning,
};

/// The most charts of one release, copies included.
const MAX_CHARTS: usize = 4096;

/// Names one chart of a [`Charts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChartId(usize);

/// Names one declared dependency of a [`Charts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DeclarationId(usize);

/// A chart and its subcharts as one release uses them; the first one is the root.
#[derive(Debug, Default)]
pub(crate) struct Charts<'a> {
    compat: Compat,
    charts: Vec<Used<'a>>,
    declarations: Vec<Declaration>,
}

#[derive(Clone, Debug)]
struct Used<'a> {
    tree: &'a Tree,
    name: Arc<str>,
    parent: Option<ChartId>,
    children: Vec<ChartId>,
    dependencies: Option<Vec<DeclarationId>>,
    values: Value,
    /// The values that decided that it is used.
    switches: Vec<OriginId>,
}

/// A dependency as Chart.yaml declares it, changed while subcharts are chosen.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    /// What Chart.yaml says; the name becomes the alias.
    pub(crate) declared: Dependency,
    /// Whether the values were imported already.
    imported: bool,
}

impl<'a> Charts<'a> {
    /// All charts of a tree, with their defaults as values.
    pub(crate) fn new(tree: &'a Tree, compat: Compat, trace: &mut Trace) -> Self {
        let mut charts = Self { compat, ..Self::default() };
        charts.add(tree, None, trace);
        charts
    }

    fn add(&mut self, tree: &'a Tree, parent: Option<ChartId>, trace: &mut Trace) -> ChartId {
        let name: Arc<str> = Arc::from(tree.metadata.name.as_str());
        let values = defaults(tree, &name, trace);
        let id = ChartId(self.charts.len());
        let dependencies = tree.metadata.dependencies.as_ref().map(|declared| {
            let declared = declared.iter().flatten();
            declared.map(|dependency| self.declare(dependency)).collect()
        });
        self.charts.push(Used { tree, name, parent, children: Vec::new(), dependencies, values, switches: Vec::new() });
        let children = tree.children.iter().map(|child| self.add(child, Some(id), trace)).collect();
        self.change(id, |chart| chart.children = children);
        id
    }

    fn declare(&mut self, dependency: &Dependency) -> DeclarationId {
        self.declarations.push(Declaration { declared: dependency.clone(), imported: false });
        DeclarationId(self.declarations.len() - 1)
    }

    /// The Helm that is followed.
    pub(crate) fn compat(&self) -> Compat {
        self.compat
    }

    /// The chart that is released.
    pub(crate) fn root(&self) -> ChartId {
        ChartId(0)
    }

    fn get(&self, id: ChartId) -> Option<&Used<'a>> {
        self.charts.get(id.0)
    }

    fn change(&mut self, id: ChartId, change: impl FnOnce(&mut Used<'a>)) {
        if let Some(chart) = self.charts.get_mut(id.0) {
            change(chart);
        }
    }

    /// The name that a chart is used under.
    pub(crate) fn name(&self, id: ChartId) -> Arc<str> {
        self.get(id).map_or_else(|| Arc::from(""), |chart| Arc::clone(&chart.name))
    }

    /// What a chart's files say.
    pub(crate) fn tree(&self, id: ChartId) -> Option<&'a Tree> {
        self.get(id).map(|chart| chart.tree)
    }

    /// The defaults of a chart.
    pub(crate) fn values(&self, id: ChartId) -> Value {
        self.get(id).map_or_else(table::empty, |chart| chart.values.clone())
    }

    /// The values that decided that a chart is used, such as those of its condition.
    pub(crate) fn switches(&self, id: ChartId) -> Vec<OriginId> {
        self.get(id).map(|chart| chart.switches.clone()).unwrap_or_default()
    }

    /// The subcharts that are used.
    pub(crate) fn children(&self, id: ChartId) -> Vec<ChartId> {
        self.get(id).map(|chart| chart.children.clone()).unwrap_or_default()
    }

    /// The dependencies that are used, as `.Chart.Dependencies` shows them.
    pub(crate) fn dependencies(&self, id: ChartId) -> Vec<&Dependency> {
        let ids = self.get(id).and_then(|chart| chart.dependencies.as_deref()).unwrap_or_default();
        ids.iter().filter_map(|&id| self.declared(id)).collect()
    }

    fn declared(&self, id: DeclarationId) -> Option<&Dependency> {
        self.declarations.get(id.0).map(|declaration| &declaration.declared)
    }

    /// Whether this is the chart that is released.
    pub(crate) fn is_root(&self, id: ChartId) -> bool {
        self.get(id).is_none_or(|chart| chart.parent.is_none())
    }

    /// The path that stands before the chart's templates, such as `shop/charts/redis`.
    pub(crate) fn path(&self, id: ChartId) -> String {
        let mut names = vec![self.name(id)];
        let mut at = self.get(id).and_then(|chart| chart.parent);
        while let Some(parent) = at.filter(|_| names.len() <= MAX_CHARTS) {
            names.push(self.name(parent));
            at = self.get(parent).and_then(|chart| chart.parent);
        }
        names.reverse();
        names.join("/charts/")
    }

    /// The names of declared dependencies that no subchart has.
    pub(crate) fn missing(&self) -> Vec<String> {
        let root = self.root();
        let present: Vec<Arc<str>> = self.children(root).into_iter().map(|child| self.name(child)).collect();
        let declared = self.dependencies(root).into_iter().map(|dependency| dependency.name.clone());
        declared.filter(|name| !present.iter().any(|present| **present == **name)).collect()
    }

    /// Chooses the subcharts by conditions and tags, and imports their values.
    pub(crate) fn process(&mut self, values: &Map, warnings: &mut Vec<Warning>) -> Result<(), String> {
        self.choose(self.root(), values, "", warnings)?;
        self.import_all(self.root(), warnings)
    }

    fn set_children(&mut self, id: ChartId, children: &[ChartId]) {
        for &child in children {
            self.change(child, |chart| chart.parent = Some(id));
        }
        self.change(id, |chart| chart.children = children.to_vec());
    }

    fn choose(&mut self, id: ChartId, values: &Map, path: &str, warnings: &mut Vec<Warning>) -> Result<(), String> {
        let Some(dependencies) = self.get(id).and_then(|chart| chart.dependencies.clone()) else { return Ok(()) };
        let candidates = self.candidates(id, &dependencies)?;
        self.set_children(id, &candidates);
        let coalesced = self.coalesce(id, values, false, warnings)?;
        for &dependency in &dependencies {
            let mut switches = Vec::new();
            let looked = Looked { given: values, coalesced: &coalesced };
            let enabled = self.is_enabled(dependency, looked, path, &mut switches, warnings);
            let name = self.declared(dependency).map(|declared| declared.name.clone()).unwrap_or_default();
            for &child in &candidates {
                self.change(child, |chart| {
                    if *chart.name == *name {
                        chart.switches.clone_from(&switches);
                    }
                });
            }
            if let Some(declaration) = self.declarations.get_mut(dependency.0) {
                declaration.declared.enabled = enabled;
            }
        }
        let off: Vec<String> = dependencies
            .iter()
            .filter_map(|&id| self.declared(id))
            .filter(|declared| !declared.enabled)
            .map(|declared| declared.name.clone())
            .collect();
        let kept: Vec<ChartId> = candidates.into_iter().filter(|&child| !off.iter().any(|name| **name == *self.name(child))).collect();
        let declared: Vec<DeclarationId> =
            dependencies.into_iter().filter(|&id| self.declared(id).is_some_and(|declared| !off.contains(&declared.name))).collect();
        for &child in &kept {
            self.choose(child, &coalesced, &format!("{path}{}.", self.name(child)), warnings)?;
        }
        self.change(id, |chart| chart.dependencies = Some(declared).filter(|declared| !declared.is_empty()));
        self.set_children(id, &kept);
        Ok(())
    }

    /// The subcharts that nothing declares, then one for each declaration.
    fn candidates(&mut self, id: ChartId, dependencies: &[DeclarationId]) -> Result<Vec<ChartId>, String> {
        let loaded = self.children(id);
        let is_declared = |child: &ChartId| {
            let declared = dependencies.iter().filter_map(|&id| self.declared(id));
            declared.into_iter().any(|dependency| self.fits(*child, dependency))
        };
        let mut found: Vec<ChartId> = loaded.iter().copied().filter(|child| !is_declared(child)).collect();
        for &declaration in dependencies {
            let Some(dependency) = self.declared(declaration).cloned() else { continue };
            if let Some(&fitting) = loaded.iter().find(|&&child| self.fits(child, &dependency)) {
                found.push(self.copy(fitting, &dependency.alias)?);
            }
            if !dependency.alias.is_empty()
                && let Some(declaration) = self.declarations.get_mut(declaration.0)
            {
                declaration.declared.name = dependency.alias;
            }
        }
        Ok(found)
    }

    fn fits(&self, id: ChartId, dependency: &Dependency) -> bool {
        self.get(id)
            .is_some_and(|chart| *chart.name == *dependency.name && version::fits(&dependency.version, &chart.tree.metadata.version))
    }

    fn copy(&mut self, id: ChartId, alias: &str) -> Result<ChartId, String> {
        if self.charts.len() >= MAX_CHARTS {
            return Err(format!("the chart uses more than {MAX_CHARTS} subcharts"));
        }
        let Some(mut copied) = self.get(id).cloned() else { return Ok(id) };
        if !alias.is_empty() {
            copied.name = Arc::from(alias);
        }
        let id = ChartId(self.charts.len());
        let shared = (copied.dependencies.clone(), copied.children.clone());
        self.charts.push(copied);
        if self.compat == Compat::Helm4 {
            self.part(id, shared)?;
        }
        Ok(id)
    }

    /// Gives a copied chart declarations and subcharts of its own; theirs are copied in their turn.
    fn part(&mut self, id: ChartId, (dependencies, children): (Option<Vec<DeclarationId>>, Vec<ChartId>)) -> Result<(), String> {
        let dependencies = dependencies.map(|ids| {
            let own = ids.iter().filter_map(|id| self.declarations.get(id.0).cloned()).collect::<Vec<_>>();
            let first = self.declarations.len();
            self.declarations.extend(own);
            (first..self.declarations.len()).map(DeclarationId).collect()
        });
        let mut own = Vec::with_capacity(children.len());
        for child in children {
            if self.charts.len() >= MAX_CHARTS {
                return Err(format!("the chart uses more than {MAX_CHARTS} subcharts"));
            }
            let Some(copied) = self.get(child).cloned() else { continue };
            own.push(ChartId(self.charts.len()));
            self.charts.push(Used { parent: Some(id), ..copied });
        }
        self.change(id, |chart| {
            chart.dependencies = dependencies;
            chart.children = own;
        });
        Ok(())
    }

    fn coalesce(&self, id: ChartId, values: &Map, merge: bool, warnings: &mut Vec<Warning>) -> Result<Map, String> {
        Coalescer { charts: self, merge, trace: None, warnings }.values(id, values)
    }

    /// Tags first, then conditions, of which the first that is a boolean decides.
    fn is_enabled(
        &self,
        id: DeclarationId,
        values: Looked<'_>,
        path: &str,
        switches: &mut Vec<OriginId>,
        warnings: &mut Vec<Warning>,
    ) -> bool {
        let Some(dependency) = self.declared(id) else { return true };
        let mut enabled = by_tags(dependency, values, switches, warnings);
        for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
            let value = values.find(&format!("{path}{condition}"), switches);
            match value.map(|value| value.data) {
                Some(Data::Bool(value)) => {
                    enabled = value;
                    break;
                }
                None | Some(Data::Map(_)) => {}
                Some(_) => {
                    warnings.push(Warning::Condition { path: condition.to_owned(), chart: dependency.name.clone() });
                }
            }
        }
        enabled
    }

    fn import_all(&mut self, id: ChartId, warnings: &mut Vec<Warning>) -> Result<(), String> {
        for child in self.children(id) {
            self.import_all(child, warnings)?;
        }
        self.import(id, warnings)
    }

    /// Makes values of subcharts defaults of the chart; its own defaults win over them.
    fn import(&mut self, id: ChartId, warnings: &mut Vec<Warning>) -> Result<(), String> {
        let Some(dependencies) = self.get(id).and_then(|chart| chart.dependencies.clone()) else { return Ok(()) };
        let nothing = Map::new(portcullis_gotemplate::MapType::Any, std::collections::BTreeMap::new());
        let values = self.coalesce(id, &nothing, true, warnings)?;
        let mut imported = nothing.clone();
        for dependency in dependencies {
            let Some(declaration) = self.declarations.get_mut(dependency.0).filter(|declaration| !declaration.imported) else { continue };
            declaration.imported = true;
            let declared = declaration.declared.clone();
            for import in &declared.import_values {
                self.import_one(&declared.name, import, &values, &mut imported, warnings);
            }
        }
        let own = table::deep_copy(&Value::new(Data::Map(values)).boxed());
        if let Some(own_table) = table::table(&own) {
            Coalescer { charts: self, merge: true, trace: None, warnings }.tables(own_table, &imported, "", true);
        }
        self.change(id, |chart| chart.values = own);
        Ok(())
    }

    fn import_one(&self, name: &str, import: &Import, values: &Map, imported: &mut Map, warnings: &mut Vec<Warning>) {
        let (child, parent) = match import {
            Import::Export(key) => (format!("exports.{key}"), "."),
            Import::Keys { child, parent } => (child.clone(), parent.as_str()),
        };
        let found = table::lookup(values, &format!("{name}.{child}"));
        let Some(found) = found.as_ref().and_then(table::table) else {
            let missing = format!("{:?} is not a table", missing_table(values, &format!("{name}.{child}")));
            let chart = matches!(import, Import::Keys { .. }).then(|| name.to_owned());
            warnings.push(Warning::Import { chart, missing });
            return;
        };
        let placed = if parent == "." { found.clone() } else { nest(parent, found) };
        Coalescer { charts: self, merge: true, trace: None, warnings }.tables(imported, &placed, "", true);
    }
}

/// The values that tags and conditions are looked up in: as they were given, and over the defaults.
#[derive(Clone, Copy)]
struct Looked<'a> {
    given: &'a Map,
    coalesced: &'a Map,
}

impl Looked<'_> {
    /// The value at a dotted path; it decides, and so does a null that took it away.
    fn find(self, path: &str, switches: &mut Vec<OriginId>) -> Option<Value> {
        let found = table::lookup(self.coalesced, path);
        let null = || {
            let ends = path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
            let above = ends.filter_map(|end| table::lookup(self.given, path.get(..end)?));
            above.into_iter().find(table::is_null)
        };
        switches.extend(found.clone().or_else(null).map(|value| value.origin));
        found
    }
}

/// What values.yaml says, the later of its documents over the earlier.
fn defaults(tree: &Tree, name: &str, trace: &mut Trace) -> Value {
    let layer = if tree.values.is_empty() { return table::empty() } else { trace.layer(format!("chart {name}")) };
    let mut documents = tree.values.iter();
    let first = documents.next().map(|document| convert::from_node(&document.root, &document.text, layer, trace));
    let merged = first.unwrap_or_else(table::empty);
    for document in documents {
        let upper = convert::from_node(&document.root, &document.text, layer, trace);
        if let (Some(merged), Some(upper)) = (table::table(&merged), table::table(&upper)) {
            overlay(merged, upper, trace);
        }
    }
    merged
}

/// The first part of a path that is no table.
fn missing_table(values: &Map, path: &str) -> String {
    let mut at = values.clone();
    for part in path.split('.') {
        match at.get(part).as_ref().and_then(table::table) {
            Some(next) => at = next.clone(),
            None => return part.to_owned(),
        }
    }
    path.to_owned()
}

/// A table at the end of a dotted path of new ones.
fn nest(path: &str, inner: &Map) -> Map {
    path.split('.').rev().fold(inner.clone(), |inner, part| {
        let value = Value::new(Data::Map(inner)).boxed();
        Map::new(portcullis_gotemplate::MapType::Any, [(Arc::from(part), value)].into())
    })
}

/// Off where a tag is false and none is true.
fn by_tags(dependency: &Dependency, values: Looked<'_>, switches: &mut Vec<OriginId>, warnings: &mut Vec<Warning>) -> bool {
    if dependency.tags.is_empty() {
        return true;
    }
    let (given, tags) = (values.given.get("tags"), values.coalesced.get("tags"));
    let null = |value: Option<Value>| value.filter(table::is_null).map(|null| null.origin);
    switches.extend(null(given.clone()).or_else(|| null(tags.clone())));
    let Some(tags) = tags.as_ref().and_then(table::table) else { return true };
    let given = given.as_ref().and_then(table::table);
    let (mut on, mut off) = (false, false);
    for tag in &dependency.tags {
        let value = tags.get(tag);
        switches.extend(value.as_ref().map(|value| value.origin).or_else(|| null(given?.get(tag))));
        match value.map(|value| value.data) {
            None => {}
            Some(Data::Bool(true)) => on = true,
            Some(Data::Bool(false)) => off = true,
            Some(_) => {
                warnings.push(Warning::Tag { tag: tag.clone(), chart: dependency.name.clone() });
            }
        }
    }
    on || !off
}
