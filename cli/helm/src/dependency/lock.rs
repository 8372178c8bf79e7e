//! Chart.lock: the versions that were chosen, and the digest of what they were chosen for.

use portcullis_source::{
    Data, Node, Span,
    json::{self, Html},
};
use sha2::{Digest, Sha256};

use super::Requirement;
use crate::{
    ChartError,
    decode::{self, DecodeError, Decoder},
    loader::ChartFile,
    metadata::{Dependency, dependencies},
};

/// What Chart.lock (or requirements.lock) says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lock {
    /// The digest of declared and chosen dependencies, as helm wrote it.
    pub(crate) digest: String,
    /// The chosen ones.
    pub(crate) dependencies: Vec<Option<Dependency>>,
    /// The place of the file.
    pub(crate) place: Option<Span>,
}

impl Lock {
    /// Reads the file; none where it is empty.
    pub(crate) fn read(file: &ChartFile) -> Result<Option<Self>, DecodeError> {
        let text = file.text();
        let Some(document) = decode::parse_map(&text, "chart.Lock")? else { return Ok(None) };
        let mut decoder = Decoder::default();
        let root = &document.root;
        let digest = decode::field(root, "digest").and_then(|node| node.as_str().map(str::to_owned)).unwrap_or_default();
        let dependencies = dependencies(&mut decoder, root, &text).unwrap_or_default();
        // What is no text or list was let through so far as well: rendering alone never looks at it.
        Ok(Some(Self { digest, dependencies, place: Some(file.file.span()) }))
    }

    /// The version that was chosen for a requirement.
    pub(crate) fn version_of(&self, name: &str, fits: impl Fn(&str) -> bool) -> Option<&str> {
        let named = || self.dependencies.iter().flatten().filter(|dependency| dependency.name == name);
        let fitting = named().find(|dependency| fits(&dependency.version));
        fitting.or_else(|| named().next()).map(|dependency| dependency.version.as_str())
    }

    /// Refuses a lock that was made for other declarations, as `helm dependency build` does.
    pub(crate) fn check(
        &self,
        declared: &[Dependency],
        api_version: &str,
        aliases: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), ChartError> {
        let locked: Vec<Dependency> = self.dependencies.iter().flatten().cloned().collect();
        let resolved: Option<Vec<Dependency>> = declared.iter().map(|dependency| self.resolved(dependency, aliases)).collect();
        // Without the URL behind an alias nobody can tell.
        let Some(resolved) = resolved else { return Ok(()) };
        if digest(&resolved, &locked) == self.digest {
            return Ok(());
        }
        let (lock, file) = if api_version == "v1" { ("requirements.lock", "requirements.yaml") } else { ("Chart.lock", "Chart.yaml") };
        if api_version == "v1" && digest_of_helm_2(declared) == self.digest {
            return Ok(());
        }
        let message = format!("the lock file ({lock}) is out of sync with the dependencies file ({file}). Please update the dependencies");
        Err(ChartError::new(message)
            .at(self.place)
            .hint(format!("run `helm dependency update`, or take back what changed in {file} since {lock} was written")))
    }

    /// A declaration with the URL of its repository in the place of its alias.
    fn resolved(&self, dependency: &Dependency, aliases: &dyn Fn(&str) -> Option<String>) -> Option<Dependency> {
        let Some(alias) = alias(&dependency.repository) else { return Some(dependency.clone()) };
        let locked = || self.dependencies.iter().flatten().find(|locked| locked.name == dependency.name);
        let repository = aliases(alias).or_else(|| locked().map(|locked| locked.repository.clone()))?;
        Some(Dependency { repository, ..dependency.clone() })
    }
}

/// The name of a repository that is written as `@NAME` or `alias:NAME`.
pub(super) fn alias(repository: &str) -> Option<&str> {
    repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"))
}

/// The digest that helm writes for declared and chosen dependencies.
pub(super) fn digest(declared: &[Dependency], locked: &[Dependency]) -> String {
    let mut text = b"[".to_vec();
    list(declared, &mut text);
    text.push(b',');
    list(locked, &mut text);
    text.push(b']');
    sha256(&text)
}

fn digest_of_helm_2(declared: &[Dependency]) -> String {
    let mut text = b"{\"dependencies\":".to_vec();
    list(declared, &mut text);
    text.push(b'}');
    sha256(&text)
}

fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Bytes as two digits each.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list(dependencies: &[Dependency], out: &mut Vec<u8>) {
    for (index, dependency) in dependencies.iter().enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        entry(dependency, out);
    }
    out.extend_from_slice(if dependencies.is_empty() { b"[]" } else { b"]" });
}

