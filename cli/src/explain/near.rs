//! A misspelt name to the names that are there.

/// How many names are suggested.
const MAX_NAMES: usize = 3;

/// The longest names that are compared letter by letter.
const MAX_LENGTH: usize = 200;

/// The names that are nearest to a misspelt one, the nearest first; none where nothing is near.
pub(crate) fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let lower = wanted.to_lowercase();
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let known = name.to_lowercase();
            let distance = distance(&lower, &known);
            let is_part = wanted.len() > 2 && (known.ends_with(&format!(".{lower}")) || known.starts_with(&format!("{lower}-")));
            (is_part || distance <= allowed).then_some((if is_part { 0 } else { distance }, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name).take(MAX_NAMES).collect()
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().max(right.len()) > MAX_LENGTH {
        return usize::MAX;
    }
    let mut before: Vec<usize> = (0..=right.len()).collect();
    let mut earlier = before.clone();
    for (row, from) in left.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&before, column) + usize::from(from != to);
            let mut best = replaced.min(at(&before, column + 1) + 1).min(at(&now, column) + 1);
            let swapped = row > 0 && column > 0 && left.get(row - 1) == Some(to) && right.get(column - 1) == Some(from);
            if swapped {
                best = best.min(at(&earlier, column - 1) + 1);
            }
            now.push(best);
        }
        earlier = std::mem::replace(&mut before, now);
    }
    before.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{distance, near};

    #[test]
    fn counts_letters() {
        assert_eq!(distance("replicas", "replicas"), 0);
        assert_eq!(distance("replcias", "replicas"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn finds_misspelt_and_shortened_names() {
        let names = ["drainSeconds", "autoscaling.minReplicas", "image.tag"];
        assert_eq!(near("drainSecond", names.into_iter()), ["drainSeconds"]);
        assert_eq!(near("minReplicas", names.into_iter()), ["autoscaling.minReplicas"]);
        assert!(near("ingress", names.into_iter()).is_empty());
    }
}
