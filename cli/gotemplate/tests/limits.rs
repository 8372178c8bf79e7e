//! Templates that never end, nest without end or write without end: each is an error, on a thread of the usual 2 MiB of stack.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail here")]

mod probe;

use portcullis_gotemplate::{ExecError, Limits, Machine, ParseError, Settings, Templates};
use portcullis_source::Text;

fn parse(text: &str) -> Result<Templates, ParseError> {
    let mut templates = Templates::new(probe::functions());
    templates.parse("t", &Text::nowhere(text.as_bytes())).map(|()| templates)
}

fn execute(text: &str, limits: Limits) -> Result<String, ExecError> {
    let templates = parse(text).unwrap_or_else(|error| panic!("{error}"));
    let mut machine = Machine::new(&templates, Settings { limits, ..Settings::default() });
    machine.execute("t", probe::values(r#"{"words": ["x", "y"]}"#)).map(|text| text.lossy().into_owned())
}

fn fails(text: &str, message: &str) {
    let error = execute(text, Limits::default()).unwrap_err();
    assert!(error.fatal, "{}", error.message);
    assert!(error.message.ends_with(message), "{}", error.message);
}

#[test]
fn a_template_that_includes_itself() {
    let recursive = "unable to execute template";
    fails(r#"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#, recursive);
    fails(r#"{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#, recursive);
    fails(
        r#"{{ define "a" }}{{ if true }}{{ with . }}{{ print (include "a" .) | print }}{{ end }}{{ end }}{{ end }}{{ include "a" . }}"#,
        recursive,
    );
}

#[test]
fn a_large_stack_reaches_helms_own_limit() {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(|| {
        let text = r#"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#;
        execute(text, Limits { stack: 200 << 20, ..Limits::default() }).unwrap_err().message
    });
    let message = thread.unwrap().join().unwrap();
    assert_eq!(message.matches("error calling include").count(), 1_002);
    assert!(message.ends_with("rendering template has a nested reference name: a: unable to execute template"));
}

#[test]
fn a_template_that_calls_itself() {
    fails(r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#, "nested too deeply");
    fails(r#"{{ define "a" }}{{ tpl "{{ tpl . . }}" "{{ template \"a\" }}" }}{{ end }}{{ template "a" . }}"#, "nested too deeply");
}

#[test]
fn a_source_that_takes_itself_as_a_template() {
    fails(r#"{{ $x := "{{ tpl . . }}" }}{{ tpl $x $x }}"#, "nested too deeply");
}

#[test]
fn parentheses_in_each_other() {
    let nested = |depth: usize| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(execute(&nested(100), Limits::default()).unwrap(), "1");
    assert_eq!(parse(&nested(10_000)).unwrap_err().message, "max expression depth exceeded");
    assert_eq!(parse(&nested(1_000_000)).unwrap_err().message, "max expression depth exceeded");
    assert_eq!(parse(&format!("{{{{ {}", "(print ".repeat(100_000))).unwrap_err().message, "max expression depth exceeded");
}

#[test]
fn controls_in_each_other() {
    for open in ["{{ if true }}", "{{ range .words }}", "{{ with . }}", "{{ block \"a\" . }}", "{{ if true }}{{ else if true }}"] {
        let error = parse(&open.repeat(100_000)).unwrap_err();
        assert_eq!(error.message, "max nesting depth exceeded", "{open}");
    }
    let chain = format!("{{{{ if false }}}}{}{{{{ end }}}}", "{{ else if false }}".repeat(100));
    assert_eq!(execute(&chain, Limits::default()).unwrap(), "");
}

#[test]
fn what_parses_also_executes_and_prints() {
    let nested = |depth: usize| format!("{}x{}", "{{ if true }}".repeat(depth), "{{ end }}".repeat(depth));
    let deepest = (1..).map(|step| step * 50).take_while(|&depth| parse(&nested(depth)).is_ok()).last().unwrap();
    assert!(deepest >= 100, "only {deepest} levels parse");
    let templates = parse(&nested(deepest)).unwrap();
    assert!(templates.canonical("t").unwrap().starts_with("{{if true}}"));
    match execute(&nested(deepest), Limits::default()) {
        Ok(text) => assert_eq!(text, "x"),
        Err(error) => assert!(error.fatal, "{}", error.message),
    }
}

#[test]
fn loops_without_end() {
    let limits = Limits { steps: 100_000, ..Limits::default() };
    for text in [
        "{{ range 1000000000 }}{{ end }}",
        "{{ range 9223372036854775807 }}x{{ end }}",
        "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}",
    ] {
        let error = execute(text, limits).unwrap_err();
        assert!(error.fatal);
        assert!(error.message.ends_with("the evaluation takes more than 100000 steps"), "{}", error.message);
    }
}

#[test]
fn output_without_end() {
    let limits = Limits { output: 1 << 20, ..Limits::default() };
    let text = r#"{{ $x := "0123456789" }}{{ range 100 }}{{ $x = print $x $x }}{{ print $x | len }}{{ $x }}{{ end }}"#;
    let error = execute(text, limits).unwrap_err();
    assert!(error.fatal);
    assert!(error.message.ends_with("the output is longer than 1048576 bytes"), "{}", error.message);
}

#[test]
fn values_in_each_other() {
    let text =
        "{{ $x := 1 }}{{ range 200000 }}{{ $x = list $x }}{{ end }}{{ $y := 1 }}{{ range 200000 }}{{ $y = dict \"a\" $y }}{{ end }}done";
    assert_eq!(execute(text, Limits::default()).unwrap(), "done");
}
