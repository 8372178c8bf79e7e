//! Patterns of paths: Go's `filepath.Match`, and the globs of `.Files.Glob`.

/// A pattern that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadPattern;

/// How many steps a match may take, so that no pattern takes forever.
const MAX_STEPS: usize = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(char),
    /// Any one character but a slash.
    One,
    /// Any characters but slashes.
    Some,
    /// Any characters.
    All,
    /// One character in these ranges, or outside of them.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// One of several patterns.
    Either(Vec<Vec<Part>>),
}

/// Whether a path matches a pattern as Go's `filepath.Match` has it.
pub(crate) fn file_match(pattern: &str, path: &str) -> Result<bool, BadPattern> {
    FilePattern::new(pattern).map(|pattern| pattern.matches(path))
}

/// A pattern of Go's `filepath.Match`, to be held against many paths.
#[derive(Clone, Debug)]
pub(crate) struct FilePattern {
    parts: Vec<Part>,
}

impl FilePattern {
    /// Reads a pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, BadPattern> {
        file_parts(pattern).map(|parts| Self { parts })
    }

    /// Whether a path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        matches(&self.parts, path)
    }
}

fn file_parts(pattern: &str) -> Result<Vec<Part>, BadPattern> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut parts = Vec::new();
    let mut rest = characters.as_slice();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            '*' => parts.push(Part::Some),
            '?' => parts.push(Part::One),
            '[' => {
                let (part, after) = class(rest, '^')?;
                parts.push(part);
                rest = after;
            }
            '\\' => {
                let [escaped, after @ ..] = rest else { return Err(BadPattern) };
                parts.push(Part::Literal(*escaped));
                rest = after;
            }
            other => parts.push(Part::Literal(*other)),
        }
    }
    Ok(parts)
}

/// A glob as `.Files.Glob` takes it.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    parts: Vec<Part>,
}

impl Glob {
    /// Reads a glob; one that can't be read matches everything.
    pub(crate) fn new(pattern: &str) -> Self {
        let characters: Vec<char> = pattern.chars().collect();
        match glob(&characters, 0) {
            Ok((parts, [])) => Self { parts },
            Ok(_) | Err(BadPattern) => Self { parts: vec![Part::All] },
        }
    }

    /// Whether a path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        matches(&self.parts, path)
    }
}

/// How deep braces may stand in braces.
const MAX_BRACES: usize = 16;

/// Reads up to the end, or within braces up to the next `,` or `}`.
fn glob(mut rest: &[char], depth: usize) -> Result<(Vec<Part>, &[char]), BadPattern> {
    if depth > MAX_BRACES {
        return Err(BadPattern);
    }
    let mut parts = Vec::new();
    while let [first, after @ ..] = rest {
        if depth > 0 && matches!(first, ',' | '}') {
            return Ok((parts, rest));
        }
        rest = after;
        match first {
            '*' if rest.first() == Some(&'*') => {
                while let ['*', after @ ..] = rest {
                    rest = after;
                }
                parts.push(Part::All);
            }
            '*' => parts.push(Part::Some),
            '?' => parts.push(Part::One),
            '[' => {
                let (part, after) = class(rest, '!')?;
                parts.push(part);
                rest = after;
            }
            '{' => {
                let (part, after) = either(rest, depth + 1)?;
                parts.push(part);
                rest = after;
            }
            '\\' => {
                let [escaped, after @ ..] = rest else { return Err(BadPattern) };
                parts.push(Part::Literal(*escaped));
                rest = after;
            }
            other => parts.push(Part::Literal(*other)),
        }
    }
    if depth > 0 { Err(BadPattern) } else { Ok((parts, rest)) }
}

fn either(mut rest: &[char], depth: usize) -> Result<(Part, &[char]), BadPattern> {
    let mut choices = Vec::new();
    loop {
        let (choice, after) = glob(rest, depth)?;
        choices.push(choice);
        match after {
            [',', after @ ..] => rest = after,
            ['}', after @ ..] => return Ok((Part::Either(choices), after)),
            _ => return Err(BadPattern),
        }
    }
}

