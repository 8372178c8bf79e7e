//! Shell arithmetic on whole numbers, with variables and assignments.

use super::{read::name_length, state::State};

/// How deep parentheses may be nested.
const MAX_DEPTH: usize = 16;

/// The value of an expression; none where it is not known. Assignments take place.
pub(super) fn evaluate(text: &str, state: &mut State) -> Option<i64> {
    let mut reader = Reader { rest: text, state, depth: 0, failed: false };
    let mut value = reader.binary(0);
    while reader.eat(",") {
        value = reader.binary(0);
    }
    if reader.failed || !reader.rest.trim().is_empty() {
        forget_names(text, state);
        return None;
    }
    value
}

/// What was not understood may have assigned to any name in it.
fn forget_names(text: &str, state: &mut State) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter)).filter(|name| !name.is_empty()).for_each(|name| state.set(name, None));
}

/// Operators from the weakest to the strongest; the longer ones first, so that none is cut short.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

struct Reader<'a, 'b> {
    rest: &'a str,
    state: &'b mut State,
    depth: usize,
    failed: bool,
}

impl Reader<'_, '_> {
    fn eat(&mut self, text: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn binary(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1);
        while !self.failed {
            // `x+=1` is an assignment, and `**`, `<<` and `&` are not understood.
            let Some(operator) = operators.iter().find(|operator| self.eat(operator)) else { break };
            let right = self.binary(level + 1);
            left = left.zip(right).and_then(|(left, right)| apply(operator, left, right));
        }
        left
    }

    fn unary(&mut self) -> Option<i64> {
        if self.depth >= MAX_DEPTH {
            self.failed = true;
            return None;
        }
        self.depth += 1;
        let value = self.primary();
        self.depth -= 1;
        value
    }

    fn primary(&mut self) -> Option<i64> {
        for (sign, step) in [("++", 1), ("--", -1)] {
            if self.eat(sign) {
                let name = self.name();
                return self.step(&name, step);
            }
        }
        if self.eat("!") {
            return self.unary().map(|value| i64::from(value == 0));
        }
        if self.eat("-") {
            return self.unary().and_then(i64::checked_neg);
        }
        if self.eat("+") {
            return self.unary();
        }
        if self.eat("(") {
            let value = self.binary(0);
            self.failed |= !self.eat(")");
            return value;
        }
        let digits = self.rest.len() - self.rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        if digits > 0 {
            let (number, rest) = self.rest.split_at_checked(digits).unwrap_or_default();
            self.rest = rest;
            // Octal and hexadecimal numbers do not occur in sleeps.
            self.failed |= rest.starts_with(['x', 'X', '#']) || (number.len() > 1 && number.starts_with('0'));
            return number.parse().ok();
        }
        let is_braced = self.eat("${");
        let is_expanded = is_braced || self.eat("$");
        let name = self.name();
        self.failed |= is_braced && !self.eat("}");
        if is_expanded { self.value(&name) } else { self.variable(&name) }
    }

    fn name(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let (name, rest) = self.rest.split_at_checked(name_length(self.rest)).unwrap_or_default();
        self.rest = rest;
        self.failed |= name.is_empty();
        name.to_owned()
    }

    fn value(&self, name: &str) -> Option<i64> {
        self.state.get(name)?.trim().parse().ok()
    }

    /// A variable, and what is done to it.
    fn variable(&mut self, name: &str) -> Option<i64> {
        let old = self.value(name);
        if self.eat("++") {
            self.step(name, 1);
            return old;
        }
        if self.eat("--") {
            self.step(name, -1);
            return old;
        }
        for operator in ["+", "-", "*", "/", "%"] {
            if self.eat(&format!("{operator}=")) {
                let right = self.binary(0);
                return self.assign(name, old.zip(right).and_then(|(old, right)| apply(operator, old, right)));
            }
        }
        if !self.rest.trim_start().starts_with("==") && self.eat("=") {
            let value = self.binary(0);
            return self.assign(name, value);
        }
        old
    }

    fn step(&mut self, name: &str, step: i64) -> Option<i64> {
        let value = self.value(name).and_then(|value| value.checked_add(step));
        self.assign(name, value)
    }

    fn assign(&mut self, name: &str, value: Option<i64>) -> Option<i64> {
        self.state.set(name, value.map(|value| value.to_string().into()));
        value
    }
}

fn apply(operator: &str, left: i64, right: i64) -> Option<i64> {
    match operator {
        "||" => Some(i64::from(left != 0 || right != 0)),
        "&&" => Some(i64::from(left != 0 && right != 0)),
        "==" => Some(i64::from(left == right)),
        "!=" => Some(i64::from(left != right)),
        "<=" => Some(i64::from(left <= right)),
        ">=" => Some(i64::from(left >= right)),
        "<" => Some(i64::from(left < right)),
        ">" => Some(i64::from(left > right)),
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        _ => None,
    }
}
