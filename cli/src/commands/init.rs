//! `portcullis init`: the files that a repository starts with.

use std::{fmt::Write as _, path::Path};

use portcullis_policies::Config;
use portcullis_source::{Sources, read_named};

use super::{Done, Outcome};
use crate::{
    args::{self, Ci},
    error::Error,
    init::{self, Owner, Planned},
    report::to_file,
    root,
    settings::{Settings, Surroundings, mistakes},
};

/// Looks, plans and writes.
pub(crate) fn run(arguments: &args::Init, surroundings: &Surroundings) -> Outcome {
    let mut settings = Settings::open(&args::Scope::default(), surroundings)?;
    let remote = remote(&settings.root);
    // What is written must not depend on what was written before.
    let existing = settings.config_file.take().map(|file| file.path().to_string());
    let survey = init::survey(&mut settings, remote.as_deref())?;
    let text = init::config(&survey);
    is_valid(&text)?;
    let [usual, ..] = root::CONFIG_NAMES;
    let has = |path: &str| settings.root.join(path).exists();
    let ci = init::ci_of(arguments.ci, has, remote.as_deref());
    let mut done = Done::default();
    for file in init::files((existing.as_deref().unwrap_or(usual), text), ci, arguments.source.as_deref()) {
        deal(&file, arguments, &settings.root, &mut done)?;
    }
    if let Some((file, name)) = init::placeholder(ci, arguments.source.as_deref()).filter(|(file, name)| lacks(&settings.root, file, name))
    {
        let _ = writeln!(done.notes, "note: fill in {name} in {file}, or run this again with --force --use REF");
    }
    if ci == Ci::None && arguments.ci.is_none() {
        done.notes.push_str("note: nothing says where CI runs: --ci github or --ci gitlab writes its file\n");
    }
    done.notes.push_str("note: next, `portcullis lint`; what an old repository has already is dealt with by `portcullis lint --write-baseline` or `portcullis waive`\n");
    Ok(done)
}

/// Writes a file, or says why not.
fn deal(file: &Planned, arguments: &args::Init, root: &Path, done: &mut Done) -> Result<(), Error> {
    let Planned { path, text, owner } = file;
    let place = root.join(path);
    let before = match read_named(&place, &Sources::default()) {
        Ok(file) => Some(String::from_utf8_lossy(file.bytes()).into_owned()),
        Err(_) if !place.exists() => None,
        Err(error) => return Err(error.into()),
    };
    let (is_written, said) = match (&before, owner) {
        (None, _) => (true, "written"),
        (Some(before), _) if before == text => (false, "is there already, the same"),
        (Some(before), Owner::Others { has }) if before.contains(has) => (false, "has portcullis already"),
        (Some(_), Owner::Others { .. }) => (false, "is there already and belongs to others too; add to it:"),
        (Some(_), Owner::Portcullis) if arguments.force => (true, "replaced"),
        (Some(_), Owner::Portcullis) => (false, "is there already; --force replaces it"),
    };
    let would = if arguments.dry_run && is_written { "would be " } else { "" };
    let _ = writeln!(done.notes, "{path}: {would}{said}");
    if said.ends_with(':') {
        done.notes.extend(text.lines().map(|line| format!("    {line}\n")));
    }
    if is_written && arguments.dry_run {
        done.output.extend(format!("# ── {path}\n{text}\n").into_bytes());
    } else if is_written {
        if let Some(folder) = place.parent() {
            let failed = |error| Error::usage(format!("{} cannot be made: {error}", folder.display()), "let whoever runs this write there");
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        to_file(&place, text)?;
    }
    Ok(())
}

fn lacks(root: &Path, file: &str, name: &str) -> bool {
    let text = read_named(&root.join(file), &Sources::default());
    text.map_or(true, |text| String::from_utf8_lossy(text.bytes()).contains(name))
}

/// A configuration that lint would refuse is a fault of this program, and is not written.
fn is_valid(text: &str) -> Result<(), Error> {
    let sources = Sources::default();
    let file = sources.add("portcullis.yaml", text.as_bytes());
    Config::parse(&file).map(|_| ()).map_err(|errors| mistakes(errors, &sources))
}

/// The URL that the repository was cloned from.
fn remote(root: &Path) -> Option<String> {
    let file = read_named(&root.join(".git/config"), &Sources::default()).ok()?;
    let text = String::from_utf8_lossy(file.bytes()).into_owned();
    let section = text.split("[remote \"origin\"]").nth(1)?;
    let lines = section.lines().skip(1).take_while(|line| !line.trim_start().starts_with('['));
    lines.filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "url").map(|(_, url)| url.trim().to_owned())
}
