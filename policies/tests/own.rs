//! Rules of one's own: what is whole is taken, and what is not is named with its line.
#![expect(clippy::unwrap_used, reason = "a library that does not compile fails its test")]

use std::{fmt::Write as _, sync::Arc};

use portcullis_policies::{Config, Context, Engine, Finding, Library, OwnFile, Resource};
use portcullis_source::{Sources, Text, yaml};

const METADATA: &str = "# METADATA
# title: Deployment without an owner
# description: Nobody knows whom to call.
# custom:
#   severity: error
#   group: platform
#   scope: resource
#   target: [Deployment]
";

/// A rule that is whole, with another body.
fn rule(id: &str, body: &str) -> String {
    format!("{METADATA}package portcullis.rules.{}\n\n{body}\n", id.replace('-', "_"))
}

const WHOLE: &str = r#"import data.acme.owners

findings contains {"at": ["metadata", "labels", "owner"], "message": message} if {
	not owners.known(input.resource)
	message := sprintf("%s has no owner", [input.resource.metadata.name])
}"#;
const EXPECTED: &str = "\
own/prelude/broken.rego:3: prelude/broken.rego does not compile: expecting expression
own/prelude/ours.rego:1: prelude/ours.rego is of package \"portcullis.prelude.pods\"
own/Bad_Name/rule.rego:1: Bad_Name is no name of a rule
own/chance/rule.rego:12: own/chance/rule.rego calls rand.intn
own/clock/rule.rego:12: own/clock/rule.rego calls time.now_ns
own/fetches/rule.rego:12: own/fetches/rule.rego calls http.send
own/no-metadata/rule.rego:1: metadata of rule no-metadata: there is no # METADATA
own/no-rego/README.md:1: rule no-rego has no rule.rego
own/no-such-function/rule.rego:12: rule no-such-function does not compile: Unknown function: 'nothing.like.it'
own/no-syntax/rule.rego:13: rule no-syntax does not compile: expecting expression
own/other-package/rule.rego:9: rule other-package is of package \"portcullis.rules.missing_owner\"
own/unpinned-image/rule.rego:1: there is a rule unpinned-image already
";
const SHARED: &str = "package acme.owners\n\nknown(resource) if resource.metadata.labels.owner\n";

/// The library with some files in it, and what was said of them as `FILE:LINE: MESSAGE`.
fn add(files: &[(&str, &str)]) -> (Library, String) {
    let sources = Sources::default();
    let own =
        files.iter().map(|(path, text)| OwnFile { path: (*path).to_owned(), file: sources.add(format!("own/{path}"), text.as_bytes()) });
    let mut library = Library::embedded().unwrap();
    let mistakes = library.add("own", &own.collect::<Vec<_>>());
    let mut said = String::new();
    for mistake in mistakes {
        let place = sources.locate(mistake.span.unwrap()).unwrap();
        let _ = writeln!(said, "{}:{}: {}", place.file, place.line, mistake.message);
    }
    (library, said)
}

#[test]
fn what_is_whole_is_asked_like_any_other() {
    let (library, said) = add(&[("missing-owner/rule.rego", &rule("missing-owner", WHOLE)), ("prelude/owners.rego", SHARED)]);
    assert_eq!(said, "");
    let engine = Engine::new(&library.only(&["missing-owner"]).unwrap(), &Config::default()).unwrap();
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {}\n";
    let document = yaml::parse(&Text::nowhere(text.as_bytes())).documents.remove(0);
    let found = engine.evaluate(&Resource::read(&Arc::new(document), &Context::default()).value);
    let messages: Vec<&str> = found.value.iter().map(|finding| &*finding.message).collect();
    assert_eq!(messages, ["app has no owner"]);
}

