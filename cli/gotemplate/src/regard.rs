//! How far functions look at what they are given: that decides what a call costs, and what its result came from.

/// How a function regards its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regard {
    /// How much of them it looks at.
    pub(crate) extent: Extent,
    /// What about them a result that says nothing of its origin came from.
    pub(crate) subject: Subject,
}

/// How much of its arguments a function looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    /// No more than a few elements, however large they are.
    Glance,
    /// It does no more than copy them.
    Copy,
    /// All of it.
    Whole,
}

/// What a function asks about its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    /// What a value is, whatever it says.
    Kind,
    /// No more than about one key of a list or map, or nothing: it compares with nil alone.
    Shape,
    /// How many elements there are, or whether there are any.
    Size,
    /// What they and all in them say.
    All,
}

impl Regard {
    /// Of what is not known better.
    pub(crate) const WHOLE: Self = Self { extent: Extent::Whole, subject: Subject::All };

    /// Of the function of a name.
    pub(crate) fn of(name: &str) -> Self {
        let extent = match name {
            _ if GLANCES.contains(&name) => Extent::Glance,
            "append" | "mustAppend" => Extent::Copy,
            _ => Extent::Whole,
        };
        let subject = match name {
            "typeOf" | "kindOf" | "typeIs" | "typeIsLike" | "kindIs" => Subject::Kind,
            "hasKey" | "eq" | "ne" => Subject::Shape,
            "len" | "empty" | "all" | "any" | "not" => Subject::Size,
            _ => Subject::All,
        };
        Self { extent, subject }
    }
}

/// Functions that look at no more than a few elements.
const GLANCES: [&str; 29] = [
    "all",
    "any",
    "coalesce",
    "default",
    "dict",
    "dig",
    "empty",
    "fail",
    "first",
    "get",
    "hasKey",
    "include",
    "index",
    "kindIs",
    "kindOf",
    "last",
    "len",
    "list",
    "mustFirst",
    "mustLast",
    "not",
    "required",
    "set",
    "ternary",
    "tuple",
    "typeIs",
    "typeIsLike",
    "typeOf",
    "unset",
];
