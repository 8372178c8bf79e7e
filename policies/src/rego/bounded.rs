//! Rego that calls builtins which make much of little by other names, under which they have an end.
//!
//! One instruction of the register machine may be one call that fills the memory. So `numbers.range(1, n)` becomes
//! `data.portcullis.bounded.of_numbers_range(1, n)`, a function that says what it would make instead of making it. And `walk`, which the machine does
//! not have, becomes a loop over what such a function lists.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::Value;

use super::defined::range;

/// The longest list that a builtin may make.
const MAX_ITEMS: usize = 1 << 16;

/// The longest text that a builtin may make, in characters.
const MAX_TEXT: usize = 1 << 20;

/// How deep `walk` goes.
const MAX_DEPTH: usize = 32;

const WALK: &str = "walk";

/// The package of the functions.
const PACKAGE: &str = "portcullis.bounded";

/// What stands around a reason, so that it is found in what the machine says of a builtin that fails.
const MARKS: (char, char) = ('«', '»');

/// A builtin, the names of what it takes, how much it may make, and how much that is: known before, or looked at after.
struct Builtin {
    name: &'static str,
    takes: &'static str,
    most: usize,
    makes: Makes,
}

enum Makes {
    Before(&'static str),
    After,
    /// All pairs of a path and what stands there.
    Pairs,
}

const fn before(name: &'static str, takes: &'static str, most: usize, makes: &'static str) -> Builtin {
    Builtin { name, takes, most, makes: Makes::Before(makes) }
}

const fn after(name: &'static str, takes: &'static str, most: usize) -> Builtin {
    Builtin { name, takes, most, makes: Makes::After }
}

/// What `sprintf` is handed; a width of four digits is more than anybody reads.
const PRINTED: &str =
    "count(a) + sum([count(x) | some x in b; is_string(x)]) + 1048577 * count(regex.find_n(`%[^a-zA-Z%]*[0-9]{4}`, a, 1))";

const BUILTINS: [Builtin; 16] = [
    Builtin { name: WALK, takes: "a", most: MAX_DEPTH, makes: Makes::Pairs },
    after("array.concat", "a, b", MAX_ITEMS),
    before("numbers.range", "a, b", MAX_ITEMS, "abs(b - a)"),
    before("numbers.range_step", "a, b, c", MAX_ITEMS, "abs(b - a) / max([1, c])"),
    before("bits.lsh", "a, b", MAX_ITEMS, "abs(b)"),
    before("sprintf", "a, b", MAX_TEXT, PRINTED),
    before("concat", "a, b", MAX_TEXT, "sum([count(x) | some x in b]) + count(a) * count(b)"),
    before("replace", "a, b, c", MAX_TEXT, "count(a) + count(split(a, b)) * count(c)"),
    before("strings.replace_n", "a, b", MAX_TEXT, "count(b) + sum([n | some x, y in a; n := count(split(b, x)) * count(y)])"),
    before("regex.replace", "a, b, c", MAX_TEXT, "count(a) * count(split(c, \"$\")) + count(regex.find_n(b, a, -1)) * count(c)"),
    after("json.marshal", "a", MAX_TEXT),
    after("yaml.marshal", "a", MAX_TEXT),
    after("base64.encode", "a", MAX_TEXT),
    after("base64url.encode", "a", MAX_TEXT),
    after("hex.encode", "a", MAX_TEXT),
    after("urlquery.encode", "a", MAX_TEXT),
];

/// The functions that texts call in place of builtins.
#[derive(Debug, Default)]
pub(crate) struct Bounded {
    functions: BTreeSet<usize>,
}

/// A change of a text: this range becomes that.
type Edit = (usize, usize, String);

impl Bounded {
    /// A text with the names under which builtins have an end.
    pub(crate) fn text(&mut self, text: &str, tree: &Value) -> String {
        let mut edits = Vec::new();
        self.find(text, tree, &mut edits);
        edits.sort_by_key(|(start, end, _)| (*start, *end));
        let mut changed = text.to_owned();
        for (start, end, with) in edits.into_iter().rev() {
            changed.replace_range(start..end, &with);
        }
        changed
    }

