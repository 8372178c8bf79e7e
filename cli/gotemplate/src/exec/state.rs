//! What the execution of one template knows.

use portcullis_source::{OriginId, Range, Span};

use super::{
    fault::{At, Step},
    origin::{self, Texts},
};
use crate::{
    Data, Failure, Machine, MapType, Str, Value, ast,
    format::{Rope, View},
    machine::Found,
    parse::Template,
};

/// The room for a template's output at first; most included ones need less.
const OUTPUT_CAPACITY: usize = 256;

/// How many elements of a list or map are asked what decided about them, where only their number counts.
const MAX_ELEMENTS: usize = 64;

/// The parts of what a function is given that it looks at, if it looks at all of it.
pub(super) const WHOLE: u64 = 4;

/// The execution of one template.
pub(crate) struct Exec<'run, 'set, 'tree> {
    pub(super) machine: &'run mut Machine<'set>,
    pub(super) template: &'tree Template,
    pub(super) texts: &'tree Texts,
    pub(super) at: At<'tree>,
    /// Each variable by its name, the innermost last.
    pub(super) variables: Vec<(&'tree str, Value)>,
    pub(super) out: Rope,
    /// The action at hand; within a text that `tpl` evaluates, the action that called it.
    pub(super) site: Option<Span>,
    /// The opening and closing delimiter of that action in this template's own text.
    pub(super) tag: Range,
    /// What decided about the latest branch.
    pub(super) decided: OriginId,
    /// What decided, so far in the loop at hand, whether it goes on.
    pub(super) jumped: OriginId,
}

impl<'run, 'set, 'tree> Exec<'run, 'set, 'tree> {
    pub(crate) fn new(machine: &'run mut Machine<'set>, found: &'tree Found, site: Option<Span>) -> Self {
        let template = &*found.template;
        let site = match found.texts {
            Texts::File => None,
            Texts::Made(_) => site,
        };
        Self {
            machine,
            template,
            texts: &found.texts,
            at: At::List(&template.root),
            variables: Vec::new(),
            out: Rope::default(),
            site,
            tag: Range::default(),
            decided: OriginId::NONE,
            jumped: OriginId::NONE,
        }
    }

    /// Executes the whole template.
    pub(crate) fn run(mut self, dot: Value) -> Step<Str> {
        self.out = Rope::with_capacity(OUTPUT_CAPACITY);
        self.run_into(dot)?;
        Ok(self.out.into_str())
    }

    pub(super) fn run_into(&mut self, dot: Value) -> Step<()> {
        self.variables.push(("$", dot.clone()));
        // The parser lets no `break` or `continue` out of a loop, so nothing is left to act upon.
        self.walk_list(&dot, &self.template.root).map(drop)
    }

    /// Counts a step, and looks whether limits are reached.
    pub(super) fn step(&mut self) -> Step<()> {
        if self.machine.steps == 0 {
            let limit = self.machine.settings.limits.steps;
            return Err(self.wrap(Failure::limit(format!("the evaluation takes more than {limit} steps"))));
        }
        self.machine.steps -= 1;
        if self.machine.is_too_deep() {
            return Err(self.wrap(Failure::limit("templates or expressions are nested too deeply")));
        }
        Ok(())
    }

    /// Counts the steps that a function took for what it was given or made, if it looks at that `part` of it.
    pub(super) fn charge(&mut self, values: &[Value], part: u64) -> Step<()> {
        let work: u64 = if part == 0 { 0 } else { values.iter().map(weight).sum() };
        self.machine.steps = self.machine.steps.saturating_sub(work * part / WHOLE);
        self.step()
    }

    /// Counts bytes of output.
    pub(super) fn spend(&mut self, bytes: usize) -> Step<()> {
        match self.machine.output.checked_sub(bytes) {
            Some(left) => {
                self.machine.output = left;
                Ok(())
            }
            None => {
                let limit = self.machine.settings.limits.output;
                Err(self.wrap(Failure::limit(format!("the output is longer than {limit} bytes"))))
            }
        }
    }

    /// Makes an action of the template the one at hand; within `tpl` it stays the one that called.
    pub(super) fn enter_action(&mut self, tag: Range) {
        self.tag = tag;
        if matches!(self.texts, Texts::File) {
            self.site = self.template.text.place(tag);
        }
    }

