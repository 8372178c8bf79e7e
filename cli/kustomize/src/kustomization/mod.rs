//! A kustomization: what it adds, and how it changes what there is.

use std::collections::BTreeMap;

use crate::{
    Node, Place,
    fault::{Fault, Result},
    fieldspec::FieldSpec,
    identity::{Gvk, Id},
    order::Order,
};

mod chart;
mod decode;
mod parts;

pub(crate) use chart::{ChartCall, ValuesMerge, of_generator};
pub(crate) use decode::{Fields, Said};
pub(crate) use parts::{generator, image, patch, plugin, replacement_field, replacements, replica};

/// A kustomization.
#[derive(Clone, Debug)]
pub(crate) struct Kustomization {
    /// Whether it is a component.
    pub(crate) component: bool,
    /// Files and folders of objects.
    pub(crate) resources: Vec<Said>,
    /// Folders of components.
    pub(crate) components: Vec<Said>,
    /// Files that describe custom resources.
    pub(crate) crds: Vec<Said>,
    /// Files with fields for transformers.
    pub(crate) configurations: Vec<Said>,
    /// Further generators.
    pub(crate) generators: Vec<Said>,
    /// Further transformers.
    pub(crate) transformers: Vec<Said>,
    /// Further validators.
    pub(crate) validators: Vec<Said>,
    /// Schemas other than the built-in ones.
    pub(crate) openapi: Option<Place>,
    /// What is put before names.
    pub(crate) name_prefix: Option<Said>,
    /// What is put after names.
    pub(crate) name_suffix: Option<Said>,
    /// The namespace of all objects.
    pub(crate) namespace: Option<Said>,
    /// Labels of everything, selectors too.
    pub(crate) common_labels: Vec<(Said, Said)>,
    /// Labels.
    pub(crate) labels: Vec<Label>,
    /// Annotations.
    pub(crate) common_annotations: Vec<(Said, Said)>,
    /// Patches of both kinds.
    pub(crate) patches: Vec<Patch>,
    /// Strategic merge patches, or files of them.
    pub(crate) patches_merged: Vec<Said>,
    /// JSON patches.
    pub(crate) patches_json: Vec<Patch>,
    /// Images.
    pub(crate) images: Vec<Image>,
    /// Numbers of replicas.
    pub(crate) replicas: Vec<Replica>,
    /// Copies of values.
    pub(crate) replacements: Vec<ReplacementField>,
    /// Variables.
    pub(crate) vars: Vec<Var>,
    /// ConfigMaps to make.
    pub(crate) config_maps: Vec<Generator>,
    /// Secrets to make.
    pub(crate) secrets: Vec<Generator>,
    /// Charts to render.
    pub(crate) charts: Vec<ChartCall>,
    /// How the objects are sorted, where it says so.
    pub(crate) order: Option<Order>,
    /// What is to be noted in the objects.
    pub(crate) build_metadata: Vec<Said>,
}

/// Labels, and where they are set.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    /// The labels.
    pub(crate) pairs: Vec<(Said, Said)>,
    /// Whether selectors have them too.
    pub(crate) selectors: bool,
    /// Whether templates have them too.
    pub(crate) templates: bool,
    /// Further fields that have them.
    pub(crate) fields: Vec<FieldSpec>,
}

/// A patch.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    /// Where it is asked for.
    pub(crate) place: Place,
    /// The file.
    pub(crate) path: Option<Said>,
    /// Its text.
    pub(crate) patch: Option<Said>,
    /// The objects that it changes.
    pub(crate) target: Option<Selector>,
    /// Whether it may change names.
    pub(crate) name_change: bool,
    /// Whether it may change kinds.
    pub(crate) kind_change: bool,
}

/// Which objects are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    /// Kind, name and namespace, which may be patterns.
    pub(crate) id: Id,
    /// What their annotations have to be.
    pub(crate) annotations: String,
    /// What their labels have to be.
    pub(crate) labels: String,
    /// Where it stands.
    pub(crate) place: Option<Place>,
}

