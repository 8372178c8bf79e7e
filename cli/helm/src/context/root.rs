//! The root map of each chart.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, Map, MapType, Value};
use portcullis_source::{Frame, FrameId, FrameKind, OriginId, Source, Text, Trace};

use super::{
    chart,
    files::{File, Files},
    record::{Field, Record},
    versions::Versions,
};
use crate::{
    Capabilities, Compat, Release,
    resolve::{ChartId, Charts},
    table,
};

/// The type of values and other maps that Helm names.
pub(crate) fn values_type(compat: Compat) -> MapType {
    MapType::Named(match compat {
        Compat::Helm3 => "chartutil.Values",
        Compat::Helm4 => "common.Values",
    })
}

/// One template file and what it is executed with.
#[derive(Debug)]
pub(crate) struct Context {
    /// The name of the template, such as `shop/templates/service.yaml`.
    pub(crate) name: Arc<str>,
    /// Its text.
    pub(crate) text: Text,
    /// The folder of templates of its chart.
    pub(crate) base: Arc<str>,
    /// The root map of its chart.
    pub(crate) root: Map,
    /// The guards of its chart: what switched it on.
    pub(crate) frame: FrameId,
}

/// All template files of a release with the root maps of their charts, by name.
pub(crate) fn contexts(charts: &Charts<'_>, values: &Map, release: &Release, trace: &mut Trace) -> BTreeMap<Arc<str>, Context> {
    let compat = charts.compat();
    let shared = Shared { release: release_map(release, trace), capabilities: capabilities(&release.capabilities, compat, trace) };
    let mut found = BTreeMap::new();
    let values = Value::new(Data::Map(Map { kind: values_type(compat), entries: Rc::clone(&values.entries) }));
    Walk { charts, shared: &shared, trace, found: &mut found }.chart(charts.root(), &values, FrameId::ROOT);
    found
}

struct Shared {
    release: Value,
    capabilities: Value,
}

struct Walk<'a> {
    charts: &'a Charts<'a>,
    shared: &'a Shared,
    trace: &'a mut Trace,
    found: &'a mut BTreeMap<Arc<str>, Context>,
}

impl Walk<'_> {
    fn chart(&mut self, id: ChartId, values: &Value, around: FrameId) -> Map {
        let subcharts = Map::new(MapType::Any, BTreeMap::new());
        let named = values_type(self.charts.compat());
        let root = Map::new(named, BTreeMap::new());
        let Some(tree) = self.charts.tree(id) else { return root };
        let frame = self.switched(id, around);
        let metadata = chart::metadata(&self.charts.name(id), &tree.metadata, &self.charts.dependencies(id), self.trace);
        root.set("Chart", chart::value(metadata, self.charts.is_root(id), self.charts.compat()).boxed());
        root.set("Files", self.files(&tree.files).boxed());
        root.set("Release", self.shared.release.clone().boxed());
        root.set("Capabilities", self.shared.capabilities.clone().boxed());
        root.set("Values", values.clone().boxed());
        root.set("Subcharts", Value::new(Data::Map(subcharts.clone())).boxed());
        for child in self.charts.children(id) {
            let name = self.charts.name(child);
            let below = table::table(values).and_then(|values| values.get(&name)).unwrap_or_else(table::empty);
            let entries = table::table(&below).map_or_else(Rc::default, |map| Rc::clone(&map.entries));
            let below = self.chart(child, &Value::new(Data::Map(Map { kind: named, entries })).from(below.origin), frame);
            let below = Map { kind: MapType::Any, entries: Rc::clone(&below.entries) };
            subcharts.set(name, Value::new(Data::Map(below)).boxed());
        }
        let path = self.charts.path(id);
        let base: Arc<str> = Arc::from(format!("{path}/templates"));
        let is_library = tree.metadata.kind.eq_ignore_ascii_case("library");
        for template in &tree.templates {
            if is_library && !template.name.rsplit('/').next().unwrap_or_default().starts_with('_') {
                continue;
            }
            let name: Arc<str> = Arc::from(format!("{path}/{}", template.name));
            let context = Context { name: Arc::clone(&name), text: template.text(), base: Arc::clone(&base), root: root.clone(), frame };
            self.found.insert(name, context);
        }
        root
    }

    /// The frame of a chart that values switched on.
    fn switched(&mut self, id: ChartId, around: FrameId) -> FrameId {
        let trace = &mut *self.trace;
        let switch = self.charts.switches(id).into_iter().fold(OriginId::NONE, |all, switch| trace.join(all, switch));
        match self.charts.tree(id).and_then(|tree| tree.place) {
            Some(span) if !switch.is_none() => trace.frame(Frame { parent: around, span, kind: FrameKind::Guard(switch) }),
            Some(_) | None => around,
        }
    }

    fn files(&mut self, files: &[crate::loader::ChartFile]) -> Value {
        let by_name = files.iter().map(|file| {
            let origin = self.trace.source(Source::Template { span: file.file.span(), frame: FrameId::ROOT });
            (Arc::from(file.name.as_str()), File { bytes: Arc::clone(file.file.bytes()), origin })
        });
        let files = Files(Rc::new(by_name.collect()));
        Value::new(Data::Object(Rc::new(files)))
    }
}

