//! Bytes without sense: reading them ends, and what it says lies within them.
#![expect(clippy::disallowed_methods, reason = "reads fixtures")]

use std::{fs, path::Path};

use portcullis_source::{Node, Text, json, yaml};

/// How many texts are tried for each kind.
const ROUNDS: usize = 6_000;

/// A small generator: the same numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

const PARTS: &[&[u8]] = &[
    b"a",
    b"b c",
    b": ",
    b":",
    b" ",
    b"  ",
    b"\n",
    b"\n  ",
    b"\n    ",
    b"- ",
    b"-",
    b"? ",
    b"[",
    b"]",
    b"{",
    b"}",
    b", ",
    b"#",
    b" # c",
    b"|",
    b">",
    b"|-",
    b">+2",
    b"\t",
    b"\"",
    b"'",
    b"\\",
    b"\\x",
    b"\\\n",
    b"&x ",
    b"*x ",
    b"!t ",
    b"!!int ",
    b"!<",
    b"<<: ",
    b"---",
    b"...",
    b"%TAG ! !x\n",
    b"%YAML 1.1\n",
    b"@",
    b"~",
    b"1",
    b"0x",
    b"yes",
    b"2001-01-01",
    b"\r",
    b"\xC2\x85",
    b"\xE2\x80\xA8",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"\xFF\xFE",
    b"\0",
    b"true",
    b"null",
];

fn within(node: &Node, length: u32) {
    assert!(node.range.start <= node.range.end && node.range.end <= length, "{:?} of {length}", node.range);
    node.items().iter().for_each(|item| within(item, length));
    for entry in node.as_map().map(|map| map.entries.as_slice()).unwrap_or_default() {
        assert!(entry.key_range.start <= entry.key_range.end && entry.key_range.end <= length);
        within(&entry.value, length);
    }
}

fn check(bytes: &[u8]) {
    let length = bytes.len() as u32;
    let text = Text::nowhere(bytes);
    let stream = yaml::parse(&text);
    let mut end = 0;
    for document in &stream.documents {
        assert_eq!(document.range.start, end, "documents follow each other");
        end = document.range.end;
        within(&document.root, length);
        assert!(document.comments.iter().all(|comment| comment.range.start < comment.range.end && comment.range.end <= length));
    }
    assert!(end <= length);
    assert!(
        stream.error.is_none_or(|error| error.range.start <= error.range.end && error.range.end <= length && !error.message.is_empty())
    );
    match json::parse(&text) {
        Ok(document) => within(&document.root, length),
        Err(error) => assert!(error.range.start <= error.range.end && error.range.end <= length),
    }
}

#[test]
fn random_bytes_are_read_to_an_end() {
    let mut random = Random(0x0123_4567_89AB_CDEF);
    for _ in 0..ROUNDS {
        let bytes: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
        check(&bytes);
    }
}

#[test]
fn random_parts_are_read_to_an_end() {
    let mut random = Random(0xFEDC_BA98_7654_3210);
    for _ in 0..ROUNDS {
        let count = random.below(30);
        let parts: Vec<&[u8]> = (0..count).map(|_| PARTS[random.below(PARTS.len())]).collect();
        check(&parts.concat());
    }
}

#[test]
fn spoilt_cases_are_read_to_an_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    paths.sort();
    let cases: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let mut random = Random(0x1357_9BDF_0246_8ACE);
    for _ in 0..ROUNDS {
        let mut bytes = cases[random.below(cases.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len() + 1);
            if random.below(2) == 0 {
                bytes.splice(at..at, PARTS[random.below(PARTS.len())].iter().copied());
            } else {
                let end = (at + random.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
        check(&bytes);
    }
}