/// One dependency as Go writes it: in the order of its fields, without those that are empty.
fn entry(dependency: &Dependency, out: &mut Vec<u8>) {
    let text = |key: &str, value: &str, out: &mut Vec<u8>| {
        out.extend_from_slice(format!(",\"{key}\":").as_bytes());
        json::string(value, Html::Escape, out);
    };
    out.extend_from_slice(b"{\"name\":");
    json::string(&dependency.name, Html::Escape, out);
    if !dependency.version.is_empty() {
        text("version", &dependency.version, out);
    }
    text("repository", &dependency.repository, out);
    if !dependency.condition.is_empty() {
        text("condition", &dependency.condition, out);
    }
    if !dependency.tags.is_empty() {
        out.extend_from_slice(b",\"tags\":");
        for (index, tag) in dependency.tags.iter().enumerate() {
            out.push(if index == 0 { b'[' } else { b',' });
            json::string(tag, Html::Escape, out);
        }
        out.push(b']');
    }
    if dependency.enabled {
        out.extend_from_slice(b",\"enabled\":true");
    }
    if !dependency.import_values_json.is_empty() {
        out.extend_from_slice(b",\"import-values\":");
        out.extend_from_slice(&dependency.import_values_json);
    }
    if !dependency.alias.is_empty() {
        text("alias", &dependency.alias, out);
    }
    out.push(b'}');
}

/// A list as Go's `json.Marshal` writes what YAML gave it; nothing for an empty one.
pub(crate) fn list_as_json(items: &[Node]) -> Vec<u8> {
    let mut out = Vec::new();
    if !items.is_empty() {
        write_list(items, &mut out);
    }
    out
}

fn write_list(items: &[Node], out: &mut Vec<u8>) {
    for (index, item) in items.iter().enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        write(item, out);
    }
    out.extend_from_slice(if items.is_empty() { b"[]" } else { b"]" });
}

fn write(node: &Node, out: &mut Vec<u8>) {
    match &node.data {
        Data::Null => out.extend_from_slice(b"null"),
        Data::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Data::Int(value) => out.extend_from_slice(float(*value as f64).as_bytes()),
        Data::Uint(value) => out.extend_from_slice(float(*value as f64).as_bytes()),
        Data::Float(value) => out.extend_from_slice(float(*value).as_bytes()),
        Data::String(text) => json::string(text, Html::Escape, out),
        Data::List(items) => write_list(items, out),
        Data::Map(map) => {
            let mut entries: Vec<_> = map.entries.iter().collect();
            entries.sort_by(|left, right| left.key.cmp(&right.key));
            for (index, entry) in entries.iter().enumerate() {
                out.push(if index == 0 { b'{' } else { b',' });
                json::string(&entry.key, Html::Escape, out);
                out.push(b':');
                write(&entry.value, out);
            }
            out.extend_from_slice(if entries.is_empty() { b"{}" } else { b"}" });
        }
    }
}

fn float(value: f64) -> String {
    json::float(value).unwrap_or_default()
}

/// What helm would write into a new lock file: Chart.lock, or requirements.lock of a chart of the first version.
pub(super) fn new_text(requirements: &[Requirement], chosen: &[(usize, String)], declared: &[Dependency], generated: &str) -> String {
    let locked: Vec<Dependency> = chosen
        .iter()
        .filter_map(|(index, version)| {
            let requirement = requirements.get(*index)?;
            let (name, repository) = (requirement.name.clone(), requirement.repository.clone());
            Some(Dependency { name, repository, version: version.clone(), ..Dependency::default() })
        })
        .collect();
    let resolved: Vec<Dependency> = declared
        .iter()
        .zip(requirements)
        .map(|(dependency, requirement)| Dependency { repository: requirement.repository.clone(), ..dependency.clone() })
        .collect();
    let digest = digest(&resolved, &locked);
    let mut text = "dependencies:\n".to_owned();
    for dependency in &locked {
        let (name, repository, version) = (scalar(&dependency.name), scalar(&dependency.repository), scalar(&dependency.version));
        text.push_str(&format!("- name: {name}\n  repository: {repository}\n  version: {version}\n"));
    }
    text.push_str(&format!("digest: {digest}\ngenerated: \"{generated}\"\n"));
    text
}

/// A plain scalar where it stays one when it is read back, else in quotes.
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_' | '+' | '/' | ':' | '@'))
        && !text.ends_with(':')
        && !text.starts_with(['-', '@', ':'])
        && text.parse::<f64>().is_err();
    if plain { text.to_owned() } else { format!("{text:?}") }
}
