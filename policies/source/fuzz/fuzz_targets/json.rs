//! Any bytes are read as JSON to an end, with every range inside of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_source::{Node, Text, json};

fuzz_target!(|bytes: &[u8]| {
    match json::parse(&Text::nowhere(bytes)) {
        Ok(document) => check(&document.root, bytes.len() as u32),
        Err(error) => assert!(error.range.start <= error.range.end && error.range.end as usize <= bytes.len()),
    }
});

fn check(node: &Node, length: u32) {
    assert!(node.range.start < node.range.end && node.range.end <= length);
    node.items().iter().for_each(|item| check(item, length));
    for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
        assert!(entry.key_range.start < entry.key_range.end && entry.key_range.end <= length);
        check(&entry.value, length);
    }
}
