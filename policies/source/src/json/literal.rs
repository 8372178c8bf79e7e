//! Strings and numbers as Go's encoding/json writes them.

/// What happens to `<`, `>` and `&` in strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Html {
    /// They become `\u003c` and so on, as in `json.Marshal`.
    Escape,
    /// They stay.
    Keep,
}

/// Adds a string in quotes.
pub fn string(text: &str, html: Html, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| is_special(byte, html)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let Some(character) = special.chars().next() else { break };
        escape(character, out);
        rest = special.get(character.len_utf8()..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Whether a byte may start a character that is escaped; 0xE2 starts U+2028 and U+2029.
fn is_special(byte: u8, html: Html) -> bool {
    match byte {
        0..=0x1F | b'"' | b'\\' | 0xE2 => true,
        b'<' | b'>' | b'&' => html == Html::Escape,
        _ => false,
    }
}

fn escape(character: char, out: &mut Vec<u8>) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x08' => b'b',
        '\x0C' => b'f',
        '\0'..='\x1F' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
            out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
            return;
        }
        _ => {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// The text of a float; none for infinities and what is no number, which JSON cannot say.
#[must_use]
pub fn float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return Some(format!("{value}"));
    }
    let text = format!("{value:e}");
    Some(if size >= 1e21 { text.replace('e', "e+") } else { text })
}
