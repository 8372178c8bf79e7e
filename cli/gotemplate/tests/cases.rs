//! Templates and what Go's text/template makes of them, as `testdata/tools/gotemplate-oracle` recorded it.
//!
//! `NAME.txtar` has a section for each template, `values.json` and `missing-key` for those after it, and `CASE: FILE` for a text that
//! is parsed before that of `CASE`; `NAME.recorded` has what Go made of it and is never written by hand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail here")]

mod probe;

use std::{collections::BTreeMap, fs, path::Path};

use portcullis_gotemplate::{Machine, MissingKey, Settings, Templates};
use portcullis_source::Text;

#[test]
fn all_as_recorded() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in files() {
        let recorded = sections(&read(&file.with_extension("recorded")));
        let recorded: BTreeMap<_, _> = recorded.into_iter().collect();
        for (name, actual) in run(&read(&file)) {
            count += 1;
            let failed = format!("{name} (error)");
            let key = if actual.is_err() { &failed } else { &name };
            let text = match &actual {
                Ok(text) | Err(text) => text,
            };
            if recorded.get(key) != Some(text) {
                let expected = recorded.get(&name).or_else(|| recorded.get(&failed));
                wrong.push(format!("{}: {name}\n  Go:   {expected:?}\n  ours: {actual:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 100, "only {count} cases were found");
}

#[expect(clippy::disallowed_methods, reason = "reads fixtures")]
fn files() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txtar"));
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "reads fixtures")]
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The parts of a file: each has a line `-- NAME --` and goes to the next one.
fn sections(content: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in content.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
            Some(name) => sections.push((name.to_owned(), String::new())),
            None => sections.last_mut().unwrap().1.push_str(line),
        }
    }
    for (_, body) in &mut sections {
        if body.ends_with('\n') {
            body.pop();
        }
    }
    sections
}

fn run(content: &str) -> Vec<(String, Result<String, String>)> {
    let (mut values, mut missing, mut before) = ("{}".to_owned(), MissingKey::Invalid, Vec::new());
    let mut results = Vec::new();
    for (name, body) in sections(content) {
        match (name.as_str(), name.split_once(": ")) {
            ("values.json", _) => values = body,
            ("missing-key", _) => {
                missing = match body.as_str() {
                    "zero" => MissingKey::Zero,
                    "error" => MissingKey::Error,
                    _ => MissingKey::Invalid,
                }
            }
            (_, Some((_, file))) => before.push((file.to_owned(), body)),
            (_, None) => {
                before.push(("t".to_owned(), body));
                results.push((name, render(&std::mem::take(&mut before), &values, missing)));
            }
        }
    }
    results
}

fn render(texts: &[(String, String)], values: &str, missing_key: MissingKey) -> Result<String, String> {
    let mut templates = Templates::new(probe::functions());
    for (name, body) in texts {
        templates.parse(name, &Text::nowhere(body.as_bytes())).map_err(|error| error.to_string())?;
    }
    let mut machine = Machine::new(&templates, Settings { missing_key, ..Settings::default() });
    let text = machine.execute("t", probe::values(values)).map_err(|error| error.message)?;
    Ok(text.lossy().into_owned())
}
