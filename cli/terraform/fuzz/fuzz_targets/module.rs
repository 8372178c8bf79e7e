//! No module makes the evaluation panic, hang or take memory without end, and what it gives it gives again.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/probe/mod.rs"]
#[allow(dead_code)]
mod probe;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // The files of a folder one after the other, each after its name; or one file.
    let files = probe::archive(text);
    assert_eq!(probe::told(&files), probe::told(&files));
});
