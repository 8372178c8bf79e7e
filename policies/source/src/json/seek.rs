//! One text out of JSON that may be broken further on, without anything else of it being kept.

use std::borrow::Cow;

use super::scanner::Scanner;

/// The text at a path of keys; of keys that stand there twice, the first. What comes after it is not looked at, and what comes before it
/// only as far as to see where it ends.
#[must_use]
pub fn seek<'a>(bytes: &'a [u8], path: &[&str]) -> Option<Cow<'a, str>> {
    let mut scanner = Scanner::new(bytes, std::str::from_utf8(bytes).ok());
    for step in path {
        enter(&mut scanner, step)?;
    }
    if scanner.next_byte() != Some(b'"') {
        return None;
    }
    scanner.string().ok()
}

/// Steps to the value of a key of the object that begins here.
fn enter(scanner: &mut Scanner<'_>, wanted: &str) -> Option<()> {
    take(scanner, b'{')?;
    loop {
        if scanner.next_byte() != Some(b'"') {
            return None;
        }
        let key = scanner.string().ok()?;
        take(scanner, b':')?;
        if key == wanted {
            return Some(());
        }
        pass(scanner)?;
        take(scanner, b',')?;
    }
}

fn take(scanner: &mut Scanner<'_>, byte: u8) -> Option<()> {
    (scanner.next_byte() == Some(byte)).then(|| scanner.skip())
}

/// Steps over a value, however deep it is.
fn pass(scanner: &mut Scanner<'_>) -> Option<()> {
    let mut depth = 0_usize;
    loop {
        match scanner.next_byte()? {
            b'"' => drop(scanner.string().ok()?),
            b'[' | b'{' => {
                depth += 1;
                scanner.skip();
            }
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                scanner.skip();
            }
            b',' | b':' if depth == 0 => return None,
            _ => scanner.skip(),
        }
        // A number or word ends where something else begins.
        if depth == 0 && matches!(scanner.next_byte()?, b',' | b']' | b'}') {
            return Some(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seek;

    #[test]
    fn a_text_is_found_before_what_is_broken() {
        let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
        let cases = [
            ("{\"a\":{\"b\":\"x\"}}".to_owned(), Some("x")),
            ("{\"c\":[{\"a\":{\"b\":\"no\"}}], \"d\" : -1e5,\"a\": {\"c\":\"}\\\"\",\"b\" : \"\\u0041\" nonsense".to_owned(), Some("A")),
            (format!("{{\"c\":{deep},\"a\":{{\"b\":\"x\""), Some("x")),
            ("{\"b\":{\"a\":\"x\"}}".to_owned(), None),
            ("{\"a\":{\"b\":1,\"b\":\"x\"}}".to_owned(), None),
            ("{\"a\":{\"b\":\"x".to_owned(), None),
            ("{\"a\":[\"b\"]}".to_owned(), None),
            ("{\"c\":}{\"a\":{\"b\":\"x\"}}".to_owned(), None),
            ("{\"a\"".to_owned(), None),
            (String::new(), None),
        ];
        for (text, found) in cases {
            assert_eq!(seek(text.as_bytes(), &["a", "b"]).as_deref(), found, "{}", text.get(..40).unwrap_or(&text));
        }
    }
}
