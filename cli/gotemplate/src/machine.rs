//! Executes templates: what outlives the execution of one.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use portcullis_source::{Frame, FrameId, FrameKind, OriginId, Piece, Source, Span, Text, Trace};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::{
    Data, ExecError, Failure, LiveObjects, Str, Templates, Value,
    exec::{Exec, Origins, Texts},
    format,
    parse::{Parsed, Template},
    stack::Stack,
};

/// What Helm calls the set of templates, and every text that `tpl` takes.
const SET_NAME: &str = "gotpl";
/// How often Helm lets a template include itself, directly or not.
const MAX_INCLUDES: u32 = 1_000;
/// From which nesting on a template that exhausts the stack is reported as one that includes itself.
const SURELY_RECURSIVE: u32 = 16;
/// The most sources of one list or map among which those are looked for that made it be chosen.
const MAX_CHOICES: usize = 16;
/// What Helm removes from what `tpl` makes.
const NO_VALUE: &str = "<no value>";

/// What a key gives that a map does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// No value at all, as Go does by default.
    #[default]
    Invalid,
    /// The zero of the map's element type, as Helm does.
    Zero,
    /// An error, as Argo CD does on demand.
    Error,
}

/// How much one machine may do before it gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of evaluation.
    pub steps: u64,
    /// Bytes of output, those of nested templates counted each time.
    pub output: usize,
    /// Bytes of the thread's stack that nested templates may take; on a thread with a larger stack it may be more.
    pub stack: usize,
}

/// What the caller brings in of what differs from run to run; the same gives the same output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance {
    /// Seconds since the start of 1970 in UTC.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
    /// What random numbers are drawn from; it must be secret where keys and passwords are.
    pub seed: [u8; 32],
}

/// What the caller decides about an execution.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What differs from run to run; without it, random, certificate and time functions give the specified constants.
    pub chance: Option<Chance>,
    /// The objects that `lookup` finds; without them there is no cluster, and it finds nothing.
    pub live: Option<Arc<LiveObjects>>,
    /// What a missing key gives.
    pub missing_key: MissingKey,
    /// When to give up.
    pub limits: Limits,
}

/// One execution on one thread: the trace that it fills, and its limits.
#[derive(Debug)]
pub struct Machine<'set> {
    /// What every byte came from.
    pub trace: Trace,
    /// What the caller decided.
    pub settings: Settings,
    random: Option<Box<ChaCha20Rng>>,
    templates: &'set Templates,
    /// The texts that `tpl` is at work on, the innermost last: their templates hide those of the set.
    overlays: Vec<Overlay>,
    parsed: BTreeMap<Arc<[u8]>, Rc<Parsed>>,
    included: BTreeMap<Arc<str>, u32>,
    pub(crate) origins: Origins,
    /// The sources that stand for a choice: a value that is what it is because something was decided.
    chosen: BTreeSet<OriginId>,
    /// The calls and guards around what is being executed.
    pub(crate) frame: FrameId,
    pub(crate) steps: u64,
    pub(crate) output: usize,
    pub(crate) stack: Option<Stack>,
}

#[derive(Clone, Debug)]
struct Overlay {
    templates: Rc<Parsed>,
    source: Rc<Value>,
}

/// A template that was found, and where its text came from.
pub(crate) struct Found {
    pub(crate) template: Arc<Template>,
    pub(crate) texts: Texts,
}

/// How a template is entered.
struct Entry {
    /// The action that calls it.
    site: Option<Span>,
    kind: Option<FrameKind>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 50_000_000, output: 64 << 20, stack: 1 << 20 }
    }
}

impl<'set> Machine<'set> {
    /// A machine over a set of templates.
    #[must_use]
    pub fn new(templates: &'set Templates, settings: Settings) -> Self {
        Self {
            trace: Trace::default(),
            steps: settings.limits.steps,
            output: settings.limits.output,
            random: settings.chance.map(|chance| Box::new(ChaCha20Rng::from_seed(chance.seed))),
            settings,
            templates,
            overlays: Vec::new(),
            parsed: BTreeMap::new(),
            chosen: BTreeSet::new(),
            included: BTreeMap::new(),
            origins: Origins::default(),
            frame: FrameId::ROOT,
            stack: None,
        }
    }

    /// The text that a template makes of a value; call it for one template after the other, they share trace and limits.
    ///
    /// # Errors
    /// Go's error, or a limit.
    pub fn execute(&mut self, name: &str, data: Value) -> Result<Str, ExecError> {
        self.execute_within(name, data, FrameId::ROOT)
    }

    /// The same within a frame, such as the guard that chose the template's chart.
    ///
    /// # Errors
    /// Go's error, or a limit.
    pub fn execute_within(&mut self, name: &str, data: Value, frame: FrameId) -> Result<Str, ExecError> {
        self.stack = Some(Stack::new(self.settings.limits.stack));
        self.frame = frame;
        let result = match self.find(name) {
            Some(found) => self.enter(&found, data, Entry { site: None, kind: None }),
            None => Err(no_template(name)),
        };
        self.stack = None;
        result.map_err(|failure| ExecError {
            message: failure.message,
            location: failure.location,
            span: failure.span,
            raised: failure.raised,
            fatal: failure.fatal,
            causes: failure.causes,
        })
    }

