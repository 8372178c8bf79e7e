//! What the schema of an object's kind says against it, as rules see it. Who renders objects finds it out; an API server needs nobody to.

use portcullis_source::Step;
use regorus::{Value, value::Object};

use crate::input::{dotted, object, of_path, text};

/// What is said against one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The version of Kubernetes that it was checked against.
    pub version: String,
    /// Its `apiVersion` and kind.
    pub kind: String,
    /// The fields that its kind does not have.
    pub unknown: Vec<UnknownField>,
    /// The fields whose values an API server refuses, or that it misses.
    pub invalid: Vec<InvalidField>,
    /// That the version no longer serves its kind.
    pub removed: Option<Lifecycle>,
    /// That its kind is going to be removed.
    pub deprecated: Option<Lifecycle>,
    /// Why there is nothing to check it against.
    pub unchecked: Option<String>,
}

/// A field that a kind does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownField {
    /// Its path.
    pub at: Vec<Step>,
    /// What it may have been meant to be, as the end of a sentence.
    pub hint: Option<String>,
}

/// A field that an API server refuses, or misses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvalidField {
    /// Its path.
    pub at: Vec<Step>,
    /// Why, as a sentence about the field without its name.
    pub reason: String,
}

/// The end of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Since when it is deprecated.
    pub since: Option<String>,
    /// From when on it is no longer served, as far as that is known.
    pub removed: Option<String>,
    /// What takes its place: `apiVersion` and kind; or what its definition says of it.
    pub instead: Option<String>,
}

impl Faults {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { version: _, kind: _, unknown, invalid, removed, deprecated, unchecked } = self;
        unknown.is_empty() && invalid.is_empty() && removed.is_none() && deprecated.is_none() && unchecked.is_none()
    }

    /// How much is said.
    #[must_use]
    pub fn count(&self) -> usize {
        self.unknown.len() + self.invalid.len()
    }

    /// `{version, kind, unknown: [{at, field, hint}], invalid: [{at, field, reason}], removed: {…}, deprecated: {since, removed, instead}, unchecked}`.
    pub(crate) fn value(&self) -> Value {
        let place = |at: &[Step]| [("at", of_path(at)), ("field", text(&dotted(at)))];
        let list = |entries: Vec<Value>| (!entries.is_empty()).then(|| Value::from(entries));
        let unknown = self.unknown.iter().map(|field| {
            let hint = field.hint.as_deref().map(|hint| ("hint", text(hint)));
            fields(place(&field.at).into_iter().chain(hint))
        });
        let invalid = self.invalid.iter().map(|field| {
            let [at, name] = place(&field.at);
            object([at, name, ("reason", text(&field.reason))])
        });
        let parts = [
            ("version", Some(text(&self.version))),
            ("kind", Some(text(&self.kind))),
            ("unknown", list(unknown.collect())),
            ("invalid", list(invalid.collect())),
            ("removed", self.removed.as_ref().map(Lifecycle::value)),
            ("deprecated", self.deprecated.as_ref().map(Lifecycle::value)),
            ("unchecked", self.unchecked.as_deref().map(text)),
        ];
        fields(parts.into_iter().filter_map(|(key, value)| Some((key, value?))))
    }
}

impl Lifecycle {
    fn value(&self) -> Value {
        let parts = [("since", &self.since), ("removed", &self.removed), ("instead", &self.instead)];
        fields(parts.into_iter().filter_map(|(key, value)| Some((key, text(value.as_deref()?)))))
    }
}

fn fields<'a>(fields: impl Iterator<Item = (&'a str, Value)>) -> Value {
    fields.map(|(key, value)| (text(key), value)).collect::<Object>().into_value()
}
