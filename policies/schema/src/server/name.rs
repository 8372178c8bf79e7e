//! Names and labels, as API servers spell them.

/// Why a text is no DNS label; none where it is one.
pub(crate) fn label(text: &str) -> Option<String> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    word(text, 63, is_letter, |byte| byte == b'-').map(|reason| format!("{reason}: small letters, digits and -, no longer than 63"))
}

/// Why a text is no DNS subdomain.
pub(crate) fn subdomain(text: &str) -> Option<String> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_good = text.len() <= 253 && text.split('.').all(|part| word(part, 253, is_letter, |byte| byte == b'-').is_none());
    (!is_good).then(|| format!("is {text:?}, which is no name: small letters, digits, - and ., no longer than 253"))
}

/// Why a text is no segment of a path.
pub(crate) fn segment(text: &str) -> Option<String> {
    let is_bad = matches!(text, "." | "..") || text.contains(['/', '%']);
    is_bad.then(|| format!("is {text:?}, which is no name: it has / or %, or is . or .."))
}

/// Why a text is no key of a label or an annotation.
pub(crate) fn key(text: &str) -> Option<String> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let is_good = prefix.is_none_or(|prefix| subdomain(prefix).is_none() && !prefix.is_empty()) && !name.is_empty() && is_qualified(name);
    (!is_good)
        .then(|| "has a key that is none: letters, digits, -, _ and ., no longer than 63, after a DNS name and / if at all".to_owned())
}

/// Why a text is no key of a label, where it stands for itself.
pub(crate) fn label_key(text: &str) -> Option<String> {
    key(text).map(|_| format!("is {text:?}, which is no key of a label: letters, digits, -, _ and ., after a DNS name and / if at all"))
}

/// Why a text is no key of a ConfigMap or Secret.
pub(crate) fn file_key(text: &str) -> Option<String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let is_good = !text.is_empty() && text.len() <= 253 && text.chars().all(is_letter) && !text.starts_with("..") && text != ".";
    (!is_good).then(|| format!("is {text:?}, which is no key: letters, digits, -, _ and ."))
}

/// Why a text is no name of a port.
pub(crate) fn port(text: &str) -> Option<String> {
    let is_word =
        !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_good = is_word
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-');
    (!is_good).then(|| format!("is {text:?}, which is no name of a port: small letters, digits and -, no longer than 15"))
}

/// Why a text is no value of a label.
pub(crate) fn value(text: &str) -> Option<String> {
    if text.chars().count() > 63 {
        return Some(format!("is {} characters long, more than the 63 that a label may have", text.chars().count()));
    }
    let is_good = text.is_empty() || is_qualified(text);
    (!is_good).then(|| {
        format!("is {text:?}, which is no value of a label: letters, digits, -, _ and ., the first and the last a letter or digit")
    })
}

fn is_qualified(text: &str) -> bool {
    word(text, 63, |byte| byte.is_ascii_alphanumeric(), |byte| matches!(byte, b'-' | b'_' | b'.')).is_none()
}

fn word(text: &str, longest: usize, is_letter: impl Fn(u8) -> bool, is_inner: impl Fn(u8) -> bool) -> Option<String> {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().all(|byte| byte.is_some_and(|byte| is_letter(*byte)));
    let is_good = bytes.len() <= longest && ends && bytes.iter().all(|byte| is_letter(*byte) || is_inner(*byte));
    (!is_good).then(|| format!("is {text:?}, which is no name"))
}

#[cfg(test)]
mod tests {
    use super::{key, label, segment, subdomain, value};

    #[test]
    fn spells_names_as_api_servers_do() {
        assert_eq!(label("web-1"), None);
        assert_eq!(subdomain("web.example.com"), None);
        assert_eq!(segment("system:node"), None);
        for bad in ["", "Web", "-web", "web-", "web_1", "a.b"] {
            assert!(label(bad).is_some(), "{bad}");
        }
        for bad in ["", "a..b", "Web", "a.-b"] {
            assert!(subdomain(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn spells_labels_as_api_servers_do() {
        for good in ["app", "app.kubernetes.io/name", "a_b.C-d"] {
            assert_eq!(key(good), None, "{good}");
        }
        for bad in ["", "/app", "a/b/c", "App.io/", "a b", "Example.com/app"] {
            assert!(key(bad).is_some(), "{bad}");
        }
        assert_eq!(value(""), None);
        assert_eq!(value("v1.2_3"), None);
        assert!(value("1.0+build").is_some());
        assert!(value(&"a".repeat(64)).is_some());
    }
}