#[test]
fn what_is_not_costs_itself_alone() {
    let good = rule("missing-owner", WHOLE);
    let finding = |body: &str| format!("findings contains {{\"at\": [], \"message\": \"no\"}} if {{\n\t{body}\n}}");
    let (library, said) = add(&[
        ("missing-owner/rule.rego", &good),
        ("prelude/owners.rego", SHARED),
        ("prelude/broken.rego", "package acme.broken\n\nx := := 1\n"),
        ("prelude/ours.rego", "package portcullis.prelude.pods\n"),
        ("unpinned-image/rule.rego", &rule("unpinned-image", WHOLE)),
        ("Bad_Name/rule.rego", &good),
        ("no-rego/README.md", "## What it finds\n"),
        ("no-metadata/rule.rego", "package portcullis.rules.no_metadata\n"),
        ("other-package/rule.rego", &good),
        ("no-syntax/rule.rego", &rule("no-syntax", &finding("input.resource =="))),
        ("no-such-function/rule.rego", &rule("no-such-function", &finding("nothing.like.it(input.resource)"))),
        (
            "fetches/rule.rego",
            &rule("fetches", &finding("http.send({\"method\": \"get\", \"url\": \"https://example.com\"}).status_code == 200")),
        ),
        ("clock/rule.rego", &rule("clock", &finding("time.now_ns() > 0 # \"print(1)\""))),
        ("chance/rule.rego", &rule("chance", &finding("rand[\"intn\"](\"x\", 3) > 0"))),
        ("says-print/rule.rego", &rule("says-print", &finding("input.resource.kind == \"print(x) # trace(y)\" # rand.intn"))),
    ]);
    assert_eq!(said, EXPECTED);
    let own: Vec<&str> = library.rules().iter().filter(|rule| rule.span.is_some()).map(|rule| rule.id.as_str()).collect();
    assert_eq!(own, ["missing-owner", "says-print"]);
    assert!(Engine::new(&library, &Config::default()).is_ok());
}

/// What recurses would take the whole process with it, and what nests would never be parsed.
#[test]
fn what_never_ends_is_named_and_left_out() {
    let finding = "findings contains {\"at\": [], \"message\": \"no\"} if down(input.resource)";
    let calls = "import data.acme.trees\n\nfindings contains {\"at\": [], \"message\": \"no\"} if trees.leaf(input.resource)";
    let around = format!("{finding}\n\ndown(x) if up(x.spec)\n\nup(x) if down(x.spec)");
    let (library, said) = add(&[
        ("missing-owner/rule.rego", &rule("missing-owner", WHOLE)),
        ("prelude/owners.rego", SHARED),
        ("prelude/trees.rego", "package acme.trees\n\nleaf(x) if data.acme.forests.tree(x)\n"),
        ("prelude/forests.rego", "package acme.forests\n\n\ntree(x) if data.acme.trees.leaf(x)\n"),
        ("calls-itself/rule.rego", &rule("calls-itself", &format!("{finding}\n\ndown(x) if down(x.spec)"))),
        ("calls-around/rule.rego", &rule("calls-around", &around)),
        ("calls-shared/rule.rego", &rule("calls-shared", calls)),
        ("reads-itself/rule.rego", &rule("reads-itself", "findings contains x if { some x in findings }")),
        ("nests-lists/rule.rego", &rule("nests-lists", &format!("x := {}1{}", "[".repeat(60), "]".repeat(60)))),
        ("nests-calls/rule.rego", &rule("nests-calls", &format!("x := {}1{}", "f(".repeat(300), ")".repeat(300)))),
        ("long-chain/rule.rego", &rule("long-chain", &format!("x := 1\n{}", "\t+ 1\n".repeat(15_000)))),
        ("long-path/rule.rego", &rule("long-path", &format!("x := input\n{}", "\t.a\n".repeat(15_000)))),
    ]);
    assert_eq!(said, ENDLESS);
    let own: Vec<&str> = library.rules().iter().filter(|rule| rule.span.is_some()).map(|rule| rule.id.as_str()).collect();
    assert_eq!(own, ["missing-owner"]);
}

