//! .helmignore: which files of a folder are not part of the chart.

use crate::pattern::{BadPattern, FilePattern};

/// The rules of one chart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    /// None where what is left without the marks at its ends can't be read: it matches nothing.
    pattern: Option<FilePattern>,
    negated: bool,
    folders_only: bool,
    anywhere: bool,
}

impl Rules {
    /// Reads the text of .helmignore; the rule that every chart has comes last.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut rules = Self::default();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        text.split('\n').try_for_each(|line| rules.add(line.trim()))?;
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, rule: &str) -> Result<(), String> {
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported".to_owned());
        }
        FilePattern::new(rule).map_err(|BadPattern| "syntax error in pattern".to_owned())?;
        let (negated, rule) = rule.strip_prefix('!').map_or((false, rule), |rest| (true, rest));
        let (folders_only, rule) = rule.strip_suffix('/').map_or((false, rule), |rest| (true, rest));
        let anywhere = !rule.contains('/');
        let pattern = FilePattern::new(rule.strip_prefix('/').unwrap_or(rule)).ok();
        self.rules.push(Rule { pattern, negated, folders_only, anywhere });
        Ok(())
    }

    /// Whether a path is ignored: the first rule that says so wins, and a negated one says so of whatever it does not match.
    pub(crate) fn ignores(&self, path: &str, is_folder: bool) -> bool {
        self.rules.iter().any(|rule| {
            let wrong_kind = rule.folders_only && !is_folder;
            if rule.negated {
                return wrong_kind || !rule.matches(path);
            }
            !wrong_kind && rule.matches(path)
        })
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let subject = if self.anywhere { path.rsplit('/').next().unwrap_or(path) } else { path };
        self.pattern.as_ref().is_some_and(|pattern| pattern.matches(subject))
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn rules_apply_as_helm_applies_them() {
        let rules = Rules::read("# comment\n*.tmp\n/top.txt\nci/\nsub/file\n").unwrap();
        let cases = [
            ("a.tmp", false, true),
            ("deep/down/a.tmp", false, true),
            ("top.txt", false, true),
            ("deep/top.txt", false, false),
            ("ci", true, true),
            ("ci", false, false),
            ("sub/file", false, true),
            ("x/sub/file", false, false),
            ("templates/.hidden", false, true),
            ("templates/shown", false, false),
        ];
        for (path, is_folder, expected) in cases {
            assert_eq!(rules.ignores(path, is_folder), expected, "{path}");
        }
    }

    #[test]
    fn a_negated_rule_ignores_whatever_it_does_not_match() {
        let rules = Rules::read("!*.yaml").unwrap();
        assert!(rules.ignores("README.md", false));
        assert!(!rules.ignores("values.yaml", false));
    }

    #[test]
    fn two_stars_are_refused() {
        assert_eq!(Rules::read("**/x").unwrap_err(), "double-star (**) syntax is not supported");
    }
}
