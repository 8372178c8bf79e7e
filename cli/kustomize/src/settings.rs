//! What an Application of Argo CD changes in a kustomization (`spec.source.kustomize`), as `kustomize edit` would.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{self as source, Data, Span};

use crate::{
    Entry, Node, Place, Scalar, Tag, Value,
    fault::{Fault, Result},
    kustomization::{Fields, Image, Kustomization, Label, Patch, Replica, Said, patch},
    load::Folder,
    transform::split_image,
};

/// Says where a value of a source stands.
pub type Places<'a> = &'a dyn Fn(&source::Node) -> Option<Span>;

/// What an Application changes.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    name_prefix: Option<Said>,
    name_suffix: Option<Said>,
    namespace: Option<Said>,
    images: Vec<Said>,
    replicas: Vec<Replica>,
    labels: Vec<(Said, Said)>,
    annotations: Vec<(Said, Said)>,
    patches: Vec<Patch>,
    components: Vec<Said>,
    flags: Flags,
}

#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of an Application")]
struct Flags {
    force_labels: bool,
    force_annotations: bool,
    without_selector: bool,
    templates: bool,
    ignore_missing: bool,
}

/// The fields of `spec.source.kustomize`.
const FIELDS: [&str; 18] = [
    "apiVersions",
    "commonAnnotations",
    "commonAnnotationsEnvsubst",
    "commonLabels",
    "components",
    "forceCommonAnnotations",
    "forceCommonLabels",
    "ignoreMissingComponents",
    "images",
    "kubeVersion",
    "labelIncludeTemplates",
    "labelWithoutSelector",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "patches",
    "replicas",
    "version",
];

const WHAT: &str = "the kustomize part of a source";

/// What stands for what the kustomization has already.
const KEEP: &str = "*";

impl Settings {
    /// Reads `spec.source.kustomize`, in which variables such as `$ARGOCD_APP_NAME` are filled in already; what has no place of its own has that of what holds it.
    ///
    /// # Errors
    /// A field is unknown or of a wrong type, or nothing has a place.
    pub fn of_node(node: &source::Node, places: Places<'_>) -> std::result::Result<Self, Box<Fault>> {
        let Some(whole) = places(node) else {
            return Err(Fault::unrendered(format!("{WHAT} has no place in any file"), "write the Application in a file of the repository"));
        };
        let node = convert(node, places, whole);
        let fields = Fields::new(&node, WHAT, &FIELDS)?;
        Ok(Self {
            name_prefix: fields.text("namePrefix")?,
            name_suffix: fields.text("nameSuffix")?,
            namespace: fields.text("namespace")?,
            images: fields.texts("images")?,
            replicas: fields.list("replicas")?.iter().map(replica).collect::<Result<_>>()?,
            labels: fields.pairs("commonLabels")?,
            annotations: fields.pairs("commonAnnotations")?,
            patches: fields.list("patches")?.iter().map(patch).collect::<Result<_>>()?,
            components: fields.texts("components")?,
            flags: Flags {
                force_labels: fields.flag("forceCommonLabels")?,
                force_annotations: fields.flag("forceCommonAnnotations")?,
                without_selector: fields.flag("labelWithoutSelector")?,
                templates: fields.flag("labelIncludeTemplates")?,
                ignore_missing: fields.flag("ignoreMissingComponents")?,
            },
        })
    }

