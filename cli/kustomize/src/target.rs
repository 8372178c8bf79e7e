//! The build of one folder: what it takes in, makes and changes.

use std::sync::Arc;

use portcullis_source::SourceFile;

use crate::{
    Node, Place, charts,
    config::Config,
    crds,
    fault::{Fault, Result},
    fieldspec::FieldSpec,
    generate::{self, Kind},
    hash,
    kustomization::{Generator, Kustomization, Label, ReplacementField, Said, Var, replacements},
    load::{Folder, Found},
    nameref, patches,
    place::Ground,
    plugins, replacement,
    resource::{Resource, Resources},
    transform::{self, End, Namespace, Subjects},
    vars,
};

/// What is put together so far.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The objects.
    pub(crate) resources: Resources,
    /// The fields that configurations add to the built-in ones.
    config: Config,
    vars: Vec<Var>,
}

impl Gathered {
    fn config(&self) -> Result<Arc<Config>> {
        Config::builtin().with(&self.config)
    }
}

/// Reads the kustomization of a folder.
pub(crate) fn kustomization(folder: &Folder<'_>) -> Result<Kustomization> {
    let (file, node) = folder.kustomization()?;
    Kustomization::of_node(&node).map_err(|fault| fault.at(file.span()))
}

/// Builds a folder to its end.
pub(crate) fn build(folder: &Folder<'_>, kustomization: &Kustomization, version: &str) -> Result<Resources> {
    let mut gathered = Gathered::default();
    let marks = metadata(kustomization)?;
    gather(folder, kustomization, &mut gathered)?;
    hash::add(&mut gathered.resources)?;
    let config = gathered.config()?;
    nameref::fix(&mut gathered.resources, &config.name_reference, folder.shared)?;
    gathered.vars.sort_by(|left, right| left.name.cmp(&right.name));
    vars::resolve(&mut gathered.resources, &gathered.vars, &config.var_reference, folder.shared)?;
    let mut resources = gathered.resources;
    resources.list.retain(|resource| !resource.node.is_empty() && !is_local(resource));
    crate::order::sort(&mut resources, &kustomization.order.clone().unwrap_or_default())?;
    if let Some(place) = marks {
        transform::mark(&mut resources, &place, version)?;
    }
    resources.list.iter_mut().try_for_each(Resource::settle)?;
    Ok(resources)
}

/// Where it is asked that objects be marked as kustomize's own.
fn metadata(kustomization: &Kustomization) -> Result<Option<Place>> {
    let mut marks = None;
    for said in &kustomization.build_metadata {
        match &*said.text {
            "managedByLabel" => marks = Some(said.place.clone()),
            "originAnnotations" | "transformerAnnotations" => {
                let message = format!("buildMetadata {} is not written here", said.text);
                return Err(Fault::unrendered(message, "leave it out").at(said.place.span));
            }
            _ => {}
        }
    }
    Ok(marks)
}

/// Whether an object is for kustomize alone.
fn is_local(resource: &Resource) -> bool {
    let annotations = resource.texts("annotations");
    annotations.get("config.kubernetes.io/local-config").is_some_and(|(text, ..)| &**text != "false")
}

/// Adds what a folder makes, changed as it says.
fn gather(folder: &Folder<'_>, own: &Kustomization, gathered: &mut Gathered) -> Result<()> {
    unrendered(own)?;
    take_in(folder, &own.resources, gathered)?;
    for said in &own.configurations {
        let file = folder.read(said)?;
        if let Some(node) = folder.first(file.bytes(), &Ground::File(file.id()))? {
            gathered.config.merge(&Config::of_node(&node)?)?;
        }
    }
    for said in &own.crds {
        let file = folder.read(said)?;
        if let Some(node) = folder.first(file.bytes(), &Ground::File(file.id()))? {
            gathered.config.merge(&crds::config(&node)?)?;
        }
    }
    generate_all(folder, own, gathered)?;
    for said in &own.components {
        let (inner, component) = enter(folder, said)?;
        if !component.component {
            let fault = Fault::refused(format!("{} is no component", inner.path), "name it under resources, or set its kind to Component");
            return Err(fault.at(said.place.span));
        }
        gather(&inner, &component, gathered)?;
    }
    change(folder, own, gathered)?;
    vars::note(&mut gathered.resources, &mut gathered.vars, &own.vars)
}

fn enter<'a>(folder: &Folder<'a>, said: &Said) -> Result<(Folder<'a>, Kustomization)> {
    let inner = folder.folder(said)?;
    let kustomization = kustomization(&inner).map_err(|fault| fault.at(said.place.span))?;
    Ok((inner, kustomization))
}

/// What is said to be unrendered before anything is made of the rest.
fn unrendered(own: &Kustomization) -> Result<()> {
    let refuse = |place: &Place, what: &str, hint: &str| Err(Fault::unrendered(what, hint).at(place.span));
    if let Some(place) = &own.openapi {
        return refuse(place, "openapi changes how lists are merged, and is not read here", "leave it out where the built-in schemas do");
    }
    match own.validators.first() {
        Some(said) => refuse(&said.place, "validators are not run here", "leave them out"),
        None => Ok(()),
    }
}

