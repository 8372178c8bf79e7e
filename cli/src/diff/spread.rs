//! How far objects may spread, told from the texts that they are made of, so that they need not be made to know.

use memchr::memmem;
use portcullis_source::{Data, Node};

use super::key::contains;

/// Which namespaces and kinds a text may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spread {
    /// It may put objects into other namespaces than that of its release.
    pub(super) roams: bool,
    /// It may make NodePools, which reach every pod of an environment.
    pub(super) pools: bool,
    /// It may define kinds, so that objects anywhere may be checked against it.
    pub(super) defines: bool,
}

impl Spread {
    /// What holds for a text; one that builds the word `namespace` of parts is not seen through.
    pub(super) fn of(text: &[u8]) -> Self {
        let is_there = |word| memmem::find_iter(text, word).any(|start| !is_in_comment(text, start));
        Self { roams: names_a_namespace(text), pools: is_there(POOL), defines: is_there(DEFINITION) }
    }

    /// What holds for values, whatever their text looks like; texts in them may be templates themselves.
    pub(super) fn of_node(node: &Node) -> Self {
        match &node.data {
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) => Self::default(),
            Data::String(text) => Self::of(text.as_bytes()),
            Data::List(items) => items.iter().map(Self::of_node).fold(Self::default(), Self::and),
            Data::Map(map) => map.entries.iter().fold(Self::default(), |all, entry| {
                let has = |word| contains(entry.key.as_bytes(), word);
                let key = Self { roams: has(FIELD), pools: has(POOL), defines: has(DEFINITION) };
                all.and(key).and(Self::of_node(&entry.value))
            }),
        }
    }

    /// What holds for two texts together.
    pub(super) fn and(self, other: Self) -> Self {
        Self { roams: self.roams || other.roams, pools: self.pools || other.pools, defines: self.defines || other.defines }
    }
}

/// The field of an object, as it is written in YAML, in JSON and in templates.
const FIELD: &[u8] = b"namespace";

/// The kind whose objects say where pods may land.
const POOL: &[u8] = b"NodePool";

/// The kind whose objects define others.
const DEFINITION: &[u8] = b"CustomResourceDefinition";

/// What stands before a byte on its line.
fn line_before(text: &[u8], at: usize) -> &[u8] {
    text.get(..at).unwrap_or_default().rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// Whether a byte stands in a comment of YAML that takes a whole line.
fn is_in_comment(text: &[u8], at: usize) -> bool {
    line_before(text, at).trim_ascii_start().starts_with(b"#")
}

/// Whether a text has a field `namespace`, or the word in quotes, that is not just the namespace of the release.
fn names_a_namespace(text: &[u8]) -> bool {
    memmem::find_iter(text, FIELD).any(|start| {
        let before = text.get(..start).and_then(<[u8]>::last).copied().unwrap_or(b'\n');
        let mut rest = text.get(start + FIELD.len()..).unwrap_or_default();
        let is_quoted = matches!(before, b'"' | b'\'' | b'`');
        if before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-' | b'/') || is_in_comment(text, start) {
            return false;
        }
        if is_quoted {
            rest = rest.strip_prefix(&[before]).unwrap_or(rest);
        }
        match rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
            Some(b':') => !is_of_release(rest.split(|byte| *byte == b'\n').next().unwrap_or_default()),
            // The key of a map may stand alone, after a question mark.
            _ => is_quoted || line_before(text, start).trim_ascii() == b"?",
        }
    })
}

/// Whether what follows a key is `: {{ .Release.Namespace }}`.
fn is_of_release(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let value = line.trim_start_matches([' ', '\t', ':']).trim_end().trim_matches(['"', '\'']);
    let inner = value.strip_prefix("{{").and_then(|value| value.strip_suffix("}}"));
    let words = inner.unwrap_or_default().split([' ', '|', '-']).filter(|word| !word.is_empty());
    let mut named = false;
    for word in words {
        match word.split_once(".Release.Namespace") {
            Some((root, "")) if root.is_empty() || root.starts_with('$') => named = true,
            _ if word == "quote" => {}
            _ => return false,
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn tells_which_texts_may_write_a_namespace() {
        let roams = |text: &str| Spread::of(text.as_bytes()).roams;
        for own in [
            "  namespace: {{ .Release.Namespace }}\n",
            "namespace: {{- $root.Release.Namespace | quote }}",
            "namespace: \"{{ $.Release.Namespace }}\"",
            "namespaceSelector: {}",
            "fail \"is not namespace/service\"",
            "kubernetes.io/namespace: shop",
            "  # namespace: shop",
        ] {
            assert!(!roams(own), "{own}");
        }
        for other in [
            "namespace: shop",
            "namespace: {{ .Values.namespace }}",
            "namespace: {{ .Release.Namespace }}-jobs",
            "namespace: {{ default .Release.Namespace .Values.to }}",
            "{\"namespace\": \"shop\"}",
            "{{ dict \"namespace\" .Values.to | toYaml }}",
            "namespace:\n  shop",
            "? namespace\n: shop",
        ] {
            assert!(roams(other), "{other}");
        }
    }
}
