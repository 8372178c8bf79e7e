//! Words to fields, as far as their text is known.

use std::sync::Arc;

use super::{
    arithmetic,
    ast::{Item, List, Operator, Piece, Pipeline, What, Word, bare},
    state::{Known, State},
    walk::Walker,
};

/// The most fields of one command.
const MAX_FIELDS: usize = 2000;
/// The longest text of a word.
const MAX_TEXT: usize = 16 * 1024;
/// The most fields that a range or `seq` makes.
const MAX_RANGE: i64 = 1000;

impl Walker {
    /// The fields of several words; one that is not known counts as one field.
    pub(super) fn fields(&mut self, words: &[Word], state: &mut State) -> Vec<Known> {
        let mut fields = Vec::new();
        for word in words {
            fields.extend(self.field(word, state));
            if fields.len() > MAX_FIELDS {
                fields.truncate(MAX_FIELDS);
                break;
            }
        }
        fields
    }

    fn field(&mut self, word: &[Piece], state: &mut State) -> Vec<Known> {
        if let Some(range) = bare(word).and_then(braces) {
            return range;
        }
        let splits = word.iter().any(|piece| matches!(piece, Piece::Variable(_, _, false) | Piece::Output(_, false)));
        match self.text(word, state) {
            Some(text) if splits => text.split_whitespace().map(|field| Some(field.into())).collect(),
            text => vec![text],
        }
    }

    /// The whole text of a word.
    pub(super) fn text(&mut self, word: &[Piece], state: &mut State) -> Known {
        let mut whole = Some(String::new());
        for piece in word {
            let part: Known = match piece {
                Piece::Text(text, _) => Some(text.as_str().into()),
                Piece::Variable(name, default, _) => state.get(name).or_else(|| default.as_deref().map(Arc::from)),
                Piece::Arithmetic(text) => arithmetic::evaluate(text, state).map(|value| value.to_string().into()),
                Piece::Output(list, _) => self.output(list, state),
                Piece::Unknown => None,
            };
            // Every piece is looked at, for what it does.
            whole = whole.zip(part).map(|(whole, part)| whole + &part).filter(|whole| whole.len() <= MAX_TEXT);
        }
        whole.map(Arc::from)
    }

    /// What commands print, where they do nothing but print something known.
    fn output(&mut self, list: &List, state: &mut State) -> Known {
        if !self.goes_on() {
            return None;
        }
        let mut inner = state.clone();
        let text = match words_of(list) {
            Some(words) => {
                let fields: Option<Vec<Arc<str>>> = self.fields(words, &mut inner).into_iter().collect();
                fields.and_then(|fields| print(&fields))
            }
            None => None,
        };
        let mut inner = state.clone();
        self.subshell(list, &mut inner);
        state.after(inner);
        text
    }
}

/// The words of a list that is one simple command.
fn words_of(list: &List) -> Option<&[Word]> {
    let [Item { first: Pipeline { negated: false, commands }, rest, background: false }] = list.as_slice() else { return None };
    let rest: &[(Operator, Pipeline)] = rest;
    let ([command], []) = (commands.as_slice(), rest) else { return None };
    match &command.what {
        What::Simple { words, .. } if command.writes.is_empty() => Some(words),
        _ => None,
    }
}

fn print(words: &[Arc<str>]) -> Known {
    let (name, arguments) = words.split_first()?;
    match &**name {
        "echo" => Some(arguments.join(" ").into()),
        "seq" => {
            let numbers: Vec<i64> = arguments.iter().map(|argument| argument.parse().ok()).collect::<Option<_>>()?;
            let (first, step, last) = match numbers.as_slice() {
                [last] => (1, 1, *last),
                [first, last] => (*first, 1, *last),
                [first, step, last] => (*first, *step, *last),
                _ => return None,
            };
            Some(range(first, step, last)?.join(" ").into())
        }
        "expr" => {
            let text = arguments.join(" ");
            let is_sum = text.chars().all(|letter| letter.is_ascii_digit() || " +-*/%".contains(letter));
            let value = if is_sum { arithmetic::evaluate(&text, &mut State::default()) } else { None };
            value.map(|value| value.to_string().into())
        }
        _ => None,
    }
}

/// `{FIRST..LAST}`, as bash reads it; elsewhere it is one word, which is the shorter way.
fn braces(text: &str) -> Option<Vec<Known>> {
    let (first, last) = text.strip_prefix('{')?.strip_suffix('}')?.split_once("..")?;
    let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
    let (low, high) = (first.min(last), first.max(last));
    Some(range(low, 1, high)?.into_iter().map(|number| Some(number.into())).collect())
}

fn range(first: i64, step: i64, last: i64) -> Option<Vec<String>> {
    if step <= 0 || last.checked_sub(first)? / step >= MAX_RANGE {
        return None;
    }
    let mut numbers = Vec::new();
    let mut number = first;
    while number <= last {
        numbers.push(number.to_string());
        number = number.checked_add(step)?;
    }
    Some(numbers)
}
