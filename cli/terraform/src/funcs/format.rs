//! `format` and `formatlist`.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, text};
use crate::{
    convert::convert,
    eval::unsupported,
    limits::{MAX_ITEMS, MAX_STRING_BYTES},
    number::Number,
    types::Type,
    value::{Data, Known, Reason, Unknown, Value, json_string},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("format", &[Param::Text], Gives::Text, format).rest(Param::Nullable).regard(Regard::Own),
    Spec::new("formatlist", &[Param::Text], Gives::Texts, formatlist).rest(Param::Nullable).regard(Regard::Own),
];

/// A verb with its flags.
#[derive(Default)]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// The argument that it names.
    index: Option<usize>,
    letter: char,
}

fn format(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (pattern, arguments) = given.split_first().ok_or("a format is required")?;
    if let Some(unknown) = pattern.as_unknown() {
        return Ok(Value::unknown(Type::String, unknown.reason.clone()));
    }
    if arguments.iter().any(|argument| matches!(argument.data, Data::Null(Type::Dynamic))) {
        // Terraform does not know either what becomes of it.
        return Ok(Value::unknown(Type::String, unsupported("a null without a type in format()", context.span)));
    }
    formatted(pattern.as_str().unwrap_or_default(), arguments)
}

fn formatted(pattern: &str, arguments: &[Value]) -> Done {
    let mut pieces: Vec<Value> = Vec::new();
    let mut out = String::new();
    let mut reason: Option<Reason> = None;
    let mut rest = pattern;
    let (mut next, mut used, mut named) = (0, 0, false);
    while let Some(at) = rest.find('%') {
        let (plain, verb) = rest.split_at(at);
        out.push_str(plain);
        let (verb, after) = parse(verb.get(1..).unwrap_or_default())?;
        rest = after;
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        let place = verb.index.unwrap_or(next);
        named |= verb.index.is_some();
        next = place + 1;
        used = used.max(next);
        let value = arguments.get(place).ok_or_else(|| {
            Failure::from(format!("not enough arguments for %{}: need index {place} but have {} total", verb.letter, arguments.len()))
        })?;
        match value.any_reason() {
            Some(unknown) => {
                pieces.push(Value::string(&std::mem::take(&mut out)));
                pieces.push(value.clone());
                reason = reason.or_else(|| Some(unknown.clone()));
            }
            None => write(&verb, value, &mut out)?,
        }
        if out.len() > MAX_STRING_BYTES {
            return Err(Failure::limit("MAX_STRING_BYTES"));
        }
    }
    out.push_str(rest);
    if used < arguments.len() && !named {
        return Err(format!("too many arguments; only {used} used by format string").into());
    }
    match reason {
        None => Ok(Value::string(&out)),
        Some(reason) => {
            pieces.push(Value::string(&out));
            let known = Known::Pieces(Arc::from(pieces));
            Ok(Data::Unknown(Arc::new(Unknown { ty: Type::String, reason, known })).into())
        }
    }
}

