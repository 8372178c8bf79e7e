//! No template makes the evaluator or a function panic, hang or write without end, and what it writes it writes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_gotemplate::{
    Limits, Machine, MissingKey, Settings, Templates,
    funcs::{self, Compat},
};
use portcullis_source::{Piece, Text};

#[path = "../../tests/probe/mod.rs"]
#[allow(dead_code)]
mod probe;

/// The values of `testdata/fuzz`, and what expressions that are no chart's look for.
const VALUES: &str = r#"{"s": "text", "f": 3.5, "t": true, "nil": null, "words": ["x", "y", null], "m": {"a": 1, "b": {"c": "deep"}},
  "Values": {"s": "text", "empty": "", "multi": "first\nsecond\n", "odd": "é 日本 😀 \t \"q\" <&>", "version": "v1.2.3-rc.1",
    "template": "{{ .Values.s }}", "yaml": "a: 1\nb: [x, y]\n", "json": "{\"a\": [1, null]}", "i": 8080, "zero": 0, "negative": -3,
    "big": 123456789012, "tiny": 0.00001, "t": true, "z": false, "nothing": null, "l": ["c", "a", "b", "a"], "none": [], "void": {},
    "mixed": [1, "two", true, null, 2.5, ["x"], {"k": "v"}], "maps": [{"name": "a", "port": 80}, {"name": "b", "port": 443}],
    "m": {"b": 2, "a": "one", "nested": {"x": {"y": "deep"}}, "nil": null}}}"#;

fuzz_target!(|bytes: &[u8]| {
    let compat = if bytes.len() % 2 == 0 { Compat::Helm3 } else { Compat::Helm4 };
    let mut templates = Templates::new(funcs::helm_functions(compat));
    if templates.parse("t", &Text::nowhere(bytes)).is_err() {
        return;
    }
    let limits = Limits { steps: 20_000, output: 1 << 20, ..Limits::default() };
    let run = || {
        let mut machine = Machine::new(&templates, Settings { limits, missing_key: MissingKey::Zero, chance: None, live: None });
        machine.execute("t", probe::values(VALUES))
    };
    match (run(), run()) {
        (Ok(first), Ok(again)) => {
            assert_eq!(first.bytes, again.bytes);
            assert!(first.bytes.len() <= limits.output);
            // Each byte came from somewhere: the pieces follow each other up to the end.
            let ends: Vec<usize> = first.pieces.iter().flat_map(|pieces| pieces.iter()).map(|piece: &Piece| piece.end as usize).collect();
            assert!(ends.is_sorted() && ends.last().is_none_or(|&end| end == first.bytes.len()));
        }
        (Err(first), Err(again)) => assert_eq!(first.message, again.message),
        (first, again) => panic!("first {first:?}, then {again:?}"),
    }
});
