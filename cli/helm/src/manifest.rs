//! Rendered text to manifests: splitting, classifying and sorting.

use std::sync::Arc;

use portcullis_gotemplate::Str;
use portcullis_source::{Data, Document, Node, Piece, Range, Role, Text, Trace, yaml::Stream};

use crate::{
    Compat, RenderError,
    decode::{self, DecodeError, Decoder, Field},
    render::{Hook, Manifest, Part},
    warning::Warning,
};

/// What Go prints for a missing value, which Helm takes out again.
const NO_VALUE: &str = "<no value>";

/// The order in which Helm 3 installs kinds.
const ORDER: [&str; 36] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// What Helm 4 installs after them.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// A rendered file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output {
    /// The text.
    pub(crate) bytes: Arc<[u8]>,
    /// What it came from.
    pub(crate) pieces: Vec<Piece>,
}

impl Output {
    /// A rendered text without Go's mark for missing values.
    pub(crate) fn new(text: &Str) -> Self {
        let text = text.without(NO_VALUE);
        Self { pieces: text.pieces.as_deref().map_or_else(Vec::new, <[Piece]>::to_vec), bytes: text.bytes }
    }

    fn slice(&self, range: (usize, usize), trace: &Arc<Trace>) -> Text {
        let (start, end) = range;
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        Text::traced(Arc::from(bytes), Arc::clone(trace), cut(&self.pieces, start, end).collect())
    }
}

