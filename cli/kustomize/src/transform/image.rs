//! Other names, tags and digests of images.

use std::rc::Rc;

use portcullis_regexp::{Regex, compile};

use crate::{
    Node, Place, Tag, Value,
    fault::{Fault, Result},
    fieldspec::{FieldSpec, Make},
    kustomization::Image,
    resource::Resources,
};

/// Changes the images that are called so.
pub(crate) fn set_images(resources: &mut Resources, image: &Image, specs: &[FieldSpec]) -> Result<()> {
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", image.name);
    let pattern = compile(&pattern).map_err(|broken| {
        let message = format!("the name of image {:?} is no pattern: {}", image.name, broken.into_text());
        Fault::refused(message, "correct the regular expression").at(image.place.span)
    })?;
    let change = Change { image, pattern };
    for resource in &mut resources.list {
        if resource.node.get("kind").map_or("", Node::said) != "CustomResourceDefinition" {
            change.search(&mut resource.node)?;
        }
    }
    for resource in &mut resources.list {
        if resource.node.get("kind").map_or("", Node::said) != "CustomResourceDefinition" {
            for spec in specs {
                spec.visit(&mut resource.node, Make::Nothing, &image.place, &mut |node| change.set(node))?;
            }
        }
    }
    Ok(())
}

struct Change<'a> {
    image: &'a Image,
    pattern: Rc<Regex>,
}

impl Change<'_> {
    /// Looks for containers at any depth.
    fn search(&self, node: &mut Node) -> Result<()> {
        match &mut node.value {
            Value::List(items) => items.iter_mut().try_for_each(|item| self.search(item)),
            Value::Map(entries) => {
                for entry in entries {
                    self.search(&mut entry.value)?;
                    if !matches!(&*entry.key, "containers" | "initContainers") {
                        continue;
                    }
                    let Value::List(items) = &mut entry.value.value else { continue };
                    for item in items.iter_mut().filter(|item| !item.is_null()) {
                        if !matches!(item.value, Value::Map(_)) {
                            return Err(item.not("a container"));
                        }
                        if let Some(image) = item.get_mut("image") {
                            self.set(image)?;
                        }
                    }
                }
                Ok(())
            }
            Value::Scalar(_) => Ok(()),
        }
    }

    fn set(&self, node: &mut Node) -> Result<()> {
        if node.as_scalar().is_none() {
            return Err(node.not("the name of an image"));
        }
        if !self.pattern.is_match(node.text().as_bytes()) {
            return Ok(());
        }
        let (text, place) = self.changed(node.text());
        node.set_scalar(text, Tag::Open, &place)
    }

    fn changed(&self, text: &str) -> (String, Place) {
        let image = self.image;
        let (mut name, mut tag, mut digest) = split(text);
        let said = |said: &Option<crate::kustomization::Said>| said.as_ref().map(|said| said.text.to_string());
        if let Some(new) = said(&image.new_name) {
            name = new;
        }
        match (said(&image.new_tag), said(&image.digest), said(&image.tag_suffix)) {
            (Some(new), other, _) => (tag, digest) = (new, other.unwrap_or_default()),
            (None, Some(new), _) => (tag, digest) = (String::new(), new),
            (None, None, Some(suffix)) => {
                tag.push_str(&suffix);
                digest = String::new();
            }
            (None, None, None) => {}
        }
        if !tag.is_empty() {
            name = format!("{name}:{tag}");
        }
        if !digest.is_empty() {
            name = format!("{name}@{digest}");
        }
        let parts = [&image.new_tag, &image.digest, &image.tag_suffix, &image.new_name];
        let place = parts.into_iter().flatten().next().map_or(&image.place, |said| &said.place);
        (name, place.clone())
    }
}

/// Name, tag and digest.
pub(crate) fn split(text: &str) -> (String, String, String) {
    let from = text.find('/').filter(|&at| at > 0).unwrap_or(0);
    let rest = text.get(from..).unwrap_or_default();
    let colon = rest.find(':').map(|at| at + from);
    let at = rest.find('@').map(|at| at + from);
    let cut = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
    let end = text.len();
    let own = str::to_owned;
    match (colon, at) {
        (None, None) => (own(text), String::new(), String::new()),
        (Some(colon), None) => (own(cut(0, colon)), own(cut(colon + 1, end)), String::new()),
        (Some(colon), Some(at)) if colon < at => (own(cut(0, colon)), own(cut(colon + 1, at)), own(cut(at + 1, end))),
        (_, Some(at)) => (own(cut(0, at)), String::new(), own(cut(at + 1, end))),
    }
}
