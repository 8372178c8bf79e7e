//! Upper and lower case, and names in the styles of other languages.

use crate::{
    Call, Failure, Function, Param, Value,
    format::{Rope, first_rune},
    funcs::argument::Args,
};

const TEXT: &[Param] = &[Param::String];

/// Character for character changes of case, and changes of style.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("upper", TEXT, |_, args| changed(args, |rune, _| upper(rune))),
    Function::fixed("lower", TEXT, |_, args| changed(args, |rune, _| lower(rune))),
    Function::fixed("title", TEXT, |_, args| changed(args, |rune, before| if parts_words(before) { upper(rune) } else { rune })),
    Function::fixed("untitle", TEXT, |_, args| changed(args, |rune, before| if before.is_whitespace() { lower(rune) } else { rune })),
    Function::fixed("swapcase", TEXT, |_, args| changed(args, swapped)),
    Function::fixed("snakecase", TEXT, |call, args| styled(call, args, |text| separated(text, '_'))),
    Function::fixed("kebabcase", TEXT, |call, args| styled(call, args, |text| separated(text, '-'))),
    Function::fixed("camelcase", TEXT, |call, args| styled(call, args, pascal)),
];

/// Changes each character by itself and the one before it; the first one follows a space.
fn changed(args: Vec<Value>, change: fn(char, char) -> char) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    let bytes = text.bytes();
    let mut rope = Rope::with_capacity(bytes.len());
    let (mut at, mut plain, mut before) = (0, 0, ' ');
    while let Some((rune, width)) = bytes.get(at..).and_then(first_rune) {
        let old = rune.unwrap_or(char::REPLACEMENT_CHARACTER);
        let new = change(old, before);
        if rune != Some(new) {
            rope.push_part(text.view(), plain..at);
            rope.push(new.encode_utf8(&mut [0; 4]).as_bytes(), text.view().origin_at(at));
            plain = at + width;
        }
        at += width;
        before = old;
    }
    rope.push_part(text.view(), plain..at);
    Ok(rope.into_value(text.origin))
}

fn styled(call: &mut Call<'_, '_>, args: Vec<Value>, change: fn(&str) -> String) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(change(&Args::new(args).text().lossy())).from(origin))
}

/// The one character that is this one's capital; itself where Unicode has several.
pub(crate) fn upper(rune: char) -> char {
    let mut mapped = rune.to_uppercase();
    mapped.next().filter(|_| mapped.next().is_none()).unwrap_or(rune)
}

pub(crate) fn lower(rune: char) -> char {
    rune.to_lowercase().next().unwrap_or(rune)
}

/// Whether Go's `strings.Title` finds the start of a word after a character.
fn parts_words(rune: char) -> bool {
    if rune.is_ascii() { !rune.is_ascii_alphanumeric() && rune != '_' } else { rune.is_whitespace() }
}

fn swapped(rune: char, _: char) -> char {
    match () {
        () if rune.is_uppercase() => lower(rune),
        () if rune.is_lowercase() => upper(rune),
        () => rune,
    }
}

fn connects(rune: char) -> bool {
    rune == '-' || rune == '_' || rune.is_whitespace()
}

/// `http_server` to `HttpServer`.
fn pascal(text: &str) -> String {
    let mut out = String::new();
    let mut runes = text.chars();
    let mut held = loop {
        match runes.next() {
            Some(rune) if connects(rune) => out.push(rune),
            Some(rune) => break rune,
            // A name of nothing but connectors gets its last one twice.
            None => {
                out.extend(out.chars().next_back());
                return out;
            }
        }
    };
    let mut first_was_upper = held.is_uppercase();
    held = upper(held);
    for rune in runes {
        let before = held;
        held = rune;
        if connects(rune) && connects(before) {
            out.push(before);
            continue;
        }
        if connects(before) {
            first_was_upper = rune.is_uppercase();
            held = upper(rune);
        } else {
            if first_was_upper && rune.is_uppercase() {
                held = lower(rune);
            } else {
                first_was_upper = false;
            }
            out.push(before);
        }
    }
    out.push(held);
    out
}