    /// The names of the builtins that are called.
    fn find(&mut self, text: &str, node: &Value, edits: &mut Vec<Edit>) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.find(text, item, edits)),
            Value::Object(map) => {
                edits.extend(map.get("Call").and_then(|call| self.call(text, node, call)).into_iter().flatten());
                map.values().for_each(|inner| self.find(text, inner, edits));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn call(&mut self, text: &str, whole: &Value, call: &Value) -> Option<Vec<Edit>> {
        let place = range(text, call.get("fcn")?)?;
        let named = text.get(place.clone())?;
        let (number, builtin) = (0..).zip(&BUILTINS).find(|(_, builtin)| builtin.name == named)?;
        self.functions.insert(number);
        let name = format!("data.{PACKAGE}.{}", function(builtin.name));
        let params: Vec<&Value> = call.get("params")?.as_array()?.iter().collect();
        match (builtin.name, params.as_slice()) {
            (WALK, [of, pair]) => {
                let (of, end) = (range(text, of)?, range(text, whole)?.end);
                let pair = text.get(range(text, pair)?)?;
                Some(vec![(place.start, of.start, format!("some {pair} in {name}(")), (of.end, end, ")".to_owned())])
            }
            _ => Some(vec![(place.start, place.end, name)]),
        }
    }

    /// The functions; none where nothing calls any.
    pub(crate) fn module(&self) -> Option<String> {
        let mut text = format!("package {PACKAGE}\n");
        for builtin in self.functions.iter().filter_map(|builtin| BUILTINS.get(*builtin)) {
            builtin.write(&mut text);
        }
        (!self.functions.is_empty()).then_some(text)
    }
}

impl Builtin {
    fn write(&self, text: &mut String) {
        let Self { name, takes, most, makes } = self;
        let head = format!("{}({takes})", function(name));
        let what = if *most == MAX_ITEMS { "items" } else { "characters" };
        let (open, close) = MARKS;
        // The machine says what it was that this builtin could not take.
        let fail = format!("abs(\"{open}{name} makes more than {most} {what}{close}\")");
        let _ = match makes {
            Makes::Before(size) => {
                let kept = format!("{head} := {name}({takes}) if {{\n\t{size} <= {most}\n}}");
                write!(text, "\n{kept}\n\n{head} := {fail} if {{\n\t{size} > {most}\n}}\n")
            }
            Makes::After => {
                let kept = format!("{head} := made if {{\n\tmade := {name}({takes})\n\tcount(made) <= {most}\n}}");
                write!(text, "\n{kept}\n\n{head} := {fail} if {{\n\tcount({name}({takes})) > {most}\n}}\n")
            }
            Makes::Pairs => pairs(text, &head),
        };
    }
}

/// Level by level, since nothing may call itself.
fn pairs(text: &mut String, head: &str) -> std::fmt::Result {
    let (open, close) = MARKS;
    let levels: Vec<String> = (0..MAX_DEPTH).map(|level| format!("level_{level}")).collect();
    write!(text, "\n{head} := pairs if {{\n\tlevel_0 := [[[], a]]\n")?;
    for (level, above) in (1..).zip(&levels) {
        writeln!(text, "\tlevel_{level} := below({above})")?;
    }
    writeln!(text, "\tends(level_{MAX_DEPTH})\n\tpairs := [pair | some level in [{}]; some pair in level]\n}}", levels.join(", "))?;
    writeln!(text, "\nbelow(level) := [[array.concat(path, [key]), value] | some [path, above] in level; some key, value in above]")?;
    writeln!(text, "\nends(left) if count(left) == 0\n")?;
    writeln!(text, "ends(left) := abs(\"{open}{WALK} goes deeper than {MAX_DEPTH}{close}\") if count(left) > 0")
}

/// What the machine says, or what one of the functions says through it.
pub(crate) fn reason(said: String) -> String {
    let (open, close) = MARKS;
    let inner = said.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|(inner, _)| inner.to_owned());
    inner.unwrap_or(said)
}

/// The name of a function is that of no builtin, which it calls.
fn function(name: &str) -> String {
    format!("of_{}", name.replace('.', "_"))
}
