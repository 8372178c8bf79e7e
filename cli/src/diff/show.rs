//! Values and objects as reports show them: JSON on one line, YAML as it was rendered, secrets as short keyed hashes.

use std::{collections::BTreeSet, sync::Arc};

use hmac::{Hmac, Mac as _};
use portcullis_policies::Resource;
use portcullis_source::{Data, Link, Node, Range, Revision, Role, Span};
use sha2::{Digest as _, Sha256};

/// How many hex digits of a hash stand for a secret.
const DIGITS: usize = 8;

/// The fields of a Secret that hold its text.
const SECRET_FIELDS: [&str; 2] = ["data", "stringData"];

/// The annotation in which kubectl keeps a whole object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A value as JSON on one line, keys in their order.
pub(super) fn json(node: &Node) -> String {
    portcullis_policies::json(node).to_string()
}

/// What must not be shown, and what stands for it: equal texts have equal hashes within a report.
pub(crate) struct Secrets {
    key: [u8; 32],
    /// The lines of values files that Secrets are made of.
    places: BTreeSet<Span>,
    /// The same by layer and key, which hold in another version of the file too.
    keys: BTreeSet<(Option<Arc<str>>, String)>,
}

impl Secrets {
    /// Finds the text of the Secrets among objects, and where it came from; it shows as hashes under a key that [`secret_key`] gives.
    pub(crate) fn find<'a>(resources: impl Iterator<Item = &'a Resource>, key: &str) -> Self {
        Self::beside(resources, std::iter::empty(), key)
    }

    /// The same, with further places whose texts must not be shown.
    pub(crate) fn beside<'a>(resources: impl Iterator<Item = &'a Resource>, values: impl Iterator<Item = Span>, key: &str) -> Self {
        let (mut places, mut keys): (BTreeSet<Span>, _) = (BTreeSet::new(), BTreeSet::new());
        for resource in resources {
            for node in secret_nodes(resource) {
                let links = resource.document.text.origin(node.range).links;
                for link in links.into_iter().filter(|link| matches!(link.role, Role::Values | Role::Manifest)) {
                    places.extend(link.span);
                    keys.extend(link.key.map(|key| (link.name, key)));
                }
            }
        }
        places.extend(values);
        Self { key: Sha256::digest(key).into(), places, keys }
    }

    /// What stands for a text.
    pub(crate) fn hash(&self, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return "secret".to_owned() };
        mac.update(text.as_bytes());
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).take(DIGITS / 2).collect();
        format!("secret:{hex}")
    }

    /// Whether a line gives a Secret its text.
    pub(crate) fn is_secret(&self, span: Span) -> bool {
        self.places.contains(&span)
    }

    /// Whether a link leads to what a Secret is made of, too.
    fn leads_to_secret(&self, link: &Link) -> bool {
        let is_same_key = || link.key.as_ref().is_some_and(|key| self.keys.contains(&(link.name.clone(), key.clone())));
        match link.role {
            Role::Values => link.span.is_some_and(|span| self.is_secret(span)) || is_same_key(),
            // A manifest is one text; what a Secret is made of may be a part of it, or the other way round.
            Role::Manifest => link.span.is_some_and(|span| self.places.iter().any(|place| overlap(*place, span))),
            Role::Rendered | Role::Template | Role::Include | Role::Shadowed | Role::Other | Role::Guard => false,
        }
    }

    /// A field of an object as JSON on one line.
    pub(crate) fn field(&self, resource: &Resource, node: &Node) -> String {
        let mut hidden: Vec<Range> = Vec::new();
        self.hidden(resource, node, &mut hidden);
        if hidden.is_empty() {
            return json(node);
        }
        self.masked(node, &hidden).to_string()
    }

    fn masked(&self, node: &Node, hidden: &[Range]) -> serde_json::Value {
        match &node.data {
            _ if hidden.contains(&node.range) => self.hash(&json(node)).into(),
            Data::List(items) => items.iter().map(|item| self.masked(item, hidden)).collect(),
            Data::Map(map) => {
                let entries = map.entries.iter().map(|entry| (entry.key.to_string(), self.masked(&entry.value, hidden)));
                serde_json::Value::Object(entries.collect())
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => portcullis_policies::json(node),
        }
    }

    /// An object as the YAML that it was rendered as.
    pub(super) fn yaml(&self, resource: &Resource) -> String {
        let Some(node) = resource.node() else { return String::new() };
        let text = &resource.document.text;
        let whole = if resource.base.is_empty() { resource.document.range } else { node.range };
        let mut hidden = Vec::new();
        self.hidden(resource, node, &mut hidden);
        let mut masks: Vec<(Range, String)> = Vec::new();
        self.masks(node, &hidden, &mut masks);
        if is_secret(resource) {
            let comments = resource.document.comments.iter().map(|comment| (comment.range, "# …".to_owned()));
            masks.extend(comments);
        }
        masks.sort_by_key(|(range, _)| range.start);
        let mut shown = String::new();
        let mut at = whole.start;
        for (range, mask) in masks {
            // An alias leads to the text of its anchor, which is hidden already or lies elsewhere.
            if range.start < at || range.end > whole.end {
                continue;
            }
            shown.push_str(&String::from_utf8_lossy(text.slice(Range { start: at, end: range.start })));
            shown.push_str(&mask);
            let last = text.slice(range).iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count() as u32;
            at = range.end - last;
        }
        shown.push_str(&String::from_utf8_lossy(text.slice(Range { start: at, end: whole.end })));
        let shown = shown.trim_start_matches("---").trim_matches('\n');
        let indent = column(text.bytes(), whole.start);
        let mut lines = shown.lines().map(|line| line.get(indent..).filter(|_| line.starts_with(&" ".repeat(indent))).unwrap_or(line));
        let mut tidy = lines.next().unwrap_or_default().to_owned();
        lines.for_each(|line| {
            tidy.push('\n');
            tidy.push_str(line.trim_end_matches('\r'));
        });
        tidy.push('\n');
        tidy
    }

    /// What stands for the hidden parts of a value.
    fn masks(&self, node: &Node, hidden: &[Range], into: &mut Vec<(Range, String)>) {
        match &node.data {
            _ if hidden.contains(&node.range) => into.push((node.range, self.hash(&json(node)))),
            Data::List(items) => items.iter().for_each(|item| self.masks(item, hidden, into)),
            Data::Map(map) => map.entries.iter().for_each(|entry| self.masks(&entry.value, hidden, into)),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
        }
    }

    /// The parts of a value that must not be shown.
    fn hidden(&self, resource: &Resource, node: &Node, into: &mut Vec<Range>) {
        let mut secret: Vec<Range> = secret_nodes(resource).map(|node| node.range).collect();
        if resource.group() == ARGO {
            resource.node().into_iter().for_each(|node| inline_values(node, &mut secret));
        }
        self.collect(resource, node, &secret, into);
    }

    fn collect(&self, resource: &Resource, node: &Node, secret: &[Range], into: &mut Vec<Range>) {
        let is_within = |range: &Range| range.start <= node.range.start && node.range.end <= range.end;
        match &node.data {
            Data::List(items) => items.iter().for_each(|item| self.collect(resource, item, secret, into)),
            Data::Map(map) => map.entries.iter().for_each(|entry| self.collect(resource, &entry.value, secret, into)),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {
                let empty = node.range.start >= node.range.end;
                if !empty && (secret.iter().any(is_within) || self.is_made_of_secrets(resource, node)) {
                    into.push(node.range);
                }
            }
        }
    }

    fn is_made_of_secrets(&self, resource: &Resource, node: &Node) -> bool {
        !self.places.is_empty() && {
            let links = resource.document.text.origin(node.range).links;
            links.iter().any(|link| self.leads_to_secret(link))
        }
    }
}