/// Reads a class after its `[`.
fn class(mut rest: &[char], negation: char) -> Result<(Part, &[char]), BadPattern> {
    let negated = rest.first() == Some(&negation);
    if negated {
        rest = rest.get(1..).unwrap_or_default();
    }
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty()
            && let [']', after @ ..] = rest
        {
            return Ok((Part::Class { negated, ranges }, after));
        }
        let (low, after) = class_character(rest)?;
        rest = after;
        let mut high = low;
        if let ['-', after @ ..] = rest {
            (high, rest) = class_character(after)?;
        }
        ranges.push((low, high));
    }
}

fn class_character(rest: &[char]) -> Result<(char, &[char]), BadPattern> {
    match rest {
        ['\\', escaped, after @ ..] => Ok((*escaped, after)),
        ['-' | ']', ..] | [] | ['\\'] => Err(BadPattern),
        [character, after @ ..] => Ok((*character, after)),
    }
}

fn matches(parts: &[Part], path: &str) -> bool {
    let characters: Vec<char> = path.chars().collect();
    let mut steps = 0;
    walk(&parts.iter().collect::<Vec<_>>(), &characters, &mut steps)
}

fn walk(parts: &[&Part], path: &[char], steps: &mut usize) -> bool {
    *steps += 1;
    if *steps > MAX_STEPS {
        return false;
    }
    let [part, rest @ ..] = parts else { return path.is_empty() };
    match part {
        Part::Literal(literal) => path.first() == Some(literal) && walk(rest, path.get(1..).unwrap_or_default(), steps),
        Part::One => path.first().is_some_and(|&first| first != '/') && walk(rest, path.get(1..).unwrap_or_default(), steps),
        Part::Class { negated, ranges } => {
            let within = |character: char| ranges.iter().any(|&(low, high)| low <= character && character <= high);
            let fits = path.first().is_some_and(|&first| first != '/' && within(first) != *negated);
            fits && walk(rest, path.get(1..).unwrap_or_default(), steps)
        }
        Part::Some | Part::All => {
            let stop = |&character: &char| character == '/' && **part == Part::Some;
            let most = path.iter().position(stop).unwrap_or(path.len());
            (0..=most).any(|count| walk(rest, path.get(count..).unwrap_or_default(), steps))
        }
        Part::Either(choices) => choices.iter().any(|choice| {
            let whole: Vec<&Part> = choice.iter().chain(rest.iter().copied()).collect();
            walk(&whole, path, steps)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadPattern, Glob, file_match};

    #[test]
    fn file_match_stops_at_slashes() {
        let cases = [
            ("*", "a", true),
            ("*", "a/b", false),
            ("templates/*.yaml", "templates/a.yaml", true),
            ("templates/*.yaml", "templates/x/a.yaml", false),
            ("a[b-d]e", "ace", true),
            ("a[^b-d]e", "ace", false),
            ("a[^b-d]e", "aze", true),
            ("a\\*b", "a*b", true),
            ("a?b", "a/b", false),
            ("", "", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(file_match(pattern, path), Ok(expected), "{pattern} {path}");
        }
        for pattern in ["[", "[]", "[a", "[a-", "\\", "[-a]"] {
            assert_eq!(file_match(pattern, "abc"), Err(BadPattern), "{pattern}");
        }
    }

    #[test]
    fn globs_cross_slashes_with_two_stars() {
        let cases = [
            ("conf/*", "conf/a", true),
            ("conf/*", "conf/a/b", false),
            ("conf/**", "conf/a/b", true),
            ("**.json", "a/b/c.json", true),
            ("*.{json,yaml}", "a.yaml", true),
            ("*.{json,yaml}", "a.toml", false),
            ("{a,b{c,d}}.txt", "bd.txt", true),
            ("[!a].txt", "b.txt", true),
            ("[!a].txt", "a.txt", false),
            ("{a", "anything/at/all", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Glob::new(pattern).matches(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_ends() {
        assert!(!Glob::new(&"*a".repeat(40)).matches(&"a".repeat(39)));
    }
}
