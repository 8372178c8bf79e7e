//! Random templates.

use super::Random;
use super::functions::{FUNCTIONS, Function, Type};
use super::reach::KINDS;

/// The values that random templates see, in YAML.
pub const VALUES: &str = r#"s: text
empty: ""
multi: "first\nsecond\n"
wide: "a long line of words that goes on for more than eighty columns, where an emitter would fold it"
odd: "é 日本 😀 \t \"q\" <&>"
version: v1.2.3-rc.1
template: "{{ .Values.s }}-{{ .Release.Name }}"
yaml: "a: 1\nb: [x, y]\n"
json: '{"a": 1, "b": [true, null], "c": "x"}'
i: 8080
zero: 0
negative: -3
f: 1.5
big: 123456789012
tiny: 0.00001
t: true
z: false
nothing: null
date: 2024-02-03
l: [c, a, b, a]
mixed: [1, two, true, null, 2.5, [x], {k: v}]
none: []
maps: [{name: a, port: 80}, {name: b, port: 443}]
m: {b: 2, a: one, c: true, nested: {x: {y: deep}}, nil: null}
labels: {app.kubernetes.io/name: n, "1": one, Z: z, a10: x, a9: y}
void: {}
global: {g: shared}
"#;

/// Part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Text.
    Text(String),
    /// `{{ expression }}`.
    Print(Expression),
    /// `{{ $name := expression }}`, or with `=`.
    Assign(String, bool, Expression),
    /// `if` or `with`, with an `else`.
    Branch(&'static str, Expression, Vec<Statement>, Vec<Statement>),
    /// `range`, with variables or none.
    Range(bool, Expression, Vec<Statement>, Vec<Statement>),
    /// `{{ include "part" expression }}`.
    Part(Expression),
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// Anything without arguments, as it is written.
    Atom(String),
    /// A call; piped, the last argument stands first.
    Call {
        /// The function.
        name: &'static str,
        /// What it is given.
        arguments: Vec<Expression>,
        /// Whether the last argument is piped into it.
        piped: bool,
    },
}

const TEXTS: &[&str] = &[
    "\"a\"",
    "\"\"",
    "\"Hello World\"",
    "\"foo-bar_bazQux\"",
    "\"a,b,,c\"",
    "\"a: b\\nc: [1, 2]\\n\"",
    "\"- 1\\n- x\\n\"",
    "`{\"a\":1,\"b\":[1,2.5,null]}`",
    "`[1,\"x\",{}]`",
    "\"1.2.3\"",
    "\"10\"",
    "\"010\"",
    "\"3.7\"",
    "\"0x1f\"",
    "\"true\"",
    "\"née ünïcode\"",
    "\"日本語\"",
    "\"  padded\\t\"",
    "\"%s|%v|%d\"",
    "\"%q %5.2f %x %T\"",
    "\"%05d%%%-6s|\"",
    "\"%+v %#v\"",
    "\"v1.20.0-rc.1+b\"",
    "\">=1.2 <2\"",
    "\"^1.2 || ~3\"",
    "\"1.x\"",
    "\"http://user:pw@host:8080/p/a%20b?q=1&r#f\"",
    "\"2006-01-02\"",
    "\"Mon Jan _2 15:04:05 MST 2006\"",
    "\"2024-02-03\"",
    "\"1h30m\"",
    "\"-36h\"",
    "\"95\"",
    "\"(a+)(b*)\"",
    "\"[a-z]+\"",
    "`\\d+|^$`",
    "\"(\"",
    "\"${1}x\"",
    "\"$1$0\"",
    "\"/a/../b/c.tar.gz\"",
    "\"YWJj\"",
    "\"MFRGG===\"",
    "\"string\"",
    "\"map\"",
    "\"slice\"",
    "\"float64\"",
    "\"b\"",
    "\"k\"",
    "\"x.y\"",
    "\"nested\"",
    "\"{{ .Values.s }}\"",
    "`{{ .s | default \"none\" }}`",
    "`{{ range . }}{{ . }},{{ end }}`",
    "\"<no value>\"",
    "\"UTC\"",
    "\"Europe/Berlin\"",
    "\"\\x00\\u2028é\"",
    "\"word word\\nline\"",
    "\"-\"",
    ".Values.s",
    ".Values.empty",
    ".Values.multi",
    ".Values.wide",
    ".Values.odd",
    ".Values.version",
    ".Values.template",
    ".Values.yaml",
    ".Values.json",
    ".Values.date",
    ".Release.Name",
    ".Chart.Name",
    ".Chart.Version",
    ".Values.m.a",
    ".Values.m.nested.x.y",
    ".Template.Name",
    ".Capabilities.KubeVersion.Version",
    "(.Files.Get \"file.txt\")",
];
const NUMBERS: &[&str] = &[
    ".Values.i",
    ".Values.zero",
    ".Values.negative",
    ".Values.f",
    ".Values.big",
    ".Values.tiny",
    "3",
    "-1",
    "2.5",
    "0x10",
    "1e3",
    "1_000",
    "'a'",
    "0",
    "100",
    "(len .Values.l)",
    "1000000.0",
];
const INTS: &[&str] = &["0", "1", "2", "3", "5", "-1", "10", "'\\n'", "0x7", "(len .Values.l)", "(int .Values.f)"];
const SIZES: &[&str] = &["0", "1", "2", "3", "4", "7", "12", "20"];
const BOOLS: &[&str] = &["true", "false", ".Values.t", ".Values.z", ".Release.IsInstall"];
const LISTS: &[&str] = &[
    ".Values.l",
    ".Values.mixed",
    ".Values.none",
    ".Values.maps",
    "list",
    "(list 1 \"a\" nil)",
    "(list \"b\" \"a\" \"a\")",
    "(until 3)",
    "(splitList \",\" \"x,y\")",
    ".Values.mixed",
];
const MAPS: &[&str] = &[
    ".Values.m",
    ".Values.labels",
    ".Values.void",
    ".Values.m.nested",
    "dict",
    "(dict \"a\" 1 \"b\" nil)",
    ".Values.global",
    "(index .Values.maps 0)",
    "(deepCopy .Values.m)",
    "(split \"-\" \"x-y\")",
];
const TIMES: &[&str] = &["now", "(toDate \"2006-01-02\" \"2024-02-29\")", "(now | dateModify \"-36h\")"];
const ODD: &[&str] = &[
    ".Values",
    ".Release",
    ".Values.nothing",
    ".Values.missing",
    ".Values.missing.deeper",
    ".Values.s.x",
    "nil",
    ".",
    "$",
    ".Chart",
    ".Capabilities.APIVersions",
    ".Files",
    ".Values.m.nil",
    "(.Values.missing).x",
    ".Chart.Nothing",
    "$.Values.m.nested.x",
    "(.Capabilities.APIVersions.Has \"apps/v1\")",
    ".Values.labels.Z",
];

