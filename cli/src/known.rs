//! The baseline of a run: read, applied to what is found, and written.

use std::path::{Path, PathBuf};

use portcullis_policies::{
    Finding,
    waiver::{Baseline, Coverage},
};
use portcullis_source::read_named_bytes;

use crate::{
    args,
    commands::Exit,
    error::Error,
    report::to_file,
    settings::{Settings, Surroundings, mistakes},
};

/// What is known of an old repository, and where it is to be written.
pub(crate) struct Known {
    baseline: Option<Baseline>,
    output: Option<PathBuf>,
    /// What reports call the file that is written.
    name: String,
    /// How many findings are known.
    count: usize,
}

impl Known {
    /// Reads what the command line names.
    pub(crate) fn open(arguments: &args::Lint, settings: &Settings, surroundings: &Surroundings) -> Result<Self, Error> {
        let sources = settings.revision.sources();
        let read = |path: &PathBuf| {
            let bytes = read_named_bytes(&surroundings.directory.join(path), sources)?;
            let file = sources.add(name(path, settings, surroundings), bytes);
            Baseline::parse(&file).map_err(|errors| mistakes(errors, sources))
        };
        let output = arguments.write_baseline.as_ref();
        Ok(Self {
            baseline: arguments.baseline.as_ref().map(read).transpose()?,
            output: output.map(|path| surroundings.directory.join(path)),
            name: output.map(|path| name(path, settings, surroundings)).unwrap_or_default(),
            count: 0,
        })
    }

    /// Marks what is known; what is written becomes known at once.
    pub(crate) fn settle(&mut self, findings: Vec<Finding>, settings: &Settings, coverage: Coverage) -> Vec<Finding> {
        let is_whole = settings.paths.is_empty() && settings.environments.is_empty() && settings.services.is_empty();
        let coverage = if is_whole { coverage } else { Coverage::Part };
        if self.output.is_some() {
            let today = Baseline::of(self.name.as_str(), &findings);
            self.baseline = Some(match &self.baseline {
                Some(before) => today.within(before),
                None => today,
            });
        }
        let Some(baseline) = &self.baseline else { return findings };
        let (findings, count) = baseline.apply(findings, coverage, settings.revision.sources());
        self.count = count;
        findings
    }

    /// Writes what is to be written, and says what is known.
    pub(crate) fn write(&self, code: Exit, notes: &mut String) -> Result<(), Error> {
        let Some(baseline) = &self.baseline else { return Ok(()) };
        if let Some(path) = &self.output {
            to_file(path, &baseline.text())?;
            if code == Exit::Incomplete {
                notes.push_str(
                    "note: what could not be rendered or read has no findings in the baseline: mend it, or name it under `exclude`\n",
                );
            }
        }
        let findings = if self.count == 1 { "finding is" } else { "findings are" };
        notes.push_str(&format!("note: {} {findings} known by the baseline {}\n", self.count, baseline.name()));
        Ok(())
    }
}

/// A file as reports call it: from the root of the repository, so that they are the same on every machine.
fn name(path: &Path, settings: &Settings, surroundings: &Surroundings) -> String {
    let whole = std::path::absolute(surroundings.directory.join(path)).ok();
    let within = whole.as_deref().and_then(|whole| whole.strip_prefix(&settings.root).ok());
    within.unwrap_or(path).to_string_lossy().replace('\\', "/")
}
