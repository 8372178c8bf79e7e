//! A plan as JSON: what providers know of each instance, and what is done to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Data as Read, Node, Text, json};

use super::{PlanError, address};
use crate::{
    limits::{MAX_DOCUMENT_DEPTH, MAX_PLAN_RESOURCES, MAX_PLAN_VALUES, MAX_VALUE_DEPTH},
    module::{Key, Mode},
    number::Number,
    types::Type,
    value::{Marks, Members, Reason, ReasonKind, Value},
};

/// The major version of the format that is read.
const FORMAT: &str = "1";

/// What of the document nobody reads.
const UNREAD: &[&[&str]] = &[
    &["planned_values"],
    &["configuration"],
    &["output_changes"],
    &["relevant_attributes"],
    &["checks"],
    &["prior_state", "values", "outputs"],
    &["deferred_changes"],
];

/// A plan as JSON.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The version of Terraform that made it.
    pub version: Arc<str>,
    /// Whether planning ended with an error, so that it may lack something.
    pub errored: bool,
    /// Whether all of the configuration is in it; only a part is with `-target`.
    pub complete: bool,
    /// What the variables of the root were set to; whether they are secret stands in the configuration.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// The instances, by address: those that there will be, and those that go.
    pub resources: BTreeMap<Arc<str>, Planned>,
    /// What changed outside of Terraform.
    pub drifted: Vec<Drifted>,
    /// The keys of what there will be several of, by the address without key.
    pub(crate) keys: BTreeMap<Arc<str>, BTreeSet<Key>>,
}

/// An instance of a resource or data source in a plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The address.
    pub address: Arc<str>,
    /// The address that it had before, where it was moved.
    pub previous: Option<Arc<str>>,
    /// The address of its module, empty for the root.
    pub module: Arc<str>,
    /// What it is to Terraform.
    pub mode: Mode,
    /// The type.
    pub ty: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// Which instance it is.
    pub key: Option<Key>,
    /// What is done to it, in order.
    pub actions: Vec<Action>,
    /// Why that is done, in Terraform's word, where there is one.
    pub reason: Option<Arc<str>>,
    /// The paths that it must be replaced for.
    pub replaced_for: Vec<String>,
    /// Its attributes before; what is secret is marked.
    pub before: Option<Value>,
    /// Its attributes after; what is not known is unknown, what is secret is marked.
    pub after: Option<Value>,
}

impl Planned {
    /// Whether it is there once the plan is applied.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.after.is_some() && !matches!(self.actions.as_slice(), [Action::Delete | Action::Forget])
    }
}

/// A part of what is done to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// It is made.
    Create,
    /// It is read.
    Read,
    /// It becomes another.
    Update,
    /// It is destroyed.
    Delete,
    /// Terraform knows it no more; it stays.
    Forget,
    /// Something that this version does not know.
    Other,
}

impl Action {
    fn of(word: &str) -> Self {
        match word {
            "no-op" => Self::Nothing,
            "create" => Self::Create,
            "read" => Self::Read,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "forget" => Self::Forget,
            _ => Self::Other,
        }
    }

    /// The word for it in plans.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no-op",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Other => "other",
        }
    }
}

/// An instance that changed outside of Terraform.
#[derive(Clone, Debug)]
pub struct Drifted {
    /// The address.
    pub address: Arc<str>,
    /// The type.
    pub ty: Arc<str>,
    /// The names of the attributes that are others now.
    pub attributes: Vec<Arc<str>>,
}

/// Reads a plan as JSON.
pub(super) fn read(bytes: &[u8]) -> Result<Shown, PlanError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let manner = json::Manner {
        lenient: false,
        max_depth: MAX_VALUE_DEPTH,
        max_values: MAX_PLAN_VALUES,
        max_unread_depth: MAX_VALUE_DEPTH * 4,
        unread: UNREAD,
    };
    let text = Text::nowhere(bytes);
    let document = json::parse_with(&text, manner).map_err(|error| {
        let (line, column) = place(bytes, error.range.start as usize);
        PlanError::new(format!("line {line}, column {column}: {error}"), "print it again with `terraform show -json FILE`")
    })?;
    let root = &document.root;
    check_kind(root)?;
    let mut shown = Shown {
        version: root.get("terraform_version").and_then(Node::as_str).map(plain).unwrap_or_default(),
        errored: is_true(root.get("errored")),
        complete: root.get("complete").is_none_or(|complete| is_true(Some(complete))),
        ..Shown::default()
    };
    for (name, variable) in entries(root.get("variables")) {
        let value = Reading { text: &text, address: name }.value(variable.get("value"), None, None, 0)?;
        shown.variables.insert(Arc::clone(name), value);
    }
    for change in items(root.get("resource_changes")) {
        let planned = planned(change, &text)?;
        // What is left over of an instance that was replaced is none.
        if change.get("deposed").and_then(Node::as_str).is_none() {
            shown.add(planned)?;
        }
    }
    if let Some(state) = root.get("prior_state").and_then(|state| state.get("values")).and_then(|values| values.get("root_module")) {
        shown.read_data(state, &text, 0)?;
    }
    for drift in items(root.get("resource_drift")) {
        shown.drifted.push(drifted(drift, &text)?);
    }
    Ok(shown)
}

