//! What one application is made of: its effective values, the layers of one of them, the chain of one rendered field.

mod effects;
mod field;
mod hidden;
mod key;
mod listing;
mod near;
mod notation;
mod plain;
mod stated;
mod target;
mod tell;

pub(crate) use effects::{Effect, Effects};
pub(crate) use field::{FieldAnswer, Objects, find as find_field};
pub(crate) use hidden::hidden;
pub(crate) use key::{KeyAnswer, LayerLine, Shower, Standing, find as find_key, held_at, known as known_keys};
pub(crate) use listing::{Listed, layer_text, listing, print, values_json};
pub(crate) use near::near;
pub(crate) use notation::{Step, Wanted, key_text, parse as parse_wanted};
pub(crate) use plain::{json, one_line, shortened};
pub(crate) use stated::Stated;
pub(crate) use target::{Target, choose, scope};
pub(crate) use tell::{Answer, answer_json, human, is_deep, tool};
