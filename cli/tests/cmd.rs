//! The command line as its users meet it: one case is `cmd/<name>.toml` with the repository that it runs in beside it.

#[test]
fn commands() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