const ENDLESS: &str = "\
own/prelude/forests.rego:4: prelude/forests.rego does not compile: acme.forests.tree calls itself
own/calls-around/rule.rego:13: rule calls-around does not compile: portcullis.rules.calls_around.down calls itself
own/calls-itself/rule.rego:13: rule calls-itself does not compile: portcullis.rules.calls_itself.down calls itself
own/calls-shared/rule.rego:1: rule calls-shared does not compile: Unknown function: 'data.acme.forests.tree'
own/long-chain/rule.rego:212: long-chain/rule.rego has an expression of more than 200 parts
own/long-path/rule.rego:212: long-path/rule.rego has an expression of more than 200 parts
own/nests-calls/rule.rego:11: nests-calls/rule.rego nests more than 64 deep
own/nests-lists/rule.rego:11: nests-lists/rule.rego nests more than 12 deep
own/reads-itself/rule.rego:11: rule reads-itself does not compile: portcullis.rules.reads_itself.findings calls itself
";

/// What the machine would read in its own way is refused by name, not read in that way.
#[test]
fn what_the_machine_reads_otherwise_is_refused() {
    let finding = "findings contains {\"at\": [], \"message\": \"no\"} if input.resource.kind == \"x\"";
    let (library, said) = add(&[
        (
            "keyed-set/rule.rego",
            &rule("keyed-set", &format!("{finding}\n\nnames[kind] contains name if {{\n\tkind := \"a\"\n\tname := \"b\"\n}}")),
        ),
        ("default-function/rule.rego", &rule("default-function", &format!("{finding}\n\ndefault f(_) := 1\n\nf(x) := 2 if x == 3"))),
        ("dotted-head/rule.rego", &rule("dotted-head", &format!("{finding}\n\ncfg.a.b := 1"))),
        ("taken-apart/rule.rego", &rule("taken-apart", &format!("{finding}\n\nx := y if {{\n\t{{\"kind\": y}} := input.resource\n}}"))),
        (
            "looped-apart/rule.rego",
            &rule("looped-apart", &format!("{finding}\n\nx if {{\n\tsome {{\"k\": y}} in input.resource.spec\n\ty\n}}")),
        ),
        ("made-whole/rule.rego", &rule("made-whole", &format!("{finding}\n\nx := {{\"k\": y}} if y := input.resource.kind"))),
        ("plain-set/rule.rego", &rule("plain-set", &format!("{finding}\n\ndefault x := 1\n\nnames contains \"a\""))),
    ]);
    let expected = "\
own/default-function/rule.rego:13: rule default-function has what portcullis does not read as OPA does, a default of a function: write what it is otherwise as its `else`
own/dotted-head/rule.rego:13: rule dotted-head has what portcullis does not read as OPA does, a rule under a key: write one object, as `n := {k: v}`
own/keyed-set/rule.rego:13: rule keyed-set has what portcullis does not read as OPA does, a set under a key: write an object with a comprehension, as `n := {k: s | …}`
own/looped-apart/rule.rego:14: rule looped-apart has what portcullis does not read as OPA does, an object with variables on the left: name its fields one by one, as `x := o.x`
own/taken-apart/rule.rego:14: rule taken-apart has what portcullis does not read as OPA does, an object with variables on the left: name its fields one by one, as `x := o.x`
";
    assert_eq!(said, expected);
    assert!(library.rule("made-whole").is_ok());
    assert!(library.rule("plain-set").is_ok());
}

