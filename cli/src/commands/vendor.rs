//! `portcullis vendor`: fetches the charts and the bundles of rules that the repository needs and does not have.

use std::{fmt::Write as _, io::Write as _};

use portcullis_policies::Date;
use portcullis_source::read_named;
use portcullis_vendor::{Client, Credentials, Known, Login, Progress, Proxy, VendorError};

use super::{Done, Exit, Outcome};
use crate::{
    args,
    error::Error,
    group,
    report::place,
    settings::{Places, Settings, Surroundings},
    vendor::{Bundles, Mode, Vendored, vendor},
};

/// Fetches, or checks what was fetched.
pub(crate) fn run(arguments: &args::Vendor, surroundings: &Surroundings) -> Outcome {
    let scope = args::Scope { paths: arguments.paths.clone(), config: arguments.config.clone(), ..args::Scope::default() };
    let settings = Settings::open(&scope, surroundings)?;
    let mode = match (arguments.check, arguments.locked) {
        (true, _) => Mode::Check,
        (false, true) => Mode::Locked,
        (false, false) => Mode::Fetch,
    };
    let credentials = credentials(&surroundings.places, &settings)?;
    let client = Client::new(Proxy::Environment, surroundings.places.terminal.then(progress));
    let vendored = vendor(&settings, &client, &credentials, mode, &now(surroundings.seconds))?;
    if surroundings.places.terminal {
        let _ = std::io::stderr().write_all(CLEAR.as_bytes());
    }
    Ok(report(vendored, &settings, mode))
}

/// Takes what stands on the line of a terminal away.
const CLEAR: &str = "\r\x1b[K";

fn progress() -> Progress {
    Box::new(|what, read, whole| {
        let of = whole.map_or_else(String::new, |whole| format!(" of {}", whole / 1024));
        let _ = std::io::stderr().write_all(format!("{CLEAR}{what}: {}{of} KiB", read / 1024).as_bytes());
    })
}

fn report(vendored: Vendored, settings: &Settings, mode: Mode) -> Done {
    let mut output = String::new();
    for line in &vendored.done {
        let _ = writeln!(output, "{line}");
    }
    let (needed, there) = (vendored.needed, vendored.there);
    let fetched = vendored.done.iter().filter(|line| line.starts_with("fetched ")).count() - vendored.bundles.fetched;
    let charts = if needed == 1 { "chart" } else { "charts" };
    let _ = match mode {
        Mode::Check => writeln!(output, "{needed} {charts} needed from elsewhere, {there} there as locked"),
        Mode::Fetch | Mode::Locked => writeln!(output, "{needed} {charts} needed from elsewhere, {there} there, {fetched} fetched"),
    };
    output.push_str(&bundles(vendored.bundles, mode));
    let issues = group::problems(vendored.problems, settings.revision.sources());
    let note = |issue: &crate::report::Issue| format!("{}{}\n  hint: {}\n", place(&issue.location), issue.message, issue.hint);
    let code = if issues.is_empty() { Exit::Clean } else { Exit::Incomplete };
    Done { output: output.into_bytes(), notes: issues.iter().map(note).collect(), code }
}

/// The line on bundles of rules, where there are any.
fn bundles(bundles: Bundles, mode: Mode) -> String {
    let Bundles { needed, there, fetched } = bundles;
    let noun = if needed == 1 { "bundle" } else { "bundles" };
    match (needed, mode) {
        (0, _) => String::new(),
        (_, Mode::Check) => format!("{needed} {noun} of rules named, {there} there and verified\n"),
        (_, Mode::Fetch | Mode::Locked) => {
            format!("{needed} {noun} of rules named, {there} there, {fetched} fetched and verified\n")
        }
    }
}

/// Who may read what, as helm and docker have it.
fn credentials(places: &Places, settings: &Settings) -> Result<Credentials, Error> {
    let sources = settings.revision.sources();
    let wrong = |error: VendorError| Error::usage(error.message, error.hint);
    let mut credentials = Credentials::default();
    if let Some(path) = places.repositories.as_ref().filter(|path| path.is_file()) {
        credentials.repositories = Known::read(&*read_named(path, sources)?).map_err(wrong)?;
    }
    for path in places.registries.iter().filter(|path| path.is_file()) {
        credentials.registries.extend(Login::read(&*read_named(path, sources)?).map_err(wrong)?);
    }
    let named: Vec<String> =
        credentials.repositories.iter().flat_map(|known| known.files.clone()).filter(|path| !path.is_empty()).collect();
    for path in named {
        if let Ok(file) = read_named(std::path::Path::new(&path), sources) {
            credentials.files.push((path, file.bytes().to_vec()));
        }
    }
    Ok(credentials)
}

/// The time as RFC 3339, in UTC.
fn now(seconds: u64) -> String {
    let of_day = seconds % 86_400;
    format!("{}T{:02}:{:02}:{:02}Z", Date::from_unix_seconds(seconds), of_day / 3600, of_day / 60 % 60, of_day % 60)
}
