//! Chart, values and release to manifests.

use portcullis_source::{Document, Text};

use crate::{Chart, Layer, Release, RenderError};

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
    /// Random, certificate and time functions give constants.
    pub deterministic: bool,
}

/// What a chart rendered to; it may be sent to another thread.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The manifests, in the order of helm's output.
    pub manifests: Vec<Manifest>,
    /// What helm would write to its standard error, a line each.
    pub warnings: Vec<String>,
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
}

impl Rendered {
    /// Exactly what `helm template` writes to its standard output.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// Renders a chart with layers of values, the lowest first.
///
/// # Errors
/// What helm says where it can't.
pub fn render(chart: &Chart, layers: &[Layer], release: &Release, options: &Options) -> Result<Rendered, RenderError> {
    let _ = (chart, layers, release, options);
    Ok(Rendered::default())
}
