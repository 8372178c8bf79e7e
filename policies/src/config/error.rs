//! What is wrong with a configuration file, where, and what was probably meant.

use portcullis_source::Span;

/// One error of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The thing and the fact, lowercase, without a full stop.
    pub message: String,
    /// Where; nothing where the fault is not in the file's text.
    pub span: Option<Span>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The candidate that a misspelt word was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let distances = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    distances.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// How many characters must change, case aside, to make one word of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&right) {
            let changed = diagonal + usize::from(from != *to);
            diagonal = *cell;
            before = changed.min(diagonal + 1).min(before + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn measures_words() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("Zones", "zones"), 0);
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(nearest("enviroments", ["environments", "exclude"]), Some("environments"));
        assert_eq!(nearest("clusterz", ["clusters", "rules"]), Some("clusters"));
        assert_eq!(nearest("banana", ["clusters", "rules"]), None);
    }
}
