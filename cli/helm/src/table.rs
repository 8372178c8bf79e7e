//! Tables of values: reading, copying and overriding them with what was overridden kept.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, List, Map, Str, Value};
use portcullis_source::{OriginId, Piece, Source, Trace};

/// The longest chain of shadowed values that is kept.
const MAX_SHADOWS: usize = 64;

/// The map of a value that is a table.
pub(crate) fn table(value: &Value) -> Option<&Map> {
    match &value.data {
        Data::Map(map) => Some(map),
        Data::Nil
        | Data::Bool(_)
        | Data::Int(_)
        | Data::Int64(_)
        | Data::Uint8(_)
        | Data::Float(_)
        | Data::String(_)
        | Data::Bytes(_)
        | Data::List(_)
        | Data::Object(_) => None,
    }
}

/// A new table.
pub(crate) fn empty() -> Value {
    Value::map(BTreeMap::new()).boxed()
}

/// Whether a value is null.
pub(crate) fn is_null(value: &Value) -> bool {
    matches!(value.data, Data::Nil)
}

/// The keys of a table as they are now.
pub(crate) fn entries(map: &Map) -> Vec<(Arc<str>, Value)> {
    map.entries.borrow().iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect()
}

/// Takes a key out of a table.
pub(crate) fn remove(map: &Map, key: &str) {
    map.entries.borrow_mut().remove(key);
}

/// Takes every null out of a table and the tables in it; lists keep theirs.
pub(crate) fn remove_nulls(map: &Map) {
    map.entries.borrow_mut().retain(|_, value| {
        if let Some(inner) = table(value) {
            remove_nulls(inner);
        }
        !is_null(value)
    });
}

/// Makes every null in a table and the tables in it lead to what decided that it stays.
pub(crate) fn decide_nulls(trace: &mut Trace, map: &Map, by: OriginId) {
    for value in map.entries.borrow_mut().values_mut() {
        if is_null(value) {
            value.origin = trace.join(value.origin, by);
        }
        if let Some(inner) = table(value) {
            decide_nulls(trace, inner, by);
        }
    }
}

/// A copy that shares no table with the original.
pub(crate) fn deep_copy(value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(map) => {
            let copied = map.entries.borrow().iter().map(|(key, value)| (Arc::clone(key), deep_copy(value))).collect();
            Data::Map(Map::new(map.kind, copied))
        }
        Data::List(List::Any(items)) => Data::List(List::Any(Rc::new(items.iter().map(deep_copy).collect()))),
        other => other.clone(),
    };
    Value { data, ..value.clone() }
}

/// The value at a dotted path of tables.
pub(crate) fn lookup(map: &Map, path: &str) -> Option<Value> {
    let mut parts = path.split('.');
    let last = parts.next_back()?;
    let mut at = map.clone();
    for part in parts {
        at = table(&at.get(part)?)?.clone();
    }
    at.get(last)
}

/// Makes a table that another one is merged into lead to both, unless the lower one has nothing to add to what is there already; before
/// they are merged.
pub(crate) fn join(trace: &mut Trace, winner: &mut Value, loser: &Value) {
    let (Some(above), Some(below)) = (table(winner), table(loser)) else { return };
    let is_empty = |map: &Map| map.entries.borrow().is_empty();
    if is_empty(above) || !is_empty(below) {
        winner.origin = trace.join(winner.origin, loser.origin);
    }
}

/// Remembers that a value won over another.
pub(crate) fn shadow(trace: &mut Trace, winner: &mut Value, loser: &Value) {
    let old = winner.origin;
    let new = shadowing(trace, old, loser.origin, 0);
    winner.origin = new;
    // Parts of a string that parameters filled in name the whole beside them.
    if let Data::String(Str { pieces: Some(pieces), .. }) = &mut winner.data
        && old != new
    {
        *pieces = pieces.iter().map(|piece| Piece { origin: replaced(trace, piece.origin, old, new), ..*piece }).collect();
    }
}

/// The same union with one of its origins replaced.
fn replaced(trace: &mut Trace, origin: OriginId, old: OriginId, new: OriginId) -> OriginId {
    let Some(Source::Join(inputs)) = trace.get(origin).filter(|_| !origin.is_none()) else { return origin };
    let inputs: Arc<[OriginId]> = inputs.iter().map(|&input| if input == old { new } else { input }).collect();
    trace.source(Source::Join(inputs))
}

fn shadowing(trace: &mut Trace, winner: OriginId, loser: OriginId, depth: usize) -> OriginId {
    let loser = trace.leading(loser);
    if depth > MAX_SHADOWS || winner == loser || !matches!(trace.get(loser), Some(Source::Value { .. })) {
        return winner;
    }
    let Some(Source::Value { span, key, parent, layer, shadowed }) = trace.get(winner).cloned() else { return winner };
    let shadowed = if shadowed.is_none() { loser } else { shadowing(trace, shadowed, loser, depth + 1) };
    trace.source(Source::Value { span, key, parent, layer, shadowed })
}
