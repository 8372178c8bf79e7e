//! Calls of modules, and the evaluation of each thing that a module declares, once and when it is needed.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{RepoPath, Span};

use super::{Config, Contract, Dialect, Key, Mode, contract::Used, expand::Expansion};
use crate::{
    limits::{MAX_INSTANCES, MAX_MODULE_DEPTH},
    machine::{Evaluated, Fault, Frame, Machine, Scope},
    origin::Role,
    syntax::{Attribute, Block, Expr, Kind},
    types::Type,
    value::{Members, Reason, ReasonKind, Value},
};

/// What sets a variable.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// A file of values, at a place.
    Value(Value, Span),
    /// An argument of the call.
    Argument(Arc<Expr>),
}

/// A module that was called, or the root.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) config: Arc<Config>,
    /// The address, empty for the root.
    pub(crate) address: Arc<str>,
    pub(crate) parent: Option<usize>,
    /// The names of the calls that lead to it, with dots between them.
    pub(crate) path: Arc<str>,
    pub(crate) depth: usize,
    /// The names that the call gives to its arguments: `each` and `count`.
    pub(crate) frames: Arc<[(&'static str, Value)]>,
    pub(crate) given: BTreeMap<Arc<str>, Given>,
    pub(crate) nodes: BTreeMap<Node, State>,
    pub(crate) calls: BTreeMap<Arc<str>, Calls>,
    /// Whether it is not known whether it is there.
    pub(crate) certain: bool,
}

/// Something that a module declares and that has a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Resource(Mode, Arc<str>, Arc<str>),
}

/// How far the evaluation of something is.
#[derive(Clone, Debug)]
pub(crate) enum State {
    Open,
    Done(Value),
}

/// The modules that a call makes.
#[derive(Clone, Debug)]
pub(crate) enum Calls {
    One(usize),
    Count(Vec<usize>),
    Each(BTreeMap<Arc<str>, usize>),
    /// It is not known how many: one that stands for all.
    Unknown(Reason, usize),
    /// The module is not there.
    Absent(Reason),
}

impl Node {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Variable(name) => format!("var.{name}"),
            Self::Local(name) => format!("local.{name}"),
            Self::Output(name) => format!("output.{name}"),
            Self::Resource(Mode::Managed, ty, name) => format!("{ty}.{name}"),
            Self::Resource(Mode::Data, ty, name) => format!("data.{ty}.{name}"),
            Self::Resource(Mode::Ephemeral, ty, name) => format!("ephemeral.{ty}.{name}"),
        }
    }
}

