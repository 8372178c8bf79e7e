//! `portcullis man`: the help pages as manual pages.

use clap::CommandFactory as _;

use super::{Done, Outcome};
use crate::{args, error::Error, report::to_file, settings::Surroundings};

/// Prints one page, or writes all.
pub(crate) fn run(arguments: &args::Man, surroundings: &Surroundings) -> Outcome {
    let mut root = args::Args::command().disable_help_subcommand(true);
    root.build();
    let mut done = Done::default();
    if let Some(folder) = &arguments.output {
        for (name, page) in pages(&root)? {
            to_file(&surroundings.directory.join(folder).join(format!("{name}.1")), &String::from_utf8_lossy(&page))?;
        }
        return Ok(done);
    }
    let name = arguments.command.as_ref().map_or_else(|| "portcullis".to_owned(), |command| format!("portcullis-{command}"));
    let page = pages(&root)?.into_iter().find(|(page, _)| *page == name);
    let unknown = || Error::usage(format!("there is no page {name}"), "`portcullis help` lists the commands");
    done.output = page.ok_or_else(unknown)?.1;
    Ok(done)
}

/// The page of the program and those of its commands, with their names.
fn pages(root: &clap::Command) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut pages = vec![(root.get_name().to_owned(), page(root)?)];
    for command in root.get_subcommands() {
        pages.push((format!("{}-{}", root.get_name(), command.get_name()), page(command)?));
        for inner in command.get_subcommands() {
            pages.push((format!("{}-{}-{}", root.get_name(), command.get_name(), inner.get_name()), page(inner)?));
        }
    }
    Ok(pages)
}

fn page(command: &clap::Command) -> Result<Vec<u8>, Error> {
    let mut page = Vec::new();
    let failed = |error: std::io::Error| Error::usage(format!("the page cannot be made: {error}"), "this is a fault of the build");
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    let mut text = String::from_utf8_lossy(&page).into_owned();
    // The end of a help page in the sections that readers of manual pages look for, its lines as they are.
    for (before, after) in [
        (".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n.nf\n"),
        ("\nExit codes:\n", "\n.fi\n.SH \"EXIT STATUS\"\n.nf\n"),
        ("\n.SH VERSION", "\n.fi\n.SH VERSION"),
    ] {
        text = text.replacen(before, after, 1);
    }
    Ok(text.into_bytes())
}