/// What a word of a name is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Connector,
    Punctuation,
    Upper,
    Letters,
    Number,
    Other,
}

/// `HTTPServer2Go` to `http_server2_go`.
fn separated(text: &str, connector: char) -> String {
    let runes: Vec<char> = text.chars().collect();
    let mut words = Words { runes: &runes };
    let mut out = String::new();
    let (mut kind, mut word) = words.next();
    while !words.runes.is_empty() {
        if kind != Word::Connector {
            lowered(&mut out, kind, word, connector);
        }
        let (previous, last) = (kind, word);
        (kind, word) = words.next();
        match previous {
            Word::Number => words.join_letters(&mut out, &mut kind, &mut word, connector),
            Word::Connector => lowered(&mut out, previous, last, connector),
            Word::Punctuation => {}
            Word::None | Word::Upper | Word::Letters | Word::Other if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            Word::None | Word::Upper | Word::Letters | Word::Other => {
                if words.runes.is_empty() {
                    continue;
                }
                let number = word;
                (kind, word) = words.next();
                if kind == Word::Letters {
                    out.push(connector);
                    lowered(&mut out, Word::Number, number, connector);
                    words.join_letters(&mut out, &mut kind, &mut word, connector);
                } else {
                    lowered(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    lowered(&mut out, kind, word, connector);
    out
}

struct Words<'a> {
    runes: &'a [char],
}

impl<'a> Words<'a> {
    /// The next word, whose kind its first characters decide.
    fn next(&mut self) -> (Word, &'a [char]) {
        let runes = self.runes;
        let Some(&first) = runes.first() else { return (Word::None, &[]) };
        let run = |holds: fn(char) -> bool| runes.iter().skip(1).take_while(|&&rune| holds(rune)).count() + 1;
        let (kind, length) = match () {
            () if connects(first) => (Word::Connector, run(connects)),
            () if is_punctuation(first) => (Word::Punctuation, run(is_punctuation)),
            () if first.is_uppercase() => (Word::Upper, capital_run(runes)),
            () if first.is_alphabetic() => (Word::Letters, run(|rune| rune.is_alphabetic() && !rune.is_uppercase())),
            () if first.is_numeric() => (Word::Number, run(char::is_numeric)),
            () => (Word::Other, run(|rune| !connects(rune) && !rune.is_alphanumeric() && !is_punctuation(rune))),
        };
        let (word, rest) = runes.split_at(length.min(runes.len()));
        self.runes = rest;
        (kind, word)
    }

    /// Takes the lower-case words and numbers that belong to a number before them.
    fn join_letters(&mut self, out: &mut String, kind: &mut Word, word: &mut &'a [char], connector: char) {
        while matches!(kind, Word::Letters | Word::Number) {
            lowered(out, *kind, word, connector);
            (*kind, *word) = self.next();
        }
        if !matches!(kind, Word::None | Word::Punctuation | Word::Connector) {
            out.push(connector);
        }
    }
}

/// `HTTP` of `HTTPStatus`, `Status` of `StatusCode`.
fn capital_run(runes: &[char]) -> usize {
    let capitals = runes.iter().take_while(|rune| rune.is_uppercase()).count();
    if capitals == 1 {
        return 1 + runes.iter().skip(1).take_while(|rune| rune.is_alphabetic() && !rune.is_uppercase()).count();
    }
    match runes.get(capitals) {
        Some(rune) if rune.is_alphabetic() => capitals - 1,
        Some(_) | None => capitals,
    }
}

fn is_punctuation(rune: char) -> bool {
    rune.is_ascii_punctuation() && !"$+<=>^`|~".contains(rune)
}

fn lowered(out: &mut String, kind: Word, word: &[char], connector: char) {
    for &rune in word {
        out.push(match kind {
            Word::Upper | Word::Connector if connects(rune) => connector,
            Word::Upper | Word::Connector => lower(rune),
            Word::None | Word::Punctuation | Word::Letters | Word::Number | Word::Other => rune,
        });
    }
}
