//! git's pathspecs, which the git file generator uses by default: `*` crosses separators, and a plain path means all that lies below it.

use super::{
    Doublestar,
    token::{BadPattern, ClassSyntax, Slash, Token, class, literal_start, matches},
};

/// A pathspec, matched against the tracked files.
#[derive(Clone, Debug)]
pub(crate) struct Pathspec {
    matcher: Matcher,
    fold_case: bool,
    excludes: bool,
}

#[derive(Clone, Debug)]
enum Matcher {
    Everything,
    Prefix(String),
    Wild(Vec<Token>),
    Glob(Doublestar),
}

impl Pathspec {
    /// Reads a pathspec.
    pub(crate) fn new(text: &str) -> Result<Self, BadPattern> {
        let (words, pattern) = magic(text)?;
        let has = |word: &str| words.iter().any(|given| given == word);
        if let Some(unknown) = words.iter().find(|word| !["glob", "literal", "icase", "top", "exclude"].contains(&word.as_str())) {
            return Err(BadPattern(if unknown == "attr" { "pathspecs by attribute are not supported" } else { "invalid pathspec magic" }));
        }
        let fold_case = has("icase");
        let pattern = if fold_case { pattern.to_lowercase() } else { pattern.to_owned() };
        Ok(Self { matcher: matcher(&pattern, has("glob"), has("literal"))?, fold_case, excludes: has("exclude") })
    }

    /// The folder that every match lies in.
    pub(crate) fn folder(&self) -> String {
        let start = match &self.matcher {
            _ if self.excludes || self.fold_case => return String::new(),
            Matcher::Everything | Matcher::Glob(_) => return String::new(),
            Matcher::Prefix(prefix) => prefix.clone(),
            Matcher::Wild(tokens) => literal_start(tokens),
        };
        start.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
    }

    /// Whether a tracked file matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let folded = self.fold_case.then(|| path.to_lowercase());
        let path = folded.as_deref().unwrap_or(path);
        let found = match &self.matcher {
            Matcher::Everything => true,
            Matcher::Prefix(prefix) => path.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Matcher::Wild(tokens) => matches(tokens, path),
            Matcher::Glob(glob) => glob.matches(path),
        };
        found != self.excludes
    }
}

/// The magic words before a pathspec, and the rest.
fn magic(text: &str) -> Result<(Vec<String>, &str), BadPattern> {
    let Some(after) = text.strip_prefix(':') else { return Ok((Vec::new(), text)) };
    if let Some(long) = after.strip_prefix('(') {
        let (words, rest) = long.split_once(')').ok_or(BadPattern("missing ')' at the end of pathspec magic"))?;
        return Ok((words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(), rest));
    }
    let rest = after.trim_start_matches(['/', '!', '^']);
    let signs = after.get(..after.len() - rest.len()).unwrap_or_default();
    let words = signs.chars().map(|sign| if sign == '/' { "top" } else { "exclude" }.to_owned()).collect();
    Ok((words, rest.strip_prefix(':').unwrap_or(rest)))
}

fn matcher(pattern: &str, glob: bool, literal: bool) -> Result<Matcher, BadPattern> {
    if pattern.starts_with('/') || leaves(pattern) {
        return Err(BadPattern("the pathspec is outside of the repository"));
    }
    let clean = clean(pattern);
    if clean.is_empty() {
        return if pattern.is_empty() { Err(BadPattern("the empty string is not a valid pathspec")) } else { Ok(Matcher::Everything) };
    }
    if literal || !clean.contains(['*', '?', '[', '\\']) {
        return Ok(Matcher::Prefix(clean));
    }
    if glob {
        return Doublestar::without_braces(&clean).map(Matcher::Glob);
    }
    wild(&clean).map(Matcher::Wild)
}

fn leaves(pattern: &str) -> bool {
    let mut depth = 0_i64;
    for part in pattern.split('/') {
        match part {
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

fn wild(pattern: &str) -> Result<Vec<Token>, BadPattern> {
    let syntax = ClassSyntax { negations: &['^', '!'], slash: Slash::Crossed };
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' => Token::Many(Slash::Crossed),
            '?' => Token::One(Slash::Crossed),
            '[' => class(&mut rest, syntax)?,
            '\\' => Token::Char(rest.next().unwrap_or('\\')),
            other => Token::Char(other),
        });
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::Pathspec;
    use crate::pattern::{Doublestar, GoPath, Gobwas};

    fn pathspec(pattern: &str, path: &str) -> bool {
        let pathspec = Pathspec::new(pattern).unwrap();
        let found = pathspec.matches(path);
        assert!(!found || path.starts_with(&pathspec.folder()));
        found
    }

    #[test]
    fn pathspecs_cross_separators() {
        assert!(pathspec("apps/*/config.json", "apps/a/b/config.json"));
        assert!(!pathspec("apps/**/config.json", "apps/config.json"));
        assert!(pathspec("apps", "apps/a/x") && pathspec("apps/", "apps/a/x") && !pathspec("apps", "appsx"));
        assert!(!pathspec("apps/{a,c}/*", "apps/a/x"));
        assert!(pathspec("a*b*c", "axbxbyc") && !pathspec("a*b*c", "axbxby") && pathspec("*", "") && pathspec("a*", "a"));
        assert!(!pathspec(&"*a".repeat(30), &"a".repeat(29)) && pathspec(&"*a".repeat(30), &"a".repeat(60)));
        assert!(pathspec(":(glob)apps/**/x", "apps/x") && !pathspec(":(glob)apps/*", "apps/a/x"));
        assert!(Pathspec::new("/apps/x").is_err() && Pathspec::new("../x").is_err());
    }

    #[test]
    fn each_language_has_its_own_stars() {
        assert!(GoPath::new("apps/**").unwrap().matches("apps/a") && !GoPath::new("apps/**").unwrap().matches("apps/a/b"));
        assert!(GoPath::new("*").unwrap().matches(".hidden") && GoPath::new("[").is_err());
        assert!(Gobwas::new("{a,b}*").unwrap().matches("b/c") && !Gobwas::new("[!x]").unwrap().matches("x"));
        assert!(Doublestar::new("apps/**/config.json").unwrap().matches("apps/config.json"));
        assert!(!Doublestar::new("apps/*/config.json").unwrap().matches("apps/a/b/config.json"));
        assert!(Gobwas::new(&"{a,b}".repeat(40)).is_err());
    }
}
