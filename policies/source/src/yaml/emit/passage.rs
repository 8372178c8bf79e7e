//! What becomes of a string on its way through JSON: sigs.k8s.io/yaml writes a value as JSON and reads that as YAML before it writes YAML.

use std::borrow::Cow;

use super::EmitError;
use crate::yaml::limits::MAX_SIMPLE_KEY;

/// The line break that JSON leaves as it is.
const NEXT_LINE: char = '\u{85}';

/// The string that YAML reads from the JSON of a string.
pub(super) fn pass(text: &str) -> Result<Cow<'_, str>, EmitError> {
    if text.bytes().all(|byte| byte < 0x7F) {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(refused) = text.chars().find(|&character| is_refused(character)) {
        return Err(EmitError::Character(refused));
    }
    if !text.contains(NEXT_LINE) {
        return Ok(Cow::Borrowed(text));
    }
    fold(text).map(Cow::Owned)
}

/// The same of a key, which has to stay on its line and to be short.
pub(super) fn pass_key(text: &str) -> Result<Cow<'_, str>, EmitError> {
    if text.contains(NEXT_LINE) {
        return Err(EmitError::Character(NEXT_LINE));
    }
    if text.len() >= MAX_SIMPLE_KEY as usize / 6 && text.chars().map(json_width).sum::<usize>() + 2 > MAX_SIMPLE_KEY as usize {
        return Err(EmitError::Key(text.chars().take(40).collect()));
    }
    pass(text)
}

fn is_refused(character: char) -> bool {
    matches!(character, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn json_width(character: char) -> usize {
    match character {
        '\\' | '"' | '\n' | '\r' | '\t' | '\x08' | '\x0C' => 2,
        '\0'..='\x1F' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    }
}

/// Folds the line breaks as in any double-quoted scalar.
fn fold(text: &str) -> Result<String, EmitError> {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NEXT_LINE) {
        let (line, after) = rest.split_at(at);
        folded.push_str(line.trim_end_matches(' '));
        let next = after.trim_start_matches([' ', NEXT_LINE]);
        let space = after.get(..after.len() - next.len()).unwrap_or_default();
        let marker = next.starts_with("---") || next.starts_with("...");
        if space.ends_with(NEXT_LINE) && marker && next.get(3..).is_some_and(|after| after.starts_with([' ', NEXT_LINE])) {
            return Err(EmitError::Character(NEXT_LINE));
        }
        match space.matches(NEXT_LINE).count() {
            1 => folded.push(' '),
            breaks => folded.extend(std::iter::repeat_n('\n', breaks - 1)),
        }
        rest = next;
    }
    folded.push_str(rest);
    Ok(folded)
}
