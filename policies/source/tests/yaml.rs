//! What Go makes of texts, as recorded by `testdata/tools/yaml-oracle record policies/source/tests/cases`.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads fixtures, and may fail here")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use portcullis_source::{
    Document, Text,
    json::{self, Html, Layout},
    yaml::{self, emit::Style},
};

use events::{Integers, to_json, to_yaml};

#[cfg(test)]
mod events;

/// The cases of a folder that end so, and what is recorded beside each under another ending.
fn cases(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_str().unwrap().ends_with(ending));
    paths.sort();
    assert!(!paths.is_empty(), "there are cases");
    paths
}

fn text(path: &Path) -> Text {
    Text::nowhere(fs::read(path).unwrap())
}

/// Compares with the recording under another ending.
fn check(path: &Path, ending: &str, ours: &str) {
    let recorded = path.with_extension(ending);
    let theirs = fs::read_to_string(&recorded).unwrap();
    assert!(ours == theirs, "{} differs\n--- Go\n{theirs}\n--- ours\n{ours}", recorded.display());
}

fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    json::string(text, Html::Keep, &mut out);
    String::from_utf8(out).unwrap()
}

fn indented(document: &Document, depth: usize) -> String {
    let text = to_json(&document.root, Html::Keep, Layout::Pretty, Integers::Exact);
    text.replace('\n', &format!("\n{}", "  ".repeat(depth)))
}

/// The answers in the form of the recordings.
fn read_answers(stream: &yaml::Stream) -> String {
    let read = match (stream.documents.first(), &stream.error) {
        (Some(first), _) => format!("\"value\": {}", indented(first, 2)),
        (None, Some(error)) => format!("\"error\": {}", quoted(&error.message)),
        (None, None) => "\"value\": null".to_owned(),
    };
    let documents: Vec<String> = stream.documents.iter().map(|document| format!("\n      {}", indented(document, 3))).collect();
    let documents = if documents.is_empty() { "[]".to_owned() } else { format!("[{}\n    ]", documents.join(",")) };
    let error = stream.error.as_ref().map_or(String::new(), |error| format!(",\n    \"error\": {}", quoted(&error.message)));
    format!("{{\n  \"read\": {{\n    {read}\n  }},\n  \"stream\": {{\n    \"documents\": {documents}{error}\n  }}\n}}\n")
}

#[test]
fn reads_yaml_as_go_does() {
    for path in cases("read", ".yaml") {
        check(&path, "json", &read_answers(&yaml::parse(&text(&path))));
    }
}

#[test]
fn writes_yaml_as_go_does() {
    for path in cases("write", ".json") {
        let root = json::parse(&text(&path)).unwrap().root;
        for (style, ending) in [(Style::Yaml2, "yaml"), (Style::Pretty, "pretty.yaml")] {
            match to_yaml(&root, style) {
                Ok(ours) => check(&path, ending, &ours),
                Err(error) => {
                    let theirs = fs::read_to_string(path.with_extension(ending)).unwrap();
                    assert!(theirs.starts_with("error: "), "{} is written by Go, but we say: {error}", path.display());
                }
            }
        }
    }
}

#[test]
fn reads_and_writes_json_as_go_does() {
    for path in cases("json", ".json") {
        let ours = match json::parse(&text(&path)) {
            Err(error) => format!("error: {error}\n"),
            Ok(document) => {
                let write = |html, layout| to_json(&document.root, html, layout, Integers::Floats) + "\n";
                write(Html::Escape, Layout::Compact) + &write(Html::Keep, Layout::Compact) + &write(Html::Escape, Layout::Pretty)
            }
        };
        check(&path, "out", &ours);
    }
}