/// Makes templates; it knows the variables that are in scope.
#[derive(Debug)]
pub struct Grammar<'a> {
    random: &'a mut Random,
    variables: usize,
}

impl<'a> Grammar<'a> {
    /// A grammar that makes these choices.
    pub fn new(random: &'a mut Random) -> Self {
        Self { random, variables: 0 }
    }

    /// A whole template.
    pub fn template(&mut self) -> Vec<Statement> {
        let count = 1 + self.random.below(3);
        self.statements(count, 2)
    }

    fn statements(&mut self, count: usize, depth: usize) -> Vec<Statement> {
        let outer = self.variables;
        let made = (0..count).map(|_| self.statement(depth)).collect();
        self.variables = outer;
        made
    }

    fn statement(&mut self, depth: usize) -> Statement {
        let nested = if depth > 0 { 100 } else { 60 };
        match self.random.below(nested) {
            0..=7 => Statement::Text(self.random.text(&["a", "\n", "  b: ", " ", "- ", "é", "}", "---\n"]).to_owned()),
            8..=49 => Statement::Print(self.any(3)),
            50..=56 => {
                let value = self.any(2);
                let fresh = self.variables == 0 || self.random.chance(60);
                self.variables += usize::from(fresh);
                let index = if fresh { self.variables } else { 1 + self.random.below(self.variables) };
                Statement::Assign(format!("$v{index}"), fresh, value)
            }
            57..=64 => Statement::Part(self.any(1)),
            65..=84 => {
                let keyword = self.random.text(&["if", "with"]);
                let condition = self.any(2);
                let (then, otherwise) = (1 + self.random.below(2), self.random.below(2));
                Statement::Branch(keyword, condition, self.statements(then, depth - 1), self.statements(otherwise, depth - 1))
            }
            _ => {
                let over = if self.random.chance(50) { self.expression(Type::List, 2) } else { self.expression(Type::Map, 2) };
                let (body, otherwise) = (1 + self.random.below(2), self.random.below(2));
                Statement::Range(self.random.chance(50), over, self.statements(body, depth - 1), self.statements(otherwise, depth - 1))
            }
        }
    }

