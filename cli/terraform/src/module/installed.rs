//! Modules of registries that lie in the repository: what `terraform init` wrote down of them.

use std::sync::Arc;

use portcullis_source::{Data, Node, RepoPath, Text, json};

use crate::machine::Machine;

/// Where `terraform init` writes down which module lies where.
const MANIFEST: &str = ".terraform/modules/modules.json";

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
    use super::satisfies;

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
