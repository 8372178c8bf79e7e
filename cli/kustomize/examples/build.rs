//! Builds folders below a root, and prints what each is made of: `build ROOT FOLDER...`, with `===` lines between them.
#![expect(clippy::print_stdout, reason = "a tool for those who work on the crate")]

use std::{path::PathBuf, sync::Arc};

use portcullis_kustomize::{Options, render};
use portcullis_source::{RepoPath, Revision, Sources};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("usage: build ROOT FOLDER...")?);
    let sources = Arc::new(Sources::default());
    let revision = Revision::folder(&root, Arc::clone(&sources))?;
    for folder in arguments {
        let folder = folder.to_string_lossy().into_owned();
        println!("=== {folder}");
        match render(&revision, &RepoPath::new(&folder)?, &Options::default()) {
            Ok(rendered) => print!("{}", String::from_utf8_lossy(rendered.text.bytes())),
            Err(fault) => {
                let place = fault.span.and_then(|span| sources.locate(span));
                let place = place.map_or_else(String::new, |place| format!("{}:{}:{}: ", place.file, place.line, place.column));
                println!("!!! {:?} {place}{} ({})", fault.kind, fault.message, fault.hint);
            }
        }
    }
    Ok(())
}
