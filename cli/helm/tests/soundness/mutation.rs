//! What is changed: each leaf, key, list and map of the values files, in place or from a layer above.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::{Data, Entry, Node, Range, RepoPath, Sources, Text, yaml};

use crate::case::{Case, Edit, Files, Over};

/// A file and a byte in it.
pub(crate) type Place = (String, u32);

/// A file and a range of it.
#[derive(Clone, Debug)]
pub(crate) struct Region(pub(crate) String, pub(crate) Range);

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A leaf becomes another value, or null.
    Value,
    /// A key is taken out, with all below it.
    Delete,
    /// A key gets another name.
    Rename,
    /// A list or map becomes null, empty or a scalar.
    Shape,
    /// A list gets one more item.
    Append,
    /// A list loses its first item.
    Drop,
    /// A values file sets a leaf over everything else.
    Layer,
    /// A `--set` does.
    Set,
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    pub(crate) kind: Kind,
    /// What it is called in a report.
    pub(crate) name: String,
    pub(crate) edit: Option<Edit>,
    pub(crate) over: Option<Over>,
    /// Where a chain may point for it before and after the change.
    pub(crate) before: Vec<Region>,
    pub(crate) after: Vec<Region>,
}

/// A part of the values: what of it may change, and all its changes.
pub(crate) struct Site {
    pub(crate) name: String,
    /// Where a chain may point for a leaf: the value, or its key; none for a list or map.
    pub(crate) leaf: Option<[Place; 2]>,
    pub(crate) mutations: Vec<Mutation>,
}

/// All parts of the values files of a case.
pub(crate) fn sites(case: &Case, kinds: &BTreeSet<Kind>) -> Vec<Site> {
    let mut found = Vec::new();
    for (path, bytes) in &case.files {
        let of_chart = path.name() == "values.yaml" && !path.as_str().contains("/templates/");
        if !of_chart && !case.layers.contains(path) {
            continue;
        }
        // What a copy of itself hides shows nothing.
        if case.has_copy && path.as_str() == "chart/values.yaml" {
            continue;
        }
        let file = Sources::default().add(path.as_str(), &**bytes);
        let Some(document) = yaml::parse(&Text::of_file(&file)).documents.into_iter().next() else { continue };
        let roots = if of_chart { prefixes(&case.files, path) } else { vec![Vec::new()] };
        let mut visitor = Visitor { path, bytes, kinds, roots, seen: BTreeSet::new(), found: &mut found };
        visitor.visit(&document.root, &mut Vec::new(), Around { key_range: document.root.range, parent: None, siblings: 0 });
    }
    found
}

/// What a node lies in: the range of its key, that of the key of the map around it, and how many entries that map has.
#[derive(Clone, Copy)]
struct Around {
    key_range: Range,
    parent: Option<Range>,
    siblings: usize,
}

/// One step of a key: its name, or nothing for an item of a list.
type Keys = Vec<Option<Arc<str>>>;

struct Visitor<'a> {
    path: &'a RepoPath,
    bytes: &'a [u8],
    kinds: &'a BTreeSet<Kind>,
    /// Under which keys of the root chart the values of this file lie.
    roots: Vec<Vec<String>>,
    seen: BTreeSet<Range>,
    found: &'a mut Vec<Site>,
}