pub(super) fn builtin(trace: &mut Trace, name: &str, text: impl Into<Arc<str>>) -> Value {
    let origin = trace.source(Source::Builtin(Arc::from(name)));
    Value::string(text.into()).from(origin)
}

fn release_map(release: &Release, trace: &mut Trace) -> Value {
    let mut entries: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut put = |name: &str, value: Value| entries.insert(Arc::from(name), value.boxed());
    put("Name", builtin(trace, ".Release.Name", Arc::clone(&release.name)));
    put("Namespace", builtin(trace, ".Release.Namespace", Arc::clone(&release.namespace)));
    put("Service", builtin(trace, ".Release.Service", "Helm"));
    put("IsUpgrade", Value::new(Data::Bool(release.is_upgrade)));
    put("IsInstall", Value::new(Data::Bool(!release.is_upgrade)));
    put("Revision", Value::new(Data::Int(i64::from(release.revision))));
    Value::map(entries)
}

fn capabilities(capabilities: &Capabilities, compat: Compat, trace: &mut Trace) -> Value {
    let (types, helm) = match compat {
        Compat::Helm3 => (&HELM_3_TYPES, ("v3.22.0", "")),
        Compat::Helm4 => (&HELM_4_TYPES, ("v4.3.1", "v1.37")),
    };
    let versions = &capabilities.api_versions;
    let items = Rc::new(versions.iter().map(|version| Value::string(Arc::clone(version))).collect());
    let versions = Versions { type_name: types.versions, items };
    let kube = builtin(trace, ".Capabilities.KubeVersion", Arc::clone(&capabilities.kube_version));
    let mut numbers = vec![
        Field::always("Version", "Version", kube),
        Field::always("Major", "Major", Value::string(Arc::clone(&capabilities.major))),
        Field::always("Minor", "Minor", Value::string(Arc::clone(&capabilities.minor))),
    ];
    let methods = match compat {
        Compat::Helm3 => vec![("String", capabilities.kube_version.to_string()), ("GitVersion", capabilities.kube_version.to_string())],
        Compat::Helm4 => {
            numbers.insert(1, Field::private("normalizedVersion", Value::string(Arc::clone(&capabilities.plain_version))));
            vec![("String", capabilities.plain_version.to_string()), ("GitVersion", capabilities.kube_version.to_string())]
        }
    };
    let kube = Record { type_name: types.kube, kind: "struct", fields: numbers, methods };
    let mut build = vec![
        Field::new("Version", "version", Value::string(helm.0)),
        Field::new("GitCommit", "git_commit", Value::string("")),
        Field::new("GitTreeState", "git_tree_state", Value::string("clean")),
        Field::new("GoVersion", "go_version", Value::string("go1.26.8")),
    ];
    if compat == Compat::Helm4 {
        build.push(Field::always("KubeClientVersion", "kube_client_version", Value::string(helm.1)));
    }
    let fields = vec![
        Field::always("KubeVersion", "KubeVersion", kube.into_value()),
        Field::always("APIVersions", "APIVersions", Value::new(Data::Object(Rc::new(versions)))),
        Field::always("HelmVersion", "HelmVersion", Record::plain("version.BuildInfo", "struct", build).into_value()),
    ];
    Record::plain(types.capabilities, "ptr", fields).into_value()
}

/// What Go calls the types of `.Capabilities`.
struct Types {
    capabilities: &'static str,
    kube: &'static str,
    versions: &'static str,
}

const HELM_3_TYPES: Types =
    Types { capabilities: "*chartutil.Capabilities", kube: "chartutil.KubeVersion", versions: "chartutil.VersionSet" };

const HELM_4_TYPES: Types = Types { capabilities: "*common.Capabilities", kube: "common.KubeVersion", versions: "common.VersionSet" };
