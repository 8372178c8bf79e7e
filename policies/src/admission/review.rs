//! The text of an AdmissionReview to what is asked.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Data, Document, Node, Step, Text, json, json::Manner};
use regorus::{Value, value::Object};

use crate::{
    Context, Identity, Operation, Resource,
    input::{of_node, text},
};

/// How deep a review may nest; the deepest schemas of custom resources stay far below.
pub const MAX_DEPTH: usize = 400;

/// How many values a review may have, so that a small text of many values takes no more memory than a long one.
pub const MAX_VALUES: usize = 40_000;

/// The longest uid; API servers send 36 characters.
const MAX_UID: usize = 128;

/// What API servers keep about the fields of an object is often half of it, and nothing that anybody is judged by.
const UNREAD: [&[&str]; 2] = [&["request", "object", "metadata", "managedFields"], &["request", "oldObject", "metadata", "managedFields"]];

/// How every review is read: what two programs would read in two ways is refused.
const STRICT: Manner =
    Manner { lenient: false, max_depth: MAX_DEPTH, max_values: MAX_VALUES, max_unread_depth: MAX_DEPTH, unread: &UNREAD };

/// How what is too large is read: who asks what about which object, and where the fields of the objects lie.
const OUTLINE: Manner =
    Manner { max_unread_depth: usize::MAX, unread: &[&["request", "object", "*"], &["request", "oldObject", "*"]], ..STRICT };

/// What is said of a text that two programs may read in two ways.
const UNRELIABLE: &str = "the body is no JSON that can be relied on";

/// What helps where an object is beyond a limit.
const REMEDY: &str = "split the object up, or have admission.excludeNamespaces of the configuration name its namespace";

/// The version of reviews that is understood.
pub(super) const API_VERSION: &str = "admission.k8s.io/v1";

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: Arc<str>,
    /// The groups.
    pub groups: Vec<Arc<str>>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Review {
    /// What the answer must repeat.
    pub uid: Arc<str>,
    /// What is done.
    pub operation: Operation,
    /// Group and version of the resource, such as `apps/v1`.
    pub api_version: Arc<str>,
    /// The resource, in the plural, such as `deployments`.
    pub resource: Arc<str>,
    /// The kind of the object that is sent.
    pub kind: Arc<str>,
    /// Such as `scale`; empty without.
    pub sub_resource: Arc<str>,
    /// The namespace; empty without.
    pub namespace: Arc<str>,
    /// The name; empty where the API server makes one up, or where everything is deleted at once.
    pub name: Arc<str>,
    /// Who asks.
    pub user: User,
    /// Whether nothing is going to be kept.
    pub dry_run: bool,
    document: Arc<Document>,
}

/// A review that cannot be answered as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// What is wrong with it, without a word of its content.
    pub message: String,
    /// The uid, where it was found, so that there can be an answer.
    pub uid: Option<Arc<str>>,
}

/// Which object of a request is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The object as it is going to be.
    New,
    /// The object as it was.
    Old,
}

impl Review {
    /// Reads a review.
    ///
    /// # Errors
    /// It is no JSON that all programs read alike, or no AdmissionReview that asks something.
    pub fn parse(body: impl Into<Arc<[u8]>>) -> Result<Self, Malformed> {
        let text = Text::nowhere(body);
        let document = json::parse_with(&text, STRICT).map_err(|error| unread(&text, &error))?;
        Self::read(Arc::new(document))
    }

    /// Reads a review without its objects, where these are what cannot be read.
    pub(super) fn outline(body: Arc<[u8]>) -> Option<Self> {
        Self::read(Arc::new(json::parse_with(&Text::nowhere(body), OUTLINE).ok()?)).ok()
    }

    /// Whether both objects of an outline are the same, byte for byte, but for metadata and status.
    pub(super) fn is_outline_of_bookkeeping(&self) -> bool {
        let content = |side: Side| -> Option<BTreeMap<&str, &[u8]>> {
            let entries = self.node(side)?.as_map()?.entries.iter();
            let entries = entries.filter(|entry| !matches!(&*entry.key, "metadata" | "status"));
            entries.map(|entry| Some((&*entry.key, self.raw(&entry.value)?))).collect()
        };
        content(Side::Old).zip(content(Side::New)).is_some_and(|(old, new)| old == new)
    }

    fn raw(&self, node: &Node) -> Option<&[u8]> {
        let range = usize::try_from(node.range.start).ok()?..usize::try_from(node.range.end).ok()?;
        self.document.text.bytes().get(range)
    }

