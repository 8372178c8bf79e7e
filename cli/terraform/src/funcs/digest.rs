//! Hashes of strings and files.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Context, Done, Failure, Gives, Param, Regard, Spec, text};
use crate::{
    eval::unsupported,
    types::Type,
    value::{Marks, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("base64sha256", &[Param::Text], Gives::Text, |_, given| encoded(&Sha256::digest(text(given, 0)))),
    Spec::new("base64sha512", &[Param::Text], Gives::Text, |_, given| encoded(&Sha512::digest(text(given, 0)))),
    Spec::new("filebase64sha256", &[Param::Text], Gives::Text, |context, given| encoded(&Sha256::digest(read(context, given)?))),
    Spec::new("filebase64sha512", &[Param::Text], Gives::Text, |context, given| encoded(&Sha512::digest(read(context, given)?))),
    Spec::new("filemd5", &[Param::Text], Gives::Text, |context, given| hex(&Md5::digest(read(context, given)?))),
    Spec::new("filesha1", &[Param::Text], Gives::Text, |context, given| hex(&Sha1::digest(read(context, given)?))),
    Spec::new("filesha256", &[Param::Text], Gives::Text, |context, given| hex(&Sha256::digest(read(context, given)?))),
    Spec::new("filesha512", &[Param::Text], Gives::Text, |context, given| hex(&Sha512::digest(read(context, given)?))),
    Spec::new("md5", &[Param::Text], Gives::Text, |_, given| hex(&Md5::digest(text(given, 0)))),
    Spec::new("rsadecrypt", &[Param::Text, Param::Text], Gives::Text, |context, _| {
        let reason = unsupported("rsadecrypt()", context.span);
        Ok(Value::unknown(Type::String, reason).marked(Marks { sensitive: true, ephemeral: false }))
    }),
    Spec::new("sha1", &[Param::Text], Gives::Text, |_, given| hex(&Sha1::digest(text(given, 0)))),
    Spec::new("sha256", &[Param::Text], Gives::Text, |_, given| hex(&Sha256::digest(text(given, 0)))),
    Spec::new("sha512", &[Param::Text], Gives::Text, |_, given| hex(&Sha512::digest(text(given, 0)))),
    Spec::new("uuidv5", &[Param::Text, Param::Text], Gives::Text, uuidv5).regard(Regard::Deep),
];

#[expect(clippy::unnecessary_wraps, reason = "the result of a function")]
fn hex(digest: &[u8]) -> Done {
    Ok(Value::string(&hexadecimal(digest)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the result of a function")]
fn encoded(digest: &[u8]) -> Done {
    Ok(Value::string(&STANDARD.encode(digest)))
}

fn read(context: &mut Context<'_, '_>, given: &[Value]) -> Result<std::sync::Arc<[u8]>, Failure> {
    context.machine.open(text(given, 0)).map(|file| std::sync::Arc::clone(file.bytes()))
}

/// The namespaces that have names; they differ in one digit.
const NAMESPACES: [(&str, u8); 4] = [("dns", 0x10), ("url", 0x11), ("oid", 0x12), ("x500", 0x14)];

fn uuidv5(_: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let (space, name) = (text(given, 0), text(given, 1));
    let named = NAMESPACES.iter().find(|(known, _)| *known == space);
    let bytes = match named {
        Some((_, digit)) => {
            let mut bytes = vec![0x6b, 0xa7, 0xb8, *digit];
            bytes.extend_from_slice(&[0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]);
            bytes
        }
        None => parse_uuid(space).ok_or("uuidv5() doesn't support this namespace")?,
    };
    let mut hasher = Sha1::new();
    hasher.update(&bytes);
    hasher.update(name);
    let mut digest: Vec<u8> = hasher.finalize().to_vec();
    digest.truncate(16);
    for (at, byte) in digest.iter_mut().enumerate() {
        match at {
            6 => *byte = *byte & 0x0f | 0x50,
            8 => *byte = *byte & 0x3f | 0x80,
            _ => {}
        }
    }
    let digits = hexadecimal(&digest);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(Value::string(&[part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")))
}

fn parse_uuid(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|character| *character != '-').collect();
    if digits.len() != 32 || !digits.is_ascii() || text.len() != 36 {
        return None;
    }
    (0..16).map(|at| u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}
