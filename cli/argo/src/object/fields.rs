//! The fields of an Application, as its Go types and its CRD have them.

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A string.
    String,
    /// A boolean.
    Bool,
    /// An integer.
    Int,
    /// An integer or a string.
    IntOrString,
    /// Anything; it is kept as it is.
    Free,
    /// A list.
    List(&'static Self),
    /// A map with free keys.
    Map(&'static Self),
    /// A map with known keys.
    Struct(&'static [Field]),
}

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// The key.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) shape: Shape,
    /// When it is written.
    pub(crate) presence: Presence,
}

/// When a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Unless it is the zero of its type.
    NonZero,
    /// Whenever it was given: a pointer.
    Given,
    /// Whenever it was given, from Argo CD 3.4 on; unless it is zero before.
    GivenSince34,
    /// Always.
    Always,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, presence: Presence::NonZero }
}

const fn pointer(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, presence: Presence::Given }
}

const fn newer_pointer(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, presence: Presence::GivenSince34 }
}

const fn always(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, presence: Presence::Always }
}

const TEXT: Shape = Shape::String;
const TEXTS: Shape = Shape::List(&Shape::String);
const TEXT_MAP: Shape = Shape::Map(&Shape::String);
const NAME_VALUE: Shape = Shape::Struct(&[always("name", TEXT), always("value", TEXT)]);

/// An Application without its status.
pub(crate) const APPLICATION: Shape = Shape::Struct(&[
    field("apiVersion", TEXT),
    field("kind", TEXT),
    always("metadata", METADATA),
    always("spec", SPEC),
    pointer("operation", OPERATION),
]);

/// The template of an ApplicationSet, or of one of its generators.
pub(crate) const TEMPLATE: Shape = Shape::Struct(&[field("metadata", METADATA), field("spec", SPEC)]);

const OPERATION: Shape = Shape::Struct(&[
    pointer("sync", Shape::Free),
    always("initiatedBy", Shape::Struct(&[field("username", TEXT), field("automated", Shape::Bool)])),
    field("info", Shape::List(&NAME_VALUE)),
    always("retry", RETRY),
]);

const METADATA: Shape = Shape::Struct(&[
    field("name", TEXT),
    field("namespace", TEXT),
    field("labels", TEXT_MAP),
    field("annotations", TEXT_MAP),
    field("finalizers", TEXTS),
]);

const SPEC: Shape = Shape::Struct(&[
    pointer("source", SOURCE),
    field("sources", Shape::List(&SOURCE)),
    always("destination", DESTINATION),
    always("project", TEXT),
    pointer("syncPolicy", SYNC_POLICY),
    field("ignoreDifferences", Shape::List(&IGNORE_DIFFERENCES)),
    field("info", Shape::List(&NAME_VALUE)),
    pointer("revisionHistoryLimit", Shape::Int),
    pointer("sourceHydrator", HYDRATOR),
]);

const DESTINATION: Shape = Shape::Struct(&[field("server", TEXT), field("namespace", TEXT), field("name", TEXT)]);

const SOURCE: Shape = Shape::Struct(&[
    always("repoURL", TEXT),
    field("path", TEXT),
    field("targetRevision", TEXT),
    pointer("helm", HELM),
    pointer("kustomize", KUSTOMIZE),
    pointer("directory", DIRECTORY),
    pointer("plugin", PLUGIN),
    field("chart", TEXT),
    field("ref", TEXT),
    field("name", TEXT),
    field("tagPrefix", TEXT),
]);

const HELM: Shape = Shape::Struct(&[
    field("valueFiles", TEXTS),
    field("parameters", Shape::List(&PARAMETER)),
    field("releaseName", TEXT),
    field("values", TEXT),
    field("fileParameters", Shape::List(&Shape::Struct(&[field("name", TEXT), field("path", TEXT)]))),
    field("version", TEXT),
    field("passCredentials", Shape::Bool),
    field("ignoreMissingValueFiles", Shape::Bool),
    field("skipCrds", Shape::Bool),
    pointer("valuesObject", Shape::Free),
    field("namespace", TEXT),
    field("kubeVersion", TEXT),
    field("apiVersions", TEXTS),
    field("skipTests", Shape::Bool),
    field("skipSchemaValidation", Shape::Bool),
]);

const PARAMETER: Shape = Shape::Struct(&[field("name", TEXT), field("value", TEXT), field("forceString", Shape::Bool)]);

