//! No text makes the reader panic, and every part that it reads lies within the text, inner parts within outer ones.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_source::Sources;
use portcullis_terraform::syntax;

#[path = "../../tests/probe/mod.rs"]
#[allow(dead_code)]
mod probe;

fuzz_target!(|bytes: &[u8]| {
    let sources = Sources::default();
    let file = sources.add("main.tf", bytes);
    let (body, errors) = syntax::body(&file);
    for error in &errors {
        assert!(error.span.start <= error.span.end && error.span.end as usize <= bytes.len().max(1), "{error:?}");
        assert!(!error.message.is_empty() && !error.hint.is_empty());
    }
    probe::within(&body, file.span());
});
