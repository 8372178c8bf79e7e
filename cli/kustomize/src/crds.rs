//! What files under `crds` say of the fields of custom resources.

use crate::{
    Node,
    config::{self, BackReference, Config},
    fault::{Fault, Result},
    fieldspec::FieldSpec,
    identity::Gvk,
    limits::MAX_NESTING,
};

/// The fields that they add.
pub(crate) fn config(definitions: &Node) -> Result<Config> {
    let mut config = Config::default();
    for entry in definitions.entries() {
        let Some(properties) = entry.value.at(&["Schema", "properties"]) else { continue };
        if !["kind", "apiVersion", "metadata"].iter().all(|key| properties.get(key).is_some()) {
            continue;
        }
        let kind = entry.key.rsplit('.').next().unwrap_or_default();
        let gvk = Gvk { kind: kind.to_owned(), ..Gvk::default() };
        let mut added = Config::default();
        Walk { definitions, gvk, config: &mut added }.walk(properties, &mut Vec::new())?;
        config.merge(&added)?;
    }
    Ok(config)
}

struct Walk<'a> {
    definitions: &'a Node,
    gvk: Gvk,
    config: &'a mut Config,
}

impl Walk<'_> {
    fn walk(&mut self, properties: &Node, path: &mut Vec<String>) -> Result<()> {
        if path.len() > MAX_NESTING {
            return Err(Fault::refused("definitions of custom resources refer to each other in a circle", "correct the $ref")
                .at(properties.place.span));
        }
        for entry in properties.entries() {
            path.push(entry.key.to_string());
            self.property(&entry.value, path)?;
            path.pop();
        }
        Ok(())
    }

    fn property(&mut self, property: &Node, path: &mut Vec<String>) -> Result<()> {
        let text = |key: &str| property.get(key).filter(|node| node.as_scalar().is_some_and(crate::Scalar::is_string)).map(Node::text);
        let spec = |path: &[String]| FieldSpec { gvk: self.gvk.clone(), path: path.join("/"), create: false };
        if text("x-kubernetes-annotation").is_some() {
            config::merge_one(&mut self.config.common_annotations, &spec(path))?;
        }
        if text("x-kubernetes-label-selector").is_some() {
            config::merge_one(&mut self.config.common_labels, &spec(path))?;
        }
        if text("x-kubernetes-identity").is_some() {
            config::merge_one(&mut self.config.name_prefix, &spec(path))?;
        }
        if let (Some(version), Some(kind)) = (text("x-kubernetes-object-ref-api-version"), text("x-kubernetes-object-ref-kind")) {
            let mut path = path.clone();
            path.push(text("x-kubernetes-object-ref-name-key").unwrap_or("name").to_owned());
            let target = Gvk { group: String::new(), version: version.to_owned(), kind: kind.to_owned() };
            self.config.add_reference(&BackReference { target, referrers: vec![spec(&path)] })?;
        }
        let reference = text("$ref").and_then(|name| self.definitions.get(name)).and_then(|found| found.at(&["Schema", "properties"]));
        match reference {
            Some(properties) => self.walk(properties, path),
            None => Ok(()),
        }
    }
}
