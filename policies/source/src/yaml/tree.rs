//! One document as a flat tree: every collection is followed by what lies in it.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    events::{Collection, Event, Parser},
    fault::{Fault, Result},
    limits::{MAX_DEPTH, MAX_NODES},
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
    /// A list.
    List,
    /// A map: keys and values in turn.
    Map,
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
pub(super) fn read<'a>(parser: &mut Parser<'a>) -> Result<Option<Tree<'a>>> {
    let mut builder = Builder::default();
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
    open: Vec<u32>,
}

impl<'a> Builder<'a> {
    fn push(&mut self, kind: ItemKind<'a>, range: Range) -> Result<()> {
        let next = self.tree.items.len() as u32 + 1;
        if next as usize > MAX_NODES {
            return Err(Fault::of(format!("yaml: document has more than {MAX_NODES} values"), range));
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
        self.open.push(self.tree.items.len() as u32);
        let kind = match collection {
            Collection::List => ItemKind::List,
            Collection::Map => ItemKind::Map,
        };
        self.push(kind, range)
    }

    fn end(&mut self, end: Option<u32>) {
        let next = self.tree.items.len() as u32;
        let Some(open) = self.open.pop() else { return };
        let last = self.tree.items.get(open as usize + 1..).and_then(<[Item<'_>]>::last).map(|item| item.range.end);
        let outer_end = self.tree.items.get(open as usize).map(|item| item.range.end);
        if let Some(item) = self.tree.items.get_mut(open as usize) {
            item.next = next;
            item.range.end = end.or(last.max(outer_end)).unwrap_or(item.range.start);
        }
        // A collection that ends with a flow collection ends at its bracket.
        if let Some(parent) = self.open.last().and_then(|&parent| self.tree.items.get(parent as usize)).map(|item| item.range.end) {
            let end = self.tree.items.get(open as usize).map_or(parent, |item| item.range.end.max(parent));
            if let Some(item) = self.open.last().and_then(|&parent| self.tree.items.get_mut(parent as usize)) {
                item.range.end = end;
            }
        }
    }
}
