//! The functions that Argo CD adds to sprig's for ApplicationSets.

use crate::{
    Call, Data, Failure, Function, Param, Value,
    funcs::argument::{Args, Text},
};

/// `normalize slugify`; those for YAML are in [`super::helm::yaml`].
pub const FUNCTIONS: &[Function] =
    &[Function::fixed("normalize", &[Param::String], normalize), Function::variadic("slugify", &[], Param::Any, slugify)];

/// The most bytes of a name.
const MAX_NAME: usize = 253;

/// The most bytes of a slug, unless the template says how many.
const DEFAULT_SLUG: i64 = 50;

/// A text as a DNS name: what can't stand in one becomes `-`.
fn sanitized(text: &str) -> String {
    let lower = text.to_lowercase();
    let fits = |rune: char| rune.is_ascii_lowercase() || rune.is_ascii_digit() || rune == '-' || rune == '.';
    let name: String = lower.chars().map(|rune| if fits(rune) { rune } else { '-' }).collect();
    name.get(..MAX_NAME).unwrap_or(&name).trim_matches(['-', '.']).to_owned()
}

fn normalize(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(sanitized(&Args::new(args).text().lossy())).from(origin))
}

fn mismatch(value: &Value, wanted: &str) -> Failure {
    let got = if matches!(value.data, Data::Nil) { "nil" } else { value.type_name() };
    Failure::new(format!("interface conversion: interface {{}} is {got}, not {wanted}"))
}

fn slugify(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args).rest();
    let name = args.pop().unwrap_or_else(|| Value::string(""));
    if !matches!(name.data, Data::String(_)) {
        return Err(mismatch(&name, "string"));
    }
    let size = match args.first().map(|value| (value, &value.data)) {
        None => DEFAULT_SLUG,
        Some((_, Data::Int(size))) => *size,
        Some((value, _)) => return Err(mismatch(value, "int")),
    };
    let whole_words = match args.get(1).map(|value| (value, &value.data)) {
        None => true,
        Some((_, Data::Bool(whole_words))) => *whole_words,
        Some((value, _)) => return Err(mismatch(value, "bool")),
    };
    let slug = slug(&sanitized(&Text::of(&name).lossy()), size, whole_words)?;
    Ok(Value::string(slug).from(origin))
}

fn slug(name: &str, size: i64, whole_words: bool) -> Result<String, Failure> {
    let limit = usize::try_from(size);
    let name = match limit {
        _ if whole_words => name,
        Ok(limit) => name.get(..limit.min(name.len())).unwrap_or(name),
        Err(_) => return Err(Failure::new(format!("runtime error: slice bounds out of range [:{size}]"))),
    };
    let mut slug = String::with_capacity(name.len());
    for rune in name.chars().map(|rune| if rune == '.' { '-' } else { rune }) {
        if !(rune == '-' && slug.ends_with('-')) {
            slug.push(rune);
        }
    }
    let slug = slug.trim_matches(['-', '_']);
    let Some(limit) = limit.ok().filter(|&limit| whole_words && limit > 0 && slug.len() > limit) else { return Ok(slug.to_owned()) };
    let end = slug.get(..=limit).and_then(|head| head.rfind('-')).unwrap_or(limit);
    Ok(slug.get(..end).unwrap_or(slug).to_owned())
}
