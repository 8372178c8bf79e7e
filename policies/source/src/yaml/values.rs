//! A document's tree to values, as go-yaml's decoder and the step from YAML to JSON make them.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    fault::{Fault, Result},
    golang,
    limits::{MAX_DEPTH, MAX_NODES, is_excessive},
    map::{Builder, Key},
    resolve::{float_key, look_up, resolve_tagged},
    share::Shared,
    tree::{Item, ItemKind, Tree},
};
use crate::{Data, Node, Range};

const MERGE_TAG: &str = "tag:yaml.org,2002:merge";
const BAD_MERGE: &str = "yaml: map merge requires map or sequence of maps as the value";

/// Makes the value of a document; `nodes` counts the values of the whole text.
pub(super) fn decode(tree: &Tree<'_>, shared: &mut Shared, nodes: &mut usize, repeated: &mut Vec<Range>) -> Result<Node> {
    let mut decoder = Decoder {
        tree,
        shared,
        nodes,
        repeated,
        frames: Vec::new(),
        depth: 0,
        decoded: 1,
        aliased: 0,
        alias_depth: 0,
        aliases: BTreeSet::new(),
        unsupported: Vec::new(),
        special_floats: false,
    };
    let root = decoder.run()?;
    let Decoder { unsupported, special_floats, .. } = decoder;
    if !unsupported.is_empty() || special_floats {
        check(&root, &unsupported)?;
    }
    Ok(root)
}

/// What is being made.
enum Frame {
    /// A list: the next child, and what is done.
    List { item: u32, at: u32, items: Vec<Node> },
    /// A map: the next key or value, and the key that waits for its value.
    Map { item: u32, at: u32, key: Option<Key>, owner: usize, builder: Builder },
    /// Maps that are merged, the last of the text first; those left, in the order of the text.
    Merges { owner: usize, left: Vec<u32> },
    /// An alias.
    Alias { item: u32 },
}

struct Decoder<'t, 'a> {
    tree: &'t Tree<'a>,
    shared: &'t mut Shared,
    nodes: &'t mut usize,
    /// Keys that their map has before.
    repeated: &'t mut Vec<Range>,
    frames: Vec<Frame>,
    depth: usize,
    decoded: usize,
    aliased: usize,
    alias_depth: usize,
    aliases: BTreeSet<u32>,
    /// Keys that no JSON object can have, and what to say if they stay.
    unsupported: Vec<(Arc<str>, String)>,
    special_floats: bool,
}

/// What one step leads to.
enum Step {
    /// The frame on top goes on.
    Next,
    /// A value is done.
    Done(Node),
}

impl<'t, 'a> Decoder<'t, 'a> {
    fn item(&self, index: u32) -> Option<&'t Item<'a>> {
        self.tree.items.get(index as usize)
    }

    fn run(&mut self) -> Result<Node> {
        let mut step = self.begin(0)?;
        loop {
            step = match step {
                Step::Done(node) if self.frames.is_empty() => return Ok(node),
                Step::Done(node) => self.deliver(node)?,
                Step::Next => self.go_on()?,
            };
        }
    }

    fn null() -> Node {
        Node { data: Data::Null, range: Default::default() }
    }

    /// Counts a value as go-yaml does, and as we do.
    fn count(&mut self, item: &Item<'a>) -> Result<()> {
        self.decoded += 1;
        self.aliased += usize::from(self.alias_depth > 0);
        if is_excessive(self.aliased, self.decoded) {
            return Err(Fault::of("yaml: document contains excessive aliasing", item.range));
        }
        *self.nodes += 1;
        if *self.nodes > MAX_NODES {
            return Err(Fault::of(format!("yaml: document has more than {MAX_NODES} values"), item.range));
        }
        Ok(())
    }

    fn begin(&mut self, index: u32) -> Result<Step> {
        self.begin_into(index, None)
    }