    fn read(document: Arc<Document>) -> Result<Self, Malformed> {
        let root = &document.root;
        let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
        let version = root.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        if kind != "AdmissionReview" || version != API_VERSION {
            return Err(malformed(format!("the body is no AdmissionReview of {API_VERSION}")));
        }
        let is_answered = root.get("response").is_some_and(|response| !response.is_null());
        let Some(request) = root.get("request").filter(|request| request.as_map().is_some()) else {
            return Err(malformed("the review has no request"));
        };
        let text = |path: &[&str]| -> Arc<str> { request.at(path).and_then(Node::as_str).map_or_else(|| Arc::from(""), Arc::from) };
        let uid = text(&["uid"]);
        if !is_uid(&uid) {
            return Err(malformed(format!("the request has no uid of up to {MAX_UID} printable characters")));
        }
        let fault = |message: &str| Malformed { message: message.to_owned(), uid: Some(Arc::clone(&uid)) };
        if is_answered {
            return Err(fault("the review has been answered already"));
        }
        let word = request.get("operation").and_then(Node::as_str).unwrap_or_default();
        let operation = Operation::parse(word).ok_or_else(|| fault("the operation is none of CREATE, UPDATE, DELETE and CONNECT"))?;
        let kind = text(&["kind", "kind"]);
        if kind.is_empty() {
            return Err(fault("the request names no kind"));
        }
        for side in ["object", "oldObject"] {
            if request.get(side).is_some_and(|object| !object.is_null() && object.as_map().is_none()) {
                return Err(fault("what the request is about is no object"));
            }
            if request.get(side).is_some_and(|object| is_list(object) && !has_objects(object)) {
                return Err(fault("the items of a List are no list of objects, none of which is a List itself"));
            }
        }
        let groups = request.at(&["userInfo", "groups"]).map(Node::items).unwrap_or_default();
        let group_version =
            |group: Arc<str>, version: Arc<str>| if group.is_empty() { version } else { format!("{group}/{version}").into() };
        Ok(Self {
            operation,
            api_version: group_version(text(&["kind", "group"]), text(&["kind", "version"])),
            resource: text(&["resource", "resource"]),
            kind,
            sub_resource: text(&["subResource"]),
            namespace: text(&["namespace"]),
            name: text(&["name"]),
            user: User { name: text(&["userInfo", "username"]), groups: groups.iter().filter_map(Node::as_str).map(Arc::from).collect() },
            dry_run: matches!(request.get("dryRun").map(|node| &node.data), Some(Data::Bool(true))),
            uid,
            document,
        })
    }

    /// What the API server says of the request, but for its object, and without what is empty; none where it
    /// is too deep to be looked at.
    pub(super) fn request(&self) -> Option<Value> {
        let request = self.document.root.get("request")?.as_map()?;
        let is_told = |key: &str, node: &Node| key != "object" && node.as_str() != Some("");
        let fields = request.entries.iter().filter(|entry| is_told(&entry.key, &entry.value));
        let fields: Option<Object> = fields.map(|entry| Some((text(&entry.key), of_node(&entry.value)?))).collect();
        Some(fields?.into_value())
    }

    /// The object of a side, where there is one.
    pub(super) fn node(&self, side: Side) -> Option<&Node> {
        self.document.root.at(&["request", side.key()]).filter(|object| object.as_map().is_some())
    }

    /// The object of a side as resources: one, or the items of a `List`.
    pub(super) fn resources(&self, side: Side, environment: Option<&Arc<str>>) -> Vec<Resource> {
        let Some(node) = self.node(side) else { return Vec::new() };
        let base = vec![Step::Key("request".into()), Step::Key(side.key().into())];
        if !is_list(node) {
            return vec![self.resource(node, base, environment)];
        }
        let items = node.get("items").map(Node::items).unwrap_or_default().iter().enumerate();
        let item = |(index, item): (usize, &Node)| {
            let base = base.iter().cloned().chain([Step::Key("items".into()), Step::Index(index)]).collect();
            self.resource(item, base, environment)
        };
        items.map(item).collect()
    }

