//! Places of values to what stands there, in the files that they lie in.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use portcullis_source::{Data, FileId, Node, Sources, Span, Text, yaml};

/// What a file says, by the places that values are known by: that of the key for a map or list, else of the value itself.
type Known = BTreeMap<(u32, u32), Node>;

/// The values of files; each file is read once, and only when somebody asks.
pub(crate) struct Stated<'a> {
    sources: &'a Sources,
    files: RefCell<BTreeMap<FileId, Rc<Known>>>,
}

impl<'a> Stated<'a> {
    /// Knows nothing yet.
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self { sources, files: RefCell::default() }
    }

    /// What stands at the place of a value; nothing for what a parameter or a text within a text says.
    pub(crate) fn at(&self, span: Span) -> Option<Node> {
        let known = self.files.borrow().get(&span.file).cloned();
        let known = match known {
            Some(known) => known,
            None => {
                let known = Rc::new(self.read(span.file));
                self.files.borrow_mut().insert(span.file, Rc::clone(&known));
                known
            }
        };
        known.get(&(span.start, span.end)).cloned()
    }

    fn read(&self, file: FileId) -> Known {
        let mut known = Known::new();
        if let Some(file) = self.sources.get(file) {
            for document in yaml::parse(&Text::of_file(&file)).documents {
                collect(&document.root, (document.root.range.start, document.root.range.end), &mut known);
            }
        }
        known
    }
}

fn collect(node: &Node, key: (u32, u32), known: &mut Known) {
    match &node.data {
        Data::Map(map) => {
            for entry in &map.entries {
                collect(&entry.value, (entry.key_range.start, entry.key_range.end), known);
            }
            known.entry(key).or_insert_with(|| node.clone());
        }
        Data::List(items) => {
            for item in items {
                collect(item, (item.range.start, item.range.end), known);
            }
            known.entry(key).or_insert_with(|| node.clone());
        }
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_) | Data::String(_) => {
            let range = (node.range.start, node.range.end);
            known.entry(if range.0 < range.1 { range } else { key }).or_insert_with(|| node.clone());
        }
    }
}
