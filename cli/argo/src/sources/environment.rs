//! The variables that Argo CD fills into parameters and paths of values files.

use std::collections::BTreeMap;

/// The variables of one source.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// The same with a variable.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    /// Fills variables in as Go's `os.Expand` does: what is unknown becomes nothing, `$$` becomes `$`.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            made.push_str(before);
            let (name, length) = name(after);
            match name {
                Some("$") => made.push('$'),
                Some(name) => made.push_str(self.0.get(name).map_or("", String::as_str)),
                None if length == 0 => made.push('$'),
                None => {}
            }
            rest = after.get(length..).unwrap_or_default();
        }
        made.push_str(rest);
        made
    }
}

/// The name after a `$`, and how many bytes it takes; bad syntax takes bytes but has no name.
fn name(after: &str) -> (Option<&str>, usize) {
    let special = |c: char| matches!(c, '*' | '#' | '$' | '@' | '!' | '?' | '-' | '0'..='9');
    let word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let Some(first) = after.chars().next() else { return (None, 0) };
    if first == '{' {
        let inner = after.get(1..).unwrap_or_default();
        if inner.starts_with(special) && inner.get(1..2) == Some("}") {
            return (inner.get(..1), 3);
        }
        return match inner.find('}') {
            Some(0) => (None, 2),
            Some(end) => (inner.get(..end), end + 2),
            None => (None, 1),
        };
    }
    if special(first) {
        return (after.get(..1), 1);
    }
    let length = after.find(|c: char| !word(c)).unwrap_or(after.len());
    (after.get(..length).filter(|name| !name.is_empty()), length)
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn variables_are_filled_in_as_in_go() {
        let environment = Environment::default().with("ARGOCD_APP_NAME", "a");
        let fill = |text: &str| environment.fill(text);
        assert_eq!(fill("$ARGOCD_APP_NAME-${ARGOCD_APP_NAME}/$OTHER."), "a-a/.");
        assert_eq!(fill("$$ $1x $(y) ${} ${z $"), "$ x $(y)  z $");
    }
}