    /// Begins an item; a map adds to the builder of the frame `owner`, where there is one.
    fn begin_into(&mut self, index: u32, owner: Option<usize>) -> Result<Step> {
        let Some(item) = self.item(index) else { return Ok(Step::Done(Self::null())) };
        self.count(item)?;
        match &item.kind {
            ItemKind::Scalar(text, tag, implicit) => {
                return Ok(Step::Done(Node { data: self.scalar(text, tag.as_deref(), *implicit, item)?, range: item.range }));
            }
            ItemKind::Alias(name, target) => {
                if !self.aliases.insert(index) {
                    return Err(Fault::of(format!("yaml: anchor '{name}' value contains itself"), item.range));
                }
                self.alias_depth += 1;
                self.frames.push(Frame::Alias { item: index });
                return self.begin_into(*target, owner);
            }
            ItemKind::List(count) => {
                self.frames.push(Frame::List { item: index, at: index + 1, items: Vec::with_capacity(*count as usize) });
            }
            ItemKind::Map(count) => {
                let builder = Builder::new(if owner.is_none() { *count as usize / 2 } else { 0 });
                let owner = owner.unwrap_or(self.frames.len());
                self.frames.push(Frame::Map { item: index, at: index + 1, key: None, owner, builder });
            }
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::of(format!("yaml: document is nested more than {MAX_DEPTH} levels deep"), item.range));
        }
        Ok(Step::Next)
    }

    fn scalar(&mut self, text: &str, tag: Option<&str>, implicit: bool, item: &Item<'a>) -> Result<Data> {
        let data = match tag {
            None if !implicit => Data::String(self.shared.text(text)),
            None => look_up(text, true).data(|| self.shared.text(text)),
            Some(tag) => resolve_tagged(tag, text).map_err(|problem| Fault::of(problem, item.range))?,
        };
        self.special_floats |= matches!(data, Data::Float(value) if !value.is_finite());
        Ok(data)
    }

    /// Goes on with the frame on top.
    fn go_on(&mut self) -> Result<Step> {
        let tree = self.tree;
        let end = |item: u32| tree.items.get(item as usize).map_or(0, |item| item.next);
        match self.frames.last_mut() {
            Some(Frame::List { item, at, .. }) if *at < end(*item) => {
                let child = *at;
                *at = end(child);
                self.begin(child)
            }
            Some(Frame::Map { item, at, key, owner, .. }) if *at < end(*item) => {
                let (child, owner, is_key) = (*at, *owner, key.is_none());
                *at = end(child);
                if is_key && self.is_merge(child) {
                    let value = end(child);
                    if let Some(Frame::Map { at, .. }) = self.frames.last_mut() {
                        *at = end(value);
                    }
                    return self.merge(value, owner);
                }
                self.begin(child)
            }
            Some(Frame::Merges { owner, left }) => {
                let owner = *owner;
                let Some(child) = left.pop() else {
                    self.frames.pop();
                    return Ok(Step::Next);
                };
                self.check_merged(child)?;
                self.begin_into(child, Some(owner))
            }
            Some(Frame::List { .. } | Frame::Map { .. } | Frame::Alias { .. }) | None => Ok(self.finish()),
        }
    }

    /// Takes the frame on top, whose last child is done.
    fn finish(&mut self) -> Step {
        let place = self.frames.len().saturating_sub(1);
        let (node, merged) = match self.frames.pop() {
            Some(Frame::List { item, items, .. }) => (Node { data: Data::List(items), range: self.range(item) }, false),
            Some(Frame::Map { item, owner, builder, .. }) => {
                (Node { data: Data::Map(builder.finish()), range: self.range(item) }, owner != place)
            }
            Some(Frame::Merges { .. } | Frame::Alias { .. }) | None => (Self::null(), true),
        };
        self.depth = self.depth.saturating_sub(1);
        // What was merged is in its owner already; an alias around it ends with it.
        if merged {
            self.end_aliases();
            return Step::Next;
        }
        Step::Done(node)
    }

    fn end_aliases(&mut self) {
        while let Some(&Frame::Alias { item }) = self.frames.last() {
            self.frames.pop();
            self.aliases.remove(&item);
            self.alias_depth -= 1;
        }
    }

    fn range(&self, index: u32) -> Range {
        self.item(index).map(|item| item.range).unwrap_or_default()
    }

    /// Gives a value to the frame that waits for it.
    fn deliver(&mut self, node: Node) -> Result<Step> {
        self.end_aliases();
        let Some(top) = self.frames.last_mut() else { return Ok(Step::Done(node)) };
        match top {
            Frame::List { items, .. } => items.push(node),
            Frame::Map { key: key @ None, .. } => {
                let made = make_key(node, self.shared, &mut self.unsupported)?;
                *key = Some(made);
            }
            Frame::Map { item, key, owner, .. } => {
                let (key, owner, item) = (key.take(), *owner, *item);
                let Some(key) = key else { return Ok(Step::Next) };
                let (place, whole) = (key.range, self.range(item));
                if let Some((_, problem)) = self.unsupported.iter_mut().find(|(text, _)| Arc::ptr_eq(text, &key.text)) {
                    problem.push_str(&golang::syntax(&node));
                }
                if let Some(Frame::Map { builder, .. }) = self.frames.get_mut(owner) {
                    let earlier = builder.insert(key, node);
                    // What is merged may be said anew.
                    let is_own = |earlier: Range| whole.start <= earlier.start && earlier.end <= whole.end;
                    self.repeated.extend(earlier.filter(|earlier| is_own(earlier.key_range)).map(|_| place));
                }
            }
            Frame::Merges { .. } | Frame::Alias { .. } => {}
        }
        Ok(Step::Next)
    }

    // Merge keys.

    fn is_merge(&self, key: u32) -> bool {
        match self.item(key).map(|item| &item.kind) {
            Some(ItemKind::Scalar(text, tag, implicit)) => text == "<<" && (*implicit || tag.as_deref() == Some(MERGE_TAG)),
            Some(ItemKind::Alias(..) | ItemKind::List(_) | ItemKind::Map(_)) | None => false,
        }
    }

    fn merge(&mut self, value: u32, owner: usize) -> Result<Step> {
        if let Some(ItemKind::List(_)) = self.item(value).map(|item| &item.kind) {
            let left = self.tree.children(value).collect();
            self.frames.push(Frame::Merges { owner, left });
            return Ok(Step::Next);
        }
        self.check_merged(value)?;
        self.begin_into(value, Some(owner))
    }

    /// Only maps can be merged, and aliases of maps.
    fn check_merged(&self, value: u32) -> Result<()> {
        let Some(item) = self.item(value) else { return Ok(()) };
        let is_map = match item.kind {
            ItemKind::Map(_) => true,
            ItemKind::Alias(_, target) => matches!(self.item(target).map(|item| &item.kind), Some(ItemKind::Map(_))),
            ItemKind::Scalar(..) | ItemKind::List(_) => false,
        };
        if is_map { Ok(()) } else { Err(Fault::of(BAD_MERGE, item.range)) }
    }
}

