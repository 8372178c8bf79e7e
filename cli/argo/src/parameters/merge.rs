//! Maps merged as the library does that Argo CD uses, with its trap reported instead of walked into.

use portcullis_gotemplate::{Data, Map, MapType, Value};

/// Why two parameter sets can't be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "parameter {key} is a map of strings in one generator and a free map in the other, and Argo CD's controller crashes when it merges the second into the first"
)]
pub(crate) struct MergeError {
    /// The dotted key.
    pub(crate) key: String,
}

/// Merges `over` into `base`: maps recurse, lists and scalars are replaced, empty scalars and lists too, an empty map changes nothing.
pub(crate) fn merge_over(base: &Map, over: &Map) -> Result<(), MergeError> {
    if base.is(over) {
        return Ok(());
    }
    merge_at(base, over, "")
}

fn merge_at(base: &Map, over: &Map, prefix: &str) -> Result<(), MergeError> {
    let entries: Vec<_> = over.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in entries {
        let dotted = if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
        match (base.get(&key).map(|value| value.data), &value.data) {
            (Some(Data::Map(base)), Data::Map(over)) => {
                if base.kind == MapType::Strings && over.kind != MapType::Strings && !over.entries.borrow().is_empty() {
                    return Err(MergeError { key: dotted });
                }
                if base.entries.borrow().is_empty() && base.kind == over.kind {
                    set(&base, over);
                } else if !base.is(over) {
                    merge_at(&base, over, &dotted)?;
                }
            }
            (Some(_) | None, _) => base.set(key, value),
        }
    }
    Ok(())
}

fn set(base: &Map, over: &Map) {
    let entries: Vec<(std::sync::Arc<str>, Value)> =
        over.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    base.entries.borrow_mut().extend(entries);
}