/// Takes in files and folders.
pub(crate) fn take_in(folder: &Folder<'_>, resources: &[Said], gathered: &mut Gathered) -> Result<()> {
    for said in resources {
        match folder.find(said)? {
            Found::File(file) => gathered.resources.add_all(of_file(folder, &file)?).map_err(|fault| fault.at(said.place.span))?,
            Found::Folder => {
                let (inner, base) = enter(folder, said)?;
                if base.component {
                    let fault = Fault::refused(format!("{} is a component", inner.path), "name it under components");
                    return Err(fault.at(said.place.span));
                }
                let mut own = Gathered::default();
                gather(&inner, &base, &mut own)?;
                gathered.resources.add_all(own.resources.list).map_err(|fault| fault.at(said.place.span))?;
                gathered.config.merge(&own.config)?;
                vars::merge(&mut gathered.vars, &own.vars)?;
            }
        }
    }
    Ok(())
}

fn of_file(folder: &Folder<'_>, file: &SourceFile) -> Result<Vec<Resource>> {
    Ok(folder.objects_of(file)?.into_iter().map(Resource::new).collect())
}

/// Runs the generators.
fn generate_all(folder: &Folder<'_>, own: &Kustomization, gathered: &mut Gathered) -> Result<()> {
    let mut make = |generators: &[Generator], kind: Kind| -> Result<()> {
        for generator in generators {
            let made = generate::generate(generator, kind, folder).map_err(|fault| fault.at(generator.place.span))?;
            gathered.resources.absorb(made)?;
        }
        Ok(())
    };
    make(&own.config_maps, Kind::ConfigMap)?;
    make(&own.secrets, Kind::Secret)?;
    for call in &own.charts {
        let made = charts::inflate(call, folder).map_err(|fault| fault.at(call.place.span))?;
        made.into_iter().try_for_each(|resource| gathered.resources.absorb(resource))?;
    }
    for configuration in plugins::configurations(folder, &own.generators)? {
        let made = plugins::generate(&configuration, folder)?;
        made.into_iter().try_for_each(|resource| gathered.resources.absorb(resource))?;
    }
    Ok(())
}

/// Runs the transformers, in kustomize's order.
fn change(folder: &Folder<'_>, own: &Kustomization, gathered: &mut Gathered) -> Result<()> {
    let config = gathered.config()?;
    let resources = &mut gathered.resources;
    for said in &own.patches_merged {
        patches::apply_merged(resources, said, folder)?;
    }
    for patch in &own.patches {
        patches::apply(resources, patch, folder)?;
        resources.drop_gone();
    }
    if let Some(said) = &own.namespace {
        let namespace = Namespace { said, specs: &config.namespace, unset_only: false, subjects: Subjects::Default };
        namespace.apply(resources)?;
    }
    if let Some(said) = &own.name_prefix {
        transform::rename(resources, said, End::Prefix, &config.name_prefix)?;
    }
    if let Some(said) = &own.name_suffix {
        transform::rename(resources, said, End::Suffix, &config.name_suffix)?;
    }
    for label in &own.labels {
        transform::set_pairs(resources, &label.pairs, &fields_of(label, &config)?)?;
    }
    transform::set_pairs(resources, &own.common_labels, &config.common_labels)?;
    transform::set_pairs(resources, &own.common_annotations, &config.common_annotations)?;
    for patch in &own.patches_json {
        patches::apply_operations(resources, patch, folder)?;
    }
    for replica in &own.replicas {
        transform::set_replicas(resources, replica, &config.replicas)?;
    }
    for image in &own.images {
        folder.shared.step(resources.list.len())?;
        transform::set_images(resources, image, &config.images)?;
    }
    for field in &own.replacements {
        replace(resources, field, folder)?;
    }
    for configuration in plugins::configurations(folder, &own.transformers)? {
        plugins::transform(resources, &configuration, folder)?;
        resources.drop_gone();
    }
    Ok(())
}

/// The fields in which labels are set.
fn fields_of(label: &Label, config: &Config) -> Result<Vec<FieldSpec>> {
    let mut fields = label.fields.clone();
    crate::config::merge_all(&mut fields, &config.labels)?;
    if label.selectors {
        crate::config::merge_all(&mut fields, &config.common_labels)?;
        return Ok(fields);
    }
    if label.templates {
        crate::config::merge_all(&mut fields, &config.template_labels)?;
    }
    crate::config::merge_one(&mut fields, &FieldSpec::of_all("metadata/labels", true))?;
    Ok(fields)
}

/// Runs an entry of `replacements`.
pub(crate) fn replace(resources: &mut Resources, field: &ReplacementField, folder: &Folder<'_>) -> Result<()> {
    match field {
        ReplacementField::Here(one) => replacement::apply(resources, std::slice::from_ref(&**one), folder.shared),
        ReplacementField::File(said) => {
            let file = folder.read(said)?;
            let node: Option<Node> = folder.first(file.bytes(), &Ground::File(file.id()))?;
            let all = node.as_ref().map_or(Ok(Vec::new()), replacements)?;
            replacement::apply(resources, &all, folder.shared)
        }
    }
}
