//! How far functions look at what they are given: that decides what a call costs, and what its result came from.

/// How a function regards its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regard {
    /// How much of them it looks at.
    pub(crate) extent: Extent,
    /// What about them a result that says nothing of its origin came from.
    pub(crate) subject: Subject,
    /// Which of them say what to do with the others: the result is what it is because of those, too.
    pub(crate) parameters: Parameters,
    /// How many steps a call is worth by itself.
    pub(crate) steps: u64,
}

/// Which arguments say what to do with the others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameters {
    /// None of them.
    None,
    /// The first ones.
    First(usize),
    /// All but the first.
    Rest,
    /// All but the last two.
    Keys,
    /// The first and the third.
    Around,
}

impl Parameters {
    /// Whether the argument of a place, of so many, is one.
    pub(crate) fn has(self, index: usize, count: usize) -> bool {
        match self {
            Self::None => false,
            Self::First(first) => index < first,
            Self::Rest => index > 0,
            Self::Keys => index + 2 < count,
            Self::Around => index == 0 || index == 2,
        }
    }
}

/// What making a key or a slow hash is worth, so that no loop over it outlasts the limit of steps by much.
const SLOW: u64 = 500_000;

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
    pub(crate) const WHOLE: Self = Self { extent: Extent::Whole, subject: Subject::All, parameters: Parameters::None, steps: 0 };

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
        let parameters = match name.strip_prefix("must").unwrap_or(name) {
            "trimAll" | "trimall" | "trimPrefix" | "trimSuffix" | "trunc" | "repeat" | "wrap" | "indent" | "nindent" | "split"
            | "splitList" | "regexFind" | "RegexFind" | "abbrev" | "chunk" | "Chunk" => Parameters::First(1),
            "replace" | "substr" | "splitn" | "abbrevboth" | "wrapWith" => Parameters::First(2),
            "index" | "hasKey" | "slice" | "Slice" | "get" | "pick" | "omit" | "without" | "Without" => Parameters::Rest,
            "dig" => Parameters::Keys,
            "regexReplaceAll"
            | "RegexReplaceAll"
            | "regexReplaceAllLiteral"
            | "RegexReplaceAllLiteral"
            | "regexFindAll"
            | "RegexFindAll"
            | "regexSplit"
            | "RegexSplit" => Parameters::Around,
            _ => Parameters::None,
        };
        let steps = match name {
            "bcrypt"
            | "htpasswd"
            | "derivePassword"
            | "genPrivateKey"
            | "genCA"
            | "genCAWithKey"
            | "genSelfSignedCert"
            | "genSelfSignedCertWithKey"
            | "genSignedCert"
            | "genSignedCertWithKey" => SLOW,
            _ => 0,
        };
        Self { extent, subject, parameters, steps }
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
