//! Texts to templates that find each other by name.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Text;

use crate::{
    Functions, ParseError, Recurring, ast,
    parse::{self, Parsed, Template},
    stack::Stack,
};

/// How much of the thread's stack parsing may take.
const PARSE_STACK: usize = 1 << 20;

/// What texts were parsed to: a text that stands in many files, such as a library chart that other charts bring along, is parsed no more
/// from its third time on. It is for one set of functions; threads may share it.
#[derive(Debug, Default)]
pub struct Trees {
    kept: Recurring<Tree>,
}

/// The templates of one text without the file that it stands in.
#[derive(Debug)]
struct Tree {
    own: Option<Arc<ast::List>>,
    defined: BTreeMap<Arc<str>, Arc<ast::List>>,
}

/// A set of templates; immutable once parsed, and shared between threads.
#[derive(Clone, Debug)]
pub struct Templates {
    functions: Arc<Functions>,
    by_name: BTreeMap<Arc<str>, Arc<Template>>,
}

impl Tree {
    fn of(parsed: &Parsed, name: &str) -> Self {
        let defined = parsed.iter().filter(|(known, _)| &***known != name);
        let defined = defined.map(|(name, template)| (Arc::clone(name), Arc::clone(&template.root))).collect();
        let own = parsed.get(name).filter(|template| !template.is_part).map(|template| Arc::clone(&template.root));
        Self { own, defined }
    }

    /// The templates of another text with the same content; none where a text has the name of one that it defines.
    fn at(&self, name: &str, text: &Text) -> Option<Parsed> {
        let own = self.own.as_ref().filter(|_| !self.defined.contains_key(name))?;
        let file: Arc<str> = Arc::from(name);
        let template = |name: &Arc<str>, root: &Arc<ast::List>, is_part| {
            let (name, file) = (Arc::clone(name), Arc::clone(&file));
            (Arc::clone(&name), Arc::new(Template { name, file, text: text.clone(), root: Arc::clone(root), is_part }))
        };
        let parts = self.defined.iter().map(|(name, root)| template(name, root, true));
        Some(parts.chain([template(&file, own, false)]).collect())
    }
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
        let parsed = self.parse_apart(name, text, Stack::new(PARSE_STACK))?;
        self.add(parsed);
        Ok(())
    }

    /// The same, but a text that was parsed before is not parsed again.
    ///
    /// # Errors
    /// The text is no template; nothing was added.
    pub fn parse_once(&mut self, name: &str, text: &Text, trees: &Trees) -> Result<(), ParseError> {
        let known = trees.kept.get(text.bytes()).and_then(|tree| tree.at(name, text));
        let parsed = match known {
            Some(parsed) => parsed,
            None => {
                let parsed = self.parse_apart(name, text, Stack::new(PARSE_STACK))?;
                trees.kept.offer(&text.shared(), || Arc::new(Tree::of(&parsed, name)));
                parsed
            }
        };
        self.add(parsed);
        Ok(())
    }

    fn add(&mut self, parsed: Parsed) {
        for (name, template) in parsed {
            if !template.root.is_empty() || !self.by_name.contains_key(&name) {
                self.by_name.insert(name, template);
            }
        }
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
