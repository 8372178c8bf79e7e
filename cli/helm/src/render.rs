//! Chart, values and release to manifests.

use std::sync::Arc;

use portcullis_gotemplate::{Chance, Limits, LiveObjects, Map, MissingKey, Settings, funcs::Compat};
use portcullis_source::{Document, Text, Trace, yaml::YamlError};

use crate::{
    Chart, Layer, Release, RenderError, check_name,
    coalesce::Coalescer,
    context,
    execute::{Executed, execute, is_nested},
    layer,
    manifest::Sorter,
    resolve::Charts,
    schema, show, version,
    warning::Warning,
};

/// Files whose names end so are executed, but are no manifests.
const NOTES: &str = "NOTES.txt";

/// The stack for templates that are nested too deeply for the usual one.
const DEEP_STACK: usize = 32 << 20;

/// What a caller may decide about a rendering; the default is helm's.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Prints the files of `crds/` too.
    pub include_crds: bool,
    /// Leaves hooks out.
    pub no_hooks: bool,
    /// Leaves test hooks out.
    pub skip_tests: bool,
    /// Does not hold the values against values.schema.json.
    pub skip_schema_validation: bool,
    /// Prints only manifests whose path (without the chart's name) matches one of these patterns.
    pub show_only: Vec<String>,
    /// The time, and what random numbers are drawn from; without it, random, certificate and time functions give constants.
    pub chance: Option<Chance>,
    /// The objects that `lookup` finds; without them it finds nothing, as without a cluster.
    pub live: Option<Arc<LiveObjects>>,
    /// When the evaluation of templates gives up.
    pub limits: Limits,
}

/// What a chart rendered to; it may be sent to another thread.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The manifests, in the order of helm's output.
    pub manifests: Vec<Manifest>,
    /// What helm would write to its standard error, a line each.
    pub warnings: Vec<String>,
    /// The Helm that they are printed as.
    pub(crate) compat: Compat,
    /// What is printed of manifests that were chosen by their paths, which helm takes from its own output.
    pub(crate) chosen: Option<Vec<u8>>,
}

/// Which part of helm's output a manifest belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file of `crds/`.
    Crd,
    /// A resource.
    Resource,
    /// A hook.
    Hook(Vec<Hook>),
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// `pre-install`.
    PreInstall,
    /// `post-install`.
    PostInstall,
    /// `pre-delete`.
    PreDelete,
    /// `post-delete`.
    PostDelete,
    /// `pre-upgrade`.
    PreUpgrade,
    /// `post-upgrade`.
    PostUpgrade,
    /// `pre-rollback`.
    PreRollback,
    /// `post-rollback`.
    PostRollback,
    /// `test`, or `test-success` as Helm 2 called it.
    Test,
}

/// One piece of helm's output: what stands between two `---`.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The path after `# Source: `.
    pub path: String,
    /// Which part of the output it belongs to.
    pub part: Part,
    /// Its text.
    pub text: Text,
    /// The YAML documents of the text, usually one; none where it has comments only.
    pub documents: Vec<Document>,
    /// What makes the rest of the text no YAML: helm looks at the first document only.
    pub error: Option<YamlError>,
}

impl Hook {
    /// The hook of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

/// Renders a chart with layers of values, the lowest first.
///
/// # Errors
/// What helm says where it can't.
pub fn render(chart: &Chart, layers: &[Layer], release: &Release, options: &Options) -> Result<Rendered, RenderError> {
    let usual = attempt(chart, layers, release, options, options.limits);
    match usual {
        Err(error) if is_nested(&error.message) => deeply(chart, layers, release, options).unwrap_or(Err(error)),
        outcome => outcome,
    }
}

/// Renders once more on a thread of its own with a larger stack: helm stops only after a thousand nested calls.
fn deeply(chart: &Chart, layers: &[Layer], release: &Release, options: &Options) -> Option<Result<Rendered, RenderError>> {
    let limits = Limits { stack: DEEP_STACK, ..options.limits };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK * 2);
        let thread = thread.spawn_scoped(scope, || attempt(chart, layers, release, options, limits)).ok()?;
        thread.join().ok()
    })
}

fn attempt(chart: &Chart, layers: &[Layer], release: &Release, options: &Options, limits: Limits) -> Result<Rendered, RenderError> {
    let mut warnings = chart.tree().all_warnings();
    let made = manifests(chart, layers, release, (options, limits), &mut warnings);
    let warnings = warnings.iter().filter_map(|warning| warning.line(chart.compat())).collect();
    match made {
        Ok(rendered) => show::choose(Rendered { warnings, ..rendered }, &options.show_only),
        Err(error) => Err(RenderError { warnings, ..error }),
    }
}

