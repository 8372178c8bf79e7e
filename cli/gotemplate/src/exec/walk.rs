//! Goes through the nodes of a template and writes its output.

use std::{ops::ControlFlow, sync::Arc};

use portcullis_source::{Frame, FrameId, FrameKind, OriginId, Skip, Source};

use super::{
    fault::{At, Step},
    origin::Inputs,
    state::Exec,
};
use crate::{Data, Value, assigned::Assigned, ast, format, items::Items, machine::Found, opened};

/// What Go prints for no value.
const NO_VALUE: &[u8] = b"<no value>";

/// How a loop is left early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    Break,
    Continue,
}

type Flow = ControlFlow<Leave>;

impl<'tree> Exec<'_, '_, 'tree> {
    pub(super) fn walk_list(&mut self, dot: &Value, list: &'tree ast::List) -> Step<Flow> {
        self.at = At::List(list);
        if !list.opened.is_empty() {
            return self.walk_opened(dot, list);
        }
        let outer = self.machine.frame;
        let mut flow = ControlFlow::Continue(());
        for node in &list.nodes {
            flow = self.walk(dot, node)?;
            if flow.is_break() {
                break;
            }
            if node.jumps() {
                // What comes after it is there because the loop went on.
                self.machine.frame = self.guard(self.jumped);
            }
        }
        self.machine.frame = outer;
        Ok(flow)
    }

    /// Walks a list with branches that the lines after them may lie in: as far as they do, they are guarded as the branch is.
    fn walk_opened(&mut self, dot: &Value, list: &'tree ast::List) -> Step<Flow> {
        let outer = self.machine.frame;
        let mut base = outer;
        let mut within: Option<u32> = None;
        let mut flow = ControlFlow::Continue(());
        for (index, node) in list.nodes.iter().enumerate() {
            if let (Some(column), ast::Node::Text(text)) = (within, node)
                && let Some((inside, outside)) = opened::end(text.bytes(), column).map(|at| text.split(at))
            {
                self.write_text(&inside)?;
                self.machine.frame = base;
                within = None;
                self.write_text(&outside)?;
                continue;
            }
            self.decided = OriginId::NONE;
            flow = self.walk(dot, node)?;
            if flow.is_break() {
                break;
            }
            if node.jumps() {
                self.machine.frame = self.guard(self.jumped);
                base = if within.is_none() { self.machine.frame } else { base };
            }
            if let Some(opened) = list.opened.iter().find(|opened| opened.index == index) {
                self.machine.frame = self.guard(self.decided);
                within = Some(within.map_or(opened.column, |column| column.min(opened.column)));
            }
        }
        self.machine.frame = outer;
        Ok(flow)
    }

