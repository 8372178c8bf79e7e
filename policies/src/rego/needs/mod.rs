//! What an object must have before a rule can find anything in it.
//!
//! A finding follows from a body, all of whose statements hold, and a statement that reads a field of the object holds only where there is such a
//! field. So a rule has nothing to say about an object in which no key stands that each of its bodies reads, and need not be asked about it.
//! What is not understood here asks for no key: at worst a rule is asked in vain.

mod scope;
mod ways;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use serde_json::Value;

use scope::{Bound, Scope, Segment, flat, items, literal, variant};
pub(crate) use ways::Ways;

/// How deep expressions and rules lead into each other before nothing more is asked for.
const MAX_DEPTH: usize = 128;

/// The parts of `input` that are the object, as it is or as Rust shows it; parameters and requests come from elsewhere.
const OBJECT: [&str; 2] = ["pod", "resource"];

/// What must be true of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    /// It has a value.
    Defined,
    /// It has one that is not false.
    True,
    /// It has one with a member.
    Filled,
}

/// A module: the aliases of its imports, and its package.
struct Module<'a> {
    text: &'a str,
    package: String,
    aliases: BTreeMap<String, String>,
}

/// A definition of a rule, and the module in which it stands.
#[derive(Clone, Copy)]
struct Definition<'a> {
    module: usize,
    kind: &'a str,
    node: &'a Value,
}

/// What was asked about a rule: its name, what must be true of it, and which arguments are parts of the object.
type Asked = (String, Wish, Vec<bool>);

/// All modules that a rule is made of.
pub(crate) struct Needs<'a> {
    modules: Vec<Module<'a>>,
    rules: BTreeMap<String, Vec<Definition<'a>>>,
    known: RefCell<BTreeMap<Asked, Ways>>,
    depth: Cell<usize>,
}

impl<'a> Needs<'a> {
    /// Takes the trees of modules, each with its text.
    pub(crate) fn of(modules: &[(&'a Value, &'a str)]) -> Self {
        let mut needs = Self { modules: Vec::new(), rules: BTreeMap::new(), known: RefCell::default(), depth: Cell::new(0) };
        for (index, (tree, text)) in modules.iter().copied().enumerate() {
            let package = tree.pointer("/package/refr").and_then(scope::dotted).unwrap_or_default();
            for (kind, node) in items(tree.get("rules")).filter_map(variant) {
                let refr = if kind == "Default" {
                    node.get("refr")
                } else {
                    node.get("head").and_then(variant).and_then(|(_, head)| head.get("refr"))
                };
                let name = refr.map(flat).and_then(|(root, _)| scope::variable(root)).unwrap_or_default();
                needs.rules.entry(format!("data.{package}.{name}")).or_default().push(Definition { module: index, kind, node });
            }
            needs.modules.push(Module { text, package: format!("data.{package}"), aliases: scope::aliases(tree, text) });
        }
        needs
    }

    /// What an object must have for a set of this name to have a member.
    pub(crate) fn of_set(&self, name: &str) -> Ways {
        self.rule(name, Wish::Filled, &[])
    }

    /// What it takes that a rule, or a function of such arguments, is what it must be.
    fn rule(&self, name: &str, wish: Wish, args: &[bool]) -> Ways {
        let asked = (name.to_owned(), wish, args.to_vec());
        if let Some(known) = self.known.borrow().get(&asked) {
            return known.clone();
        }
        // Until that is known, whoever comes back asks for nothing.
        self.known.borrow_mut().insert(asked.clone(), Ways::any());
        let definitions = self.rules.get(name).map(Vec::as_slice).unwrap_or_default();
        let ways = definitions.iter().fold(Ways::none(), |ways, definition| ways.or(self.definition(definition, wish, args)));
        let ways = if definitions.is_empty() { Ways::any() } else { ways };
        self.known.borrow_mut().insert(asked, ways.clone());
        ways
    }