/// How far a line is indented before a byte.
fn column(bytes: &[u8], start: u32) -> usize {
    let before = bytes.get(..start as usize).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b' ').count()
}

/// Whether an object is a Secret.
fn is_secret(resource: &Resource) -> bool {
    &*resource.identity.kind == "Secret" && resource.group().is_empty()
}

/// Whether two places share a byte.
fn overlap(left: Span, right: Span) -> bool {
    left.file == right.file && left.start < right.end && right.start < left.end
}

/// The group of Applications and ApplicationSets.
const ARGO: &str = "argoproj.io";

/// What an Application tells Helm: nobody knows which of it goes into Secrets, and what it does shows in what is deployed.
const INLINE: [&str; 4] = ["values", "valuesObject", "parameters", "fileParameters"];

fn inline_values(node: &Node, into: &mut Vec<Range>) {
    match &node.data {
        Data::List(items) => items.iter().for_each(|item| inline_values(item, into)),
        Data::Map(map) => {
            for entry in &map.entries {
                if &*entry.key == "helm" {
                    into.extend(INLINE.iter().filter_map(|key| entry.value.get(key)).map(|inline| inline.range));
                }
                inline_values(&entry.value, into);
            }
        }
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
    }
}

/// The texts of a Secret; none of any other object.
fn secret_nodes(resource: &Resource) -> impl Iterator<Item = &Node> {
    let secret = resource.node().filter(|_| is_secret(resource));
    let fields = SECRET_FIELDS.iter().filter_map(move |field| secret?.get(field));
    let values = fields.flat_map(|field| match field.as_map() {
        Some(map) => map.entries.iter().map(|entry| &entry.value).collect(),
        None => vec![field],
    });
    values.chain(secret.and_then(|secret| secret.at(&["metadata", "annotations", LAST_APPLIED])))
}

/// What hashes of secrets are keyed with: a key that was given, else everything that was read of some trees, which is as hard to guess as they
/// are to come by.
pub(crate) fn secret_key(given: Option<&str>, revisions: &[&Revision]) -> String {
    if let Some(given) = given {
        return given.to_owned();
    }
    let mut files: Vec<_> = revisions.iter().flat_map(|revision| revision.files_read()).collect();
    files.sort_by(|left, right| (left.path(), left.bytes()).cmp(&(right.path(), right.bytes())));
    files.dedup_by_key(|file| file.id());
    let mut digest = Sha256::new();
    for file in files {
        digest.update((file.bytes().len() as u64).to_le_bytes());
        digest.update(&**file.bytes());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
