//! Checksums of text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256, Sha512};

use crate::{Call, Failure, Function, Param, Value, funcs::argument::Args};

const TEXT: &[Param] = &[Param::String];

/// Digests as hexadecimal, and Adler's sum as a number.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("sha1sum", TEXT, |call, args| digest(call, args, |bytes| hex(&sha1::Sha1::digest(bytes)))),
    Function::fixed("sha256sum", TEXT, |call, args| digest(call, args, sha256)),
    Function::fixed("sha512sum", TEXT, |call, args| digest(call, args, |bytes| hex(&Sha512::digest(bytes)))),
    Function::fixed("adler32sum", TEXT, |call, args| digest(call, args, |bytes| adler32(bytes).to_string())),
];

/// The SHA-256 of bytes as hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn digest(call: &mut Call<'_, '_>, args: Vec<Value>, of: fn(&[u8]) -> String) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(of(Args::new(args).text().bytes())).from(origin))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), &byte| {
        let low = (low + u32::from(byte)) % BASE;
        (low, (high + low) % BASE)
    });
    high << 16 | low
}
