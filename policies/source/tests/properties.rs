//! What holds for every value and every text.

#![expect(clippy::unwrap_used, reason = "a test may fail here")]

use std::sync::Arc;

use portcullis_source::{
    Data, Document, Entry, Map, Node, OriginId, Piece, Range, Text, Trace,
    json::{self, Html, Layout},
    yaml::{
        self,
        emit::{Emitter, Event, Style, natural_order, pretty_order, sort_by_key},
    },
};
use proptest::{prelude::*, test_runner::RngSeed};

use events::{Integers, to_json, to_yaml};

#[cfg(test)]
mod events;

fn node(data: Data) -> Node {
    Node { data, range: Range::default() }
}

/// Strings that writers find difficult; `<<` is not among them, since Go writes it so that it is read back as a merge key.
fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9_./:#-]{0,12}",
        2 => "[ -~]{0,40}",
        2 => "([a-z ]{0,12}\n){0,3}[a-z\t ]{0,8}",
        1 => "([a-z]{1,9} ){10,30}",
        1 => "[\u{A0}-\u{D7FF}\u{2028}\u{FEFF}\u{1F600}\0-\u{1F}]{0,6}",
        1 => prop::sample::select(vec!["y", "null", "~", "1_0", ".5", "1:20", "2001-01-01", "---", "- ", "? ", "=", "", "\u{FEFF}x"])
            .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Node> {
    let scalar = prop_oneof![
        Just(Data::Null),
        any::<bool>().prop_map(Data::Bool),
        any::<i32>().prop_map(|value| Data::Int(value.into())),
        string().prop_map(|text| Data::String(text.into())),
    ];
    scalar.prop_map(node).prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| node(Data::List(items))),
            prop::collection::btree_map(string(), inner, 0..5).prop_map(|entries| {
                let entry = |(key, value): (String, Node)| Entry { key: key.into(), key_range: Range::default(), value };
                node(Data::Map(Map { entries: entries.into_iter().map(entry).collect() }))
            }),
        ]
    })
}

fn show(node: &Node) -> String {
    to_json(node, Html::Keep, Layout::Compact, Integers::Exact)
}

fn read(text: &str) -> Document {
    let mut stream = yaml::parse(&Text::nowhere(text.as_bytes()));
    assert!(stream.error.is_none(), "{:?}\n{text}", stream.error);
    assert_eq!(stream.documents.len(), 1, "{text}");
    stream.documents.remove(0)
}

/// Checks that a node's range, and those in it, lie within an outer one.
fn check_ranges(node: &Node, outer: Range) {
    assert!(outer.start <= node.range.start && node.range.start <= node.range.end && node.range.end <= outer.end);
    node.items().iter().for_each(|item| check_ranges(item, node.range));
    for entry in node.as_map().map(|map| map.entries.as_slice()).unwrap_or_default() {
        assert!(node.range.start <= entry.key_range.start && entry.key_range.end <= node.range.end);
        check_ranges(&entry.value, node.range);
    }
}

fn check_plain(document: &Document, node: &Node) {
    let slice = std::str::from_utf8(document.text.slice(node.range)).unwrap();
    if let Data::String(text) = &node.data
        && !slice.starts_with(['"', '\'', '|', '>'])
        && !slice.contains('\n')
    {
        assert_eq!(slice, &**text);
    }
    node.items().iter().for_each(|item| check_plain(document, item));
    for entry in node.as_map().map(|map| map.entries.as_slice()).unwrap_or_default() {
        check_plain(document, &entry.value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(value in value()) {
        for style in [Style::Yaml2, Style::Pretty] {
            // A next line character does not survive, and is not generated.
            let text = to_yaml(&value, style).unwrap();
            let document = read(&text);
            prop_assert_eq!(show(&document.root), show(&value), "{}", text);
            check_ranges(&document.root, Range { start: 0, end: text.len() as u32 });
            check_plain(&document, &document.root);
        }
        for layout in [Layout::Compact, Layout::Pretty] {
            let text = to_json(&value, Html::Escape, layout, Integers::Floats);
            let document = json::parse(&Text::nowhere(text.as_bytes())).unwrap();
            prop_assert_eq!(show(&document.root), show(&value));
            prop_assert_eq!(document.root.range, Range { start: 0, end: text.len() as u32 });
            check_ranges(&document.root, document.root.range);
            // YAML reads JSON, too, but for keys that are long and characters that no YAML has.
            prop_assert_eq!(show(&read(&text).root), show(&value));
        }
    }

    #[test]
    fn keys_are_sorted_whatever_the_order_makes_of_them(keys in prop::collection::vec("[ab0-9_.]{0,4}", 0..60)) {
        for order in [natural_order, pretty_order] {
            let sorted = sort_by_key(keys.clone(), order, |key| key);
            let (mut left, mut right) = (keys.clone(), sorted);
            left.sort();
            right.sort();
            prop_assert_eq!(left, right);
        }
    }
}

#[test]
fn every_byte_has_the_origin_of_its_event() {
    let mut trace = Trace::default();
    let mut origins: Vec<OriginId> = Vec::new();
    for name in ["map", "key", "list", "item", "other", "value"] {
        origins.push(trace.source(portcullis_source::Source::Builtin(Arc::from(name))));
    }
    let parts = [
        (Event::MapStart, 0),
        (Event::String("k"), 1),
        (Event::ListStart, 2),
        (Event::String("a\nb"), 3),
        (Event::ListStart, 2),
        (Event::ListEnd, 2),
        (Event::ListEnd, 2),
        (Event::String("o"), 4),
        (Event::Bare("1"), 5),
        (Event::MapEnd, 0),
    ];
    let mut emitter = Emitter::new(Style::Yaml2);
    let mut writer = json::Writer::new(Html::Keep, Layout::Compact);
    for (event, origin) in parts {
        emitter.event(event, origins[origin]).unwrap();
        writer.event(event, origins[origin]).unwrap();
    }
    let show = |(bytes, pieces): (Vec<u8>, Vec<Piece>)| {
        let mut start = 0;
        let mut out = Vec::new();
        for piece in pieces {
            let name = ["map", "key", "list", "item", "other", "value"][origins.iter().position(|id| *id == piece.origin).unwrap()];
            out.push(format!("{name} {:?}", String::from_utf8_lossy(&bytes[start..piece.end as usize])));
            start = piece.end as usize;
        }
        out.join("\n")
    };
    insta::assert_snapshot!("origins-of-yaml", show(emitter.finish().unwrap()));
    insta::assert_snapshot!("origins-of-json", show(writer.finish().unwrap()));
}
