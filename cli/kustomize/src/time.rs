//! Timestamps, which kustomize writes in another form than it reads.

/// The form in which a timestamp is written; none for what is no timestamp.
pub(crate) fn normal(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || !bytes.iter().take(4).all(u8::is_ascii_digit) {
        return None;
    }
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => text.split_at_checked(at)?,
        None => (text, ""),
    };
    let date = date_of(date)?;
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let spaced = rest.starts_with(' ');
    let clock = rest.trim_start_matches(['T', 't', ' ']);
    if !spaced && rest.len() != clock.len() + 1 {
        return None;
    }
    let (clock, zone) = match clock.find(['Z', '+', '-']) {
        _ if spaced => (clock, "Z"),
        Some(at) => clock.split_at_checked(at)?,
        None => return None,
    };
    Some(format!("{date}T{}{}", clock_of(clock)?, zone_of(zone)?))
}

/// One or two digits.
fn number(text: &str, most: u32) -> Option<u32> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten().filter(|&value| value <= most)
}

fn date_of(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-');
    let year: u32 = parts.next()?.parse().ok()?;
    let month = number(parts.next()?, 12).filter(|&month| month > 0)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day = number(parts.next()?, days).filter(|&day| day > 0)?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn clock_of(text: &str) -> Option<String> {
    let (whole, part) = text.split_once(['.', ',']).map_or((text, ""), |(whole, part)| (whole, part));
    if text.len() != whole.len() && (part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let mut parts = whole.split(':');
    let mut next = |most| number(parts.next()?, most);
    let (hour, minute, second) = (next(23)?, next(59)?, next(59)?);
    let part = part.get(..part.len().min(9)).unwrap_or(part).trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    parts.next().is_none().then(|| format!("{hour:02}:{minute:02}:{second:02}{point}{part}"))
}

fn zone_of(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("Z".to_owned());
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let fits = hours.len() == 2 && minutes.len() == 2 && number(hours, 24).is_some() && number(minutes, 60).is_some();
    fits.then(|| if matches!((hours, minutes), ("00", "00")) { "Z".to_owned() } else { text.to_owned() })
}
