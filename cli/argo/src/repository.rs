//! Which folder of the revision a repository's URL stands for.

use portcullis_source::RepoPath;

use crate::{Inventory, Repository};

/// Where the content of a repository is.
pub(crate) enum Found {
    /// Below this folder of the revision.
    Here(RepoPath),
    /// Not in the revision.
    Elsewhere {
        /// The fact.
        reason: String,
        /// What to do about it.
        hint: String,
    },
}

/// Looks a repository up.
pub(crate) fn find(inventory: &Inventory, url: &str, revision: &str) -> Found {
    if url.is_empty() {
        return elsewhere("the repository's URL is empty".to_owned(), "give repoURL");
    }
    if url.contains("{{") || url.contains("<no value>") {
        return elsewhere(format!("the repository's URL {url:?} has a parameter that is not known"), "check the names of the parameters");
    }
    if url.starts_with("oci://") {
        return elsewhere(format!("{url} is an OCI registry, which is not read"), "keep the chart in a git repository that is checked");
    }
    if inventory.repositories.is_empty() {
        return Found::Here(RepoPath::root());
    }
    let wanted = identity(url);
    let Some(repository) = inventory.repositories.iter().find(|repository| identity(&repository.url) == wanted) else {
        return elsewhere(format!("repository {url} is not known"), "declare the repository and its folder in the configuration");
    };
    let any = repository.revisions.is_empty() || matches!(revision, "" | "HEAD");
    if any || repository.revisions.iter().any(|name| name == revision) {
        return Found::Here(repository.path.clone());
    }
    let reason = format!("revision {revision:?} of repository {url} is not the one that is checked");
    elsewhere(reason, "declare the revision with the repository if the tree stands for it")
}

fn elsewhere(reason: String, hint: &str) -> Found {
    Found::Elsewhere { reason, hint: hint.to_owned() }
}

/// The folder of the tree that a URL of kustomize's stands for, `REPOSITORY//PATH?ref=REVISION`, where its repository is declared. Without `//` the path
/// comes after `.git`, or after the owner and the name.
#[must_use]
pub fn base(repositories: &[Repository], url: &str) -> Option<RepoPath> {
    let (place, query) = url.trim_start_matches("git::").split_once('?').unwrap_or((url, ""));
    let start = place.find("://").map_or(0, |at| at + 3);
    let rest = place.get(start..)?;
    let split = |at: usize, gap: usize| Some((place.get(..start + at)?, place.get(start + at + gap..)?));
    let names = || rest.match_indices('/').map(|(at, _)| at).nth(if rest.starts_with("git@") { 1 } else { 2 });
    let (repository, path) = match (rest.find("//"), rest.find(".git/")) {
        (Some(at), _) => split(at, 2)?,
        (None, Some(at)) => split(at + 4, 1)?,
        (None, None) => names().map_or(Some((place, "")), |at| split(at, 1))?,
    };
    let wanted = identity(repository);
    let known = repositories.iter().find(|known| identity(&known.url) == wanted)?;
    let revision =
        query.split('&').find_map(|part| part.strip_prefix("ref=").or_else(|| part.strip_prefix("version="))).unwrap_or_default();
    let is_here = known.revisions.is_empty() || revision.is_empty() || known.revisions.iter().any(|name| name == revision);
    is_here.then(|| known.path.join(path).ok()).flatten()
}

/// What two URLs of the same repository have in common: host and path, without scheme, user and `.git`.
pub(crate) fn identity(url: &str) -> String {
    let lower = url.trim().to_lowercase();
    let (scheme, rest) = lower.split_once("://").map_or((None, lower.as_str()), |(scheme, rest)| (Some(scheme), rest));
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let joined = match (scheme, host.split_once(':')) {
        (None, Some((host, first))) => format!("{host}/{first}/{path}"),
        _ => format!("{host}/{path}"),
    };
    let clean: Vec<&str> = joined.split('/').filter(|part| !part.is_empty()).collect();
    clean.join("/").trim_end_matches(".git").to_owned()
}

#[cfg(test)]
mod tests {
    use portcullis_source::RepoPath;

    use super::{Repository, base, identity};

    #[test]
    fn bases_of_declared_repositories_lie_in_the_tree() {
        let path = RepoPath::new("clones/platform").unwrap_or_default();
        let known = [Repository { url: "https://git.example.com/fraud/platform.git".to_owned(), path, revisions: Vec::new() }];
        let found = |url: &str| base(&known, url).map(|path| path.to_string());
        for url in [
            "https://git.example.com/fraud/platform//base/web?ref=v1",
            "https://git.example.com/fraud/platform.git/base/web?ref=v1",
            "git.example.com/fraud/platform/base/web?ref=v1",
            "git@git.example.com:fraud/platform.git//base/web",
            "git@git.example.com:fraud/platform/base/web",
            "ssh://git@git.example.com/fraud/platform.git//base/web?version=v1&timeout=5m",
            "git::https://git.example.com/fraud/platform.git//base/web",
        ] {
            assert_eq!(found(url).as_deref(), Some("clones/platform/base/web"), "{url}");
        }
        assert_eq!(found("https://git.example.com/fraud/platform.git?ref=v1").as_deref(), Some("clones/platform"));
        assert_eq!(found("https://git.example.com/fraud/other//base"), None);
        assert_eq!(found("https://git.example.com/fraud/platform//../../.."), None);
    }

    #[test]
    fn one_repository_has_many_urls() {
        let urls = [
            "https://git.example.com/Fraud/platform.git",
            "git@git.example.com:fraud/platform.git",
            "ssh://git@git.example.com/fraud/platform",
            "https://user:secret@git.example.com/fraud/platform/",
        ];
        assert!(urls.iter().all(|url| identity(url) == "git.example.com/fraud/platform"));
        assert_ne!(identity("https://git.example.com:8443/a/b"), identity("https://git.example.com/a/b"));
    }
}
