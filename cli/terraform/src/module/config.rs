//! The files of one module to what it declares.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{EntryKind, RepoPath, Span};

use crate::{
    machine::Machine,
    module::{JSON, Mode, OPEN_TOFU, TERRAFORM, contract::Used},
    syntax::{self, Attribute, Block, Body, Item, SyntaxError},
};

/// What a module declares.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) folder: RepoPath,
    pub(crate) variables: BTreeMap<Arc<str>, Block>,
    pub(crate) locals: BTreeMap<Arc<str>, Attribute>,
    pub(crate) outputs: BTreeMap<Arc<str>, Block>,
    pub(crate) resources: BTreeMap<(Mode, Arc<str>, Arc<str>), Block>,
    pub(crate) calls: BTreeMap<Arc<str>, Block>,
    /// Everything else: `provider`, `terraform`, `moved`, `removed`, `import`, `check`.
    pub(crate) others: Vec<Block>,
    /// Whether a part of a file could not be read.
    pub(crate) partial: bool,
    /// Whether it stands for a module that is not in the repository, and which call it does for.
    pub(crate) contract: Option<Used>,
}

impl Config {
    /// Whether it declares nothing at all.
    pub(crate) fn is_bare(&self) -> bool {
        self.variables.is_empty()
            && self.locals.is_empty()
            && self.outputs.is_empty()
            && self.resources.is_empty()
            && self.calls.is_empty()
            && self.others.is_empty()
    }
}

/// The blocks at the top of a configuration that declare nothing which has a value; `action` since Terraform 1.14, `language` of OpenTofu.
const OTHERS: &[&str] = &["provider", "terraform", "moved", "removed", "import", "check", "action", "language"];

