//! Compiled patterns, kept for the next call.

use std::{cell::RefCell, collections::BTreeMap};

use regex::bytes::{Regex, RegexBuilder};

use super::translate::translate;

/// How many patterns a thread keeps.
const MAX_KEPT: usize = 256;

/// The most bytes of a compiled pattern, which bounds the time of a match too.
const MAX_COMPILED: usize = 2 << 20;

thread_local! {
    static KEPT: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

/// The matcher of a pattern.
///
/// # Errors
/// Go's text for a pattern that it does not take.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    if let Some(kept) = KEPT.with_borrow(|kept| kept.get(pattern).cloned()) {
        return Ok(kept);
    }
    let translated = translate(pattern)?;
    let regex = RegexBuilder::new(&translated).size_limit(MAX_COMPILED).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            "error parsing regexp: expression nests too deeply or is too large: `".to_owned() + pattern + "`"
        }
        _ => format!("error parsing regexp: invalid expression: `{pattern}`"),
    })?;
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), regex.clone());
    });
    Ok(regex)
}