/// The charts of a release and their values, before any template is executed.
pub(crate) struct Prepared<'a> {
    /// The charts that are used.
    pub(crate) charts: Charts<'a>,
    /// The values of the root chart, those of its subcharts within them.
    pub(crate) values: Map,
    /// What they came from.
    pub(crate) trace: Trace,
}

/// Lays the values over the defaults of the charts that they choose.
pub(crate) fn prepare<'a>(
    chart: &'a Chart,
    layers: &[Layer],
    release: &Release,
    warnings: &mut Vec<Warning>,
) -> Result<Prepared<'a>, RenderError> {
    let mut trace = Trace::default();
    let compat = chart.compat();
    let given = layer::merge(layers, compat, &mut trace)?;
    let mut charts = Charts::new(chart.tree(), compat, &mut trace);
    check(chart, &charts, release, warnings)?;
    if let Err(message) = charts.process(&given, warnings) {
        warnings.push(Warning::Dependencies(message.clone()));
        return Err(RenderError::new(match compat {
            Compat::Helm3 => message,
            Compat::Helm4 => format!("chart dependencies processing failed: {message}"),
        }));
    }
    let coalescer = Coalescer { charts: &charts, merge: false, trace: Some(&mut trace), warnings };
    let values = { coalescer }.values(charts.root(), &given).map_err(RenderError::new)?;
    Ok(Prepared { charts, values, trace })
}

fn manifests(
    chart: &Chart,
    layers: &[Layer],
    release: &Release,
    (options, limits): (&Options, Limits),
    warnings: &mut Vec<Warning>,
) -> Result<Rendered, RenderError> {
    let Prepared { charts, values, mut trace } = prepare(chart, layers, release, warnings)?;
    let compat = chart.compat();
    if !options.skip_schema_validation {
        schema::check(&charts, &values, &trace, chart.readings())?;
    }
    check_kube_version(chart, release)?;
    let contexts = context::contexts(&charts, &values, release, &mut trace);
    let settings = Settings { chance: options.chance, live: options.live.clone(), missing_key: MissingKey::Zero, limits };
    let Executed { mut files, trace } = execute(chart, contexts, settings, trace)?;
    files.retain(|path, _| !path.ends_with(NOTES));
    let mut sorter = Sorter::new(compat);
    for (path, output) in &files {
        sorter.file(path, output, &trace, warnings)?;
    }
    let mut manifests = if options.include_crds { show::crds(&charts) } else { Vec::new() };
    manifests.extend(sorter.finish().into_iter().filter(|manifest| show::is_wanted(&manifest.part, options)));
    Ok(Rendered { manifests, warnings: Vec::new(), compat, chosen: None })
}

/// What helm refuses before it looks at subcharts.
fn check(chart: &Chart, charts: &Charts<'_>, release: &Release, warnings: &mut Vec<Warning>) -> Result<(), RenderError> {
    let metadata = &chart.tree().metadata;
    let place = chart.tree().place;
    if !matches!(metadata.kind.as_str(), "" | "application") {
        return Err(RenderError::new(format!("{} charts are not installable", metadata.kind)).at(place));
    }
    if metadata.deprecated {
        warnings.push(Warning::Deprecated);
    }
    let missing = charts.missing();
    if !missing.is_empty() {
        let names = missing.join(", ");
        let advice = match chart.compat() {
            Compat::Helm3 => {
                "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies"
            }
            Compat::Helm4 => {
                "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies"
            }
        };
        let error = RenderError::new(format!("{advice}: found in Chart.yaml, but missing in charts/ directory: {names}"));
        let (place, hint) = match &chart.tree().unfilled {
            Some((at, hint)) => (at.or(place), hint.clone()),
            None => (place, format!("commit what `helm dependency build` puts into charts/ ({names})")),
        };
        return Err(error.at(place).hint(hint));
    }
    check_name(&release.name)
}

fn check_kube_version(chart: &Chart, release: &Release) -> Result<(), RenderError> {
    let wanted = &chart.tree().metadata.kube_version;
    let actual = &release.capabilities.kube_version;
    if wanted.is_empty() || version::fits(wanted, &release.capabilities.plain_version) {
        return Ok(());
    }
    let message = format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {actual}");
    Err(RenderError::new(message).at(chart.tree().place).rendering())
}
