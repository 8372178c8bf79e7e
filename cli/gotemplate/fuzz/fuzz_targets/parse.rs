//! No text makes the parser panic, and what it reads it prints so that it reads the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_gotemplate::{Templates, funcs::{self, Compat}};
use portcullis_source::Text;

fuzz_target!(|bytes: &[u8]| {
    let mut templates = Templates::new(funcs::helm_functions(Compat::Helm3));
    if templates.parse("t", &Text::nowhere(bytes)).is_err() {
        return;
    }
    let printed = templates.canonical("t").unwrap_or_default();
    let mut again = Templates::new(funcs::helm_functions(Compat::Helm3));
    // Text that ends in a brace before an action, and bytes that are no UTF-8, print as something else in Go too.
    if !printed.contains("{{{") && std::str::from_utf8(bytes).is_ok() {
        again.parse("t", &Text::nowhere(printed.as_bytes())).unwrap();
        assert_eq!(again.canonical("t"), Some(printed));
    }
});
