//! Folders and files that make the same objects: no cluster can have both, so each is for one of its own.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::RepoPath;

use crate::Resource;

/// Starts the name of a cluster that is nothing but a folder, which no other name does.
const FOLDER: &str = ".";

/// The folders in which ways to the same objects part, and what is taken in each.
type Parted = BTreeMap<String, BTreeSet<String>>;

/// The resources, of which those have a cluster by themselves that folders part from others: folders and files of one name are for the same one. What
/// no folder parts stays for all of them.
pub(super) fn apart(resources: &[Resource]) -> Cow<'_, [Resource]> {
    let parted = parted(resources);
    if parted.is_empty() {
        return Cow::Borrowed(resources);
    }
    let told = |resource: &Resource| {
        let mut resource = resource.clone();
        let way = resource.context.home.as_ref().and_then(|home| way(home, &parted));
        resource.context.cluster = resource.context.cluster.or(way);
        resource
    };
    Cow::Owned(resources.iter().map(told).collect())
}

fn parted(resources: &[Resource]) -> Parted {
    let mut homes: BTreeMap<(&str, &str, Option<&str>, &str), Vec<&RepoPath>> = BTreeMap::new();
    for resource in resources {
        let Some(home) = &resource.context.home else { continue };
        let identity = &resource.identity;
        // A Namespace is made by each that needs it, and names that servers complete are never the same.
        if &*identity.kind == "Namespace" || identity.name.is_empty() || identity.name.ends_with('*') {
            continue;
        }
        homes.entry((resource.group(), &identity.kind, identity.namespace.as_deref(), &identity.name)).or_default().push(home);
    }
    let mut parted = Parted::new();
    for mut homes in homes.into_values().filter(|homes| homes.len() > 1) {
        homes.sort_by(|left, right| left.parts().cmp(right.parts()));
        homes.dedup();
        for pair in homes.windows(2) {
            let [left, right] = pair else { continue };
            let fork = steps(left).zip(steps(right)).find(|((_, one), (_, other))| one != other);
            let Some(((folder, one), (_, other))) = fork else { continue };
            parted.entry(folder.to_owned()).or_default().extend([one.to_owned(), other.to_owned()]);
        }
    }
    parted
}

/// Each part of a path, with the folder that it is in.
fn steps(path: &RepoPath) -> impl Iterator<Item = (&str, &str)> {
    let mut start = 0;
    path.as_str().split('/').map(move |part| {
        let folder = path.as_str().get(..start).unwrap_or_default();
        start += part.len() + 1;
        (folder, part)
    })
}

/// What the home of an object takes where ways part, one after the other; nothing where they do not.
fn way(home: &RepoPath, parted: &Parted) -> Option<Arc<str>> {
    let taken = steps(home).filter(|(folder, part)| parted.get(*folder).is_some_and(|sides| sides.contains(*part)));
    let way: String = taken.flat_map(|(_, part)| ["/", stem(part)]).collect();
    (!way.is_empty()).then(|| Arc::from(format!("{FOLDER}{way}")))
}

/// Whether objects may be in one cluster: what is in none in particular is in all of them, and what lies in a folder in those of the folders below.
pub(super) fn in_one_cluster(left: &Resource, right: &Resource) -> bool {
    let (Some(left), Some(right)) = (&left.context.cluster, &right.context.cluster) else { return true };
    let is_below =
        |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| short.starts_with(FOLDER) && rest.starts_with('/'));
    left == right || is_below(left, right) || is_below(right, left)
}

/// A name without the ending of a file, so that `prod.yaml` and `prod/` are for the same.
fn stem(name: &str) -> &str {
    [".yaml", ".yml", ".json"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}
