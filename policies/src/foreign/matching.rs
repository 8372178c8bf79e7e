//! `spec.match` of a constraint: which objects it is about, as Gatekeeper decides it.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Node;

use crate::Resource;

/// Labels by key.
pub(crate) type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// What is known of the labels of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// All of them.
    Whole(Labels),
    /// Those that every namespace of this name has, for nothing declares it.
    Name(Arc<str>),
}

/// The key of the label that an API server gives every namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// What is said of a namespace of which only the name is known.
pub(super) const UNKNOWN: &str = "which nothing here declares";

/// Which objects a constraint is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Match {
    kinds: Vec<(Vec<String>, Vec<String>)>,
    namespaces: Vec<String>,
    excluded: Vec<String>,
    labels: Option<Selector>,
    namespace_labels: Option<Selector>,
    scope: String,
    name: String,
    source: String,
}

/// A selector of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Match {
    /// Reads `spec.match`, of which the shape was checked.
    ///
    /// # Errors
    /// What is wrong, and with which node.
    pub(crate) fn read(node: Option<&Node>) -> Result<Self, (String, &Node)> {
        let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(Self::default()) };
        let text = |key| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let selector = |key| node.get(key).filter(|node| !node.is_null()).map(Selector::read).transpose();
        let kinds =
            node.get("kinds").into_iter().flat_map(Node::items).map(|kind| (texts(kind.get("apiGroups")), texts(kind.get("kinds"))));
        let source = text("source");
        if !["", "All", "Original", "Generated"].contains(&source.as_str()) {
            return Err((format!("match.source is {source:?}, not All, Original or Generated"), node.get("source").unwrap_or(node)));
        }
        Ok(Self {
            kinds: kinds.collect(),
            namespaces: texts(node.get("namespaces")),
            excluded: texts(node.get("excludedNamespaces")),
            labels: selector("labelSelector")?,
            namespace_labels: selector("namespaceSelector")?,
            scope: text("scope"),
            name: text("name"),
            source,
        })
    }

    /// Whether it asks for the labels of namespaces.
    pub(crate) fn reads_namespaces(&self) -> bool {
        self.namespace_labels.is_some()
    }

    /// The groups and kinds that it names; none where it is about all of them.
    pub(crate) fn kinds(&self) -> &[(Vec<String>, Vec<String>)] {
        &self.kinds
    }

    /// Whether an object is meant.
    ///
    /// # Errors
    /// The labels of its namespace decide it, and nobody knows them.
    pub(crate) fn holds(&self, resource: &Resource, namespace: impl Fn(&str) -> Known) -> Result<bool, String> {
        let Some(node) = resource.node() else { return Ok(false) };
        let is_namespace = &*resource.identity.kind == "Namespace" && resource.group().is_empty();
        let own = resource.identity.namespace.as_deref();
        let name = node.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default();
        let is_here = self.covers(resource.group(), &resource.identity.kind)
            && match self.scope.as_str() {
                "Cluster" => is_namespace || own.is_none(),
                "Namespaced" => !is_namespace && own.is_some(),
                _ => true,
            }
            && self.is_in_namespaces(if is_namespace { Some(name) } else { own })
            && self.labels.as_ref().is_none_or(|selector| selector.holds(&labels(node)))
            && self.is_named(name, node.at(&["metadata", "generateName"]).and_then(Node::as_str).unwrap_or_default())
            // What is in a repository was written, and not made by an expansion.
            && self.source != "Generated";
        let Some(selector) = self.namespace_labels.as_ref().filter(|_| is_here) else { return Ok(is_here) };
        if is_namespace {
            return Ok(selector.holds(&labels(node)));
        }
        let Some(own) = own else { return Ok(true) };
        match namespace(own) {
            Known::Whole(labels) => Ok(selector.holds(&labels)),
            Known::Name(name) => {
                selector.decides(&name).ok_or_else(|| format!("its namespaceSelector asks for labels of namespace {own}, {UNKNOWN}"))
            }
        }
    }

    fn covers(&self, group: &str, kind: &str) -> bool {
        let has = |names: &[String], wanted: &str| names.is_empty() || names.iter().any(|name| name == "*" || name == wanted);
        self.kinds.is_empty() || self.kinds.iter().any(|(groups, kinds)| has(kinds, kind) && has(groups, group))
    }

    fn is_in_namespaces(&self, namespace: Option<&str>) -> bool {
        let Some(namespace) = namespace else { return true };
        (self.namespaces.is_empty() || self.namespaces.iter().any(|pattern| wildcard(pattern, namespace)))
            && !self.excluded.iter().any(|pattern| wildcard(pattern, namespace))
    }

    fn is_named(&self, name: &str, generate_name: &str) -> bool {
        let pattern = self.name.as_str();
        let generates = match (pattern.starts_with('*'), pattern.ends_with('*')) {
            (_, true) => wildcard(pattern, generate_name),
            (true | false, false) => false,
        };
        pattern.is_empty() || wildcard(pattern, name) || generates
    }
}

