//! portcullis.lock: the digest of every packed chart that was fetched.

use std::{collections::BTreeMap, fmt::Write as _};

use portcullis_helm::file_name;
use portcullis_source::{Data, Document, Node, SourceFile, Span, Text, yaml};

/// The name of the file, at the repository's root.
pub const LOCK_NAME: &str = "portcullis.lock";

/// The JSON Schema of the file.
pub const SCHEMA: &str = include_str!("lock.schema.json");

/// The digits of a SHA-256.
const DIGITS: usize = 64;

/// A packed chart that was fetched once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Artifact {
    /// The chart's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The URL of the repository that it came from.
    pub repository: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Where the digest is written.
    pub span: Option<Span>,
}

/// The artifacts, by the names of their files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The artifacts.
    pub artifacts: BTreeMap<String, Artifact>,
}

/// What is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LockError {
    /// The fact.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: String,
}

impl Lock {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not what [`Lock::print`] writes.
    pub fn parse(file: &SourceFile) -> Result<Self, LockError> {
        let text = Text::of_file(file);
        let stream = yaml::parse(&text);
        if let Some(error) = stream.error {
            return Err(fault(error.message, text.span(error.range)));
        }
        let [document] = stream.documents.as_slice() else {
            return Err(fault(format!("{LOCK_NAME} has {} documents, not one", stream.documents.len()), Some(file.span())));
        };
        let reader = Reader { document };
        let root = &document.root;
        reader.only(root, &["version", "artifacts"])?;
        match root.get("version").map(|node| &node.data) {
            Some(Data::Int(1)) => {}
            _ => return Err(fault("version is not 1".to_owned(), reader.place(root.get("version").unwrap_or(root)))),
        }
        let mut lock = Self::default();
        for node in root.get("artifacts").map(Node::items).unwrap_or_default() {
            let artifact = reader.artifact(node)?;
            let place = reader.place(node);
            if lock.artifacts.insert(artifact.file(), artifact.clone()).is_some() {
                return Err(fault(format!("{} is there twice", artifact.file()), place));
            }
        }
        Ok(lock)
    }

    /// The text of the file.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text =
            "# Written by `portcullis vendor`: the charts that it fetched, and their digests. Commit it.\nversion: 1\n".to_owned();
        text.push_str(if self.artifacts.is_empty() { "artifacts: []\n" } else { "artifacts:\n" });
        for artifact in self.artifacts.values() {
            let Artifact { name, version, repository, sha256, .. } = artifact;
            let _ = writeln!(text, "  - name: {}\n    version: {}\n    repository: {}", quoted(name), quoted(version), quoted(repository));
            let _ = writeln!(text, "    sha256: {}", quoted(sha256));
        }
        text
    }
}

impl Artifact {
    /// The name of its file.
    #[must_use]
    pub fn file(&self) -> String {
        file_name(&self.name, &self.version)
    }
}

/// JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn fault(message: String, span: Option<Span>) -> LockError {
    LockError { message, span, hint: format!("take {LOCK_NAME} back from git, or delete it and run `portcullis vendor`") }
}

struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn place(&self, node: &Node) -> Option<Span> {
        self.document.text.span(node.range)
    }

    fn only(&self, node: &Node, keys: &[&str]) -> Result<(), LockError> {
        let Some(map) = node.as_map() else { return Err(fault(format!("{LOCK_NAME} is no map here"), self.place(node))) };
        match map.entries.iter().find(|entry| !keys.contains(&&*entry.key)) {
            Some(entry) => Err(fault(format!("unknown key {}", entry.key), self.document.text.span(entry.key_range))),
            None => Ok(()),
        }
    }

    fn artifact(&self, node: &Node) -> Result<Artifact, LockError> {
        self.only(node, &["name", "version", "repository", "sha256"])?;
        let text = |key: &str| match node.get(key).and_then(Node::as_str) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(fault(format!("an artifact has no text {key}"), self.place(node.get(key).unwrap_or(node)))),
        };
        let (name, version, repository, sha256) = (text("name")?, text("version")?, text("repository")?, text("sha256")?);
        let span = node.get("sha256").and_then(|node| self.place(node));
        if sha256.len() != DIGITS || !sha256.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')) {
            return Err(fault(format!("{sha256:?} is no SHA-256: {DIGITS} digits, in lower case"), span));
        }
        Ok(Artifact { name, version, repository, sha256, span })
    }
}
