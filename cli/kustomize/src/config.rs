//! Which fields transformers look at: those that kustomize knows, and those that a kustomization adds.

use std::sync::{Arc, OnceLock};

use crate::{
    Node,
    fault::{Fault, Result},
    fieldspec::FieldSpec,
    identity::Gvk,
};

const FIELDS: &str = include_str!("../data/fields.txt");

/// The fields that may name objects of a kind.
#[derive(Clone, Debug)]
pub(crate) struct BackReference {
    /// The kind.
    pub(crate) target: Gvk,
    /// The fields.
    pub(crate) referrers: Vec<FieldSpec>,
}

/// The fields of every transformer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Where a prefix is put.
    pub(crate) name_prefix: Vec<FieldSpec>,
    /// Where a suffix is put.
    pub(crate) name_suffix: Vec<FieldSpec>,
    /// Where the namespace is set.
    pub(crate) namespace: Vec<FieldSpec>,
    /// Where common labels are set.
    pub(crate) common_labels: Vec<FieldSpec>,
    /// Where labels are set besides what they say themselves.
    pub(crate) labels: Vec<FieldSpec>,
    /// Where labels with templates are set.
    pub(crate) template_labels: Vec<FieldSpec>,
    /// Where annotations are set.
    pub(crate) common_annotations: Vec<FieldSpec>,
    /// Which fields name objects.
    pub(crate) name_reference: Vec<BackReference>,
    /// Where variables are put in.
    pub(crate) var_reference: Vec<FieldSpec>,
    /// Where images are named.
    pub(crate) images: Vec<FieldSpec>,
    /// Where replicas are counted.
    pub(crate) replicas: Vec<FieldSpec>,
}

/// The names of the sections, as configurations spell them.
pub(crate) const SECTIONS: [&str; 11] = [
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "commonAnnotations",
    "nameReference",
    "varReference",
    "images",
    "replicas",
];

impl Config {
    /// The fields that kustomize knows by itself.
    pub(crate) fn builtin() -> Arc<Self> {
        static READ: OnceLock<Arc<Config>> = OnceLock::new();
        Arc::clone(READ.get_or_init(|| Arc::new(Self::read())))
    }

    /// The same with others.
    pub(crate) fn with(self: Arc<Self>, others: &Self) -> Result<Arc<Self>> {
        if others.is_empty() {
            return Ok(self);
        }
        let mut merged = (*self).clone();
        merged.merge(others)?;
        Ok(Arc::new(merged))
    }

    fn is_empty(&self) -> bool {
        let mut own = self.clone();
        own.name_reference.is_empty() && SECTIONS.iter().all(|name| own.section(name).is_none_or(|fields| fields.is_empty()))
    }

    fn read() -> Self {
        let mut config = Self::default();
        let mut section = "";
        for line in FIELDS.lines() {
            if let Some(name) = line.strip_prefix("section ") {
                section = name;
            } else if let Some(target) = line.strip_prefix("to ") {
                config.name_reference.push(BackReference { target: parse(target).gvk, referrers: Vec::new() });
            } else if section == "nameReference" {
                if let Some(last) = config.name_reference.last_mut() {
                    last.referrers.push(parse(line));
                }
            } else if let Some(fields) = config.section(section) {
                fields.push(parse(line));
            }
        }
        config.sort();
        config
    }

    /// The fields of a section that is a plain list of them.
    fn section(&mut self, name: &str) -> Option<&mut Vec<FieldSpec>> {
        Some(match name {
            "namePrefix" => &mut self.name_prefix,
            "nameSuffix" => &mut self.name_suffix,
            "namespace" => &mut self.namespace,
            "commonLabels" => &mut self.common_labels,
            "labels" => &mut self.labels,
            "templateLabels" => &mut self.template_labels,
            "commonAnnotations" => &mut self.common_annotations,
            "varReference" => &mut self.var_reference,
            "images" => &mut self.images,
            "replicas" => &mut self.replicas,
            _ => return None,
        })
    }

    /// The fields that a file of `configurations` adds.
    pub(crate) fn of_node(node: &Node) -> Result<Self> {
        let mut config = Self::default();
        for entry in node.entries() {
            if !SECTIONS.contains(&&*entry.key) {
                let hint = crate::nearest::hint(&entry.key, &SECTIONS);
                return Err(Fault::refused(format!("configurations know no field {:?}", entry.key), hint).at(entry.key_place.span));
            }
            for item in entry.value.items() {
                if &*entry.key == "nameReference" {
                    let specs = item.get("fieldSpecs").map_or(&[] as &[Node], Node::items);
                    let referrers = specs.iter().map(FieldSpec::of_node).collect::<Result<_>>()?;
                    config.name_reference.push(BackReference { target: FieldSpec::of_node(item)?.gvk, referrers });
                } else if let Some(fields) = config.section(&entry.key) {
                    fields.push(FieldSpec::of_node(item)?);
                }
            }
        }
        config.sort();
        Ok(config)
    }

    /// Adds other fields.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        if other.is_empty() {
            return Ok(());
        }
        merge_all(&mut self.name_prefix, &other.name_prefix)?;
        merge_all(&mut self.name_suffix, &other.name_suffix)?;
        merge_all(&mut self.namespace, &other.namespace)?;
        merge_all(&mut self.common_labels, &other.common_labels)?;
        merge_all(&mut self.labels, &other.labels)?;
        merge_all(&mut self.template_labels, &other.template_labels)?;
        merge_all(&mut self.common_annotations, &other.common_annotations)?;
        merge_all(&mut self.var_reference, &other.var_reference)?;
        merge_all(&mut self.images, &other.images)?;
        merge_all(&mut self.replicas, &other.replicas)?;
        for reference in &other.name_reference {
            self.add_reference(reference)?;
        }
        self.sort();
        Ok(())
    }

    /// Adds fields that name objects of a kind.
    pub(crate) fn add_reference(&mut self, reference: &BackReference) -> Result<()> {
        match self.name_reference.iter_mut().find(|known| known.target == reference.target) {
            Some(known) => merge_all(&mut known.referrers, &reference.referrers),
            None => {
                self.name_reference.push(reference.clone());
                Ok(())
            }
        }
    }

    fn sort(&mut self) {
        for name in SECTIONS {
            if let Some(fields) = self.section(name) {
                fields.sort_by_cached_key(|field| crate::order::rank(&field.gvk));
            }
        }
        self.name_reference.sort_by_cached_key(|reference| crate::order::rank(&reference.target));
    }
}

/// A line of the table: group, version, kind, whether the field is made, and its path.
fn parse(line: &str) -> FieldSpec {
    let mut parts = line.splitn(5, ' ').map(|part| if part == "-" { "" } else { part });
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let gvk = Gvk { group: next(), version: next(), kind: next() };
    let create = next() == "create";
    FieldSpec { gvk, path: next(), create }
}

/// Adds fields to others, each once.
pub(crate) fn merge_all(fields: &mut Vec<FieldSpec>, others: &[FieldSpec]) -> Result<()> {
    others.iter().try_for_each(|other| merge_one(fields, other))
}

/// Adds a field to others, where it is not among them.
pub(crate) fn merge_one(fields: &mut Vec<FieldSpec>, other: &FieldSpec) -> Result<()> {
    match fields.iter().find(|field| field.gvk.is_selected(&other.gvk) && field.path == other.path) {
        Some(known) if known.create != other.create => {
            let message = format!("field {} is to be made and not to be made", other.path);
            Err(Fault::refused(message, "let create be the same in both configurations"))
        }
        Some(_) => Ok(()),
        None => {
            fields.push(other.clone());
            Ok(())
        }
    }
}
