//! What is known of a card from the payments before.

/// How far back history goes, in milliseconds.
pub const HOUR: i64 = 3_600_000;
/// How far back history goes at most, in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// Payments of a card before a moment: nothing of that very millisecond, and nothing that is just as old as the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct History {
    /// How many there were in the hour.
    pub count_1h: i64,
    /// Their sum in euros.
    pub sum_1h: f64,
    /// How many there were in the day.
    pub count_24h: i64,
    /// Their sum in euros.
    pub sum_24h: f64,
    /// When the last of the day was, in milliseconds after the start of 1970.
    pub last: Option<i64>,
}

impl History {
    /// Takes another payment in, as seen from the moment `now`.
    pub fn add(&mut self, now: i64, at: i64, euros: f64) {
        if at >= now || at <= now - DAY {
            return;
        }
        self.count_24h += 1;
        self.sum_24h += euros;
        self.last = self.last.max(Some(at));
        if at > now - HOUR {
            self.count_1h += 1;
            self.sum_1h += euros;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, History};

    #[test]
    fn windows_are_open_at_both_ends() {
        let mut history = History::default();
        let now = 10 * DAY;
        for at in [now, now - 1, now - HOUR + 1, now - HOUR, now - DAY + 1, now - DAY, now + 1] {
            history.add(now, at, 2.0);
        }
        assert_eq!(history, History { count_1h: 2, sum_1h: 4.0, count_24h: 4, sum_24h: 8.0, last: Some(now - 1) });
    }
}
