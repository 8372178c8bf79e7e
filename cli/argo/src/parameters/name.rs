//! Names made fit for DNS.

/// The longest name of a Kubernetes object.
const MAX_NAME_BYTES: usize = 253;

/// Lowercase, everything but letters, digits, `-` and `.` replaced by `-`, cut, and trimmed of `-` and `.`.
pub(crate) fn normalize(name: &str) -> String {
    let keep = |character: char| if matches!(character, '-' | '.' | 'a'..='z' | '0'..='9') { character } else { '-' };
    let mut clean: String = name.to_lowercase().chars().map(keep).collect();
    clean.truncate(MAX_NAME_BYTES);
    clean.trim_matches(['-', '.']).to_owned()
}
