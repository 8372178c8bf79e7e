//! Generators and transformers that are configured by objects of their own: the built-in ones are run, the others are said to be unrendered.

use crate::{
    Node, charts,
    fault::{Fault, Result},
    fieldspec::FieldSpec,
    generate::{self, Kind},
    hash,
    identity::Gvk,
    kustomization::{Fields, Said, generator, of_generator, plugin},
    load::Folder,
    patches,
    resource::{Resource, Resources},
    target::{self, Gathered},
    transform::{self, End, Namespace, Subjects},
};

/// The objects that configure them: in the kustomization itself, in files, or made by a folder.
pub(crate) fn configurations(folder: &Folder<'_>, entries: &[Said]) -> Result<Vec<Node>> {
    let mut gathered = Gathered::default();
    for said in entries {
        match folder.objects(said.text.as_bytes(), &folder.ground(said)) {
            Ok(nodes) => gathered.resources.add_all(nodes.into_iter().map(Resource::new).collect())?,
            Err(fault) if said.text.contains('\n') => return Err(fault.at(said.place.span)),
            Err(_) => target::take_in(folder, std::slice::from_ref(said), &mut gathered)?,
        }
    }
    Ok(gathered.resources.list.into_iter().map(|resource| resource.node).collect())
}

fn builtin(node: &Node) -> Result<String> {
    let gvk = Gvk::of(node);
    if gvk.group.is_empty() && gvk.version == "builtin" {
        return Ok(gvk.kind);
    }
    let message = format!("{} is a plugin of its own, which is not run here", gvk.kind);
    Err(Fault::unrendered(message, "use what kustomize has built in").at(node.place.span))
}

fn unknown(kind: &str, node: &Node) -> Box<Fault> {
    const KNOWN: [&str; 16] = [
        "AnnotationsTransformer",
        "ConfigMapGenerator",
        "HashTransformer",
        "HelmChartInflationGenerator",
        "ImageTagTransformer",
        "LabelTransformer",
        "NamespaceTransformer",
        "PatchJson6902Transformer",
        "PatchStrategicMergeTransformer",
        "PatchTransformer",
        "PrefixSuffixTransformer",
        "PrefixTransformer",
        "ReplacementTransformer",
        "ReplicaCountTransformer",
        "SecretGenerator",
        "SuffixTransformer",
    ];
    const OTHERS: [&str; 2] = ["IAMPolicyGenerator", "ValueAddTransformer"];
    if OTHERS.contains(&kind) {
        return Fault::unrendered(format!("{kind} is not run here"), "write what it makes into a file").at(node.place.span);
    }
    Fault::refused(format!("kustomize has no built-in {kind}"), crate::nearest::hint(kind, &KNOWN)).at(node.place.span)
}

/// Runs a generator.
pub(crate) fn generate(node: &Node, folder: &Folder<'_>) -> Result<Vec<Resource>> {
    let name = builtin(node)?;
    let kind = match name.as_str() {
        "ConfigMapGenerator" => Kind::ConfigMap,
        "SecretGenerator" => Kind::Secret,
        "HelmChartInflationGenerator" => {
            return charts::inflate(&of_generator(node)?, folder).map_err(|fault| fault.at(node.place.span));
        }
        _ => return Err(unknown(&name, node)),
    };
    let mut configured = plugin(node);
    let metadata = node.get("metadata");
    for key in ["name", "namespace"] {
        if let (None, Some(value)) = (configured.get(key), metadata.and_then(|metadata| metadata.get(key))) {
            configured.set(key, &value.place.clone(), Some(value.clone()))?;
        }
    }
    let what = if kind == Kind::Secret { "a secret generator" } else { "a generator" };
    let made = generate::generate(&generator(&configured, what, None)?, kind, folder).map_err(|fault| fault.at(node.place.span))?;
    Ok(vec![made])
}

