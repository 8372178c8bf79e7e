//! What a plan knows of a root, beside what its configuration sets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{EntryKind, RepoPath, Span};

use super::{Called, Existence, Ignored, Key, Lifecycle, Mode, Module, Resource, expand::Expansion, installed};
use crate::{
    machine::Machine,
    merge::{agrees, merged},
    plan::{Copied, Plan, Planned, above},
    types::Type,
    value::{Members, Reason, ReasonKind, Value},
};

/// What to do about a plan that is of something else.
const PLAN_AGAIN: &str = "plan again from these files, with the variables of this environment";

/// How many names one problem lists.
const LISTED: usize = 5;

impl Machine<'_> {
    /// The instances that a plan knows, where the configuration does not say how many there are.
    pub(super) fn planned_expansion(&self, address: &str, expansion: Expansion) -> Expansion {
        let Expansion::Unknown(reason, names) = expansion else { return expansion };
        let keys = self.inputs.plan.as_ref().and_then(|plan| plan.keys(address)).unwrap_or_default();
        let bound = |name, members: Vec<(&str, Value)>| {
            let members = members.into_iter().map(|(name, value)| (Arc::from(name), value));
            vec![(name, Value::object(members.collect()))]
        };
        let (mut each, mut count) = (Vec::new(), Vec::new());
        for key in keys {
            match key {
                Key::Index(at) => count.push((at, bound("count", vec![("index", Value::integer(at))]))),
                Key::Name(name) => {
                    let value = Value::unknown(Type::Dynamic, reason.clone());
                    each.push((Arc::clone(&name), bound("each", vec![("key", Value::string(&name)), ("value", value)])));
                }
                Key::Unknown => {}
            }
        }
        // With holes in it, a part of the plan is missing.
        let is_whole = count.iter().enumerate().all(|(at, (index, _))| at == *index);
        match (each.is_empty(), count.is_empty()) {
            (false, true) => Expansion::Each(each),
            (true, false) if is_whole => Expansion::Count(count.into_iter().map(|(_, names)| names).collect()),
            _ => Expansion::Unknown(reason, names),
        }
    }

    /// Adds to the attributes of an instance what its plan knows of them.
    pub(super) fn merge_planned(&mut self, address: &Arc<str>, ignored: &Ignored, span: Span, members: &mut Members) {
        let Some(plan) = self.inputs.plan.clone() else { return };
        let Some(planned) = plan.planned(address) else { return };
        let Some(after) = planned.after.as_ref().and_then(Value::members) else { return };
        let before = planned.before.as_ref().and_then(Value::members);
        for (name, value) in after.iter() {
            let own = members.get(name);
            // Providers keep what they hold for the same in other words.
            let is_kept = before.and_then(|before| before.get(name)).is_some_and(|before| before.same(value));
            if let Some(own) = own.filter(|own| !ignored.covers(name) && !agrees(own, value, is_kept)) {
                let message = format!("the plan was made from other inputs: {name} of {address} has another value in it");
                let at = own.origin.span().unwrap_or(span);
                self.problem(&message, PLAN_AGAIN, Some(at));
            }
            if let Some(merged) = merged(members.get(name), value) {
                members.insert(Arc::clone(name), merged);
            }
        }
    }

    /// What a plan was told that a variable of the root is, where nobody here sets it.
    pub(super) fn planned_variable(&self, module: usize, name: &str) -> Option<Value> {
        let plan = self.inputs.plan.as_ref().filter(|_| module == 0)?;
        plan.shown.as_ref()?.variables.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// The folder of a module as a saved plan has it; a copy of something else is told.
    pub(super) fn copied(&mut self, key: &str, source: &str, constraint: Option<&str>, span: Span) -> Option<RepoPath> {
        let plan = self.inputs.plan.clone()?;
        let copied = plan.packed.as_ref()?.modules.iter().find(|copied| &*copied.key == key)?;
        let folder = copied.installed(&self.root)?;
        if !installed::is_same_source(&copied.source, source)
            || !constraint.is_none_or(|constraint| installed::satisfies(&copied.version, constraint))
        {
            let message = format!("the plan was made with another source or version of module {key}, so that its copy is not used");
            self.problem(&message, PLAN_AGAIN, Some(span));
            return None;
        }
        self.revision.resolve(&folder).ok()
    }

    /// Why a file is not known: it lies in a module of which a saved plan has the configuration, and nothing else.
    pub(crate) fn not_copied(&self, path: &str, span: Span) -> Option<Reason> {
        let packed = self.inputs.plan.as_ref()?.packed.as_ref()?;
        let path =
            self.root.join(path).ok().filter(|path| !matches!(self.revision.entry(path), Some(EntryKind::File | EntryKind::Link(_))))?;
        let is_around = |copied: &Copied| copied.installed(&self.root).is_some_and(|folder| path.is_within(&folder));
        let kind = ReasonKind::Unsupported(Arc::from(format!("{path}, of which the plan has no copy,")));
        packed.modules.iter().any(is_around).then_some(Reason { kind, span: Some(span) })
    }

    /// Puts what the plan has beside what the configuration makes, and tells where these are not the same.
    pub(super) fn settle_plan(&mut self, module: &mut Module) {
        let Some(plan) = self.inputs.plan.clone() else { return };
        if plan.packed.as_ref().is_some_and(|packed| packed.errored) || plan.shown.as_ref().is_some_and(|shown| shown.errored) {
            let message = "planning ended with an error, so that the plan may lack a part of what would be done";
            self.problem(message, "mend what terraform said of it, and plan again", None);
        }
        self.compare_copies(&plan);
        self.compare_variables(&plan, module);
        let Some(shown) = plan.shown.as_ref() else { return };
        let calls: BTreeMap<&str, &Called> =
            module.calls.iter().filter(|call| is_replaceable(call)).map(|call| (&*call.address, call)).collect();
        let absent = |planned: &Planned| {
            above(&planned.address).into_iter().find_map(|(name, key)| {
                // Of what is not there at all nobody knows how many there are.
                let whole = || calls.get(name.as_str()).filter(|call| call.is_absent());
                calls.get(address(&name, key.as_ref()).as_str()).or_else(whole).copied()
            })
        };
        let own: BTreeSet<&str> = module.resources.iter().map(|resource| &*resource.address).collect();
        let (mut added, mut unknown, mut replaced) = (Vec::new(), Vec::new(), BTreeSet::new());
        for planned in shown.resources.values().filter(|planned| planned.stays()) {
            match absent(planned) {
                Some(call) => {
                    replaced.insert(Arc::clone(&call.address));
                    added.push(of_plan(planned, call.span));
                }
                None if own.contains(&*planned.address) || planned.mode != Mode::Managed => {}
                None if stood_for(module, planned) => {}
                None => unknown.push(Arc::clone(&planned.address)),
            }
        }
        let is_replaced = |resource: &Resource| {
            let around = above(&resource.address).into_iter();
            resource.contract.is_some() && around.into_iter().any(|(name, key)| replaced.contains(&*address(&name, key.as_ref())))
        };
        module.resources.retain(|resource| !is_replaced(resource));
        let is_missing = |resource: &&Resource| {
            let is_certain = resource.mode == Mode::Managed && resource.existence == Existence::Certain && resource.contract.is_none();
            is_certain && shown.complete && !shown.errored && !shown.resources.get(&resource.address).is_some_and(Planned::stays)
        };
        let missing: Vec<Arc<str>> = module.resources.iter().filter(is_missing).map(|resource| Arc::clone(&resource.address)).collect();
        module.resources.extend(added);
        for (names, what) in
            [(unknown, "it has resources that the configuration has not"), (missing, "it lacks resources of the configuration")]
        {
            if !names.is_empty() {
                let more =
                    names.len().checked_sub(LISTED).filter(|more| *more > 0).map(|more| format!(" and {more} more")).unwrap_or_default();
                let listed: Vec<&str> = names.iter().take(LISTED).map(|name| &**name).collect();
                self.problem(&format!("the plan was made from other inputs: {what}: {}{more}", listed.join(", ")), PLAN_AGAIN, None);
            }
        }
    }

    /// The files that a saved plan was made from, against those of the repository.
    fn compare_copies(&mut self, plan: &Plan) {
        for copied in plan.packed.iter().flat_map(|packed| &packed.modules) {
            let Some(folder) = self.root.join(&copied.folder).ok().filter(|_| copied.installed(&self.root).is_none()) else { continue };
            let names: BTreeSet<Arc<str>> =
                self.files_of(&folder).iter().map(|path| Arc::from(path.name())).chain(copied.files.keys().cloned()).collect();
            for name in names {
                let own = folder.join(&name).ok().and_then(|path| self.revision.read(&path).ok());
                let is_same = matches!((&own, copied.files.get(&name)), (Some(own), Some(copy)) if own.bytes() == copy);
                if !is_same {
                    let path = folder.join(&name).unwrap_or_default();
                    self.problem(&format!("the plan was made from another {path}"), PLAN_AGAIN, own.map(|file| file.span()));
                }
            }
        }
    }

    fn compare_variables(&mut self, plan: &Plan, module: &Module) {
        for (name, planned) in plan.shown.iter().flat_map(|shown| &shown.variables) {
            let Some(own) = module.variables.get(name) else { continue };
            if !agrees(own, planned, false) {
                let message = format!("the plan was made from other inputs: variable {name} has another value in it");
                self.problem(&message, PLAN_AGAIN, own.origin.span());
            }
        }
    }
}

