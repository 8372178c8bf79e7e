//! `portcullis waive`: the findings of today to waivers in the configuration, for which somebody answers until a day.

use std::{path::PathBuf, sync::Arc};

use portcullis_policies::{
    Config, Date, Finding, Level, Waivers,
    waiver::{self, Coverage, Draft, MAX_WAIVER_DAYS, Pledge},
};
use portcullis_source::{SourceFile, Sources};

use super::{Done, Exit, Outcome, lint};
use crate::{
    args,
    error::Error,
    pipeline,
    report::to_file,
    root,
    settings::{Settings, Surroundings, mistakes, today},
};

/// What a configuration begins with where there is none.
const EMPTY: &str = "version: 1\n";

/// Finds, drafts and writes.
pub(crate) fn run(arguments: &args::Waive, surroundings: &Surroundings) -> Outcome {
    let today = today(arguments.today.as_deref(), surroundings)?;
    let pledge = pledge(arguments, today)?;
    let settings = Settings::open(&scope(arguments), surroundings)?;
    let library = lint::library(&settings, &arguments.rule)?;
    let mut found = Vec::new();
    let report = pipeline::lint_settled(&settings, &library, (today, Coverage::Part), |findings| {
        found = findings;
        Vec::new()
    })?;
    let wanted = |finding: &&Finding| finding.waived.is_none() && (arguments.warnings || finding.level == Level::Deny);
    let findings: Vec<&Finding> = found.iter().filter(wanted).collect();
    let is_complete = report.problems.is_empty() && report.applications.not_rendered.is_empty();
    let mut done = Done { code: if is_complete { Exit::Clean } else { Exit::Incomplete }, ..Done::default() };
    if !is_complete {
        done.notes.push_str("note: what could not be rendered or read has no findings to waive; `portcullis lint` says what that is\n");
    }
    let drafts = waiver::drafts(findings.iter().copied());
    if drafts.is_empty() {
        done.notes.push_str(if arguments.warnings { NOTHING } else { NOTHING_DENIED });
        return Ok(done);
    }
    let (path, file) = file(arguments, &settings, surroundings);
    let text = waiver::insert(&file, &drafts, &pledge).map_err(|error| Error::usage(format!("{}: {error}", file.path()), LAYOUT))?;
    let left = left(&text, &found, &settings, today)?;
    done.notes.push_str(&summary(&drafts, &findings, &pledge, &left));
    if arguments.dry_run {
        done.output = text.into_bytes();
    } else {
        to_file(&path, &text)?;
    }
    Ok(done)
}

const NOTHING: &str = "note: there is no finding that nobody answers for, so that there is nothing to waive\n";
const NOTHING_DENIED: &str =
    "note: there is no finding at deny level that nobody answers for, so that there is nothing to waive; --warnings takes the others too\n";
const LAYOUT: &str = "write it as a block, and `waivers:` as the last key with a dash for each entry, or leave that key out";

/// Who answers until when; a waiver that lint would refuse is not even written.
fn pledge(arguments: &args::Waive, today: Date) -> Result<Pledge, Error> {
    let Some(expires) = Date::parse(&arguments.expires) else {
        return Err(Error::usage(format!("{:?} is no date", arguments.expires), "write it as YYYY-MM-DD"));
    };
    let days = expires.days_after(today);
    let last = today.plus_days(u32::try_from(MAX_WAIVER_DAYS).unwrap_or_default());
    if days < 0 {
        return Err(Error::usage(format!("--expires {expires} is past"), format!("name a day from {today} to {last}")));
    }
    if days > MAX_WAIVER_DAYS {
        let message = format!("--expires {expires} is {days} days ahead, more than MAX_WAIVER_DAYS = {MAX_WAIVER_DAYS}");
        return Err(Error::usage(message, format!("name {last} or an earlier day; what still stands then is waived again, by decision")));
    }
    let args::Waive { reason, owner, ticket, .. } = arguments;
    Ok(Pledge { reason: reason.clone(), owner: owner.clone(), ticket: ticket.clone(), expires })
}

fn scope(arguments: &args::Waive) -> args::Scope {
    args::Scope {
        paths: arguments.paths.clone(),
        environment: arguments.environment.clone(),
        service: arguments.service.clone(),
        config: arguments.config.clone(),
        ..args::Scope::default()
    }
}

/// The configuration and where it lies; a new one where there is none.
fn file(arguments: &args::Waive, settings: &Settings, surroundings: &Surroundings) -> (PathBuf, Arc<SourceFile>) {
    match (&settings.config_file, &arguments.config) {
        (Some(file), Some(path)) => (surroundings.directory.join(path), Arc::clone(file)),
        (Some(file), None) => (settings.root.join(&**file.path()), Arc::clone(file)),
        (None, _) => {
            let [name, ..] = root::CONFIG_NAMES;
            (settings.root.join(name), Sources::default().add(name, EMPTY.as_bytes()))
        }
    }
}

/// The findings that count under the changed configuration too, since no waiver can name their object.
fn left<'a>(text: &str, found: &'a [Finding], settings: &Settings, today: Date) -> Result<Vec<&'a Finding>, Error> {
    let sources = Sources::default();
    let file = sources.add("portcullis.yaml", text.as_bytes());
    let config = Config::parse(&file).map_err(|errors| mistakes(errors, &sources))?;
    let waivers =
        Waivers { config: &config, rules: &[], sources: settings.revision.sources(), files: &[], today, coverage: Coverage::Part };
    let is_left = |finding: &&Finding| {
        finding.level == Level::Deny
            && finding.waived.is_none()
            && waivers.apply(vec![(*finding).clone()]).iter().any(|one| one.waived.is_none())
    };
    Ok(found.iter().filter(is_left).collect())
}

fn summary(drafts: &[Draft], findings: &[&Finding], pledge: &Pledge, left: &[&Finding]) -> String {
    let waivable = findings.iter().filter(|finding| finding.resource.is_some()).count();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let Pledge { owner, expires, .. } = pledge;
    let mut text = format!(
        "note: {} of {} in {}, for which {owner} answers until {expires}\n",
        plural(drafts.len(), "waiver"),
        plural(waivable, "finding"),
        plural(drafts.iter().flat_map(|draft| &draft.resources).collect::<std::collections::BTreeSet<_>>().len(), "object"),
    );
    for finding in left {
        text.push_str(&format!("note: no waiver can cover {}: {}\n", finding.rule, finding.message));
    }
    text
}
