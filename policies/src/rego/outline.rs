//! What texts of Rego name: packages, imports, rules, what these call and which data they read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::builtins;

/// A text, looked through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub(crate) path: String,
    /// The package, without `data.`.
    pub(crate) package: String,
    /// What is imported, with its line.
    pub(crate) imports: Vec<(usize, String)>,
    /// The names of its rules and functions.
    pub(crate) rules: BTreeSet<String>,
    /// What is called, with its line: builtins by their names, functions as `data.package.name`.
    pub(crate) calls: Vec<(usize, String)>,
    /// What heads say that nothing gives a value, with its line.
    pub(crate) unsafe_variables: Vec<(usize, String)>,
    /// What builtins are called with and what is no pattern for them, with its line.
    pub(crate) broken_patterns: Vec<(usize, String)>,
    /// The data that is read, with its line, as `data.inventory.cluster`.
    pub(crate) data: Vec<(usize, String)>,
    /// Whether it reads `input.review`.
    pub(crate) reads_review: bool,
    /// Whether it reads `input.review.namespaceObject`, or all of `input.review`.
    pub(crate) reads_namespace: bool,
    /// The rules that are no sets, with their lines.
    pub(crate) no_sets: Vec<(usize, String)>,
    /// Which rules, as `data.package.name`, lead to which, and on which line they begin.
    edges: BTreeMap<String, (usize, BTreeSet<String>)>,
    /// The names that imports give, with what they stand for.
    aliases: BTreeMap<String, String>,
}

/// Whether a path is another one, or goes on below it.
pub(crate) fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Outline {
    /// Those of all modules, in their order.
    ///
    /// # Errors
    /// One nests too deep to be looked through.
    pub(crate) fn all(engine: &regorus::Engine) -> Result<Vec<Self>, String> {
        let modules = modules(engine)?;
        let packages: Vec<(String, BTreeSet<String>)> = modules.iter().filter_map(|module| module.get("ast")).map(names).collect();
        let outline = |module: &Value| {
            let text = |key: &str| module.get("source").and_then(|source| source.get(key)).and_then(Value::as_str).unwrap_or_default();
            module.get("ast").map(|ast| Self::of((text("file"), text("contents")), ast, &packages)).unwrap_or_default()
        };
        Ok(modules.iter().map(outline).collect())
    }

    fn of((path, text): (&str, &str), ast: &Value, packages: &[(String, BTreeSet<String>)]) -> Self {
        let (package, rules) = names(ast);
        let mut outline = Self { path: path.to_owned(), package, rules, ..Self::default() };
        for import in items(ast.get("imports")) {
            let Some((_, path)) = import.get("refr").and_then(path_of) else { continue };
            let last = path.last().cloned().unwrap_or_default();
            let alias = import
                .get("as")
                .filter(|alias| !alias.is_null())
                .and_then(|span| text.get(offset(span, "start")?..offset(span, "end")?))
                .map(str::to_owned);
            outline.imports.push((line(import), path.join(".")));
            outline.aliases.insert(alias.unwrap_or(last), path.join("."));
        }
        // A rule of another file of the package goes by its name too.
        let own: BTreeSet<&String> =
            packages.iter().filter(|(package, _)| *package == outline.package).flat_map(|(_, rules)| rules).collect();
        for rule in items(ast.get("rules")) {
            let Some((kind, rule)) = rule.as_object().and_then(|map| map.iter().next()) else { continue };
            let Some(name) = name_of(kind, rule) else { continue };
            if kind == "Spec" && rule.pointer("/head/Set").is_none() {
                outline.no_sets.push((line(rule), name.clone()));
            }
            let mut local = BTreeSet::new();
            declared(rule, &mut local);
            if let Some(name) = unsafe_variable(rule, |name| {
                local.contains(name) || own.iter().any(|own| *own == name) || outline.aliases.contains_key(name)
            }) {
                outline.unsafe_variables.push((line(rule), name));
            }
            let node = format!("data.{}.{name}", outline.package);
            let mut seen = Seen { outline: &mut outline, own: &own, local: &local, to: BTreeSet::new() };
            if kind == "Default" {
                rule.get("value").into_iter().for_each(|value| seen.walk(value, true));
            } else {
                seen.walk(rule, true);
            }
            let to = seen.to;
            outline.edges.entry(node).or_insert_with(|| (line(rule), BTreeSet::new())).1.extend(to);
        }
        outline
    }

    /// Whether it has this rule or function.
    pub(crate) fn has(&self, path: &str) -> bool {
        path.strip_prefix("data.")
            .and_then(|path| path.strip_prefix(&self.package)?.strip_prefix('.'))
            .is_some_and(|name| self.rules.contains(name))
    }

    /// The path of one of its rules.
    pub(crate) fn some_rule(&self) -> Option<String> {
        self.rules.iter().next().map(|name| format!("data.{}.{name}", self.package))
    }

    /// Whether it reads something below this path.
    pub(crate) fn reads(&self, path: &str) -> bool {
        self.data.iter().any(|(_, read)| is_below(read, path) || is_below(path, read))
    }
}