const KUSTOMIZE: Shape = Shape::Struct(&[
    field("namePrefix", TEXT),
    field("nameSuffix", TEXT),
    field("images", TEXTS),
    field("commonLabels", TEXT_MAP),
    field("version", TEXT),
    field("commonAnnotations", TEXT_MAP),
    field("forceCommonLabels", Shape::Bool),
    field("forceCommonAnnotations", Shape::Bool),
    field("namespace", TEXT),
    field("commonAnnotationsEnvsubst", Shape::Bool),
    field("replicas", Shape::List(&Shape::Struct(&[always("name", TEXT), always("count", Shape::IntOrString)]))),
    field("patches", Shape::List(&PATCH)),
    field("components", TEXTS),
    field("ignoreMissingComponents", Shape::Bool),
    field("labelWithoutSelector", Shape::Bool),
    field("kubeVersion", TEXT),
    field("apiVersions", TEXTS),
    field("labelIncludeTemplates", Shape::Bool),
]);

const PATCH: Shape =
    Shape::Struct(&[field("path", TEXT), field("patch", TEXT), pointer("target", TARGET), field("options", Shape::Map(&Shape::Bool))]);

const TARGET: Shape = Shape::Struct(&[
    field("group", TEXT),
    field("version", TEXT),
    field("kind", TEXT),
    field("name", TEXT),
    field("namespace", TEXT),
    field("annotationSelector", TEXT),
    field("labelSelector", TEXT),
]);

const DIRECTORY: Shape = Shape::Struct(&[
    field("recurse", Shape::Bool),
    field("jsonnet", JSONNET),
    field("exclude", TEXT),
    field("include", TEXT),
    field("disableExtensionFilter", Shape::Bool),
]);

const JSONNET: Shape =
    Shape::Struct(&[field("extVars", Shape::List(&VARIABLE)), field("tlas", Shape::List(&VARIABLE)), field("libs", TEXTS)]);

const VARIABLE: Shape = Shape::Struct(&[always("name", TEXT), always("value", TEXT), field("code", Shape::Bool)]);

const PLUGIN: Shape =
    Shape::Struct(&[field("name", TEXT), field("env", Shape::List(&NAME_VALUE)), field("parameters", Shape::List(&PLUGIN_PARAMETER))]);

const PLUGIN_PARAMETER: Shape =
    Shape::Struct(&[field("name", TEXT), pointer("string", TEXT), pointer("map", TEXT_MAP), pointer("array", TEXTS)]);

const SYNC_POLICY: Shape = Shape::Struct(&[
    pointer("automated", AUTOMATED),
    field("syncOptions", TEXTS),
    pointer("retry", RETRY),
    pointer("managedNamespaceMetadata", Shape::Struct(&[field("labels", TEXT_MAP), field("annotations", TEXT_MAP)])),
]);

const AUTOMATED: Shape = Shape::Struct(&[
    newer_pointer("prune", Shape::Bool),
    newer_pointer("selfHeal", Shape::Bool),
    newer_pointer("allowEmpty", Shape::Bool),
    pointer("enabled", Shape::Bool),
]);

const RETRY: Shape = Shape::Struct(&[
    field("limit", Shape::Int),
    pointer("backoff", Shape::Struct(&[field("duration", TEXT), pointer("factor", Shape::Int), field("maxDuration", TEXT)])),
    field("refresh", Shape::Bool),
]);

const IGNORE_DIFFERENCES: Shape = Shape::Struct(&[
    field("group", TEXT),
    always("kind", TEXT),
    field("name", TEXT),
    field("namespace", TEXT),
    field("jsonPointers", TEXTS),
    field("jqPathExpressions", TEXTS),
    field("managedFieldsManagers", TEXTS),
]);

const HYDRATOR: Shape = Shape::Struct(&[
    always("drySource", DRY_SOURCE),
    always("syncSource", Shape::Struct(&[always("targetBranch", TEXT), always("path", TEXT), field("repoURL", TEXT)])),
    pointer("hydrateTo", Shape::Struct(&[always("targetBranch", TEXT)])),
]);

const DRY_SOURCE: Shape = Shape::Struct(&[
    always("repoURL", TEXT),
    always("targetRevision", TEXT),
    always("path", TEXT),
    pointer("helm", HELM),
    pointer("kustomize", KUSTOMIZE),
    pointer("directory", DIRECTORY),
    pointer("plugin", PLUGIN),
]);
