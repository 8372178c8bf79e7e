//! What the first names of a reference stand for.

use std::sync::Arc;

use portcullis_source::Span;

use super::{
    Mode,
    call::{Calls, Node, relative},
};
use crate::{
    machine::{Evaluated, Fault, Machine, Scope},
    origin::Role,
    syntax::{Expr, Kind},
    types::Type,
    value::{Marks, Members, Reason, ReasonKind, Value},
};

/// A value, and how many steps of the reference it is the end of.
type Resolved = (Value, usize);

impl Machine<'_> {
    /// The value that a reference begins with.
    pub(crate) fn resolve(&mut self, root: &Arc<str>, span: Span, steps: &[&Expr], scope: Scope<'_>) -> Evaluated<Resolved> {
        let Some(module) = scope.module else {
            let message = format!("there is no name {root:?} here");
            let hint = if scope.constant { "write a value without references" } else { "a template knows only the names that it is given" };
            return Err(Fault::new(message, hint, span));
        };
        let whole = steps.first().map_or(span, |step| step.span);
        match &**root {
            "var" => Ok((self.node(module, &Node::Variable(self.name(root, steps, 0, span)?), whole)?, 1)),
            "local" => Ok((self.node(module, &Node::Local(self.name(root, steps, 0, span)?), whole)?, 1)),
            "module" => self.module_reference(module, steps, span, scope),
            "data" => self.resource_reference(module, Mode::Data, steps, span),
            "ephemeral" => self.resource_reference(module, Mode::Ephemeral, steps, span),
            "resource" => self.resource_reference(module, Mode::Managed, steps, span),
            "path" => self.path(module, &self.name(root, steps, 0, span)?, whole),
            "terraform" | "tofu" => self.terraform(&self.name(root, steps, 0, span)?, whole),
            "each" => Err(Fault::new("there is no `each` here", "it is there where for_each is set", span)),
            "count" => Err(Fault::new("there is no `count` here", "it is there where count is set", span)),
            "self" => Err(Fault::new("there is no `self` here", "it is there in provisioners and conditions", span)),
            _ if steps.is_empty() => {
                Err(Fault::new(format!("{root:?} is no reference"), "references have a dot, such as var.NAME; texts stand in quotes", span))
            }
            _ => {
                let name = self.name(root, steps, 0, span)?;
                let value = self.declared_resource(module, Mode::Managed, root, &name, span)?;
                self.counted(module, (Mode::Managed, root, &name), steps.get(1))?;
                Ok((value, 1))
            }
        }
    }

    /// The name that a step reads.
    fn name(&self, root: &str, steps: &[&Expr], at: usize, span: Span) -> Evaluated<Arc<str>> {
        match steps.get(at).map(|step| &step.kind) {
            Some(Kind::Attr(_, name)) => Ok(Arc::clone(name)),
            Some(Kind::Index(_, key)) => match &key.kind {
                Kind::String(name) if at > 0 => Ok(Arc::clone(name)),
                _ => Err(Fault::new(format!("a name must follow {root}"), "write it after a dot", span)),
            },
            _ => Err(Fault::new(format!("a name must follow {root}"), "write it after a dot", span)),
        }
    }

    fn path(&self, module: usize, name: &str, span: Span) -> Evaluated<Resolved> {
        let value = match name {
            "root" => Value::string("."),
            "module" => {
                let folder = self.modules.get(module).map(|instance| instance.config.folder.clone()).unwrap_or_default();
                Value::string(&relative(&self.root, &folder))
            }
            "cwd" => Value::unknown(Type::String, Reason { kind: ReasonKind::Environment(Arc::from("path.cwd")), span: Some(span) }),
            _ => return Err(Fault::new(format!("there is no path.{name}"), "there are path.module, path.root and path.cwd", span)),
        };
        Ok((value, 1))
    }

    fn terraform(&self, name: &str, span: Span) -> Evaluated<Resolved> {
        match (name, &self.inputs.workspace) {
            ("workspace", Some(workspace)) => Ok((Value::string(workspace), 1)),
            ("workspace", None) => {
                let kind = ReasonKind::Environment(Arc::from("terraform.workspace"));
                Ok((Value::unknown(Type::String, Reason { kind, span: Some(span) }), 1))
            }
            ("applying", _) => {
                let kind = ReasonKind::Environment(Arc::from("terraform.applying"));
                // It is one thing when it is planned and another when that is applied.
                let marks = Marks { sensitive: false, ephemeral: true };
                Ok((Value::unknown(Type::Bool, Reason { kind, span: Some(span) }).marked(marks), 1))
            }
            _ => Err(Fault::new(format!("there is no terraform.{name}"), "there is terraform.workspace", span)),
        }
    }

    fn resource_reference(&mut self, module: usize, mode: Mode, steps: &[&Expr], span: Span) -> Evaluated<Resolved> {
        let (ty, name) = (self.name("data", steps, 0, span)?, self.name("the type", steps, 1, span)?);
        let value = self.declared_resource(module, mode, &ty, &name, span)?;
        self.counted(module, (mode, &ty, &name), steps.get(2))?;
        Ok((value, 2))
    }

    /// Refuses an index of what is there once.
    fn counted(&self, module: usize, (mode, ty, name): (Mode, &Arc<str>, &Arc<str>), step: Option<&&Expr>) -> Evaluated<()> {
        let Some(Kind::Index(_, key)) = step.map(|step| &step.kind) else { return Ok(()) };
        let config = self.modules.get(module).map(|instance| Arc::clone(&instance.config)).unwrap_or_default();
        let block = config.resources.get(&(mode, Arc::clone(ty), Arc::clone(name)));
        match block {
            Some(block) if block.body.attribute("count").is_none() && block.body.attribute("for_each").is_none() => {
                Err(Fault::new(format!("{ty}.{name} has neither count nor for_each"), "read its attributes after a dot", key.span))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn declared_resource(&mut self, module: usize, mode: Mode, ty: &Arc<str>, name: &Arc<str>, span: Span) -> Evaluated {
        let config = self.modules.get(module).map(|instance| Arc::clone(&instance.config)).unwrap_or_default();
        let node = Node::Resource(mode, Arc::clone(ty), Arc::clone(name));
        if config.resources.contains_key(&(mode, Arc::clone(ty), Arc::clone(name))) {
            return self.node(module, &node, span);
        }
        if config.partial {
            // It may be in what could not be read.
            return Ok(Value::unknown(Type::Dynamic, Reason { kind: ReasonKind::Failed, span: Some(span) }));
        }
        Err(Fault::new(format!("there is no {}", node.describe()), "declare it, or correct the name", span))
    }

    fn module_reference(&mut self, module: usize, steps: &[&Expr], span: Span, scope: Scope<'_>) -> Evaluated<Resolved> {
        let name = self.name("module", steps, 0, span)?;
        let place = steps.last().map_or(span, |step| step.span);
        match self.calls(module, &name, place)? {
            Calls::Absent(reason) => Ok((Value::unknown(Type::Dynamic, reason), steps.len())),
            Calls::One(one) => self.output_of(one, steps, 1),
            Calls::Count(all) => {
                if let Some(Kind::Index(_, key)) = steps.get(1).map(|step| &step.kind) {
                    let key = self.eval(key, scope)?;
                    let at = key.to_json().trim_matches('"').parse::<usize>().ok();
                    if let Some(one) = at.and_then(|at| all.get(at)) {
                        return self.output_of(*one, steps, 2);
                    }
                }
                let items: Evaluated<Vec<Value>> = all.iter().map(|one| self.outputs(*one, place)).collect();
                Ok((Value::tuple(items?), 1))
            }
            Calls::Each(all) => {
                if let Some(Kind::Index(_, key)) = steps.get(1).map(|step| &step.kind) {
                    let key = self.eval(key, scope)?;
                    if let Some(one) = key.as_str().and_then(|key| all.get(key)) {
                        return self.output_of(*one, steps, 2);
                    }
                }
                let members: Evaluated<Members> = all.iter().map(|(key, one)| Ok((Arc::clone(key), self.outputs(*one, place)?))).collect();
                Ok((Value::object(members?), 1))
            }
            Calls::Unknown(reason, _) => Ok((Value::unknown(Type::Dynamic, reason), steps.len())),
        }
    }

    /// One output of a module, or all.
    fn output_of(&mut self, module: usize, steps: &[&Expr], used: usize) -> Evaluated<Resolved> {
        let span = steps.get(used).or(steps.last()).map(|step| step.span);
        let Some(span) = span else {
            return Err(Fault::new("the module is not there", "call it first", self.anywhere(module)));
        };
        let name = match steps.get(used).map(|step| &step.kind) {
            Some(Kind::Attr(_, name)) => Arc::clone(name),
            _ => return Ok((self.outputs(module, span)?, used)),
        };
        let Some(config) = self.modules.get(module).map(|instance| Arc::clone(&instance.config)) else {
            return Err(Fault::new("the module is not there", "call it first", span));
        };
        if config.outputs.contains_key(&name) {
            return Ok((self.node(module, &Node::Output(name), span)?, used + 1));
        }
        if let Some(contract) = &config.contract {
            return Ok((Value::unknown(Type::Dynamic, contract.reason()), used + 1));
        }
        if config.partial {
            let reason = Reason { kind: ReasonKind::Failed, span: Some(span) };
            return Ok((Value::unknown(Type::Dynamic, reason), used + 1));
        }
        let known: Vec<&str> = config.outputs.keys().take(12).map(|name| &**name).collect();
        let hint = if known.is_empty() { "it has no outputs".to_owned() } else { format!("it has {}", known.join(", ")) };
        Err(Fault::new(format!("the module has no output {name:?}"), hint, span))
    }

    /// Some place in a module, where no better one is known.
    fn anywhere(&self, module: usize) -> Span {
        let config = self.modules.get(module).map(|instance| &instance.config);
        let block = config.and_then(|config| config.calls.values().chain(config.outputs.values()).next());
        block.map_or_else(|| self.revision.sources().add("", Vec::new()).span(), |block| block.header)
    }

    /// Adds the last step through a name to what was read of a value.
    pub(crate) fn through(value: Value, whole: &Value) -> Value {
        let last = whole.origin.last().filter(|step| !matches!(step.role, Role::Written | Role::Computed));
        match last {
            Some(step) if value.origin.last().is_none_or(|own| own.span != step.span) => {
                let origin = value.origin.step(step.role, step.span, &step.name);
                value.with_origin(origin)
            }
            Some(_) | None => value,
        }
    }
}
