//! How long an API server waits, as it says in the query of its requests.

use std::time::Duration;

/// What API servers wait where they do not say.
const DEFAULT: Duration = Duration::from_secs(10);

/// The longest that API servers wait.
const LONGEST: Duration = Duration::from_secs(30);

/// The time for an answer: six tenths of what the API server waits, since the way there and back, and a queue, take their share.
pub(crate) fn budget(query: Option<&str>) -> Duration {
    let given = query.into_iter().flat_map(|query| query.split('&')).find_map(|part| part.strip_prefix("timeout="));
    given.and_then(duration).unwrap_or(DEFAULT).min(LONGEST) * 6 / 10
}

/// A duration as Go prints it, such as `1m30s` or `500ms`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, tail) = rest.split_at(end);
        let units = [("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
        let (unit, seconds) = units.into_iter().find(|(unit, _)| tail.starts_with(unit))?;
        total += number.parse::<f64>().ok()? * seconds;
        rest = tail.get(unit.len()..)?;
    }
    (total > 0.0).then(|| Duration::try_from_secs_f64(total).ok())?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{budget, duration};

    #[test]
    fn reads_durations_of_go() {
        for (text, milliseconds) in [("10s", 10_000), ("500ms", 500), ("1m30s", 90_000), ("1.5s", 1_500), ("1h0m0s", 3_600_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "10", "-1s", "1d", "0s", "1s ", "1e9s", "99999999999999999999h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn leaves_a_margin_and_has_bounds() {
        assert_eq!(budget(Some("timeout=5s")), Duration::from_secs(3));
        assert_eq!(budget(Some("a=b&timeout=10h")), Duration::from_secs(18));
        assert_eq!(budget(Some("timeout=x")), Duration::from_secs(6));
        assert_eq!(budget(None), Duration::from_secs(6));
    }
}