impl Machine<'_> {
    /// The value of something that a module declares; what is wrong with it is reported once, and it is unknown then.
    pub(crate) fn node(&mut self, module: usize, node: &Node, span: Span) -> Evaluated {
        let Some(instance) = self.modules.get_mut(module) else {
            return Err(Fault::new("the module is not there", "call it first", span));
        };
        match instance.nodes.get(node) {
            Some(State::Done(value)) => return Ok(value.clone()),
            Some(State::Open) => {
                let what: Arc<str> = Arc::from(node.describe());
                self.problem(&format!("{what} refers to itself"), "break the circle", Some(span));
                return Ok(Value::unknown(Type::Dynamic, Reason { kind: ReasonKind::Cycle(what), span: Some(span) }));
            }
            None => {}
        }
        instance.nodes.insert(node.clone(), State::Open);
        let config = Arc::clone(&instance.config);
        let value = self.deeper(span, |machine| machine.evaluate_node(module, &config, node, span));
        let value = match value {
            Ok(value) => value,
            Err(fault) => {
                let reason = self.report(&fault);
                Value::unknown(Type::Dynamic, reason)
            }
        };
        if let Some(instance) = self.modules.get_mut(module) {
            instance.nodes.insert(node.clone(), State::Done(value.clone()));
        }
        Ok(value)
    }

    fn evaluate_node(&mut self, module: usize, config: &Arc<Config>, node: &Node, span: Span) -> Evaluated {
        let missing = || Fault::new(format!("there is no {}", node.describe()), "declare it, or correct the name", span);
        let is_declared = match node {
            Node::Variable(name) => config.variables.contains_key(name),
            Node::Local(name) => config.locals.contains_key(name),
            Node::Output(name) => config.outputs.contains_key(name),
            Node::Resource(..) => true,
        };
        if config.partial && !is_declared {
            // It may be in what could not be read.
            return Ok(Value::unknown(Type::Dynamic, Reason { kind: ReasonKind::Failed, span: Some(span) }));
        }
        match node {
            Node::Variable(name) => self.variable(module, name, config.variables.get(name).ok_or_else(missing)?),
            Node::Local(name) => {
                let local = config.locals.get(name).ok_or_else(missing)?;
                let value = self.eval(&local.value, Scope::of_module(module))?;
                let origin = value.origin.step(Role::Local, local.name_span, name);
                Ok(value.with_origin(origin))
            }
            Node::Output(name) => {
                let block = config.outputs.get(name).ok_or_else(missing)?;
                let Some(attribute) = block.body.attribute("value") else {
                    return Err(Fault::new(format!("output {name} has no value"), "write value = …", block.header));
                };
                let value = self.eval(&attribute.value, Scope::of_module(module))?;
                let is_contracted = config.contract.is_some();
                let flag = |name: &str| matches!(block.body.attribute(name).map(|attribute| &attribute.value.kind), Some(Kind::Bool(true)));
                let marks = crate::value::Marks { sensitive: flag("sensitive"), ephemeral: flag("ephemeral") };
                if marks.ephemeral && module == 0 {
                    return Err(Fault::new(
                        format!("output {name} of a root is ephemeral"),
                        "take the line away: it is kept",
                        block.header,
                    ));
                }
                if value.all_marks().ephemeral && !marks.ephemeral && !is_contracted {
                    let message = format!("output {name} is not ephemeral, but set to a value that is");
                    return Err(Fault::new(message, "write ephemeral = true in an output of a module", attribute.value.span));
                }
                let origin = value.origin.step(Role::Output, attribute.name_span, name);
                Ok(value.with_origin(origin).marked(marks))
            }
            Node::Resource(mode, ty, name) => {
                let block = config.resources.get(&(*mode, Arc::clone(ty), Arc::clone(name))).ok_or_else(missing)?;
                self.resource_value(module, (*mode, ty, name), block)
            }
        }
    }

    /// Evaluates something with names that a call or a resource gives.
    pub(crate) fn with_bound<T>(
        &mut self,
        scope: Scope<'_>,
        names: &[(&'static str, Value)],
        work: impl FnOnce(&mut Self, Scope<'_>) -> T,
    ) -> T {
        match names {
            [] => work(self, scope),
            [(name, value), rest @ ..] => {
                let frame = Frame { name, value: value.clone(), parent: scope.frames };
                match rest {
                    [] => work(self, scope.with(&frame)),
                    [(name, value), ..] => {
                        let inner = Frame { name, value: value.clone(), parent: Some(&frame) };
                        work(self, scope.with(&inner))
                    }
                }
            }
        }
    }

    /// The modules that a call makes.
    pub(super) fn calls(&mut self, module: usize, name: &Arc<str>, span: Span) -> Evaluated<Calls> {
        let Some(instance) = self.modules.get(module) else {
            return Err(Fault::new("the module is not there", "call it first", span));
        };
        if let Some(known) = instance.calls.get(name) {
            return Ok(known.clone());
        }
        let config = Arc::clone(&instance.config);
        let Some(block) = config.calls.get(name) else {
            return Err(Fault::new(format!("there is no module.{name}"), "call it, or correct the name", span));
        };
        // Whoever needs it while it is being counted finds a circle.
        let cycle = Calls::Absent(Reason { kind: ReasonKind::Cycle(Arc::from(format!("module.{name}"))), span: Some(block.header) });
        self.keep_calls(module, name, cycle);
        let made = match self.make_calls(module, name, block) {
            Ok(made) => made,
            Err(fault) => Calls::Absent(self.report(&fault)),
        };
        self.keep_calls(module, name, made.clone());
        Ok(made)
    }

    fn keep_calls(&mut self, module: usize, name: &Arc<str>, calls: Calls) {
        if let Some(instance) = self.modules.get_mut(module) {
            instance.calls.insert(Arc::clone(name), calls);
        }
    }

    fn make_calls(&mut self, module: usize, name: &Arc<str>, block: &Block) -> Evaluated<Calls> {
        let config = match self.called(module, name, block)? {
            Ok(config) => config,
            Err(reason) => return Ok(Calls::Absent(reason)),
        };
        for attribute in block.body.attributes() {
            let meta = ["source", "version", "count", "for_each", "providers", "depends_on"];
            if !meta.contains(&&*attribute.name)
                && !config.variables.contains_key(&attribute.name)
                && !config.partial
                && config.contract.is_none()
            {
                let message = format!("module.{name} has no variable {:?}", attribute.name);
                self.problem(&message, "declare it in the module, or correct the name", Some(attribute.name_span));
            }
        }
        for (variable, declared) in &config.variables {
            if block.body.attribute(variable).is_none() && declared.body.attribute("default").is_none() {
                let message = format!("module.{name} is called without {variable:?}, which has no default");
                self.problem(&message, "give it a value", Some(block.header));
            }
        }
        let above = self.modules.get(module).map(|instance| Arc::clone(&instance.address)).unwrap_or_default();
        let dot = if above.is_empty() { "" } else { "." };
        let expansion = self.expansion_of(&format!("{above}{dot}module.{name}"), Scope::of_module(module), &block.body)?;
        let add = |machine: &mut Self, key: Option<Key>, frames, certain| {
            machine.add_call(module, (name, key), block, &config, (frames, certain))
        };
        Ok(match expansion {
            Expansion::One => Calls::One(add(self, None, Vec::new(), true)?),
            Expansion::Count(all) => {
                let mut made = Vec::new();
                for (at, frames) in all.into_iter().enumerate() {
                    made.push(add(self, Some(Key::Index(at)), frames, true)?);
                }
                Calls::Count(made)
            }
            Expansion::Each(all) => {
                let mut made = BTreeMap::new();
                for (key, frames) in all {
                    made.insert(Arc::clone(&key), add(self, Some(Key::Name(key)), frames, true)?);
                }
                Calls::Each(made)
            }
            Expansion::Unknown(reason, frames) => Calls::Unknown(reason, add(self, Some(Key::Unknown), frames, false)?),
        })
    }

    /// The module that a call names, or why it is not there.
    fn called(&mut self, module: usize, name: &Arc<str>, block: &Block) -> Evaluated<Result<Arc<Config>, Reason>> {
        let Some(source) = block.body.attribute("source") else {
            return Err(Fault::new(format!("module.{name} has no source"), "write source = …", block.header));
        };
        let text = &self.early(module, source, "the source of a module")?;
        let caller = self.modules.get(module).map(|instance| Arc::clone(&instance.config)).unwrap_or_default();
        if let Some(used) = &caller.contract {
            // A contract calls what lies beside it.
            let Some(used) = Self::contract_beside(used, text) else { return Ok(Err(used.reason())) };
            return self.contracted_call(module, block, &used).map(Ok);
        }
        let folder = caller.folder.clone();
        if !(text.starts_with("./") || text.starts_with("../")) {
            let above = self.modules.get(module).map(|instance| Arc::clone(&instance.path)).unwrap_or_default();
            let version = block.body.attribute("version");
            let constraint = version.map(|version| self.early(module, version, "the version of a module")).transpose()?;
            let path = call_path(&above, name);
            let copied = self.copied(&path, text, constraint.as_deref(), source.value.span);
            let here = copied.or_else(|| self.installed(&path, text, constraint.as_deref()));
            let here = here.or_else(|| self.copied_here(text, constraint.as_deref(), source.value.span));
            if let Some(folder) = here {
                return self.called_folder(module, block, folder).map(Ok);
            }
            let call: Arc<str> = Arc::from(format!("module.{name}"));
            if let Some(contract) = Contract::of(text, constraint.as_deref()) {
                let used = Used { contract, at: block.header, call: (call, Arc::clone(text)) };
                return self.contracted_call(module, block, &used).map(Ok);
            }
            let kind = ReasonKind::Module(call, Arc::clone(text));
            return Ok(Err(Reason { kind, span: Some(source.value.span) }));
        }
        let fail = |message: String, hint: String| Err(Fault::new(message, hint, source.value.span));
        let target = match folder.join(text) {
            Ok(target) => target,
            Err(why) => return fail(why.to_string(), "modules lie within the repository".to_owned()),
        };
        let target = match self.revision.resolve(&target) {
            Ok(target) => target,
            Err(why) => return fail(format!("module.{name}: {why}"), why.hint()),
        };
        let config = self.called_folder(module, block, target.clone())?;
        if config.is_bare() && !config.partial {
            return fail(format!("module.{name}: {target} has no configuration files"), "correct the path".to_owned());
        }
        Ok(Ok(config))
    }

    /// What must be known before anything is evaluated: to Terraform a text as it stands, to OpenTofu one that locals and variables give.
    fn early(&mut self, module: usize, attribute: &Attribute, what: &str) -> Evaluated<Arc<str>> {
        let span = attribute.value.span;
        if let Kind::String(text) = &attribute.value.kind {
            return Ok(Arc::clone(text));
        }
        if self.inputs.setup.dialect == Dialect::Terraform {
            return Err(Fault::new(format!("{what} is a text without references"), "write it out", span));
        }
        let value = self.eval(&attribute.value, Scope::of_module(module))?;
        value.as_str().map(Arc::from).ok_or_else(|| {
            let why = value.any_reason().map(|reason| format!(": {}", reason.kind.describe())).unwrap_or_default();
            Fault::new(format!("{what} is not known{why}"), "write it out, or let locals and variables with defaults give it", span)
        })
    }

    /// The module of a folder, where it does not lie in itself.
    fn called_folder(&mut self, module: usize, block: &Block, target: RepoPath) -> Evaluated<Arc<Config>> {
        let mut ancestor = Some(module);
        while let Some(instance) = ancestor.and_then(|at| self.modules.get(at)) {
            if instance.config.folder == target {
                return Err(Fault::new(format!("{target} calls a module that it lies in"), "break the circle", block.header));
            }
            ancestor = instance.parent;
        }
        self.deep_enough(module, block)?;
        Ok(self.config(&target))
    }

    fn contracted_call(&mut self, module: usize, block: &Block, used: &Used) -> Evaluated<Arc<Config>> {
        self.deep_enough(module, block)?;
        Ok(self.contracted(used))
    }

    fn deep_enough(&self, module: usize, block: &Block) -> Evaluated<()> {
        let depth = self.modules.get(module).map_or(0, |instance| instance.depth);
        if depth + 1 > MAX_MODULE_DEPTH {
            return Err(Self::limit("MAX_MODULE_DEPTH", "let modules call each other less deep", block.header));
        }
        Ok(())
    }

    fn add_call(
        &mut self,
        parent: usize,
        name: (&Arc<str>, Option<Key>),
        block: &Block,
        config: &Arc<Config>,
        made: (Vec<(&'static str, Value)>, bool),
    ) -> Evaluated<usize> {
        self.count_instance(block.header)?;
        let (above, depth, certain) =
            self.modules.get(parent).map(|instance| (Arc::clone(&instance.address), instance.depth, instance.certain)).unwrap_or_default();
        let path = self.modules.get(parent).map(|instance| call_path(&instance.path, name.0)).unwrap_or_default();
        let dot = if above.is_empty() { "" } else { "." };
        let key = name.1.map(|key| key.to_string()).unwrap_or_default();
        let address = Arc::from(format!("{above}{dot}module.{}{key}", name.0));
        let declared = |attribute: &&Attribute| config.variables.contains_key(&attribute.name);
        let given = block
            .body
            .attributes()
            .filter(declared)
            .map(|attribute| (Arc::clone(&attribute.name), Given::Argument(Arc::new(attribute.value.clone()))))
            .collect();
        self.modules.push(Instance {
            config: Arc::clone(config),
            address,
            parent: Some(parent),
            path: Arc::from(path),
            depth: depth + 1,
            frames: Arc::from(made.0),
            given,
            nodes: BTreeMap::new(),
            calls: BTreeMap::new(),
            certain: certain && made.1,
        });
        Ok(self.modules.len() - 1)
    }

    /// Counts an instance of a resource or a module.
    pub(super) fn count_instance(&mut self, span: Span) -> Evaluated<()> {
        self.instances += 1;
        if self.instances > MAX_INSTANCES {
            return Err(Self::limit("MAX_INSTANCES", "make fewer instances", span));
        }
        Ok(())
    }

    /// All outputs of a module as an object.
    pub(super) fn outputs(&mut self, module: usize, span: Span) -> Evaluated {
        let config = self.modules.get(module).map(|instance| Arc::clone(&instance.config)).unwrap_or_default();
        let mut members = Members::new();
        for name in config.outputs.keys() {
            members.insert(Arc::clone(name), self.node(module, &Node::Output(Arc::clone(name)), span)?);
        }
        Ok(match &config.contract {
            Some(used) => Self::outputs_of_contract(used, members),
            None => Value::object(members),
        })
    }
}

/// The names of the calls that lead to a call, with dots between them.
fn call_path(above: &str, name: &str) -> String {
    if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") }
}

/// The folder that a module lies in, as paths are written: from the folder of the root.
pub(super) fn relative(root: &RepoPath, folder: &RepoPath) -> String {
    let (own, other): (Vec<&str>, Vec<&str>) = (root.parts().collect(), folder.parts().collect());
    let common = own.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", own.len() - common);
    let path: Vec<&str> = up.chain(other.iter().skip(common).copied()).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}