    fn definition(&self, definition: &Definition<'a>, wish: Wish, args: &[bool]) -> Ways {
        if definition.kind == "Default" {
            let value = definition.node.get("value").unwrap_or(&Value::Null);
            return if scope::falls_short(value, wish) { Ways::none() } else { Ways::any() };
        }
        let Some((kind, head)) = definition.node.get("head").and_then(variant) else { return Ways::any() };
        // A name with keys is an object of several rules.
        if head.pointer("/refr/Var").is_none() {
            return Ways::any();
        }
        let member = head.get("key").filter(|key| !key.is_null());
        if kind == "Set" && (wish != Wish::Filled || member.is_none()) {
            return Ways::any();
        }
        let scope = self.scope(definition, head, args);
        let said = |assign: Option<&'a Value>| assign.and_then(|assign| assign.get("value"));
        let mut first = said(head.get("assign"));
        let bodies: Vec<&Value> = items(definition.node.get("bodies")).collect();
        if bodies.is_empty() {
            return self.said(member, first, wish, &scope);
        }
        bodies.into_iter().fold(Ways::none(), |ways, body| {
            let Some(query) = body.get("query") else { return Ways::any() };
            let inner = scope.inner(query);
            let value = first.take().or_else(|| said(body.get("assign")));
            ways.or(self.query(query, &inner).and(self.said(member, value, wish, &inner)))
        })
    }

    fn scope(&self, definition: &Definition<'a>, head: &'a Value, args: &[bool]) -> Scope<'a, 'a> {
        let text = self.modules.get(definition.module).map_or("", |module| module.text);
        Scope::of_head((definition.module, text), head, args)
    }

    /// What it takes that what a head says is what it must be; without a word it says that it is true.
    fn said(&self, member: Option<&'a Value>, value: Option<&'a Value>, wish: Wish, scope: &Scope<'a, '_>) -> Ways {
        match (member, value) {
            (Some(member), _) => self.expression(member, Wish::Defined, scope),
            (None, Some(value)) => self.expression(value, wish, scope),
            (None, None) => Ways::any(),
        }
    }

    /// What it takes that all statements hold, in the scope of what they bind.
    fn query(&self, query: &'a Value, scope: &Scope<'a, '_>) -> Ways {
        items(query.get("stmts")).fold(Ways::any(), |ways, statement| ways.and(self.statement(statement, scope)))
    }

    fn statement(&self, statement: &'a Value, scope: &Scope<'a, '_>) -> Ways {
        // Under `with` things are not what they are.
        if statement.get("with_mods").is_some() {
            return Ways::any();
        }
        let Some((kind, literal)) = statement.get("literal").and_then(variant) else { return Ways::any() };
        let of = |key: &str, wish: Wish| literal.get(key).map_or_else(Ways::any, |node| self.expression(node, wish, scope));
        match kind {
            "SomeIn" => of("collection", Wish::Filled),
            "Expr" => of("expr", Wish::True),
            "Every" => of("domain", Wish::Defined),
            // What must not hold, or is only named, takes nothing.
            _ => Ways::any(),
        }
    }

