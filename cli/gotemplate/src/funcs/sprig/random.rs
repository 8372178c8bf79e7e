//! What differs from call to call; deterministic settings give constants instead.

use rand_chacha::rand_core::RngCore;

use crate::{
    Call, Data, Failure, Function, Machine, Param, Value,
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

/// Random bytes; zeros where constants stand for what is random.
fn random_bytes(machine: &mut Machine<'_>, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    if let Some(random) = machine.random() {
        random.fill_bytes(&mut bytes);
    }
    bytes
}

/// So many random bytes as an array.
pub(crate) fn array<const N: usize>(machine: &mut Machine<'_>) -> [u8; N] {
    let mut bytes = [0; N];
    if let Some(random) = machine.random() {
        random.fill_bytes(&mut bytes);
    }
    bytes
}

fn random_below(machine: &mut Machine<'_>, limit: u64) -> u64 {
    let limit = limit.max(1);
    // What lies above the last whole multiple would favour small numbers.
    let fair = u64::MAX - u64::MAX % limit;
    loop {
        let number = u64::from_be_bytes(array(machine));
        if number < fair {
            return number % limit;
        }
    }
}

fn length(args: Vec<Value>) -> Result<usize, Failure> {
    let count = usize::try_from(Args::new(args).int()).unwrap_or(0);
    check_size(count)?;
    Ok(count)
}

fn letters(call: &mut Call<'_, '_>, args: Vec<Value>, constant: u8, fits: fn(&u8) -> bool) -> Result<Value, Failure> {
    let count = length(args)?;
    if call.machine.settings.chance.is_none() {
        return Ok(Value::string(vec![constant; count]));
    }
    let mut text = Vec::with_capacity(count);
    while text.len() < count {
        let bytes = random_bytes(call.machine, 256);
        let missing = count - text.len();
        text.extend(bytes.into_iter().filter(fits).take(missing));
    }
    Ok(Value::string(text))
}

fn rand_bytes(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let count = length(args)?;
    let bytes = random_bytes(call.machine, count);
    Ok(Value::string(BASE64.encode(&bytes)))
}

fn rand_int(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let mut args = Args::new(args);
    let (least, limit) = (args.int(), args.int());
    if limit <= least {
        return Err(Failure::new("invalid argument to Intn"));
    }
    let above = if call.machine.settings.chance.is_none() { 0 } else { random_below(call.machine, limit.abs_diff(least)) };
    Ok(Value::new(Data::Int(least.wrapping_add_unsigned(above))))
}

fn shuffle(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let text = Args::new(args).text();
    if call.machine.settings.chance.is_none() {
        return Ok(text.into_value());
    }
    let mut runes: Vec<char> = text.lossy().chars().collect();
    for last in (1..runes.len()).rev() {
        runes.swap(last, random_below(call.machine, last as u64 + 1) as usize);
    }
    Ok(Value::string(runes.into_iter().collect::<String>()).from(text.origin))
}

fn uuid(call: &mut Call<'_, '_>, _: Vec<Value>) -> Result<Value, Failure> {
    if call.machine.settings.chance.is_none() {
        return Ok(Value::string(UUID));
    }
    let number = u128::from_be_bytes(array(call.machine));
    let number = number & !(0xF << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(Value::string(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))))
}
