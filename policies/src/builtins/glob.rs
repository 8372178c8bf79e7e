//! `glob.match`, whose patterns are those of gobwas.

use std::{iter::Peekable, str::Chars};

use portcullis_regexp::{Broken, compile};
use regorus::Value;

use super::{Builtin, Done, Excess, builtin, list::items, pattern::quoted, text, within};

pub(super) const BUILTINS: &[Builtin] = &[builtin!("glob.match", 3, matches), builtin!("glob.quote_meta", 1, |args| Ok(quote_meta(args)))];

fn quote_meta(args: &[Value]) -> Value {
    let [Value::String(plain)] = args else { return Value::Undefined };
    let mut quoted = String::with_capacity(plain.len());
    for letter in plain.chars() {
        if r"*?\[]{}".contains(letter) {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    text(&quoted)
}

/// How deep alternatives may nest.
const MAX_DEPTH: usize = 16;

fn matches(args: &[Value]) -> Done {
    let [Value::String(glob), delimiters, Value::String(whole)] = args else { return Ok(Value::Undefined) };
    let Some(delimiters) = separators(delimiters) else { return Ok(Value::Undefined) };
    let any = if delimiters.is_empty() {
        "(?s:.)".to_owned()
    } else {
        format!("[^{}]", delimiters.iter().map(|one| class(*one)).collect::<String>())
    };
    let mut letters = glob.chars().peekable();
    let Some(body) = part(&mut letters, &any, 0) else { return Ok(Value::Undefined) };
    let pattern = format!(r"\A(?:{body})\z");
    within(pattern.len(), Excess::BYTES)?;
    match compile(&pattern) {
        Ok(pattern) => Ok(Value::Bool(pattern.is_match(whole.as_bytes()))),
        Err(Broken::Refused(_)) => Ok(Value::Undefined),
        Err(Broken::TooLarge(_)) => Err(Excess::PATTERN),
    }
}

/// What `*` does not cross: nothing where there are none, and dots where the list is empty.
fn separators(delimiters: &Value) -> Option<Vec<char>> {
    if matches!(delimiters, Value::Null) {
        return Some(Vec::new());
    }
    let Value::Array(_) = delimiters else { return None };
    let found: Option<Vec<char>> = items(Some(delimiters))?
        .into_iter()
        .map(|one| {
            let text = one.as_string().ok()?;
            let mut letters = text.chars();
            letters.next().filter(|_| letters.next().is_none())
        })
        .collect();
    found.map(|found| if found.is_empty() { vec!['.'] } else { found })
}

/// A letter within brackets.
fn class(letter: char) -> String {
    if letter.is_ascii() && !letter.is_ascii_alphanumeric() { format!("\\{letter}") } else { letter.to_string() }
}

/// A pattern to an expression, up to its end or to what ends an alternative.
fn part(letters: &mut Peekable<Chars<'_>>, any: &str, depth: usize) -> Option<String> {
    let mut made = String::new();
    while let Some(letter) = letters.peek().copied() {
        if depth > 0 && matches!(letter, ',' | '}') {
            break;
        }
        letters.next();
        match letter {
            '\\' => made.push_str(&quoted(&letters.next()?.to_string())),
            '*' if letters.next_if_eq(&'*').is_some() => made.push_str("(?s:.)*"),
            '*' => made.push_str(&format!("{any}*")),
            '?' => made.push_str(any),
            '[' => made.push_str(&brackets(letters)?),
            '{' => made.push_str(&alternatives(letters, any, depth + 1)?),
            other => made.push_str(&quoted(&other.to_string())),
        }
    }
    Some(made)
}

/// One of several, up to the brace that closes them.
fn alternatives(letters: &mut Peekable<Chars<'_>>, any: &str, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut found = vec![part(letters, any, depth)?];
    while letters.next_if_eq(&',').is_some() {
        found.push(part(letters, any, depth)?);
    }
    letters.next_if_eq(&'}')?;
    Some(format!("(?:{})", found.join("|")))
}

/// One letter of a range, or of a list: `[a-z]`, `[!a-z]`, `[xyz]`, `[!xyz]`.
fn brackets(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let not = if letters.next_if_eq(&'!').is_some() { "^" } else { "" };
    let mut listed = Vec::new();
    loop {
        match letters.next()? {
            ']' => break,
            '\\' => listed.push(letters.next()?),
            '-' if listed.len() == 1 => {
                let (from, to) = (*listed.first()?, letters.next()?);
                letters.next_if_eq(&']')?;
                return (from <= to).then(|| format!("[{not}{}-{}]", class(from), class(to)));
            }
            other => listed.push(other),
        }
    }
    (!listed.is_empty()).then(|| format!("[{not}{}]", listed.into_iter().map(class).collect::<String>()))
}
