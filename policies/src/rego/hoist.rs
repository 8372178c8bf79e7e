//! Rego in the words that regorus reads as OPA does.
//!
//! Of `not f(a.b)` OPA evaluates what is handed to the call before the negation, so that nothing follows where it is undefined. Regorus evaluates it
//! within the negation, which then holds. So each such part of a negated expression gets a statement of its own.
//!
//! `walk` is a relation in OPA, of a value and each pair of a path and what stands there. Regorus knows it as `walk(x, [path, value])` alone, where both
//! are new names. So `[path, value] := walk(x)`, `walk(x, pair)` and all else that OPA takes become that, and a statement that unifies.

use std::ops::Range;

use serde_json::Value;

use super::defined::range;

/// Names that nobody else gives.
const NAME: &str = "__portcullis_";

/// A change of a text: this range becomes that.
type Edit = (usize, usize, String);

/// The text with a statement of its own for whatever a negation hands on; none where nothing changes. Lines stay where they are.
///
/// # Errors
/// A negation asks about any member, which OPA refuses, since nothing could be handed to it.
pub(crate) fn hoist(text: &str, ast: &Value, round: usize) -> Result<Option<String>, String> {
    if asks_about_any(ast, false) {
        return Err("var _ is unsafe: it stands in a negation".to_owned());
    }
    let mut work = Work { text, edits: Vec::new(), count: 0, round };
    work.walk(ast, false);
    if work.edits.is_empty() {
        return Ok(None);
    }
    // From the back, so that places in front stay; of what begins at one place, what was asked for last comes last.
    let mut edits: Vec<(usize, Edit)> = work.edits.into_iter().enumerate().collect();
    edits.sort_by_key(|(order, (start, _, _))| (*start, *order));
    let mut hoisted = text.to_owned();
    for (_, (start, end, with)) in edits.into_iter().rev() {
        if hoisted.is_char_boundary(start) && hoisted.is_char_boundary(end) && start <= end && end <= hoisted.len() {
            hoisted.replace_range(start..end, &with);
        }
    }
    Ok(Some(hoisted))
}

struct Work<'a> {
    text: &'a str,
    edits: Vec<Edit>,
    count: usize,
    round: usize,
}

impl Work<'_> {
    fn walk(&mut self, node: &Value, is_body: bool) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, false)),
            Value::Object(map) => {
                if let Some(stmts) = map.get("stmts").and_then(Value::as_array) {
                    return self.query(node, stmts, is_body);
                }
                let has_query = map.contains_key("is_else");
                map.iter().for_each(|(key, inner)| self.walk(inner, has_query && key == "query"));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn query(&mut self, query: &Value, stmts: &[Value], is_body: bool) {
        let Some(Range { start, end }) = range(self.text, query) else { return };
        let before = self.edits.len();
        // A body of one statement may stand without braces.
        let is_bare = is_body && !self.text.get(start..end).is_some_and(|text| text.starts_with('{'));
        if is_bare {
            self.edits.push((start, start, "{ ".to_owned()));
        }
        for (index, stmt) in stmts.iter().enumerate() {
            if index > 0 && stmt.pointer("/literal/SomeVars").is_some() {
                self.declaration(stmts, stmt);
            }
            if let Some(expr) = stmt.pointer("/literal/NotExpr/expr") {
                self.negation(stmt, expr);
            }
            if let Some(walked) = Walked::of(stmt) {
                self.walked(stmt, &walked);
            }
        }
        let is_changed = self.edits.len() > before + usize::from(is_bare);
        match (is_bare, self.edits.len() == before + 1) {
            (true, true) => drop(self.edits.pop()),
            (true, false) => self.edits.push((end, end, " }".to_owned())),
            (false, _) => {}
        }
        // What stands within is looked at in the next round, where this has its new text.
        if !is_changed {
            stmts.iter().for_each(|stmt| self.walk(stmt, false));
        }
    }

    /// Regorus declares variables anew in each round of a loop that stands before, and takes that for a second declaration: they come first.
    fn declaration(&mut self, stmts: &[Value], stmt: &Value) {
        let (Some(first), Some(whole), Some(text)) =
            (stmts.first().and_then(|first| range(self.text, first)), range(self.text, stmt), self.part(stmt))
        else {
            return;
        };
        let text = text.replace('\n', " ");
        self.edits.push((first.start, first.start, format!("{text}; ")));
        self.edits.push((
            whole.start,
            whole.end,
            format!("true{}", "\n".repeat(self.part(stmt).unwrap_or_default().matches('\n').count())),
        ));
    }

    fn negation(&mut self, stmt: &Value, expr: &Value) {
        let Some(Range { start: at, .. }) = range(self.text, stmt) else { return };
        let mut parts = Vec::new();
        top(expr, &mut parts);
        let with: String = stmt
            .get("with_mods")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|with| self.part(with))
            .map(|with| format!(" {with}"))
            .collect();
        for part in parts {
            let (Some(Range { start, end }), Some(text)) = (range(self.text, part), self.part(part).map(str::to_owned)) else { continue };
            self.count += 1;
            let name = format!("{NAME}{}_{}", self.round, self.count);
            let lines = "\n".repeat(text.matches('\n').count());
            let text = text.replace('\n', " ");
            self.edits.push((at, at, format!("{name} := {text}{with}; ")));
            self.edits.push((start, end, format!("{name}{lines}")));
        }
    }

    fn walked(&mut self, stmt: &Value, walked: &Walked<'_>) {
        let (Some(Range { start, end }), Some(of), Some(pair)) = (range(self.text, stmt), self.part(walked.of), self.part(walked.pair))
        else {
            return;
        };
        if pair.starts_with(&format!("[{NAME}")) {
            return;
        }
        let [path, value] = [1, 2].map(|more| format!("{NAME}{}_{}", self.round, self.count + more));
        let lines = "\n".repeat(self.part(stmt).unwrap_or_default().matches('\n').count());
        let flat = |text: &str| text.replace('\n', " ");
        let text = format!("walk({}, [{path}, {value}]); {} {} [{path}, {value}]{lines}", flat(of), flat(pair), walked.sign);
        self.count += 2;
        self.edits.push((start, end, text));
    }

    fn part(&self, node: &Value) -> Option<&str> {
        self.text.get(range(self.text, node)?)
    }
}

