//! Which rules an object can't break, since it lacks what they look at.

use indexmap::IndexSet;
use regorus::{Value, value::Object};

/// Sets of keys, of which one is enough, by rule; what nobody knows of a rule is no reason not to ask it.
#[derive(Debug)]
pub(super) struct Keys {
    /// The keys that some rule needs.
    known: IndexSet<&'static str>,
    by_rule: Vec<Option<Vec<Vec<usize>>>>,
}

/// Which of these an object has.
#[derive(Debug)]
pub(super) struct Had(Vec<bool>);

impl Keys {
    /// Takes what each rule needs, in the order of rules.
    pub(super) fn of(needs: impl Iterator<Item = Option<&'static [&'static [&'static str]]>>) -> Self {
        let mut known = IndexSet::new();
        let mut place = |key: &&'static str| known.insert_full(*key).0;
        let by_rule = needs.map(|ways| ways.map(|ways| ways.iter().map(|keys| keys.iter().map(&mut place).collect()).collect())).collect();
        Self { known, by_rule }
    }

    /// The keys of an object, and of the pod in it.
    pub(super) fn had(&self, input: &Object) -> Had {
        let mut had = Had(vec![false; self.known.len()]);
        for (key, value) in input.iter() {
            // What comes with parameters and requests is no part of the object.
            if key.as_string().is_ok_and(|key| matches!(&**key, "pod" | "resource")) {
                self.collect(value, &mut had);
            }
        }
        had
    }

    fn collect(&self, value: &Value, had: &mut Had) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, had)),
            Value::Object(map) => {
                for (key, value) in map.iter() {
                    let place = key.as_string().ok().and_then(|key| self.known.get_index_of(&**key));
                    if let Some(place) = place.and_then(|place| had.0.get_mut(place)) {
                        *place = true;
                    }
                    self.collect(value, had);
                }
            }
            _ => {}
        }
    }

    /// Whether a rule may find something in an object with these keys.
    pub(super) fn is_asked(&self, rule: usize, had: &Had) -> bool {
        let Some(Some(ways)) = self.by_rule.get(rule) else { return true };
        ways.iter().any(|keys| keys.iter().all(|key| had.0.get(*key) == Some(&true)))
    }
}