/// Runs a transformer.
pub(crate) fn transform(resources: &mut Resources, node: &Node, folder: &Folder<'_>) -> Result<()> {
    let kind = builtin(node)?;
    let fields = Fields::loose(node, "the configuration of a transformer");
    folder.shared.step(resources.list.len())?;
    let specs: Vec<FieldSpec> = fields.list("fieldSpecs")?.iter().map(FieldSpec::of_node).collect::<Result<_>>()?;
    let done = match kind.as_str() {
        "NamespaceTransformer" => set_namespace(resources, node, &specs),
        "PrefixTransformer" => put(resources, &fields, &[End::Prefix], &specs),
        "SuffixTransformer" => put(resources, &fields, &[End::Suffix], &specs),
        "PrefixSuffixTransformer" => put(resources, &fields, &[End::Prefix, End::Suffix], &specs),
        "LabelTransformer" => transform::set_pairs(resources, &fields.pairs("labels")?, &specs),
        "AnnotationsTransformer" => transform::set_pairs(resources, &fields.pairs("annotations")?, &specs),
        "HashTransformer" => hash::add(resources),
        "ImageTagTransformer" => match fields.get("imageTag") {
            Some(image) => transform::set_images(resources, &crate::kustomization::image(image)?, &specs),
            None => Ok(()),
        },
        "ReplicaCountTransformer" => match fields.get("replica") {
            Some(replica) => transform::set_replicas(resources, &crate::kustomization::replica(replica)?, &specs),
            None => Ok(()),
        },
        "PatchTransformer" => patches::apply(resources, &crate::kustomization::patch(&plugin(node))?, folder),
        "PatchStrategicMergeTransformer" => {
            let mut all = fields.texts("paths")?;
            all.extend(fields.text("patches")?);
            all.iter().try_for_each(|said| patches::apply_merged(resources, said, folder))
        }
        "PatchJson6902Transformer" => {
            let mut configured = plugin(node);
            if let Some(operations) = configured.remove("jsonOp") {
                configured.set("patch", &operations.place.clone(), Some(operations))?;
            }
            patches::apply_operations(resources, &crate::kustomization::patch(&configured)?, folder)
        }
        "ReplacementTransformer" => fields
            .list("replacements")?
            .iter()
            .try_for_each(|one| target::replace(resources, &crate::kustomization::replacement_field(one)?, folder)),
        _ => Err(unknown(&kind, node)),
    };
    done.map_err(|fault| fault.at(node.place.span))
}

fn put(resources: &mut Resources, fields: &Fields<'_>, ends: &[End], specs: &[FieldSpec]) -> Result<()> {
    if fields.get("fieldSpecs").is_none() {
        return Err(Fault::refused("the transformer has no fieldSpecs", "add `fieldSpecs: [{path: metadata/name}]`"));
    }
    for end in ends {
        let said = fields.text(if *end == End::Prefix { "prefix" } else { "suffix" })?;
        if let Some(said) = said {
            transform::rename(resources, &said, *end, specs)?;
        }
    }
    Ok(())
}

fn set_namespace(resources: &mut Resources, node: &Node, specs: &[FieldSpec]) -> Result<()> {
    let fields = Fields::loose(node, "the configuration of a transformer");
    let said = match node.get("metadata") {
        Some(metadata) => Fields::loose(metadata, "metadata of a transformer").text("namespace")?,
        None => None,
    };
    let Some(said) = said else { return Ok(()) };
    let subjects = match fields.string("setRoleBindingSubjects")?.as_str() {
        "" | "defaultOnly" => Subjects::Default,
        "allServiceAccounts" => Subjects::ServiceAccounts,
        "none" => Subjects::None,
        other => {
            let hint = crate::nearest::hint(other, &["defaultOnly", "allServiceAccounts", "none"]);
            return Err(Fault::refused(format!("setRoleBindingSubjects is {other:?}"), hint));
        }
    };
    Namespace { said: &said, specs, unset_only: fields.flag("unsetOnly")?, subjects }.apply(resources)
}
