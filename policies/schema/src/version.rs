//! Minor versions of Kubernetes, which is as much as decides what an API server serves.

use std::fmt;

/// A minor version of Kubernetes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor(pub u16);

impl Minor {
    /// Reads `1.33`, `v1.33.2`, `1.33.2-eks-1234`; no other major version is known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let rest = text.strip_prefix("1.")?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok().map(Self)
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Minor;

    #[test]
    fn reads_versions_as_people_write_them() {
        for text in ["1.33", "v1.33.2", "1.33.2-eks-4096722", " 1.33+"] {
            assert_eq!(Minor::parse(text), Some(Minor(33)), "{text}");
        }
        for text in ["", "1", "2.33", "1.x", "stable"] {
            assert_eq!(Minor::parse(text), None, "{text}");
        }
    }
}
