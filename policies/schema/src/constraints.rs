//! What API servers ask of fields beyond what they publish, condensed from what a real one said (`testdata/dryrun`).

use std::{collections::BTreeMap, sync::LazyLock};

use crate::shape::{Fields, Limit, Shape};

/// Definition, field, and what is asked of it:
/// `optional` is taken without, whatever the definition says; `needed` must be there; `filled`, `natural` and `labels` are [`Limit`]s; `one of` has the values
/// that there are.
const RECORDED: &str = include_str!("../recorded/constraints.txt");

static DEFINITIONS: LazyLock<BTreeMap<&str, Vec<(&str, &str)>>> = LazyLock::new(|| {
    let mut definitions: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in RECORDED.lines() {
        let mut columns = line.split('\t');
        if let (Some(name), Some(field), Some(word)) = (columns.next(), columns.next(), columns.next()) {
            definitions.entry(name).or_default().push((field, word));
        }
    }
    definitions
});

/// Adds to the fields of a definition what is asked of them.
pub(crate) fn apply(name: &str, fields: &mut Fields) {
    for (field, word) in DEFINITIONS.get(name).into_iter().flatten() {
        match *word {
            "optional" => fields.required.retain(|known| &**known != *field),
            "needed" => fields.required.push((*field).into()),
            _ => {
                let known = fields.known.iter_mut().find(|(known, _)| &**known == *field);
                let Some((_, known)) = known else { continue };
                match *word {
                    "filled" => known.limit = Limit::Filled,
                    "natural" => known.limit = Limit::Natural,
                    "labels" => known.limit = Limit::Labels,
                    _ => {
                        let values = word.strip_prefix("one of ").unwrap_or_default();
                        known.shape = Shape::Text(values.split(' ').map(Into::into).collect());
                    }
                }
            }
        }
    }
}
