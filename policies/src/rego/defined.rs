//! Rego in the words that the register machine reads as OPA does.
//!
//! The machine goes on where OPA stops: `x := e` with an undefined `e` leaves `x` undefined, a list or an object made by a comprehension takes an
//! undefined member, a condition that fails in a comprehension without a loop of its own ends the round of the loop around it, and where a body with
//! a loop finds nothing, nobody looks at the `else` behind it. So an assignment becomes a declaration and an equality, which ask for a value; what
//! a comprehension makes or a head says is assigned first, in the query; a query that does not begin with a loop gets one of one round; and a body
//! that others follow is tried as a list of what it says. A body
//! that reads the input where somebody may not come by asks for it first. What a person wrote is compiled where this does not compile, so that errors
//! speak of that.

use std::ops::Range;

use serde_json::Value;

/// Begins the names that nobody else gives.
const NAME: &str = "__made_";

/// The text as the machine is to read it, of which the syntax tree is said as regorus writes it.
pub(crate) fn defined(text: &str, tree: &Value) -> String {
    let mut rewrite = Rewrite { text, count: 0 };
    rewrite.part(0..text.len(), &[tree])
}

struct Rewrite<'a> {
    text: &'a str,
    count: usize,
}

impl Rewrite<'_> {
    /// The text of a range, in which these nodes stand.
    fn part(&mut self, range: Range<usize>, nodes: &[&Value]) -> String {
        let mut found = Vec::new();
        nodes.iter().for_each(|node| find(self.text, node, &mut found));
        found.sort_by_key(|found| found.range.start);
        let (mut written, mut at) = (String::new(), range.start);
        for found in found {
            if found.range.start < at || found.range.end > range.end {
                continue;
            }
            written.push_str(self.text.get(at..found.range.start).unwrap_or_default());
            written.push_str(&self.rewritten(&found));
            at = found.range.end;
        }
        written.push_str(self.text.get(at..range.end).unwrap_or_default());
        written
    }

    fn statements(&mut self, query: &Value) -> String {
        let children: Vec<&Value> = query.get("stmts").into_iter().collect();
        statements(self.text, query).map(|range| self.part(range, &children)).unwrap_or_default()
    }

    fn rewritten(&mut self, found: &Found<'_>) -> String {
        match &found.kind {
            Kind::Body { query, said, is_tried: false } => {
                let load = load(query, said.as_ref());
                let said = said.as_ref().map(|said| format!("\nsome {0}; {0} ={1}", said.name, self.said(said)));
                format!("{{ {load}{}{} }}", self.statements(query), said.unwrap_or_default())
            }
            Kind::Body { query, said, is_tried: true } => {
                let load = load(query, said.as_ref());
                let (name, value) = match said {
                    Some(said) => (said.name.as_str(), self.said(said)),
                    None => ("_", " true".to_owned()),
                };
                let (all, one) = (self.name(), self.name());
                let statements = self.statements(query);
                format!(
                    "{{ {load}some {all}; {all} = [{one} | some _ in [0]; {statements}\nsome {one}; {one} ={value}]\nsome {name}; {name} = {all}[0] }}"
                )
            }
            Kind::Bodiless(said) => format!(":= {0} if {{ {LOAD}some {0}; {0} ={1} }}", said.name, self.said(said)),
            Kind::Head(said) if said.is_member => said.name.clone(),
            Kind::Head(said) => format!(":= {}", said.name),
            Kind::Assignment { statement, assigned, name } => {
                let children: Vec<&Value> = [assigned.get("rhs"), statement.get("with_mods")].into_iter().flatten().collect();
                let value = self.after(":=", assigned.get("lhs"), found.range.start)..found.range.end;
                format!("some {name}; {name} ={}", self.part(value, &children))
            }
            Kind::Comprehension { made, query } => self.comprehension(&found.range, made, query),
        }
    }

    fn comprehension(&mut self, whole: &Range<usize>, made: &[Option<&Value>; 2], query: &Value) -> String {
        let text = self.text;
        let sign = |at: usize| text.get(at..=at).unwrap_or_default();
        let bar = range(text, query).map_or(whole.start, |range| range.start);
        let mut at = whole.start.saturating_add(1);
        let (mut names, mut ends) = (Vec::new(), String::new());
        for (index, node) in made.iter().enumerate().filter_map(|(index, node)| Some((index, (*node)?))) {
            let next = if index == 0 && made[1].is_some() { self.after(":", Some(node), at) } else { bar.saturating_add(1) };
            let name = self.name();
            ends.push_str(&format!("\nsome {name}; {name} = {}", self.part(at..next.saturating_sub(1), &[node])));
            names.push(name);
            at = next;
        }
        let has_loop = query.pointer("/stmts/0/literal/SomeIn").is_some();
        let start = if has_loop { "" } else { "some _ in [0]; " };
        let (open, close) = (sign(whole.start), sign(whole.end.saturating_sub(1)));
        format!("{open}{} | {start}{}{ends}{close}", names.join(": "), self.statements(query))
    }

    fn said(&mut self, said: &Said<'_>) -> String {
        self.part(said.value.clone(), &[said.node])
    }

    fn name(&mut self) -> String {
        self.count += 1;
        format!("{NAME}{}", self.count)
    }

    /// Behind the next such sign behind a node.
    fn after(&self, sign: &str, node: Option<&Value>, otherwise: usize) -> usize {
        let at = node.and_then(|node| range(self.text, node)).map_or(otherwise, |range| range.end);
        self.text.get(at..).and_then(|rest| rest.find(sign)).map_or(at, |found| at + found + sign.len())
    }
}

