//! Texts to templates that find each other by name.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Text;

use crate::{
    Functions, ParseError,
    parse::{self, Parsed, Template},
    stack::Stack,
};

/// How much of the thread's stack parsing may take.
const PARSE_STACK: usize = 1 << 20;

/// A set of templates; immutable once parsed, and shared between threads.
#[derive(Clone, Debug)]
pub struct Templates {
    functions: Arc<Functions>,
    by_name: BTreeMap<Arc<str>, Arc<Template>>,
}

impl Templates {
    /// An empty set whose templates may call these functions.
    #[must_use]
    pub fn new(functions: Functions) -> Self {
        Self { functions: Arc::new(functions), by_name: BTreeMap::new() }
    }

    /// Adds the template of a text under a name, and those that the text defines. A later definition of a name wins, unless
    /// it is nothing but space and comments.
    ///
    /// # Errors
    /// The text is no template; nothing was added.
    pub fn parse(&mut self, name: &str, text: &Text) -> Result<(), ParseError> {
        for (name, template) in self.parse_apart(name, text, Stack::new(PARSE_STACK))? {
            if !template.root.is_empty() || !self.by_name.contains_key(&name) {
                self.by_name.insert(name, template);
            }
        }
        Ok(())
    }

    /// Parses a text without adding its templates.
    pub(crate) fn parse_apart(&self, name: &str, text: &Text, stack: Stack) -> Result<Parsed, ParseError> {
        parse::parse(name, text, &self.functions, stack).map_err(|error| *error)
    }

    /// Whether there is a template of a name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(|name| &**name)
    }

    /// The template of a name as Go prints it, without comments and trim markers.
    #[must_use]
    pub fn canonical(&self, name: &str) -> Option<String> {
        self.by_name.get(name).map(|template| template.root.to_string())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Template>> {
        self.by_name.get(name)
    }
}