/// What would be undefined for good, so that the rule never finds anything, is a mistake of the rule.
#[test]
fn what_can_never_be_found_is_refused() {
    let finding = |condition: &str| format!("findings contains {{\"at\": [], \"message\": \"no\"}} if {condition}");
    let (library, said) = add(&[
        ("no-pattern/rule.rego", &rule("no-pattern", &finding("regex.match(`(?=a)`, input.resource.kind)"))),
        ("go-pattern/rule.rego", &rule("go-pattern", &finding("regex.match(`^{{\\QD.\\E`, input.resource.kind)"))),
        ("two-files/rule.rego", &rule("two-files", WHOLE)),
        ("two-files/more.rego", "package portcullis.rules.two_files\n"),
        ("no-import/rule.rego", &rule("no-import", &format!("import data.portcullis.prelude.missing\n\n{}", finding("missing.is_it")))),
        ("no-data/rule.rego", &rule("no-data", &finding("data.portcullis.prelude.containers.missing"))),
        ("no-value/rule.rego", &rule("no-value", "findings contains {\"at\": [], \"message\": message} if input.resource.kind == \"x\"")),
    ]);
    let expected = "\
own/no-data/rule.rego:11: rule no-data does not compile: nothing is called data.portcullis.prelude.containers.missing
own/no-import/rule.rego:11: rule no-import does not compile: nothing is called data.portcullis.prelude.missing
own/no-pattern/rule.rego:11: in own/no-pattern/rule.rego regex.match gets what is no pattern: error parsing regexp: invalid or unsupported Perl syntax: `(?=`
own/no-value/rule.rego:11: no-value/rule.rego does not compile: nothing gives message a value
own/two-files/more.rego:1: two-files/more.rego is read by nobody
";
    assert_eq!(said, expected);
    assert!(library.rule("go-pattern").is_ok());
}

/// Builtins that regorus has not work all the same, and patterns are Go's.
#[test]
fn builtins_are_those_of_opa() {
    let body = "findings contains {\"at\": [\"spec\", \"text\"], \"message\": message} if {
\tregex.match(`^\\Qabc\\E$`, input.resource.spec.text)
\tmessage := crypto.sha256(input.resource.spec.text)
}";
    let (found, problems) = found(body);
    let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    // `printf abc | sha256sum`.
    assert_eq!((messages, problems), (vec!["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"], Vec::new()));
}

/// A rule that takes too long is asked about some objects and no more, and each object that it was not asked about is told.
#[test]
fn a_slow_rule_is_given_up() {
    let sources = Sources::default();
    let slow = "findings contains {\"at\": [\"metadata\", \"name\"], \"message\": \"slow\"} if {
\tnumbers := numbers.range(1, 3000)
\tcount([1 | some x in numbers; some y in numbers; x * y == -1]) > 0
}";
    let own = [OwnFile { path: "own-rule/rule.rego".to_owned(), file: sources.add("own/rule.rego", rule("own-rule", slow).as_bytes()) }];
    let mut library = Library::embedded().unwrap();
    assert!(library.add("own", &own).is_empty());
    let engine = Engine::new(&library.only(&["own-rule"]).unwrap(), &Config::default()).unwrap();
    let resources: Vec<Resource> = (0..8)
        .flat_map(|at| {
            let text = format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-{at}}}\n");
            let document = yaml::parse(&Text::nowhere(text.as_bytes())).documents.remove(0);
            Resource::read(&Arc::new(document), &Context::default()).value
        })
        .collect();
    let problems = engine.evaluate(&resources).problems;
    let given_up =
        problems.iter().filter(|problem| problem.message.contains("it was not asked, after it had taken more than 1000000 instructions"));
    assert_eq!((problems.len(), given_up.count()), (8, 5), "{problems:?}");
}

/// The problems that a rule of one's own makes of one Deployment, as `LINE: MESSAGE`.
fn verdict(body: &str) -> (usize, Vec<String>) {
    let (found, problems) = found(body);
    (found.len(), problems)
}

/// The same, with what it finds.
fn found(body: &str) -> (Vec<Finding>, Vec<String>) {
    let sources = Sources::default();
    let own =
        [OwnFile { path: "own-rule/rule.rego".to_owned(), file: sources.add("own/own-rule/rule.rego", rule("own-rule", body).as_bytes()) }];
    let mut library = Library::embedded().unwrap();
    let mistakes = library.add("own", &own);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let engine = Engine::new(&library.only(&["own-rule"]).unwrap(), &Config::default()).unwrap();
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {list: [1], text: abc}\n";
    let document = yaml::parse(&Text::nowhere(text.as_bytes())).documents.remove(0);
    let found = engine.evaluate(&Resource::read(&Arc::new(document), &Context::default()).value);
    let told = |problem: &portcullis_source::Problem| {
        let place = sources.locate(problem.span.unwrap()).unwrap();
        format!("{}:{}: {}: {}", place.file, place.line, problem.stage.name(), problem.message)
    };
    (found.value, found.problems.iter().map(told).collect())
}

