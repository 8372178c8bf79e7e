//! Schedules of CronJobs, as the library of the API server reads them (robfig/cron, `ParseStandard`): five fields, or a word such as `@daily`.

use std::ops::RangeInclusive;

/// The words that stand for a schedule; `@every` also has a duration.
const WORDS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One field: what it is called, which numbers it has, and the names of these, the first for the least of them.
struct Field {
    called: &'static str,
    numbers: RangeInclusive<u32>,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { called: "minutes", numbers: 0..=59, names: &[] },
    Field { called: "hours", numbers: 0..=23, names: &[] },
    Field { called: "days of the month", numbers: 1..=31, names: &[] },
    Field { called: "months", numbers: 1..=12, names: &MONTHS },
    Field { called: "days of the week", numbers: 0..=6, names: &DAYS },
];

/// Why a text is no schedule; nothing for what only the server can tell, a time zone in it or a duration.
pub(super) fn fault(text: &str) -> Option<String> {
    if text.contains("TZ") || text.starts_with("@every ") {
        return None;
    }
    if text.starts_with('@') {
        let words = WORDS.join(", ");
        return (!WORDS.contains(&text)).then(|| format!("is {text:?}, none of {words} and @every with a duration"));
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(format!("is {text:?}, which has {} fields, not {}", parts.len(), FIELDS.len()));
    }
    parts.iter().zip(&FIELDS).find_map(|(part, field)| {
        let wrong = part.split(',').filter(|item| !item.is_empty()).find(|item| !field.takes(item))?;
        let Field { called, numbers, .. } = field;
        Some(format!("is {text:?}: {wrong} is none of the {called}, {} to {}", numbers.start(), numbers.end()))
    })
}

impl Field {
    /// Whether an item of the field's list is one: a star, a number or a range, perhaps with a step.
    fn takes(&self, item: &str) -> bool {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
            return false;
        }
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        // What follows a star is not looked at.
        if matches!(from, "*" | "?") {
            return true;
        }
        let is_within = |number: &u32| self.numbers.contains(number);
        self.number(from).filter(is_within).zip(self.number(to).filter(is_within)).is_some_and(|(from, to)| from <= to)
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().zip(self.numbers.clone()).find(|(name, _)| name.eq_ignore_ascii_case(text));
        named.map(|(_, number)| number).or_else(|| text.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    /// What `ParseStandard` of robfig/cron v3.0.1 said of each.
    #[test]
    fn schedules_are_told_from_what_is_none() {
        for good in [
            "*/5 * * * *",
            "0 2 * * mon-fri",
            "0 0 1,15 JAN-jun 0",
            "@daily",
            "@every 1h30m",
            "5-10/2 ? * * ?",
            "0 22 * * 6,",
            "*-5 * * * *",
            "5/3 * * * *",
            "+5 * * * *",
            "05 * * * *",
            "0 0 31 feb sun-sat",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "10-5 * * * *",
            "x * * * *",
            "@often",
            "1--2 * * * *",
            "5/ * * * *",
            "1/2/3 * * * *",
            "-1 * * * *",
            "mon * * * *",
            "@every",
            "@Daily",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