    /// What it takes that an expression is what it must be.
    fn expression(&self, node: &'a Value, wish: Wish, scope: &Scope<'a, '_>) -> Ways {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Ways::any();
        }
        self.depth.set(depth + 1);
        let ways = self.expression_at(node, wish, scope);
        self.depth.set(depth);
        ways
    }

    fn expression_at(&self, node: &'a Value, wish: Wish, scope: &Scope<'a, '_>) -> Ways {
        let Some((kind, inner)) = variant(node) else { return Ways::any() };
        if scope::falls_short(node, wish) {
            return Ways::none();
        }
        let all = |nodes: &[&'a Value]| nodes.iter().fold(Ways::any(), |ways, node| ways.and(self.expression(node, Wish::Defined, scope)));
        let part = |key: &str| inner.get(key).unwrap_or(&Value::Null);
        match kind {
            "Var" | "RefDot" | "RefBrack" => self.reference(node, wish, scope),
            "Array" | "Set" => all(&items(inner.get("items")).collect::<Vec<_>>()),
            "Object" => all(&items(inner.get("fields")).flat_map(|field| items(Some(field)).skip(1)).collect::<Vec<_>>()),
            "ArrayCompr" | "SetCompr" if wish == Wish::Filled => self.comprehension(inner, &["term"], scope),
            "ObjectCompr" if wish == Wish::Filled => self.comprehension(inner, &["key", "value"], scope),
            "Call" => self.call(inner, wish, scope),
            "UnaryExpr" => all(&[part("expr")]),
            "ArithExpr" | "BinExpr" => all(&[part("lhs"), part("rhs")]),
            "AssignExpr" => {
                // A name on the left is what it is bound to.
                let sides = [part("lhs"), part("rhs")].into_iter().filter(|side| side.get("Var").is_none());
                all(&sides.collect::<Vec<_>>())
            }
            "BoolExpr" if wish == Wish::True => self.comparison(inner, scope),
            "BoolExpr" => all(&[part("lhs"), part("rhs")]),
            "Membership" if wish == Wish::True => {
                let value = self.got_other(part("value"), scope, |default| {
                    let known = part("collection").get("Set").or_else(|| part("collection").get("Array"));
                    known.is_some_and(|known| {
                        items(known.get("items")).all(|item| literal(item).is_some_and(|item| !scope::is_same(item, default)))
                    })
                });
                value.and(self.expression(part("collection"), Wish::Filled, scope))
            }
            "Membership" => all(&[part("value"), part("collection")]),
            _ => Ways::any(),
        }
    }

    fn comprehension(&self, inner: &'a Value, made: &[&str], scope: &Scope<'a, '_>) -> Ways {
        let Some(query) = inner.get("query") else { return Ways::any() };
        let within = scope.inner(query);
        let made = made.iter().filter_map(|key| inner.get(*key));
        made.fold(self.query(query, &within), |ways, node| ways.and(self.expression(node, Wish::Defined, &within)))
    }

    /// A comparison that holds.
    fn comparison(&self, inner: &'a Value, scope: &Scope<'a, '_>) -> Ways {
        let op = inner.get("op").and_then(Value::as_str).unwrap_or_default();
        let side = |key: &str| inner.get(key).unwrap_or(&Value::Null);
        let one = |op: &str, side: &'a Value, other: &'a Value| {
            let Some(other) = literal(other) else { return self.expression(side, Wish::Defined, scope) };
            // What counts something is above zero where there is something.
            if let Some(counted) = scope::counted(side).filter(|_| scope::is_above_zero(op, other)) {
                return self.expression(counted, Wish::Filled, scope);
            }
            let is_other = |default: &Value| match op {
                "Eq" => !scope::is_same(default, other),
                "Ne" => scope::is_same(default, other),
                _ => false,
            };
            self.got_other(side, scope, is_other)
        };
        let turned = match op {
            "Gt" => "Lt",
            "Ge" => "Le",
            "Lt" => "Gt",
            "Le" => "Ge",
            same => same,
        };
        one(op, side("lhs"), side("rhs")).and(one(turned, side("rhs"), side("lhs")))
    }

    /// An expression that has a value; if it reads a field with a default that will not do, there is such a field.
    fn got_other(&self, node: &'a Value, scope: &Scope<'a, '_>, will_not_do: impl Fn(&Value) -> bool) -> Ways {
        let defined = self.expression(node, Wish::Defined, scope);
        match scope::got(node) {
            Some((of, key, default)) if literal(default).is_some_and(will_not_do) => defined.and(self.found(of, key, scope)),
            _ => defined,
        }
    }

    fn call(&self, inner: &'a Value, wish: Wish, scope: &Scope<'a, '_>) -> Ways {
        let params: Vec<&Value> = items(inner.get("params")).collect();
        let all = || params.iter().fold(Ways::any(), |ways, node| ways.and(self.expression(node, Wish::Defined, scope)));
        let Some(name) = inner.get("fcn").and_then(scope::dotted) else { return all() };
        if let Some(rule) = self.resolve(&name, scope.module) {
            let args: Vec<bool> = params.iter().map(|param| self.is_part(param, scope)).collect();
            return all().and(self.rule(&rule, wish, &args));
        }
        match (name.as_str(), params.as_slice()) {
            ("object.get", [of, key, default]) if scope::falls_short(default, wish) => {
                let keys = self.found(of, key, scope);
                all().and(keys)
            }
            ("object.keys", [of]) => self.expression(of, wish, scope),
            ("array.concat", [one, two]) if wish == Wish::Filled => {
                let filled = self.expression(one, wish, scope).or(self.expression(two, wish, scope));
                all().and(filled)
            }
            ("is_array" | "is_boolean" | "is_number" | "is_object" | "is_set" | "is_string", [of]) if wish == Wish::True => {
                self.got_other(of, scope, Value::is_null)
            }
            _ => all(),
        }
    }

    /// The keys that `object.get` finds, where it looks into the object.
    fn found(&self, of: &'a Value, key: &'a Value, scope: &Scope<'a, '_>) -> Ways {
        let path =
            variant(key).filter(|(kind, _)| *kind == "Array").map_or_else(|| vec![key], |(_, inner)| items(inner.get("items")).collect());
        let is_part = self.is_part(of, scope);
        let keys = path.into_iter().filter_map(scope::text).filter(|_| is_part);
        keys.fold(Ways::any(), |ways, key| ways.and(Ways::key(key)))
    }

    /// The rule or function that a name stands for in a module.
    fn resolve(&self, name: &str, module: usize) -> Option<String> {
        let module = self.modules.get(module)?;
        let (root, rest) = name.split_once('.').map_or((name, None), |(root, rest)| (root, Some(rest)));
        let start = if root == "data" {
            root.to_owned()
        } else {
            module.aliases.get(root).cloned().unwrap_or_else(|| format!("{}.{root}", module.package))
        };
        let whole = rest.map_or_else(|| start.clone(), |rest| format!("{start}.{rest}"));
        self.rules.contains_key(&whole).then_some(whole)
    }

    /// A name, and what is read of it.
    fn reference(&self, node: &'a Value, wish: Wish, scope: &Scope<'a, '_>) -> Ways {
        let (root, segments) = flat(node);
        let (before, rest) = self.before(root, &segments, wish, scope);
        let is_part = self.is_part_of(root, &segments, scope);
        rest.iter().fold(before, |ways, segment| match segment {
            Segment::Field(key) if is_part => ways.and(Ways::key(key)),
            Segment::Field(_) => ways,
            Segment::Index(index) => match scope::text(index) {
                Some(key) if is_part => ways.and(Ways::key(key)),
                _ => ways.and(self.expression(index, Wish::Defined, scope)),
            },
        })
    }

    /// What the root of a reference takes, and which segments go on from there.
    fn before<'s>(&self, root: &'a Value, segments: &'s [Segment<'a>], wish: Wish, scope: &Scope<'a, '_>) -> (Ways, &'s [Segment<'a>]) {
        // What something is read of has it.
        let of = |rest: &[Segment<'a>]| if rest.is_empty() { wish } else { Wish::Filled };
        let Some(name) = scope::variable(root) else { return (self.expression(root, of(segments), scope), segments) };
        if let Some((bound, within)) = scope.bound(name) {
            // That it has a value was asked for where it got it.
            let ways = match bound {
                Bound::Value(value) if of(segments) != Wish::Defined => self.expression(value, of(segments), within),
                Bound::Value(_) | Bound::Member(_) | Bound::Part | Bound::Unknown => Ways::any(),
            };
            return (ways, segments);
        }
        if name == "input" {
            return (Ways::any(), segments.get(1..).unwrap_or_default());
        }
        match self.named(name, segments, scope.module) {
            Some((rule, rest)) => (self.rule(&rule, of(rest), &[]), rest),
            None => (Ways::any(), segments),
        }
    }

    /// The rule that a name and the fields behind it stand for, and what is read of it.
    fn named<'s>(&self, name: &str, segments: &'s [Segment<'a>], module: usize) -> Option<(String, &'s [Segment<'a>])> {
        let mut whole = name.to_owned();
        let mut rest = segments;
        loop {
            if let Some(rule) = self.resolve(&whole, module) {
                return Some((rule, rest));
            }
            let (Some(Segment::Field(field)), left) = (rest.first(), rest.get(1..).unwrap_or_default()) else { return None };
            whole = format!("{whole}.{field}");
            rest = left;
        }
    }

    /// Whether an expression is a part of the object, or a list of such parts; what is written out has no keys to be looked for.
    fn is_part(&self, node: &'a Value, scope: &Scope<'a, '_>) -> bool {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return false;
        }
        self.depth.set(depth + 1);
        let is_part = match variant(node) {
            Some(("Var" | "RefDot" | "RefBrack", _)) => {
                let (root, segments) = flat(node);
                self.is_part_of(root, &segments, scope)
            }
            Some(("Array", inner)) => items(inner.get("items")).all(|item| self.is_part(item, scope)),
            Some(("ArrayCompr", inner)) => {
                inner.get("query").zip(inner.get("term")).is_some_and(|(query, term)| self.is_part(term, &scope.inner(query)))
            }
            Some(("Call", inner)) => match scope::got(node) {
                Some((of, _, default)) => {
                    self.is_part(of, scope) && (scope::falls_short(default, Wish::Filled) || self.is_part(default, scope))
                }
                None => {
                    let is_joined = inner.get("fcn").and_then(scope::dotted).is_some_and(|name| name == "array.concat");
                    is_joined && items(inner.get("params")).all(|param| self.is_part(param, scope))
                }
            },
            _ => literal(node).is_some(),
        };
        self.depth.set(depth);
        is_part
    }

    fn is_part_of(&self, root: &'a Value, segments: &[Segment<'a>], scope: &Scope<'a, '_>) -> bool {
        let Some(name) = scope::variable(root) else {
            return variant(root).is_some_and(|(kind, _)| kind != "Var") && self.is_part(root, scope);
        };
        match scope.bound(name) {
            Some((Bound::Part, _)) => return true,
            Some((Bound::Value(node) | Bound::Member(node), within)) => return self.is_part(node, within),
            Some((Bound::Unknown, _)) => return false,
            None => {}
        }
        if name == "input" {
            return matches!(segments.first(), Some(Segment::Field(field)) if OBJECT.contains(field));
        }
        let named = self.named(name, segments, scope.module).and_then(|(rule, _)| self.rules.get(&rule));
        named.is_some_and(|definitions| definitions.iter().all(|definition| self.is_said_part(definition)))
    }

    /// Whether all that a rule may say is a part of the object.
    fn is_said_part(&self, definition: &Definition<'a>) -> bool {
        let Some(head) = definition.node.pointer("/head/Compr").filter(|head| head.pointer("/refr/Var").is_some()) else { return false };
        let scope = self.scope(definition, head, &[]);
        let said = |assign: Option<&'a Value>| assign.and_then(|assign| assign.get("value"));
        let mut first = said(head.get("assign"));
        let mut bodies = items(definition.node.get("bodies")).peekable();
        if bodies.peek().is_none() {
            return first.is_some_and(|value| self.is_part(value, &scope));
        }
        bodies.all(|body| {
            let value = first.take().or_else(|| said(body.get("assign")));
            body.get("query").zip(value).is_some_and(|(query, value)| self.is_part(value, &scope.inner(query)))
        })
    }
}