    fn any(&mut self, depth: usize) -> Expression {
        let kinds = [Type::Text, Type::Text, Type::Number, Type::Int, Type::Bool, Type::List, Type::Map, Type::Any, Type::Any, Type::Time];
        let kind = self.random.pick(&kinds).copied().unwrap_or(Type::Any);
        self.expression(kind, depth)
    }

    fn expression(&mut self, kind: Type, depth: usize) -> Expression {
        // Now and then a wrong type: what is refused, and how, counts as much.
        let kind = if kind != Type::Size && self.random.chance(4) { Type::Any } else { kind };
        if depth == 0 || kind == Type::Size || self.random.chance(25) {
            return self.atom(kind);
        }
        let fitting: Vec<&Function> = FUNCTIONS.iter().filter(|function| fits(function.result, kind)).collect();
        let Some(function) = self.random.pick(&fitting).copied() else { return self.atom(kind) };
        let mut arguments: Vec<Expression> = function.parameters.iter().map(|&kind| self.expression(kind, depth - 1)).collect();
        if let Some(&last) = function.parameters.last().filter(|_| function.repeats) {
            for _ in 0..self.random.below(3) {
                arguments.push(self.expression(last, depth - 1));
            }
        }
        if self.random.chance(2) {
            arguments.pop();
        }
        Expression::Call { name: function.name, piped: !arguments.is_empty() && self.random.chance(35), arguments }
    }

    fn atom(&mut self, kind: Type) -> Expression {
        if self.variables > 0 && kind == Type::Any && self.random.chance(40) {
            return Expression::Atom(format!("$v{}", 1 + self.random.below(self.variables)));
        }
        Expression::Atom(atom_of(kind, self.random).to_owned())
    }
}

/// An expression without arguments.
pub fn atom_of(kind: Type, random: &mut Random) -> &'static str {
    let pool = match kind {
        Type::Text => TEXTS,
        Type::Int => INTS,
        Type::Size => SIZES,
        Type::Number => NUMBERS,
        Type::Bool => BOOLS,
        Type::List => LISTS,
        Type::Map => MAPS,
        Type::Time => TIMES,
        Type::Any if random.chance(30) => random.pick(KINDS).map_or(ODD, |(_, texts)| texts),
        Type::Any => random.pick(&[TEXTS, NUMBERS, BOOLS, LISTS, MAPS, ODD, ODD]).copied().unwrap_or(ODD),
    };
    random.text(pool)
}

fn fits(result: Type, wanted: Type) -> bool {
    wanted == Type::Any || result == wanted || (wanted == Type::Number && result == Type::Int)
}

/// The text of a template.
#[must_use]
pub fn print(statements: &[Statement]) -> String {
    statements.iter().map(statement).collect()
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Text(text) => text.clone(),
        Statement::Print(value) => format!("{{{{ {} }}}}", value.print()),
        Statement::Assign(name, fresh, value) => format!("{{{{ {name} {} {} }}}}", if *fresh { ":=" } else { "=" }, value.print()),
        Statement::Part(value) => format!("{{{{ include \"part\" {} }}}}", value.argument()),
        Statement::Branch(keyword, condition, then, otherwise) => {
            format!("{{{{- {keyword} {} }}}}{}{}{{{{ end -}}}}", condition.print(), print(then), alternative(otherwise))
        }
        Statement::Range(named, over, body, otherwise) => {
            let names = if *named { "$k, $e := " } else { "" };
            let shown = if *named { "{{ $k }}={{ $e }};" } else { "{{ . }};" };
            format!("{{{{ range {names}{} }}}}{shown}{}{}{{{{ end }}}}", over.print(), print(body), alternative(otherwise))
        }
    }
}

fn alternative(statements: &[Statement]) -> String {
    if statements.is_empty() { String::new() } else { format!("{{{{ else }}}}{}", print(statements)) }
}

impl Expression {
    /// The text of the expression, as an action says it.
    #[must_use]
    pub fn print(&self) -> String {
        match self {
            Self::Atom(text) => text.clone(),
            Self::Call { name, arguments, piped: false } => {
                let words: Vec<String> = arguments.iter().map(Self::argument).collect();
                [&[(*name).to_owned()], words.as_slice()].concat().join(" ")
            }
            Self::Call { name, arguments, piped: true } => {
                let Some((last, others)) = arguments.split_last() else { return (*name).to_owned() };
                let words: Vec<String> = others.iter().map(Self::argument).collect();
                format!("{} | {}", last.print(), [&[(*name).to_owned()], words.as_slice()].concat().join(" "))
            }
        }
    }

    /// The same as an argument of a call.
    fn argument(&self) -> String {
        match self {
            Self::Atom(text) => text.clone(),
            Self::Call { .. } => format!("({})", self.print()),
        }
    }
}
