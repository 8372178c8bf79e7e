//! Texts to templates that find each other by name.

use std::sync::Arc;

use portcullis_source::Text;

use crate::{Functions, ParseError};

/// A set of templates; immutable once parsed, and shared between threads.
#[derive(Clone, Debug)]
pub struct Templates {
    functions: Arc<Functions>,
}

impl Templates {
    /// An empty set whose templates may call these functions.
    #[must_use]
    pub fn new(functions: Functions) -> Self {
        Self { functions: Arc::new(functions) }
    }

    /// Adds the template of a text under a name, and those that the text defines. A later definition of a name wins, unless
    /// it is nothing but space and comments.
    ///
    /// # Errors
    /// The text is no template; nothing was added.
    pub fn parse(&mut self, name: &str, text: &Text) -> Result<(), ParseError> {
        let _ = (name, text, &self.functions);
        Ok(())
    }

    /// Whether there is a template of a name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
}
