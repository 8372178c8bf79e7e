//! `portcullis lint`: everything that is found, in every format that is asked for.

use portcullis_policies::{Date, Level, Library, LibraryError, waiver::Coverage};
use portcullis_source::Sources;

use super::{Done, Exit, Outcome};
use crate::{
    args,
    cache::Run,
    check,
    error::Error,
    known::Known,
    partition, pipeline,
    report::{self, Material, Report},
    select,
    settings::{Settings, Surroundings, cache_folder, mistakes, today},
    terraform,
};

/// Checks and reports, or reports once more what was found where nothing has changed.
pub(crate) fn run(arguments: &args::Lint, surroundings: &Surroundings) -> Outcome {
    let today = today(arguments.today.as_deref(), surroundings)?;
    let kept = kept(arguments, today, surroundings)?;
    if let Some(done) = kept.as_ref().map(Run::again).transpose()?.flatten() {
        return Ok(done);
    }
    let sources = if kept.is_some() { Sources::watched() } else { Sources::default() };
    let mut settings = Settings::open_into(sources, &arguments.scope, surroundings)?;
    terraform::open_plans(&mut settings, &arguments.plan, surroundings)?;
    if arguments.as_admission {
        return super::admission::run(&settings, today);
    }
    settings.remember(&arguments.caching, surroundings);
    // A thread that checks also reports: the memory that it is done with is free for itself alone.
    rayon::scope(|_| checked(arguments, surroundings, (&settings, today), kept))
}

/// Checks and reports what the settings say.
fn checked(arguments: &args::Lint, surroundings: &Surroundings, (settings, today): (&Settings, Date), kept: Option<Run>) -> Outcome {
    let library = library(settings, &arguments.rule)?;
    let asked = library.without_change();
    if asked.rules().is_empty() {
        return Err(only_changes(&library));
    }
    // With some rules only, nobody knows which waivers the others would use.
    let coverage = if arguments.rule.is_empty() { Coverage::Whole } else { Coverage::Part };
    let mut known = Known::open(arguments, settings, surroundings)?;
    let settle = |findings| known.settle(findings, settings, coverage);
    let report = match arguments.partition {
        Some(part) => partial(settings, &library, &partition::Asked { part, today, rules: &arguments.rule })?,
        None => pipeline::lint_settled(settings, &library, (today, coverage), settle)?,
    };
    // What no rule was asked is no check that passed.
    let material = Material { report: &report, library: &asked, sources: settings.revision.sources() };
    let prints = report::prints(&material, &arguments.reporting, surroundings)?;
    let (mut notes, code) = (notes(&report), exit(&report));
    known.write(code, &mut notes)?;
    if let Some((run, looks)) = kept.zip(settings.revision.sources().looks()) {
        run.keep(&looks, &prints, &notes, code);
    }
    Ok(Done { output: prints.write()?, notes, code })
}

/// Where this run is kept, if somebody wants it to be and it does no more than look and report.
fn kept(arguments: &args::Lint, today: Date, surroundings: &Surroundings) -> Result<Option<Run>, Error> {
    let Some(folder) = cache_folder(&arguments.caching, surroundings) else { return Ok(None) };
    let only_reports = !arguments.as_admission && arguments.write_baseline.is_none();
    let root = Settings::root(&arguments.scope, surroundings)?;
    let Surroundings { directory, coloured, seconds: _, index, secret_key, places } = surroundings;
    let words = || format!("{arguments:?}\n{today:?}\n{root:?}\n{directory:?} {coloured} {index:?} {secret_key:?} {places:?}");
    Ok(only_reports.then(|| Run::new(&folder, &words())))
}

/// The report of one part, with what `portcullis merge` needs.
fn partial(settings: &Settings, library: &Library, asked: &partition::Asked<'_>) -> Result<Report, Error> {
    let engine = pipeline::engine(settings, library)?;
    let part = asked.part;
    let gathered = check::gather(settings, &engine, &|application| part.owns(application))?;
    let partition = partition::encode(&gathered, settings, asked);
    // What the waivers of other parts cover is not known here.
    let report = pipeline::report(gathered, (settings, &engine), (asked.today, Coverage::Part), |findings| findings);
    Ok(Report { partition: Some(partition), ..report })
}

/// The rules that are asked for, of those of a tree.
pub(super) fn library(settings: &Settings, rules: &[String]) -> Result<Library, Error> {
    if rules.is_empty() {
        return Ok(settings.library.clone());
    }
    let ids: Vec<&str> = rules.iter().map(String::as_str).collect();
    // A rule that is not there may be one of those that were left out.
    let unknown = |error: LibraryError| match settings.left_out.is_empty() {
        true => Error::Usage { message: error.to_string(), hint: "`portcullis rule` lists all rules".to_owned() },
        false => mistakes(settings.left_out.clone(), settings.revision.sources()),
    };
    settings.library.only(&ids).map_err(unknown)
}

/// Rules that see a change were asked alone, of a single revision.
fn only_changes(library: &Library) -> Error {
    let names: Vec<&str> = library.rules().iter().map(|rule| rule.id.as_str()).collect();
    let (noun, verb) = if names.len() == 1 { ("rule", "sees") } else { ("rules", "see") };
    Error::Usage {
        message: format!("{noun} {} {verb} a change, and there is none in a single revision", names.join(", ")),
        hint: "ask with `portcullis diff --base REV --rule …`".to_owned(),
    }
}

/// What is said beside the report: that there is nothing to check, and which paths reach nothing.
pub(super) fn notes(report: &Report) -> String {
    let said = match &report.nothing {
        Some(nothing) => format!("note: {nothing}\n"),
        None => select::note(&report.unreached),
    };
    said + &notes_of_schemas(report)
}

/// What is said of schemas that were not there.
pub(super) fn notes_of_schemas(report: &Report) -> String {
    report.notes.iter().cloned().chain(report.unchecked.note()).map(|note| format!("note: {note}\n")).collect()
}

/// What could not be rendered or read outweighs findings, since nobody knows what else there is; a rule that is broken outweighs both, since it
/// says nothing of anything.
pub(super) fn exit(report: &Report) -> Exit {
    if report.has_broken_rules() {
        return Exit::Broken;
    }
    let denied = report.findings.iter().any(|finding| finding.level == Level::Deny && finding.waived.is_none());
    match (report.problems.is_empty() && report.applications.not_rendered.is_empty(), denied) {
        (false, _) => Exit::Incomplete,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Clean,
    }
}
