//! `portcullis rule`: the rules, or the manual page of one.

use portcullis_policies::{Alias, Library, LibraryError, Rule};
use serde_json::Value;

use super::{Done, Outcome, rule_new};
use crate::{
    args::{self, Format},
    error::{BROKEN_BUILD, Error},
    manual::{self, as_json, list, page},
    report::to_file,
    root,
    settings::{Settings, Surroundings, mistakes},
};

/// Explains a rule, or lists all.
pub(crate) fn run(arguments: &args::Rule, surroundings: &Surroundings) -> Outcome {
    match &arguments.command {
        Some(args::RuleCommand::New(new)) => return rule_new::run(new, surroundings),
        Some(args::RuleCommand::Site(site)) => return self::site(site, surroundings),
        None => {}
    }
    let (library, notes) = library(surroundings)?;
    let rules = chosen(&library, arguments)?;
    let output = match (arguments.format, &arguments.id) {
        (Format::Json, Some(_)) => rules.iter().map(|rule| format!("{:#}\n", as_json(rule))).collect(),
        (Format::Json, None) => format!("{:#}\n", rules.iter().map(|rule| as_json(rule)).collect::<Value>()),
        (Format::Human, Some(_)) => rules.iter().map(|rule| page(rule)).collect(),
        (Format::Human, None) => list(&rules),
    };
    Ok(Done { output: output.into_bytes(), notes, ..Done::default() })
}

/// Writes the site of rules.
fn site(arguments: &args::RuleSite, surroundings: &Surroundings) -> Outcome {
    let (library, mut notes) = library(surroundings)?;
    let folder = surroundings.directory.join(&arguments.folder);
    let failed = |error: std::io::Error| {
        Error::usage(format!("{} cannot be made: {error}", folder.display()), "name a folder that can be written to")
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let files = manual::files(&library);
    for file in &files {
        to_file(&folder.join(&file.name), &file.text)?;
    }
    notes.push_str(&format!("{} pages written; {} is where to begin\n", files.len(), arguments.folder.join("index.html").display()));
    Ok(Done { notes, ..Done::default() })
}

/// The library with the rules of the repository, if this is one; rules are explained where its configuration is broken, too.
fn library(surroundings: &Surroundings) -> Result<(Library, String), Error> {
    let root = root::find(&surroundings.directory);
    if !root::CONFIG_NAMES.iter().any(|name| root.join(name).exists()) {
        return Ok((embedded()?, String::new()));
    }
    match Settings::open(&args::Scope::default(), surroundings) {
        Ok(settings) if settings.left_out.is_empty() => Ok((settings.library, String::new())),
        Ok(settings) => {
            let error = mistakes(settings.left_out, settings.revision.sources());
            Ok((settings.library, error.print(surroundings)))
        }
        Err(error) => Ok((embedded()?, format!("{}note: rules of this repository are not among these\n", error.print(surroundings)))),
    }
}

fn embedded() -> Result<Library, Error> {
    Library::embedded().map_err(|error| Error::usage(error.to_string(), BROKEN_BUILD))
}

fn chosen<'a>(library: &'a Library, arguments: &args::Rule) -> Result<Vec<&'a Rule>, Error> {
    if let Some(id) = &arguments.id {
        let unknown =
            |error: LibraryError| Error::Usage { message: error.to_string(), hint: "`portcullis rule` lists all rules".to_owned() };
        return Ok(vec![library.rule(id).map_err(unknown)?]);
    }
    let Some(wanted) = &arguments.like else { return Ok(library.rules().iter().collect()) };
    let found: Vec<&Rule> = library.rules().iter().filter(|rule| rule.aliases.iter().any(|alias| alias.is_meant_by(wanted))).collect();
    if found.is_empty() {
        let message = format!("no rule answers to {wanted}");
        let hint = format!("an id of another tool, as it spells it, alone or behind one of {} and a colon", Alias::SOURCES.join(", "));
        return Err(Error::Usage { message, hint });
    }
    Ok(found)
}
