//! Blocks of addresses.

use std::net::IpAddr;

use regorus::Value;

use super::{Builtin, Done, builtin};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("net.cidr_intersects", 2, intersects),
    builtin!("net.cidr_overlap", 2, |args| Ok(super::regorus("net.cidr_contains", args))),
];

fn intersects(args: &[Value]) -> Done {
    let [Value::String(a), Value::String(b)] = args else { return Ok(Value::Undefined) };
    Ok(match (block(a), block(b)) {
        (Some(a), Some(b)) => Value::Bool(a.2 == b.2 && a.0 <= b.1 && b.0 <= a.1),
        _ => Value::Undefined,
    })
}

/// The first and the last address of a block, and whether they are of the longer kind.
fn block(text: &str) -> Option<(u128, u128, bool)> {
    let (address, length) = text.split_once('/')?;
    let is_length = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()) && (length == "0" || !length.starts_with('0'));
    let length: u32 = length.parse().ok().filter(|_| is_length)?;
    let (bits, width, is_long) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32, false),
        IpAddr::V6(address) => (address.to_bits(), 128, true),
    };
    let free = u32::checked_sub(width, length)?;
    let mask = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
    Some((bits & !mask, bits | mask, is_long))
}
