//! Asks the real tools again and compares: needs `testdata/tools/build` to have run.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use portcullis_testdata::tools::Tools;
use portcullis_testdata::truth::Corpus;

fn still_true(corpus: Corpus) {
    let (asked, recorded) = (corpus.ask(&Tools::locate()).expect("the tool answers"), corpus.on_disk().expect("the corpus reads"));
    let differing: Vec<_> = asked.keys().chain(recorded.keys()).filter(|path| asked.get(*path) != recorded.get(*path)).collect();
    assert!(differing.is_empty(), "{} recordings differ from the real tool: {differing:#?}", corpus.name());
}

#[test]
fn helm_prints_what_is_recorded_of_the_charts() {
    still_true(Corpus::Charts);
}

#[test]
fn helm_makes_of_the_expressions_what_is_recorded() {
    still_true(Corpus::Expressions);
}

#[test]
fn argo_cd_expands_to_what_is_recorded() {
    still_true(Corpus::ApplicationSets);
}
