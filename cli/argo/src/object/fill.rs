//! A generator's own template, filled up from the ApplicationSet's.

use portcullis_gotemplate::{Data, Value};

use super::conform::is_zero;

/// The template of a generator with everything that it leaves empty taken from the base: maps unite, lists and scalars win as a whole
/// unless they are empty, so that `false` and the empty string can't override anything.
pub(crate) fn fill(own: &Value, base: &Value) -> Value {
    let (Data::Map(own_map), Data::Map(base_map)) = (&own.data, &base.data) else {
        return if is_zero(own) { base.clone() } else { own.clone() };
    };
    let mut entries = base_map.entries.borrow().clone();
    for (key, value) in own_map.entries.borrow().iter() {
        let made = match entries.get(key) {
            Some(_) if &**key == "valuesObject" && !is_zero(value) => value.clone(),
            Some(base) => fill(value, base),
            None => value.clone(),
        };
        entries.insert(key.clone(), made);
    }
    Value { data: Value::map(entries).data, ..own.clone() }
}
