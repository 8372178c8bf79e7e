//! Texts that mean harm: each is refused with a place or read in a time that grows with its size.

#![expect(clippy::expect_used, reason = "a test may fail here")]

use std::fmt::Write as _;

use portcullis_source::{
    Data, Node, OriginId, Text, json,
    yaml::{
        self, Stream,
        emit::{EmitError, Emitter, Event, Style},
        limits::{MAX_DEPTH, MAX_INPUT_BYTES},
    },
};

fn parse(text: &str) -> Stream {
    yaml::parse(&Text::nowhere(text.as_bytes()))
}

/// The error of a text without any whole document.
fn refusal(text: &str) -> (String, usize) {
    let stream = parse(text);
    assert!(stream.documents.is_empty(), "nothing is read");
    let error = stream.error.expect("the text is refused");
    (error.message, error.range.start as usize)
}

fn count(node: &Node) -> usize {
    let entries = node.as_map().map(|map| map.entries.as_slice()).unwrap_or_default();
    1 + node.items().iter().map(count).sum::<usize>() + entries.iter().map(|entry| count(&entry.value)).sum::<usize>()
}

fn too_deep() -> String {
    format!("yaml: document is nested more than {MAX_DEPTH} levels deep")
}

#[test]
fn ten_thousand_flow_levels_are_refused_at_the_first_too_many() {
    assert_eq!(refusal(&"[".repeat(10_000)), (too_deep(), MAX_DEPTH));
    assert_eq!(refusal(&"{a: ".repeat(10_000)), (too_deep(), 4 * MAX_DEPTH));
    assert_eq!(refusal(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), (too_deep(), MAX_DEPTH));
}

#[test]
fn ten_thousand_block_levels_are_refused_at_the_first_too_many() {
    assert_eq!(refusal(&format!("{}x", "- ".repeat(10_000))), (too_deep(), 2 * MAX_DEPTH));
    let mut map = String::new();
    for level in 0..2_000 {
        writeln!(map, "{:level$}a:", "").unwrap();
    }
    assert_eq!(refusal(&map).0, too_deep());
}

#[test]
fn a_thousand_levels_are_read() {
    let text = format!("{}x{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let stream = parse(&text);
    assert_eq!(stream.error, None);
    assert_eq!(count(&stream.documents[0].root), MAX_DEPTH + 1);
}

#[test]
fn levels_that_only_aliases_make_count_too() {
    let mut text = format!("a0: &a0 {}x{}\n", "[".repeat(900), "]".repeat(900));
    text.push_str(&format!("a1: &a1 {}*a0 {}\n", "[".repeat(900), "]".repeat(900)));
    assert_eq!(refusal(&text).0, too_deep());
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut text = String::from("l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let names = vec![format!("*l{}", level - 1); 9].join(", ");
        writeln!(text, "l{level}: &l{level} [{names}]").unwrap();
    }
    assert_eq!(refusal(&text).0, "yaml: document contains excessive aliasing");
}

#[test]
fn merges_of_merges_are_refused() {
    let mut text = String::from("m0: &m0 {a: 1, b: 2, c: 3}\n");
    for level in 1..40 {
        let before = level - 1;
        writeln!(text, "m{level}: &m{level}\n  <<: [*m{before}, *m{before}, *m{before}]").unwrap();
    }
    assert_eq!(refusal(&text).0, "yaml: document contains excessive aliasing");
}

#[test]
fn some_aliases_are_no_bomb() {
    let mut text = String::from("base: &base [a, b, c]\n");
    for index in 0..200 {
        writeln!(text, "k{index}: *base").unwrap();
    }
    let stream = parse(&text);
    assert_eq!(stream.error, None);
    assert_eq!(count(&stream.documents[0].root), 1 + 201 * 4);
}

#[test]
fn many_keys_of_one_map_are_told_apart() {
    let mut text = String::new();
    for index in 0..100_000 {
        writeln!(text, "k{}: {index}", index % 50_000).unwrap();
    }
    let stream = parse(&text);
    let map = stream.documents[0].root.as_map().unwrap();
    assert_eq!(map.entries.len(), 50_000);
    assert!(matches!(map.entries[0].value.data, Data::Int(50_000)), "the last of a repeated key wins");
}

/// Texts that make a careless scanner look at the same characters again and again: here each has 300,000 of them or more.
#[test]
fn texts_that_invite_looking_back_are_read_once() {
    let long = 300_000;
    let key_after_key = format!("{{{}}}", "a, ".repeat(long / 3));
    let colons = "a:b".repeat(long / 3);
    let quotes = format!("'{}'", "''".repeat(long / 2));
    let hashes = "a#".repeat(long / 2);
    let spaces = format!("a:{}b", " ".repeat(long));
    let breaks = format!("a{}b", "\n".repeat(long));
    let comments = "# c\n".repeat(long / 4) + "a";
    let anchors = "- &a x\n".repeat(long / 7);
    let question_marks = "? a\n".repeat(long / 4);
    let documents = "--- a\n".repeat(long / 6);
    for (text, expected) in [
        (key_after_key, 1),
        (colons, 1),
        (quotes, 1),
        (hashes, 1),
        (spaces, 1),
        (breaks, 1),
        (comments, 1),
        (anchors, 1),
        (question_marks, 1),
        (documents, long / 6),
    ] {
        let stream = parse(&text);
        assert_eq!(stream.error, None, "{}…", &text[..20]);
        assert_eq!(stream.documents.len(), expected, "{}…", &text[..20]);
    }
}

#[test]
fn a_text_of_too_many_bytes_is_refused() {
    let text = Text::nowhere(vec![b' '; MAX_INPUT_BYTES + 1]);
    assert!(yaml::parse(&text).error.unwrap().message.contains("more than"));
    assert!(json::parse(&text).unwrap_err().message.contains("more than"));
}

#[test]
fn deep_json_is_refused_at_the_first_level_too_many() {
    let error = json::parse(&Text::nowhere("[".repeat(10_000).into_bytes())).unwrap_err();
    assert_eq!(error.message, format!("text is nested more than {MAX_DEPTH} levels deep"));
    assert_eq!(error.range.start as usize, MAX_DEPTH);
}

#[test]
fn deep_values_are_not_written() {
    let mut emitter = Emitter::new(Style::Yaml2);
    let failed = (0..=MAX_DEPTH).find_map(|_| emitter.event(Event::ListStart, OriginId::NONE).err());
    assert_eq!(failed, Some(EmitError::Depth));
}

#[test]
fn events_that_make_no_value_are_refused() {
    use Event::{Bare, ListEnd, ListStart, MapEnd, MapStart, String};
    let wrong: [&[Event<'_>]; 6] =
        [&[], &[MapStart], &[MapStart, ListEnd], &[Bare("1"), Bare("2")], &[MapStart, String("k"), MapEnd], &[MapStart, ListStart]];
    for events in wrong {
        let mut emitter = Emitter::new(Style::Yaml2);
        let mut writer = json::Writer::new(json::Html::Keep, json::Layout::Compact);
        let emitted = events.iter().try_for_each(|event| emitter.event(*event, OriginId::NONE));
        let written = events.iter().try_for_each(|event| writer.event(*event, OriginId::NONE));
        assert_eq!(emitted.err().or_else(|| emitter.finish().err()), Some(EmitError::Order), "{events:?}");
        assert_eq!(written.err().or_else(|| writer.finish().err()), Some(json::WriteError::Order), "{events:?}");
    }
}