impl Selector {
    fn read(node: &Node) -> Result<Self, (String, &Node)> {
        let labels = node.get("matchLabels").and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
        let plain = labels.map(|entry| Requirement {
            key: entry.key.to_string(),
            operator: Operator::In,
            values: vec![entry.value.as_str().unwrap_or_default().to_owned()],
        });
        let mut all: Vec<Requirement> = plain.collect();
        for expression in node.get("matchExpressions").into_iter().flat_map(Node::items) {
            all.push(Requirement::read(expression)?);
        }
        Ok(Self(all))
    }

    fn holds(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| requirement.holds(labels.get(requirement.key.as_str()).map(|value| &**value)))
    }

    /// Whether it holds of a namespace of which only the name is known; none where it depends on what is not known.
    fn decides(&self, name: &str) -> Option<bool> {
        let (known, unknown): (Vec<_>, Vec<_>) = self.0.iter().partition(|requirement| requirement.key == NAME_LABEL);
        if !known.iter().all(|requirement| requirement.holds(Some(name))) {
            return Some(false);
        }
        unknown.is_empty().then_some(true)
    }
}

impl Requirement {
    fn read(node: &Node) -> Result<Self, (String, &Node)> {
        let word = node.get("operator").and_then(Node::as_str).unwrap_or_default();
        let values = texts(node.get("values"));
        let operator = match word {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            _ => return Err((format!("{word:?} is no operator of a selector"), node)),
        };
        let wants = matches!(operator, Operator::In | Operator::NotIn);
        if wants == values.is_empty() {
            return Err((format!("operator {word} of a selector {} values", if wants { "needs" } else { "takes no" }), node));
        }
        let key = node.get("key").and_then(Node::as_str).unwrap_or_default();
        if !is_key(key) {
            return Err((format!("{key:?} is no key of a label"), node));
        }
        Ok(Self { key: key.to_owned(), operator, values })
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let is_among = value.is_some_and(|value| self.values.iter().any(|wanted| wanted == value));
        match self.operator {
            Operator::In => is_among,
            Operator::NotIn => !is_among,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

/// Whether a text may be the key of a label: a name, perhaps behind a domain.
fn is_key(key: &str) -> bool {
    let is_word = |word: &str, more: &[u8]| {
        let may_end = |letter: Option<&u8>| letter.is_some_and(u8::is_ascii_alphanumeric);
        let letters = word.as_bytes();
        may_end(letters.first())
            && may_end(letters.last())
            && letters.iter().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
    };
    let (domain, name) = key.split_once('/').map_or((None, key), |(domain, name)| (Some(domain), name));
    name.len() <= 63 && is_word(name, b"-_.") && domain.is_none_or(|domain| is_word(domain, b"-."))
}

/// The labels of an object.
pub(crate) fn labels(node: &Node) -> Labels {
    let map = node.at(&["metadata", "labels"]).and_then(Node::as_map);
    let entries = map.into_iter().flat_map(|map| &map.entries);
    entries.filter_map(|entry| Some((Arc::clone(&entry.key), Arc::from(entry.value.as_str()?)))).collect()
}

/// The labels that an API server shows of a declared namespace.
pub(crate) fn namespace_labels(name: &str, node: &Node) -> Labels {
    let mut found = labels(node);
    found.insert(NAME_LABEL.into(), name.into());
    found
}

fn texts(node: Option<&Node>) -> Vec<String> {
    node.into_iter().flat_map(Node::items).filter_map(Node::as_str).map(str::to_owned).collect()
}

/// A text that may begin or end with `*`.
fn wildcard(pattern: &str, text: &str) -> bool {
    let inner = pattern.strip_prefix('*').unwrap_or(pattern);
    let inner = inner.strip_suffix('*').unwrap_or(inner);
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) => text.contains(inner),
        (true, false) => text.ends_with(inner),
        (false, true) => text.starts_with(inner),
        (false, false) => text == pattern,
    }
}
