//! `portcullis merge`: the reports of all parts of a run as the report of one.

use portcullis_policies::waiver::Coverage;
use portcullis_source::{Sources, read_named};

use super::{Done, Outcome, lint};
use crate::{
    args,
    partition::{self, Piece, Pieces},
    pipeline,
    report::{self, Material},
    settings::{Settings, Surroundings},
};

/// Joins and reports.
pub(crate) fn run(arguments: &args::Merge, surroundings: &Surroundings) -> Outcome {
    let read = |path: &std::path::PathBuf| {
        let name = path.display().to_string();
        // Reports are no part of the repository.
        let file = read_named(&surroundings.directory.join(path), &Sources::default())?;
        Piece::parse(&name, file.bytes())
    };
    let pieces = Pieces::new(arguments.files.iter().map(read).collect::<Result<_, _>>()?)?;
    let scope = args::Scope {
        environment: pieces.environments.clone(),
        service: pieces.services.clone(),
        revision: arguments.revision.clone(),
        config: arguments.config.clone(),
        ..args::Scope::default()
    };
    let settings = Settings::open(&scope, surroundings)?;
    let library = lint::library(&settings, &pieces.rules)?;
    let engine = pipeline::engine(&settings, &library)?;
    let gathered = partition::restore(&pieces, &settings, &engine)?;
    let coverage = if pieces.rules.is_empty() { Coverage::Whole } else { Coverage::Part };
    let report = pipeline::report(gathered, (&settings, &engine), (pieces.today, coverage), |findings| findings);
    let asked = library.without_change();
    let material = Material { report: &report, library: &asked, sources: settings.revision.sources() };
    let output = report::write(&material, &arguments.reporting, surroundings)?;
    Ok(Done { output, notes: lint::notes(&report), code: lint::exit(&report) })
}