/// A statement that asks `walk` for pairs.
struct Walked<'a> {
    of: &'a Value,
    pair: &'a Value,
    sign: &'static str,
}

impl<'a> Walked<'a> {
    fn of(stmt: &'a Value) -> Option<Self> {
        let expr = stmt.pointer("/literal/Expr/expr").filter(|_| stmt.get("with_mods").is_none())?;
        if let Some([of, pair]) = walk(expr) {
            return Some(Self { of, pair, sign: "=" });
        }
        let (kind, assigned) = expr.as_object()?.iter().next()?;
        let is_equality = matches!(kind.as_str(), "AssignExpr" | "BoolExpr");
        let sign = match assigned.get("op").filter(|_| is_equality)?.as_str()? {
            "ColEq" => ":=",
            "Eq" => "=",
            _ => return None,
        };
        let [left, right] = ["lhs", "rhs"].map(|side| assigned.get(side));
        let (pair, call) = if right.is_some_and(is_walk) { (left?, right?) } else { (right?, left?) };
        walk(call).map(|[of]| Self { of, pair, sign })
    }
}

fn is_walk(expr: &Value) -> bool {
    walk::<1>(expr).is_some()
}

/// What `walk` is handed, where it is so many things.
fn walk<const COUNT: usize>(expr: &Value) -> Option<[&Value; COUNT]> {
    let call = expr.get("Call").filter(|call| call.pointer("/fcn/Var/value").is_some_and(|name| name == "walk"))?;
    let params: Vec<&Value> = call.get("params")?.as_array()?.iter().collect();
    params.try_into().ok()
}

/// Whether a wildcard is a key in a negation; a comprehension in it has variables of its own.
fn asks_about_any(node: &Value, is_negated: bool) -> bool {
    match node {
        Value::Array(items) => items.iter().any(|item| asks_about_any(item, is_negated)),
        Value::Object(map) => map.iter().any(|(kind, inner)| match kind.as_str() {
            "NotExpr" => asks_about_any(inner, true),
            "ArrayCompr" | "SetCompr" | "ObjectCompr" => asks_about_any(inner, false),
            "RefBrack" if is_negated && inner.pointer("/index/Var/value").is_some_and(|name| name == "_") => true,
            _ => asks_about_any(inner, is_negated),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// What of a negated expression is evaluated before it.
fn top<'a>(expr: &'a Value, parts: &mut Vec<&'a Value>) {
    let Some((kind, inner)) = expr.as_object().and_then(|map| map.iter().next()) else { return };
    let side = |key: &str| inner.get(key);
    match kind.as_str() {
        "Call" => inner.get("params").and_then(Value::as_array).into_iter().flatten().for_each(|param| handed(param, parts)),
        // Equality unifies: a reference that is undefined makes it undefined, and not what is around it.
        "BoolExpr" | "AssignExpr" if inner.get("op").and_then(Value::as_str).is_some_and(|op| op == "Eq") => {
            [side("lhs"), side("rhs")].into_iter().flatten().for_each(|side| nested(side, parts));
        }
        "BoolExpr" | "ArithExpr" | "BinExpr" => [side("lhs"), side("rhs")].into_iter().flatten().for_each(|side| handed(side, parts)),
        "Membership" => [side("key"), side("value"), side("collection")].into_iter().flatten().for_each(|side| handed(side, parts)),
        _ => nested(expr, parts),
    }
}

/// Something that a call is handed.
fn handed<'a>(expr: &'a Value, parts: &mut Vec<&'a Value>) {
    let Some((kind, _)) = expr.as_object().and_then(|map| map.iter().next()) else { return };
    // Constants are what they are, and a variable has its value already.
    if !matches!(kind.as_str(), "String" | "RawString" | "Number" | "Bool" | "Null" | "Var") {
        parts.push(expr);
    }
}

/// What is evaluated before a reference or a side of an equality: calls, and keys that are no variables.
fn nested<'a>(expr: &'a Value, parts: &mut Vec<&'a Value>) {
    let Some((kind, inner)) = expr.as_object().and_then(|map| map.iter().next()) else { return };
    match kind.as_str() {
        "Call" | "ArithExpr" | "BinExpr" | "BoolExpr" | "Membership" => parts.push(expr),
        "RefDot" => inner.get("refr").into_iter().for_each(|inner| nested(inner, parts)),
        "RefBrack" => {
            inner.get("refr").into_iter().for_each(|inner| nested(inner, parts));
            inner.get("index").into_iter().for_each(|index| handed(index, parts));
        }
        _ => {}
    }
}
