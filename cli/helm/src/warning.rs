//! What Helm says on its standard error before it goes on: Helm 3 as a log of its source files, Helm 4 as structured records.

use portcullis_gotemplate::{
    format::{is_print, quote},
    funcs::Compat,
};

/// Something that Helm warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Warning {
    /// The chart says that it is deprecated.
    Deprecated,
    /// A hook of a kind that does not exist; the names as the annotation has them.
    UnknownHooks(String),
    /// A file that belongs to charts of the first version, at this line of Helm 3's loader.
    Misplaced(u32, &'static str),
    /// Values that do not fit together, at this line of Helm 3's coalescing.
    Values(u32, String),
    /// A condition's value that is no boolean.
    Condition {
        /// Where it was looked up.
        path: String,
        /// The dependency.
        chart: String,
    },
    /// A tag's value that is no boolean.
    Tag {
        /// The tag.
        tag: String,
        /// The dependency.
        chart: String,
    },
    /// An import that names no table; the dependency, where the import names a path of its own.
    Import {
        /// The dependency.
        chart: Option<String>,
        /// What is no table.
        missing: String,
    },
    /// What makes Helm 4 stop, which it says twice.
    Dependencies(String),
}

impl Warning {
    /// The line that Helm writes, without its end; none where this Helm says nothing.
    pub(crate) fn line(&self, compat: Compat) -> Option<String> {
        match compat {
            Compat::Helm3 => self.logged(),
            Compat::Helm4 => Some(self.recorded()),
        }
    }

    fn logged(&self) -> Option<String> {
        let not_bool = |line: u32, what: String| format!("dependencies.go:{line}: Warning: {what} returned non-bool value");
        Some(match self {
            Self::Deprecated => "WARNING: This chart is deprecated".to_owned(),
            Self::UnknownHooks(names) => format!("manifest_sorter.go:199: info: skipping unknown hook: {}", quoted(names)),
            Self::Misplaced(line, message) => format!("load.go:{line}: {message}"),
            Self::Values(line, message) => format!("coalesce.go:{line}: {message}"),
            Self::Condition { path, chart } => not_bool(64, format!("Condition path '{path}' for chart {chart}")),
            Self::Tag { tag, chart } => not_bool(95, format!("Tag '{tag}' for chart {chart}")),
            Self::Import { chart: None, missing } => {
                format!("dependencies.go:287: Warning: ImportValues missing table: {missing}")
            }
            Self::Import { chart: Some(chart), missing } => {
                format!("dependencies.go:270: Warning: ImportValues missing table from chart {chart}: {missing}")
            }
            Self::Dependencies(_) => return None,
        })
    }

    fn recorded(&self) -> String {
        match self {
            Self::Deprecated => record("WARN", "this chart is deprecated", &[]),
            Self::UnknownHooks(names) => record("INFO", "skipping unknown hooks", &[("hookTypes", names)]),
            Self::Misplaced(_, message) => record("INFO", message, &[]),
            Self::Values(_, message) => record("INFO", message, &[]),
            Self::Condition { path, chart } => record("WARN", "returned non-bool value", &[("path", path), ("chart", chart)]),
            Self::Tag { tag, chart } => record("WARN", "returned non-bool value", &[("tag", tag), ("chart", chart)]),
            Self::Import { chart: None, missing } => record("WARN", "ImportValues missing table", &[("error", missing)]),
            Self::Import { chart: Some(chart), missing } => {
                record("WARN", "ImportValues missing table from chart", &[("chart", chart), ("error", missing)])
            }
            Self::Dependencies(message) => record("ERROR", "chart dependencies processing failed", &[("error", message)]),
        }
    }
}

/// A record as Go's `slog` writes it as text.
fn record(level: &str, message: &str, more: &[(&str, &str)]) -> String {
    let mut line = format!("level={level} msg={}", attribute(message));
    for (key, value) in more {
        line.push_str(&format!(" {key}={}", attribute(value)));
    }
    line
}

/// A value in quotes, unless it is a word.
fn attribute(value: &str) -> String {
    let is_plain = |letter: char| match letter {
        ' ' | '=' | '"' => false,
        '\0'..='\x1f' | char::REPLACEMENT_CHARACTER => false,
        letter if letter.is_ascii() => true,
        letter => is_print(letter) && !letter.is_whitespace(),
    };
    if value.is_empty() || !value.chars().all(is_plain) { quoted(value) } else { value.to_owned() }
}

fn quoted(text: &str) -> String {
    String::from_utf8_lossy(&quote(text.as_bytes())).into_owned()
}
