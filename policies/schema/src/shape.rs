//! What a value must be, made of a definition once and walked over many objects.

use std::sync::Arc;

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Anything.
    Any,
    /// A definition of Kubernetes, by its place among the names.
    Named(usize),
    /// The metadata of an object that a CustomResourceDefinition describes.
    Metadata,
    /// A map.
    Map(Box<Fields>),
    /// A list.
    List(Box<Items>),
    /// A text, which is one of some where there are any; an empty one is as good as none.
    Text(Vec<Arc<str>>),
    /// A text of base64.
    Bytes,
    /// A time as RFC 3339 writes it.
    Time,
    /// A quantity.
    Quantity,
    /// A number or a text.
    NumberOrText,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Number,
    /// A boolean.
    Bool,
}

/// What a map holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// The fields that are known, by name.
    pub known: Vec<(Arc<str>, Field)>,
    /// The fields that must be there.
    pub required: Vec<Arc<str>>,
    /// What becomes of other fields.
    pub rest: Rest,
    /// Whether it is an object of its own, with `apiVersion`, `kind` and `metadata`.
    pub embedded: bool,
}

/// A field that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What its value must be.
    pub shape: Shape,
    /// Whether a null is a value of it; elsewhere a null is as good as nothing.
    pub nullable: bool,
    /// What the validation of an API server asks for beyond its shape.
    pub limit: Limit,
}

/// What the validation of an API server asks of a value beyond its shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    #[default]
    No,
    /// Where there is a text, it is not empty.
    Filled,
    /// Where there is a number, it is not below zero.
    Natural,
    /// Keys and values are those of labels.
    Labels,
}

/// What becomes of fields that are not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rest {
    /// The API server drops them, or refuses the object where it is asked to be strict.
    #[default]
    Refused,
    /// They are kept as they are.
    Kept,
    /// Each is one of these.
    Each(Box<Field>),
}

/// What a list holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// What each item must be.
    pub item: Field,
    /// Which items may not be there twice.
    pub unique: Unique,
}

/// Which items may not be there twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Unique {
    /// Nobody minds.
    #[default]
    No,
    /// Equal ones.
    Whole,
    /// Those of which these fields are the same.
    Keys(Vec<Arc<str>>),
}

impl Fields {
    /// The field of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field> {
        let at = self.known.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.known.get(at).map(|(_, field)| field)
    }
}