    /// Writes text that stands in the template.
    pub(super) fn write_text(&mut self, text: &ast::Text) -> Step<()> {
        self.spend(text.bytes().len())?;
        match self.texts {
            Texts::Made(source) => {
                if let Data::String(string) = &source.data {
                    let range = text.range.start as usize..text.range.end as usize;
                    let view = View::new(string, source.origin);
                    if self.machine.is_guarded() {
                        self.write_guarded(view, range);
                    } else {
                        self.out.push_part(view, range);
                    }
                }
            }
            Texts::File => {
                let mut start = text.range.start;
                // Each line has an origin of its own, so that a rendered line leads to the very line of the template.
                for line in text.bytes().split_inclusive(|&byte| byte == b'\n') {
                    let end = start + line.len() as u32;
                    let origin = match self.template.text.place(Range { start, end }) {
                        Some(span) => self.machine.origins.text(&mut self.machine.trace, span, self.machine.frame),
                        None => OriginId::NONE,
                    };
                    self.out.push(line, origin);
                    start = end;
                }
            }
        }
        Ok(())
    }

    /// Writes text of a string that is evaluated by `tpl`, under the guards that stand in the string.
    fn write_guarded(&mut self, view: View<'_>, range: std::ops::Range<usize>) {
        let Some(site) = self.site else { return self.out.push_part(view, range) };
        let mut part = Rope::default();
        part.push_part(view, range);
        let machine = &mut *self.machine;
        let mut start = 0;
        for piece in part.pieces() {
            let origin = machine.origins.action(&mut machine.trace, site, machine.frame, piece.origin);
            self.out.push(part.bytes().get(start..piece.end as usize).unwrap_or_default(), origin);
            start = piece.end as usize;
        }
    }

    /// What the action at hand printed, if its value came from `input`.
    pub(super) fn printed(&mut self, position: u32, input: OriginId) -> OriginId {
        let machine = &mut *self.machine;
        let input = match self.texts {
            Texts::File => input,
            Texts::Made(source) => {
                // The action may be put together of several texts.
                let around = match &source.data {
                    Data::String(string) => {
                        let tag = self.tag.start.min(position) as usize..self.tag.end.max(position + 1) as usize;
                        View::new(string, source.origin).origins(tag)
                    }
                    _ => vec![source.origin],
                };
                machine.origins.join(&mut machine.trace, std::iter::once(input).chain(around))
            }
        };
        match self.site {
            Some(span) => machine.origins.action(&mut machine.trace, span, machine.frame, input),
            // A constant has no place but that of the action.
            None if input == OriginId::CONSTANT => OriginId::NONE,
            None => input,
        }
    }

    /// The union of all origins of values.
    pub(super) fn join(&mut self, values: &[Value]) -> OriginId {
        let machine = &mut *self.machine;
        machine.origins.join(&mut machine.trace, values.iter().flat_map(origin::all_of))
    }

    /// What decides whether a value is true. A text with a part that stands in a template is true for as long as that part is printed,
    /// whatever else it says.
    pub(super) fn origin_of_truth(&mut self, value: &Value) -> OriginId {
        let pieces = match &value.data {
            Data::String(Str { pieces: Some(pieces), .. }) => pieces,
            Data::List(_) | Data::Map(_) => return self.origin_of_size(value),
            _ => return value.origin,
        };
        let mut start = 0;
        let printed = pieces.iter().find(|piece| {
            let is_printed = piece.end > std::mem::replace(&mut start, piece.end);
            is_printed && self.machine.trace.written_at(piece.origin).is_some()
        });
        match printed {
            Some(printed) => self.machine.join([value.origin, printed.origin]),
            None => self.join(std::slice::from_ref(value)),
        }
    }

    /// What decides how many elements a value has: its own origin, and what decided that elements are there which a template added.
    pub(super) fn origin_of_size(&mut self, value: &Value) -> OriginId {
        // Which elements were added last is what a template most likely decided about.
        let elements: Vec<OriginId> = match &value.data {
            Data::List(list) => list.items().iter().rev().take(MAX_ELEMENTS).map(|item| item.origin).collect(),
            Data::Map(map) if map.kind == MapType::Any => {
                map.entries.borrow().values().take(MAX_ELEMENTS).map(|item| item.origin).collect()
            }
            _ => return self.join(std::slice::from_ref(value)),
        };
        let mut decided = vec![value.origin];
        for element in elements {
            decided.push(self.machine.decisions(element));
        }
        self.machine.join(decided)
    }

    /// The one origin that stands for a value.
    pub(super) fn origin_of(&mut self, value: &Value) -> OriginId {
        match &value.data {
            Data::String(Str { pieces: Some(_), .. }) => self.join(std::slice::from_ref(value)),
            _ => value.origin,
        }
    }
}

/// How many steps a value is worth to a function that looks at all of it.
fn weight(value: &Value) -> u64 {
    match &value.data {
        Data::String(text) => text.bytes.len() as u64 / 64,
        Data::Bytes(bytes) => bytes.len() as u64 / 64,
        Data::List(list) => list.items().len() as u64 / 4,
        Data::Map(map) => map.entries.borrow().len() as u64 / 4,
        Data::Nil | Data::Bool(_) | Data::Int(_) | Data::Int64(_) | Data::Uint8(_) | Data::Float(_) | Data::Object(_) => 0,
    }
}
