//! Chart, values and release to the values that templates see, each with what every layer says about it; no template is executed.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Value};
use portcullis_source::{Link, OriginId, Role, Trace};

use crate::{Chart, Layer, Release, RenderError, render::prepare};

/// What templates see as `.Values`, those of subcharts below the names of their charts.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The values.
    pub root: Held,
    trace: Arc<Trace>,
}

/// A value, and the record of what the layers say about it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The value.
    pub data: HeldData,
    origin: OriginId,
}

/// The values that a values file can hold, as Helm reads it: every number is a `float64`.
#[derive(Clone, Debug)]
pub enum HeldData {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Arc<str>),
    /// A list.
    List(Vec<Held>),
    /// A map.
    Map(BTreeMap<Arc<str>, Held>),
}

/// The values of a chart with layers of values, the lowest first.
///
/// # Errors
/// What helm says where it can't choose the subcharts or read the values.
pub fn effective(chart: &Chart, layers: &[Layer], release: &Release) -> Result<Effective, RenderError> {
    let prepared = prepare(chart, layers, release, &mut Vec::new())?;
    let root = Value::new(Data::Map(prepared.values));
    Ok(Effective { root: held(&root), trace: Arc::new(prepared.trace) })
}

impl Held {
    /// The entries, where this is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match &self.data {
            HeldData::Map(entries) => Some(entries),
            HeldData::Null | HeldData::Bool(_) | HeldData::Number(_) | HeldData::String(_) | HeldData::List(_) => None,
        }
    }

    /// Go's truth: false, 0, nothing and whatever is empty are false.
    #[must_use]
    pub fn truth(&self) -> bool {
        match &self.data {
            HeldData::Null => false,
            HeldData::Bool(value) => *value,
            HeldData::Number(value) => *value != 0.0,
            HeldData::String(text) => !text.is_empty(),
            HeldData::List(items) => !items.is_empty(),
            HeldData::Map(entries) => !entries.is_empty(),
        }
    }
}

impl Effective {
    /// What the layers say about a value: what it is made of, the strongest first ([`Role::Values`]), then what that hides
    /// ([`Role::Shadowed`]), each with its key in its own layer.
    #[must_use]
    pub fn layers(&self, held: &Held) -> Vec<Link> {
        self.links(held.origin)
    }

    /// The `null` that took a key away from a map, and what that hides; nothing where no layer has the key.
    #[must_use]
    pub fn removed(&self, holder: &Held, key: &str) -> Vec<Link> {
        self.trace.removed(holder.origin, key).map(|null| self.links(null)).unwrap_or_default()
    }

    fn links(&self, origin: OriginId) -> Vec<Link> {
        let links = self.trace.origin(0, &[origin]).links;
        links.into_iter().filter(|link| matches!(link.role, Role::Values | Role::Shadowed)).collect()
    }
}

fn held(value: &Value) -> Held {
    let data = match &value.data {
        Data::Bool(value) => HeldData::Bool(*value),
        Data::Int(value) | Data::Int64(value) => HeldData::Number(*value as f64),
        Data::Uint8(value) => HeldData::Number(f64::from(*value)),
        Data::Float(value) => HeldData::Number(*value),
        Data::String(text) => HeldData::String(Arc::from(&*text.lossy())),
        Data::Bytes(bytes) => HeldData::String(Arc::from(&*String::from_utf8_lossy(bytes))),
        Data::List(list) => HeldData::List(list.items().iter().map(held).collect()),
        Data::Map(map) => HeldData::Map(map.entries.borrow().iter().map(|(key, value)| (Arc::clone(key), held(value))).collect()),
        Data::Nil | Data::Object(_) => HeldData::Null,
    };
    Held { data, origin: value.origin }
}
