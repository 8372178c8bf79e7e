//! Functions of strings.

use unicode_segmentation::UnicodeSegmentation;

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, items, text, texts, whole};
use crate::{
    limits::{MAX_ITEMS, MAX_STRING_BYTES},
    types::Type,
    value::{Data, Known, Unknown, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("chomp", &[Param::Text], Gives::Text, |_, given| string(text(given, 0).trim_end_matches(['\r', '\n']))),
    Spec::new("endswith", &[Param::Text, Param::Text], Gives::Bool, |_, given| Ok(text(given, 0).ends_with(text(given, 1)).into())),
    Spec::new("indent", &[Param::Number, Param::Text], Gives::Text, indent),
    Spec::new("join", &[Param::Text], Gives::Text, join).rest(Param::Texts).regard(Regard::Own),
    Spec::new("lower", &[Param::Text], Gives::Text, |_, given| string(&text(given, 0).chars().map(lower).collect::<String>())),
    Spec::new("split", &[Param::Text, Param::Text], Gives::Texts, split),
    Spec::new("startswith", &[Param::Text, Param::Text], Gives::Bool, starts_with).regard(Regard::Own),
    Spec::new("strcontains", &[Param::Text, Param::Text], Gives::Bool, |_, given| Ok(text(given, 0).contains(text(given, 1)).into())),
    Spec::new("strrev", &[Param::Text], Gives::Text, |_, given| string(&text(given, 0).graphemes(true).rev().collect::<String>())),
    Spec::new("substr", &[Param::Text, Param::Number, Param::Number], Gives::Text, substr),
    Spec::new("title", &[Param::Text], Gives::Text, title),
    Spec::new("trim", &[Param::Text, Param::Text], Gives::Text, |_, given| {
        string(text(given, 0).trim_matches(|c| text(given, 1).contains(c)))
    }),
    Spec::new("trimprefix", &[Param::Text, Param::Text], Gives::Text, |_, given| {
        string(text(given, 0).strip_prefix(text(given, 1)).unwrap_or(text(given, 0)))
    }),
    Spec::new("trimspace", &[Param::Text], Gives::Text, |_, given| string(text(given, 0).trim())),
    Spec::new("trimsuffix", &[Param::Text, Param::Text], Gives::Text, |_, given| {
        string(text(given, 0).strip_suffix(text(given, 1)).unwrap_or(text(given, 0)))
    }),
    Spec::new("upper", &[Param::Text], Gives::Text, |_, given| string(&text(given, 0).chars().map(upper).collect::<String>())),
];

#[expect(clippy::unnecessary_wraps, reason = "the result of a function")]
fn string(text: &str) -> Done {
    Ok(Value::string(text))
}

/// Characters keep to one character in another case.
fn upper(character: char) -> char {
    let mut all = character.to_uppercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => character,
    }
}

fn lower(character: char) -> char {
    let mut all = character.to_lowercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => {
            if character == 'İ' {
                'i'
            } else {
                character
            }
        }
    }
}

fn title(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let mut before = ' ';
    let titled = text(given, 0).chars().map(|character| {
        let begins = !(before.is_alphanumeric() || before == '_')
            && (!before.is_ascii() || before.is_ascii_whitespace() || before.is_ascii_punctuation());
        let begins = begins && is_separator(before);
        before = character;
        if begins { upper(character) } else { character }
    });
    string(&titled.collect::<String>())
}

/// What Go takes for the space between words.
fn is_separator(character: char) -> bool {
    if character.is_ascii() {
        return !(character.is_ascii_alphanumeric() || character == '_');
    }
    !character.is_alphanumeric() && character.is_whitespace()
}

fn indent(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let count = usize::try_from(whole(given, 0)?).map_err(|_| "the number of spaces must not be negative")?;
    let lines = text(given, 1).matches('\n').count();
    if count.saturating_mul(lines.max(1)) > MAX_STRING_BYTES {
        return Err(Failure::limit("MAX_STRING_BYTES"));
    }
    string(&text(given, 1).replace('\n', &format!("\n{}", " ".repeat(count))))
}

fn join(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let separator = given.first().cloned().unwrap_or_else(|| Value::string(""));
    if given.len() < 2 {
        return Err("at least one list is required".into());
    }
    let mut pieces: Vec<Value> = Vec::new();
    let mut reason = separator.any_reason().cloned();
    let mut length = 0_usize;
    let mut first = true;
    for list in given.get(1..).unwrap_or_default() {
        if let Some(unknown) = list.as_unknown() {
            return Ok(Value::unknown(Type::String, unknown.reason.clone()));
        }
        for item in list.items().map_or(&[][..], |items| items) {
            if item.is_null() {
                return Err("an item is null; a list of strings is required".into());
            }
            if !std::mem::take(&mut first) {
                pieces.push(separator.clone());
            }
            length += item.as_str().map_or(0, str::len) + separator.as_str().map_or(0, str::len);
            if length > MAX_STRING_BYTES {
                return Err(Failure::limit("MAX_STRING_BYTES"));
            }
            reason = reason.or_else(|| item.any_reason().cloned());
            pieces.push(item.clone());
        }
    }
    if let Some(reason) = reason {
        let known = Known::Pieces(pieces.into());
        return Ok(Data::Unknown(std::sync::Arc::new(Unknown { ty: Type::String, reason, known })).into());
    }
    string(&pieces.iter().filter_map(Value::as_str).collect::<String>())
}

fn split(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (separator, whole) = (text(given, 0), text(given, 1));
    if whole.len() > MAX_ITEMS && whole.matches(separator).nth(MAX_ITEMS).is_some() {
        return Err(Failure::limit("MAX_ITEMS"));
    }
    if separator.is_empty() {
        return Ok(texts(whole.chars().map(String::from)));
    }
    Ok(texts(whole.split(separator)))
}

/// What is known of the beginning of a string may decide.
fn starts_with(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let unknown = given.iter().find_map(|value| value.as_unknown());
    let Some(unknown) = unknown else { return Ok(text(given, 0).starts_with(text(given, 1)).into()) };
    if let (Some(whole), Some(prefix)) = (given.first().and_then(Value::as_unknown), given.get(1).and_then(Value::as_str))
        && matches!(whole.known, Known::Pieces(_))
    {
        let begin = given.first().and_then(Value::certain_prefix).unwrap_or_default();
        if begin.starts_with(prefix) {
            return Ok(true.into());
        }
        if !prefix.starts_with(begin) {
            return Ok(false.into());
        }
    }
    Ok(Value::unknown(Type::Bool, unknown.reason.clone()))
}

fn substr(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let all: Vec<&str> = text(given, 0).graphemes(true).collect();
    let (offset, length) = (whole(given, 1)?, whole(given, 2)?);
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (offset + count).max(0) } else { offset };
    if start > count || length == 0 && offset >= 0 {
        return string("");
    }
    let end = if length <= 0 { count } else { start.saturating_add(length).min(count) };
    let (start, end) = (usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0));
    string(&all.get(start..end).unwrap_or_default().concat())
}

/// The strings of an argument that is a list of them.
pub(super) fn strings(given: &[Value], at: usize) -> impl Iterator<Item = &str> {
    items(given, at).iter().filter_map(Value::as_str)
}
