//! Versions and ranges of them, as Helm compares them.

use portcullis_gotemplate::semver::{Range, Version};

/// Whether a text is a version.
pub(crate) fn is_version(text: &str) -> bool {
    Version::new(text).is_ok()
}

/// Whether a version lies in a range; never where either of them can't be read.
pub(crate) fn fits(range: &str, version: &str) -> bool {
    match (Range::new(range), Version::new(version)) {
        (Ok(range), Ok(version)) => range.contains(&version),
        (Ok(_) | Err(_), _) => false,
    }
}
