//! `templatePatch`: a strategic merge patch of the Application.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Value};

/// Why a patch can't be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatchError {
    /// The patch reaches into a field without a type.
    #[error("the patch merges into {0}, which has no type that it could be merged by")]
    Untyped(String),
    /// A directive that there is none of.
    #[error("unknown patch directive {0:?}")]
    Directive(String),
}

/// Applies a patch: maps merge, null deletes, lists are replaced but for finalizers, which unite with the patch's first.
pub(crate) fn patch(base: &Value, patch: &Value, path: &str) -> Result<Value, PatchError> {
    let (Data::Map(base_map), Data::Map(patch_map)) = (&base.data, &patch.data) else { return Ok(patch.clone()) };
    let mut changes = patch_map.entries.borrow().clone();
    let mut entries = base_map.entries.borrow().clone();
    if let Some(directive) = changes.remove("$patch") {
        match crate::parameters::print(&directive).as_str() {
            "replace" => entries.clear(),
            "delete" => return Ok(Value { data: Value::map(BTreeMap::new()).data, ..base.clone() }),
            "merge" => {}
            other => return Err(PatchError::Directive(other.to_owned())),
        }
    }
    for (key, change) in changes {
        if matches!(change.data, Data::Nil) {
            entries.remove(&key);
            continue;
        }
        let inner = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        let made = match entries.get(&key) {
            Some(old) if untyped(path) && composite(old) && composite(&change) => return Err(PatchError::Untyped(inner)),
            Some(old) if inner == "metadata.finalizers" => unite(&change, old),
            Some(old) => self::patch(old, &change, &inner)?,
            None => without_nulls(&change),
        };
        entries.insert(key, made);
    }
    Ok(Value { data: Value::map(entries).data, ..base.clone() })
}

/// Whether the fields at a path have no Go type.
fn untyped(path: &str) -> bool {
    path.contains(".helm.valuesObject")
}

fn composite(value: &Value) -> bool {
    matches!(value.data, Data::Map(_) | Data::List(_))
}

fn unite(first: &Value, second: &Value) -> Value {
    let mut items: Vec<Value> = Vec::new();
    for list in [first, second] {
        let Data::List(list) = &list.data else { continue };
        for item in list.items() {
            if !items.iter().any(|known| crate::parameters::print(known) == crate::parameters::print(item)) {
                items.push(item.clone());
            }
        }
    }
    Value { data: Value::list(items).data, ..first.clone() }
}

fn without_nulls(value: &Value) -> Value {
    let Data::Map(map) = &value.data else { return value.clone() };
    let entries = map.entries.borrow();
    let kept = entries.iter().filter(|(key, value)| !matches!(value.data, Data::Nil) && &***key != "$patch");
    let kept: BTreeMap<Arc<str>, Value> = kept.map(|(key, value)| (Arc::clone(key), without_nulls(value))).collect();
    Value { data: Value::map(kept).data, ..value.clone() }
}
