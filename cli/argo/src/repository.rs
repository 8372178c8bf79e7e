//! Which folder of the revision a repository's URL stands for.

use portcullis_source::RepoPath;

use crate::Inventory;

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
    use super::identity;

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
