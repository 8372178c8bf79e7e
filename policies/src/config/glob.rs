//! Patterns of names and paths: `*` and `?` within a part, `**` over parts, `{a,b}` alternatives.

/// How many alternatives a pattern may unfold to.
const MAX_ALTERNATIVES: usize = 64;

/// Whether a pattern matches a whole name or path; `*` never matches `/`, `**` does.
#[must_use]
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let mut alternatives = vec![pattern.to_owned()];
    let mut index = 0;
    while let Some(current) = alternatives.get(index) {
        let Some((before, choices, after)) = braces(current) else {
            index += 1;
            continue;
        };
        let unfolded: Vec<String> = choices.split(',').map(|choice| format!("{before}{choice}{after}")).collect();
        if alternatives.len() + unfolded.len() > MAX_ALTERNATIVES {
            return false;
        }
        alternatives.splice(index..=index, unfolded);
    }
    alternatives.iter().any(|pattern| matches(pattern.as_bytes(), text.as_bytes()))
}

/// What is wrong with a pattern of paths below the root of the repository, and what to do about it.
pub(super) fn glob_fault(pattern: &str) -> Option<(&'static str, &'static str)> {
    let mut rest = pattern;
    let mut alternatives: usize = 1;
    while let Some(at) = rest.find(['{', '}']) {
        let Some(inner) = rest.get(at..).and_then(|from| from.strip_prefix('{')) else {
            return Some(("closes a brace that it does not open", "alternatives are written {a,b}"));
        };
        let Some((choices, after)) = inner.split_once('}') else {
            return Some(("opens a brace that it does not close", "alternatives are written {a,b}"));
        };
        if choices.contains('{') {
            return Some(("has braces within braces", "write the alternatives side by side, {a,b,c}"));
        }
        alternatives = alternatives.saturating_mul(choices.split(',').count());
        rest = after;
    }
    if alternatives > MAX_ALTERNATIVES {
        return Some(("has more than 64 alternatives", "write several patterns"));
    }
    if pattern.contains(['[', ']']) {
        return Some(("has brackets, which stand for themselves", "alternatives are written {a,b}, any one character ?"));
    }
    if pattern.starts_with('/') || pattern.starts_with("./") || pattern.split('/').any(|part| part == "..") {
        return Some(("is not below the repository", "paths start at the root of the repository, without a slash"));
    }
    None
}

fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = pattern.split_once('{')?;
    let (choices, after) = rest.split_once('}')?;
    Some((before, choices, after))
}

/// Matches with two marks to come back to, one for `*` and one for `**`, so that the time stays bounded.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut globstar: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            if pattern.get(p + 1) == Some(&b'*') {
                p += 2;
                // `**/` also stands for no folder at all.
                if pattern.get(p) == Some(&b'/') && (p == 2 || pattern.get(p - 3) == Some(&b'/')) {
                    globstar = Some((p + 1, t));
                    p += 1;
                } else {
                    globstar = Some((p, t));
                }
                star = None;
            } else {
                p += 1;
                star = Some((p, t));
            }
            continue;
        }
        match (pattern.get(p), text.get(t)) {
            (None, None) => return true,
            (Some(b'?'), Some(byte)) if *byte != b'/' => (p, t) = (p + 1, t + 1),
            (Some(want), Some(byte)) if want == byte && *want != b'?' => (p, t) = (p + 1, t + 1),
            _ => match retry(&mut star, &mut globstar, text) {
                Some(back) => (p, t) = back,
                None => return false,
            },
        }
    }
}

fn retry(star: &mut Option<(usize, usize)>, globstar: &mut Option<(usize, usize)>, text: &[u8]) -> Option<(usize, usize)> {
    if let Some((p, t)) = star {
        if text.get(*t).is_some_and(|byte| *byte != b'/') {
            *t += 1;
            return Some((*p, *t));
        }
        *star = None;
    }
    let (p, t) = globstar.as_mut()?;
    text.get(*t)?;
    *t += 1;
    Some((*p, *t))
}

#[cfg(test)]
mod tests {
    use super::{glob_fault, glob_matches};

    #[test]
    fn stars_stay_within_a_part() {
        for (pattern, text, expected) in [
            ("tx-*", "tx-scoring", true),
            ("tx-*", "atx-scoring", false),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("values/*/prod.yaml", "values/tx/prod.yaml", true),
            ("values/*/prod.yaml", "values/tx/x/prod.yaml", false),
            ("values/**/prod.yaml", "values/tx/x/prod.yaml", true),
            ("values/**/prod.yaml", "values/prod.yaml", true),
            ("**/*.yaml", "a.yaml", true),
            ("**/*.yaml", "a/b/c.yaml", true),
            ("**/*.yaml", "a/b/c.yml", false),
            ("?b", "ab", true),
            ("?b", "/b", false),
            ("{dev,prod}-*", "prod-x", true),
            ("{dev,prod}-*", "test-x", false),
            ("", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("vendor/**", "vendor/x/y", true),
            ("vendor/**", "vendors/x", false),
        ] {
            assert_eq!(glob_matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn faults_are_named() {
        for (pattern, is_wrong) in [
            ("values/{a,b}/*.yaml", false),
            ("**/vendor/**", false),
            ("a{b", true),
            ("a}b", true),
            ("a{b,{c,d}}", true),
            ("[ab]", true),
            ("/vendor", true),
            ("../vendor", true),
            (&"{a,b}".repeat(7), true),
        ] {
            assert_eq!(glob_fault(pattern).is_some(), is_wrong, "{pattern}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        let pattern = "*a".repeat(200);
        assert!(!glob_matches(&pattern, &"a".repeat(199)));
        assert!(!glob_matches(&"{a,b}".repeat(30), "x"));
    }
}
