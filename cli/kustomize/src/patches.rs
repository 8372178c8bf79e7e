//! Patches of both kinds, and what they are applied to.

use crate::{
    Node,
    fault::{Fault, Result},
    identity::Gvk,
    jsonpatch::{self, Operation},
    kustomization::{Patch, Said, Selector},
    load::Folder,
    merge::merge,
    place::Ground,
    resource::{Resource, Resources},
    selector::select,
};

/// A patch that was read.
enum Read {
    /// Parts of objects.
    Merge(Vec<Node>),
    /// Operations.
    Json(Vec<Operation>),
}

/// Applies an entry of `patches`.
pub(crate) fn apply(resources: &mut Resources, patch: &Patch, folder: &Folder<'_>) -> Result<()> {
    let read = read(patch, folder).map_err(|fault| fault.at(patch.place.span))?;
    folder.shared.step(resources.list.len())?;
    let done = match (read, &patch.target) {
        (Read::Json(_), None) => Err(Fault::refused("a JSON patch has no target", "say which objects under target")),
        (Read::Json(operations), Some(target)) => apply_json(resources, &operations, target, Remember::Yes),
        (Read::Merge(parts), Some(target)) => match parts.as_slice() {
            [part] => apply_to(resources, &select(resources, target)?, part, Changes::of(patch)),
            _ => Err(Fault::refused("a patch with a target is made of several objects", "make a patch of each")),
        },
        (Read::Merge(parts), None) => parts.iter().try_for_each(|part| {
            let id = crate::identity::Id::of(part);
            let index = resources.the_one(&id).map_err(|fault| fault.at(part.place.span))?;
            match resources.list.get_mut(index) {
                Some(resource) => merge_into(resource, part, Changes::of(patch)),
                None => Ok(()),
            }
        }),
    };
    done.map_err(|fault| fault.at(patch.place.span))
}

/// Applies an entry of `patchesStrategicMerge`: a patch, or a file of patches.
pub(crate) fn apply_merged(resources: &mut Resources, said: &Said, folder: &Folder<'_>) -> Result<()> {
    let inline = folder.objects(said.text.as_bytes(), &folder.ground(said));
    let parts = match inline {
        Ok(parts) => parts,
        // What is no object is a path.
        Err(fault) if said.text.contains('\n') => return Err(fault.at(said.place.span)),
        Err(_) => folder.objects_of(&*folder.read(said)?)?,
    };
    for part in parts {
        folder.shared.step(resources.list.len())?;
        let index = resources.the_one(&crate::identity::Id::of(&part)).map_err(|fault| fault.at(part.place.span))?;
        apply_to(resources, &[index], &part, Changes::default())?;
    }
    Ok(())
}

/// Applies an entry of `patchesJson6902`.
pub(crate) fn apply_operations(resources: &mut Resources, patch: &Patch, folder: &Folder<'_>) -> Result<()> {
    let refuse = |message: &str, hint: &str| Err(Fault::refused(message, hint).at(patch.place.span));
    let Some(target) = patch.target.as_ref().filter(|target| !target.id.name.is_empty()) else {
        return refuse("a JSON patch has no target with a name", "say which object under target");
    };
    let (bytes, ground) = text_of(patch, folder)?;
    let operations = match folder.first(&bytes, &ground)? {
        Some(node) => jsonpatch::decode(&node).map_err(|fault| fault.at(patch.place.span))?,
        None => Vec::new(),
    };
    if operations.is_empty() {
        return refuse("a JSON patch has no operations", "leave it out, or give it some");
    }
    folder.shared.step(resources.list.len())?;
    apply_json(resources, &operations, target, Remember::No).map_err(|fault| fault.at(patch.place.span))
}

fn text_of(patch: &Patch, folder: &Folder<'_>) -> Result<(Vec<u8>, Ground)> {
    match (&patch.path, &patch.patch) {
        (Some(path), None) => {
            let file = folder.read(path)?;
            Ok((file.bytes().to_vec(), Ground::File(file.id())))
        }
        (None, Some(text)) => Ok((text.text.as_bytes().to_vec(), folder.ground(text))),
        (None, None) => Err(Fault::refused("a patch has neither a patch nor a path", "give it one of them").at(patch.place.span)),
        (Some(_), Some(_)) => Err(Fault::refused("a patch has both a patch and a path", "leave one of them out").at(patch.place.span)),
    }
}

