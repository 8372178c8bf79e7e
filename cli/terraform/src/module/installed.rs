//! Modules of other places that lie in the repository: what `terraform init` wrote down of them, and what somebody declares.

use std::sync::Arc;

use portcullis_source::{Data, Node, RepoPath, Span, Text, json};

use super::ModuleCopy;
use crate::machine::Machine;

/// Where `terraform init` writes down which module lies where.
const MANIFEST: &str = ".terraform/modules/modules.json";

/// What to do about a copy that is not there.
const COPY: &str = "correct its path in terraform.modules of portcullis.yaml";

/// A module that was installed.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    key: Arc<str>,
    source: Arc<str>,
    version: Arc<str>,
    folder: RepoPath,
}

impl Machine<'_> {
    /// The folder of a module that a call names by something else than its folder; none where it is not there, or is another version.
    pub(super) fn installed(&mut self, key: &str, source: &str, constraint: Option<&str>) -> Option<RepoPath> {
        if self.installed.is_none() {
            let read = self.read_manifest();
            self.installed = Some(read);
        }
        let known = self.installed.as_ref()?.iter().find(|installed| &*installed.key == key)?;
        let fits = is_same_source(&known.source, source) && constraint.is_none_or(|constraint| satisfies(&known.version, constraint));
        let folder = known.folder.clone();
        fits.then(|| self.revision.resolve(&folder).ok()).flatten()
    }

    /// The folder of a module that somebody declared to lie in the repository; of several the first that fits.
    pub(super) fn copied_here(&mut self, source: &str, constraint: Option<&str>, span: Span) -> Option<RepoPath> {
        let (package, folder, reference) = parts(source);
        let setup = Arc::clone(&self.inputs.setup);
        let fits = |copy: &&ModuleCopy| {
            let Some(version) = copy.version.as_deref() else { return true };
            let is_taken = constraint.is_none_or(|constraint| satisfies(version, constraint));
            is_taken && reference.is_none_or(|reference| reference.trim_start_matches('v') == version.trim_start_matches('v'))
        };
        let copy = setup.copies.iter().filter(|copy| is_same_source(&copy.source, package)).find(fits)?;
        match copy.folder.join(folder).map_err(|error| error.to_string()).map(|folder| (self.revision.resolve(&folder), folder)) {
            Ok((Ok(resolved), folder)) if self.files_of(&resolved).is_empty() => {
                self.problem(&format!("{folder} has no configuration files, where {source} should lie"), COPY, Some(span));
                None
            }
            Ok((Ok(resolved), _)) => Some(resolved),
            Ok((Err(error), _)) => {
                self.problem(&format!("{source} does not lie where terraform.modules says: {error}"), COPY, Some(span));
                None
            }
            Err(error) => {
                self.problem(&format!("{source} does not lie where terraform.modules says: {error}"), COPY, Some(span));
                None
            }
        }
    }

    fn read_manifest(&mut self) -> Vec<Installed> {
        let Some(path) = self.root.join(MANIFEST).ok().filter(|path| self.revision.entry(path).is_some()) else { return Vec::new() };
        let read = self.revision.read(&path).map_err(|error| (error.to_string(), error.hint()));
        let document = read.and_then(|file| {
            json::parse(&Text::of_file(&file)).map_err(|error| (format!("{path}: {error}"), "run terraform init again".to_owned()))
        });
        match document {
            Ok(document) => {
                let modules = match document.root.get("Modules").map(|modules| &modules.data) {
                    Some(Data::List(modules)) => modules.as_slice(),
                    _ => &[],
                };
                modules.iter().filter_map(|module| self.entry(module)).collect()
            }
            Err((message, hint)) => {
                self.problem(&message, &hint, None);
                Vec::new()
            }
        }
    }

    fn entry(&self, module: &Node) -> Option<Installed> {
        let text = |name: &str| module.get(name).and_then(Node::as_str);
        let folder = self.root.join(text("Dir")?).ok()?;
        Some(Installed {
            key: Arc::from(text("Key")?),
            source: Arc::from(text("Source")?),
            version: Arc::from(text("Version").unwrap_or_default()),
            folder,
        })
    }
}

/// A source without its folder and its revision, these two beside it.
fn parts(source: &str) -> (&str, &str, Option<&str>) {
    let (path, query) = source.split_once('?').map_or((source, ""), |(path, query)| (path, query));
    let reference = query.split('&').find_map(|part| part.strip_prefix("ref="));
    let cut = path.match_indices("//").map(|(at, _)| at).find(|at| !path.get(..*at).is_some_and(|before| before.ends_with(':')));
    let (package, folder) = cut.and_then(|at| Some((path.get(..at)?, path.get(at + 2..)?))).unwrap_or((path, ""));
    (package, folder, reference)
}