/// Makes the string that stands for a key in JSON.
fn make_key(node: Node, shared: &mut Shared, unsupported: &mut Vec<(Arc<str>, String)>) -> Result<Key> {
    let range = node.range;
    let text = match &node.data {
        Data::String(text) => Arc::clone(text),
        Data::Int(value) => shared.text(&value.to_string()),
        Data::Float(value) => shared.text(&float_key(*value)),
        Data::Bool(value) => shared.text(if *value { "true" } else { "false" }),
        Data::List(_) | Data::Map(_) => {
            return Err(Fault::of(format!("yaml: invalid map key: {}", golang::syntax(&node)), range));
        }
        Data::Null | Data::Uint(_) => {
            let kind = if matches!(node.data, Data::Null) { "%!s(<nil>)" } else { "uint64" };
            // No text can have this key, and each one is another.
            let text: Arc<str> = Arc::from(format!("\u{FFFF}unsupported key {}", unsupported.len()));
            let problem = format!("unsupported map key of type: {kind}, key: {}, value: ", golang::syntax(&node));
            unsupported.push((Arc::clone(&text), problem));
            text
        }
    };
    Ok(Key { text, range })
}

/// Looks for what JSON cannot say: first for keys, then for numbers, as the two steps of go-yaml's users do.
fn check(root: &Node, unsupported: &[(Arc<str>, String)]) -> Result<()> {
    let mut nodes = vec![root];
    let mut special = None;
    while let Some(node) = nodes.pop() {
        match &node.data {
            Data::Float(value) if !value.is_finite() => {
                let name = if value.is_nan() {
                    "NaN"
                } else if *value > 0.0 {
                    "+Inf"
                } else {
                    "-Inf"
                };
                special = special.or(Some(Fault::of(format!("json: unsupported value: {name}"), node.range)));
            }
            Data::List(items) => nodes.extend(items.iter().rev()),
            Data::Map(map) => {
                for entry in &map.entries {
                    if let Some((_, problem)) = unsupported.iter().find(|(text, _)| Arc::ptr_eq(text, &entry.key)) {
                        return Err(Fault::of(problem.clone(), entry.key_range));
                    }
                }
                nodes.extend(map.entries.iter().rev().map(|entry| &entry.value));
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
        }
    }
    special.map_or(Ok(()), Err)
}
