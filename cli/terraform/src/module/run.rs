//! A root module from its folder to all that it declares.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use portcullis_source::{Partial, Problem, RepoPath, Revision, Span, Stage};

use super::{
    Called, Calls, Config, Fact, Given, Inputs, Instance, Key, Layer, Module, Output, Statement, Written,
    call::Node,
    expand::{Expansion, Names},
    setting::text_of,
    written,
};
use crate::{
    limits::STACK_BYTES,
    machine::{Machine, Scope},
    syntax::{Block, Expr, Kind},
    value::Value,
};

/// Evaluates the root module of a folder: as much as can be, and what is wrong with the rest.
#[must_use]
pub fn evaluate(revision: &Revision, folder: &RepoPath, inputs: &Inputs) -> Partial<Module> {
    let done = with_stack(|| evaluate_here(revision, folder, inputs));
    done.unwrap_or_else(|problem| Partial { value: Module { partial: true, ..Module::default() }, problems: vec![*problem] })
}

/// Does something with a stack of its own: expressions lie within each other deeper than threads are made for. It stays on its thread, whose memory
/// is used again.
pub(crate) fn with_stack<T>(work: impl FnOnce() -> T) -> Result<T, Box<Problem>> {
    let done = panic::catch_unwind(AssertUnwindSafe(|| stacker::grow(STACK_BYTES, work)));
    done.map_err(|_| failed("the evaluation stopped"))
}

fn failed(why: &str) -> Box<Problem> {
    Box::new(Problem::new(Stage::Terraform, format!("modules could not be evaluated: {why}"), "report it as a fault of portcullis"))
}

fn evaluate_here(revision: &Revision, folder: &RepoPath, inputs: &Inputs) -> Partial<Module> {
    evaluate_below(revision, folder, inputs, Vec::new()).module
}

/// An evaluated root, and the circles in which it reads states.
pub(super) struct Below {
    pub(super) module: Partial<Module>,
    pub(super) circles: Vec<Vec<RepoPath>>,
}

/// Evaluates a root for others that read its outputs.
pub(super) fn evaluate_below(revision: &Revision, folder: &RepoPath, inputs: &Inputs, above: Vec<Layer>) -> Below {
    let root = match revision.resolve(folder) {
        Ok(root) => root,
        Err(error) => {
            let problem = Problem::new(Stage::Terraform, error.to_string(), error.hint());
            let module = Partial { value: Module { partial: true, ..Module::default() }, problems: vec![problem] };
            return Below { module, circles: Vec::new() };
        }
    };
    let mut machine = Machine::new(revision, root.clone(), inputs);
    machine.above = above;
    let config = machine.config(&root);
    if machine.configs.values().all(|config| config.is_bare()) && !config.partial {
        machine.problem(&format!("{folder} has no configuration files"), "name a folder with .tf files", None);
    }
    let given = machine.values_given(&root);
    let undeclared = given.iter().filter(|(name, _)| !config.variables.contains_key(*name));
    let undeclared = undeclared
        .filter_map(|(name, given)| match given {
            Given::Value(_, span) => Some((Arc::clone(name), *span)),
            Given::Argument(_) => None,
        })
        .collect();
    let shared = machine.given_from_outside(&given);
    machine.start(config, given);
    let mut module = Module { undeclared, ..Module::default() };
    let mut at = 0;
    // Calls add modules behind those that are there.
    while at < machine.modules.len() && !machine.is_spent() {
        machine.all_of(at, &mut module);
        at += 1;
    }
    machine.settle_plan(&mut module);
    module.partial = machine.configs.values().any(|config| config.partial) || machine.is_spent();
    module.written = machine.written(&shared);
    module.unfit = machine.unfit;
    module.failed = machine.failed;
    module.unfitting = machine.unfitting;
    module.deciders = machine.deciders;
    Below { module: Partial { value: module, problems: machine.problems }, circles: machine.circles }
}

/// The folders of all modules that a root calls, one within the other, also where expressions give the sources. What is wrong with calls the
/// evaluation of the root tells.
pub(crate) fn called_folders(revision: &Revision, root: &RepoPath, inputs: &Inputs) -> BTreeSet<RepoPath> {
    let mut machine = Machine::new(revision, root.clone(), inputs);
    let (config, given) = (machine.config(root), machine.values_given(root));
    machine.start(config, given);
    let mut at = 0;
    while !machine.is_spent()
        && let Some(instance) = machine.modules.get(at)
    {
        let config = Arc::clone(&instance.config);
        for (name, block) in config.calls.iter().filter(|_| config.contract.is_none()) {
            let _ = machine.calls(at, name, block.header);
        }
        at += 1;
    }
    let here = machine.modules.iter().filter(|instance| instance.config.contract.is_none());
    here.map(|instance| instance.config.folder.clone()).filter(|folder| folder != root).collect()
}

