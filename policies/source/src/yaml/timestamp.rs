//! Which texts go-yaml takes for timestamps: four layouts of Go's `time.Parse`.

/// Whether a text is a timestamp.
pub(super) fn is_timestamp(text: &str) -> bool {
    let year = text.bytes().take_while(u8::is_ascii_digit).count();
    if year != 4 || text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    parse(text).is_some()
}

fn parse(text: &str) -> Option<()> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.digits(4, 4)?;
    rest.literal(b'-')?;
    let month = rest.digits(1, 2).filter(|month| (1..=12).contains(month))?;
    rest.literal(b'-')?;
    let day = rest.digits(1, 2).filter(|&day| day >= 1 && day <= days(year, month))?;
    let _ = day;
    match rest.0 {
        [] => return Some(()),
        [b'T' | b't', ..] => {
            rest.skip(1);
            rest.time()?;
            rest.zone()?;
        }
        [b' ', ..] => {
            let spaces = rest.0.iter().take_while(|&&byte| byte == b' ').count();
            rest.skip(spaces);
            rest.time()?;
        }
        _ => return None,
    }
    rest.0.is_empty().then_some(())
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn skip(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    fn literal(&mut self, byte: u8) -> Option<()> {
        (self.0.first() == Some(&byte)).then(|| self.skip(1))
    }

    /// A number of so many digits, as many as there are.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let value = self.0.iter().take(count).fold(0, |value, &byte| value * 10 + u32::from(byte - b'0'));
        self.skip(count);
        Some(value)
    }

    fn time(&mut self) -> Option<()> {
        self.digits(1, 2).filter(|&hour| hour < 24)?;
        self.literal(b':')?;
        self.digits(1, 2).filter(|&minute| minute < 60)?;
        self.literal(b':')?;
        self.digits(1, 2).filter(|&second| second < 60)?;
        if let [b'.' | b',', b'0'..=b'9', ..] = self.0 {
            self.skip(1);
            let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.skip(digits);
        }
        Some(())
    }

    fn zone(&mut self) -> Option<()> {
        if self.literal(b'Z').is_some() {
            return Some(());
        }
        self.literal(b'+').or_else(|| self.literal(b'-'))?;
        self.digits(2, 2).filter(|&hour| hour <= 24)?;
        self.literal(b':')?;
        self.digits(2, 2).filter(|&minute| minute <= 60)?;
        Some(())
    }
}
