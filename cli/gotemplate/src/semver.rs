//! Versions and ranges of them, as Go's Masterminds/semver reads and compares them.

use std::cmp::Ordering;

use crate::format::quote;

/// The longest version.
const MAX_VERSION: usize = 256;

/// The longest range.
const MAX_RANGE: usize = 512;

/// The most alternatives (`||`) of a range.
const MAX_ALTERNATIVES: usize = 32;

/// A version; one or two numbers are enough, and a `v` may stand before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What stands after `-`.
    pub prerelease: String,
    /// What stands after `+`.
    pub metadata: String,
    /// The text that it was read from.
    pub original: String,
}

/// A range, such as `>=1.2, <2 || ^3.1`.
#[derive(Clone, Debug)]
pub struct Range {
    alternatives: Vec<Vec<Bound>>,
}

#[derive(Clone, Debug)]
struct Bound {
    operator: Operator,
    version: Version,
    open: Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// From which part on a bound has a wildcard or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    No,
    Major,
    Minor,
    Patch,
}

/// The parts of a version as written in a range.
struct Written<'a> {
    whole: &'a str,
    numbers: [&'a str; 3],
    prerelease: &'a str,
    metadata: &'a str,
}

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// The text is none; the message is Go's.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() > MAX_VERSION {
            return Err(format!("version string is too long (max {MAX_VERSION} bytes)"));
        }
        let invalid = || "invalid semantic version".to_owned();
        let written = written(text).filter(|written| written.whole.len() == text.len()).ok_or_else(invalid)?;
        let number = |part: &str| match part {
            "" => Ok(0),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse()
                .map_err(|_| format!("error parsing version segment: strconv.ParseUint: parsing {digits:?}: value out of range")),
            _ => Err(invalid()),
        };
        let [major, minor, patch] = written.numbers;
        let version = Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: written.prerelease.to_owned(),
            metadata: written.metadata.to_owned(),
            original: text.to_owned(),
        };
        let starts_zero = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit());
        if written.prerelease.split('.').any(starts_zero) {
            return Err("version segment starts with 0".to_owned());
        }
        Ok(version)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.compare(other))
    }
}

impl Version {
    /// The order of two versions; metadata does not count, and a prerelease comes before its release.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.prerelease.as_str(), other.prerelease.as_str()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (left, right) => compare_prerelease(left, right),
        })
    }
}

fn compare_prerelease(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => {
                let order = match (left.parse::<u64>(), right.parse::<u64>()) {
                    (Ok(left), Ok(right)) => left.cmp(&right),
                    (Ok(_), Err(_)) => Ordering::Less,
                    (Err(_), Ok(_)) => Ordering::Greater,
                    (Err(_), Err(_)) => left.cmp(right),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
    }
}

impl Range {
    /// Reads a range.
    ///
    /// # Errors
    /// The text is none; the message is Go's.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() > MAX_RANGE {
            return Err(format!("constraint string is too long (max {MAX_RANGE} bytes)"));
        }
        let text = rewrite_hyphens(text);
        let alternatives: Vec<&str> = text.split("||").collect();
        if alternatives.len() > MAX_ALTERNATIVES {
            return Err(format!("too many constraint groups (max {MAX_ALTERNATIVES})"));
        }
        let alternatives: Result<_, String> = alternatives.into_iter().map(bounds).collect();
        Ok(Self { alternatives: alternatives? })
    }

    /// Whether a version lies in the range. A prerelease does so only where the alternative names one itself.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|bounds| {
            let with_prereleases = bounds.iter().any(|bound| !bound.version.prerelease.is_empty());
            (version.prerelease.is_empty() || with_prereleases) && bounds.iter().all(|bound| bound.contains(version))
        })
    }
}