/// What files of values set the variables of a root to, each with the place of its name. What cannot be read of them, the evaluation of the root tells.
#[must_use]
pub fn given(revision: &Revision, folder: &RepoPath, inputs: &Inputs) -> BTreeMap<Arc<str>, (Value, Span)> {
    let read = || {
        let root = revision.resolve(folder).ok()?;
        let given = Machine::new(revision, root.clone(), inputs).values_given(&root);
        let values = given.into_iter().filter_map(|(name, given)| match given {
            Given::Value(value, span) => Some((name, (value, span))),
            Given::Argument(_) => None,
        });
        Some(values.collect())
    };
    with_stack(read).ok().flatten().unwrap_or_default()
}

impl Machine<'_> {
    /// What there is to say of the files of modules; those of others are theirs.
    fn written(&self, shared: &BTreeSet<String>) -> Vec<Written> {
        let is_of_others = |folder: &RepoPath| {
            folder.parts().any(|part| part.starts_with('.')) || self.inputs.setup.copies.iter().any(|copy| folder.is_within(&copy.folder))
        };
        let is_shared = |one: &Written| one.fact == Fact::Unused && one.folder == self.root && shared.contains(&*one.name);
        let own = self.configs.values().filter(|config| !is_of_others(&config.folder)).flat_map(|config| written::of(config));
        own.filter(|one| !is_shared(one)).collect()
    }

    /// The variables that files beside those of the root set: they are for several roots, and Terraform wants each to declare what they set.
    fn given_from_outside(&self, given: &BTreeMap<Arc<str>, Given>) -> BTreeSet<String> {
        let is_own = |span: Span| {
            let file = self.revision.sources().get(span.file);
            file.and_then(|file| RepoPath::new(file.path()).ok()).is_some_and(|path| path.is_within(&self.root))
        };
        let outside = given.iter().filter(|(_, given)| matches!(given, Given::Value(_, span) if !is_own(*span)));
        outside.map(|(name, _)| format!("var.{name}")).collect()
    }

    /// Starts with a root.
    fn start(&mut self, config: Arc<Config>, given: BTreeMap<Arc<str>, Given>) {
        self.modules.push(Instance {
            config,
            address: Arc::default(),
            parent: None,
            path: Arc::default(),
            depth: 0,
            frames: Arc::from([]),
            given,
            nodes: BTreeMap::new(),
            calls: BTreeMap::new(),
            certain: true,
        });
    }

    /// Evaluates all that a module declares.
    fn all_of(&mut self, at: usize, module: &mut Module) {
        let Some(instance) = self.modules.get(at) else { return };
        let (config, address, is_root) = (Arc::clone(&instance.config), Arc::clone(&instance.address), at == 0);
        for (name, block) in &config.variables {
            let value = self.settled(at, Node::Variable(Arc::clone(name)), block);
            self.validate(at, name, block);
            if is_root {
                module.variables.insert(Arc::clone(name), value);
            }
        }
        for (name, attribute) in &config.locals {
            let value = self.node(at, &Node::Local(Arc::clone(name)), attribute.name_span);
            if let (true, Ok(value)) = (is_root, value) {
                module.locals.insert(Arc::clone(name), value);
            }
        }
        for ((mode, ty, name), block) in &config.resources {
            let identity = (*mode, Arc::clone(ty), Arc::clone(name));
            self.demands_of(at, &identity, block);
            module.resources.extend(self.instances(at, identity, block));
        }
        for (name, block) in &config.calls {
            self.call_all(at, &address, name, block, module);
        }
        for (name, block) in &config.outputs {
            let value = self.settled(at, Node::Output(Arc::clone(name)), block);
            self.demands_of_output(at, name, block);
            if is_root {
                self.output(name, block, value, module);
            }
        }
        self.checks(at, &config);
        let settings = self.settings(at, &config);
        module.settings.extend(settings);
        for block in &config.others {
            if &*block.kind == "import" {
                self.import(at, block);
            }
            module.statements.extend(statement(&config, block));
        }
    }

    /// Tells what is wrong with the IDs of what a statement imports.
    fn import(&mut self, at: usize, block: &Block) {
        let Some(id) = block.body.attribute("id") else { return };
        let scope = Scope::of_module(at);
        let all = match self.expansion(scope, &block.body) {
            Ok(Expansion::One | Expansion::Count(_)) => vec![Names::new()],
            Ok(Expansion::Each(all)) => all.into_iter().map(|(_, names)| names).collect(),
            Ok(Expansion::Unknown(_, names)) => vec![names],
            Err(fault) => {
                self.report(&fault);
                return;
            }
        };
        for names in all {
            match self.with_bound(scope, &names, |machine, scope| machine.eval(&id.value, scope)) {
                Ok(value) if value.is_null() || value.as_str() == Some("") => {
                    self.problem("the id of an import is empty", "give the id of what is there", Some(id.value.span));
                }
                Ok(_) => {}
                Err(fault) => _ = self.report(&fault),
            }
        }
    }

    fn settled(&mut self, at: usize, node: Node, block: &Block) -> Value {
        match self.node(at, &node, block.header) {
            Ok(value) => value,
            Err(fault) => {
                let reason = self.report(&fault);
                Value::unknown(crate::types::Type::Dynamic, reason)
            }
        }
    }

    fn output(&mut self, name: &Arc<str>, block: &Block, value: Value, module: &mut Module) {
        let declared = matches!(block.body.attribute("sensitive").map(|attribute| &attribute.value.kind), Some(Kind::Bool(true)));
        if value.all_marks().sensitive && !declared {
            let message = format!("output {name} shows what is sensitive");
            self.problem(&message, "write sensitive = true", Some(block.header));
        }
        module.outputs.insert(Arc::clone(name), Output { value, sensitive: declared, span: block.header });
    }

    fn call_all(&mut self, at: usize, address: &str, name: &Arc<str>, block: &Block, module: &mut Module) {
        let calls = match self.calls(at, name, block.header) {
            Ok(calls) => calls,
            Err(fault) => Calls::Absent(self.report(&fault)),
        };
        let written = text_of(block.body.attribute("source"));
        let source_span = written.as_ref().map(|(_, span)| *span);
        let source = written.map(|(text, _)| text).unwrap_or_default();
        let version = text_of(block.body.attribute("version"));
        let is_inner = self.modules.get(at).is_some_and(|instance| instance.config.contract.is_some());
        let made: Vec<usize> = match calls {
            Calls::One(one) | Calls::Unknown(_, one) => vec![one],
            Calls::Count(all) => all,
            Calls::Each(all) => all.into_values().collect(),
            Calls::Absent(_) => {
                let dot = if address.is_empty() { "" } else { "." };
                module.calls.push(Called {
                    address: Arc::from(format!("{address}{dot}module.{name}")),
                    source,
                    source_span,
                    version,
                    folder: None,
                    contract: None,
                    is_inner,
                    span: block.header,
                });
                return;
            }
        };
        for one in made {
            let Some(instance) = self.modules.get(one) else { continue };
            let used = instance.config.contract.as_ref();
            let folder = used.is_none().then(|| instance.config.folder.clone());
            module.calls.push(Called {
                address: Arc::clone(&instance.address),
                source: Arc::clone(&source),
                source_span,
                version: version.clone(),
                folder,
                contract: used.map(|used| Arc::from(used.contract.name())),
                is_inner,
                span: block.header,
            });
        }
    }
}

