//! The git directory generator: one parameter set for each folder that a pattern matches.

use portcullis_gotemplate::{Map, Value};
use portcullis_source::{EntryKind, RepoPath};

use super::{Generation, field::string, generation::empty, git, path, values};
use crate::{HiddenFolders, fault::Fault, pattern::GoPath};

/// The folders in the order of a walk: each before what lies in it.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value, entries: &[Value], root: &RepoPath) -> Result<Vec<Map>, Fault> {
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    for (entry, pattern, excludes) in git::patterns(entries, GoPath::new) {
        match pattern {
            Ok(pattern) if excludes => exclude.push(pattern),
            Ok(pattern) => include.push(pattern),
            Err(bad) => {
                let fault = generation.fault(format!("pattern {:?} is passed over: {bad}", string(&entry, "path")), &entry);
                generation.warnings.push(fault.hint("correct the pattern; Argo CD ignores it"));
            }
        }
    }
    let prefix = string(spec, "pathParamPrefix");
    let mut sets = Vec::new();
    for folder in folders(generation, root) {
        if include.iter().any(|pattern| pattern.matches(&folder)) && !exclude.iter().any(|pattern| pattern.matches(&folder)) {
            let set = empty();
            path::add(generation, &set, &prefix, path::Place::Folder(&folder));
            values::append(generation, spec, &set)?;
            sets.push(set);
            generation.check_count(sets.len(), spec)?;
        }
    }
    Ok(sets)
}

/// Every folder that tracked files lie in, hidden ones left out; links to folders are none.
fn folders(generation: &Generation<'_>, root: &RepoPath) -> Vec<String> {
    let hidden = generation.inventory.settings.hidden_folders;
    let shown = |path: &str| hidden == HiddenFolders::Included || !path.split('/').any(|part| part.starts_with('.'));
    let entries = generation.files.revision.below(root).filter(|(_, kind)| **kind == EntryKind::Folder);
    let mut folders: Vec<String> =
        entries.filter_map(|(path, _)| git::relative(path, root)).filter(|path| shown(path)).map(str::to_owned).collect();
    folders.sort_by(|left, right| left.split('/').cmp(right.split('/')));
    folders
}
