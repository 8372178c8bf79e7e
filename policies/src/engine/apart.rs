//! Folders and files that make the same objects: no cluster can have both, so nobody means them together, and no rule sees them together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use portcullis_source::{Problem, RepoPath, Stage};

use crate::Resource;

/// What is seen together.
pub(super) type World<'a> = Vec<&'a Resource>;

/// How many objects all worlds hold together before what no folder parts is no longer a part of each.
const MAX_SHARED: usize = 500_000;

/// The way to an object where ways part: the folder, and what is taken in it.
type Way<'a> = BTreeMap<&'a str, &'a str>;

/// The objects of an environment in the order that they have, as often as there are folders that nobody means together. What no folder parts is a part
/// of each world; folders of the same name are for the same one, that of the environment's name for what is the environment's own.
pub(super) fn worlds<'a>(members: World<'a>, environment: Option<&Arc<str>>, problems: &mut Vec<Problem>) -> Vec<World<'a>> {
    let parted = parted(&members);
    if parted.is_empty() {
        return vec![members];
    }
    let ways: Vec<Way<'_>> =
        members.iter().map(|member| member.context.home.as_ref().map(|home| way(home, &parted)).unwrap_or_default()).collect();
    let names: BTreeSet<BTreeSet<&str>> = tops(&ways).into_iter().map(|way| way.values().map(|name| stem(name)).collect()).collect();
    let shared = ways.iter().filter(|way| way.is_empty()).count();
    let shares = names.len().saturating_mul(shared) <= MAX_SHARED;
    if !shares {
        problems.push(unshared(names.len(), shared));
    }
    let own: BTreeSet<&str> = environment.iter().map(|name| &***name).collect();
    let mut worlds = Vec::with_capacity(names.len() + 1);
    let seen = |names: &BTreeSet<&str>, is_own: bool| {
        let is_here = |member: &Resource, way: &Way<'_>| match (way.is_empty(), is_own) {
            (true, true) => true,
            (true, false) => shares && member.context.environment.is_none(),
            (false, _) => way.values().all(|name| names.contains(stem(name))),
        };
        members.iter().zip(&ways).filter(|(member, way)| is_here(member, way)).map(|(member, _)| *member).collect::<World<'a>>()
    };
    let has_own = !shares || names.contains(&own) || members.iter().any(|member| member.context.environment.is_some());
    worlds.extend(has_own.then(|| seen(&own, true)));
    worlds.extend(names.iter().filter(|names| **names != own).map(|names| seen(names, false)));
    worlds
}

fn unshared(worlds: usize, shared: usize) -> Problem {
    let message = format!(
        "{worlds} folders make objects of the same names, and are checked without the {shared} objects outside of them: together they would be more than \
         {MAX_SHARED}"
    );
    Problem::new(Stage::Rules, message, "`exclude` leaves folders out; an Application for each folder says where it goes")
}

/// Where the ways to objects of the same identity part: the folders, and what is taken in each.
fn parted<'a>(members: &[&'a Resource]) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut homes: HashMap<(&str, &str, Option<&str>, &str), Vec<&'a RepoPath>> = HashMap::new();
    for member in members {
        let Some(home) = &member.context.home else { continue };
        let identity = &member.identity;
        // A Namespace is made by each that needs it, and names that servers complete are never the same.
        if &*identity.kind == "Namespace" || identity.name.is_empty() || identity.name.ends_with('*') {
            continue;
        }
        homes.entry((member.group(), &identity.kind, identity.namespace.as_deref(), &identity.name)).or_default().push(home);
    }
    let mut parted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for mut homes in homes.into_values().filter(|homes| homes.len() > 1) {
        homes.sort_by(|left, right| left.parts().cmp(right.parts()));
        homes.dedup();
        for pair in homes.windows(2) {
            let [left, right] = pair else { continue };
            if let Some((folder, sides)) = fork(left, right) {
                parted.entry(folder).or_default().extend(sides);
            }
        }
    }
    parted
}

/// The folder in which two paths part, and the way that each takes.
fn fork<'a>(left: &'a RepoPath, right: &'a RepoPath) -> Option<(&'a str, [&'a str; 2])> {
    let mut steps = steps(left).zip(steps(right));
    let ((folder, one), (_, other)) = steps.find(|((_, left), (_, right))| left != right)?;
    Some((folder, [one, other]))
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

/// The ways that an object's home takes where ways part.
fn way<'a>(home: &'a RepoPath, parted: &BTreeMap<&str, BTreeSet<&str>>) -> Way<'a> {
    steps(home).filter(|(folder, part)| parted.get(folder).is_some_and(|sides| sides.contains(part))).collect()
}

/// The ways that are no beginning of another one.
fn tops<'a, 'b>(ways: &'b [Way<'a>]) -> Vec<&'b Way<'a>> {
    let all: BTreeSet<&Way<'a>> = ways.iter().filter(|way| !way.is_empty()).collect();
    let mut following = all.iter().skip(1).map(Some).chain([None]);
    let begins = |way: &Way<'a>, next: &Way<'a>| way.iter().zip(next).all(|(left, right)| left == right) && way.len() < next.len();
    all.iter().filter(|way| !following.next().flatten().is_some_and(|next| begins(way, next))).copied().collect()
}

/// A name without the ending of a file, so that `prod.yaml` and `prod/` are for the same.
fn stem(name: &str) -> &str {
    [".yaml", ".yml", ".json"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}
