//! The charts that a kustomization asks for.

use super::{Fields, Said};
use crate::{
    Node, Place, Value,
    fault::{Fault, Result},
};

/// A chart, and what helm is told of it.
#[derive(Clone, Debug)]
pub(crate) struct ChartCall {
    /// Where it stands.
    pub(crate) place: Place,
    /// The folder that charts lie in, or are fetched to.
    pub(crate) home: Option<Said>,
    /// The name of the chart.
    pub(crate) name: Option<Said>,
    /// Its version.
    pub(crate) version: Option<Said>,
    /// The repository that it is fetched from, where it does not lie here.
    pub(crate) repo: Option<Said>,
    /// The name of the release.
    pub(crate) release_name: Option<Said>,
    /// A template of that name.
    pub(crate) name_template: Option<Said>,
    /// The namespace of the release.
    pub(crate) namespace: Option<Said>,
    /// The file that takes the place of the chart's own values.
    pub(crate) values_file: Option<Said>,
    /// Further files of values.
    pub(crate) additional_values_files: Vec<Said>,
    /// Values.
    pub(crate) values_inline: Option<Node>,
    /// What becomes of them and of those of the file.
    pub(crate) merge: ValuesMerge,
    /// Whether the files of `crds/` are printed.
    pub(crate) include_crds: bool,
    /// Whether hooks are left out.
    pub(crate) skip_hooks: bool,
    /// Whether tests are left out.
    pub(crate) skip_tests: bool,
    /// What the API server serves.
    pub(crate) api_versions: Vec<Said>,
    /// The version of Kubernetes.
    pub(crate) kube_version: Option<Said>,
}

/// What becomes of inline values and those of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValuesMerge {
    /// Inline ones win.
    Override,
    /// Those of the file win.
    Merge,
    /// Inline ones stand alone.
    Replace,
}

/// The fields of an entry of `helmCharts`.
const FIELDS: [&str; 17] = [
    "additionalValuesFiles",
    "apiVersions",
    "debug",
    "devel",
    "includeCRDs",
    "kubeVersion",
    "name",
    "namespace",
    "nameTemplate",
    "releaseName",
    "repo",
    "skipHooks",
    "skipTests",
    "valuesFile",
    "valuesInline",
    "valuesMerge",
    "version",
];

/// The fields of an entry of `helmChartInflationGenerator`, which kustomize turns into one of `helmCharts`.
const OLD_FIELDS: [&str; 13] = [
    "chartHome",
    "chartName",
    "chartRepoName",
    "chartRepoUrl",
    "chartVersion",
    "extraArgs",
    "helmBin",
    "helmHome",
    "releaseName",
    "releaseNamespace",
    "values",
    "valuesLocal",
    "valuesMerge",
];

/// Those that a kustomization asks for, in kustomize's order.
pub(super) fn charts(fields: &Fields<'_>) -> Result<Vec<ChartCall>> {
    let old = fields.list("helmChartInflationGenerator")?;
    let home = match fields.get("helmGlobals") {
        Some(globals) => Fields::new(globals, "helmGlobals", &["chartHome", "configHome"])?.text("chartHome")?,
        None => {
            let homes = old.iter().map(|node| Fields::new(node, OLD, &OLD_FIELDS)?.text("chartHome")).collect::<Result<Vec<_>>>()?;
            homes.into_iter().flatten().next_back()
        }
    };
    let mut calls = Vec::new();
    for node in fields.list("helmCharts")? {
        let fields = Fields::new(node, "an entry of helmCharts", &FIELDS)?;
        calls.push(call(&fields, home.clone())?);
    }
    for node in old {
        calls.push(of_old(&Fields::new(node, OLD, &OLD_FIELDS)?, home.clone())?);
    }
    Ok(calls)
}

const OLD: &str = "an entry of helmChartInflationGenerator";

/// The one that an object of kind HelmChartInflationGenerator asks for.
pub(crate) fn of_generator(node: &Node) -> Result<ChartCall> {
    let fields = Fields::loose(node, "a generator of charts");
    let home = fields.text("chartHome")?;
    call(&fields, home)
}

fn call(fields: &Fields<'_>, home: Option<Said>) -> Result<ChartCall> {
    Ok(ChartCall {
        place: fields.place().clone(),
        home,
        name: fields.text("name")?,
        version: fields.text("version")?,
        repo: fields.text("repo")?,
        release_name: fields.text("releaseName")?,
        name_template: fields.text("nameTemplate")?,
        namespace: fields.text("namespace")?,
        values_file: fields.text("valuesFile")?,
        additional_values_files: fields.texts("additionalValuesFiles")?,
        values_inline: inline(fields, "valuesInline")?,
        merge: merge(fields)?,
        include_crds: fields.flag("includeCRDs")?,
        skip_hooks: fields.flag("skipHooks")?,
        skip_tests: fields.flag("skipTests")?,
        api_versions: fields.texts("apiVersions")?,
        kube_version: fields.text("kubeVersion")?,
    })
}

fn of_old(fields: &Fields<'_>, home: Option<Said>) -> Result<ChartCall> {
    Ok(ChartCall {
        place: fields.place().clone(),
        home,
        name: fields.text("chartName")?,
        version: fields.text("chartVersion")?,
        repo: fields.text("chartRepoUrl")?,
        release_name: fields.text("releaseName")?,
        name_template: None,
        namespace: None,
        values_file: fields.text("values")?,
        additional_values_files: Vec::new(),
        values_inline: inline(fields, "valuesLocal")?,
        merge: merge(fields)?,
        include_crds: false,
        skip_hooks: false,
        skip_tests: false,
        api_versions: Vec::new(),
        kube_version: None,
    })
}

/// Inline values; an empty map is none.
fn inline(fields: &Fields<'_>, name: &str) -> Result<Option<Node>> {
    let Some(node) = fields.get(name) else { return Ok(None) };
    match &node.value {
        Value::Map(entries) => Ok((!entries.is_empty()).then(|| node.clone())),
        Value::Scalar(_) | Value::List(_) => Err(node.not("a map")),
    }
}

fn merge(fields: &Fields<'_>) -> Result<ValuesMerge> {
    let Some(said) = fields.text("valuesMerge")? else { return Ok(ValuesMerge::Override) };
    match &*said.text {
        "override" => Ok(ValuesMerge::Override),
        "merge" => Ok(ValuesMerge::Merge),
        "replace" => Ok(ValuesMerge::Replace),
        other => Err(Fault::refused(format!("valuesMerge is {other:?}"), "it is merge, override or replace").at(said.place.span)),
    }
}
