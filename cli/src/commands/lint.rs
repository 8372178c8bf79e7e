//! `portcullis lint`: everything that is found, in every format that is asked for.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use portcullis_policies::{Level, Library, waiver::Coverage};
use portcullis_source::Sources;

use super::{Done, Exit, Outcome};
use crate::{
    args::{self, Format},
    error::{BROKEN_BUILD, Error},
    pipeline,
    report::{self, Report, Style},
    select,
    settings::{Settings, Surroundings, today},
};

/// Checks and reports.
pub(crate) fn run(arguments: &args::Lint, surroundings: &Surroundings) -> Outcome {
    let settings = Settings::open(&arguments.scope, surroundings)?;
    if arguments.as_admission {
        return super::admission::run(&settings, today(arguments.today.as_deref(), surroundings)?);
    }
    let library = library(&arguments.rule)?;
    // With some rules only, nobody knows which waivers the others would use.
    let coverage = if arguments.rule.is_empty() { Coverage::Whole } else { Coverage::Part };
    let report = pipeline::lint(&settings, &library, today(arguments.today.as_deref(), surroundings)?, coverage)?;
    let mut done = Done { code: exit(&report), notes: notes(&report), ..Done::default() };
    write_all(&report, (&arguments.format, &arguments.output), settings.revision.sources(), surroundings, &mut done)?;
    Ok(done)
}

/// Writes a report in every format that is asked for, each to its own place.
pub(super) fn write_all(
    report: &Report,
    (formats, outputs): (&[Format], &[PathBuf]),
    sources: &Sources,
    surroundings: &Surroundings,
    done: &mut Done,
) -> Result<(), Error> {
    let formats = if formats.is_empty() { &[Format::Human][..] } else { formats };
    if outputs.len() > formats.len() {
        return Err(Error::usage(
            "there are more --output than --format",
            "each --output takes the --format at its place: -f json -o report.json",
        ));
    }
    for (index, format) in formats.iter().enumerate() {
        match outputs.get(index).filter(|path| path.as_os_str() != "-") {
            Some(path) => write(&surroundings.directory.join(path), &print(report, *format, sources, Style::Plain))?,
            None => {
                let style = if surroundings.coloured { Style::Coloured } else { Style::Plain };
                done.output.extend(print(report, *format, sources, style).into_bytes());
            }
        }
    }
    Ok(())
}

pub(super) fn library(rules: &[String]) -> Result<Library, Error> {
    let library = Library::embedded().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))?;
    if rules.is_empty() {
        return Ok(library);
    }
    let ids: Vec<&str> = rules.iter().map(String::as_str).collect();
    library.only(&ids).map_err(|error| Error::Usage { message: error.to_string(), hint: "`portcullis rule` lists all rules".to_owned() })
}

fn print(report: &Report, format: Format, sources: &Sources, style: Style) -> String {
    match format {
        Format::Human => report::human(report, sources, style),
        Format::Json => report::json(report),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let written = std::fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::usage(format!("{} cannot be written: {error}", path.display()), "name a file in a folder that exists"))
}

/// What is said beside the report: that there is nothing to check, and which paths reach nothing.
fn notes(report: &Report) -> String {
    match &report.nothing {
        Some(nothing) => format!("note: {nothing}\n"),
        None => select::note(&report.unreached),
    }
}

/// What could not be rendered or read outweighs findings, since nobody knows what else there is.
fn exit(report: &Report) -> Exit {
    let denied = report.findings.iter().any(|finding| finding.level == Level::Deny && finding.waived.is_none());
    match (report.problems.is_empty() && report.applications.not_rendered.is_empty(), denied) {
        (false, _) => Exit::Incomplete,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Clean,
    }
}
