//! How deep a text of Rego nests: regorus' parser takes twice the time for each bracket within a bracket.

use crate::own::code;

/// How many brackets and braces may be open at a time.
const MAX_NESTING: usize = 12;

/// How many parentheses may be open at a time.
const MAX_PARENTHESES: usize = 64;

/// Whether a text nests no deeper than it may; the line where it does.
pub(crate) fn check(text: &str) -> Result<(), (usize, String)> {
    let (mut open, mut parentheses) = (0_usize, 0_usize);
    for (line, code) in (1..).zip(code(text).lines()) {
        for letter in code.chars() {
            match letter {
                '[' | '{' => open += 1,
                ']' | '}' => open = open.saturating_sub(1),
                '(' => parentheses += 1,
                ')' => parentheses = parentheses.saturating_sub(1),
                _ => {}
            }
            if open > MAX_NESTING || parentheses > MAX_PARENTHESES {
                let most = if open > MAX_NESTING { MAX_NESTING } else { MAX_PARENTHESES };
                return Err((line, format!("nests more than {most} deep")));
            }
        }
    }
    Ok(())
}
