//! The root map of each chart.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, MapType, Value};
use portcullis_source::{Frame, FrameId, FrameKind, OriginId, Source, Text, Trace};

use super::{
    files::{File, Files},
    record::{Field, Record},
    versions::Versions,
};
use crate::{
    Capabilities, Release,
    metadata::{Dependency, Metadata},
    resolve::{ChartId, Charts},
    table,
};

/// The type of values and other maps that Helm names.
const NAMED: MapType = MapType::Named("chartutil.Values");

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
    let shared = Shared { release: release_map(release, trace), capabilities: capabilities(&release.capabilities, trace) };
    let mut found = BTreeMap::new();
    let values = Value::new(Data::Map(Map { kind: NAMED, entries: Rc::clone(&values.entries) }));
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
        let root = Map::new(NAMED, BTreeMap::new());
        let Some(tree) = self.charts.tree(id) else { return root };
        let frame = self.switched(id, around);
        let metadata = metadata(&self.charts.name(id), &tree.metadata, &self.charts.dependencies(id), self.trace);
        root.set("Chart", chart(metadata, self.charts.is_root(id)).boxed());
        root.set("Files", self.files(&tree.files).boxed());
        root.set("Release", self.shared.release.clone().boxed());
        root.set("Capabilities", self.shared.capabilities.clone().boxed());
        root.set("Values", values.clone().boxed());
        root.set("Subcharts", Value::new(Data::Map(subcharts.clone())).boxed());
        for child in self.charts.children(id) {
            let name = self.charts.name(child);
            let below = table::table(values).and_then(|values| values.get(&name)).unwrap_or_else(table::empty);
            let entries = table::table(&below).map_or_else(Rc::default, |map| Rc::clone(&map.entries));
            let below = self.chart(child, &Value::new(Data::Map(Map { kind: NAMED, entries })).from(below.origin), frame);
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

fn builtin(trace: &mut Trace, name: &str, text: impl Into<Arc<str>>) -> Value {
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

fn capabilities(capabilities: &Capabilities, trace: &mut Trace) -> Value {
    let versions = &capabilities.api_versions;
    let versions = Versions(Rc::new(versions.iter().map(|version| Value::string(Arc::clone(version))).collect()));
    let kube = builtin(trace, ".Capabilities.KubeVersion", Arc::clone(&capabilities.kube_version));
    let kube = Record {
        type_name: "chartutil.KubeVersion",
        kind: "struct",
        fields: vec![
            Field::always("Version", "Version", kube),
            Field::always("Major", "Major", Value::string(Arc::clone(&capabilities.major))),
            Field::always("Minor", "Minor", Value::string(Arc::clone(&capabilities.minor))),
        ],
        methods: &["String", "GitVersion"],
        text: Some(capabilities.kube_version.to_string()),
    };
    let helm = vec![
        Field::new("Version", "version", Value::string("v3.22.0")),
        Field::new("GitCommit", "git_commit", Value::string("")),
        Field::new("GitTreeState", "git_tree_state", Value::string("clean")),
        Field::new("GoVersion", "go_version", Value::string("go1.26.8")),
    ];
    let fields = vec![
        Field::always("KubeVersion", "KubeVersion", kube.into_value()),
        Field::always("APIVersions", "APIVersions", Value::new(Data::Object(Rc::new(versions)))),
        Field::always("HelmVersion", "HelmVersion", Record::plain("version.BuildInfo", "struct", helm).into_value()),
    ];
    Record::plain("*chartutil.Capabilities", "ptr", fields).into_value()
}

fn chart(metadata: Record, is_root: bool) -> Value {
    let fields = vec![
        Field { embedded: true, ..Field::always("Metadata", "Metadata", metadata.into_value()) },
        Field::always("IsRoot", "IsRoot", Value::new(Data::Bool(is_root))),
    ];
    Record::plain("struct { chart.Metadata; IsRoot bool }", "struct", fields).into_value()
}

fn strings(texts: &[String]) -> Value {
    let items = texts.iter().map(|text| Value::string(text.as_str())).collect();
    Value::new(Data::List(List::Strings(Rc::new(items))))
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn metadata(name: &str, metadata: &Metadata, dependencies: &[&Dependency], trace: &mut Trace) -> Record {
    let maintainers = metadata.maintainers.iter().flatten().map(|person| {
        let fields = vec![
            Field::new("Name", "name", text(&person.name)),
            Field::new("Email", "email", text(&person.email)),
            Field::new("URL", "url", text(&person.url)),
        ];
        Record::plain("*chart.Maintainer", "ptr", fields).into_value()
    });
    let annotations = metadata.annotations.iter().map(|(key, value)| (Arc::clone(key), text(value))).collect();
    let mut known = |key: &str, value: &str| builtin(trace, &format!(".Chart.{key}"), value);
    let fields = vec![
        Field::new("Name", "name", known("Name", name)),
        Field::new("Home", "home", text(&metadata.home)),
        Field::new("Sources", "sources", strings(&metadata.sources)),
        Field::new("Version", "version", known("Version", &metadata.version)),
        Field::new("Description", "description", text(&metadata.description)),
        Field::new("Keywords", "keywords", strings(&metadata.keywords)),
        Field::new("Maintainers", "maintainers", Value::list(maintainers.collect())),
        Field::new("Icon", "icon", text(&metadata.icon)),
        Field::new("APIVersion", "apiVersion", text(&metadata.api_version)),
        Field::new("Condition", "condition", text(&metadata.condition)),
        Field::new("Tags", "tags", text(&metadata.tags)),
        Field::new("AppVersion", "appVersion", known("AppVersion", &metadata.app_version)),
        Field::new("Deprecated", "deprecated", Value::new(Data::Bool(metadata.deprecated))),
        Field::new("Annotations", "annotations", Value::new(Data::Map(Map::new(MapType::Strings, annotations)))),
        Field::new("KubeVersion", "kubeVersion", text(&metadata.kube_version)),
        Field::new(
            "Dependencies",
            "dependencies",
            Value::list(dependencies.iter().map(|dependency| dependency_value(dependency)).collect()),
        ),
        Field::new("Type", "type", text(&metadata.kind)),
    ];
    Record::plain("chart.Metadata", "struct", fields)
}

fn dependency_value(dependency: &Dependency) -> Value {
    let fields = vec![
        Field::new("Name", "name", text(&dependency.name)),
        Field::new("Version", "version", text(&dependency.version)),
        Field::always("Repository", "repository", text(&dependency.repository)),
        Field::new("Condition", "condition", text(&dependency.condition)),
        Field::new("Tags", "tags", strings(&dependency.tags)),
        Field::new("Enabled", "enabled", Value::new(Data::Bool(dependency.enabled))),
        Field::new("Alias", "alias", text(&dependency.alias)),
    ];
    Record::plain("*chart.Dependency", "ptr", fields).into_value()
}
