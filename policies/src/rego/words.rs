//! A text of Rego without its comments and what stands in quotes, and what no text may call.

use std::collections::BTreeSet;

/// What no rule may call: what it finds must follow from its input alone, the same on every machine, at every time, in both gates.
pub(crate) const FORBIDDEN: [&str; 8] =
    ["http.send", "net.lookup_ip_addr", "opa.runtime", "print", "rand.intn", "time.now_ns", "trace", "uuid.rfc4122"];

/// The line and the name of something that a text calls and may not.
pub(crate) fn forbidden(rego: &str) -> Option<(usize, &'static str)> {
    (1..).zip(code(rego).lines()).find_map(|(line, code)| {
        let words: BTreeSet<&str> = code.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.'))).collect();
        FORBIDDEN.into_iter().find(|call| words.contains(call)).map(|call| (line, call))
    })
}

/// A Rego text without its comments and what stands in quotes; lines stay where they are.
fn code(rego: &str) -> String {
    let mut code = String::with_capacity(rego.len());
    let mut letters = rego.chars().peekable();
    while let Some(letter) = letters.next() {
        let raw = letter == '`';
        match letter {
            '#' => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '"' | '`' => {
                while let Some(inner) = letters.next() {
                    match inner {
                        '\\' if !raw => drop(letters.next()),
                        '\n' => code.push('\n'),
                        _ if inner == letter => break,
                        _ => {}
                    }
                }
                // Something stood here, so that what is left and right of it stays apart.
                code.push('"');
            }
            _ => code.push(letter),
        }
    }
    code
}
