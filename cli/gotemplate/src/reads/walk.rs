//! Walks through all branches of templates.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_source::{Range, Span, Text};

use super::{
    Bare, Extent, Guard, Part, Path, Reads,
    known::{Known, may_be},
};
use crate::{Templates, ast, parse::Template, stack::Stack};

/// How many nodes are looked at before the walk gives up.
const MAX_STEPS: u64 = 4_000_000;

/// How deep templates may call each other.
const MAX_CALLS: usize = 48;

/// How often everything is walked through again because templates put more into maps.
const MAX_ROUNDS: usize = 4;

/// Files whose names end so are executed, but are no manifests.
const NOTES: &str = "NOTES.txt";

/// How often a loop is walked through because it changes variables.
const MAX_TURNS: usize = 6;

/// What the texts that `tpl` may be given are called where names of templates are kept.
const TEXTS: &str = "\0\0";

/// The stack for parsing texts of values.
const PARSE_STACK: usize = 1 << 18;

/// A template that is executed by itself.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub template: Arc<str>,
    /// The path of the values of its chart.
    pub chart: Path,
}

/// What templates may read; `texts` are those that `tpl` may be given, such as strings of values and files of the chart.
#[must_use]
pub fn reads(templates: &Templates, entries: &[Entry], texts: &[Arc<str>]) -> Reads {
    let charts: BTreeSet<Path> = entries.iter().map(|entry| entry.chart.clone()).collect();
    let mut walk = Walk {
        templates,
        charts,
        texts: texts.iter().filter_map(|text| parsed(templates, text)).collect(),
        found: Reads { complete: true, words: words(templates), ..Reads::default() },
        stored: BTreeMap::new(),
        called: BTreeSet::new(),
        spread: BTreeSet::new(),
        variables: Vec::new(),
        guards: Vec::new(),
        current: Vec::new(),
        steps: 0,
    };
    for _ in 0..MAX_ROUNDS {
        let before = walk.stored.clone();
        walk.called.clear();
        walk.spread.clear();
        for entry in entries {
            if let Some(template) = templates.get(&entry.template) {
                // What stands in notes for people is no part of what is deployed.
                let is_noted = entry.template.ends_with(NOTES);
                walk.guards.extend(is_noted.then_some(Guard::Unknown));
                walk.template(template, Known::root(entry.chart.clone()));
                walk.guards.clear();
            }
        }
        if walk.stored == before {
            break;
        }
    }
    walk.found.bare.sort();
    walk.found.bare.dedup();
    walk.found
}

/// The words of all templates.
fn words(templates: &Templates) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    for template in templates.names().filter_map(|name| templates.get(name)) {
        let text = String::from_utf8_lossy(template.text.bytes());
        let words = text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '-')));
        for word in words.filter(|word| !word.is_empty()) {
            if !found.contains(word) {
                found.insert(Arc::from(word));
            }
        }
    }
    found
}

/// The templates of a text; nothing of one that is none, which `tpl` refuses.
fn parsed(templates: &Templates, text: &str) -> Option<Vec<Arc<Template>>> {
    let text = Text::nowhere(text.as_bytes().to_vec());
    let parsed = templates.parse_apart("text", &text, Stack::new(PARSE_STACK)).ok()?;
    Some(parsed.into_values().collect())
}

pub(super) struct Walk<'t> {
    pub(super) templates: &'t Templates,
    charts: BTreeSet<Path>,
    texts: Vec<Vec<Arc<Template>>>,
    pub(super) found: Reads,
    /// What templates put into maps, by key.
    pub(super) stored: BTreeMap<Arc<str>, Known>,
    called: BTreeSet<(Arc<str>, Known)>,
    /// What `tpl` and templates without a known name were given already.
    spread: BTreeSet<(Arc<str>, Known)>,
    pub(super) variables: Vec<(Arc<str>, Known)>,
    guards: Vec<Guard>,
    /// The texts of the templates that are being walked through.
    current: Vec<Text>,
    steps: u64,
}

