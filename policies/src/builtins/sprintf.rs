//! `sprintf` as OPA has it: Go's, over numbers and texts. What does not fit a verb is written as Go writes it, and is never an error, for a message
//! that cannot be written would be a violation that nobody hears of.

use std::{iter::Peekable, str::Chars};

use regorus::Value;

use super::{Excess, MAX_TEXT};

/// A verb with its flags.
#[derive(Clone, Copy, Debug, Default)]
struct Verb {
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// The widest that anything is made.
const MAX_WIDTH: usize = 1000;

/// A format that is being read.
struct Format<'a> {
    letters: Peekable<Chars<'a>>,
    arguments: Vec<&'a Value>,
    /// The number of the argument that comes next.
    next: usize,
    /// Whether no argument was named by its number.
    is_ordered: bool,
}

/// Writes a format with its arguments; none where they are no format and list.
///
/// # Errors
/// The text has no end that anybody waits for.
pub(crate) fn sprintf(values: &[Value]) -> Result<Option<String>, Excess> {
    let [Value::String(format), arguments] = values else { return Ok(None) };
    let Ok(arguments) = arguments.as_array() else { return Ok(None) };
    let mut text = String::with_capacity(format.len());
    let mut format = Format { letters: format.chars().peekable(), arguments: arguments.iter().collect(), next: 0, is_ordered: true };
    while let Some(letter) = format.letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let verb = format.verb();
        match format.letters.next() {
            None => text.push_str("%!(NOVERB)"),
            Some('%') => text.push('%'),
            Some(word) => {
                match format.arguments.get(format.next) {
                    Some(argument) => text.push_str(&verb.write(word, argument)?),
                    None => text.push_str(&format!("%!{word}(MISSING)")),
                }
                format.next += 1;
            }
        }
        fits(&text, MAX_TEXT)?;
    }
    if let Some(rest) = format.arguments.get(format.next..).filter(|rest| format.is_ordered && !rest.is_empty()) {
        let mut extra = Vec::with_capacity(rest.len());
        for value in rest {
            extra.push(format!("{}={}", kind(value), plain(value)?));
        }
        text.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    fits(&text, MAX_TEXT)?;
    Ok(Some(text))
}

impl Format<'_> {
    /// What stands between `%` and the word: flags, width, precision, and the number of an argument.
    fn verb(&mut self) -> Verb {
        let mut verb = Verb::default();
        while let Some(flag) = self.letters.next_if(|letter| "-+0 #".contains(*letter)) {
            match flag {
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                '0' => verb.zero = true,
                '#' => verb.sharp = true,
                _ => verb.space = true,
            }
        }
        self.named();
        verb.width = self.size();
        if self.letters.next_if_eq(&'.').is_some() {
            verb.precision = Some(self.size().unwrap_or(0));
        }
        self.named();
        verb
    }

    /// The argument that comes next may be named by its number.
    fn named(&mut self) {
        if self.letters.next_if_eq(&'[').is_some() {
            self.is_ordered = false;
            self.next = self.number().unwrap_or_default().checked_sub(1).unwrap_or(MAX_WIDTH);
            let _ = self.letters.next_if_eq(&']');
        }
    }

    /// A width or a precision, which may be an argument too.
    fn size(&mut self) -> Option<usize> {
        if self.letters.next_if_eq(&'*').is_none() {
            return self.number();
        }
        let given = self.arguments.get(self.next).and_then(|given| given.as_i64().ok());
        self.next += 1;
        given.and_then(|given| usize::try_from(given).ok()).map(|given| given.min(MAX_WIDTH))
    }

    fn number(&mut self) -> Option<usize> {
        let mut found = None;
        while let Some(digit) = self.letters.next_if(char::is_ascii_digit) {
            found = Some((found.unwrap_or(0) * 10 + digit.to_digit(10).unwrap_or(0) as usize).min(MAX_WIDTH));
        }
        found
    }
}

/// A value that holds another one many times over would have no end.
fn fits(text: &str, most: usize) -> Result<(), Excess> {
    if text.len() > most { Err(Excess::BYTES) } else { Ok(()) }
}