    /// Changes a kustomization.
    pub(crate) fn change(&self, own: &mut Kustomization, folder: &Folder<'_>) -> Result<()> {
        own.name_prefix = self.name_prefix.clone().or(own.name_prefix.take());
        own.name_suffix = self.name_suffix.clone().or(own.name_suffix.take());
        if !self.images.is_empty() {
            self.set_images(own)?;
        }
        if !self.replicas.is_empty() {
            let all = own.replicas.drain(..).chain(self.replicas.iter().cloned());
            let by_name: BTreeMap<String, Replica> = all.map(|replica| (replica.name.clone(), replica)).collect();
            own.replicas = by_name.into_values().collect();
        }
        if self.flags.without_selector {
            self.add_labels(own)?;
        } else {
            add(&mut own.common_labels, &self.labels, self.flags.force_labels, "label")?;
        }
        add(&mut own.common_annotations, &self.annotations, self.flags.force_annotations, "annotation")?;
        own.namespace = self.namespace.clone().or(own.namespace.take());
        own.patches.extend(self.patches.iter().cloned());
        for said in &self.components {
            if own.components.iter().any(|known| known.text == said.text) {
                continue;
            }
            match folder.folder(said) {
                Ok(_) => own.components.push(said.clone()),
                Err(_) if self.flags.ignore_missing => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    fn set_images(&self, own: &mut Kustomization) -> Result<()> {
        let mut images: BTreeMap<String, Image> = BTreeMap::new();
        for said in &self.images {
            let image = image(said)?;
            images.insert(image.name.clone(), image);
        }
        for known in own.images.drain(..) {
            match images.get_mut(&known.name) {
                None => {
                    images.insert(known.name.clone(), known);
                }
                Some(image) => {
                    keep(&mut image.new_name, known.new_name);
                    keep(&mut image.new_tag, known.new_tag);
                    keep(&mut image.digest, known.digest);
                }
            }
        }
        for image in images.values_mut() {
            keep(&mut image.new_name, None);
            keep(&mut image.new_tag, None);
            keep(&mut image.digest, None);
        }
        own.images = images.into_values().collect();
        Ok(())
    }

    fn add_labels(&self, own: &mut Kustomization) -> Result<()> {
        if self.labels.is_empty() {
            return Ok(());
        }
        let alike = |label: &&mut Label| !label.selectors && label.templates == self.flags.templates;
        if let Some(label) = own.labels.iter_mut().find(alike) {
            return add(&mut label.pairs, &self.labels, self.flags.force_labels, "label");
        }
        // kustomize adds all of them for the first, and then finds the second there already.
        if let (Some((second, _)), false) = (self.labels.get(1), self.flags.force_labels) {
            let message = "kustomize adds only one label without selectors to a kustomization that has none";
            return Err(Fault::refused(message, "set forceCommonLabels").at(second.place.span));
        }
        own.labels.push(Label { pairs: self.labels.clone(), selectors: false, templates: self.flags.templates, fields: Vec::new() });
        Ok(())
    }
}

/// Adds labels or annotations; what is there already is only changed by force.
fn add(known: &mut Vec<(Said, Said)>, added: &[(Said, Said)], force: bool, what: &str) -> Result<()> {
    for (key, value) in added {
        match known.iter_mut().find(|(other, _)| other.text == key.text) {
            Some((_, old)) if force => *old = value.clone(),
            Some(_) => {
                let message = format!("{what} {} is in the kustomization already", key.text);
                return Err(Fault::refused(message, "leave it out, or force it").at(key.place.span));
            }
            None => known.push((key.clone(), value.clone())),
        }
    }
    known.sort_by(|(left, _), (right, _)| left.text.cmp(&right.text));
    Ok(())
}

/// Takes what the kustomization has, where that is asked for.
fn keep(field: &mut Option<Said>, known: Option<Said>) {
    if field.as_ref().is_some_and(|said| &*said.text == KEEP) {
        *field = known;
    }
}

/// An entry of `images`: `NAME:TAG`, `NAME@DIGEST` or `NAME=OTHER:TAG@DIGEST`.
fn image(said: &Said) -> Result<Image> {
    let (key, value) = said.text.split_once('=').map_or((None, &*said.text), |(key, value)| (Some(key), value));
    let (name, tag, digest) = split_image(value);
    if *name == *said.text {
        let message = format!("image {:?} changes nothing", said.text);
        return Err(Fault::refused(message, "write it as NAME:TAG, NAME@DIGEST or NAME=OTHER:TAG").at(said.place.span));
    }
    let some = |text: String| Some(Said { text: text.into(), place: said.place.clone() }).filter(|said| !said.text.is_empty());
    let (name, new_name) = match key.filter(|key| !key.is_empty()) {
        Some(key) => (key.to_owned(), some(name)),
        None => (name, None),
    };
    Ok(Image { place: said.place.clone(), name, new_name, tag_suffix: None, new_tag: some(tag), digest: some(digest) })
}

/// An entry of `replicas`, whose count may be a string.
fn replica(node: &Node) -> Result<Replica> {
    let fields = Fields::new(node, "an entry of replicas", &["name", "count"])?;
    let count = fields.get("count");
    let number = count.and_then(|count| count.text().parse::<i64>().ok());
    let place = count.map_or(&node.place, |count| &count.place).clone();
    match number {
        Some(count) => Ok(Replica { place, name: fields.string("name")?, count }),
        None => Err(Fault::refused("count of an entry of replicas is no integer", "write a number").at(place.span)),
    }
}

/// A value of an Application.
fn convert(node: &source::Node, places: Places<'_>, around: Span) -> Node {
    let span = places(node).unwrap_or(around);
    let place = Place::new(span);
    let scalar = |text: String, tag: Tag| Value::Scalar(Scalar { text: text.into(), tag, quoted: tag == Tag::Text });
    let value = match &node.data {
        Data::Null => scalar("null".to_owned(), Tag::Null),
        Data::Bool(value) => scalar(value.to_string(), Tag::Bool),
        Data::Int(value) => scalar(value.to_string(), Tag::Int),
        Data::Uint(value) => scalar(value.to_string(), Tag::Int),
        Data::Float(value) => scalar(value.to_string(), Tag::Float),
        Data::String(text) => scalar(text.to_string(), Tag::Text),
        Data::List(items) => Value::List(items.iter().map(|item| convert(item, places, span)).collect()),
        Data::Map(map) => {
            let entry = |entry: &source::Entry| {
                let value = convert(&entry.value, places, span);
                Entry { key: Arc::clone(&entry.key), key_place: value.place.clone(), is_text: true, value }
            };
            Value::Map(map.entries.iter().map(entry).collect())
        }
    };
    Node { value, place }
}