fn modules(engine: &regorus::Engine) -> Result<Vec<Value>, String> {
    let text = engine.get_ast_as_json().map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|_| "nests too deep".to_owned())
}

/// The trees of all modules, in their order.
///
/// # Errors
/// One nests too deep to be looked through.
pub(crate) fn asts(engine: &regorus::Engine) -> Result<Vec<Value>, String> {
    Ok(modules(engine)?.into_iter().map(|mut module| module.get_mut("ast").map(Value::take).unwrap_or_default()).collect())
}

/// The package and the rules of a module.
fn names(ast: &Value) -> (String, BTreeSet<String>) {
    let package = ast.pointer("/package/refr").and_then(path_of).map(|(_, path)| path.join(".")).unwrap_or_default();
    let rules = items(ast.get("rules")).filter_map(|rule| rule.as_object()?.iter().next()).filter_map(|(kind, rule)| name_of(kind, rule));
    (package, rules.collect())
}

fn name_of(kind: &str, rule: &Value) -> Option<String> {
    let refr = if kind == "Default" { rule.get("refr") } else { rule.get("head")?.as_object()?.values().next()?.get("refr") };
    refr.and_then(path_of).and_then(|(_, path)| path.into_iter().next())
}

/// An end of a span.
fn offset(span: &Value, key: &str) -> Option<usize> {
    span.get(key).and_then(Value::as_u64).and_then(|value| usize::try_from(value).ok())
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn line(node: &Value) -> usize {
    node.pointer("/span/line").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok()).unwrap_or(1)
}

/// The words of a reference as far as they are fixed, and whether that is all of it.
fn path_of(node: &Value) -> Option<(bool, Vec<String>)> {
    let (kind, inner) = node.as_object()?.iter().next()?;
    match kind.as_str() {
        "Var" => Some((true, vec![inner.get("value")?.as_str()?.to_owned()])),
        "RefDot" => {
            let (whole, mut path) = path_of(inner.get("refr")?)?;
            if whole {
                path.push(inner.get("field")?.get(1)?.as_str()?.to_owned());
            }
            Some((whole, path))
        }
        "RefBrack" => {
            let (whole, mut path) = path_of(inner.get("refr")?)?;
            let key = inner.get("index").and_then(written);
            path.extend(key.filter(|_| whole).map(str::to_owned));
            Some((whole && key.is_some(), path))
        }
        _ => None,
    }
}

/// A text as somebody wrote it.
fn written(node: &Value) -> Option<&str> {
    node.pointer("/String/value").or_else(|| node.pointer("/RawString/value")).and_then(Value::as_str)
}

/// A variable that the head of a rule says and that nothing beside it names.
fn unsafe_variable(rule: &Value, is_known: impl Fn(&str) -> bool) -> Option<String> {
    let mut known = BTreeSet::new();
    rule.get("bodies").into_iter().for_each(|bodies| variables(bodies, &mut known));
    let head = rule.get("head")?.as_object()?.values().next()?;
    head.get("args").into_iter().for_each(|args| variables(args, &mut known));
    let mut said = BTreeSet::new();
    ["key", "assign"].iter().filter_map(|part| head.get(*part)).for_each(|part| said_in(part, &mut said));
    said.into_iter().find(|name| !known.contains(name) && !is_known(name) && !matches!(name.as_str(), "input" | "data" | "_"))
}

