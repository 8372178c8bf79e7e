//! What is read, by the steps that lead to it.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::Span;

use super::{Extent, Part, Path};

/// A step of paths that are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    own: Option<Option<Span>>,
    whole: Option<Option<Span>>,
    /// A place that reads something below.
    below: Option<Option<Span>>,
    names: BTreeMap<Arc<str>, Index>,
    any: Option<Box<Index>>,
    mentioned: Option<Box<Index>>,
}

impl Index {
    pub(super) fn of(values: &BTreeMap<(Path, Extent), Option<Span>>) -> Self {
        let mut root = Self::default();
        for ((path, extent), span) in values {
            let mut at = &mut root;
            for part in path {
                if *extent == Extent::Whole {
                    at.below.get_or_insert(*span);
                }
                at = match part {
                    Part::Name(name) => at.names.entry(Arc::clone(name)).or_default(),
                    Part::Any => at.any.get_or_insert_default(),
                    Part::Mentioned => at.mentioned.get_or_insert_default(),
                };
            }
            match extent {
                Extent::Own => at.own.get_or_insert(*span),
                Extent::Whole => at.whole.get_or_insert(*span),
            };
            if *extent == Extent::Own {
                Self::pass(&mut root, path, *span);
            }
        }
        root
    }

    /// Notes above a value that something of it is read.
    fn pass(root: &mut Self, path: &[Part], span: Option<Span>) {
        let mut at = root;
        for part in path {
            at.below.get_or_insert(span);
            let next = match part {
                Part::Name(name) => at.names.get_mut(name),
                Part::Any => at.any.as_deref_mut(),
                Part::Mentioned => at.mentioned.as_deref_mut(),
            };
            let Some(next) = next else { return };
            at = next;
        }
    }

    /// The place that reads a value, or something above or below it.
    pub(super) fn reader(&self, path: &[Arc<str>], is_word: &dyn Fn(&str) -> bool) -> Option<Option<Span>> {
        if self.whole.is_some() {
            return self.whole;
        }
        let Some((first, rest)) = path.split_first() else { return self.own.or(self.below) };
        let named = self.names.get(first).and_then(|next| next.reader(rest, is_word));
        let any = || self.any.as_ref().and_then(|next| next.reader(rest, is_word));
        let mentioned = || self.mentioned.as_ref().filter(|_| is_word(first)).and_then(|next| next.reader(rest, is_word));
        named.or_else(any).or_else(mentioned)
    }
}
