//! `portcullis audit verify`: whether a log of decisions is as it was written.

use portcullis_policies::admission::chain::{Audit, START};

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, Format},
    error::Error,
    settings::Surroundings,
};

/// Reads a log and says whether it is whole.
#[expect(clippy::disallowed_methods, reason = "the log lies outside of any repository and may be longer than memory")]
pub(crate) fn verify(arguments: &args::Verify, surroundings: &Surroundings) -> Outcome {
    let path = surroundings.directory.join(&arguments.file);
    let unreadable = |error: std::io::Error| {
        Error::usage(
            format!("{} cannot be read: {error}", arguments.file.display()),
            "name the file that the webhook's --decision-log names",
        )
    };
    let file = std::fs::File::open(&path).map_err(unreadable)?;
    let start = arguments.start.as_deref().unwrap_or(START);
    let mut audit = Audit::read_after(start, std::io::BufReader::new(file)).map_err(unreadable)?;
    if let (None, Some((1, reason))) = (&arguments.start, &mut audit.broken)
        && reason.starts_with("it follows ")
    {
        reason.push_str("; the beginning was cut off, or --start must name the hash of the line before it");
    }
    if let (None, Some(end)) = (&audit.broken, &arguments.end)
        && *end != audit.end.hash
    {
        audit.broken = Some((audit.lines + 1, format!("the log ends with {}, not {end}", audit.end.hash)));
    }
    let code = if audit.broken.is_some() { Exit::Findings } else { Exit::Clean };
    let output = match arguments.format {
        Format::Json => format!("{:#}\n", audit.as_json()),
        Format::Human => human(&audit, &arguments.file.display().to_string()),
    };
    Ok(Done { output: output.into_bytes(), code, ..Done::default() })
}

fn human(audit: &Audit, name: &str) -> String {
    let lost = match audit.lost {
        0 => String::new(),
        count => format!("; the log says itself that {count} records were lost"),
    };
    match &audit.broken {
        None => format!("{name}: {} records, whole{lost}\nends with {}\n", audit.lines, audit.end.hash),
        Some((line, reason)) => format!("{name}:{line}: {reason}\n{} records before it are whole{lost}\n", audit.lines),
    }
}
