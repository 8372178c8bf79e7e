//! What messages of commits end with, as `git interpret-trailers` reads it: `Change-Request: CHG0012345`.

use std::{collections::BTreeMap, sync::Arc};

/// How many values of one name are kept.
const MAX_VALUES: usize = 1_000;

/// The trailers of messages, by name in small letters.
pub(super) fn trailers(messages: &[String]) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut found: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (name, value) in messages.iter().flat_map(|message| of(message)) {
        let values = found.entry(Arc::from(name.to_lowercase())).or_default();
        let value: Arc<str> = Arc::from(value);
        if values.len() < MAX_VALUES && !values.contains(&value) {
            values.push(value);
        }
    }
    found
}

/// Those of the last paragraph, which is never the first.
fn of(message: &str) -> Vec<(&str, &str)> {
    let lines: Vec<&str> = message.trim_end().lines().map(str::trim_end).collect();
    let Some(blank) = lines.iter().rposition(|line| line.is_empty()) else { return Vec::new() };
    let last = lines.get(blank + 1..).unwrap_or_default();
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let pairs = last.iter().filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()));
    pairs.filter(|(name, value)| is_name(name) && !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::trailers;

    fn told(message: &str) -> String {
        trailers(&[message.to_owned()]).iter().map(|(name, values)| format!("{name}={} ", values.join("|"))).collect()
    }

    #[test]
    fn the_last_paragraph_has_them() {
        assert_eq!(
            told("Drop it\n\nWhy.\n\nChange-Request: CHG1 a.b\nchange-request: CHG2\nReviewed-by: me\n"),
            "change-request=CHG1 a.b|CHG2 reviewed-by=me "
        );
        assert_eq!(told("Change-Request: CHG1"), "", "a subject is none");
        assert_eq!(told("Drop it\n\nChange-Request: CHG1\n\nAnd so on."), "");
        assert_eq!(told("Drop it\r\n\r\nChange-Request: CHG1\r\n"), "change-request=CHG1 ");
        assert_eq!(told("Drop it\n\nno trailer: x\n: y\nA-B:\n"), "");
        assert_eq!(told(""), "");
    }
}