/// An image, and what takes its place.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// Where it stands.
    pub(crate) place: Place,
    /// The name, a pattern.
    pub(crate) name: String,
    /// The new name.
    pub(crate) new_name: Option<Said>,
    /// What is put after the tag.
    pub(crate) tag_suffix: Option<Said>,
    /// The new tag.
    pub(crate) new_tag: Option<Said>,
    /// The new digest.
    pub(crate) digest: Option<Said>,
}

/// A number of replicas.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    /// Where the number stands.
    pub(crate) place: Place,
    /// The name of the object.
    pub(crate) name: String,
    /// The number.
    pub(crate) count: i64,
}

/// Replacements, here or in a file.
#[derive(Clone, Debug)]
pub(crate) enum ReplacementField {
    /// In a file.
    File(Said),
    /// Here.
    Here(Box<Replacement>),
}

/// A copy of a value.
#[derive(Clone, Debug)]
pub(crate) struct Replacement {
    /// Where it stands.
    pub(crate) place: Place,
    /// The object to copy from.
    pub(crate) source: Option<Source>,
    /// The value itself.
    pub(crate) value: Option<Said>,
    /// Where to copy to.
    pub(crate) targets: Option<Vec<Target>>,
}

/// What to copy from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The object.
    pub(crate) id: Id,
    /// The field.
    pub(crate) path: String,
    /// A part of its text.
    pub(crate) part: Option<Part>,
}

/// What to copy to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where it stands.
    pub(crate) place: Place,
    /// The objects.
    pub(crate) select: Option<Selector>,
    /// Those that are left out.
    pub(crate) reject: Vec<Selector>,
    /// The fields.
    pub(crate) paths: Vec<Said>,
    /// A part of their text.
    pub(crate) part: Option<Part>,
}

/// How a field is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// What divides its text, empty for the whole.
    pub(crate) delimiter: String,
    /// Which part is meant.
    pub(crate) index: i64,
    /// Whether the field is made where it is missing.
    pub(crate) create: bool,
}

/// A variable.
#[derive(Clone, Debug)]
pub(crate) struct Var {
    /// Where it stands.
    pub(crate) place: Place,
    /// Its name.
    pub(crate) name: String,
    /// The object that it is read from.
    pub(crate) object: Id,
    /// The field that it is read from.
    pub(crate) path: String,
}

/// A ConfigMap or Secret to make.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    /// Where it stands.
    pub(crate) place: Place,
    /// Its name.
    pub(crate) name: Option<Said>,
    /// Its namespace.
    pub(crate) namespace: Option<Said>,
    /// What to do where there is one already.
    pub(crate) behavior: String,
    /// Keys with values.
    pub(crate) literals: Vec<Said>,
    /// Files that are values.
    pub(crate) files: Vec<Said>,
    /// Files of keys and values.
    pub(crate) envs: Vec<Said>,
    /// Its options, those of the kustomization merged in.
    pub(crate) options: Options,
    /// The type of a Secret.
    pub(crate) secret_type: Option<Said>,
}

/// Options of generators.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Labels.
    pub(crate) labels: BTreeMap<String, (Said, Said)>,
    /// Annotations.
    pub(crate) annotations: BTreeMap<String, (Said, Said)>,
    /// Whether no hash is put after the name.
    pub(crate) no_hash: bool,
    /// Whether the object may never change.
    pub(crate) immutable: Option<Place>,
}

/// The fields of a kustomization.
const FIELDS: [&str; 34] = [
    "apiVersion",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "imageTags",
    "images",
    "kind",
    "labels",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
];