impl Visitor<'_> {
    fn visit(&mut self, node: &Node, keys: &mut Keys, around: Around) {
        if node.range.start < node.range.end && !keys.is_empty() && self.seen.insert(node.range) {
            self.add(node, keys, around);
        }
        let parent = Some(around.key_range).filter(|_| !keys.is_empty());
        match &node.data {
            Data::Map(map) => {
                for Entry { key, key_range, value } in &map.entries {
                    keys.push(Some(Arc::clone(key)));
                    self.visit(value, keys, Around { key_range: *key_range, parent, siblings: map.entries.len() });
                    keys.pop();
                }
            }
            Data::List(items) => {
                for item in items {
                    keys.push(None);
                    self.visit(item, keys, Around { key_range: item.range, parent, siblings: 0 });
                    keys.pop();
                }
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {}
        }
    }

    fn add(&mut self, node: &Node, keys: &Keys, around: Around) {
        let Around { key_range, parent, siblings } = around;
        let file = self.path.as_str().to_owned();
        let is_leaf = match &node.data {
            Data::Map(map) => map.entries.is_empty(),
            Data::List(items) => items.is_empty(),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => true,
        };
        let name = keys.iter().map(|key| key.as_ref().map_or_else(|| "[]".to_owned(), |key| format!(".{key}"))).collect::<String>();
        let mut site = Site {
            name: format!("{file}{name}"),
            leaf: is_leaf.then(|| [(file.clone(), node.range.start), (file, key_range.start)]),
            mutations: Vec::new(),
        };
        let parent = parent.map(|range| Region(self.path.as_str().to_owned(), range));
        let edits = Edits { path: self.path, bytes: self.bytes, node, key_range, parent: parent.clone(), name: &site.name };
        let mut mutations = Vec::new();
        if is_leaf {
            mutations.extend(changes(&node.data).iter().map(|change| edits.replace(Kind::Value, change)));
            let places = [Region(edits.file(), node.range), Region(edits.file(), key_range)];
            mutations.extend(self.over(keys, node).into_iter().map(|(kind, name, over)| Mutation {
                kind,
                before: places.iter().cloned().chain(parent.clone().filter(|_| name.contains("null"))).collect(),
                name: format!("{}: {name}", site.name),
                edit: None,
                over: Some(over),
                after: vec![Region(Over::NAME.to_owned(), Range { start: 0, end: u32::MAX })],
            }));
        } else {
            mutations.extend(["null", "mutated", "7"].map(|change| edits.replace(Kind::Shape, change)));
            mutations.push(edits.replace(Kind::Shape, if matches!(node.data, Data::Map(_)) { "{}" } else { "[]" }));
            mutations.extend(edits.append());
            mutations.extend(edits.drop_first());
        }
        if keys.last().is_some_and(Option::is_some) {
            mutations.push(edits.rename());
            mutations.extend(edits.delete().filter(|_| siblings > 1));
        }
        site.mutations = mutations.into_iter().filter(|mutation| self.kinds.contains(&mutation.kind)).collect();
        self.found.push(site);
    }

    /// Layers that set a leaf.
    fn over(&self, keys: &Keys, node: &Node) -> Vec<(Kind, String, Over)> {
        let Some(keys) = keys.iter().cloned().collect::<Option<Vec<Arc<str>>>>() else { return Vec::new() };
        let changes = changes(&node.data);
        let Some(change) = changes.first() else { return Vec::new() };
        let mut found = Vec::new();
        for root in &self.roots {
            let own = root.iter().map(String::as_str).chain(keys.iter().map(|key| &**key)).collect::<Vec<&str>>();
            let mut paths = vec![(own, vec![change.as_str(), "null"])];
            if keys.first().is_some_and(|key| &**key == "global") && !root.is_empty() {
                // What the root says of it may be somebody else's null.
                paths.push((keys.iter().map(|key| &**key).collect(), vec![change.as_str()]));
            }
            for (path, changes) in paths {
                for &change in &changes {
                    let text = path.iter().rev().fold(change.to_owned(), |inner, key| format!("{{{key:?}: {inner}}}"));
                    found.push((Kind::Layer, text.clone(), Over::Values(text)));
                }
                let escaped = path.iter().map(|key| key.replace('.', "\\.").replace(',', "\\,"));
                let path = escaped.collect::<Vec<String>>().join(".");
                for change in changes.iter().map(|change| change.trim_matches('"')).filter(|change| !change.contains(['{', '[', ',', '\\']))
                {
                    let text = format!("{path}={change}");
                    found.push((Kind::Set, text.clone(), Over::Set(text)));
                }
            }
        }
        found
    }
}

/// Changes of one node in its file.
struct Edits<'a> {
    path: &'a RepoPath,
    bytes: &'a [u8],
    node: &'a Node,
    key_range: Range,
    /// The key of the map around it, which says more than nothing once the key is gone.
    parent: Option<Region>,
    name: &'a str,
}

