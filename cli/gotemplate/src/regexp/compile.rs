//! Compiled patterns, kept for the next call.

use std::{cell::RefCell, collections::BTreeMap};

use regex::bytes::Regex;

use super::translate::translate;

/// How many patterns a thread keeps.
const MAX_KEPT: usize = 256;

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
    let regex = Regex::new(&translated).map_err(|error| match error {
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
