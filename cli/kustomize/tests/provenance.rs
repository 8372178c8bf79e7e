//! Every line that is printed comes from a line that a person wrote, and the right one.
#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "reads fixtures")]

mod case;

use std::fmt::Write as _;

use case::Case;
use portcullis_kustomize::{Entry, Node, Value};
use portcullis_source::{Document, Node as Read, Step, yaml};

/// The places of every scalar of the cases, as `path: file:line:column < file:line:column`.
#[test]
fn fields_come_from_the_lines_that_decided_them() {
    let names = ["generators", "patch-strategic", "prefixes-of-two-levels", "images", "settings-names", "replacements", "patch-json"];
    for case in Case::all().into_iter().filter(|case| names.contains(&case.name.as_str())) {
        let rendered = case.build().unwrap();
        let mut shown = String::new();
        for object in &rendered.objects {
            walk(object, &mut String::new(), &case, &mut shown);
            shown.push('\n');
        }
        insta::assert_snapshot!(case.name.clone(), shown);
    }
}

/// The text and the trees tell of the same places, and no place is missing.
#[test]
fn texts_know_what_trees_know() {
    let mut fields = 0;
    for case in Case::all().into_iter().filter(|case| case.output.is_some() && !case.unrendered) {
        let rendered = case.build().unwrap();
        let stream = yaml::parse(&rendered.text);
        assert!(stream.error.is_none(), "{}", case.name);
        assert_eq!(stream.documents.len(), rendered.objects.len(), "{}", case.name);
        for (document, object) in stream.documents.iter().zip(&rendered.objects) {
            fields += compare(document, &document.root, object, &mut Vec::new(), &case);
        }
    }
    assert!(fields > 1_000, "only {fields} fields");
}

fn compare(document: &Document, read: &Read, node: &Node, path: &mut Vec<Step>, case: &Case) -> usize {
    match &node.value {
        Value::Map(entries) => entries
            .iter()
            .map(|Entry { key, value, .. }| {
                path.push(Step::Key(key.clone()));
                let count = compare(document, read.get(key).unwrap_or_else(|| panic!("{} {path:?}", case.name)), value, path, case);
                path.pop();
                count
            })
            .sum(),
        Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                path.push(Step::Index(index));
                let count = compare(document, &read.items()[index], item, path, case);
                path.pop();
                count
            })
            .sum(),
        Value::Scalar(_) => {
            let place = document.origin(path).edit();
            assert_eq!(place, Some(node.place.span), "{} {path:?}", case.name);
            assert!(case.sources.locate(node.place.span).is_some());
            1
        }
    }
}

fn walk(node: &Node, path: &mut String, case: &Case, shown: &mut String) {
    let length = path.len();
    match &node.value {
        Value::Map(entries) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|left, right| left.key.cmp(&right.key));
            for entry in sorted {
                let _ = write!(path, "/{}", entry.key);
                walk(&entry.value, path, case, shown);
                path.truncate(length);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let _ = write!(path, "/{index}");
                walk(item, path, case, shown);
                path.truncate(length);
            }
        }
        Value::Scalar(scalar) => {
            let place = |span| case.sources.locate(span).map(|place| format!("{}:{}:{}", place.file, place.line, place.column)).unwrap();
            let places: Vec<String> = node.place.chain().map(place).collect();
            let text: String = scalar.text.chars().take(24).collect();
            let _ = writeln!(shown, "{path} = {text:?}  {}", places.join(" < "));
        }
    }
}
