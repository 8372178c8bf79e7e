//! Where the nodes of a document came from that was read from a string of a template.

use std::ops::Range;

use portcullis_source::{Data as Plain, Node, OriginId};

use crate::{Machine, Value, convert::from_plain_node, funcs::argument::Text};

/// The origins of a text's ranges.
pub(super) struct Places<'a, 'set> {
    text: &'a Text,
    machine: &'a mut Machine<'set>,
}

impl<'a, 'set> Places<'a, 'set> {
    pub(super) fn new(text: &'a Text, machine: &'a mut Machine<'set>) -> Self {
        Self { text, machine }
    }

    /// A collection came from where it starts.
    pub(super) fn collection(&self, start: usize) -> OriginId {
        self.text.view().origin_at(start)
    }

    /// A scalar came from all that its text did.
    pub(super) fn scalar(&mut self, range: Range<usize>) -> OriginId {
        let origins = self.text.view().origins(range);
        self.machine.join(origins)
    }
}

/// The value of a node, each part with what it came from.
pub(super) fn value_of(root: &Node, places: &mut Places<'_, '_>) -> Value {
    from_plain_node(root, &mut |node| match &node.data {
        Plain::List(_) | Plain::Map(_) => places.collection(node.range.start as usize),
        Plain::Null | Plain::Bool(_) | Plain::Int(_) | Plain::Uint(_) | Plain::Float(_) | Plain::String(_) => {
            places.scalar(node.range.start as usize..node.range.end as usize)
        }
    })
}
