//! Breaking the glass: a member of an emergency group gets past the rules, with a reason and an end that stand in the object.

use super::review::Review;
use crate::{Date, config::BreakGlass};

/// The annotation that says why.
pub(super) const REASON: &str = "portcullis.dev/break-glass-reason";
/// The annotation that says until when, as `2026-01-31T12:00:00Z`.
pub(super) const UNTIL: &str = "portcullis.dev/break-glass-until";

const HOUR: u64 = 3600;

/// What a request says of an emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Emergency {
    /// Nothing.
    None,
    /// It may pass, for this reason.
    Granted(String),
    /// It may not, for this reason.
    Refused(String),
}

impl Emergency {
    /// Judges a request at a time, in seconds after the start of 1970.
    pub(super) fn of(review: &Review, allowed: Option<&BreakGlass>, seconds: u64) -> Self {
        let (reason, until) = (review.annotation(REASON), review.annotation(UNTIL));
        if reason.is_none() && until.is_none() {
            return Self::None;
        }
        let refused = |why: &str| Self::Refused(why.to_owned());
        let Some(allowed) = allowed else { return refused("the configuration lets nobody break the glass") };
        if !review.user.groups.iter().any(|group| allowed.groups.iter().any(|known| known.value == *group)) {
            return refused("the user is in none of the groups that may break the glass");
        }
        let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
            return Self::Refused(format!("annotation {REASON} gives no reason"));
        };
        let Some(end) = until.and_then(instant) else {
            return Self::Refused(format!("annotation {UNTIL} is no time such as 2026-01-31T12:00:00Z"));
        };
        if end <= seconds {
            return Self::Refused(format!("the emergency of annotation {UNTIL} is over"));
        }
        if end - seconds > u64::from(allowed.hours) * HOUR {
            return Self::Refused(format!("the emergency of annotation {UNTIL} lasts longer than {} hours", allowed.hours));
        }
        Self::Granted(reason.to_owned())
    }
}

/// The seconds after the start of 1970 of a time as RFC 3339 writes it in UTC.
fn instant(text: &str) -> Option<u64> {
    let (day, rest) = text.split_once('T')?;
    let clock = rest.strip_suffix('Z')?;
    let mut parts = clock
        .split(':')
        .map(|part| Some(part).filter(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let days = Date::parse(day)?.days_after(Date::from_unix_seconds(0));
    Some(u64::try_from(days).ok()? * 24 * HOUR + hours * HOUR + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn reads_times_in_utc() {
        assert_eq!(instant("1970-01-02T01:02:03Z"), Some(86_400 + 3_723));
        for text in ["1970-01-02", "1970-01-02T01:02:03", "1970-01-02T24:00:00Z", "1970-01-02T1:00:00Z", "1970-01-02T01:02:03:04Z", ""] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
