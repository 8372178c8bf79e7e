//! Variables: who sets them, what type they have, what they must be.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{EntryKind, RepoPath, Span};

use crate::{
    constraint::Constraint,
    machine::{Evaluated, Fault, Machine, Scope},
    module::Given,
    origin::{Origin, Role},
    syntax::{self, Block, Kind},
    types::Type,
    value::{Marks, Reason, ReasonKind, Value},
};

impl Machine<'_> {
    /// What files of values set, the strongest file last; and what of it nobody declares.
    pub(super) fn values_given(&mut self, folder: &RepoPath) -> BTreeMap<Arc<str>, Given> {
        let mut given = BTreeMap::new();
        let mut paths = Vec::new();
        for name in ["terraform.tfvars", "terraform.tfvars.json"] {
            paths.extend(folder.join(name).ok().filter(|path| self.revision.entry(path).is_some()));
        }
        let right_there = |path: &RepoPath| path.parent().as_ref() == Some(folder);
        let is_auto = |path: &RepoPath| path.name().ends_with(".auto.tfvars") || path.name().ends_with(".auto.tfvars.json");
        let below = self.revision.below(folder).filter(|(path, kind)| right_there(path) && is_auto(path) && **kind != EntryKind::Folder);
        paths.extend(below.map(|(path, _)| path.clone()));
        paths.extend(self.inputs.var_files.iter().cloned());
        for path in paths {
            self.read_values(&path, &mut given);
        }
        given
    }

    fn read_values(&mut self, path: &RepoPath, given: &mut BTreeMap<Arc<str>, Given>) {
        let file = match self.revision.read(path) {
            Ok(file) => file,
            Err(error) => return self.problem(&error.to_string(), &error.hint(), self.inputs.named_at.get(path).copied()),
        };
        let (body, errors) = if path.name().ends_with(".json") { syntax::json_values(&file) } else { syntax::body(&file) };
        for error in &errors {
            self.syntax_problem(error);
        }
        for block in body.blocks() {
            self.problem(&format!("block {} stands in a file of values", block.kind), "write NAME = VALUE", Some(block.header));
        }
        for attribute in body.attributes() {
            let value = match self.eval(&attribute.value, Scope { constant: true, ..Scope::default() }) {
                Ok(value) => value,
                Err(fault) => {
                    let reason = self.report(&fault);
                    Value::unknown(Type::Dynamic, reason)
                }
            };
            given.insert(Arc::clone(&attribute.name), Given::Value(value, attribute.name_span));
        }
    }

    /// The value of a variable of a module.
    pub(super) fn variable(&mut self, module: usize, name: &Arc<str>, block: &Block) -> Evaluated {
        let constraint = match block.body.attribute("type") {
            Some(attribute) => self.constraint(&attribute.value)?,
            None => Constraint::any(),
        };
        let flag = |name: &str| matches!(block.body.attribute(name).map(|attribute| &attribute.value.kind), Some(Kind::Bool(true)));
        let marks = Marks { sensitive: flag("sensitive"), ephemeral: flag("ephemeral") };
        let nullable = !matches!(block.body.attribute("nullable").map(|attribute| &attribute.value.kind), Some(Kind::Bool(false)));
        let given = self.given(module, name)?;
        let is_contracted = self.modules.get(module).is_some_and(|instance| instance.config.contract.is_some());
        let null = given.as_ref().filter(|(value, ..)| !nullable && value.is_null()).map(|(.., span)| *span);
        let given = given.filter(|(value, ..)| nullable || !value.is_null());
        if let Some(span) = null.filter(|_| block.body.attribute("default").is_none()) {
            return Err(Fault::new(format!("variable {name} must not be null"), "give a value", span));
        }
        let is_unset = given.is_none() && block.body.attribute("default").is_none();
        let planned = if is_unset { self.planned_variable(module, name) } else { None };
        let given = given.or_else(|| planned.map(|value| (value.with_origin(Origin::written(block.header)), Role::Given, block.header)));
        let (value, role, span) = match (given, block.body.attribute("default")) {
            (Some((value, Role::Argument, span)), _) if value.all_marks().ephemeral && !marks.ephemeral && !is_contracted => {
                let message = format!("variable {name} is not ephemeral, but set to a value that is");
                return Err(Fault::new(message, "write ephemeral = true in the variable, or take another value", span));
            }
            (Some(given), _) => given,
            (None, Some(default)) => {
                let value = self.eval(&default.value, Scope { constant: true, ..Scope::default() })?;
                (value, Role::Default, default.value.span)
            }
            (None, None) => {
                let reason = Reason { kind: ReasonKind::Variable(Arc::clone(name)), span: Some(block.header) };
                return Ok(Value::unknown(constraint.ty(), reason).marked(marks));
            }
        };
        let value = match constraint.apply(&value) {
            Ok(value) => value,
            Err(why) => {
                let why = if marks.sensitive { "it has another type".to_owned() } else { why };
                if marks.sensitive {
                    self.unfitting.push(value.marked(marks));
                }
                let message = format!("the value of variable {name} does not fit: {why}");
                return Err(Fault::new(message, format!("give a value of type {}", constraint.ty()), span));
            }
        };
        if value.is_null() && !nullable {
            return Err(Fault::new(format!("variable {name} must not be null"), "give a value", span));
        }
        let origin = value.origin.step(role, span, name);
        Ok(value.with_origin(origin).marked(marks))
    }

    /// What somebody sets a variable to, and where.
    fn given(&mut self, module: usize, name: &Arc<str>) -> Evaluated<Option<(Value, Role, Span)>> {
        let Some(instance) = self.modules.get(module) else { return Ok(None) };
        match instance.given.get(name).cloned() {
            None => Ok(None),
            Some(Given::Value(value, span)) => Ok(Some((value, Role::Given, span))),
            Some(Given::Argument(expr)) => {
                let (Some(parent), frames) = (instance.parent, Arc::clone(&instance.frames)) else { return Ok(None) };
                let value = self.with_bound(Scope::of_module(parent), &frames, |machine, scope| machine.eval(&expr, scope))?;
                Ok(Some((value, Role::Argument, expr.span)))
            }
        }
    }

    /// Tells what a variable must be and is not.
    pub(super) fn validate(&mut self, module: usize, name: &Arc<str>, block: &Block) {
        for demand in block.body.blocks_of("validation") {
            let Some(said) = self.unmet(demand, Scope::of_module(module)) else { continue };
            let value = self.node(module, &super::call::Node::Variable(Arc::clone(name)), block.header);
            let is_default = |value: &Value| value.origin.chain().iter().any(|step| step.role == Role::Default);
            let span = value.ok().filter(|value| !is_default(value)).and_then(|value| value.origin.span()).unwrap_or(block.header);
            self.problem(&format!("variable {name} is refused: {said}"), "give a value that its validation takes", Some(span));
        }
    }
}
