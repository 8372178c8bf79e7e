//! Names and quoted texts, as native syntax writes them.

use portcullis_regexp::compile;

/// Whether a text can stand as a name.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut signs = name.chars();
    signs.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && signs.all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '-'))
}

/// What Go counts as printable: letters, marks, numbers, punctuation, symbols and the space.
const PRINTABLE: &str = r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$";

/// A text in quotes: what would begin a template is doubled.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut signs = text.chars().peekable();
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
    out.push('"');
    out
}

fn is_printable(sign: char) -> bool {
    if sign.is_ascii() {
        return !sign.is_ascii_control();
    }
    compile(PRINTABLE).is_ok_and(|pattern| pattern.is_match(sign.encode_utf8(&mut [0; 4]).as_bytes()))
}