impl Edits<'_> {
    fn file(&self) -> String {
        self.path.as_str().to_owned()
    }

    /// The key and all of the value.
    fn whole(&self) -> Region {
        let start = self.key_range.start.min(self.node.range.start);
        Region(self.file(), Range { start, end: self.node.range.end.max(start + 1) })
    }

    fn edit(&self, kind: Kind, what: &str, range: Range, text: &str) -> Mutation {
        let (start, end) = (range.start as usize, range.end as usize);
        let bytes = [&self.bytes[..start], text.as_bytes(), &self.bytes[end..]].concat();
        let whole = self.whole();
        let grown = whole.1.end.max(range.end) + text.len() as u32 - (range.end - range.start).min(text.len() as u32);
        Mutation {
            kind,
            name: format!("{} {what}", self.name),
            edit: Some((self.path.clone(), Arc::from(bytes))),
            over: None,
            after: [Region(self.file(), Range { start: whole.1.start, end: grown })].into_iter().chain(self.parent.clone()).collect(),
            before: [whole].into_iter().chain(self.parent.clone()).collect(),
        }
    }

    fn replace(&self, kind: Kind, change: &str) -> Mutation {
        let Range { start, end } = self.node.range;
        // A list may stand as far left as its key, a scalar may not.
        let mut text = if self.bytes[..start as usize].ends_with(b"\n") { format!(" {change}") } else { change.to_owned() };
        if self.bytes[..end as usize].ends_with(b"\n") {
            text.push('\n');
        }
        let edited = self.edit(kind, &format!("= {change}"), self.node.range, &text);
        let key = Region(self.file(), self.key_range);
        let after = Region(self.file(), Range { start, end: start + text.len() as u32 });
        let before = match kind {
            // Nothing but the leaf itself may be named.
            Kind::Value => {
                let own = [key.clone(), Region(self.file(), Range { start, end: start + 1 })];
                own.into_iter().chain(self.parent.clone().filter(|_| change == "null")).collect()
            }
            _ => edited.before,
        };
        Mutation { before, after: vec![key, after], ..edited }
    }

    fn rename(&self) -> Mutation {
        self.edit(Kind::Rename, "renamed", Range { end: self.key_range.start, ..self.key_range }, "mutated_")
    }

    fn line_start(&self, at: u32) -> u32 {
        let before = &self.bytes[..at as usize];
        before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at as u32 + 1)
    }

    /// The lines of the key and its value, where nothing else stands on them.
    fn delete(&self) -> Option<Mutation> {
        let (start, end) = self.lines(self.key_range.start)?;
        Some(self.edit(Kind::Delete, "deleted", Range { start, end }, ""))
    }

    fn lines(&self, from: u32) -> Option<(u32, u32)> {
        let start = self.line_start(from);
        let text = &self.bytes[..self.node.range.end as usize];
        let blank = text[start as usize..from as usize].iter().all(|&byte| byte == b' ');
        let last = text.iter().rposition(|byte| !byte.is_ascii_whitespace())?;
        let rest = &self.bytes[last + 1..];
        let line = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        let tail = rest[..line].trim_ascii();
        let alone = blank && (tail.is_empty() || tail.starts_with(b"#"));
        alone.then(|| (start, (last + 1 + line) as u32))
    }

    /// The dash and the column of each item of a list in block style.
    fn dashes(&self) -> Option<Vec<u32>> {
        let items = self.node.items();
        let dash = |item: &Node| {
            let start = item.range.start as usize;
            let line = self.line_start(item.range.start) as usize;
            let before = self.bytes[line..start].trim_ascii();
            (before == b"-").then(|| line as u32 + self.bytes[line..].iter().position(|&byte| byte == b'-').unwrap_or(0) as u32)
        };
        items.iter().map(dash).collect()
    }

    fn append(&self) -> Option<Mutation> {
        let items = self.node.items();
        let last = items.last()?;
        let again = match &last.data {
            Data::Map(_) | Data::List(_) => {
                let text = String::from_utf8_lossy(&self.bytes[last.range.start as usize..last.range.end as usize]).into_owned();
                text.trim_end().replacen("name: ", "name: mutated", 1)
            }
            data => changes(data).first()?.clone(),
        };
        let (at, text) = match self.dashes() {
            Some(dashes) => {
                let dash = *dashes.last()?;
                let column = dash - self.line_start(dash);
                let text = &self.bytes[..last.range.end as usize];
                let end = text.iter().rposition(|byte| !byte.is_ascii_whitespace())? + 1;
                let line = self.bytes[end..].iter().position(|&byte| byte == b'\n').map_or(self.bytes.len(), |at| end + at);
                (line as u32, format!("\n{}- {again}", " ".repeat(column as usize)))
            }
            None if self.bytes.get(self.node.range.start as usize) == Some(&b'[') => (last.range.end, format!(", {again}")),
            None => return None,
        };
        let edited = self.edit(Kind::Append, "with one more", Range { start: at, end: at }, &text);
        let mut after = edited.after;
        after.push(Region(self.file(), Range { start: at, end: at + text.len() as u32 }));
        Some(Mutation { after, ..edited })
    }

    fn drop_first(&self) -> Option<Mutation> {
        let dashes = self.dashes().filter(|dashes| dashes.len() > 1)?;
        let (first, second) = (self.line_start(*dashes.first()?), self.line_start(*dashes.get(1)?));
        Some(self.edit(Kind::Drop, "without the first", Range { start: first, end: second }, ""))
    }
}