struct Found<'a> {
    range: Range<usize>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// The body of a rule, which may stand without braces while it is one statement, and what the head says if it holds.
    /// If others follow, it is tried as a list of what it says.
    Body {
        query: &'a Value,
        said: Option<Said<'a>>,
        is_tried: bool,
    },
    /// What a head says, where that is worked out in the body.
    Head(Said<'a>),
    /// What a head without a body says.
    Bodiless(Said<'a>),
    Assignment {
        statement: &'a Value,
        assigned: &'a Value,
        name: &'a str,
    },
    /// With a key and a value, or a value.
    Comprehension {
        made: [Option<&'a Value>; 2],
        query: &'a Value,
    },
}

/// What a head says.
#[derive(Clone)]
struct Said<'a> {
    node: &'a Value,
    value: Range<usize>,
    whole: Range<usize>,
    name: String,
    /// Of a set.
    is_member: bool,
}

/// The outermost nodes that are to be rewritten.
fn find<'a>(text: &str, node: &'a Value, found: &mut Vec<Found<'a>>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| find(text, item, found)),
        Value::Object(map) => {
            if let Some(rule) = map.get("Spec") {
                return find_rule(text, rule, found);
            }
            match assignment(text, node).or_else(|| comprehension(text, node)) {
                Some(known) => found.push(known),
                None => map.values().for_each(|inner| find(text, inner, found)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Heads and bodies of a rule. What an `else` says stands before its body.
fn find_rule<'a>(text: &str, rule: &'a Value, found: &mut Vec<Found<'a>>) {
    let head = rule.get("head").and_then(Value::as_object).and_then(|head| head.values().next());
    let bodies = rule.get("bodies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut assign = head.and_then(|head| head.get("assign"));
    if bodies.is_empty() && !bodiless(text, assign, found) {
        head.into_iter().for_each(|head| find(text, head, found));
    }
    for (index, body) in bodies.iter().enumerate() {
        let assign = assign.take().or_else(|| body.get("assign"));
        let Some((query, whole)) = body.get("query").and_then(|query| Some((query, body_range(text, query)?))) else {
            if !bodiless(text, assign, found) {
                assign.into_iter().for_each(|assign| find(text, assign, found));
            }
            continue;
        };
        let is_tried = bodies.len() > index.saturating_add(1) && loops(query.get("stmts").unwrap_or(query));
        let member = head.and_then(|head| head.get("key")).and_then(|key| member(text, key));
        let said = assign.and_then(|assign| said(text, assign, is_tried)).or(member);
        found.extend(said.clone().map(|said| Found { range: said.whole.clone(), kind: Kind::Head(said) }));
        found.push(Found { range: whole, kind: Kind::Body { query, said, is_tried } });
    }
}

/// Gives a head without a body one, where what it says reads the input and somebody may not come by there.
fn bodiless<'a>(text: &str, assign: Option<&'a Value>, found: &mut Vec<Found<'a>>) -> bool {
    let said = assign.filter(|assign| may_skip(assign)).and_then(|assign| whole_said(text, assign));
    let is_one = said.is_some();
    found.extend(said.map(|said| Found { range: said.whole.clone(), kind: Kind::Bodiless(said) }));
    is_one
}

/// What a head says, where that may be undefined or is known in the body alone.
fn said<'a>(text: &str, assign: &'a Value, is_tried: bool) -> Option<Said<'a>> {
    let is_plain = is_plain(assign.get("value")?)? && !is_tried;
    whole_said(text, assign).filter(|_| !is_plain)
}

fn whole_said<'a>(text: &str, assign: &'a Value) -> Option<Said<'a>> {
    let node = assign.get("value")?;
    let whole = range(text, assign)?;
    let sign = if assign.get("op")? == "ColEq" { ":=" } else { "=" };
    let name = format!("{NAME}at_{}", whole.start);
    Some(Said { node, value: whole.start.saturating_add(sign.len())..whole.end, whole, name, is_member: false })
}

/// Asks for the input before anything else.
const LOAD: &str = "input; ";