impl Kustomization {
    /// Reads a kustomization.
    pub(crate) fn of_node(node: &Node) -> Result<Self> {
        let known = &FIELDS;
        let fields = Fields::new(node, "a kustomization", known)?;
        let is_said = |value: &Node| !value.text().is_empty() || value.as_scalar().is_none();
        let is_filled = |name: &str| !matches!(name, "apiVersion" | "kind") && fields.get(name).is_some_and(is_said);
        if !known.iter().any(|name| is_filled(name)) {
            let fault = Fault::refused("the kustomization is empty", "list what belongs to it under resources");
            return Err(fault.at(node.place.span));
        }
        let component = check_kind(&fields)?;
        let both = |one: &str, other: &str| -> Result<Vec<Said>> { Ok([fields.texts(one)?, fields.texts(other)?].concat()) };
        let options = parts::options(fields.get("generatorOptions"))?;
        let generators = |name: &str| -> Result<Vec<Generator>> {
            let what = format!("an entry of {name}");
            fields.list(name)?.iter().map(|node| generator(node, &what, options.as_ref())).collect()
        };
        let nodes = |name: &str| fields.list(name).map(|nodes| nodes.iter());
        Ok(Self {
            component,
            resources: both("resources", "bases")?,
            components: fields.texts("components")?,
            crds: fields.texts("crds")?,
            configurations: fields.texts("configurations")?,
            generators: fields.texts("generators")?,
            transformers: fields.texts("transformers")?,
            validators: fields.texts("validators")?,
            openapi: fields.get("openapi").filter(|node| !node.is_empty()).map(|node| node.place.clone()),
            name_prefix: fields.text("namePrefix")?,
            name_suffix: fields.text("nameSuffix")?,
            namespace: fields.text("namespace")?,
            common_labels: fields.pairs("commonLabels")?,
            labels: nodes("labels")?.map(parts::label).collect::<Result<_>>()?,
            common_annotations: fields.pairs("commonAnnotations")?,
            patches: nodes("patches")?.map(patch).collect::<Result<_>>()?,
            patches_merged: fields.texts("patchesStrategicMerge")?,
            patches_json: nodes("patchesJson6902")?.map(patch).collect::<Result<_>>()?,
            images: nodes("images")?.chain(nodes("imageTags")?).map(image).collect::<Result<_>>()?,
            replicas: nodes("replicas")?.map(replica).collect::<Result<_>>()?,
            replacements: nodes("replacements")?.map(replacement_field).collect::<Result<_>>()?,
            vars: nodes("vars")?.map(parts::var).collect::<Result<_>>()?,
            config_maps: generators("configMapGenerator")?,
            secrets: generators("secretGenerator")?,
            charts: chart::charts(&fields)?,
            order: parts::order(fields.get("sortOptions"))?,
            build_metadata: fields.texts("buildMetadata")?,
        })
    }
}

/// Whether it is a component; another kind or version is refused.
fn check_kind(fields: &Fields<'_>) -> Result<bool> {
    let kind = fields.text("kind")?;
    let component = match kind.as_ref().map(|kind| &*kind.text) {
        None | Some("Kustomization") => false,
        Some("Component") => true,
        Some(other) => {
            let span = kind.as_ref().map_or(fields.place().span, |kind| kind.place.span);
            let message = format!("a kustomization is of kind {other}");
            return Err(Fault::refused(message, "kind is Kustomization or Component").at(span));
        }
    };
    let wanted = if component { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
    match fields.text("apiVersion")? {
        Some(version) if *version.text != *wanted => {
            let message = format!("a kustomization is of apiVersion {}", version.text);
            Err(Fault::refused(message, format!("apiVersion is {wanted} here")).at(version.place.span))
        }
        Some(_) | None => Ok(component),
    }
}

/// Kind, name and namespace of a map's fields.
fn id_of(fields: &Fields<'_>) -> Result<Id> {
    let gvk = Gvk { group: fields.string("group")?, version: fields.string("version")?, kind: fields.string("kind")? };
    Ok(Id { gvk, name: fields.string("name")?, namespace: fields.string("namespace")?, cluster: false })
}
