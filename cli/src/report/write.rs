//! One run in every format that is asked for, each to its own file or to standard output.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use portcullis_policies::Library;
use portcullis_source::Sources;

use super::{Report, Style, github, gitlab, html, human, json, junit, markdown, sarif};
use crate::{
    args::{ReportFormat, Reporting},
    error::Error,
    settings::Surroundings,
};

/// What every format is made from.
#[derive(Clone, Copy)]
pub(crate) struct Material<'a> {
    /// What was found.
    pub(crate) report: &'a Report,
    /// The rules that were asked.
    pub(crate) library: &'a Library,
    /// The files that were read, of both sides where two are compared.
    pub(crate) sources: &'a Sources,
}

/// A report in every format that is asked for.
#[derive(Debug)]
pub(crate) struct Prints {
    /// For standard output.
    pub(crate) output: String,
    /// Files and what is written into them.
    pub(crate) files: Vec<(PathBuf, String)>,
}

impl Prints {
    /// Writes the files, and gives what is for standard output.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn write(self) -> Result<Vec<u8>, Error> {
        self.files.iter().try_for_each(|(path, text)| to_file(path, text))?;
        Ok(self.output.into_bytes())
    }
}

/// Prints and writes the files, and gives what is for standard output.
pub(crate) fn write(material: &Material<'_>, reporting: &Reporting, surroundings: &Surroundings) -> Result<Vec<u8>, Error> {
    prints(material, reporting, surroundings)?.write()
}

/// Prints everything that is asked for.
pub(crate) fn prints(material: &Material<'_>, reporting: &Reporting, surroundings: &Surroundings) -> Result<Prints, Error> {
    let formats = if reporting.format.is_empty() { &[ReportFormat::Human][..] } else { &reporting.format };
    if reporting.output.len() > formats.len() {
        return Err(Error::usage(
            "there are more --output than --format",
            "each --output takes the --format at its place: -f json -o report.json",
        ));
    }
    let mut prints = Prints { output: String::new(), files: Vec::new() };
    for (index, format) in formats.iter().enumerate() {
        match reporting.output.get(index).filter(|path| path.as_os_str() != "-") {
            Some(path) => prints.files.push((surroundings.directory.join(path), print(material, *format, Style::Plain))),
            None => {
                let style = if surroundings.coloured { Style::Coloured } else { Style::Plain };
                let printed = print(material, *format, style);
                // A long report is not copied for nothing.
                if prints.output.is_empty() {
                    prints.output = printed;
                } else {
                    prints.output.push_str(&printed);
                }
            }
        }
    }
    Ok(prints)
}

fn print(material: &Material<'_>, format: ReportFormat, style: Style) -> String {
    match format {
        ReportFormat::Human => human(material.report, material.sources, style),
        ReportFormat::Json => json(material.report),
        ReportFormat::Sarif => sarif::sarif(material, sarif::Waived::Suppressed),
        ReportFormat::CodeScanning => sarif::sarif(material, sarif::Waived::LeftOut),
        ReportFormat::Github => github::github(material.report),
        ReportFormat::Gitlab => gitlab::gitlab(material.report),
        ReportFormat::Junit => junit::junit(material),
        ReportFormat::Markdown => markdown::markdown(material.report),
        ReportFormat::Html => html::html(material),
    }
}

/// Writes one file.
pub(crate) fn to_file(path: &Path, text: &str) -> Result<(), Error> {
    let written = fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::usage(format!("{} cannot be written: {error}", path.display()), "name a file in a folder that exists"))
}