fn address(name: &str, key: Option<&Key>) -> String {
    format!("{name}{}", key.map(Key::to_string).unwrap_or_default())
}

/// Whether a plan says what a call makes and nothing here does, but perhaps a contract.
fn is_replaceable(call: &Called) -> bool {
    call.is_absent() || (call.contract.is_some() && !call.is_inner)
}

/// Whether something whose instances are not known stands for an instance.
fn stood_for(module: &Module, planned: &Planned) -> bool {
    let open = |resource: &Resource| {
        resource.existence == Existence::Possible
            && resource.mode == planned.mode
            && resource.ty == planned.ty
            && resource.name == planned.name
    };
    module.partial || module.resources.iter().any(open)
}

/// An instance of which only the plan knows; it stands where its module is called.
fn of_plan(planned: &Planned, span: Span) -> Resource {
    let members = planned.after.as_ref().and_then(Value::members).cloned().unwrap_or_default();
    let known = members.iter().filter_map(|(name, value)| Some((Arc::clone(name), merged(None, value)?)));
    let values: Members = known.collect();
    let tags = values.get("tags_all").or_else(|| values.get("tags")).cloned();
    Resource {
        address: Arc::clone(&planned.address),
        mode: planned.mode,
        ty: Arc::clone(&planned.ty),
        name: Arc::clone(&planned.name),
        key: planned.key.clone(),
        module: Arc::clone(&planned.module),
        values: Arc::new(values),
        existence: Existence::Certain,
        tags,
        count: None,
        contract: None,
        lifecycle: Lifecycle::default(),
        span,
    }
}
