//! The name of a bundle in a registry: host, path and digest, since a tag may name something else tomorrow.

use std::fmt;

/// The longest name of a bundle.
const MAX_REFERENCE: usize = 512;

/// The digits of a SHA-256.
const DIGITS: usize = 64;

/// How many digits tell people one bundle from another.
const SHORT: usize = 12;

/// What a digest starts with.
const SHA256: &str = "sha256:";

/// Registry, path and digest of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The host of the registry, with its port.
    pub host: String,
    /// The path in the registry.
    pub path: String,
    /// SHA-256 of the manifest, as 64 digits.
    pub sha256: String,
}

/// Why a text names no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} {fact}")]
pub struct ReferenceError {
    text: String,
    fact: String,
    /// What to do about it.
    pub hint: String,
}

impl Reference {
    /// Reads `HOST/PATH@sha256:DIGEST`; a tag before the digest says nothing.
    ///
    /// # Errors
    /// It has no digest, or is no name that a registry could have.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let wrong = |fact: &str, hint: &str| ReferenceError { text: clipped(text), fact: fact.to_owned(), hint: hint.to_owned() };
        if text.len() > MAX_REFERENCE {
            return Err(wrong(&format!("is longer than {MAX_REFERENCE} bytes"), FORM));
        }
        if text.contains("://") {
            return Err(wrong("starts with a scheme", FORM));
        }
        let Some((name, digest)) = text.split_once('@') else {
            let hint =
                format!("a tag may name something else tomorrow: write @{SHA256}…, which `crane digest {text}` and the push itself print");
            return Err(wrong("has no digest", &hint));
        };
        let Some(digits) = digest.strip_prefix(SHA256) else {
            return Err(wrong("has a digest that is no SHA-256", "write @sha256: and the 64 digits that `crane digest` prints"));
        };
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')) {
            return Err(wrong("has a digest that is no SHA-256", "write all 64 digits that `crane digest` prints, in lower case"));
        }
        let Some((host, path)) = name.split_once('/') else { return Err(wrong("names no path in a registry", FORM)) };
        let path = path.rsplit_once(':').map_or(path, |(path, _)| path);
        if !is_host(host) {
            return Err(wrong("names no registry", "begin with the host of the registry, also where it is docker.io"));
        }
        if path.is_empty() || !path.split('/').all(is_part) {
            return Err(wrong("has a path that no registry has", "a path is lowercase words of letters and digits, joined by . _ - and /"));
        }
        Ok(Self { host: host.to_owned(), path: path.to_owned(), sha256: digits.to_owned() })
    }

    /// Host and path, without the digest.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.host, self.path)
    }

    /// The name as reports have it: enough of the digest to tell one bundle from another.
    #[must_use]
    pub fn shown(&self) -> String {
        let short = self.sha256.get(..SHORT).unwrap_or(&self.sha256);
        format!("{}/{}@{SHA256}{short}", self.host, self.path)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}@{SHA256}{}", self.host, self.path, self.sha256)
    }
}

/// How a bundle is named.
const FORM: &str = "write it as HOST/PATH@sha256:DIGEST, such as registry.example.com/team/rules@sha256:…";

/// How much of a text that is no name is shown.
const SHOWN: usize = 120;

fn clipped(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() { start + "…" } else { start }
}

/// Whether a text is a host, with or without a port: one word alone is a path of Docker's registry, which is not guessed.
fn is_host(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("[::1]") {
        return rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
    }
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.split('.').all(is_label) && port.is_none_or(is_port) && (name.contains('.') || port.is_some() || name == "localhost")
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a part of a path, as the distribution specification has it.
fn is_part(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.into_iter().all(|end| end.is_some_and(is_word)) && text.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::Reference;

    const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn names_are_read() {
        for name in ["registry.example.com/team/rules", "localhost:5000/rules", "127.0.0.1:5000/a/b-c", "[::1]:5000/a", "docker.io/a/b__c"]
        {
            let reference = Reference::parse(&format!("{name}@sha256:{DIGEST}")).unwrap();
            assert_eq!((reference.name(), reference.sha256.as_str()), (name.to_owned(), DIGEST));
            assert_eq!(reference.to_string(), format!("{name}@sha256:{DIGEST}"));
        }
        let tagged = Reference::parse(&format!("localhost:5000/rules:1.0@sha256:{DIGEST}")).unwrap();
        assert_eq!(tagged.shown(), "localhost:5000/rules@sha256:0123456789ab");
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_name() {
        let names = [
            "",
            "/",
            "rules",
            "team/rules",
            "example.com/",
            "example.com/../x",
            "example.com/a//b",
            "example.com/A",
            "example.com/a?b",
            "user@example.com/a",
            "exa mple.com/a",
            "example.com:99999/a",
            "example.com:/a",
            "-a.com/b",
            "example.com/a%2f",
            "a..b/c",
            "example.com/-a",
        ];
        for name in names {
            assert!(Reference::parse(&format!("{name}@sha256:{DIGEST}")).is_err(), "{name}");
        }
        for digest in ["sha256:", "sha512:00", "sha256:0123", &format!("sha256:{}", DIGEST.to_uppercase()), &format!("sha256:{DIGEST}0")] {
            assert!(Reference::parse(&format!("example.com/a@{digest}")).is_err(), "{digest}");
        }
        assert!(Reference::parse(&format!("oci://example.com/a@sha256:{DIGEST}")).unwrap_err().hint.contains("HOST/PATH@sha256:"));
        assert!(Reference::parse("example.com/a:1.0").unwrap_err().hint.contains("`crane digest example.com/a:1.0`"));
        assert!(Reference::parse(&format!("example.com/{}@sha256:{DIGEST}", "a".repeat(600))).is_err());
    }
}