/// The pieces of a part of a text, counted from its start.
fn cut(pieces: &[Piece], start: usize, end: usize) -> impl Iterator<Item = Piece> {
    let first = pieces.partition_point(|piece| piece.end as usize <= start);
    let mut before = if first == 0 { 0 } else { pieces.get(first - 1).map_or(0, |piece| piece.end as usize) };
    pieces.iter().skip(first).map_while(move |piece| {
        let begins = before.max(start);
        before = piece.end as usize;
        (begins < end).then(|| Piece { end: (before.min(end) - start) as u32, origin: piece.origin })
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

/// The parts of a text between separators, none of them blank.
pub(crate) fn split(bytes: &[u8], compat: Compat) -> Vec<(usize, usize)> {
    match compat {
        Compat::Helm3 => split_at_blanks(bytes),
        Compat::Helm4 => split_at_lines(bytes),
    }
}

/// Helm 4: a separator is `---` at the start of a line with the blanks after it, and the space at the end of a part stays.
fn split_at_lines(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (start, _) = trim(bytes, 0, bytes.len());
    let mut parts = Vec::new();
    let mut add = |from: usize, to: usize| {
        let (first, last) = trim(bytes, from, to);
        if first < last {
            parts.push((first, to));
        }
    };
    let (mut from, mut at) = (start, start);
    for line in bytes.get(start..).unwrap_or_default().split_inclusive(|&byte| byte == b'\n') {
        if let Some(rest) = line.strip_prefix(b"---") {
            add(from, at);
            let blanks = rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
            from = at + 3 + blanks;
        }
        at += line.len();
    }
    add(from, bytes.len());
    parts
}

/// Helm 3: a separator takes the white space around it along, and each part is trimmed.
fn split_at_blanks(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (start, end) = trim(bytes, 0, bytes.len());
    let mut parts = Vec::new();
    let mut from = start;
    let mut at = start;
    if bytes.get(start..end).is_some_and(|text| text.starts_with(b"---")) {
        from = skip_space(bytes, start + 3, end);
        at = from;
    }
    while let Some(found) = bytes.get(at..end).and_then(|rest| find(rest, b"\n---")) {
        let line = at + found;
        let mut part_end = line;
        while part_end > from && bytes.get(part_end - 1).is_some_and(|&byte| is_space(byte)) {
            part_end -= 1;
        }
        if part_end > from {
            parts.push(trim(bytes, from, part_end));
        }
        from = skip_space(bytes, line + 4, end);
        at = from;
    }
    if from < end {
        parts.push(trim(bytes, from, end));
    }
    parts
}

/// What a regular expression of Go calls white space.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

fn skip_space(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && bytes.get(at).is_some_and(|&byte| is_space(byte)) {
        at += 1;
    }
    at
}

/// The range without white space of Unicode at its ends.
pub(crate) fn trim(bytes: &[u8], mut start: usize, mut end: usize) -> (usize, usize) {
    const WIDE: [&str; 18] = [
        "\u{85}", "\u{A0}", "\u{1680}", "\u{2000}", "\u{2001}", "\u{2002}", "\u{2003}", "\u{2004}", "\u{2005}", "\u{2006}", "\u{2007}",
        "\u{2008}", "\u{2009}", "\u{200A}", "\u{2028}", "\u{2029}", "\u{202F}", "\u{205F}",
    ];
    let narrow = |byte: &u8| is_space(*byte) || *byte == 0x0B;
    let wide = || WIDE.iter().chain(&["\u{3000}"]);
    loop {
        let text = bytes.get(start..end).unwrap_or_default();
        let front = if text.first().is_some_and(narrow) {
            1
        } else {
            wide().find(|space| text.starts_with(space.as_bytes())).map_or(0, |space| space.len())
        };
        start += front;
        let text = bytes.get(start..end).unwrap_or_default();
        let back = if text.last().is_some_and(narrow) {
            1
        } else {
            wide().find(|space| text.ends_with(space.as_bytes())).map_or(0, |space| space.len())
        };
        end -= back;
        if front == 0 && back == 0 {
            return (start, end);
        }
    }
}

/// What Helm reads of a document to classify it.
#[derive(Debug, Default)]
struct Head {
    kind: String,
    hook: Option<String>,
}

/// The manifests of rendered files, resources in one list and hooks in the other, each sorted as Helm installs them.
#[derive(Debug, Default)]
pub(crate) struct Sorter {
    compat: Compat,
    resources: Vec<(String, Manifest)>,
    hooks: Vec<(String, Manifest)>,
}

impl Sorter {
    /// Sorts as a Helm does.
    pub(crate) fn new(compat: Compat) -> Self {
        Self { compat, ..Self::default() }
    }

    /// Takes the manifests of one file; files come in the order of their paths.
    pub(crate) fn file(&mut self, path: &str, output: &Output, trace: &Arc<Trace>, warnings: &mut Vec<Warning>) -> Result<(), RenderError> {
        for range in split(&output.bytes, self.compat) {
            let text = output.slice(range, trace);
            let (head, stream) = head(&text, self.compat).map_err(|error| unreadable(path, &text, &error))?;
            let manifest = |part| Manifest { path: path.to_owned(), part, text, documents: stream.documents, error: stream.error };
            match head.hook {
                None => self.resources.push((head.kind, manifest(Part::Resource))),
                Some(names) => match hooks(&names) {
                    Some(hooks) => self.hooks.push((head.kind, manifest(Part::Hook(hooks)))),
                    None => warnings.push(Warning::UnknownHooks(names)),
                },
            }
        }
        Ok(())
    }

    /// Resources, then hooks.
    pub(crate) fn finish(mut self) -> Vec<Manifest> {
        let compat = self.compat;
        for list in [&mut self.resources, &mut self.hooks] {
            list.sort_by(|(left, _), (right, _)| rank(left, compat).cmp(&rank(right, compat)));
        }
        self.resources.into_iter().chain(self.hooks).map(|(_, manifest)| manifest).collect()
    }
}

/// Unknown kinds come last, by name.
fn rank(kind: &str, compat: Compat) -> (usize, &str) {
    let last: &[&str] = if compat == Compat::Helm4 { &LAST } else { &[] };
    let known = ORDER.iter().chain(last).position(|known| *known == kind);
    known.map_or((ORDER.len() + LAST.len(), kind), |rank| (rank, ""))
}

fn unreadable(path: &str, text: &Text, error: &DecodeError) -> RenderError {
    let origin = text.origin(error.range);
    let span = origin.first(Role::Template).and_then(|link| link.span);
    RenderError::new(format!("YAML parse error on {path}: {}", error.message)).at(span).rendering()
}

fn hooks(names: &str) -> Option<Vec<Hook>> {
    names.split(',').map(|name| Hook::named(&name.trim().to_lowercase())).collect()
}

fn head(text: &Text, compat: Compat) -> Result<(Head, Stream), DecodeError> {
    let stream = decode::parse(text)?;
    let Some(Document { root, .. }) = stream.documents.first() else { return Ok((Head::default(), stream)) };
    let head = match &root.data {
        Data::Null => Head::default(),
        Data::Map(_) => read_head(root)?,
        Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) | Data::List(_) => {
            return Err(misfit(root, compat));
        }
    };
    Ok((head, stream))
}

fn misfit(root: &Node, compat: Compat) -> DecodeError {
    let mut decoder = Decoder::default();
    let target = match compat {
        Compat::Helm3 => "releaseutil.SimpleHead",
        Compat::Helm4 => "util.SimpleHead",
    };
    decoder.misfit_whole(root, target);
    match decoder.finish() {
        Err(error) => error,
        Ok(()) => DecodeError { message: String::new(), range: Range::default() },
    }
}

fn read_head(root: &Node) -> Result<Head, DecodeError> {
    const METADATA: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";
    let mut decoder = Decoder::default();
    let place = |path| Field { owner: "SimpleHead", path };
    let inner = |path| Field { owner: "", path };
    decoder.string(decode::field(root, "apiVersion"), place("apiVersion"));
    let kind = decoder.string(decode::field(root, "kind"), place("kind"));
    let metadata = decode::field(root, "metadata");
    let mut hook = None;
    if let Some(metadata) = metadata {
        if metadata.as_map().is_none() && !metadata.is_null() {
            decoder.misfit(metadata, place("metadata"), METADATA);
        }
        decoder.string(decode::field(metadata, "name"), inner("metadata.name"));
        let annotations = decoder.string_map(decode::field(metadata, "annotations"), inner("metadata.annotations"));
        hook = annotations.get("helm.sh/hook").cloned();
    }
    decoder.finish()?;
    Ok(Head { kind, hook })
}

#[cfg(test)]
mod tests {
    use portcullis_gotemplate::Str;
    use portcullis_source::{OriginId, Piece, Source, Trace};

    use super::{Compat, Output, split};

    fn parts(text: &str) -> Vec<&str> {
        split(text.as_bytes(), Compat::Helm3).into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn splits_as_helm_does() {
        assert_eq!(parts("a: 1\n---\nb: 2\n"), ["a: 1", "b: 2"]);
        assert_eq!(parts("---\na: 1\n---\n"), ["a: 1"]);
        assert_eq!(parts("---foo: bar"), ["foo: bar"]);
        assert_eq!(parts("a: 1\n--- # why\nb: 2"), ["a: 1", "# why\nb: 2"]);
        assert_eq!(parts("---\n--- # kept\na: 1"), ["--- # kept\na: 1"]);
        assert_eq!(parts("a: |\n  ---\n  b"), ["a: |\n  ---\n  b"]);
        assert_eq!(parts("a: 1\n---\n---\n---\nb: 1"), ["a: 1", "---", "b: 1"]);
        assert_eq!(parts(" \n\t"), Vec::<&str>::new());
        assert_eq!(parts("---"), Vec::<&str>::new());
    }

    #[test]
    fn missing_values_take_their_pieces_along() {
        let mut trace = Trace::default();
        let mut origin = |name: &str| trace.source(Source::Builtin(name.into()));
        let (a, b, c) = (origin("a"), origin("b"), origin("c"));
        let pieces = [(3, a), (13, b), (16, c)].map(|(end, origin)| Piece { end, origin });
        let output = Output::new(&Str::pieced(b"a: <no value>\nb:".to_vec(), pieces));
        assert_eq!(&*output.bytes, b"a: \nb:");
        let kept: Vec<(u32, OriginId)> = output.pieces.iter().map(|piece| (piece.end, piece.origin)).collect();
        assert_eq!(kept, [(3, a), (3, b), (6, c)]);
    }
}