/// Refuses what is no plan, or one of another version.
fn check_kind(root: &Node) -> Result<(), PlanError> {
    let hint = "print it with `terraform show -json FILE`, where FILE is one of `terraform plan -out=FILE`";
    let Some(version) = root.get("format_version") else {
        return Err(PlanError::new("it is JSON, and no plan: there is no format_version in it", hint));
    };
    let version = version.as_str().map(plain).unwrap_or_default();
    if version.split('.').next() != Some(FORMAT) {
        let message = format!("it is a plan of format {version:?}, and formats {FORMAT}.x are read");
        return Err(PlanError::new(message, "print it with Terraform 1.1 or later, or take a newer portcullis"));
    }
    if root.get("resource_changes").is_none() && root.get("planned_values").is_none() {
        let what = if root.get("values").is_some() { "it is a state, and no plan" } else { "it has no resource_changes, so it is no plan" };
        return Err(PlanError::new(what, hint));
    }
    Ok(())
}

impl Shown {
    fn add(&mut self, planned: Planned) -> Result<(), PlanError> {
        if self.resources.len() >= MAX_PLAN_RESOURCES {
            return Err(PlanError::limit("MAX_PLAN_RESOURCES", "it has too many resources"));
        }
        if planned.stays() {
            for (name, key) in address::instances(&planned.address).unwrap_or_default() {
                let keys = self.keys.entry(Arc::from(name)).or_default();
                keys.extend(key);
            }
        }
        let address = Arc::clone(&planned.address);
        if self.resources.insert(Arc::clone(&address), planned).is_some() {
            return Err(PlanError::new(format!("{address} is in it twice"), "print it again with `terraform show -json FILE`"));
        }
        Ok(())
    }

    /// The data sources that were read for the plan.
    fn read_data(&mut self, module: &Node, text: &Text, depth: usize) -> Result<(), PlanError> {
        if depth > MAX_DOCUMENT_DEPTH {
            return Err(PlanError::limit("MAX_DOCUMENT_DEPTH", "modules lie deep within each other in it"));
        }
        for resource in items(module.get("resources")) {
            if resource.get("mode").and_then(Node::as_str) != Some("data") {
                continue;
            }
            let mut planned = identity(resource)?;
            let reading = Reading { text, address: &planned.address };
            planned.after = Some(reading.value(resource.get("values"), None, resource.get("sensitive_values"), 0)?);
            planned.actions = vec![Action::Nothing];
            if !self.resources.contains_key(&planned.address) {
                self.add(planned)?;
            }
        }
        items(module.get("child_modules")).iter().try_for_each(|child| self.read_data(child, text, depth + 1))
    }
}

fn identity(node: &Node) -> Result<Planned, PlanError> {
    let text = |name: &str| node.get(name).and_then(Node::as_str);
    let (Some(address), Some(ty), Some(name)) = (text("address"), text("type"), text("name")) else {
        return Err(PlanError::new("a resource in it has no address, type or name", "print it again with `terraform show -json FILE`"));
    };
    let Some(instances) = address::instances(address).filter(|_| address.len() <= MAX_ADDRESS) else {
        return Err(PlanError::new("an address in it is none", "print it again with `terraform show -json FILE`"));
    };
    let mode = match text("mode") {
        Some("data") => Mode::Data,
        _ => Mode::Managed,
    };
    let module = instances.iter().rev().nth(1).map(|(name, key)| format!("{name}{}", key.as_ref().map(Key::to_string).unwrap_or_default()));
    Ok(Planned {
        address: Arc::from(address::normal(address)),
        previous: text("previous_address").map(|address| Arc::from(address::normal(address))),
        module: Arc::from(module.unwrap_or_default()),
        mode,
        ty: Arc::from(ty),
        name: Arc::from(name),
        key: instances.last().and_then(|(_, key)| key.clone()),
        actions: Vec::new(),
        reason: text("action_reason").map(plain),
        replaced_for: Vec::new(),
        before: None,
        after: None,
    })
}

/// How long an address may be.
const MAX_ADDRESS: usize = 4_096;

fn planned(node: &Node, text: &Text) -> Result<Planned, PlanError> {
    let mut planned = identity(node)?;
    let Some(change) = node.get("change") else { return Ok(planned) };
    planned.actions = items(change.get("actions")).iter().filter_map(Node::as_str).map(Action::of).collect();
    planned.replaced_for = items(change.get("replace_paths")).iter().map(|path| pointer(path, text)).collect();
    let reading = Reading { text, address: &planned.address };
    let is_there = |name: &str| change.get(name).is_some_and(|node| !matches!(node.data, Read::Null));
    let before = is_there("before").then(|| reading.value(change.get("before"), None, change.get("before_sensitive"), 0)).transpose()?;
    let is_left = matches!(planned.actions.as_slice(), [Action::Delete | Action::Forget]);
    let has_after = !is_left && (is_there("after") || is_there("after_unknown"));
    let after =
        has_after.then(|| reading.value(change.get("after"), change.get("after_unknown"), change.get("after_sensitive"), 0)).transpose()?;
    Ok(Planned { before, after, ..planned })
}

