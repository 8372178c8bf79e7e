//! Functions of address ranges.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::{Context, Done, Failure, Gives, Param, Spec, number, text, texts, whole};
use crate::value::Value;

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("cidrhost", &[Param::Text, Param::Number], Gives::Text, cidrhost),
    Spec::new("cidrnetmask", &[Param::Text], Gives::Text, cidrnetmask),
    Spec::new("cidrsubnet", &[Param::Text, Param::Number, Param::Number], Gives::Text, cidrsubnet),
    Spec::new("cidrsubnets", &[Param::Text], Gives::Texts, cidrsubnets).rest(Param::Number),
];

/// A range: its first address, how many bits name the network, and how many there are.
#[derive(Clone, Copy)]
struct Range {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Range {
    fn parse(text: &str) -> Result<Self, Failure> {
        let fail = || Failure::from(format!("invalid CIDR expression: {text:?}"));
        let (address, prefix) = text.split_once('/').ok_or_else(fail)?;
        let (address, bits) = match (parse_v4(address), address.parse::<Ipv6Addr>()) {
            (Some(v4), _) => (u128::from(v4), 32),
            (None, Ok(v6)) => (u128::from(v6), 128),
            (None, Err(_)) => return Err(fail()),
        };
        let digits = prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse::<u32>().ok().filter(|prefix| digits && *prefix <= bits).ok_or_else(fail)?;
        let range = Self { address, prefix, bits };
        Ok(Self { address: address & range.mask(), ..range })
    }

    /// The bits that name the network.
    fn mask(self) -> u128 {
        let all = if self.bits == 128 { u128::MAX } else { (1 << self.bits) - 1 };
        let hosts = self.bits - self.prefix;
        if hosts >= 128 { 0 } else { (all >> hosts) << hosts }
    }

    fn subnet(self, more: u32, number: u128) -> Result<Self, Failure> {
        let prefix = self.prefix + more;
        if prefix > self.bits {
            return Err(format!("insufficient address space to extend prefix of {} by {more}", self.prefix).into());
        }
        if more < 128 && number >= 1 << more {
            return Err(format!("prefix extension of {more} does not accommodate a subnet numbered {number}").into());
        }
        let shift = self.bits - prefix;
        let added = if shift >= 128 { 0 } else { number << shift };
        Ok(Self { address: self.address | added, prefix, bits: self.bits })
    }

    fn ip(self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(v4) if self.bits == 32 => Ipv4Addr::from(v4).to_string(),
            _ => v6_text(address),
        }
    }
}

/// Go writes addresses that stand for IPv4 ones as those.
fn v6_text(address: u128) -> String {
    if address >> 32 == 0xFFFF {
        return Ipv4Addr::from((address & 0xFFFF_FFFF) as u32).to_string();
    }
    let address = Ipv6Addr::from(address);
    let text = address.to_string();
    if !text.contains('.') {
        return text;
    }
    let [.., high, low] = address.segments();
    format!("::{high:x}:{low:x}")
}

/// Four numbers, zeros before them taken for nothing.
fn parse_v4(text: &str) -> Option<u32> {
    let parts: Vec<&str> = text.split('.').collect();
    let mut address = 0_u32;
    if parts.len() != 4 {
        return None;
    }
    for part in parts {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let value = part.parse::<u32>().ok().filter(|value| digits && *value < 256)?;
        address = address << 8 | value;
    }
    Some(address)
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.ip(self.address), self.prefix)
    }
}

fn cidrhost(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let range = Range::parse(text(given, 0))?;
    let hosts = range.bits - range.prefix;
    let wanted = number(given, 1);
    if !wanted.is_whole() {
        return Err("a whole number is required".into());
    }
    let wanted = i128::try_from(wanted.truncated()).map_err(|_| "the host number is out of range")?;
    let most = if hosts >= 127 { i128::MAX } else { (1_i128 << hosts) - 1 };
    let from_end = if wanted < 0 { -(wanted + 1) } else { wanted };
    if from_end > most {
        return Err(format!("prefix of {} does not accommodate a host numbered {wanted}", range.prefix).into());
    }
    let host_mask = !range.mask() & if range.bits == 128 { u128::MAX } else { (1 << range.bits) - 1 };
    let host = (wanted as u128) & host_mask;
    Ok(Value::string(&range.ip(range.address | host)))
}

fn cidrnetmask(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let range = Range::parse(text(given, 0))?;
    if range.bits != 32 {
        return Err("IPv6 addresses cannot have a netmask".into());
    }
    Ok(Value::string(&range.ip(range.mask())))
}

fn cidrsubnet(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let range = Range::parse(text(given, 0))?;
    let more = u32::try_from(whole(given, 1)?).map_err(|_| "the number of new bits must not be negative")?;
    let wanted = number(given, 2);
    if !wanted.is_whole() {
        return Err("a whole number is required".into());
    }
    let wanted = u128::try_from(wanted.truncated()).map_err(|_| "the network's number is out of range")?;
    let more = more.min(1_000);
    Ok(Value::string(&range.subnet(more, wanted)?.to_string()))
}

fn cidrsubnets(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let range = Range::parse(text(given, 0))?;
    let mut next = range.address;
    let end = range.address | (!range.mask() & if range.bits == 128 { u128::MAX } else { (1 << range.bits) - 1 });
    let mut exhausted = false;
    let mut made = Vec::new();
    for at in 1..given.len() {
        let more = whole(given, at)?;
        if more < 1 {
            return Err("must extend prefix by at least one bit".into());
        }
        let more = u32::try_from(more).ok().filter(|more| *more <= 32).ok_or("may not extend prefix by more than 32 bits")?;
        let prefix = range.prefix + more;
        if prefix > range.bits {
            return Err(format!("would extend prefix to {prefix} bits, which is too long for an address of {}", range.bits).into());
        }
        let size = 1_u128.checked_shl(range.bits - prefix).unwrap_or(0);
        let aligned = next.checked_add(size - 1).map(|sum| sum / size * size);
        let start = aligned.filter(|start| !exhausted && *start <= end && *start + (size - 1) <= end);
        let start = start
            .ok_or_else(|| Failure::from(format!("not enough remaining address space for a subnet with a prefix of {prefix} bits")))?;
        match start.checked_add(size) {
            Some(after) => next = after,
            None => exhausted = true,
        }
        made.push(Range { address: start, prefix, bits: range.bits }.to_string());
    }
    Ok(texts(made))
}