fn statement(config: &Config, block: &Block) -> Option<Statement> {
    if !matches!(&*block.kind, "moved" | "removed" | "import" | "check") {
        return None;
    }
    let references =
        block.body.attributes().filter_map(|attribute| Some((Arc::clone(&attribute.name), Arc::from(written(&attribute.value)?))));
    let mut lifecycles = block.body.blocks_of("lifecycle").filter_map(|block| block.body.attribute("destroy"));
    Some(Statement {
        kind: Arc::clone(&block.kind),
        folder: config.folder.clone(),
        references: references.collect(),
        destroy: !lifecycles.any(|attribute| matches!(attribute.value.kind, Kind::Bool(false))),
        span: block.header,
    })
}

/// A reference as it is written.
fn written(expr: &Expr) -> Option<String> {
    match &expr.kind {
        Kind::Root(name) => Some(name.to_string()),
        Kind::Attr(inner, name) => Some(format!("{}.{name}", written(inner)?)),
        Kind::Index(inner, key) => match &key.kind {
            Kind::Number(number) => Some(format!("{}[{}]", written(inner)?, number.text())),
            Kind::String(key) => Some(format!("{}{}", written(inner)?, Key::Name(Arc::clone(key)))),
            _ => None,
        },
        Kind::String(text) => Some(text.to_string()),
        _ => None,
    }
}
