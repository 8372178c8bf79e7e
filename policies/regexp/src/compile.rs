//! Compiled patterns, kept for the next call.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use regex::bytes::{Regex, RegexBuilder};

use crate::translate::translate;

/// How many patterns a thread keeps.
const MAX_KEPT: usize = 512;

/// The most bytes of a compiled pattern, which bounds the time of a match too.
pub const MAX_COMPILED: usize = 2 << 20;

thread_local! {
    static KEPT: RefCell<BTreeMap<String, Result<Rc<Regex>, Broken>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Go does not take it, and says so in these words.
    Refused(String),
    /// Go might take it; compiled it would be larger than a pattern may be.
    TooLarge(String),
}

impl Broken {
    /// What is wrong with it, in Go's words.
    #[must_use]
    pub fn into_text(self) -> String {
        let (Self::Refused(text) | Self::TooLarge(text)) = self;
        text
    }
}

/// The matcher of a pattern; it looks at bytes, and means UTF-8.
///
/// A thread keeps what it compiled: a copy of a matcher makes everything anew that it matches with, which takes a hundred times as long as matching.
///
/// # Errors
/// Go's text for a pattern that it does not take.
pub fn compile(pattern: &str) -> Result<Rc<Regex>, Broken> {
    if let Some(kept) = KEPT.with_borrow(|kept| kept.get(pattern).cloned()) {
        return kept;
    }
    let made = made(pattern).map(Rc::new);
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), made.clone());
    });
    made
}

fn made(pattern: &str) -> Result<Regex, Broken> {
    let translated = translate(pattern).map_err(Broken::Refused)?;
    RegexBuilder::new(&translated).size_limit(MAX_COMPILED).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            Broken::TooLarge(format!("error parsing regexp: expression nests too deeply or is too large: `{pattern}`"))
        }
        _ => Broken::Refused(format!("error parsing regexp: invalid expression: `{pattern}`")),
    })
}
