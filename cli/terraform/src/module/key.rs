//! Which instance of something it is, as addresses write it.

use std::{fmt, sync::Arc};

use portcullis_regexp::compile;

/// Which instance of something it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// By `count`.
    Index(usize),
    /// By `for_each`.
    Name(Arc<str>),
    /// It is not known which there are: it stands for all.
    Unknown,
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(at) => write!(formatter, "[{at}]"),
            Self::Name(name) => write!(formatter, "[\"{}\"]", quoted(name)),
            Self::Unknown => formatter.write_str("[?]"),
        }
    }
}

/// What Go counts as printable: letters, marks, numbers, punctuation, symbols and the space.
const PRINTABLE: &str = r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$";

/// A name between its quotes, as Terraform writes it into an address: what would begin a template is doubled.
pub(super) fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut signs = name.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', sign]),
            '$' | '%' if signs.peek() == Some(&'{') => out.extend([sign, sign]),
            _ if is_printable(sign) => out.push(sign),
            _ => {
                let code = u32::from(sign);
                out.push_str(&if code < 0x1_0000 { format!("\\u{code:04x}") } else { format!("\\U{code:08x}") });
            }
        }
    }
    out
}

fn is_printable(sign: char) -> bool {
    if sign.is_ascii() {
        return !sign.is_ascii_control();
    }
    compile(PRINTABLE).is_ok_and(|pattern| pattern.is_match(sign.encode_utf8(&mut [0; 4]).as_bytes()))
}
