//! The parts of a kustomization that are maps of their own.

use super::{
    Fields, Generator, Image, Label, Options, Part, Patch, Replacement, ReplacementField, Replica, Said, Selector, Source, Target, Var,
    id_of,
};
use crate::{
    Node, Value,
    fault::{Fault, Result},
    fieldspec::FieldSpec,
    identity::{Gvk, Id},
    order::Order,
};

const SELECTOR: [&str; 7] = ["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];

/// The field that is copied where none is named.
const NAME: &str = "metadata.name";

/// An entry of `labels`.
pub(super) fn label(node: &Node) -> Result<Label> {
    let fields = Fields::new(node, "an entry of labels", &["pairs", "includeSelectors", "includeTemplates", "fields"])?;
    Ok(Label {
        pairs: fields.pairs("pairs")?,
        selectors: fields.flag("includeSelectors")?,
        templates: fields.flag("includeTemplates")?,
        fields: fields.list("fields")?.iter().map(FieldSpec::of_node).collect::<Result<_>>()?,
    })
}

/// An entry of `patches` or `patchesJson6902`.
pub(crate) fn patch(node: &Node) -> Result<Patch> {
    let fields = Fields::new(node, "a patch", &["path", "patch", "target", "options"])?;
    let options = fields.get("options");
    let flag = |name| options.map_or(Ok(false), |node| Fields::loose(node, "options of a patch").flag(name));
    Ok(Patch {
        place: node.place.clone(),
        path: fields.text("path")?,
        patch: fields.text("patch")?.filter(|said| !said.text.trim().is_empty()),
        target: fields.get("target").map(selector).transpose()?,
        name_change: flag("allowNameChange")?,
        kind_change: flag("allowKindChange")?,
    })
}

fn selector(node: &Node) -> Result<Selector> {
    let fields = Fields::new(node, "a selector of objects", &SELECTOR)?;
    let (annotations, labels) = (fields.string("annotationSelector")?, fields.string("labelSelector")?);
    Ok(Selector { id: id_of(&fields)?, annotations, labels, place: Some(node.place.clone()) })
}

/// An entry of `images`.
pub(crate) fn image(node: &Node) -> Result<Image> {
    let fields = Fields::new(node, "an entry of images", &["name", "newName", "tagSuffix", "newTag", "digest"])?;
    Ok(Image {
        place: node.place.clone(),
        name: fields.string("name")?,
        new_name: fields.text("newName")?,
        tag_suffix: fields.text("tagSuffix")?,
        new_tag: fields.text("newTag")?,
        digest: fields.text("digest")?,
    })
}

/// An entry of `replicas`.
pub(crate) fn replica(node: &Node) -> Result<Replica> {
    let fields = Fields::new(node, "an entry of replicas", &["name", "count"])?;
    let place = fields.get("count").map_or(&node.place, |count| &count.place).clone();
    Ok(Replica { place, name: fields.string("name")?, count: fields.integer("count")?.unwrap_or_default() })
}

/// An entry of `replacements`.
pub(crate) fn replacement_field(node: &Node) -> Result<ReplacementField> {
    let fields = Fields::new(node, "a replacement", &["path", "source", "sourceValue", "targets"])?;
    let Some(path) = fields.text("path")? else { return Ok(ReplacementField::Here(Box::new(replacement(node)?))) };
    if fields.get("source").is_some() || !fields.list("targets")?.is_empty() {
        let fault = Fault::refused("a replacement has both a path and a source or targets", "leave one of them out");
        return Err(fault.at(node.place.span));
    }
    Ok(ReplacementField::File(path))
}

/// A replacement, here or in a file of its own.
fn replacement(node: &Node) -> Result<Replacement> {
    let fields = Fields::new(node, "a replacement", &["path", "source", "sourceValue", "targets"])?;
    let value = match fields.get("sourceValue") {
        Some(node) => Some(fields.text("sourceValue")?.unwrap_or_else(|| Said { text: "".into(), place: node.place.clone() })),
        None => None,
    };
    let targets = match fields.get("targets") {
        Some(_) => Some(fields.list("targets")?.iter().map(target).collect::<Result<_>>()?),
        None => None,
    };
    Ok(Replacement { place: node.place.clone(), source: fields.get("source").map(source).transpose()?, value, targets })
}

fn source(node: &Node) -> Result<Source> {
    let known = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
    let fields = Fields::new(node, "the source of a replacement", &known)?;
    let path = fields.text("fieldPath")?.map_or_else(|| NAME.to_owned(), |path| path.text.to_string());
    Ok(Source { id: id_of(&fields)?, path, part: part(fields.get("options"))? })
}

fn target(node: &Node) -> Result<Target> {
    let fields = Fields::new(node, "a target of a replacement", &["select", "reject", "fieldPaths", "options"])?;
    let mut paths = fields.texts("fieldPaths")?;
    if paths.is_empty() {
        paths.push(Said { text: NAME.into(), place: node.place.clone() });
    }
    Ok(Target {
        place: node.place.clone(),
        select: fields.get("select").map(selector).transpose()?,
        reject: fields.list("reject")?.iter().map(selector).collect::<Result<_>>()?,
        paths,
        part: part(fields.get("options"))?,
    })
}

fn part(node: Option<&Node>) -> Result<Option<Part>> {
    let Some(node) = node else { return Ok(None) };
    let fields = Fields::new(node, "options of a replacement", &["delimiter", "index", "encoding", "create"])?;
    let index = fields.integer("index")?.unwrap_or_default();
    Ok(Some(Part { delimiter: fields.string("delimiter")?, index, create: fields.flag("create")? }))
}

/// An entry of `vars`.
pub(super) fn var(node: &Node) -> Result<Var> {
    let fields = Fields::new(node, "a variable", &["name", "objref", "fieldref"])?;
    let mut object = Id::default();
    if let Some(node) = fields.get("objref") {
        let known = ["apiVersion", "group", "version", "kind", "name", "namespace"];
        let fields = Fields::new(node, "objref of a variable", &known)?;
        object = id_of(&fields)?;
        if let Some(version) = fields.text("apiVersion")? {
            let written = Gvk::new(&version.text, &object.gvk.kind);
            let group = if version.text.contains('/') { written.group } else { object.gvk.group };
            object.gvk = Gvk { group, ..written };
        }
    }
    let path = match fields.get("fieldref") {
        Some(node) => Fields::new(node, "fieldref of a variable", &["fieldPath"])?.string("fieldPath")?,
        None => String::new(),
    };
    let path = if path.is_empty() { NAME.to_owned() } else { path };
    Ok(Var { place: node.place.clone(), name: fields.string("name")?, object, path })
}

/// Options of generators.
pub(super) fn options(node: Option<&Node>) -> Result<Option<Options>> {
    let Some(node) = node else { return Ok(None) };
    let known = ["labels", "annotations", "disableNameSuffixHash", "immutable"];
    let fields = Fields::new(node, "options of a generator", &known)?;
    let pairs = |name: &str| -> Result<_> {
        let pairs = fields.pairs(name)?.into_iter();
        Ok(pairs.map(|(key, value)| (key.text.to_string(), (key, value))).collect())
    };
    Ok(Some(Options {
        labels: pairs("labels")?,
        annotations: pairs("annotations")?,
        no_hash: fields.flag("disableNameSuffixHash")?,
        immutable: if fields.flag("immutable")? { fields.get("immutable").map(|node| node.place.clone()) } else { None },
    }))
}

/// An entry of `configMapGenerator` or `secretGenerator`, with the options of the kustomization merged in.
pub(crate) fn generator(node: &Node, what: &str, global: Option<&Options>) -> Result<Generator> {
    let mut known = vec!["namespace", "name", "behavior", "literals", "files", "envs", "env", "options"];
    if what.contains("secret") {
        known.push("type");
    }
    let fields = Fields::new(node, what, &known)?;
    let mut options = options(fields.get("options"))?.unwrap_or_default();
    if let Some(global) = global {
        for (key, pair) in &global.labels {
            options.labels.entry(key.clone()).or_insert_with(|| pair.clone());
        }
        for (key, pair) in &global.annotations {
            options.annotations.entry(key.clone()).or_insert_with(|| pair.clone());
        }
        options.no_hash |= global.no_hash;
        options.immutable = options.immutable.or_else(|| global.immutable.clone());
    }
    let mut envs = fields.texts("envs")?;
    envs.extend(fields.text("env")?);
    Ok(Generator {
        place: node.place.clone(),
        name: fields.text("name")?,
        namespace: fields.text("namespace")?,
        behavior: fields.string("behavior")?,
        literals: fields.texts("literals")?,
        files: fields.texts("files")?,
        envs,
        options,
        secret_type: fields.text("type")?,
    })
}

/// `sortOptions`.
pub(super) fn order(node: Option<&Node>) -> Result<Option<Order>> {
    let Some(node) = node else { return Ok(None) };
    let fields = Fields::new(node, "sortOptions", &["order", "legacySortOptions"])?;
    let own = fields.get("legacySortOptions");
    let refuse = |message: &str, hint: &str| Err(Fault::refused(message, hint).at(node.place.span));
    match fields.string("order")?.as_str() {
        "fifo" if own.is_some() => refuse("legacySortOptions are given, but the order is fifo", "leave them out, or set order to legacy"),
        "fifo" => Ok(Some(Order::Fifo)),
        "legacy" => match own {
            None => Ok(Some(Order::default())),
            Some(node) => {
                let fields = Fields::new(node, "legacySortOptions", &["orderFirst", "orderLast"])?;
                let texts = |name| -> Result<Vec<String>> { Ok(fields.texts(name)?.iter().map(|said| said.text.to_string()).collect()) };
                Ok(Some(Order::Legacy(texts("orderFirst")?, texts("orderLast")?)))
            }
        },
        _ => refuse("order of sortOptions is neither fifo nor legacy", "set order to fifo or legacy"),
    }
}

/// The replacements of a file: one, or a list of them.
pub(crate) fn replacements(node: &Node) -> Result<Vec<Replacement>> {
    match &node.value {
        Value::List(items) => items.iter().map(replacement).collect(),
        Value::Map(_) => Ok(vec![replacement(node)?]),
        Value::Scalar(_) => Err(node.not("a replacement or a list of them")),
    }
}

/// The configuration of a plugin without what every object has.
pub(crate) fn plugin(node: &Node) -> Node {
    let mut fields = node.clone();
    for key in ["apiVersion", "kind", "metadata"] {
        fields.remove(key);
    }
    fields
}
