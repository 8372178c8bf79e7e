//! The git generator: the repository that it looks into, and which of its two kinds it is.

use portcullis_gotemplate::{Map, Value};
use portcullis_source::RepoPath;

use super::{
    Generation,
    field::{items, string},
    git_directories, git_files,
};
use crate::{
    fault::Fault,
    pattern::BadPattern,
    repository::{self, Found},
};

/// The parameter sets of directories, or of files where no directories are asked for.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value) -> Result<Vec<Map>, Fault> {
    let directories = items(generation, spec, "directories")?;
    let files = items(generation, spec, "files")?;
    if directories.is_empty() && files.is_empty() {
        return Err(generation
            .fault("the generator names neither directories nor files", spec)
            .hint("give it directories or files, each a list of path: PATTERN"));
    }
    check_project(generation, spec)?;
    let root = match repository::find(generation.inventory, &string(spec, "repoURL"), &string(spec, "revision")) {
        Found::Here(root) => root,
        Found::Elsewhere { reason, hint } => return Err(generation.fault(reason, spec).hint(hint)),
    };
    if directories.is_empty() {
        git_files::generate(generation, spec, &files, &root)
    } else {
        git_directories::generate(generation, spec, &directories, &root)
    }
}

/// Argo CD looks the project up before it looks into the repository.
fn check_project(generation: &Generation<'_>, spec: &Value) -> Result<(), Fault> {
    let Some(project) = generation.project else { return Ok(()) };
    if project.is_empty() {
        let fault = generation.fault("the template names no project, without which the git generator does not run", spec);
        return Err(fault.hint("give it spec.template.spec.project, such as default"));
    }
    if project == "default" || generation.inventory.projects.as_ref().is_none_or(|known| known.contains(project)) {
        return Ok(());
    }
    let fault = generation.fault(format!("project {project} does not exist, without which the git generator does not run"), spec);
    Err(fault.hint("add an AppProject of this name, or correct spec.template.spec.project"))
}

/// The patterns that include and those that exclude.
pub(super) fn patterns<T>(entries: &[Value], read: impl Fn(&str) -> Result<T, BadPattern>) -> Vec<(Value, Result<T, BadPattern>, bool)> {
    let read = |entry: &Value| (entry.clone(), read(&string(entry, "path")), super::flag(entry, "exclude"));
    entries.iter().map(read).collect()
}

/// A path as it is seen from the repository's root.
pub(super) fn relative<'a>(path: &'a RepoPath, root: &RepoPath) -> Option<&'a str> {
    path.below(root).filter(|below| !below.is_empty())
}