/// A message is told in Go's words, as OPA does (`opa eval` says this of these), and none is lost for the words of its format.
#[test]
fn messages_are_formatted_as_in_opa() {
    let said = "findings contains {\"at\": [], \"message\": sprintf(\"%d|%+d|%05d|%-3s|%5.2f|%d\", [1.5, 1, 2, \"a\", 1.5, \"1Gi\"])}";
    let (found, problems) = found(said);
    let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!((messages, problems), (vec!["%!d(float64=1.5)|+1|00002|a  | 1.50|%!d(string=1Gi)"], Vec::new()));
}

/// At the name of an object only the message tells two findings apart: one that goes must not hide one that comes.
#[test]
fn what_is_said_of_an_object_as_a_whole_has_a_fingerprint_of_its_own() {
    let two = "findings contains {\"at\": [\"metadata\", \"name\"], \"message\": message} if some message in [\"a\", \"b\"]";
    let (found, _) = found(two);
    let [one, other] = found.as_slice() else { panic!("{found:?}") };
    assert_ne!(one.fingerprint, other.fingerprint);
    // At a field of its own a message may change while the fault stays.
    let at_a_field = "findings contains {\"at\": [\"spec\", \"text\"], \"message\": message} if some message in [\"a\", \"b\"]";
    let (found, _) = self::found(at_a_field);
    let [one, other] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.fingerprint, other.fingerprint);
}

/// A mistake of a rule stands in the rule, whatever object it was made about.
#[test]
fn a_rule_that_gives_no_verdict_is_named_with_its_line() {
    let says = |finding: &str| verdict(&format!("findings contains {finding} if input.resource.kind == \"Deployment\""));
    let (findings, problems) = says("{\"at\": [\"spec\", \"list\", 0], \"message\": \"a\"}");
    assert_eq!((findings, problems), (1, Vec::new()));
    let (findings, problems) = says("{\"at\": [\"spec\", \"missing\"], \"message\": \"a\"}");
    assert_eq!((findings, problems), (1, Vec::new()));
    let mistakes = [
        ("1", "it says 1, which is no finding: it is no object"),
        ("{\"at\": [\"spec\"]}", "it has no message"),
        ("{\"at\": [\"spec\"], \"message\": \" \"}", "its message is empty"),
        ("{\"at\": [\"spec\"], \"message\": \"a\", \"other\": [\"nothing\"]}", "of /nothing, which"),
        ("{\"message\": \"a\"}", "it has no place"),
        ("{\"at\": \"spec\", \"message\": \"a\"}", "its at is no list of keys and numbers"),
        ("{\"at\": [\"spec\"], \"message\": [1]}", "its message is no text"),
        ("{\"at\": [\"spec\"], \"message\": \"a\", \"line\": 3}", "nobody reads its \"line\""),
        ("{\"at\": [\"nothing\"], \"message\": \"a\"}", "it says \"a\" of /nothing, which the object cannot have"),
        ("{\"at\": [\"spec\", \"list\", 1], \"message\": \"a\"}", "of /spec/list/1, which"),
        ("{\"at\": [\"spec\", \"text\", \"a\"], \"message\": \"a\"}", "of /spec/text/a, which"),
    ];
    for (finding, why) in mistakes {
        let (findings, problems) = says(finding);
        assert_eq!((findings, problems.len()), (0, 1), "{finding}");
        assert!(problems[0].starts_with("own/own-rule/rule.rego:11: rules: rule own-rule gives no verdict: "), "{problems:?}");
        assert!(problems[0].contains(why), "{problems:?}");
    }
    let (findings, problems) = verdict("findings := 3");
    assert_eq!(findings, 0);
    assert!(problems[0].ends_with("its findings are 3, not a set"), "{problems:?}");
}