fn parse(text: &str) -> Result<(Verb, &str), Failure> {
    let mut verb = Verb::default();
    let mut rest = text;
    while let Some(flag) = rest.chars().next() {
        match flag {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            '0' => verb.zero = true,
            '#' => verb.sharp = true,
            _ => break,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    let (width, after) = digits(rest)?;
    verb.width = width;
    rest = after;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = digits(after)?;
        verb.precision = Some(precision.unwrap_or(0));
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('[') {
        let (index, after) = digits(after)?;
        let index = index.filter(|index| *index > 0).ok_or("an argument's number in brackets counts from one")?;
        verb.index = Some(index - 1);
        rest = after.strip_prefix(']').ok_or("a bracket in a verb is not closed")?;
    }
    let letter = rest.chars().next().ok_or("the format ends within a verb")?;
    verb.letter = letter;
    Ok((verb, rest.get(letter.len_utf8()..).unwrap_or_default()))
}

fn digits(text: &str) -> Result<(Option<usize>, &str), Failure> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    if number.is_empty() {
        return Ok((None, rest));
    }
    let number = number.parse().ok().filter(|number| *number <= MAX_STRING_BYTES).ok_or_else(|| Failure::limit("MAX_STRING_BYTES"))?;
    Ok((Some(number), rest))
}

fn write(verb: &Verb, value: &Value, out: &mut String) -> Result<(), Failure> {
    let text = match verb.letter {
        'v' if verb.sharp => value.to_json(),
        'v' => plain(verb, value)?,
        't' => as_type(value, &Type::Bool, verb)?.as_str().map(str::to_owned).unwrap_or_default(),
        'b' | 'd' | 'o' | 'x' | 'X' => whole(verb, &as_number(value, verb)?)?,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => float(verb, &as_number(value, verb)?)?,
        's' => cut(verb, as_type(value, &Type::String, verb)?.as_str().unwrap_or_default()),
        'q' => json_string(&cut(verb, as_type(value, &Type::String, verb)?.as_str().unwrap_or_default()))
            .replace("\\u003c", "<")
            .replace("\\u003e", ">")
            .replace("\\u0026", "&"),
        letter => return Err(format!("unsupported format verb {letter:?}").into()),
    };
    pad(verb, &text, out)
}

/// `%v`: the plainest text of a value.
fn plain(verb: &Verb, value: &Value) -> Result<String, Failure> {
    Ok(match &value.data {
        Data::String(text) => cut(verb, text),
        Data::Number(number) => {
            let inner = Verb { letter: 'g', width: None, precision: verb.precision, plus: verb.plus, space: verb.space, ..Verb::default() };
            if verb.precision.is_none() { signed(verb, &shortest(&number.text())) } else { float(&inner, number)? }
        }
        Data::Bool(value) => value.to_string(),
        Data::Null(_) => "null".to_owned(),
        _ => value.to_json(),
    })
}

/// From which power of ten on a number without a precision has an exponent.
const SHORTEST_POWER: i64 = 6;

/// A decimal, with an exponent where it is very large or small.
fn shortest(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let Some(first) = all.find(|digit| digit != '0') else { return text.to_owned() };
    let power = whole.len() as i64 - 1 - first as i64;
    if (-4..SHORTEST_POWER).contains(&power) {
        return text.to_owned();
    }
    let kept = all.get(first..).unwrap_or_default().trim_end_matches('0');
    let (lead, rest) = kept.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    exponent(&format!("{sign}{lead}{dot}{rest}e{power}"))
}

fn signed(verb: &Verb, text: &str) -> String {
    match (text.starts_with('-'), verb.plus, verb.space) {
        (false, true, _) => format!("+{text}"),
        (false, false, true) => format!(" {text}"),
        _ => text.to_owned(),
    }
}

fn as_type(value: &Value, ty: &Type, verb: &Verb) -> Result<Value, Failure> {
    if value.is_null() {
        return Err(format!("unsupported value for \"%{}\": null value cannot be formatted", verb.letter).into());
    }
    let converted = convert(value, ty).map_err(|why| Failure::from(format!("unsupported value for \"%{}\": {why}", verb.letter)))?;
    Ok(convert(&converted, &Type::String)?)
}

fn as_number(value: &Value, verb: &Verb) -> Result<Number, Failure> {
    if value.is_null() {
        return Err(format!("unsupported value for \"%{}\": null value cannot be formatted", verb.letter).into());
    }
    match convert(value, &Type::Number).map(|value| value.data) {
        Ok(Data::Number(number)) => Ok(number),
        Ok(_) => Err("a number is required".into()),
        Err(why) => Err(format!("unsupported value for \"%{}\": {why}", verb.letter).into()),
    }
}

fn whole(verb: &Verb, number: &Number) -> Result<String, Failure> {
    if !number.is_whole() {
        return Err("an integer is required".into());
    }
    let value = number.truncated();
    let magnitude = value.magnitude();
    let digits = match verb.letter {
        'b' => magnitude.to_str_radix(2),
        'o' => magnitude.to_str_radix(8),
        'x' => magnitude.to_str_radix(16),
        'X' => magnitude.to_str_radix(16).to_uppercase(),
        _ => magnitude.to_str_radix(10),
    };
    let prefix = match (verb.sharp, verb.letter) {
        (true, 'x') => "0x",
        (true, 'X') => "0X",
        (true, 'o') => "0",
        (true, 'b') => "0b",
        _ => "",
    };
    let sign = if number.is_negative() { "-" } else { "" };
    Ok(signed(verb, &format!("{sign}{prefix}{digits}")))
}

fn float(verb: &Verb, number: &Number) -> Result<String, Failure> {
    let precision = verb.precision.unwrap_or(6);
    if precision > 1_000 {
        return Err(Failure::limit("MAX_NUMBER_DIGITS"));
    }
    let value = number.to_f64();
    let text = match verb.letter {
        'f' | 'F' => format!("{value:.precision$}"),
        'e' | 'E' => exponent(&format!("{value:.precision$e}")),
        _ if verb.precision.is_none() => shortest(&number.text()),
        _ => general(value, verb.precision),
    };
    let text = if verb.letter.is_uppercase() { text.to_uppercase() } else { text };
    Ok(signed(verb, &text))
}

/// Go writes a sign and two digits at least.
fn exponent(text: &str) -> String {
    let Some((mantissa, power)) = text.split_once('e') else { return text.to_owned() };
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn general(value: f64, precision: Option<usize>) -> String {
    let scientific = match precision {
        Some(precision) => format!("{:.*e}", precision.max(1) - 1, value),
        None => format!("{value:e}"),
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let limit = precision.map_or(21, |precision| i32::try_from(precision.max(1)).unwrap_or(21));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    if power < -4 || power >= limit {
        return exponent(&format!("{mantissa}e{power}"));
    }
    let digits =
        usize::try_from(i32::try_from(mantissa.chars().filter(char::is_ascii_digit).count()).unwrap_or(0) - 1 - power).unwrap_or(0);
    format!("{value:.digits$}")
}

/// The first characters of a text, as many as the precision says.
fn cut(verb: &Verb, text: &str) -> String {
    match verb.precision {
        Some(precision) => text.graphemes(true).take(precision).collect(),
        None => text.to_owned(),
    }
}

fn pad(verb: &Verb, text: &str, out: &mut String) -> Result<(), Failure> {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
    if out.len() + missing > MAX_STRING_BYTES {
        return Err(Failure::limit("MAX_STRING_BYTES"));
    }
    let signs = text.len() - text.trim_start_matches(['-', '+']).len();
    let (sign, digits) = text.split_at(signs);
    match (verb.minus, verb.zero) {
        (true, _) => out.extend([text, &" ".repeat(missing)]),
        (false, true) => out.extend([sign, &"0".repeat(missing), digits]),
        (false, false) => out.extend([&" ".repeat(missing), text]),
    }
    Ok(())
}

fn formatlist(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (pattern, arguments) = given.split_first().ok_or("a format is required")?;
    let unknown = given.iter().find_map(|value| value.as_unknown());
    if let Some(unknown) = unknown {
        return Ok(Value::unknown(Type::list(Type::String), unknown.reason.clone()));
    }
    let pattern = pattern.as_str().unwrap_or_default();
    let mut count: Option<usize> = None;
    for (at, argument) in arguments.iter().enumerate() {
        let Some(items) = argument.items() else { continue };
        match count {
            Some(known) if known != items.len() => {
                return Err(format!(
                    "argument {} has length {}, which is inconsistent with the length {known} of others",
                    at + 1,
                    items.len()
                )
                .into());
            }
            Some(_) | None => count = Some(items.len()),
        }
    }
    let count = count.unwrap_or(1);
    if count > MAX_ITEMS {
        return Err(Failure::limit("MAX_ITEMS"));
    }
    let mut made = Vec::new();
    for at in 0..count {
        let row: Vec<Value> =
            arguments.iter().map(|argument| argument.items().and_then(|items| items.get(at)).unwrap_or(argument).clone()).collect();
        made.push(
            formatted(pattern, &row)
                .map_err(|failure| Failure { message: format!("error on format iteration {at}: {}", failure.message), ..failure })?,
        );
    }
    if text(given, 0).is_empty() && arguments.is_empty() {
        made.truncate(1);
    }
    Ok(Data::List(Type::String, Arc::from(made)).into())
}