/// A path of keys and indexes as a JSON Pointer.
fn pointer(path: &Node, text: &Text) -> String {
    let step = |step: &Node| match step.as_str() {
        Some(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        None => format!("/{}", String::from_utf8_lossy(text.slice(step.range))),
    };
    path.items().iter().map(step).collect()
}

fn drifted(node: &Node, text: &Text) -> Result<Drifted, PlanError> {
    let planned = planned(node, text)?;
    let members = |value: &Option<Value>| value.as_ref().and_then(|value| value.members().cloned()).unwrap_or_default();
    let (before, after) = (members(&planned.before), members(&planned.after));
    let names: BTreeSet<&Arc<str>> = before.keys().chain(after.keys()).collect();
    let is_other = |name: &&&Arc<str>| match (before.get(**name), after.get(**name)) {
        (Some(before), Some(after)) => !before.same(after),
        _ => true,
    };
    let attributes = names.iter().filter(is_other).map(|name| Arc::clone(name)).collect();
    Ok(Drifted { address: planned.address, ty: planned.ty, attributes })
}

/// Reading of the values of one resource.
struct Reading<'a> {
    text: &'a Text,
    address: &'a Arc<str>,
}

impl Reading<'_> {
    /// A value with what is not known of it and what is secret in it, which stand beside it in trees of their own.
    fn value<'n>(
        &self,
        node: Option<&'n Node>,
        unknown: Option<&'n Node>,
        sensitive: Option<&'n Node>,
        depth: usize,
    ) -> Result<Value, PlanError> {
        if depth > MAX_VALUE_DEPTH {
            return Err(PlanError::limit("MAX_VALUE_DEPTH", "values lie deep within each other in it"));
        }
        let marks = Marks { sensitive: is_true(sensitive), ephemeral: false };
        if is_true(unknown) {
            let kind = ReasonKind::Computed(Arc::clone(self.address), Arc::default());
            return Ok(Value::unknown(Type::Dynamic, Reason { kind, span: None }).marked(marks));
        }
        let value = match node.map(|node| (&node.data, node)) {
            Some((Read::Map(_), _)) | None | Some((Read::Null, _)) if node_is_map(node, unknown) => {
                let [nodes, unknown, sensitive] = [node, unknown, sensitive].map(|from| entries(from).collect::<BTreeMap<_, _>>());
                let names: BTreeSet<&Arc<str>> = nodes.keys().chain(unknown.keys()).copied().collect();
                let mut members = Members::new();
                for name in names {
                    let get = |from: &BTreeMap<&Arc<str>, &'n Node>| from.get(name).copied();
                    members.insert(Arc::clone(name), self.value(get(&nodes), get(&unknown), get(&sensitive), depth + 1)?);
                }
                Value::object(members)
            }
            Some((Read::List(list), _)) => {
                let beside = |from: Option<&'n Node>, at: usize| from.and_then(|from| from.items().get(at));
                let value = |(at, item)| self.value(Some(item), beside(unknown, at), beside(sensitive, at), depth + 1);
                Value::tuple(list.iter().enumerate().map(value).collect::<Result<_, _>>()?)
            }
            Some((Read::Bool(value), _)) => Value::from(*value),
            Some((Read::String(text), _)) => Value::string(text),
            Some((Read::Int(_) | Read::Uint(_) | Read::Float(_), node)) => {
                let written = String::from_utf8_lossy(self.text.slice(node.range)).into_owned();
                let number = Number::parse(&written).map(Value::from);
                number.ok_or_else(|| PlanError::new("a number in it cannot be used", "print it again with `terraform show -json FILE`"))?
            }
            Some((Read::Null | Read::Map(_), _)) | None => Value::null(Type::Dynamic),
        };
        Ok(value.marked(marks))
    }
}

/// Whether there are members, known or not.
fn node_is_map(node: Option<&Node>, unknown: Option<&Node>) -> bool {
    let is_map = |node: Option<&Node>| node.is_some_and(|node| node.as_map().is_some());
    let is_null = node.is_none_or(|node| matches!(node.data, Read::Null));
    is_map(node) || (is_null && is_map(unknown) && entries(unknown).next().is_some())
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| matches!(node.data, Read::Bool(true)))
}

fn items(node: Option<&Node>) -> &[Node] {
    node.map(Node::items).unwrap_or_default()
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&Arc<str>, &Node)> {
    node.and_then(Node::as_map).into_iter().flat_map(|map| &map.entries).map(|entry| (&entry.key, &entry.value))
}

/// A word of the plan that may be printed.
fn plain(text: &str) -> Arc<str> {
    Arc::from(text.chars().filter(|sign| !sign.is_control()).take(80).collect::<String>())
}

/// The line and column of a byte, from one on.
fn place(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at.min(bytes.len())).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    (line, before.len() - start + 1)
}
