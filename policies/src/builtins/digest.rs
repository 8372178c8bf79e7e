//! Digests, as hexadecimal texts.

use hmac::{Hmac, Mac};
use md5::Md5;
use regorus::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Builtin, builtin, text};

pub(super) const BUILTINS: &[Builtin] = &[
    builtin!("crypto.hmac.equal", 2, |args| Ok(match args {
        [Value::String(a), Value::String(b)] => Value::Bool(a == b),
        _ => Value::Undefined,
    })),
    builtin!("crypto.hmac.md5", 2, |args| Ok(keyed(args, |key| Hmac::<Md5>::new_from_slice(key).ok()))),
    builtin!("crypto.hmac.sha1", 2, |args| Ok(keyed(args, |key| Hmac::<Sha1>::new_from_slice(key).ok()))),
    builtin!("crypto.hmac.sha256", 2, |args| Ok(keyed(args, |key| Hmac::<Sha256>::new_from_slice(key).ok()))),
    builtin!("crypto.hmac.sha512", 2, |args| Ok(keyed(args, |key| Hmac::<Sha512>::new_from_slice(key).ok()))),
    builtin!("crypto.md5", 1, |args| Ok(digest::<Md5>(args))),
    builtin!("crypto.sha1", 1, |args| Ok(digest::<Sha1>(args))),
    builtin!("crypto.sha256", 1, |args| Ok(digest::<Sha256>(args))),
];

fn digest<D: Digest>(args: &[Value]) -> Value {
    match args {
        [Value::String(message)] => hexadecimal(&D::digest(message.as_bytes())),
        _ => Value::Undefined,
    }
}

fn keyed<M: Mac>(args: &[Value], with: impl Fn(&[u8]) -> Option<M>) -> Value {
    let [Value::String(message), Value::String(key)] = args else { return Value::Undefined };
    let Some(mut mac) = with(key.as_bytes()) else { return Value::Undefined };
    mac.update(message.as_bytes());
    hexadecimal(&mac.finalize().into_bytes())
}

fn hexadecimal(bytes: &[u8]) -> Value {
    text(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
