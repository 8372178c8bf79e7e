//! One document as a flat tree: every collection is followed by what lies in it.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    events::{Collection, Event},
    fault::{Fault, Result},
    limits::{MAX_DEPTH, MAX_NODES},
    parser::Parser,
};
use crate::Range;

/// The document.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    /// Its parts; the first is the root.
    pub(super) items: Vec<Item<'a>>,
    /// The byte where its text starts.
    pub(super) start: u32,
}

/// A part of a document.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// What it is.
    pub(super) kind: ItemKind<'a>,
    /// Its range.
    pub(super) range: Range,
    /// The item after it and all that lies in it.
    pub(super) next: u32,
}

/// What a part of a document is.
#[derive(Debug)]
pub(super) enum ItemKind<'a> {
    /// A scalar: text, tag, and whether the text says what it is.
    Scalar(Cow<'a, str>, Option<Box<str>>, bool),
    /// A repetition of an earlier item, by its anchor's name.
    Alias(&'a str, u32),
    /// A list of so many items.
    List(u32),
    /// A map: so many keys and values in turn.
    Map(u32),
}

impl Tree<'_> {
    /// The children of a collection.
    pub(super) fn children(&self, parent: u32) -> impl Iterator<Item = u32> {
        let end = self.items.get(parent as usize).map_or(0, |item| item.next);
        let step = move |&child: &u32| self.items.get(child as usize).map(|item| item.next);
        std::iter::successors(Some(parent + 1), step).take_while(move |&child| child < end)
    }
}

/// Reads the next document; none at the end of the text.
///
/// The space of an earlier one serves again.
pub(super) fn read<'a>(parser: &mut Parser<'a>, mut earlier: Tree<'a>) -> Result<Option<Tree<'a>>> {
    earlier.items.clear();
    let mut builder = Builder { tree: earlier, ..Builder::default() };
    loop {
        match parser.next()? {
            Event::StreamEnd => return Ok(None),
            Event::DocumentStart(start) => builder.tree.start = start,
            Event::DocumentEnd => return Ok(Some(builder.tree)),
            Event::Alias(name, range) => builder.alias(name, range)?,
            Event::Scalar(scalar) => {
                builder.anchor(scalar.anchor);
                builder.push(ItemKind::Scalar(scalar.text, scalar.tag, scalar.implicit), scalar.range)?;
            }
            Event::Start(collection, anchor, start) => builder.start(collection, anchor, start)?,
            Event::End(end) => builder.end(end),
        }
    }
}

#[derive(Default)]
struct Builder<'a> {
    tree: Tree<'a>,
    anchors: BTreeMap<&'a str, u32>,
    /// The collections around, each with its number of children.
    open: Vec<(u32, u32)>,
}

impl<'a> Builder<'a> {
    fn push(&mut self, kind: ItemKind<'a>, range: Range) -> Result<()> {
        let next = self.tree.items.len() as u32 + 1;
        if next as usize > MAX_NODES {
            return Err(Fault::of(format!("yaml: document has more than {MAX_NODES} values"), range));
        }
        if let Some((_, children)) = self.open.last_mut() {
            *children += 1;
        }
        self.tree.items.push(Item { kind, range, next });
        Ok(())
    }

    /// Gives the next item a name.
    fn anchor(&mut self, name: Option<&'a str>) {
        if let Some(name) = name {
            self.anchors.insert(name, self.tree.items.len() as u32);
        }
    }

    fn alias(&mut self, name: &'a str, range: Range) -> Result<()> {
        let Some(&target) = self.anchors.get(name) else {
            return Err(Fault::of(format!("yaml: unknown anchor '{name}' referenced"), range));
        };
        self.push(ItemKind::Alias(name, target), range)
    }

    fn start(&mut self, collection: Collection, anchor: Option<&'a str>, start: u32) -> Result<()> {
        let range = Range { start, end: start };
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::of(format!("yaml: document is nested more than {MAX_DEPTH} levels deep"), range));
        }
        self.anchor(anchor);
        let kind = match collection {
            Collection::List => ItemKind::List(0),
            Collection::Map => ItemKind::Map(0),
        };
        self.push(kind, range)?;
        self.open.push((self.tree.items.len() as u32 - 1, 0));
        Ok(())
    }

    fn end(&mut self, end: Option<u32>) {
        let next = self.tree.items.len() as u32;
        let Some((place, children)) = self.open.pop() else { return };
        // All that lies in it has told it where it ends; brackets end it later.
        let last = self.tree.items.last().map_or(0, |item| item.range.end);
        let Some(item) = self.tree.items.get_mut(place as usize) else { return };
        item.next = next;
        item.range.end = end.unwrap_or(last.max(item.range.end));
        if let ItemKind::List(count) | ItemKind::Map(count) = &mut item.kind {
            *count = children;
        }
        let end = item.range.end;
        let parent = self.open.last().and_then(|&(parent, _)| self.tree.items.get_mut(parent as usize));
        if let Some(parent) = parent {
            parent.range.end = parent.range.end.max(end);
        }
    }
}