impl Bound {
    fn contains(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.operator {
            Operator::Equal if self.open != Open::No => self.tilde(version),
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => self.differs(version),
            Operator::Greater => self.is_below(version),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => self.is_reached(version),
            Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.open {
            Open::No => version.compare(own) != Ordering::Equal,
            Open::Minor => version.major != own.major,
            Open::Patch if (version.major, version.minor) == (own.major, own.minor) => {
                compare_prerelease(&version.prerelease, &own.prerelease) != Ordering::Equal
            }
            Open::Patch => true,
            Open::Major => (version.major, version.minor, version.patch) != (0, 0, 0) || version.compare(own) != Ordering::Equal,
        }
    }

    fn is_below(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.open {
            Open::No => version.compare(own) == Ordering::Greater,
            Open::Minor => version.major > own.major,
            Open::Patch => (version.major, version.minor) > (own.major, own.minor),
            Open::Major => version.major > own.major || version.major == own.major && version.compare(own) == Ordering::Greater,
        }
    }

    fn is_reached(&self, version: &Version) -> bool {
        let own = &self.version;
        match self.open {
            Open::No => version.compare(own) != Ordering::Greater,
            Open::Minor => version.major <= own.major,
            Open::Patch | Open::Major => (version.major, version.minor) <= (own.major, own.minor),
        }
    }

    fn tilde(&self, version: &Version) -> bool {
        let own = &self.version;
        if version.compare(own) == Ordering::Less {
            return false;
        }
        let anything = (own.major, own.minor, own.patch) == (0, 0, 0) && !matches!(self.open, Open::Minor | Open::Patch);
        anything || version.major == own.major && (version.minor == own.minor || self.open == Open::Minor)
    }

    fn caret(&self, version: &Version) -> bool {
        let own = &self.version;
        if version.compare(own) == Ordering::Less {
            return false;
        }
        if own.major > 0 || self.open == Open::Minor {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.open == Open::Patch {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

/// Reads the bounds of one alternative: versions with operators, with spaces or commas between them.
fn bounds(text: &str) -> Result<Vec<Bound>, String> {
    let improper = || format!("improper constraint: {}", String::from_utf8_lossy(&quote(text.as_bytes())));
    let mut rest = text.trim_start_matches(is_space);
    let mut found = Vec::new();
    loop {
        let operator_end = rest.find(|character| !"=!<>~^".contains(character)).unwrap_or(rest.len());
        let (operator, after) = rest.split_at_checked(operator_end).ok_or_else(improper)?;
        let operator = operator_of(operator).ok_or_else(improper)?;
        let after = after.trim_start_matches(is_space);
        let written = written(after).ok_or_else(improper)?;
        let after = after.get(written.whole.len()..).unwrap_or_default();
        found.push(bound(operator, &written));
        let spaceless = after.trim_start_matches(is_space);
        if spaceless.is_empty() {
            return found.into_iter().collect();
        }
        rest = match spaceless.strip_prefix(',') {
            Some(next) => next.trim_start_matches(is_space),
            None if spaceless.len() < after.len() => spaceless,
            None => return Err(improper()),
        };
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{C}')
}

fn operator_of(text: &str) -> Option<Operator> {
    Some(match text {
        "" | "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        ">" => Operator::Greater,
        "<" => Operator::Less,
        ">=" | "=>" => Operator::GreaterOrEqual,
        "<=" | "=<" => Operator::LessOrEqual,
        "~" | "~>" => Operator::Tilde,
        "^" => Operator::Caret,
        _ => return None,
    })
}

fn bound(operator: Operator, written: &Written<'_>) -> Result<Bound, String> {
    let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
    let [major, minor, patch] = written.numbers;
    let (open, numbers) = if is_open(major) {
        (Open::Major, "0.0.0".to_owned())
    } else if is_open(minor) {
        (Open::Minor, format!("{major}.0.0"))
    } else if is_open(patch) {
        (Open::Patch, format!("{major}.{minor}.0"))
    } else {
        (Open::No, format!("{major}.{minor}.{patch}"))
    };
    let prerelease = if written.prerelease.is_empty() { String::new() } else { format!("-{}", written.prerelease) };
    let version = Version::new(&format!("{numbers}{prerelease}")).map_err(|_| "constraint parser error".to_owned())?;
    Ok(Bound { operator, version, open })
}

/// The version at the start of a text, wildcards allowed.
fn written(text: &str) -> Option<Written<'_>> {
    let is_number = |character: char| character.is_ascii_digit() || matches!(character, '|' | 'x' | 'X' | '*');
    let is_identifier = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = [""; 3];
    for (index, slot) in numbers.iter_mut().enumerate() {
        let part = if index == 0 { Some(rest) } else { rest.strip_prefix('.') };
        let Some((number, after)) = part.and_then(|part| run(part, is_number)) else { break };
        (*slot, rest) = (number, after);
    }
    numbers.first().filter(|number| !number.is_empty())?;
    let mut prerelease = "";
    if let Some((found, after)) = rest.strip_prefix('-').and_then(|rest| identifiers(rest, is_identifier)) {
        (prerelease, rest) = (found, after);
    }
    let mut metadata = "";
    if let Some((found, after)) = rest.strip_prefix('+').and_then(|rest| identifiers(rest, is_identifier)) {
        (metadata, rest) = (found, after);
    }
    let whole = text.get(..text.len() - rest.len())?;
    Some(Written { whole, numbers, prerelease, metadata })
}

fn run(text: &str, is_part: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(|character| !is_part(character)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(found, _)| !found.is_empty())
}

fn identifiers(text: &str, is_part: impl Fn(char) -> bool + Copy) -> Option<(&str, &str)> {
    let (_, mut rest) = run(text, is_part)?;
    while let Some((_, after)) = rest.strip_prefix('.').and_then(|rest| run(rest, is_part)) {
        rest = after;
    }
    text.split_at_checked(text.len() - rest.len())
}

/// Turns `a - b` into `>= a, <= b`.
fn rewrite_hyphens(text: &str) -> String {
    let mut rewritten = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((range, after)) = hyphen_range(rest) {
            rewritten.push_str(&range);
            rest = after;
        } else {
            rewritten.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    rewritten
}

fn hyphen_range(text: &str) -> Option<(String, &str)> {
    let start = text.trim_start_matches(is_space);
    let low = written(start)?;
    let after = start.get(low.whole.len()..)?;
    let hyphen = after.trim_start_matches(is_space);
    let high = hyphen.strip_prefix('-').filter(|_| hyphen.len() < after.len())?;
    let trimmed = high.trim_start_matches(is_space);
    let written_high = written(trimmed).filter(|_| trimmed.len() < high.len())?;
    let rest = trimmed.get(written_high.whole.len()..)?.trim_start_matches(is_space);
    Some((format!(">= {}, <= {} ", low.whole, written_high.whole), rest))
}

#[cfg(test)]
mod tests {
    use super::{Range, Version};

    fn contains(range: &str, version: &str) -> bool {
        Range::new(range).unwrap().contains(&Version::new(version).unwrap())
    }

    #[test]
    fn ranges_contain_what_masterminds_says() {
        let cases = [
            (">=1.21-0", "v1.37.0-gke.1", true),
            (">=1.21", "v1.37.0-gke.1", false),
            ("1.2", "1.2.9", true),
            ("=1.2", "1.3.0", false),
            ("> 1.2", "1.2.5", false),
            ("> 1.2", "1.3.0", true),
            ("<= 1.2", "1.2.9", true),
            ("^0.2.3", "0.2.9", true),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("^1", "1.9.9", true),
            ("~1.2.3", "1.2.9", true),
            ("~>1.2.3", "1.3.0", false),
            ("*", "7.1.0", true),
            ("1.x", "1.9.0", true),
            ("1 - 2", "2.0.0", true),
            ("1.0.0 - 2.0.0", "2.0.1", false),
            (">=1, <2 || >=3", "3.5.0", true),
            (">=1 <2", "2.0.0", false),
            ("!=1.2.x", "1.2.3", false),
            ("!=1.2.x", "1.3.3", true),
            ("1.2.3", "1.2.3+build", true),
        ];
        for (range, version, expected) in cases {
            assert_eq!(contains(range, version), expected, "{range} {version}");
        }
    }

    #[test]
    fn what_is_no_range_or_version_is_refused() {
        assert_eq!(Range::new("").unwrap_err(), "improper constraint: \"\"");
        assert_eq!(Range::new("foo").unwrap_err(), "improper constraint: \"foo\"");
        assert_eq!(Range::new("1.2.3>2").unwrap_err(), "improper constraint: \"1.2.3>2\"");
        assert_eq!(Version::new("1.2.3.4").unwrap_err(), "invalid semantic version");
        assert_eq!(Version::new("1.2.3-01").unwrap_err(), "version segment starts with 0");
        assert!(Version::new("v1").is_ok());
    }
}