/// Whether Terraform writes one source as the other, once it has found out what it is.
pub(super) fn is_same_source(known: &str, written: &str) -> bool {
    let known = plain(known);
    let written = plain(written);
    if known == written {
        return true;
    }
    let expanded = match written.split_once("//") {
        Some((host, rest)) if !host.ends_with(':') => repository(host).map(|found| format!("{found}//{rest}")),
        _ => repository(written),
    };
    expanded.is_some_and(|expanded| expanded == known)
}

/// The repository that a short form such as `github.com/owner/name` stands for.
fn repository(short: &str) -> Option<String> {
    let (path, query) = short.split_once('?').map_or((short, String::new()), |(path, query)| (path, format!("?{query}")));
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["github.com" | "bitbucket.org", owner, name] => {
            let name = name.trim_end_matches(".git");
            Some(format!("git::https://{}/{owner}/{name}.git{query}", parts.first()?))
        }
        _ => {
            let (user, path) = path.strip_prefix("git@")?.split_once(':')?;
            Some(format!("git::ssh://git@{user}/{path}{query}"))
        }
    }
}

/// A source without the registry that is meant where none is named.
fn plain(source: &str) -> &str {
    source.strip_prefix("registry.terraform.io/").unwrap_or(source)
}

/// The numbers of a version, and whether it comes before its release.
fn numbers(version: &str) -> Option<(Vec<u64>, bool)> {
    let version = version.trim().trim_start_matches('v');
    let (numbers, rest) = version.split_once(['-', '+']).map_or((version, None), |(numbers, rest)| (numbers, Some(rest)));
    let numbers: Option<Vec<u64>> = numbers.split('.').map(|number| number.parse().ok()).collect();
    Some((numbers?, rest.is_some() && version.contains('-')))
}

/// Whether a version is one that all parts of a constraint take.
pub(super) fn satisfies(version: &str, constraint: &str) -> bool {
    let Some((version, early)) = numbers(version) else { return false };
    constraint.split(',').all(|part| {
        let part = part.trim();
        let digits = part.find(|character: char| character.is_ascii_digit() || character == 'v').unwrap_or(part.len());
        let (operator, wanted) = part.split_at(digits);
        let Some((wanted, wanted_early)) = numbers(wanted) else { return false };
        let mut padded = wanted.clone();
        padded.resize(version.len().max(wanted.len()), 0);
        let mut own = version.clone();
        own.resize(padded.len(), 0);
        let exact = own == padded && early == wanted_early;
        match operator.trim() {
            "" | "=" => exact,
            "!=" => !exact,
            // What comes before a release is only taken where it is named.
            _ if early => false,
            ">" => own > padded,
            ">=" => own >= padded,
            "<" => own < padded,
            "<=" => own <= padded,
            "~>" => {
                let fixed = wanted.len().saturating_sub(1).max(1);
                own >= padded && own.iter().take(fixed).eq(padded.iter().take(fixed))
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{parts, satisfies};

    #[test]
    fn sources_have_folders_and_revisions() {
        for (source, taken_apart) in [
            ("terraform-aws-modules/eks/aws", ("terraform-aws-modules/eks/aws", "", None)),
            ("terraform-aws-modules/iam/aws//modules/iam-role", ("terraform-aws-modules/iam/aws", "modules/iam-role", None)),
            ("git::https://example.com/a.git//b/c?depth=1&ref=v1.2.0", ("git::https://example.com/a.git", "b/c", Some("v1.2.0"))),
            ("git::ssh://git@example.com/a.git?ref=main", ("git::ssh://git@example.com/a.git", "", Some("main"))),
            ("github.com/owner/name//x", ("github.com/owner/name", "x", None)),
        ] {
            assert_eq!(parts(source), taken_apart, "{source}");
        }
    }

    #[test]
    fn constraints_take_versions() {
        for (version, constraint, taken) in [
            ("20.8.5", "~> 20.0", true),
            ("21.0.0", "~> 20.0", false),
            ("1.2.9", "~> 1.2.3", true),
            ("1.3.0", "~> 1.2.3", false),
            ("1.2.3", ">= 1.0, < 2.0", true),
            ("2.0", ">= 1.0, < 2.0", false),
            ("1.2.3", "1.2.3", true),
            ("1.2.3", "= v1.2.4", false),
            ("1.2.3", "!= 1.2.3", false),
            ("2.0.0-beta1", ">= 1.0", false),
            ("2.0.0-beta1", "2.0.0-beta1", true),
            ("x", ">= 1.0", false),
            ("1.0", "nonsense", false),
        ] {
            assert_eq!(satisfies(version, constraint), taken, "{version} {constraint}");
        }
    }
}
