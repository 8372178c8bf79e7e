//! index.yaml: which versions of which charts a repository has, and where.

use portcullis_gotemplate::semver::{Range, Version};
use portcullis_source::{Document, Node, Text, yaml};

use crate::VendorError;

/// The index of a repository.
#[derive(Debug)]
pub(crate) struct Index {
    document: Document,
}

/// One version of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    pub(crate) url: String,
    pub(crate) digest: Option<String>,
}

impl Index {
    /// Reads an index; `place` is its URL.
    pub(crate) fn parse(bytes: &[u8], place: &str) -> Result<Self, VendorError> {
        let fault = |reason: &str| {
            VendorError::new(format!("{place} is no index of charts: {reason}"), "correct the repository's URL: index.yaml lies below it")
        };
        let stream = yaml::parse(&Text::nowhere(bytes));
        if let Some(error) = stream.error {
            return Err(fault(&error.message));
        }
        let document = stream.documents.into_iter().next().ok_or_else(|| fault("it is empty"))?;
        if document.root.get("entries").is_none_or(|entries| entries.as_map().is_none()) {
            return Err(fault("it has no entries"));
        }
        Ok(Self { document })
    }

    /// The versions of a chart that can be fetched, the newest first.
    fn entries(&self, name: &str) -> Vec<(Version, Entry)> {
        let list = self.document.root.at(&["entries", name]).map(Node::items).unwrap_or_default();
        let mut entries: Vec<(Version, Entry)> = list.iter().filter_map(entry).collect();
        entries.sort_by(|(left, _), (right, _)| right.compare(left));
        entries
    }

    /// The newest version that a range allows.
    pub(crate) fn newest(&self, name: &str, range: &Range) -> Option<Entry> {
        self.entries(name).into_iter().find(|(version, _)| range.contains(version)).map(|(_, entry)| entry)
    }

    /// One version.
    pub(crate) fn exactly(&self, name: &str, wanted: &str) -> Option<Entry> {
        let wanted = Version::new(wanted).ok()?;
        let equal: Vec<_> = self.entries(name).into_iter().filter(|(version, _)| version.compare(&wanted).is_eq()).collect();
        let same = equal.iter().find(|(version, _)| version.metadata == wanted.metadata);
        same.or(equal.first()).map(|(_, entry)| entry.clone())
    }

    /// What there is of a chart, for hints.
    pub(crate) fn versions(&self, name: &str) -> Vec<String> {
        self.entries(name).into_iter().map(|(version, _)| version.original).collect()
    }
}

/// Entries without a version or a URL are passed over, as by helm.
fn entry(node: &Node) -> Option<(Version, Entry)> {
    let text = |key: &str| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let version = text("version")?;
    let url = node.get("urls")?.items().first()?.as_str().filter(|url| !url.is_empty())?;
    let digest = text("digest").map(|digest| digest.trim_start_matches("sha256:").to_lowercase());
    let read = Version::new(version).ok()?;
    Some((read, Entry { version: version.to_owned(), url: url.to_owned(), digest }))
}

#[cfg(test)]
mod tests {
    use portcullis_gotemplate::semver::Range;

    use super::Index;

    const INDEX: &str = "apiVersion: v1\nentries:\n  redis:\n  - {version: 1.2.0, urls: [redis-1.2.0.tgz], digest: sha256:AB}\n  - {version: 1.10.0, urls: [a/redis-1.10.0.tgz]}\n  - {version: 2.0.0-rc.1, urls: [x.tgz]}\n  - {version: 3.0.0}\n  - {version: none, urls: [y.tgz]}\n  - null\n";

    #[test]
    fn the_newest_that_fits_is_chosen() {
        let index = Index::parse(INDEX.as_bytes(), "x").unwrap();
        let newest = |range: &str| index.newest("redis", &Range::new(range).unwrap()).map(|entry| entry.version);
        assert_eq!(newest("1.x.x").as_deref(), Some("1.10.0"));
        assert_eq!(newest("<1.5").as_deref(), Some("1.2.0"));
        assert_eq!(newest(">=2.0.0-0").as_deref(), Some("2.0.0-rc.1"));
        assert_eq!(newest("*").as_deref(), Some("1.10.0"));
        assert_eq!(newest("^4"), None);
        assert_eq!(index.newest("other", &Range::new("*").unwrap()), None);
    }

    #[test]
    fn a_version_is_found_with_and_without_its_letter() {
        let index = Index::parse(INDEX.as_bytes(), "x").unwrap();
        let entry = index.exactly("redis", "v1.2.0").unwrap();
        assert_eq!((entry.url.as_str(), entry.digest.as_deref()), ("redis-1.2.0.tgz", Some("ab")));
        assert_eq!(index.exactly("redis", "3.0.0"), None);
    }

    #[test]
    fn what_is_no_index_is_refused() {
        for text in ["", "<html></html>", "entries: []", "a: ["] {
            assert!(Index::parse(text.as_bytes(), "https://x/index.yaml").unwrap_err().message.contains("is no index of charts"), "{text}");
        }
    }
}