/// One call must not fill the memory, nor many of them that each make twice as much.
#[test]
fn what_makes_much_of_little_has_an_end() {
    let says = |body: &str| {
        let (findings, problems) = verdict(&format!("findings contains {{\"at\": [], \"message\": \"a\"}} if {{\n{body}\n}}"));
        (findings, problems.into_iter().next().unwrap_or_default())
    };
    assert_eq!(says("count(numbers.range(1, 60000)) == 60000"), (1, String::new()));
    assert_eq!(says("concat(\"-\", [\"a\", \"b\"]) == \"a-b\""), (1, String::new()));
    assert_eq!(says("replace(\"abab\", \"a\", \"x\") == \"xbxb\""), (1, String::new()));
    assert_eq!(says("sprintf(\"%d-%s\", [1, \"a\"]) == \"1-a\""), (1, String::new()));
    assert_eq!(says("strings.replace_n({\"a\": \"b\"}, \"aa\") == \"bb\""), (1, String::new()));
    assert_eq!(says("regex.replace(\"aa\", \"a\", \"b\") == \"bb\""), (1, String::new()));
    assert_eq!(says("array.concat([1], [2]) == [1, 2]"), (1, String::new()));
    assert_eq!(says("json.marshal([1]) == \"[1]\""), (1, String::new()));
    let doubled = |first: &str, next: fn(usize) -> String, last: &str| {
        let steps: String = (1..40).map(|at| format!("\tx{at} := {}\n", next(at - 1))).collect();
        format!("\tx0 := {first}\n{steps}\t{last}")
    };
    let endless = [
        ("numbers.range", "count(numbers.range(1, 100000000)) > 1".to_owned()),
        ("numbers.range_step", "count(numbers.range_step(1, 100000000, 1)) > 1".to_owned()),
        ("bits.lsh", "bits.lsh(1, 1000000000) > 1".to_owned()),
        ("sprintf", doubled("\"a\"", |at| format!("sprintf(\"%s%s\", [x{at}, x{at}])"), "x39 != \"\"")),
        ("array.concat", doubled("[1]", |at| format!("array.concat(x{at}, x{at})"), "count(x39) > 1")),
        ("concat", doubled("\"a\"", |at| format!("concat(x{at}, [x{at}, x{at}])"), "x39 != \"\"")),
        ("replace", doubled("\"aa\"", |at| format!("replace(x{at}, \"a\", x{at})"), "x39 != \"\"")),
        ("strings.replace_n", doubled("\"aa\"", |at| format!("strings.replace_n({{\"a\": x{at}}}, x{at})"), "x39 != \"\"")),
        ("regex.replace", doubled("\"aa\"", |at| format!("regex.replace(x{at}, \"a\", x{at})"), "x39 != \"\"")),
        ("json.marshal", doubled("\"\\\"\"", |at| format!("json.marshal(x{at})"), "x39 != \"\"")),
    ];
    for (builtin, body) in endless {
        let (findings, problem) = says(&body);
        assert_eq!(findings, 0, "{builtin}");
        assert!(problem.contains(&format!("gives no verdict: {builtin} makes more than ")), "{builtin}: {problem}");
    }
}

/// What nests deeper than `walk` goes is no silence.
#[test]
fn walking_has_an_end() {
    let says = |depth: usize| {
        let steps: String = (1..=depth).map(|at| format!("\tx{at} := {{\"a\": x{}}}\n", at - 1)).collect();
        let body = format!("\tx0 := \"found\"\n{steps}\t[path, value] := walk(x{depth})\n\tvalue == \"found\"\n\tcount(path) == {depth}");
        verdict(&format!("findings contains {{\"at\": [], \"message\": \"a\"}} if {{\n{body}\n}}"))
    };
    assert_eq!(says(5), (1, Vec::new()));
    let (findings, problems) = says(40);
    assert_eq!(findings, 0);
    assert!(problems[0].ends_with("gives no verdict: walk goes deeper than 32"), "{problems:?}");
}
