//! What names stand for, and how the syntax tree is read that regorus writes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Wish;

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound<'a> {
    /// A part of the object.
    Part,
    /// The value of an expression.
    Value(&'a Value),
    /// A member of a collection.
    Member(&'a Value),
    /// Nobody knows what.
    Unknown,
}

/// The names that a query binds, and those around it.
pub(super) struct Scope<'a, 's> {
    pub(super) module: usize,
    text: &'a str,
    names: BTreeMap<&'a str, Bound<'a>>,
    outer: Option<&'s Scope<'a, 's>>,
}

impl<'a, 's> Scope<'a, 's> {
    /// The arguments of a head, of which is said whether they are parts of the object.
    pub(super) fn of_head((module, text): (usize, &'a str), head: &'a Value, args: &[bool]) -> Self {
        let mut scope = Self { module, text, names: BTreeMap::new(), outer: None };
        for (index, arg) in items(head.get("args")).enumerate() {
            match variable(arg) {
                Some(name) => scope.bind(name, if args.get(index) == Some(&true) { Bound::Part } else { Bound::Unknown }),
                None => scope.unknown(arg),
            }
        }
        scope
    }

    /// What a query binds beside that.
    pub(super) fn inner(&'s self, query: &'a Value) -> Self {
        let mut scope = Self { module: self.module, text: self.text, names: BTreeMap::new(), outer: Some(self) };
        items(query.get("stmts")).for_each(|statement| scope.statement(statement));
        scope
    }

    fn statement(&mut self, statement: &'a Value) {
        let Some((kind, literal)) = statement.get("literal").and_then(variant) else { return };
        let has_mods = statement.get("with_mods").is_some();
        match kind {
            "SomeVars" => {
                let text = self.text;
                items(literal.get("vars")).filter_map(|span| slice(text, span)).for_each(|name| self.bind(name, Bound::Unknown));
            }
            "SomeIn" => {
                literal.get("key").into_iter().for_each(|key| self.unknown(key));
                let (Some(value), Some(collection)) = (literal.get("value"), literal.get("collection")) else { return };
                self.assigned(value, Bound::Member(collection), has_mods);
            }
            "Expr" => {
                let assigned = literal.pointer("/expr/AssignExpr").filter(|assigned| assigned.get("op").is_some_and(|op| op == "ColEq"));
                let Some((lhs, rhs)) = assigned.and_then(|assigned| Some((assigned.get("lhs")?, assigned.get("rhs")?))) else { return };
                self.assigned(lhs, Bound::Value(rhs), has_mods);
            }
            _ => {}
        }
    }

    fn assigned(&mut self, to: &'a Value, bound: Bound<'a>, has_mods: bool) {
        match variable(to).filter(|_| !has_mods) {
            Some(name) => self.bind(name, bound),
            None => self.unknown(to),
        }
    }

    /// Binds all names of a pattern.
    fn unknown(&mut self, pattern: &'a Value) {
        match pattern {
            Value::Array(parts) => parts.iter().for_each(|part| self.unknown(part)),
            Value::Object(map) => {
                if let Some(name) = variable(pattern) {
                    self.bind(name, Bound::Unknown);
                }
                map.values().for_each(|part| self.unknown(part));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn bind(&mut self, name: &'a str, bound: Bound<'a>) {
        let is_new = !self.names.contains_key(name);
        self.names.insert(name, if is_new { bound } else { Bound::Unknown });
    }

    /// What a name is bound to, and where.
    pub(super) fn bound(&self, name: &str) -> Option<(Bound<'a>, &Scope<'a, 's>)> {
        let found = self.names.get(name).map(|bound| (*bound, self));
        found.or_else(|| self.outer?.bound(name))
    }
}

/// What stands behind the root of a reference.
#[derive(Clone, Copy, Debug)]
pub(super) enum Segment<'a> {
    Field(&'a str),
    Index(&'a Value),
}

/// The root of a reference, and what is read of it.
pub(super) fn flat(node: &Value) -> (&Value, Vec<Segment<'_>>) {
    let (mut root, mut segments) = (node, Vec::new());
    loop {
        let (refr, segment) = match variant(root) {
            Some(("RefDot", inner)) => (inner.get("refr"), inner.pointer("/field/1").and_then(Value::as_str).map(Segment::Field)),
            Some(("RefBrack", inner)) => (inner.get("refr"), inner.get("index").map(Segment::Index)),
            _ => (None, None),
        };
        let (Some(refr), Some(segment)) = (refr, segment) else { break };
        segments.push(segment);
        root = refr;
    }
    segments.reverse();
    (root, segments)
}

/// A reference of fixed words, with points between them.
pub(super) fn dotted(node: &Value) -> Option<String> {
    let (root, segments) = flat(node);
    let mut whole = variable(root)?.to_owned();
    for segment in segments {
        let word = match segment {
            Segment::Field(word) => word,
            Segment::Index(index) => text(index)?,
        };
        whole = format!("{whole}.{word}");
    }
    Some(whole)
}

/// The names that imports give, with what they stand for.
pub(super) fn aliases(tree: &Value, text: &str) -> BTreeMap<String, String> {
    let import = |import: &Value| {
        let path = dotted(import.get("refr")?)?;
        let last = path.rsplit('.').next().unwrap_or_default();
        let alias = import.get("as").and_then(|alias| slice(text, alias)).unwrap_or(last);
        Some((alias.to_owned(), path))
    };
    items(tree.get("imports")).filter_map(import).collect()
}

/// What a node is, and what it consists of.
pub(super) fn variant(node: &Value) -> Option<(&str, &Value)> {
    node.as_object()?.iter().next().map(|(kind, inner)| (kind.as_str(), inner))
}

pub(super) fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}

/// The name of a variable that has one.
pub(super) fn variable(node: &Value) -> Option<&str> {
    node.get("Var")?.get("value")?.as_str().filter(|name| *name != "_")
}

/// A text that is written out.
pub(super) fn text(node: &Value) -> Option<&str> {
    node.pointer("/String/value").or_else(|| node.pointer("/RawString/value")).and_then(Value::as_str)
}

/// A single value that is written out.
pub(super) fn literal(node: &Value) -> Option<&Value> {
    let (_, inner) = variant(node).filter(|(kind, _)| matches!(*kind, "String" | "RawString" | "Number" | "Bool" | "Null"))?;
    inner.get("value")
}

/// Whether two of these are the same, which numbers are that are written otherwise.
pub(super) fn is_same(one: &Value, two: &Value) -> bool {
    one == two || one.as_f64().is_some_and(|one| two.as_f64().is_some_and(|two| one.total_cmp(&two).is_eq()))
}

/// Whether what is written out can't be what it must be.
pub(super) fn falls_short(node: &Value, wish: Wish) -> bool {
    match (wish, literal(node)) {
        (Wish::Defined, _) => false,
        (Wish::True, literal) => literal == Some(&Value::Bool(false)),
        (Wish::Filled, Some(literal)) => literal.as_str().is_none_or(str::is_empty),
        (Wish::Filled, None) => {
            let listed = variant(node).and_then(|(kind, inner)| match kind {
                "Array" | "Set" => inner.get("items"),
                "Object" => inner.get("fields"),
                _ => None,
            });
            listed.and_then(Value::as_array).is_some_and(Vec::is_empty)
        }
    }
}

/// The arguments of `object.get`.
pub(super) fn got(node: &Value) -> Option<(&Value, &Value, &Value)> {
    match called(node, "object.get")? {
        [of, key, default] => Some((of, key, default)),
        _ => None,
    }
}

/// What is counted.
pub(super) fn counted(node: &Value) -> Option<&Value> {
    called(node, "count")?.first()
}

fn called<'a>(node: &'a Value, name: &str) -> Option<&'a [Value]> {
    let call = node.get("Call")?;
    let is_it = call.get("fcn").and_then(dotted).is_some_and(|called| called == name);
    call.get("params").filter(|_| is_it)?.as_array().map(Vec::as_slice)
}

/// Whether a count that compares so with a number is above zero.
pub(super) fn is_above_zero(op: &str, number: &Value) -> bool {
    let Some(number) = number.as_f64() else { return false };
    match op {
        "Gt" => number >= 0.0,
        "Ge" | "Eq" => number > 0.0,
        "Ne" => number.total_cmp(&0.0).is_eq(),
        _ => false,
    }
}

fn slice<'a>(text: &'a str, span: &Value) -> Option<&'a str> {
    let at = |key: &str| span.get(key).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
    text.get(at("start")?..at("end")?)
}
