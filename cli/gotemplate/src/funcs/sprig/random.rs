//! What differs from call to call; deterministic settings give constants instead.

use crate::{
    Call, Data, Failure, Function, Param, Value,
    funcs::{
        argument::{Args, check_size},
        sprig::encoding::BASE64,
    },
};

const COUNT: &[Param] = &[Param::Int];

/// What a deterministic `uuidv4` gives.
const UUID: &str = "00000000-0000-4000-8000-000000000000";

/// Random text, bytes and numbers.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("randAlphaNum", COUNT, |call, args| letters(call, args, b'x', |byte| byte.is_ascii_alphanumeric())),
    Function::fixed("randAlpha", COUNT, |call, args| letters(call, args, b'a', |byte| byte.is_ascii_alphabetic())),
    Function::fixed("randNumeric", COUNT, |call, args| letters(call, args, b'1', |byte| byte.is_ascii_digit())),
    Function::fixed("randAscii", COUNT, |call, args| letters(call, args, b'z', |byte| (b' '..0x7F).contains(byte))),
    Function::fixed("randBytes", COUNT, rand_bytes),
    Function::fixed("randInt", &[Param::Int, Param::Int], rand_int),
    Function::fixed("shuffle", &[Param::String], shuffle),
    Function::fixed("uuidv4", &[], uuid),
];

/// Random bytes of the system; a lint has no use for them, `template` without `--deterministic` does.
pub(crate) fn random_bytes(count: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

fn random_below(limit: u64) -> Result<u64, Failure> {
    let bytes = random_bytes(8)?;
    let number = bytes.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    Ok(number % limit.max(1))
}

fn length(args: Vec<Value>) -> Result<usize, Failure> {
    let count = usize::try_from(Args::new(args).int()).unwrap_or(0);
    check_size(count)?;
    Ok(count)
}

fn letters(call: &mut Call<'_, '_>, args: Vec<Value>, constant: u8, fits: fn(&u8) -> bool) -> Result<Value, Failure> {
    let count = length(args)?;
    if call.machine.settings.deterministic {
        return Ok(Value::string(vec![constant; count]));
    }
    let mut text = Vec::with_capacity(count);
    while text.len() < count {
        let bytes = random_bytes(256)?;
        let missing = count - text.len();
        text.extend(bytes.into_iter().filter(fits).take(missing));
    }
    Ok(Value::string(text))
}

fn rand_bytes(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let count = length(args)?;
    let bytes = if call.machine.settings.deterministic { vec![0; count] } else { random_bytes(count)? };
    Ok(Value::string(BASE64.encode(&bytes)))
}

fn rand_int(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (least, limit) = (args.int(), args.int());
    if limit <= least {
        return Err(Failure::new("invalid argument to Intn"));
    }
    let above = if call.machine.settings.deterministic { 0 } else { random_below(limit.abs_diff(least))? };
    Ok(Value::new(Data::Int(least.wrapping_add_unsigned(above))))
}

fn shuffle(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    if call.machine.settings.deterministic {
        return Ok(text.into_value());
    }
    let mut runes: Vec<char> = text.lossy().chars().collect();
    for last in (1..runes.len()).rev() {
        runes.swap(last, random_below(last as u64 + 1)? as usize);
    }
    Ok(Value::string(runes.into_iter().collect::<String>()).from(text.origin))
}

fn uuid(call: &mut Call<'_, '_>, _: Vec<Value>) -> Result<Value, Failure> {
    if call.machine.settings.deterministic {
        return Ok(Value::string(UUID));
    }
    let number = random_bytes(16)?.into_iter().fold(0_u128, |number, byte| number << 8 | u128::from(byte));
    let number = number & !(0xF << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(Value::string(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))))
}
