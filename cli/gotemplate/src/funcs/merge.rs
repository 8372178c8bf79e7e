//! Merges maps into one another as mergo does, references and all.

use std::sync::Arc;

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
/// # Errors
/// The maps hold themselves, or have more entries than any chart's values.
pub fn merge(target: &Map, source: &Map, winner: Winner) -> Result<(), Failure> {
    merge_entries(target, source, winner, 0, &mut 0)
}

fn merge_entries(target: &Map, source: &Map, winner: Winner, depth: usize, seen: &mut usize) -> Result<(), Failure> {
    if target.is(source) {
        return Ok(());
    }
    let entries: Vec<(Arc<str>, Value)> = source.entries.borrow().iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect();
    *seen += entries.len();
    if depth > MAX_DEPTH || *seen > MAX_ENTRIES {
        return Err(Failure::limit("a merge of maps that are nested too deeply or are too large"));
    }
    for (key, new) in entries {
        let old = target.get(&key);
        if matches!(new.data, Data::Nil) {
            if winner == Winner::Source {
                target.set(key, new);
            }
            continue;
        }
        let mut both_maps = false;
        if let (Some(Value { data: Data::Map(old), .. }), Data::Map(new)) = (&old, &new.data) {
            merge_entries(old, new, winner, depth + 1, seen)?;
            both_maps = true;
        }
        match old {
            // A map that was filled in place stays, and so does its origin.
            Some(old) if both_maps && old.truth() => {}
            Some(old) if winner == Winner::Destination && !is_empty(&old) => {}
            Some(_) | None => target.set(key, new),
        }
    }
    Ok(())
}

/// What mergo takes for a value that may be replaced.
fn is_empty(value: &Value) -> bool {
    !matches!(value.data, Data::Object(_)) && !value.truth()
}
