//! Texts within the limits of Kubernetes and of the headers that carry them.

/// The longest warning that API servers pass on whole.
pub(super) const MAX_WARNING: usize = 256;

/// How much all warnings of a request may have together; other webhooks have a share in it.
pub(super) const MAX_WARNINGS: usize = 4096;

/// The longest message of a verdict.
pub(super) const MAX_MESSAGE: usize = 8 << 10;

/// The longest value of an audit annotation.
pub(super) const MAX_ANNOTATION: usize = 2 << 10;

/// What stands where a text was cut.
const CUT: &str = "…";

/// A text of at most so many bytes, cut between characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most.saturating_sub(CUT.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!("{}{CUT}", text.get(..end).unwrap_or_default())
}

/// A text that can stand on one line of a header or log: what would break the line or turn it around becomes a space.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|character| if is_unsafe(character) { ' ' } else { character }).collect()
}

/// Control characters, line and paragraph separators, and what changes the direction of text.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// As many warnings as fit together, each cut to size; where some do not fit, the last says how many.
pub(super) fn warnings(texts: &[String]) -> Vec<String> {
    let mut left = MAX_WARNINGS;
    let mut kept = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let text = cut(&plain(text), MAX_WARNING);
        let last = format!("portcullis: and {} more", texts.len() - index);
        let reserve = if index + 1 == texts.len() { 0 } else { last.len() };
        if text.len() + reserve > left {
            kept.push(last);
            return kept;
        }
        left -= text.len();
        kept.push(text);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{MAX_WARNING, MAX_WARNINGS, cut, plain, warnings};

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("äöü", 6), "äöü");
        assert_eq!(cut("äöüä", 7), "äö…");
        assert!(cut(&"€".repeat(1000), 100).len() <= 100);
    }

    #[test]
    fn lines_cannot_be_broken() {
        assert_eq!(plain("a\r\nWarning: 299\u{202E}b\u{2028}c\u{0}"), "a  Warning: 299 b c ");
    }

    #[test]
    fn warnings_stay_within_both_limits() {
        let many: Vec<String> = (0..100).map(|index| format!("{index} {}", "wörd ".repeat(80))).collect();
        let kept = warnings(&many);
        assert!(kept.iter().all(|text| text.len() <= MAX_WARNING));
        assert!(kept.iter().map(String::len).sum::<usize>() <= MAX_WARNINGS);
        assert_eq!(kept.last().unwrap(), &format!("portcullis: and {} more", 100 - (kept.len() - 1)));
        assert_eq!(warnings(&["one".to_owned()]), ["one"]);
    }
}
