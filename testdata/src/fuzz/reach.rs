//! Which kinds of arguments each parameter of each function has been given, and templates for those that were never tried.

use std::collections::BTreeSet;

use super::Random;
use super::functions::{FUNCTIONS, Function, Type};
use super::grammar::{Expression, Statement, atom_of};

/// Kinds of arguments, each with expressions of that kind.
pub const KINDS: &[(&str, &[&str])] = &[
    ("text", &["\"a\"", ".Values.s", "\"foo-bar\"", ".Values.multi", "\"1.2.3\"", "\"10\"", "\"a: b\""]),
    ("empty text", &["\"\"", ".Values.empty"]),
    ("int", &["3", "(len .Values.l)", "0", "-1", "(int .Values.f)"]),
    ("int64", &["(int64 3)", "(add 1 2)", "(atoi \"7\" | int64)"]),
    ("float64", &[".Values.i", ".Values.f", "2.5", ".Values.negative", ".Values.big"]),
    ("complex128", &["1i", "-2.5i", "0i"]),
    ("character", &["'a'", "'\\n'"]),
    ("bool", &["true", ".Values.z", ".Release.IsInstall"]),
    ("list", &[".Values.l", ".Values.mixed", "(list 1 \"a\" nil)", ".Values.maps"]),
    ("empty list", &["list", ".Values.none"]),
    ("list of strings", &["(splitList \",\" \"x,y\")", "(sortAlpha .Values.l)", "(keys .Values.void)"]),
    ("list of ints", &["(until 3)", "(untilStep 9 0 -4)"]),
    ("bytes", &["(.Files.GetBytes \"file.txt\")", "(.Files.GetBytes \"none\")"]),
    ("map", &[".Values.m", ".Values.labels", "(dict \"a\" 1 \"b\" nil)", ".Values.m.nested"]),
    ("empty map", &["dict", ".Values.void"]),
    ("map of strings", &["(split \"-\" \"x-y\")", "(.Files.Glob \"*.txt\")"]),
    ("values", &[".Values", "$"]),
    ("null", &["nil", ".Values.nothing", ".Values.m.nil"]),
    ("nothing", &[".Values.missing", ".Values.m.none", "(.Values.missing).x"]),
    ("time", &["now", "(toDate \"2006-01-02\" \"2024-02-29\")"]),
    ("duration", &["(now.Sub now)", "((toDate \"2006-01-02\" \"2024-02-29\").Sub (toDate \"2006-01-02\" \"2024-02-28\"))"]),
    ("version", &["(semver \"1.2.3-rc.1\")", "(semver \"v2\")"]),
    ("struct", &[".Chart", ".Capabilities.KubeVersion", ".Release"]),
    ("pointer", &[".Capabilities", ".Capabilities.HelmVersion"]),
    ("files", &[".Files"]),
    ("versions", &[".Capabilities.APIVersions"]),
];

/// What has been tried.
#[derive(Debug, Default)]
pub struct Reach {
    tried: BTreeSet<(usize, usize, usize)>,
    open: Vec<(usize, usize, usize)>,
}

impl Reach {
    /// Nothing tried; the order in which it will be depends on the seed.
    #[must_use]
    pub fn new(random: &mut Random) -> Self {
        let places = FUNCTIONS.iter().enumerate().flat_map(|(index, function)| (0..function.parameters.len()).map(move |at| (index, at)));
        let mut open: Vec<_> = places.flat_map(|(index, at)| (0..KINDS.len()).map(move |kind| (index, at, kind))).collect();
        for last in (1..open.len()).rev() {
            open.swap(last, random.below(last + 1));
        }
        Self { tried: BTreeSet::new(), open }
    }

    /// How many of how many parameters and kinds were tried.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let all: usize = FUNCTIONS.iter().map(|function| function.parameters.len() * KINDS.len()).sum();
        (self.tried.len(), all)
    }

    /// A template for one that was never tried; none when everything was.
    pub fn template(&mut self, random: &mut Random) -> Option<Vec<Statement>> {
        let (index, at, kind) = loop {
            let place = self.open.pop()?;
            if !self.tried.contains(&place) {
                break place;
            }
        };
        let function = FUNCTIONS.get(index)?;
        let argument = |(place, &wanted): (usize, &Type)| {
            let text = if place == at {
                random.text(KINDS.get(kind).map(|(_, texts)| *texts).unwrap_or_default())
            } else {
                atom_of(wanted, random)
            };
            Expression::Atom(text.to_owned())
        };
        let arguments: Vec<Expression> = function.parameters.iter().enumerate().map(argument).collect();
        let call = Expression::Call { name: function.name, arguments, piped: random.chance(20) };
        // Half of the results are looked at more closely than printing does.
        let shown = match random.below(4) {
            0 => Expression::Call { name: "toJson", arguments: vec![call], piped: false },
            1 => Expression::Call { name: "typeOf", arguments: vec![call], piped: false },
            _ => call,
        };
        Some(vec![Statement::Print(shown)])
    }

    /// Takes note of what a template tries.
    pub fn note(&mut self, statements: &[Statement]) {
        for statement in statements {
            match statement {
                Statement::Text(_) => {}
                Statement::Print(value) | Statement::Part(value) | Statement::Assign(_, _, value) => self.note_one(value),
                Statement::Branch(_, value, then, otherwise) | Statement::Range(_, value, then, otherwise) => {
                    self.note_one(value);
                    self.note(then);
                    self.note(otherwise);
                }
            }
        }
    }

    fn note_one(&mut self, value: &Expression) {
        let Expression::Call { name, arguments, .. } = value else { return };
        let fits = |function: &Function| function.name == *name && !function.parameters.is_empty();
        for (index, function) in FUNCTIONS.iter().enumerate().filter(|(_, function)| fits(function)) {
            for (place, argument) in arguments.iter().enumerate() {
                let Expression::Atom(text) = argument else { continue };
                let at = place.min(function.parameters.len() - 1);
                let kinds = KINDS.iter().enumerate().filter(|(_, (_, texts))| texts.contains(&text.as_str()));
                self.tried.extend(kinds.map(|(kind, _)| (index, at, kind)));
            }
        }
        arguments.iter().for_each(|argument| self.note_one(argument));
    }
}