impl Walk<'_> {
    /// Walks through a template with what it is given.
    pub(super) fn template(&mut self, template: &Arc<Template>, dot: Known) {
        if self.current.len() >= MAX_CALLS || dot.is_too_much() {
            self.give_up(&dot);
            return;
        }
        if !self.called.insert((Arc::clone(&template.name), dot.clone())) {
            return;
        }
        self.body(template, dot);
    }

    fn body(&mut self, template: &Arc<Template>, dot: Known) {
        let outer = std::mem::take(&mut self.variables);
        self.variables.push((Arc::from("$"), dot.clone()));
        self.current.push(template.text.clone());
        self.list(&template.root, &dot);
        self.current.pop();
        self.variables = outer;
    }

    /// Everything that is given may be read, and more.
    fn give_up(&mut self, dot: &Known) {
        self.found.complete = false;
        self.consume(dot, true, None);
    }

    /// A template whose name is not known, or not wholly, may be any.
    pub(super) fn any_template(&mut self, name: &str, dot: &Known) {
        if dot.is_nothing() || !self.spread.insert((Arc::from(name), dot.clone())) {
            return;
        }
        let names = self.templates.names().filter(|known| may_be(name, known));
        let all: Vec<Arc<Template>> = names.filter_map(|name| self.templates.get(name)).cloned().collect();
        self.guards.push(Guard::Unknown);
        for template in all.iter().filter(|template| template.is_part) {
            self.template(template, dot.clone());
        }
        self.guards.pop();
    }

    /// A text that `tpl` is given may be any.
    pub(super) fn any_text(&mut self, dot: &Known) {
        if dot.is_nothing() || !self.spread.insert((Arc::from(TEXTS), dot.clone())) {
            return;
        }
        self.guards.push(Guard::Unknown);
        for templates in self.texts.clone() {
            templates.iter().for_each(|template| self.body(template, dot.clone()));
        }
        self.guards.pop();
    }

    /// A text that stands in a template.
    pub(super) fn text(&mut self, text: &str, dot: &Known) {
        for template in parsed(self.templates, text).unwrap_or_default() {
            self.body(&template, dot.clone());
        }
    }

    fn list(&mut self, list: &ast::List, dot: &Known) {
        let depth = self.variables.len();
        for node in &list.nodes {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.found.complete = false;
                break;
            }
            self.node(node, dot);
        }
        self.variables.truncate(depth);
    }

    fn node(&mut self, node: &ast::Node, dot: &Known) {
        match node {
            ast::Node::Text(_) | ast::Node::Break(_) | ast::Node::Continue(_) => {}
            ast::Node::Action(action) => {
                let value = self.pipe(&action.pipe, dot);
                if action.pipe.variables.is_empty() {
                    self.consume(&value, false, self.span(action.position));
                }
            }
            ast::Node::If(branch) => {
                let depth = self.variables.len();
                let value = self.pipe(&branch.pipe, dot);
                self.test(&value, self.span(branch.position));
                self.branch(branch, dot, &value, dot);
                self.variables.truncate(depth);
            }
            ast::Node::With(branch) => {
                let depth = self.variables.len();
                let value = self.pipe(&branch.pipe, dot);
                self.test(&value, self.span(branch.position));
                self.branch(branch, &value.clone().soft(), &value, dot);
                self.variables.truncate(depth);
            }
            ast::Node::Range(branch) => self.range(branch, dot),
            ast::Node::Template(call) => {
                let given = call.pipe.as_ref().map(|pipe| self.pipe(pipe, dot)).unwrap_or_default();
                self.include(&call.name, given);
            }
        }
    }

    fn range(&mut self, branch: &ast::Branch, dot: &Known) {
        let depth = self.variables.len();
        let value = self.pipe(&branch.pipe, dot);
        self.test(&value, self.span(branch.position));
        self.presence(&value, self.span(branch.position));
        let item = value.any().soft();
        // The pipeline gave its variables the whole; they are the item, and its key before it.
        self.variables.truncate(depth);
        let names: Vec<Arc<str>> = branch.pipe.variables.iter().map(|variable| Arc::clone(&variable.name)).collect();
        if let Some(name) = names.last() {
            self.set(name, &item, branch.pipe.assigns);
        }
        if let [key, _] = names.as_slice() {
            self.set(key, &Known::default(), branch.pipe.assigns);
        }
        self.guards.push(Guard::Unknown);
        if value.sequences.is_empty() {
            self.turns(branch, &item);
        } else {
            self.sequences(branch, &value, names.last());
        }
        if let Some(otherwise) = &branch.otherwise {
            self.list(otherwise, dot);
        }
        self.guards.pop();
        self.variables.truncate(depth);
    }

    /// Walks through a loop until it changes no variable any more.
    fn turns(&mut self, branch: &ast::Branch, item: &Known) {
        for _ in 0..MAX_TURNS {
            let before = self.variables.clone();
            self.list(&branch.list, item);
            if self.variables == before || self.variables.iter().any(|(_, known)| known.is_too_much()) {
                break;
            }
        }
    }

    /// Walks through a loop over the parts of texts, one text after the other.
    fn sequences(&mut self, branch: &ast::Branch, value: &Known, name: Option<&Arc<str>>) {
        let before = self.variables.clone();
        let mut after = before.clone();
        for sequence in &value.sequences {
            self.variables.clone_from(&before);
            for part in sequence {
                let item = Known::text(part);
                if let Some(name) = name {
                    self.variables.push((Arc::clone(name), item.clone()));
                }
                self.list(&branch.list, &item);
                self.variables.truncate(before.len());
            }
            for ((_, known), (_, changed)) in after.iter_mut().zip(&self.variables) {
                *known = std::mem::take(known).or(changed.clone());
            }
        }
        self.variables = after;
    }

    fn branch(&mut self, branch: &ast::Branch, inside: &Known, value: &Known, dot: &Known) {
        let plain = branch.pipe.commands.len() == 1
            && branch.pipe.commands.first().is_some_and(|command| {
                command.arguments.is_empty() && matches!(command.first, ast::Expr::Field { .. } | ast::Expr::Variable(_))
            });
        let path = value.paths.iter().next().filter(|(_, soft)| plain && value.paths.len() == 1 && !**soft).map(|(path, _)| path.clone());
        let path = path.filter(|_| value.fields.is_empty() && value.items.is_none() && value.roots.is_empty());
        let guard = |holds| path.clone().map_or(Guard::Unknown, |path| Guard::Is(path, holds));
        self.guards.push(guard(true));
        self.list(&branch.list, inside);
        self.guards.pop();
        if let Some(otherwise) = &branch.otherwise {
            self.guards.push(guard(false));
            self.list(otherwise, dot);
            self.guards.pop();
        }
    }

    pub(super) fn include(&mut self, name: &str, given: Known) {
        if let Some(template) = self.templates.get(name).cloned() {
            self.template(&template, given);
        }
    }

    /// The value of a pipeline; its variables are declared or assigned.
    pub(super) fn pipe(&mut self, pipe: &ast::Pipe, dot: &Known) -> Known {
        let mut passed = None;
        for command in &pipe.commands {
            passed = Some(self.command(command, dot, passed.take()));
        }
        let value = passed.unwrap_or_default();
        for variable in &pipe.variables {
            self.set(&variable.name, &value, pipe.assigns);
        }
        value
    }

    pub(super) fn set(&mut self, name: &Arc<str>, value: &Known, assigns: bool) {
        match self.variables.iter_mut().rev().find(|(known, _)| assigns && known == name) {
            // The branch that assigns may not be taken.
            Some((_, known)) => *known = std::mem::take(known).or(value.clone()).soft(),
            None => self.variables.push((Arc::clone(name), value.clone())),
        }
    }

    fn command(&mut self, command: &ast::Command, dot: &Known, passed: Option<Known>) -> Known {
        if let ast::Expr::Function { function, position } = &command.first {
            let mut arguments: Vec<Known> = command.arguments.iter().map(|argument| self.expression(argument, dot)).collect();
            arguments.extend(passed);
            let first = command.arguments.first().and_then(|first| match first {
                ast::Expr::Variable(variable) if variable.fields.is_empty() => Some(Arc::clone(&variable.name)),
                _ => None,
            });
            return self.call(function.name, arguments, (first.as_ref(), self.span(*position)));
        }
        let value = self.expression(&command.first, dot);
        if command.arguments.is_empty() && passed.is_none() {
            return value;
        }
        // A method of an object that the engine made, such as `.Files.Get`.
        for argument in &command.arguments {
            let argument = self.expression(argument, dot);
            self.consume(&argument, true, self.span(command.first.position()));
        }
        if let Some(passed) = passed {
            self.consume(&passed, true, self.span(command.first.position()));
        }
        Known::default()
    }

    fn expression(&mut self, expression: &ast::Expr, dot: &Known) -> Known {
        match expression {
            ast::Expr::Dot(_) => dot.clone(),
            ast::Expr::Field { names, .. } => self.follow(dot.clone(), names),
            ast::Expr::Variable(variable) => {
                let known = self.variables.iter().rev().find(|(name, _)| *name == variable.name);
                let known = known.map(|(_, known)| known.clone()).unwrap_or_default();
                self.follow(known, &variable.fields)
            }
            ast::Expr::Chain { of, names, .. } => {
                let known = self.expression(of, dot);
                self.follow(known, names)
            }
            ast::Expr::Pipe(pipe) => self.pipe(pipe, dot),
            ast::Expr::Text { value, .. } => Known::text(&String::from_utf8_lossy(value)),
            ast::Expr::Function { function, position } => self.call(function.name, Vec::new(), (None, self.span(*position))),
            ast::Expr::Bool { .. } | ast::Expr::Nil(_) | ast::Expr::Number(_) => Known::default(),
        }
    }

    fn follow(&self, known: Known, names: &[Arc<str>]) -> Known {
        names.iter().fold(known, |known, name| self.entry(&known, name))
    }

    pub(super) fn entry(&self, known: &Known, key: &Arc<str>) -> Known {
        known.entry(key, self.stored.get(key))
    }

    fn span(&self, position: u32) -> Option<Span> {
        self.current.last()?.span(Range { start: position, end: position + 1 })
    }

    /// Everything of a value is read; `soft` where what is missing does no harm.
    pub(super) fn consume(&mut self, value: &Known, soft: bool, span: Option<Span>) {
        for (path, is_soft) in &value.paths {
            self.read(path, Extent::Whole, span);
            if !soft && !is_soft && span.is_some() {
                self.found.bare.push(Bare { path: path.clone(), span, guards: self.guards.clone() });
            }
        }
        for root in &value.roots {
            self.read(root, Extent::Whole, span);
        }
        for inner in value.fields.values().chain(value.items.as_deref()) {
            self.consume(inner, true, span);
        }
    }

    /// Whether there is a value, or what it is, is read.
    pub(super) fn test(&mut self, value: &Known, span: Option<Span>) {
        for path in value.paths.keys() {
            self.read(path, Extent::Own, span);
        }
    }

    /// Which entries or items a value has is read.
    pub(super) fn presence(&mut self, value: &Known, span: Option<Span>) {
        for path in value.paths.keys() {
            let below: Path = path.iter().cloned().chain([Part::Any]).collect();
            self.read(&below, Extent::Own, span);
        }
    }

    fn read(&mut self, path: &Path, extent: Extent, span: Option<Span>) {
        self.found.values.entry((path.clone(), extent)).or_insert(span);
        // Globals of a subchart are those of every chart around it too.
        let global = |at: &usize| matches!(path.get(*at), Some(Part::Name(name)) if &**name == "global");
        for at in (0..path.len()).filter(global) {
            let (Some(chart), Some(rest)) = (path.get(..at), path.get(at..)) else { continue };
            if !self.charts.contains(chart) && !chart.iter().any(|part| matches!(part, Part::Any | Part::Mentioned)) {
                continue;
            }
            for outer in (0..at).filter_map(|length| chart.get(..length)).filter(|outer| self.charts.contains(*outer)) {
                let above: Path = outer.iter().chain(rest).cloned().collect();
                self.found.values.entry((above, extent)).or_insert(span);
            }
        }
    }
}
