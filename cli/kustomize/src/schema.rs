//! How lists of Kubernetes' own objects are merged.

use std::{collections::BTreeMap, sync::OnceLock};

const TABLE: &str = include_str!("../data/merging.txt");

/// The fields of a definition that lead to lists with a strategy.
type Definition = BTreeMap<&'static str, Field>;

#[derive(Debug)]
struct Field {
    shape: Shape,
    /// The definition of its value, its items or its entries.
    of: Option<&'static str>,
    strategy: &'static str,
    keys: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    One,
    List,
    Map,
}

#[derive(Debug, Default)]
struct Table {
    definitions: BTreeMap<&'static str, Definition>,
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
}

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Schema {
    /// Its fields.
    Object(&'static str),
    /// Its entries.
    Entries(&'static str),
    /// Its items: their definition, the strategy and the keys.
    List(Option<&'static str>, &'static str, &'static [&'static str]),
    /// That there is nothing to know.
    Leaf,
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(read)
}

fn read() -> Table {
    let mut table = Table::default();
    let mut name = "";
    for line in TABLE.lines() {
        let mut words = line.split(' ');
        let mut next = || words.next().unwrap_or_default();
        match next() {
            "type" if line.matches(' ').count() == 1 => {
                name = next();
                table.definitions.insert(name, Definition::new());
            }
            "kind" if line.matches(' ').count() == 2 && line.contains('/') | line.starts_with("kind v") => {
                let key = (next(), next());
                table.kinds.insert(key, name);
            }
            field => {
                let shape = match next() {
                    "list" => Shape::List,
                    "map" => Shape::Map,
                    _ => Shape::One,
                };
                let of = Some(next()).filter(|of| *of != "-");
                let strategy = next();
                let keys = next().split(',').filter(|key| !key.is_empty()).collect();
                if let Some(definition) = table.definitions.get_mut(name) {
                    definition.insert(field, Field { shape, of, strategy, keys });
                }
            }
        }
    }
    table
}

impl Schema {
    /// What is known of objects of a kind.
    pub(crate) fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        table().kinds.get(&(api_version, kind)).map(|&name| Self::Object(name))
    }

    /// What is known of a field.
    pub(crate) fn field(self, key: &str) -> Option<Self> {
        match self {
            Self::Object(name) => {
                let Some(field) = table().definitions.get(name).and_then(|definition| definition.get(key)) else { return Some(Self::Leaf) };
                Some(match field.shape {
                    Shape::One => field.of.map_or(Self::Leaf, Self::Object),
                    Shape::Map => field.of.map_or(Self::Leaf, Self::Entries),
                    Shape::List => Self::List(field.of, field.strategy, &field.keys),
                })
            }
            Self::Entries(name) => Some(Self::Object(name)),
            Self::List(..) | Self::Leaf => None,
        }
    }

    /// What is known of the items.
    pub(crate) fn items(self) -> Option<Self> {
        match self {
            Self::List(of, ..) => Some(of.map_or(Self::Leaf, Self::Object)),
            Self::Object(_) | Self::Entries(_) | Self::Leaf => None,
        }
    }

    /// The keys by which items are matched, where they are merged at all.
    pub(crate) fn merge_keys(self) -> Option<&'static [&'static str]> {
        match self {
            Self::List(_, strategy, keys) => strategy.split(',').any(|one| one == "merge").then_some(keys),
            Self::Object(_) | Self::Entries(_) | Self::Leaf => None,
        }
    }
}