    /// Helm's `include`: the text that a named template makes of a value.
    ///
    /// # Errors
    /// There is no such template, it is nested too deeply, or its execution failed.
    pub fn include(&mut self, name: &str, data: Value, site: Option<Span>) -> Result<Value, Failure> {
        let Some(found) = self.find(name) else { return Err(no_template(name)) };
        let depth = self.included.get(name).copied().unwrap_or(0);
        if depth > MAX_INCLUDES || (depth >= SURELY_RECURSIVE && self.stack.is_some_and(Stack::is_nearly_used_up)) {
            let message = format!("rendering template has a nested reference name: {name}: unable to execute template");
            return Err(Failure { fatal: true, ..Failure::new(message) });
        }
        match self.included.get_mut(name) {
            Some(depth) => *depth += 1,
            None => {
                self.included.insert(Arc::clone(&found.template.name), 1);
            }
        }
        let skips = self.trace.skip_count();
        let kind = Some(FrameKind::Include(Arc::clone(&found.template.name)));
        let result = self.enter(&found, data, Entry { site, kind });
        if let Some(depth) = self.included.get_mut(name) {
            *depth -= 1;
        }
        result.map(|text| self.with_skips(text, skips))
    }

    /// Helm's `tpl`: the text that a string makes of a value when it is taken as a template.
    ///
    /// # Errors
    /// The string is no template, or its execution failed.
    pub fn tpl(&mut self, source: Value, data: Value, site: Option<Span>) -> Result<Value, Failure> {
        let Data::String(text) = &source.data else {
            return Err(Failure::new(format!("wrong type for value; expected string; got {}", source.type_name())));
        };
        let bytes = Arc::clone(&text.bytes);
        if memchr::memmem::find(&bytes, b"{{").is_none() {
            let stripped = text.without(NO_VALUE);
            return Ok(Value { data: Data::String(stripped), boxed: false, ..source });
        }
        let quoted = || String::from_utf8_lossy(&format::quote(&bytes)).into_owned();
        let templates = self.parse_source(&bytes).map_err(|error| Failure::new(format!("cannot parse template {}: {error}", quoted())))?;
        let Some(template) = templates.get(SET_NAME).map(Arc::clone) else {
            return Err(Failure::new(format!("no template {SET_NAME}")));
        };
        let source = Rc::new(source);
        self.overlays.push(Overlay { templates, source: Rc::clone(&source) });
        let found = Found { template, texts: Texts::Made(source) };
        let skips = self.trace.skip_count();
        let result = self.enter(&found, data, Entry { site, kind: Some(FrameKind::Tpl) });
        self.overlays.pop();
        match result {
            Ok(text) => Ok(self.with_skips(text.without(NO_VALUE), skips)),
            Err(failure) => Err(failure.within(format_args!("error during tpl function execution for {}", quoted()))),
        }
    }

    /// The text of a call with the branches that it did not take, from the one numbered `from` on: each could have made it another text.
    fn with_skips(&mut self, text: Str, from: u32) -> Value {
        let to = self.trace.skip_count();
        if from == to {
            // What wrote nothing and had no choice is what it is.
            let origin = if text.bytes.is_empty() { OriginId::CONSTANT } else { OriginId::NONE };
            return Value::string(text).from(origin);
        }
        let skips = self.trace.source(Source::Skips { from, to });
        if text.bytes.is_empty() {
            return Value::string(text).from(skips);
        }
        let Some(pieces) = &text.pieces else { return Value::string(text) };
        // An empty piece: nothing of the text itself came from there.
        let end = Piece { end: text.bytes.len() as u32, origin: skips };
        let pieces = pieces.iter().copied().chain([end]).collect();
        Value::string(Str { pieces: Some(pieces), ..text })
    }

    /// A value that is what it is because of what `by` came from.
    pub(crate) fn decided(&mut self, value: Value, by: OriginId, site: Option<Span>) -> Value {
        let origin = match site {
            _ if by.is_none() || by == OriginId::CONSTANT => value.origin,
            Some(span) => {
                let frame = self.trace.frame(Frame { parent: self.frame, span, kind: FrameKind::Guard(by) });
                self.choice(span, frame, value.origin)
            }
            None => self.join([value.origin, by]),
        };
        value.from(origin)
    }

    /// The source of a choice at a place, under the guards of a frame.
    fn choice(&mut self, span: Span, frame: FrameId, chosen: OriginId) -> OriginId {
        let origin = self.origins.action(&mut self.trace, span, frame, chosen);
        self.chosen.insert(origin);
        origin
    }