/// The variables that an expression asks for: not those that a comprehension in it makes, nor what it calls.
fn said_in(node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| said_in(item, found)),
        Value::Object(map) => {
            if let Some(name) = map.get("Var").and_then(|var| var.get("value")).and_then(Value::as_str) {
                found.insert(name.to_owned());
            }
            let inner = map.iter().filter(|(key, _)| !key.ends_with("Compr") && *key != "fcn");
            inner.for_each(|(_, inner)| said_in(inner, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The variables that a rule declares anywhere.
fn declared(node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| declared(item, found)),
        Value::Object(map) => {
            for (key, inner) in map {
                match key.as_str() {
                    "args" => variables(inner, found),
                    "AssignExpr" if inner.get("op").and_then(Value::as_str) == Some("ColEq") => {
                        inner.get("lhs").into_iter().for_each(|lhs| variables(lhs, found));
                    }
                    "SomeIn" => ["key", "value"].iter().filter_map(|key| inner.get(*key)).for_each(|node| variables(node, found)),
                    _ => {}
                }
                declared(inner, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn variables(node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| variables(item, found)),
        Value::Object(map) => {
            if let Some(name) = map.get("Var").and_then(|var| var.get("value")).and_then(Value::as_str) {
                found.insert(name.to_owned());
            }
            map.values().for_each(|inner| variables(inner, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A walk through a rule.
struct Seen<'a> {
    outline: &'a mut Outline,
    own: &'a BTreeSet<&'a String>,
    local: &'a BTreeSet<String>,
    to: BTreeSet<String>,
}

impl Seen<'_> {
    /// Looks at a node; a part of a reference that was looked at is no start of another one.
    fn walk(&mut self, node: &Value, is_start: bool) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, true)),
            Value::Object(map) => {
                for (key, inner) in map {
                    let is_reference = matches!(key.as_str(), "Var" | "RefDot" | "RefBrack");
                    if key == "Call" {
                        self.call(inner);
                        inner.get("params").into_iter().for_each(|params| self.walk(params, true));
                        continue;
                    }
                    if is_reference && is_start {
                        self.reference(node, line(inner));
                    }
                    // The key that a rule has is no reference to it.
                    if key == "head" {
                        inner.as_object().into_iter().flat_map(|head| head.values()).for_each(|head| self.head(head));
                        continue;
                    }
                    match inner.as_object().filter(|_| is_reference) {
                        Some(fields) => fields.iter().for_each(|(field, inner)| self.walk(inner, field != "refr")),
                        None => self.walk(inner, true),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn head(&mut self, head: &Value) {
        for key in ["key", "args", "assign"] {
            head.get(key).into_iter().for_each(|part| self.walk(part, true));
        }
    }

    /// A path with what imports stand for, and own rules as data; whether it says itself that it is data.
    fn resolve(&self, mut path: Vec<String>) -> Option<(bool, String)> {
        let root = path.first().cloned()?;
        if root == "data" {
            return Some((true, path.join(".")));
        }
        if self.local.contains(&root) {
            return None;
        }
        let known = self.outline.aliases.get(&root).filter(|path| is_below(path, "data")).cloned();
        let own = self.own.contains(&root).then(|| format!("data.{}.{root}", self.outline.package));
        let is_data = own.is_none();
        let start = own.or(known)?;
        path.remove(0);
        path.insert(0, start);
        Some((is_data, path.join(".")))
    }

    fn call(&mut self, call: &Value) {
        let Some((_, path)) = call.get("fcn").and_then(path_of) else { return };
        let resolved = self.resolve(path.clone());
        if let Some((is_data, name)) = &resolved {
            self.outline.data.extend(is_data.then(|| (line(call), name.clone())));
        }
        let name = resolved.map_or_else(|| path.join("."), |(_, name)| name);
        let written: Vec<Option<&str>> = items(call.get("params")).map(written).collect();
        if let Some(reason) = builtins::refused(&name, &written) {
            self.outline.broken_patterns.push((line(call), format!("{name} gets what is no pattern: {reason}")));
        }
        self.to.insert(name.clone());
        self.outline.calls.push((line(call), name));
    }

    fn reference(&mut self, node: &Value, line: usize) {
        let Some((_, path)) = path_of(node) else { return };
        if path.first().is_some_and(|root| root == "input") && path.get(1).is_some_and(|key| key == "review") {
            self.outline.reads_review = true;
            self.outline.reads_namespace |= path.get(2).is_some_and(|key| key == "namespaceObject");
        }
        if let Some((is_data, path)) = self.resolve(path) {
            self.outline.data.extend(is_data.then(|| (line, path.clone())));
            self.to.insert(path);
        }
    }
}

/// Everything that a rule, as `data.package.name`, leads to: rules, data and builtins.
pub(crate) fn reached(outlines: &[Outline], rule: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut ahead = vec![rule.to_owned()];
    while let Some(step) = ahead.pop() {
        if found.contains(&step) {
            continue;
        }
        let edges = outlines.iter().flat_map(|outline| &outline.edges).filter(|(node, _)| is_below(&step, node) || is_below(node, &step));
        ahead.extend(edges.flat_map(|(_, (_, to))| to.iter().cloned()));
        found.insert(step);
    }
    found
}

/// A rule that leads back to itself, which OPA refuses and regorus' functions do not come back from: its module, line and name.
pub(crate) fn cycle(outlines: &[Outline]) -> Option<(usize, usize, String)> {
    let mut edges: BTreeMap<&str, (usize, usize, BTreeSet<&str>)> = BTreeMap::new();
    for (index, outline) in outlines.iter().enumerate() {
        for (node, (line, to)) in &outline.edges {
            let entry = edges.entry(node).or_insert_with(|| (index, *line, BTreeSet::new()));
            entry.2.extend(to.iter().map(String::as_str));
        }
    }
    // A path may go on below a rule, and name what is above several of them.
    let next = |to: &str| -> Vec<&str> { edges.keys().copied().filter(|node| is_below(to, node) || is_below(node, to)).collect() };
    for (node, (module, line, to)) in &edges {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut ahead: Vec<&str> = to.iter().flat_map(|to| next(to)).collect();
        while let Some(step) = ahead.pop() {
            if step == *node {
                return Some((*module, *line, node.strip_prefix("data.").unwrap_or(node).to_owned()));
            }
            if reached.insert(step) {
                ahead.extend(edges.get(step).into_iter().flat_map(|(_, _, to)| to).flat_map(|to| next(to)));
            }
        }
    }
    None
}