/// What a leaf is changed to: another value of its type, and an empty one.
fn changes(data: &Data) -> Vec<String> {
    let texts: &[&str] = match data {
        Data::Null => &["\"mutated\"", "true", "{mutated: mutated}"],
        Data::Bool(true) => &["false", "null"],
        Data::Bool(false) => &["true", "null"],
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => &["7", "0", "31", "null"],
        Data::String(text) if text.is_empty() => &["\"mutated\"", "null"],
        Data::String(text) => return vec![format!("{:?}", format!("{text}x")), "mutated".to_owned(), "\"\"".to_owned(), "null".to_owned()],
        Data::List(_) => &["[mutated]", "null"],
        Data::Map(_) => &["{mutated: mutated}", "null"],
    };
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Under which keys of the root chart's values those of a values.yaml lie: one way for each alias.
fn prefixes(files: &Files, path: &RepoPath) -> Vec<Vec<String>> {
    let parts: Vec<&str> = path.as_str().split("/charts/").collect();
    let mut found = vec![Vec::new()];
    let mut folder = String::new();
    for (index, part) in parts.iter().enumerate() {
        let part = if index + 1 == parts.len() { part.trim_end_matches("/values.yaml") } else { part };
        if index > 0 {
            let names = names(files, &folder, part);
            found = found.iter().flat_map(|way| names.iter().map(|name| way.iter().cloned().chain([name.clone()]).collect())).collect();
            folder.push_str("/charts/");
        }
        folder.push_str(part);
    }
    found
}

/// The names that a chart uses a subchart under.
fn names(files: &Files, parent: &str, child: &str) -> Vec<String> {
    let chart = RepoPath::new(&format!("{parent}/Chart.yaml")).ok().and_then(|path| files.get(&path).cloned());
    let file = Sources::default().add("Chart.yaml", chart.unwrap_or_else(|| Arc::from(b"".as_slice())));
    let document = yaml::parse(&Text::of_file(&file)).documents.into_iter().next();
    let declared = document.as_ref().and_then(|document| document.root.get("dependencies")).map(Node::items).unwrap_or_default();
    let named = declared.iter().filter(|item| item.get("name").and_then(Node::as_str) == Some(child));
    let found: Vec<String> =
        named.map(|item| item.get("alias").and_then(Node::as_str).filter(|alias| !alias.is_empty()).unwrap_or(child).to_owned()).collect();
    if found.is_empty() { vec![child.to_owned()] } else { found }
}