fn read(patch: &Patch, folder: &Folder<'_>) -> Result<Read> {
    let (bytes, ground) = text_of(patch, folder)?;
    let merged = folder.objects(&bytes, &ground);
    let operations = || folder.first(&bytes, &ground)?.map_or(Ok(Vec::new()), |node| jsonpatch::decode(&node));
    match merged {
        Ok(parts) if parts.is_empty() => Ok(Read::Json(Vec::new())),
        Ok(parts) => Ok(Read::Merge(parts)),
        Err(fault) => match operations() {
            Ok(operations) => Ok(Read::Json(operations)),
            // Of the two readings the one that was meant is told.
            Err(other) => {
                Err(if bytes.trim_ascii_start().starts_with(b"-") || bytes.trim_ascii_start().starts_with(b"[") { other } else { fault })
            }
        },
    }
}

/// What a patch may change besides fields.
#[derive(Clone, Copy, Debug, Default)]
struct Changes {
    name: bool,
    kind: bool,
}

impl Changes {
    fn of(patch: &Patch) -> Self {
        Self { name: patch.name_change, kind: patch.kind_change }
    }
}

/// Applies a patch to chosen objects, and drops what it deletes.
fn apply_to(resources: &mut Resources, indexes: &[usize], part: &Node, changes: Changes) -> Result<()> {
    for &index in indexes {
        let Some(resource) = resources.list.get_mut(index) else { continue };
        // As kustomize prepares it: labels and annotations are strings, and the version is that of the object.
        let mut own = Resource::new(part.clone());
        let original = own.clone();
        own.take_over(&original)?;
        let gvk = Gvk::of(&resource.node);
        let place = part.get("apiVersion").map_or(&part.place, |version| &version.place).clone();
        if part.get("apiVersion").is_none_or(|version| version.text() != gvk.api_version()) {
            let version = Node::string(gvk.api_version(), resource.node.get("apiVersion").map_or(place.clone(), |own| own.place.clone()));
            own.node.set("apiVersion", &place, Some(version))?;
        }
        merge_into(resource, &own.node, changes)?;
    }
    resources.drop_gone();
    let all = std::mem::take(&mut resources.list);
    resources.add_all(all)
}

fn merge_into(resource: &mut Resource, part: &Node, changes: Changes) -> Result<()> {
    if changes.name || changes.kind {
        resource.remember();
    }
    let meta = |key: &str| resource.node.at(&["metadata", key]).cloned();
    let (name, namespace, kind) = (meta("name"), meta("namespace"), resource.node.get("kind").cloned());
    let object = resource.node.clone();
    let place = object.place.clone();
    let Some(merged) = merge(object, part)?.filter(|merged| !merged.is_empty()) else {
        resource.gone = true;
        return Ok(());
    };
    resource.node = merged;
    let metadata = resource.node.map_at("metadata", &place)?;
    let mut restore = vec![("namespace", namespace.filter(|node| !node.said().is_empty()))];
    if !changes.name {
        restore.push(("name", name));
    }
    for (key, old) in restore {
        put_back(metadata, key, old)?;
    }
    if !changes.kind {
        put_back(&mut resource.node, "kind", kind)?;
    }
    Ok(())
}

/// Lets a field be what it was.
fn put_back(node: &mut Node, key: &str, old: Option<Node>) -> Result<()> {
    let Some(old) = old else {
        node.remove(key);
        return Ok(());
    };
    let place = old.place.clone();
    let empty = Node::map(place.clone());
    *node.entry_or(key, &place, || empty)? = old;
    Ok(())
}

/// Whether the names before a patch are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remember {
    Yes,
    No,
}

fn apply_json(resources: &mut Resources, operations: &[Operation], target: &Selector, remember: Remember) -> Result<()> {
    for index in select(resources, target)? {
        let Some(resource) = resources.list.get_mut(index) else { continue };
        if remember == Remember::Yes {
            resource.remember();
        }
        // kustomize's own notes are annotations, so that there are some.
        if resource.has_notes() {
            let place = resource.node.place.clone();
            resource.node.map_at("metadata", &place)?.map_at("annotations", &place)?;
        }
        jsonpatch::apply(&mut resource.node, operations)?;
        if !matches!(resource.node.value, crate::Value::Map(_)) {
            return Err(resource.node.not("an object"));
        }
        resource.settle()?;
    }
    resources.drop_gone();
    Ok(())
}