    fn walk(&mut self, dot: &Value, node: &'tree ast::Node) -> Step<Flow> {
        self.at = At::Node(node);
        self.step()?;
        match node {
            ast::Node::Text(text) => self.write_text(text)?,
            ast::Node::Action(action) => {
                self.enter_action(action.tag);
                let value = self.pipeline(dot, &action.pipe)?;
                if action.pipe.variables.is_empty() {
                    self.at = At::Node(node);
                    self.print(&value, action.position)?;
                }
            }
            ast::Node::If(branch) => return self.walk_branch(dot, branch, None),
            ast::Node::With(branch) => return self.walk_branch(dot, branch, Some(())),
            ast::Node::Range(branch) => return self.walk_range(dot, branch),
            ast::Node::Template(call) => self.walk_template(dot, call)?,
            ast::Node::Break(_) => return Ok(ControlFlow::Break(Leave::Break)),
            ast::Node::Continue(_) => return Ok(ControlFlow::Break(Leave::Continue)),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn print(&mut self, value: &Value, position: u32) -> Step<()> {
        match &value.data {
            Data::Nil => {
                let origin = self.printed(position, value.origin);
                self.spend(NO_VALUE.len())?;
                self.out.push(NO_VALUE, origin);
            }
            Data::String(text) => {
                self.spend(text.bytes.len())?;
                self.print_text(value, text, position);
            }
            _ => {
                let bytes = bytes_of(value);
                self.spend(bytes.len())?;
                let all = Inputs::of(std::slice::from_ref(value)).deep();
                let all = self.machine.join(all);
                let origin = self.printed(position, all);
                self.out.push(&bytes, origin);
            }
        }
        Ok(())
    }

    /// Prints a string: what templates wrote keeps its origin, the rest was printed by this action.
    fn print_text(&mut self, value: &Value, text: &crate::Str, position: u32) {
        let Some(pieces) = &text.pieces else {
            let origin = self.printed(position, value.origin);
            self.out.push(&text.bytes, origin);
            return;
        };
        let decisions = self.machine.decisions(value.origin);
        let mut start = 0;
        for piece in pieces.iter() {
            let end = piece.end as usize;
            if end == start {
                continue;
            }
            let origin = match piece.origin {
                OriginId::NONE => self.printed(position, value.origin),
                // What templates wrote here keeps its origin, unless more than that decided about it.
                origin if decisions.is_none() && self.is_written_here(origin) => origin,
                origin => self.guarded(decisions, |exec| exec.handed_on(position, origin)),
            };
            self.out.push(text.bytes.get(start..end).unwrap_or_default(), origin);
            start = end;
        }
        if let Some(rest) = text.bytes.get(start..).filter(|rest| !rest.is_empty()) {
            let origin = self.printed(position, value.origin);
            self.out.push(rest, origin);
        }
    }

    /// Whether a template wrote a piece of text under the very guards that hold here.
    fn is_written_here(&self, origin: OriginId) -> bool {
        let trace = &self.machine.trace;
        match trace.get(origin) {
            Some(Source::Template { frame, .. } | Source::Action { frame, .. }) => trace.is_within(*frame, self.machine.frame),
            Some(Source::Value { .. } | Source::Join(_) | Source::Skips { .. } | Source::Builtin(_)) | None => false,
        }
    }

    /// A part of a text that this action prints: where it stands in a template, that stays its place.
    fn handed_on(&mut self, position: u32, origin: OriginId) -> OriginId {
        let machine = &mut *self.machine;
        match machine.trace.written_at(origin) {
            Some(span) => machine.origins.action(&mut machine.trace, span, machine.frame, origin),
            None => self.printed(position, origin),
        }
    }

    /// Executes what a guard lets through, in a frame of its own.
    fn guarded<T>(&mut self, origin: OriginId, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.machine.frame;
        self.machine.frame = self.guard(origin);
        let result = work(self);
        self.machine.frame = outer;
        result
    }

    /// The frame of what a guard lets through.
    fn guard(&mut self, origin: OriginId) -> FrameId {
        let parent = self.machine.frame;
        match self.site.filter(|_| !origin.is_none() && origin != OriginId::CONSTANT) {
            Some(span) => self.machine.trace.frame(Frame { parent, span, kind: FrameKind::Guard(origin) }),
            None => parent,
        }
    }

    /// Records what is not written because a guard did not let it through.
    fn skipped(&mut self, input: OriginId, branch: &Arc<ast::Branch>, otherwise: bool) {
        if let Some(span) = self.site {
            let frame = self.machine.frame;
            let branch = Arc::<ast::Branch>::clone(branch);
            self.machine.trace.skip(Skip { frame, span, input, branch, otherwise });
        }
    }

    /// Variables would have other values if a guard had let through what assigns them.
    fn not_assigned(&mut self, origin: OriginId, assigned: &[Assigned]) {
        if origin.is_none() || origin == OriginId::CONSTANT {
            return;
        }
        for Assigned { name, keys } in assigned {
            let Some(index) = self.variables.iter().rposition(|(known, _)| *known == &**name) else { continue };
            let Some((_, value)) = self.variables.get(index) else { continue };
            let value = value.clone();
            match (&value.data, keys) {
                (Data::Map(map), Some(keys)) => {
                    for key in keys {
                        if let Some(element) = map.get(key) {
                            map.set(Arc::clone(key), self.machine.decided(element, origin, self.site));
                        }
                    }
                }
                _ => {
                    let decided = self.machine.decided(value, origin, self.site);
                    if let Some(slot) = self.variables.get_mut(index) {
                        slot.1 = decided;
                    }
                }
            }
        }
    }

    /// An `if`, or a `with`, which also sets the dot.
    fn walk_branch(&mut self, dot: &Value, branch: &'tree Arc<ast::Branch>, with: Option<()>) -> Step<Flow> {
        let mark = self.variables.len();
        self.enter_action(branch.tag);
        let value = self.pipeline(dot, &branch.pipe)?;
        let taken = value.truth();
        let origin = self.origin_of_truth(&value);
        self.skipped(origin, branch, taken);
        self.not_assigned(origin, if taken { &branch.other_assigned } else { &branch.assigned });
        let flow = if taken {
            let inner = if with.is_some() { &value } else { dot };
            self.guarded(origin, |exec| exec.walk_list(inner, &branch.list))?
        } else if let Some(list) = &branch.otherwise {
            self.guarded(origin, |exec| exec.walk_list(dot, list))?
        } else {
            ControlFlow::Continue(())
        };
        self.variables.truncate(mark);
        self.decided = origin;
        if branch.jumps {
            self.jumped = self.machine.join([self.jumped, origin]);
        }
        Ok(flow)
    }

    fn walk_range(&mut self, dot: &Value, branch: &'tree Arc<ast::Branch>) -> Step<Flow> {
        let mark = self.variables.len();
        self.enter_action(branch.tag);
        let value = self.pipeline(dot, &branch.pipe)?;
        let items = self.items(&value, branch)?;
        let origin = self.origin_of_truth(&value);
        let ran = self.guarded(origin, |exec| exec.iterate(&value, items, branch))?;
        self.skipped(origin, branch, ran);
        self.not_assigned(origin, if ran { &branch.other_assigned } else { &branch.assigned });
        let flow = match (ran, &branch.otherwise) {
            (false, Some(list)) => self.guarded(origin, |exec| exec.walk_list(dot, list))?,
            (false, None) | (true, _) => ControlFlow::Continue(()),
        };
        self.variables.truncate(mark);
        self.decided = origin;
        Ok(flow)
    }

    /// What a loop goes over.
    fn items(&mut self, value: &Value, branch: &ast::Branch) -> Step<Items> {
        if branch.pipe.variables.len() > 1 && matches!(value.data, Data::Int(_) | Data::Int64(_) | Data::Uint8(_)) {
            let text = text_of(value);
            return Err(self.fault(format_args!("can't use {text} to iterate over more than one variable")));
        }
        match Items::of(value) {
            Some(items) => Ok(items),
            None => Err(self.fault(format_args!("range can't iterate over {}", text_of(value)))),
        }
    }

    /// Whether there was any iteration.
    fn iterate(&mut self, whole: &Value, items: Items, branch: &'tree ast::Branch) -> Step<bool> {
        let mut ran = false;
        let mark = self.variables.len();
        let site = self.site;
        let outer = std::mem::replace(&mut self.jumped, OriginId::NONE);
        for (key, element) in items {
            ran = true;
            self.step()?;
            let origin = if element.origin.is_none() { whole.origin } else { element.origin };
            let element = element.from(origin);
            self.set_loop_variables(key.from(origin), &element, &branch.pipe)?;
            // The element is why its part of the text is there at all, unless a template wrote it into the list, whatever it is.
            let reason = if whole.origin == OriginId::CONSTANT { self.machine.decisions(origin) } else { origin };
            let reason = self.machine.join([reason, self.jumped]);
            self.site = site;
            let flow = self.guarded(reason, |exec| exec.walk_list(&element, &branch.list))?;
            self.variables.truncate(mark);
            if flow == ControlFlow::Break(Leave::Break) {
                break;
            }
        }
        self.jumped = outer;
        Ok(ran)
    }

    fn set_loop_variables(&mut self, key: Value, element: &Value, pipe: &'tree ast::Pipe) -> Step<()> {
        let targets = match &*pipe.variables {
            [] => [None, None],
            [only] => [None, Some((only, element.clone()))],
            [first, second, ..] => [Some((first, key)), Some((second, element.clone()))],
        };
        for (back, (variable, value)) in targets.into_iter().enumerate().filter_map(|(index, target)| Some((2 - index, target?))) {
            if pipe.assigns {
                self.assign(&variable.name, value)?;
            } else if let Some(slot) = self.variables.len().checked_sub(back).and_then(|at| self.variables.get_mut(at)) {
                slot.1 = value;
            }
        }
        Ok(())
    }

    fn walk_template(&mut self, dot: &Value, call: &'tree ast::Call) -> Step<()> {
        self.enter_action(call.tag);
        let Some(found) = self.machine.find(&call.name) else {
            let name = format::quote(call.name.as_bytes());
            return Err(self.fault(format_args!("template {} not defined", String::from_utf8_lossy(&name))));
        };
        let data = match &call.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::invalid(),
        };
        self.run_nested(&found, data)
    }

    /// Executes another template into the same output.
    fn run_nested(&mut self, found: &Found, data: Value) -> Step<()> {
        let outer = self.machine.frame;
        if let Some(span) = self.site {
            let kind = FrameKind::Include(Arc::clone(&found.template.name));
            self.machine.frame = self.machine.trace.frame(Frame { parent: outer, span, kind });
        }
        let mut nested = Exec::new(self.machine, found, self.site);
        nested.out = std::mem::take(&mut self.out);
        let result = nested.run_into(data);
        self.out = nested.out;
        self.machine.frame = outer;
        result
    }
}

fn text_of(value: &Value) -> String {
    String::from_utf8_lossy(&bytes_of(value)).into_owned()
}

/// The value as printed on its own: what a pointer points to.
fn bytes_of(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    match &value.data {
        // An action also finds the method that a pointer to the value has, unlike `print`.
        Data::Object(object) => bytes.extend_from_slice(object.display().as_bytes()),
        _ => format::write_value(value, &mut bytes),
    }
    if matches!(&value.data, Data::Object(object) if object.kind() == "ptr") && bytes.starts_with(b"&{") {
        bytes.remove(0);
    }
    bytes
}