impl Machine<'_> {
    /// The module of a folder; its files are read once.
    pub(crate) fn config(&mut self, folder: &RepoPath) -> Arc<Config> {
        if let Some(known) = self.configs.get(folder) {
            return Arc::clone(known);
        }
        let mut config = Config { folder: folder.clone(), ..Config::default() };
        let (mut own, mut overriding) = (Vec::new(), Vec::new());
        for path in self.files_of(folder) {
            let stem = path.name().trim_end_matches(".json").trim_end_matches(TERRAFORM).trim_end_matches(OPEN_TOFU);
            let list = if stem == "override" || stem.ends_with("_override") { &mut overriding } else { &mut own };
            list.push(path);
        }
        for (paths, is_override) in [(own, false), (overriding, true)] {
            for path in paths {
                let Some(body) = self.read_file(&path, &mut config) else { continue };
                for item in body.items {
                    self.declare(item, is_override, &mut config);
                }
            }
        }
        self.refuse(&config);
        let config = Arc::new(config);
        self.configs.insert(folder.clone(), Arc::clone(&config));
        config
    }

    /// The configuration files right in a folder, in order of name.
    pub(super) fn files_of(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let dialect = self.inputs.setup.dialect;
        let is_there = |path: &RepoPath| !matches!(self.revision.entry(path), None | Some(EntryKind::Folder));
        let replaced = |path: &RepoPath| {
            let (name, json) = path.name().strip_suffix(JSON).map_or((path.name(), ""), |name| (name, JSON));
            let other = name.strip_suffix(TERRAFORM).map(|stem| format!("{stem}{OPEN_TOFU}{json}"));
            other.is_some_and(|other| dialect.reads(&other) && folder.join(&other).is_ok_and(|other| is_there(&other)))
        };
        let right_there = |path: &RepoPath| path.parent().as_ref() == Some(folder);
        let below = self.revision.below(folder).map(|(path, _)| path);
        below.filter(|path| right_there(path) && dialect.reads(path.name()) && is_there(path) && !replaced(path)).cloned().collect()
    }

    fn read_file(&mut self, path: &RepoPath, config: &mut Config) -> Option<Body> {
        let file = match self.revision.read(path) {
            Ok(file) => file,
            Err(error) => {
                config.partial = true;
                self.problem(&error.to_string(), &error.hint(), None);
                return None;
            }
        };
        let (body, errors) = if path.name().ends_with(".json") { syntax::json_body(&file) } else { syntax::body(&file) };
        for error in &errors {
            config.partial = true;
            self.syntax_problem(error);
        }
        Some(body)
    }

    pub(super) fn syntax_problem(&mut self, error: &SyntaxError) {
        self.problem(&error.message, error.hint, Some(error.span));
    }

    pub(super) fn declare(&mut self, item: Item, is_override: bool, config: &mut Config) {
        let block = match item {
            Item::Block(block) => block,
            Item::Attribute(attribute) => {
                let message = format!("{} is set outside of any block", attribute.name);
                return self.problem(&message, "arguments stand in blocks", Some(attribute.name_span));
            }
        };
        let labels: Vec<Arc<str>> = block.labels.iter().map(|(label, _)| Arc::clone(label)).collect();
        let kind = Arc::clone(&block.kind);
        match (&*kind, labels.as_slice()) {
            ("variable", [name]) => self.put(Arc::clone(name), block, is_override, &mut config.variables),
            ("output", [name]) => self.put(Arc::clone(name), block, is_override, &mut config.outputs),
            ("module", [name]) => self.put(Arc::clone(name), block, is_override, &mut config.calls),
            ("resource" | "data" | "ephemeral", [ty, name]) => {
                let mode = match &*kind {
                    "resource" => Mode::Managed,
                    "data" => Mode::Data,
                    _ => Mode::Ephemeral,
                };
                self.put((mode, Arc::clone(ty), Arc::clone(name)), block, is_override, &mut config.resources);
            }
            ("locals", []) => self.locals(block, is_override, config),
            (other, _) if OTHERS.contains(&other) => {
                // What a check reads for itself is declared there.
                for data in block.body.blocks_of("data").filter(|_| other == "check") {
                    if let [(ty, _), (name, _)] = data.labels.as_slice() {
                        let key = (Mode::Data, Arc::clone(ty), Arc::clone(name));
                        self.put(key, data.clone(), is_override, &mut config.resources);
                    }
                }
                config.others.push(block);
            }
            ("variable" | "output" | "module" | "resource" | "data" | "ephemeral" | "locals", _) => {
                let message = format!("block {kind} has {} labels", labels.len());
                self.problem(&message, "see its documentation for how many it takes", Some(block.header));
            }
            _ => self.problem(&format!("there is no block {kind}"), "see the list of Terraform's blocks", Some(block.header)),
        }
    }

    fn locals(&mut self, block: Block, is_override: bool, config: &mut Config) {
        for item in block.body.items {
            match item {
                Item::Attribute(attribute) => {
                    let name = Arc::clone(&attribute.name);
                    if config.locals.contains_key(&name) && !is_override {
                        self.twice(&format!("local.{name}"), attribute.name_span);
                    } else {
                        config.locals.insert(name, attribute);
                    }
                }
                Item::Block(block) => self.problem("locals hold no blocks", "write NAME = VALUE", Some(block.header)),
            }
        }
    }

    fn put<K: Ord>(&mut self, key: K, block: Block, is_override: bool, all: &mut BTreeMap<K, Block>) {
        match all.get_mut(&key) {
            None if is_override => {
                self.problem(
                    &format!("this overrides no {}", block.kind),
                    "declare it in a file that overrides nothing",
                    Some(block.header),
                );
            }
            None => {
                all.insert(key, block);
            }
            Some(known) if is_override => merge(known, block),
            Some(known) => {
                let what = known.kind.to_string();
                self.twice(&what, block.header);
            }
        }
    }

    fn twice(&mut self, what: &str, span: Span) {
        self.problem(&format!("{what} is declared twice"), "declare it once, or give each a name of its own", Some(span));
    }
}

/// Overrides arguments one by one, and blocks of a type all at once; of `lifecycle` the arguments too.
fn merge(known: &mut Block, over: Block) {
    let kinds: Vec<Arc<str>> = over.body.blocks().map(|block| Arc::clone(&block.kind)).filter(|kind| &**kind != "lifecycle").collect();
    known.body.items.retain(|item| match item {
        Item::Block(block) => !kinds.contains(&block.kind),
        Item::Attribute(attribute) => over.body.attribute(&attribute.name).is_none(),
    });
    for item in over.body.items {
        match item {
            Item::Block(block) if &*block.kind == "lifecycle" => {
                let existing = known.body.items.iter_mut().find_map(|item| match item {
                    Item::Block(block) if &*block.kind == "lifecycle" => Some(block),
                    Item::Block(_) | Item::Attribute(_) => None,
                });
                match existing {
                    Some(existing) => merge(existing, block),
                    None => known.body.items.push(Item::Block(block)),
                }
            }
            item => known.body.items.push(item),
        }
    }
}
