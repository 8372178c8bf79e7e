//! Where the nodes of a document came from that was read from a string of a template.

use portcullis_source::{Data as Plain, Node, OriginId, Range, Trace};

use crate::{Value, convert::from_plain_node, funcs::argument::Text};

/// The origins of a text's ranges.
pub(super) struct Places<'a> {
    text: &'a Text,
    trace: &'a mut Trace,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a Text, trace: &'a mut Trace) -> Self {
        Self { text, trace }
    }

    /// A scalar came from all that its text did, a collection from where it starts.
    fn origin(&mut self, node: &Node) -> OriginId {
        let Range { start, end } = node.range;
        let view = self.text.view();
        match &node.data {
            Plain::List(_) | Plain::Map(_) => view.origin_at(start as usize),
            Plain::Null | Plain::Bool(_) | Plain::Int(_) | Plain::Uint(_) | Plain::Float(_) | Plain::String(_) => {
                let origins = view.origins(start as usize..end as usize);
                origins.into_iter().fold(OriginId::NONE, |joined, origin| self.trace.join(joined, origin))
            }
        }
    }
}

/// The value of a node, each part with what it came from.
pub(super) fn value_of(root: &Node, places: &mut Places<'_>) -> Value {
    from_plain_node(root, &mut |node| places.origin(node))
}
