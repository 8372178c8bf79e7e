//! The parts of a template with nothing to fill in: they are the same in every Application.

use std::{collections::BTreeMap, rc::Rc};

use portcullis_gotemplate::{Data, List, MapType, Value};

use super::fields::Field;

/// How many parts are remembered.
const MAX_PARTS: usize = 4_096;

/// What is known of the lists and maps of templates, by where they lie in memory; each is held here, so that nothing else comes to lie there.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    known: BTreeMap<usize, (Value, bool)>,
    trimmed: BTreeMap<(usize, usize), Value>,
}

impl Shared {
    /// Whether a list or map of a template has nothing to fill in.
    pub(crate) fn holds(&mut self, value: &Value) -> bool {
        let Some(address) = address(value) else { return false };
        if let Some((_, is_plain)) = self.known.get(&address) {
            return *is_plain;
        }
        if self.known.len() >= MAX_PARTS {
            return false;
        }
        let is_plain = is_plain(value);
        self.known.insert(address, (value.clone(), is_plain));
        is_plain
    }

    /// A part without what Argo CD does not write, made once for each list of fields.
    pub(super) fn trimmed(&mut self, value: &Value, fields: &[Field], trim: impl FnOnce(&mut Self) -> Value) -> Value {
        let address = address(value).filter(|address| self.known.get(address).is_some_and(|(_, is_plain)| *is_plain));
        let Some(address) = address else { return trim(self) };
        let key = (address, fields.as_ptr().addr());
        if let Some(made) = self.trimmed.get(&key) {
            return Value { data: made.data.clone(), ..value.clone() };
        }
        let made = trim(self);
        self.trimmed.insert(key, made.clone());
        made
    }
}

fn address(value: &Value) -> Option<usize> {
    match &value.data {
        Data::Map(map) => Some(Rc::as_ptr(&map.entries).addr()),
        Data::List(list) => Some(Rc::as_ptr(list.shared()).addr()),
        _ => None,
    }
}

/// Whether rendering a value would give the very same.
fn is_plain(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => !text.bytes.windows(2).any(|pair| pair == b"{{"),
        Data::List(List::Any(items)) => items.iter().all(is_plain),
        Data::List(_) => false,
        Data::Map(map) => {
            let entries = map.entries.borrow();
            let mut plain = entries.iter().map(|(key, value)| !key.contains("{{") && !matches!(value.data, Data::Nil) && is_plain(value));
            map.kind == MapType::Any && plain.all(|is_plain| is_plain)
        }
        _ => true,
    }
}