    /// What decided about a value, without the place where a list or map stands that was written or given: its elements know their own.
    pub(crate) fn decisions(&mut self, origin: OriginId) -> OriginId {
        match self.trace.get(origin) {
            Some(Source::Join(inputs)) => {
                let inputs = Arc::clone(inputs);
                let kept: Vec<OriginId> = inputs.iter().copied().filter(|&input| self.is_decision(input)).collect();
                self.join(kept)
            }
            Some(_) if self.is_decision(origin) => origin,
            Some(_) | None => OriginId::NONE,
        }
    }

    fn is_decision(&self, origin: OriginId) -> bool {
        match self.trace.get(origin) {
            Some(Source::Skips { .. } | Source::Builtin(_)) => true,
            Some(Source::Action { .. }) => self.chosen.contains(&origin),
            Some(Source::Value { .. } | Source::Template { .. } | Source::Join(_)) | None => false,
        }
    }

    /// The origin of a part of a value: where the whole was chosen, so was the part.
    pub(crate) fn part_of(&mut self, whole: OriginId, part: OriginId) -> OriginId {
        let choices: Vec<OriginId> = match self.trace.get(whole) {
            Some(Source::Action { .. }) if self.chosen.contains(&whole) => vec![whole],
            Some(Source::Join(inputs)) if inputs.len() <= MAX_CHOICES => {
                inputs.iter().copied().filter(|input| self.chosen.contains(input)).collect()
            }
            _ => return part,
        };
        let mut origin = part;
        for choice in choices {
            if let Some(&Source::Action { span, frame, .. }) = self.trace.get(choice) {
                origin = self.choice(span, frame, origin);
            }
        }
        origin
    }

    /// The value of a key that is what it is: another key would not have this value.
    pub(crate) fn keyed(&mut self, value: Value, key: OriginId, site: Option<Span>) -> Value {
        if key == value.origin { value } else { self.decided(value, key, site) }
    }

    /// Whether a guard is the innermost of what holds.
    pub(crate) fn is_guarded(&self) -> bool {
        matches!(self.trace.get_frame(self.frame), Some(Frame { kind: FrameKind::Guard(_), .. }))
    }

    /// A value that is stored where it outlives the guards around the action: it came from them too.
    pub(crate) fn guarded(&mut self, value: Value, site: Option<Span>) -> Value {
        match site.filter(|_| self.is_guarded()) {
            Some(span) => {
                let origin = self.choice(span, self.frame, value.origin);
                value.from(origin)
            }
            None => value,
        }
    }

    /// Where random numbers come from; none where constants stand for them.
    pub(crate) fn random(&mut self) -> Option<&mut ChaCha20Rng> {
        self.random.as_deref_mut()
    }

    /// The union of origins, recorded once.
    pub fn join(&mut self, origins: impl IntoIterator<Item = OriginId>) -> OriginId {
        self.origins.join(&mut self.trace, origins)
    }

    /// The template of a name, of the innermost text that `tpl` is at work on first.
    pub(crate) fn find(&self, name: &str) -> Option<Found> {
        let below = self.templates.get(name);
        let mut overlays = self.overlays.iter().rev().filter_map(|overlay| Some((overlay, overlay.templates.get(name)?)));
        let hiding = overlays.find(|(_, template)| !template.root.is_empty() || below.is_none());
        Some(match hiding {
            Some((overlay, template)) => Found { template: Arc::clone(template), texts: Texts::Made(Rc::clone(&overlay.source)) },
            None => Found { template: Arc::clone(below?), texts: Texts::File },
        })
    }

    pub(crate) fn is_too_deep(&self) -> bool {
        self.stack.is_some_and(Stack::is_used_up)
    }

    fn enter(&mut self, found: &Found, data: Value, entry: Entry) -> Result<Str, Failure> {
        let outer = self.frame;
        if let (Some(span), Some(kind)) = (entry.site, entry.kind) {
            self.frame = self.trace.frame(Frame { parent: outer, span, kind });
        }
        let data = Value { boxed: false, ..data };
        let result = Exec::new(self, found, entry.site).run(data);
        self.frame = outer;
        result.map_err(|failure| *failure)
    }

    fn parse_source(&mut self, bytes: &Arc<[u8]>) -> Result<Rc<Parsed>, crate::ParseError> {
        if let Some(parsed) = self.parsed.get(bytes) {
            return Ok(Rc::clone(parsed));
        }
        let stack = self.stack.unwrap_or_else(|| Stack::new(self.settings.limits.stack));
        let parsed = Rc::new(self.templates.parse_apart(SET_NAME, &Text::nowhere(Arc::clone(bytes)), stack)?);
        self.parsed.insert(Arc::clone(bytes), Rc::clone(&parsed));
        Ok(parsed)
    }
}

fn no_template(name: &str) -> Failure {
    let name = String::from_utf8_lossy(&format::quote(name.as_bytes())).into_owned();
    Failure::new(format!("template: no template {name} associated with template \"{SET_NAME}\""))
}