/// The machine loads the input once for each body of a rule, where it is read first. If that is where a round of a comprehension, `every` or a
/// negation may have ended already, it is not there for whoever reads it next.
fn load(query: &Value, said: Option<&Said<'_>>) -> &'static str {
    if may_skip(query) || said.is_some_and(|said| may_skip(said.node)) { LOAD } else { "" }
}

/// Whether the input is read where somebody may not come by.
fn may_skip(node: &Value) -> bool {
    match node {
        Value::Array(items) => items.iter().any(may_skip),
        Value::Object(map) => map.iter().any(|(kind, inner)| match kind.as_str() {
            "ArrayCompr" | "SetCompr" | "ObjectCompr" | "Every" | "NotExpr" => reads_input(inner),
            _ => may_skip(inner),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn reads_input(node: &Value) -> bool {
    match node {
        Value::Array(items) => items.iter().any(reads_input),
        Value::Object(map) => {
            let name = map.get("Var").and_then(|name| name.get("value")).and_then(Value::as_str);
            name == Some("input") || map.values().any(reads_input)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// What the head of a set adds to it, where that may be undefined.
fn member<'a>(text: &str, node: &'a Value) -> Option<Said<'a>> {
    let whole = range(text, node)?;
    let name = format!("{NAME}at_{}", whole.start);
    (!is_plain(node)?).then(|| Said { node, value: whole.clone(), whole, name, is_member: true })
}

/// Whether something is a constant or a variable.
fn is_plain(node: &Value) -> Option<bool> {
    let kind = node.as_object()?.keys().next()?;
    Some(matches!(kind.as_str(), "String" | "RawString" | "Number" | "Bool" | "Null" | "Var"))
}

/// Whether statements may have a loop of their own: one over members, or a reference with a variable as its key.
fn loops(node: &Value) -> bool {
    match node {
        Value::Array(items) => items.iter().any(loops),
        Value::Object(map) => map.iter().any(|(kind, inner)| match kind.as_str() {
            "SomeIn" => true,
            "ArrayCompr" | "SetCompr" | "ObjectCompr" | "Every" => false,
            "RefBrack" => inner.pointer("/index/Var").is_some() || loops(inner),
            _ => loops(inner),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn assignment<'a>(text: &str, node: &'a Value) -> Option<Found<'a>> {
    let assigned = node.pointer("/literal/Expr/expr/AssignExpr").filter(|assigned| assigned.get("op").is_some_and(|op| op == "ColEq"))?;
    let name = assigned.pointer("/lhs/Var/value")?.as_str().filter(|name| *name != "_")?;
    Some(Found { range: range(text, node)?, kind: Kind::Assignment { statement: node, assigned, name } })
}

fn comprehension<'a>(text: &str, node: &'a Value) -> Option<Found<'a>> {
    let (kind, inner) = node.as_object().filter(|map| map.len() == 1)?.iter().next()?;
    let made = match kind.as_str() {
        "ArrayCompr" | "SetCompr" => [inner.get("term"), None],
        "ObjectCompr" => [inner.get("key"), inner.get("value")],
        _ => return None,
    };
    Some(Found { range: range(text, node)?, kind: Kind::Comprehension { made, query: inner.get("query")? } })
}

/// With its braces, where it has some; none for an `else` that has no body.
fn body_range(text: &str, query: &Value) -> Option<Range<usize>> {
    let (inner, whole) = (statements(text, query)?, range(text, query)?);
    Some(whole.start.min(inner.start)..whole.end.max(inner.end))
}

/// Where the statements of a query begin and end; its own range may have the signs around it.
fn statements(text: &str, query: &Value) -> Option<Range<usize>> {
    let all = query.get("stmts")?.as_array()?;
    Some(range(text, all.first()?)?.start..range(text, all.last()?)?.end)
}

/// Where the text of a node begins and ends. The range of a string lacks its quotes, and that of an object begins with its last member.
pub(super) fn range(text: &str, node: &Value) -> Option<Range<usize>> {
    let span = match node.get("span") {
        Some(span) => span,
        None => node.as_object()?.values().next()?.get("span")?,
    };
    let at = |span: &Value, key: &str| span.get(key).and_then(Value::as_u64).and_then(|value| usize::try_from(value).ok());
    let (start, end) = (at(span, "start")?, at(span, "end")?);
    let is_quote = |at: usize| matches!(text.as_bytes().get(at), Some(b'"' | b'`'));
    let is_inside = start.checked_sub(1).is_some_and(is_quote);
    let first = node.pointer("/Object/fields/0/0").and_then(|first| at(first, "start"));
    let brace = first.and_then(|first| text.get(..first)?.rfind('{'));
    Some(brace.unwrap_or(start - usize::from(is_inside))..end + usize::from(is_quote(end)))
}
