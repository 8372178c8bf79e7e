//! Merges maps into one another as mergo does, references and all.

use std::sync::Arc;

use portcullis_source::OriginId;

use crate::{Data, Failure, Map, Value};

/// Which side keeps its value where both have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// The map that is merged into, except for its empty values.
    Destination,
    /// The map that is merged, its empty values too.
    Source,
}

/// How deep maps are merged; only one that holds itself is deeper.
const MAX_DEPTH: usize = 500;

/// How many entries one merge may look at.
const MAX_ENTRIES: usize = 1_000_000;

/// Merges `source` into `target`: maps entry by entry in place, everything else as a whole and by reference.
///
/// `join` makes one origin of two, for maps in maps that got entries of both.
///
/// # Errors
/// The maps hold themselves, or have more entries than any chart's values.
pub fn merge(target: &Map, source: &Map, winner: Winner, join: &mut dyn FnMut(OriginId, OriginId) -> OriginId) -> Result<(), Failure> {
    Merger { winner, join, seen: 0 }.entries(target, source, 0)
}

struct Merger<'a> {
    winner: Winner,
    join: &'a mut dyn FnMut(OriginId, OriginId) -> OriginId,
    seen: usize,
}

impl Merger<'_> {
    fn entries(&mut self, target: &Map, source: &Map, depth: usize) -> Result<(), Failure> {
        if target.is(source) {
            return Ok(());
        }
        let entries: Vec<(Arc<str>, Value)> = source.entries.borrow().iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect();
        self.seen += entries.len();
        if depth > MAX_DEPTH || self.seen > MAX_ENTRIES {
            return Err(Failure::limit("a merge of maps that are nested too deeply or are too large"));
        }
        for (key, new) in entries {
            let old = target.get(&key);
            if matches!(new.data, Data::Nil) {
                if self.winner == Winner::Source {
                    target.set(key, new);
                }
                continue;
            }
            let mut both_maps = false;
            let mut grew = false;
            if let (Some(Value { data: Data::Map(old), .. }), Data::Map(new)) = (&old, &new.data) {
                let before = old.entries.borrow().len();
                self.entries(old, new, depth + 1)?;
                both_maps = true;
                grew = old.entries.borrow().len() > before;
            }
            match old {
                // A map that was filled in place stays; what it holds is up to both.
                Some(old) if both_maps && old.truth() => {
                    if grew {
                        let origin = (self.join)(old.origin, new.origin);
                        target.set(key, old.from(origin));
                    }
                }
                Some(old) if self.winner == Winner::Destination && !is_empty(&old) => {}
                Some(_) | None => target.set(key, new),
            }
        }
        Ok(())
    }
}

/// What mergo takes for a value that may be replaced.
fn is_empty(value: &Value) -> bool {
    !matches!(value.data, Data::Object(_)) && !value.truth()
}
