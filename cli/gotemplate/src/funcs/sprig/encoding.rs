//! Base 64 and base 32; an error of decoding becomes the text, as in sprig.

use crate::{Call, Failure, Function, Param, Value, funcs::argument::Args};

const TEXT: &[Param] = &[Param::String];

/// Encoders and decoders.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("b64enc", TEXT, |call, args| opaque(call, args, |bytes| BASE64.encode(bytes))),
    Function::fixed("b64dec", TEXT, |call, args| opaque(call, args, |bytes| BASE64.decode(bytes))),
    Function::fixed("b32enc", TEXT, |call, args| opaque(call, args, |bytes| BASE32.encode(bytes))),
    Function::fixed("b32dec", TEXT, |call, args| opaque(call, args, |bytes| BASE32.decode(bytes))),
];

/// An encoding of `group` bytes in characters of `bits` bits each, padded with `=`.
pub(crate) struct Base {
    name: &'static str,
    alphabet: &'static [u8],
    bits: u32,
    group: usize,
}

/// The standard base 64.
pub(crate) const BASE64: Base =
    Base { name: "base64", alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bits: 6, group: 3 };

/// The standard base 32.
const BASE32: Base = Base { name: "base32", alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 5 };

fn opaque(call: &mut Call<'_, '_>, args: Vec<Value>, change: fn(&[u8]) -> Vec<u8>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    Ok(Value::string(change(Args::new(args).text().bytes())).from(origin))
}

impl Base {
    /// Encodes.
    pub(crate) fn encode(&self, bytes: &[u8]) -> Vec<u8> {
        let width = self.group * 8 / self.bits as usize;
        let mut out = Vec::with_capacity(bytes.len().div_ceil(self.group) * width);
        for chunk in bytes.chunks(self.group) {
            let held = chunk.iter().fold(0_u64, |held, &byte| held << 8 | u64::from(byte)) << (8 * (self.group - chunk.len()));
            let used = (chunk.len() * 8).div_ceil(self.bits as usize);
            for index in 0..width {
                let digit = held >> (self.bits as usize * (width - 1 - index)) & ((1 << self.bits) - 1);
                let letter = self.alphabet.get(digit as usize).copied().unwrap_or(b'=');
                out.push(if index < used { letter } else { b'=' });
            }
        }
        out
    }

    /// Decodes; where that fails, gives Go's error text instead.
    fn decode(&self, bytes: &[u8]) -> Vec<u8> {
        self.try_decode(bytes).unwrap_or_else(|at| format!("illegal {} data at input byte {at}", self.name).into_bytes())
    }

    /// Decodes, or says which byte does not fit; line ends are skipped.
    pub(crate) fn try_decode(&self, bytes: &[u8]) -> Result<Vec<u8>, usize> {
        let width = self.group * 8 / self.bits as usize;
        let mut input = bytes.iter().enumerate().filter(|&(_, byte)| !matches!(byte, b'\n' | b'\r')).peekable();
        let mut out = Vec::with_capacity(bytes.len());
        while input.peek().is_some() {
            let (mut held, mut letters) = (0_u64, 0);
            let mut end = None;
            for index in 0..width {
                // A group that breaks off is reported where it began.
                let Some((at, &byte)) = input.next() else { return Err(bytes.len() - letters) };
                let Some(digit) = self.alphabet.iter().position(|&letter| letter == byte) else {
                    if byte != b'=' || index < 2 {
                        return Err(at);
                    }
                    end = Some(index);
                    for _ in index + 1..width {
                        match input.next() {
                            Some((_, b'=')) => {}
                            Some((at, _)) => return Err(at - 1),
                            None => return Err(bytes.len()),
                        }
                    }
                    if let Some((at, _)) = input.next() {
                        return Err(at);
                    }
                    break;
                };
                held = held << self.bits | digit as u64;
                letters += 1;
            }
            let letters = end.unwrap_or(width);
            held <<= self.bits as usize * (width - letters);
            let whole = letters * self.bits as usize / 8;
            out.extend(held.to_be_bytes().iter().skip(8 - self.group).take(whole));
        }
        Ok(out)
    }
}
