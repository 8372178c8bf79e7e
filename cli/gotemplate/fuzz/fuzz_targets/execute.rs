//! No template makes the evaluator or a function panic, hang or write without end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_gotemplate::{Limits, Machine, MissingKey, Settings, Templates, funcs};
use portcullis_source::Text;

#[path = "../../tests/probe/mod.rs"]
#[allow(dead_code)]
mod probe;

const VALUES: &str = r#"{"s": "text", "f": 3.5, "t": true, "nil": null, "words": ["x", "y", null], "m": {"a": 1, "b": {"c": "deep"}}}"#;

fuzz_target!(|bytes: &[u8]| {
    let mut templates = Templates::new(funcs::helm_functions(Compat::Helm3));
    if templates.parse("t", &Text::nowhere(bytes)).is_err() {
        return;
    }
    let limits = Limits { steps: 20_000, output: 1 << 20, ..Limits::default() };
    let mut machine = Machine::new(&templates, Settings { limits, missing_key: MissingKey::Zero, chance: None, live: None });
    let _ = machine.execute("t", probe::values(VALUES));
});
