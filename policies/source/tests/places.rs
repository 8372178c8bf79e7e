//! Where nodes, keys, comments and errors lie in their text.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "reads fixtures, and may fail here")]

use std::{fmt::Write as _, fs, path::Path};

use portcullis_source::{Data, Node, Range, Sources, Text, json, yaml};

/// Shows every key and value of the documents with its place and its text.
struct Show {
    text: Text,
    sources: Sources,
    out: String,
}

impl Show {
    fn line(&mut self, what: &str, range: Range) {
        let file = self.text.span(range).unwrap().file;
        let place = self.sources.get(file).unwrap().location(range.start, range.end);
        let places = format!("{}:{}-{}:{}", place.line, place.column, place.end_line, place.end_column);
        let slice = String::from_utf8_lossy(self.text.slice(range)).into_owned();
        writeln!(self.out, "{places:<12} {what:<28} {slice:?}").unwrap();
    }

    fn node(&mut self, path: &str, node: &Node) {
        let kind = match &node.data {
            Data::Null => "null",
            Data::Bool(_) => "bool",
            Data::Int(_) | Data::Uint(_) => "int",
            Data::Float(_) => "float",
            Data::String(_) => "string",
            Data::List(_) => "list",
            Data::Map(_) => "map",
        };
        self.line(&format!("{path} {kind}"), node.range);
        for (index, item) in node.items().iter().enumerate() {
            self.node(&format!("{path}[{index}]"), item);
        }
        for entry in node.as_map().map(|map| map.entries.as_slice()).unwrap_or_default() {
            self.line(&format!("{path}.{} key", entry.key), entry.key_range);
            self.node(&format!("{path}.{}", entry.key), &entry.value);
        }
    }
}

#[test]
fn nodes_keys_comments_and_errors_have_places() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read");
    for name in [
        "alias-copies-a-map",
        "block-scalars",
        "comments-everywhere",
        "crowded-flow",
        "documents",
        "error-in-a-later-document",
        "key-that-is-null",
        "key-with-a-list-below-at-its-column",
        "merge-key",
        "multiline-plain-scalar",
        "utf-16-little-endian",
        "utf-8-invalid-in-a-later-document",
    ] {
        let sources = Sources::default();
        let file = sources.add(name, fs::read(folder.join(name).with_extension("yaml")).unwrap());
        let text = Text::of_file(&file);
        let stream = yaml::parse(&text);
        let mut show = Show { text, sources, out: String::new() };
        for document in &stream.documents {
            show.line("document", document.range);
            show.node("$", &document.root);
            for comment in &document.comments {
                show.line(if comment.trailing { "trailing comment" } else { "comment" }, comment.range);
            }
        }
        if let Some(error) = &stream.error {
            show.line(&format!("error: {}", error.message), error.range);
        }
        insta::assert_snapshot!(name, show.out);
    }
}

#[test]
fn json_has_places() {
    let sources = Sources::default();
    let file = sources.add("object.json", &br#"{"a": [1, {"b\u0041": null}], "c": "x"}"#[..]);
    let text = Text::of_file(&file);
    let document = json::parse(&text).unwrap();
    let mut show = Show { text, sources, out: String::new() };
    show.node("$", &document.root);
    insta::assert_snapshot!("json", show.out);
}