impl Verb {
    fn write(self, word: char, value: &Value) -> Result<String, Excess> {
        let written = match (word, value) {
            ('T', value) => Some(kind(value).to_owned()),
            ('v' | 's', Value::String(text)) => Some(self.cut(text)),
            ('q', Value::String(text)) => Some(format!("{text:?}")),
            ('x' | 'X', Value::String(text)) => {
                Some(text.bytes().map(|byte| if word == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") }).collect())
            }
            (_, Value::Number(_)) => return self.number(word, value),
            ('v' | 's', other) => Some(self.cut(&written(other)?)),
            ('q', other) => Some(format!("{:?}", written(other)?)),
            _ => None,
        };
        Ok(match written {
            Some(written) => self.pad(&written, false),
            None => format!("%!{word}({}={})", kind(value), plain(value)?),
        })
    }

    fn number(self, word: char, value: &Value) -> Result<String, Excess> {
        let whole = value.as_i64().ok();
        let float = value.as_f64().ok();
        let digits = match (word, whole) {
            ('v', _) => Some(plain(value)?),
            ('d', Some(whole)) => Some(whole.to_string()),
            ('x', Some(whole)) => Some(in_base(whole, |whole| format!("{whole:x}"))),
            ('X', Some(whole)) => Some(in_base(whole, |whole| format!("{whole:X}"))),
            ('o', Some(whole)) => Some(in_base(whole, |whole| format!("{whole:o}"))),
            ('b', Some(whole)) => Some(in_base(whole, |whole| format!("{whole:b}"))),
            ('c', Some(whole)) => u32::try_from(whole).ok().and_then(char::from_u32).map(String::from),
            ('f' | 'F', None) => float.map(|float| format!("{float:.*}", self.precision.unwrap_or(6))),
            ('g' | 'G', None) => Some(plain(value)?),
            _ => None,
        };
        let Some(digits) = digits else { return Ok(format!("%!{word}({}={})", kind(value), plain(value)?)) };
        let signed = if self.plus && !digits.starts_with('-') { format!("+{digits}") } else { digits };
        let spaced = if self.space && !signed.starts_with(['-', '+']) { format!(" {signed}") } else { signed };
        Ok(self.pad(&spaced, true))
    }

    fn cut(self, text: &str) -> String {
        self.precision.map_or_else(|| text.to_owned(), |most| text.chars().take(most).collect())
    }

    fn pad(self, text: &str, is_number: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            return format!("{text}{}", " ".repeat(missing));
        }
        if !self.zero {
            return format!("{}{text}", " ".repeat(missing));
        }
        let sign = if is_number && text.starts_with(['-', '+', ' ']) { 1 } else { 0 };
        let (sign, rest) = text.split_at(sign);
        format!("{sign}{}{rest}", "0".repeat(missing))
    }
}

fn in_base(whole: i64, write: impl Fn(u64) -> String) -> String {
    format!("{}{}", if whole < 0 { "-" } else { "" }, write(whole.unsigned_abs()))
}

/// The name that Go has for what OPA hands it.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Number(_) if value.as_i64().is_ok() => "int",
        Value::Number(_) => "float64",
        _ => "string",
    }
}

fn plain(value: &Value) -> Result<String, Excess> {
    match value {
        Value::String(text) => Ok(text.to_string()),
        other => written(other),
    }
}

fn written(value: &Value) -> Result<String, Excess> {
    let mut text = String::new();
    write(value, &mut text, MAX_TEXT)?;
    Ok(text)
}

/// Writes a value as OPA writes it in Rego: with a space after commas and colons, and sets in braces. What was written until it was too much
/// stays.
///
/// # Errors
/// It is longer than it may be.
pub(crate) fn write(value: &Value, text: &mut String, most: usize) -> Result<(), Excess> {
    match value {
        Value::Array(items) => list(items.iter(), ("[", "]"), text, most)?,
        Value::Set(items) if items.is_empty() => text.push_str("set()"),
        Value::Set(items) => list(items.iter(), ("{", "}"), text, most)?,
        Value::Object(map) => {
            text.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write(key, text, most)?;
                text.push_str(": ");
                write(value, text, most)?;
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
    fits(text, most)
}

fn list<'a>(items: impl Iterator<Item = &'a Value>, (open, close): (&str, &str), text: &mut String, most: usize) -> Result<(), Excess> {
    text.push_str(open);
    for (index, item) in items.enumerate() {
        text.push_str(if index > 0 { ", " } else { "" });
        write(item, text, most)?;
    }
    text.push_str(close);
    Ok(())
}