    fn resource(&self, node: &Node, base: Vec<Step>, environment: Option<&Arc<str>>) -> Resource {
        let text = |path: &[&str]| node.at(path).and_then(Node::as_str).filter(|text| !text.is_empty());
        let kind = text(&["kind"]).map_or_else(|| Arc::clone(&self.kind), Arc::from);
        let api_version = text(&["apiVersion"]).map_or_else(|| Arc::clone(&self.api_version), Arc::from);
        let given = text(&["metadata", "name"]).or(Some(&*self.name).filter(|name| !name.is_empty()));
        let generated = || format!("{}*", text(&["metadata", "generateName"]).unwrap_or_default()).into();
        let name = given.map_or_else(generated, Arc::from);
        // An API server names the namespace of a Namespace after itself; it lies in none.
        let namespace = Some(&self.namespace).filter(|namespace| !namespace.is_empty() && &*kind != "Namespace").cloned();
        let context = Context { environment: environment.cloned(), namespace: namespace.clone(), ..Context::default() };
        Resource {
            document: Arc::clone(&self.document),
            base,
            identity: Identity { api_version, kind, namespace, name },
            context,
            faults: None,
        }
    }

    /// The text of a field of the new object's metadata, of the old one's where it goes.
    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        let side = if self.operation == Operation::Delete { Side::Old } else { Side::New };
        self.node(side)?.at(&["metadata", "annotations", key])?.as_str()
    }

    /// Whether it is about a List, whose objects are judged one after the other.
    #[must_use]
    pub fn has_many(&self) -> bool {
        [Side::New, Side::Old].into_iter().filter_map(|side| self.node(side)).any(is_list)
    }

    /// What the request is about, in words.
    #[must_use]
    pub fn subject(&self) -> Identified<'_> {
        Identified(self)
    }

    /// How many bytes the review has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.document.text.bytes().len()
    }

    /// The text of the review.
    #[must_use]
    pub fn shared(&self) -> Arc<[u8]> {
        self.document.text.shared()
    }
}

impl Side {
    fn key(self) -> &'static str {
        match self {
            Self::New => "object",
            Self::Old => "oldObject",
        }
    }
}

/// `Deployment shop/api`, as messages call what a request is about.
#[derive(Clone, Copy, Debug)]
pub struct Identified<'a>(&'a Review);

impl std::fmt::Display for Identified<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let review = self.0;
        let generated = review.node(Side::New).and_then(|node| node.at(&["metadata", "generateName"])).and_then(Node::as_str);
        let name = if review.name.is_empty() { generated.unwrap_or_default() } else { &review.name };
        formatter.write_str(&review.kind)?;
        if !review.sub_resource.is_empty() {
            write!(formatter, " ({}/{})", review.resource, review.sub_resource)?;
        }
        let slash = if review.namespace.is_empty() || &*review.kind == "Namespace" { "" } else { "/" };
        let namespace = if slash.is_empty() { "" } else { &*review.namespace };
        write!(formatter, " {namespace}{slash}{name}")
    }
}

/// Whether an object is the bag of others that `kubectl` reads from a file.
fn is_list(object: &Node) -> bool {
    object.get("kind").and_then(Node::as_str) == Some("List") && object.get("apiVersion").and_then(Node::as_str) == Some("v1")
}

/// Whether all that a List has can be judged: what is passed over here would be let in by nobody's leave.
fn has_objects(list: &Node) -> bool {
    let Some(items) = list.get("items").filter(|items| !items.is_null()) else { return true };
    matches!(items.data, Data::List(_)) && items.items().iter().all(|item| item.as_map().is_some() && !is_list(item))
}

fn is_uid(uid: &str) -> bool {
    !uid.is_empty() && uid.len() <= MAX_UID && uid.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What is wrong with a text, without a word of it: it may be part of a Secret.
fn unread(text: &Text, error: &json::JsonError) -> Malformed {
    let reason = error.message.split(" (").next().unwrap_or_default();
    let at = error.range.start;
    let message = match reason {
        _ if reason.starts_with("text has more than") || reason.starts_with("text is nested more than") => {
            format!("{}, at byte {at}; {REMEDY}", reason.replacen("text", "the body", 1))
        }
        _ if reason.starts_with("key ") => format!("{UNRELIABLE}: a key stands twice in one object, at byte {at}"),
        _ if reason.starts_with("json: cannot unmarshal number") => format!("{UNRELIABLE}: a number is too large, at byte {at}"),
        _ => format!("{UNRELIABLE}: {reason}, at byte {at}"),
    };
    // API servers write the uid before anything that a user has a say in.
    let uid = json::seek(text.bytes(), &["request", "uid"]).filter(|uid| is_uid(uid));
    Malformed { message, uid: uid.map(|uid| Arc::from(&*uid)) }
}

fn malformed(message: impl Into<String>) -> Malformed {
    Malformed { message: message.into(), uid: None }
}
