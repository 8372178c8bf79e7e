//! Modules whose evaluation no recording shows: where values come from, why they are unknown, what may not be done.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use portcullis_source::{Partial, RepoPath, Revision, Sources};
use portcullis_terraform::{
    Role, Value,
    module::{self, Assume, Dialect, Existence, Inputs, Limits, Module, ModuleCopy, Setup},
    value::{Known, ReasonKind},
};

/// Evaluates the root of files that are given as `-- NAME --` and their text.
fn evaluate(archive: &str) -> (Revision, Partial<Module>) {
    evaluate_with(archive, Setup::default())
}

fn evaluate_with(archive: &str, setup: Setup) -> (Revision, Partial<Module>) {
    let mut files: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
    let archive = if archive.starts_with("-- ") { archive.to_owned() } else { format!("-- main.tf --\n{archive}") };
    for part in archive.split("-- ").skip(1).collect::<Vec<_>>().chunks(1) {
        let (name, text) = part[0].split_once(" --\n").unwrap();
        files.insert(RepoPath::new(name).unwrap(), Arc::from(text.as_bytes()));
    }
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    // Fewer steps than there may be, so that bombs end soon without optimizations too.
    let limits = Limits { steps: 300_000, ..Limits::default() };
    let done = module::evaluate(&revision, &RepoPath::root(), &Inputs { limits, setup: Arc::new(setup), ..Inputs::default() });
    (revision, done)
}

fn messages(done: &Partial<Module>) -> Vec<&str> {
    done.problems.iter().map(|problem| &*problem.message).collect()
}

fn output(done: &Partial<Module>, name: &str) -> Value {
    assert_eq!(messages(done), Vec::<&str>::new());
    done.value.outputs[name].value.clone()
}

/// The way of a value: roles, names and lines.
fn chain(revision: &Revision, value: &Value) -> Vec<String> {
    let steps = value.origin.chain().into_iter();
    steps
        .map(|step| {
            let place = revision.sources().locate(step.span).unwrap();
            format!("{:?} {} {}:{}", step.role, step.name, place.file, place.line)
        })
        .collect()
}

#[test]
fn a_value_remembers_its_way_through_files_variables_and_modules() {
    let (revision, done) = evaluate(
        "-- main.tf --\nvariable \"size\" {}\nlocals {\n  bigger = var.size\n}\nmodule \"m\" {\n  source = \"./m\"\n  size   = local.bigger\n}\noutput \"it\" {\n  value = module.m.size\n}\n\
         -- terraform.tfvars --\n# the size\nsize = 3\n-- m/main.tf --\nvariable \"size\" {}\noutput \"size\" {\n  value = var.size\n}\n",
    );
    let value = output(&done, "it");
    let expected = [
        "Written  terraform.tfvars:2",
        "Given size terraform.tfvars:2",
        "Local bigger main.tf:3",
        "Argument size main.tf:7",
        "Output size m/main.tf:3",
        "Output it main.tf:10",
    ];
    assert_eq!(chain(&revision, &value), expected);
    assert_eq!(revision.sources().locate(value.origin.span().unwrap()).unwrap().line, 2);
}

#[test]
fn a_member_keeps_the_place_of_its_own_literal() {
    let (revision, done) =
        evaluate("locals {\n  all = merge({\n    a = 1\n  }, {\n    b = 2\n  })\n}\noutput \"b\" {\n  value = local.all.b\n}\n");
    let value = output(&done, "b");
    assert_eq!(chain(&revision, &value)[0], "Written  main.tf:5");
    assert!(value.origin.chain().iter().any(|step| step.role == Role::Local));
}

#[test]
fn an_unknown_says_why() {
    let (_, done) = evaluate(
        "variable \"unset\" {}\nresource \"aws_db_instance\" \"db\" {\n  multi_az = true\n}\ndata \"aws_region\" \"here\" {}\nmodule \"far\" {\n  source = \"terraform-aws-modules/none/aws\"\n}\n\
         output \"unset\" {\n  value = upper(var.unset)\n}\noutput \"computed\" {\n  value = aws_db_instance.db.endpoint\n}\noutput \"known\" {\n  value = aws_db_instance.db.multi_az\n}\n\
         output \"data\" {\n  value = [data.aws_region.here.name]\n}\noutput \"far\" {\n  value = module.far.vpc_id\n}\noutput \"clock\" {\n  value = timestamp()\n}\noutput \"space\" {\n  value = terraform.workspace\n}\n",
    );
    let why = |name: &str| output(&done, name).any_reason().unwrap().kind.clone();
    assert_eq!(why("unset"), ReasonKind::Variable(Arc::from("unset")));
    assert_eq!(why("computed"), ReasonKind::Computed(Arc::from("aws_db_instance.db"), Arc::from("endpoint")));
    assert_eq!(output(&done, "computed").identity(), Some(("aws_db_instance.db", "endpoint")));
    assert_eq!(output(&done, "known").to_json(), "true");
    assert_eq!(why("data"), ReasonKind::Data(Arc::from("data.aws_region.here"), Arc::from("name")));
    assert_eq!(why("far"), ReasonKind::Module(Arc::from("module.far"), Arc::from("terraform-aws-modules/none/aws")));
    assert_eq!(why("clock"), ReasonKind::Impure(Arc::from("timestamp")));
    assert_eq!(why("space"), ReasonKind::Environment(Arc::from("terraform.workspace")));
}

#[test]
fn one_unknown_hides_neither_a_text_nor_a_document_nor_both_branches() {
    let (_, done) = evaluate(
        "resource \"x_y\" \"z\" {}\nlocals {\n  arn = x_y.z.arn\n}\noutput \"text\" {\n  value = \"arn:${local.arn}/*\"\n}\noutput \"document\" {\n  value = jsonencode({ Action = \"*\", Resource = local.arn })\n}\n\
         output \"action\" {\n  value = jsondecode(jsonencode({ Action = \"*\", Resource = local.arn })).Action\n}\noutput \"either\" {\n  value = local.arn == \"a\" ? \"yes\" : \"no\"\n}\noutput \"same\" {\n  value = local.arn == \"a\" ? 1 : 1\n}\n",
    );
    let known = |name: &str| output(&done, name).as_unknown().unwrap().known.clone();
    let Known::Pieces(pieces) = known("text") else { panic!("pieces") };
    assert_eq!(pieces.iter().map(|piece| piece.as_str()).collect::<Vec<_>>(), [Some("arn:"), None, Some("/*")]);
    let Known::Encoded(_, value) = known("document") else { panic!("a document") };
    assert_eq!(value.get("Action").and_then(Value::as_str), Some("*"));
    assert_eq!(output(&done, "action").as_str(), Some("*"));
    let Known::Either(both) = known("either") else { panic!("either") };
    assert_eq!(both.iter().map(|value| value.as_str()).collect::<Vec<_>>(), [Some("yes"), Some("no")]);
    assert_eq!(output(&done, "same").to_json(), "1");
}

#[test]
fn what_is_not_counted_stands_for_all() {
    let (_, done) = evaluate(
        "variable \"n\" {}\nresource \"a_b\" \"c\" {\n  count = var.n\n  x     = count.index\n  y     = 1\n}\nresource \"a_b\" \"d\" {\n  dynamic \"rule\" {\n    for_each = [1, 2]\n    content {\n      n = rule.value\n    }\n  }\n}\n",
    );
    assert_eq!(messages(&done), Vec::<&str>::new());
    let [first, second] = done.value.resources.as_slice() else { panic!("two") };
    assert_eq!((&*first.address, first.existence), ("a_b.c[?]", Existence::Possible));
    assert_eq!(first.values["y"].to_json(), "1");
    assert!(first.values["x"].any_reason().is_some());
    let rules = second.values["rule"].items().unwrap();
    assert_eq!(rules.iter().map(|rule| rule.attributes().unwrap()["n"].to_json()).collect::<String>(), "12");
}

#[test]
fn a_policy_document_is_made_without_its_provider() {
    let (_, done) = evaluate(
        "data \"aws_iam_policy_document\" \"base\" {\n  statement {\n    sid = \"a\"\n    actions = [\"s3:Get*\", \"s3:List*\"]\n    resources = [\"arn:&{aws:username}\"]\n  }\n}\n\
         data \"aws_iam_policy_document\" \"it\" {\n  source_policy_documents = [data.aws_iam_policy_document.base.json]\n  statement {\n    effect = \"Deny\"\n    actions = [\"*\"]\n    resources = [\"*\"]\n    principals {\n      type = \"*\"\n      identifiers = [\"*\"]\n    }\n    condition {\n      test = \"Bool\"\n      variable = \"aws:SecureTransport\"\n      values = [\"false\"]\n    }\n  }\n}\n\
         output \"it\" {\n  value = data.aws_iam_policy_document.it.minified_json\n}\n",
    );
    let expected = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["s3:List*","s3:Get*"],"Resource":"arn:${aws:username}"},{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;
    assert_eq!(output(&done, "it").as_str(), Some(expected));
}

#[test]
fn what_refers_to_itself_is_told_once_and_ends() {
    for text in [
        "locals {\n  a = local.b\n  b = [local.a]\n}\n",
        "module \"m\" {\n  source = \"./\"\n}\n",
        "module \"m\" {\n  source = \"./m\"\n  count = module.m.x\n}\n-- m/main.tf --\noutput \"x\" {\n  value = 1\n}\n",
        "-- main.tf --\nmodule \"m\" {\n  source = \"./m\"\n}\n-- m/main.tf --\nmodule \"n\" {\n  source = \"../n\"\n}\n-- n/main.tf --\nmodule \"m\" {\n  source = \"../m\"\n}\n",
        "resource \"a_b\" \"c\" {\n  x = a_b.d.y\n}\nresource \"a_b\" \"d\" {\n  y = a_b.c.x\n}\n",
    ] {
        let archive = if text.starts_with("-- ") { text.to_owned() } else { format!("-- main.tf --\n{text}") };
        let (_, done) = evaluate(&archive);
        let found = messages(&done);
        let unknown = found.is_empty() && archive.contains("count");
        assert!(unknown || (1..=2).contains(&found.len()), "{text}: {found:?}");
    }
}

#[test]
fn nothing_outside_of_the_repository_is_read() {
    for expression in [
        "file(\"../../etc/passwd\")",
        "file(\"/etc/passwd\")",
        "filebase64(\"..//..//x\")",
        "templatefile(\"../x\", {})",
        "fileexists(\"../x\")",
        "fileset(\"..\", \"*\")",
        "filemd5(\"a\\\\b\")",
    ] {
        let (_, done) = evaluate(&format!("output \"x\" {{\n  value = {expression}\n}}\n"));
        assert_eq!(messages(&done).len(), 1, "{expression}: {:?}", messages(&done));
    }
    for source in ["../outside", "./../../x", "/etc"] {
        let (_, done) = evaluate(&format!("module \"m\" {{\n  source = \"{source}\"\n}}\n"));
        assert!(!messages(&done).is_empty() || done.value.calls[0].folder.is_none(), "{source}");
    }
}

/// What would take the machine's memory or the rest of the day.
fn bombs() -> Vec<(&'static str, String)> {
    let expression = |text: &str| format!("output \"x\" {{\n  value = {text}\n}}\n");
    let mut doubling = String::from("locals {\n  a0 = [1, 2]\n  t0 = \"0123456789\"\n");
    for level in 1..60 {
        writeln!(doubling, "  a{level} = [local.a{0}, local.a{0}]\n  t{level} = \"${{local.t{0}}}${{local.t{0}}}\"", level - 1).unwrap();
    }
    doubling.push_str("}\n");
    let mut chain = String::from("locals {\n  a0 = 1\n");
    for level in 1..5_000 {
        writeln!(chain, "  a{level} = local.a{} + 1", level - 1).unwrap();
    }
    chain.push_str("}\noutput \"x\" {\n  value = local.a4999\n}\n");
    let loops = "[for a in range(1000): [for b in range(1000): [for c in range(1000): a * b * c]]]";
    vec![
        ("doubling", doubling),
        ("chain", chain),
        ("loops", expression(loops)),
        ("count", "resource \"a_b\" \"c\" {\n  count = 1000000000\n}\n".to_owned()),
        ("huge count", "resource \"a_b\" \"c\" {\n  count = 1e300\n}\n".to_owned()),
        (
            "module count",
            "-- main.tf --\nmodule \"m\" {\n  source = \"./m\"\n  count = 20000\n}\n-- m/main.tf --\noutput \"x\" {\n  value = 1\n}\n"
                .to_owned(),
        ),
        ("padding", expression("format(\"%2000000000d\", 1)")),
        ("precision", expression("format(\"%.2000000000f\", 1)")),
        ("indent", expression("indent(2000000000, \"a\\nb\")")),
        ("product", expression("setproduct(range(1000), range(1000), range(1000), range(1000))")),
        ("power", expression("1e4999 * 1e4999 * 1e4999 * 1e4999 * 1e4999")),
        ("digits", expression("1e999999999")),
        (
            "replace",
            expression(
                "replace(join(\"\", [for x in range(1000): \"aaaaaaaaaa\"]), \"a\", join(\"\", [for x in range(1000): \"aaaaaaaaaa\"]))",
            ),
        ),
        ("parentheses", expression(&format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)))),
        ("brackets", expression(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)))),
        ("braces", "a {\n".repeat(100_000)),
        ("templates", expression(&"\"${".repeat(50_000))),
        ("signs", expression(&format!("{}1", "-".repeat(100_000)))),
        ("sum", expression(&vec!["1"; 100_000].join("+"))),
        ("conditionals", expression(&"true ? 1 : ".repeat(20_000))),
        ("steps", expression(&format!("local{}", ".a".repeat(100_000)))),
        ("regex", expression("regex(\"(a{1000}){1000}\", \"a\")")),
        ("json", expression(&format!("jsondecode(\"{}\")", "[".repeat(100_000)))),
        (
            "yaml",
            expression(
                "yamldecode(\"a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\\n\")",
            ),
        ),
        (
            "glob",
            expression(
                "fileset(\".\", \"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\")",
            ),
        ),
        ("cidr", expression("cidrsubnets(\"0.0.0.0/0\", [for x in range(1024): 33]...)")),
    ]
}

#[test]
fn bombs_end_in_a_problem() {
    for (name, text) in bombs() {
        let (_, done) = evaluate(&text);
        assert!(!done.problems.is_empty(), "{name} is refused");
        assert!(done.problems.len() < 60, "{name} is told once: {}", done.problems.len());
    }
}

#[test]
fn a_resource_is_a_document_without_secrets() {
    let (_, done) = evaluate(
        "variable \"password\" {\n  sensitive = true\n  default = \"hunter2\"\n}\nvariable \"n\" {}\nresource \"aws_db_instance\" \"db\" {\n  multi_az = true\n  password = var.password\n  tags = { \"a/b\" = var.n, c = [1, var.password] }\n  rule {\n    port = var.n\n    name = \"x\"\n  }\n  dynamic \"more\" {\n    for_each = var.n\n    content {\n      fixed = 1\n      loose = more.value\n    }\n  }\n}\n",
    );
    assert_eq!(messages(&done), Vec::<&str>::new());
    let document: serde_json::Value = serde_json::from_str(&done.value.resources[0].to_json()).unwrap();
    let why = "nobody sets variable n";
    let expected = serde_json::json!({
        "kind": "aws_db_instance", "mode": "managed", "address": "aws_db_instance.db", "module": "", "name": "db", "existence": "certain",
        "values": {"multi_az": true, "password": null, "tags": {"a/b": null, "c": [1, null]}, "rule": [{"port": null, "name": "x"}], "more": [{"fixed": 1, "loose": null}]},
        "unknown": {"/tags/a~1b": why, "/rule/0/port": why, "/more": why, "/more/0/loose": why},
        "sensitive": ["/password", "/tags/c/1"],
    });
    assert_eq!(document, expected);
}

#[test]
fn a_module_of_a_registry_is_evaluated_where_it_was_laid_down() {
    let manifest = |version: &str| {
        format!(
            "-- .terraform/modules/modules.json --\n{{\"Modules\": [{{\"Key\": \"\", \"Source\": \"\", \"Dir\": \".\"}}, {{\"Key\": \"far\", \"Source\": \"registry.terraform.io/a/b/aws\", \"Version\": \"{version}\", \"Dir\": \".terraform/modules/far\"}}]}}\n"
        )
    };
    let main = "-- main.tf --\nmodule \"far\" {\n  source = \"a/b/aws\"\n  version = \"~> 2.1\"\n  x = 1\n}\noutput \"it\" {\n  value = module.far.y\n}\n";
    let module = "-- .terraform/modules/far/main.tf --\nvariable \"x\" {}\noutput \"y\" {\n  value = var.x + 1\n}\n";
    let (_, done) = evaluate(&format!("{main}{module}{}", manifest("2.4.0")));
    assert_eq!(output(&done, "it").to_json(), "2");
    let (_, done) = evaluate(&format!("{main}{module}{}", manifest("3.0.0")));
    assert!(matches!(output(&done, "it").any_reason().unwrap().kind, ReasonKind::Module(..)));
    let (_, done) = evaluate(&format!(
        "{main}{module}-- .terraform/modules/modules.json --\n{{\"Modules\": [{{\"Key\": \"far\", \"Source\": \"a/b/aws\", \"Version\": \"2.1\", \"Dir\": \"../../x\"}}]}}\n"
    ));
    assert!(output(&done, "it").any_reason().is_some());
}

#[test]
fn no_problem_tells_what_is_sensitive() {
    let names = portcullis_terraform::function_names();
    let arguments = ["S", "S, S", "S, S, S", "1, S", "[S]", "{ (S) = S }", "S, 1", "S, {}", "[\"a\"], S"];
    let calls = names.iter().flat_map(|name| arguments.map(|arguments| format!("{name}({arguments})")));
    let others = [
        "{ a = 1 }[S]",
        "[1][S]",
        "{ for x in [S, S] : x => 1 }",
        "S + 1",
        "-S",
        "S ? 1 : 2",
        "[for x in S : x]",
        "\"${S.x}\"",
        "{ (S) = 1 }.b",
        "{ (S) = 1 }[\"b\"]",
        "S[0]",
    ];
    let mut refused = 0;
    for expression in calls.chain(others.map(str::to_owned)) {
        let expression = expression.replace('S', "var.s");
        let text = format!(
            "variable \"s\" {{\n  sensitive = true\n  default = \"hunter2\"\n  validation {{\n    condition = var.s == \"\"\n    error_message = \"not ${{var.s}}\"\n  }}\n}}\noutput \"x\" {{\n  sensitive = true\n  value = {expression}\n}}\n"
        );
        let (_, done) = evaluate(&text);
        for problem in &done.problems {
            assert!(!problem.message.contains("hunter2") && !problem.hint.contains("hunter2"), "{expression}: {problem:?}");
        }
        refused += done.problems.len();
    }
    assert!(refused > 500, "most of these are wrong: {refused}");
}

#[test]
fn texts_that_are_no_configuration_are_problems_with_a_place() {
    for bytes in [
        &b"\xff\xfe"[..],
        b"\0",
        b"}",
        b"a",
        b"a {",
        b"a = ",
        b"\"",
        b"<<",
        b"a = <<X\n",
        b"a = \"${\"",
        b"a = [for",
        b"/*",
        b"locals { a = 1 b = 2 }",
    ] {
        let files = BTreeMap::from([(RepoPath::new("main.tf").unwrap(), Arc::from(bytes))]);
        let revision = Revision::memory(files, Arc::new(Sources::default()));
        let done = module::evaluate(&revision, &RepoPath::root(), &Inputs::default());
        assert!(done.value.partial, "{bytes:?}");
        assert!(done.problems.iter().all(|problem| problem.span.is_some() && !problem.hint.is_empty()), "{bytes:?}: {:?}", done.problems);
    }
}

#[test]
fn an_error_hides_only_its_own_block() {
    let (_, done) = evaluate("output \"a\" {\n  value = 1\n}\noutput \"b\" {\n  value = = 1\n}\noutput \"c\" {\n  value = 3\n}\n");
    assert_eq!(messages(&done).len(), 1);
    assert_eq!(done.value.outputs.keys().map(|name| &**name).collect::<Vec<_>>(), ["a", "c"]);
    assert!(done.value.partial);
}

#[test]
fn what_a_condition_tests_is_known_as_far_as_its_name_is() {
    let document = |variable: &str, test: &str| {
        format!(
            "resource \"x_y\" \"z\" {{}}\ndata \"aws_iam_policy_document\" \"it\" {{\n  statement {{\n    actions = [\"a\"]\n    condition {{\n      test = {test}\n      variable = {variable}\n      values = [\"v\"]\n    }}\n  }}\n}}\noutput \"it\" {{\n  value = data.aws_iam_policy_document.it.json\n}}\n"
        )
    };
    let condition = |variable: &str, test: &str| {
        let (_, done) = evaluate(&document(variable, test));
        let known = output(&done, "it").as_unknown().unwrap().known.clone();
        let Known::Encoded(_, value) = known else { panic!("a document") };
        value.get("Statement").unwrap().items().unwrap()[0].get("Condition").unwrap().clone()
    };
    let partly = condition("\"${x_y.z.url}:sub\"", "\"StringEquals\"");
    assert_eq!(partly.get("StringEquals").unwrap().attributes().unwrap()["?:sub"].as_str(), Some("v"));
    assert!(condition("x_y.z.url", "\"StringEquals\"").get("StringEquals").unwrap().attributes().is_none());
    assert!(condition("\"a\"", "x_y.z.test").as_unknown().is_some());
}

#[test]
fn what_a_resource_leaves_out_its_provider_may_give() {
    let (_, done) = evaluate(
        "resource \"x_y\" \"z\" {\n  version = null\n}\ndata \"x_y\" \"z\" {\n  region = null\n}\noutput \"it\" {\n  value = coalesce(null, x_y.z.version)\n}\noutput \"read\" {\n  value = data.x_y.z.region\n}\n",
    );
    assert_eq!(output(&done, "it").any_reason().unwrap().kind, ReasonKind::Computed(Arc::from("x_y.z"), Arc::from("version")));
    assert_eq!(output(&done, "read").identity(), Some(("data.x_y.z", "region")));
}

/// Modules of other places that lie in the repository are opened there: of several versions the one that a call takes.
#[test]
fn copies_of_modules_are_opened_where_they_are_declared() {
    let copy = |source: &str, version: Option<&str>, folder: &str| ModuleCopy {
        source: Arc::from(source),
        version: version.map(Arc::from),
        folder: RepoPath::new(folder).unwrap(),
    };
    let copies = || {
        vec![
            copy("acme/net/aws", Some("1.4.0"), "third/net-1"),
            copy("acme/net/aws", Some("2.0.1"), "third/net-2"),
            copy("git::https://example.com/a.git", Some("v3.0.0"), "third/a"),
        ]
    };
    let call = |source: &str, version: &str| {
        format!(
            "-- main.tf --\nmodule \"m\" {{\n  source = \"{source}\"\n{version}}}\noutput \"it\" {{\n  value = module.m.it\n}}\n\
             -- third/net-1/main.tf --\noutput \"it\" {{\n  value = \"one\"\n}}\n-- third/net-2/main.tf --\noutput \"it\" {{\n  value = \"two\"\n}}\n\
             -- third/a/sub/main.tf --\noutput \"it\" {{\n  value = \"three\"\n}}\n"
        )
    };
    for (source, version, found) in [
        ("acme/net/aws", "  version = \"~> 1.0\"\n", Some("one")),
        ("acme/net/aws", "  version = \">= 2.0\"\n", Some("two")),
        ("acme/net/aws", "", Some("one")),
        ("acme/net/aws", "  version = \"~> 3.0\"\n", None),
        ("git::https://example.com/a.git//sub?ref=v3.0.0", "", Some("three")),
        ("git::https://example.com/a.git//sub?ref=v4.0.0", "", None),
    ] {
        let (_, done) = evaluate_with(&call(source, version), Setup { copies: copies(), ..Setup::default() });
        assert_eq!(output(&done, "it").as_str(), found, "{source} {version}");
    }
    let (_, done) =
        evaluate_with(&call("git::https://example.com/a.git//none?ref=v3.0.0", ""), Setup { copies: copies(), ..Setup::default() });
    assert_eq!(
        messages(&done),
        ["git::https://example.com/a.git//none?ref=v3.0.0 does not lie where terraform.modules says: third/a/none does not exist"]
    );
}

/// OpenTofu lets what is known before anything is planned say where a module comes from; Terraform of the same time does not.
#[test]
fn sources_of_modules_may_be_evaluated_early() {
    let archive = "-- main.tf --\nvariable \"which\" {\n  default = \"b\"\n}\nlocals {\n  folder = \"./${var.which}\"\n}\nmodule \"m\" {\n  source = local.folder\n}\n\
                   output \"it\" {\n  value = module.m.it\n}\n-- a/main.tf --\noutput \"it\" {\n  value = 1\n}\n-- b/main.tf --\noutput \"it\" {\n  value = \"two\"\n}\n";
    for dialect in [Dialect::Either, Dialect::OpenTofu] {
        let (_, done) = evaluate_with(archive, Setup { dialect, ..Setup::default() });
        assert_eq!(output(&done, "it").as_str(), Some("two"));
    }
    let (_, done) = evaluate_with(archive, Setup { dialect: Dialect::Terraform, ..Setup::default() });
    assert_eq!(messages(&done), ["the source of a module is a text without references"]);
    let (_, done) =
        evaluate("variable \"which\" {}\nmodule \"m\" {\n  source = var.which\n}\nmodule \"n\" {\n  source = module.n.where\n}\n");
    let told = messages(&done);
    assert!(told.len() == 2 && told.iter().all(|message| message.starts_with("the source of a module is not known: ")), "{told:?}");
}

/// What is not evaluated is told, and not taken for something else in silence.
#[test]
fn switches_of_opentofu_are_told() {
    let resource = |enabled: &str| format!("resource \"terraform_data\" \"a\" {{\n  lifecycle {{\n    enabled = {enabled}\n  }}\n}}\n");
    let (_, done) = evaluate(&resource("1 > 2"));
    assert_eq!(messages(&done), ["lifecycle.enabled is not evaluated, so that this counts as being there"]);
    let (_, done) = evaluate(&resource("true"));
    assert_eq!(messages(&done), Vec::<&str>::new());
}

#[test]
fn data_sources_are_answered_with_what_is_assumed() {
    let files = "data \"aws_partition\" \"p\" {}\ndata \"aws_region\" \"r\" {}\ndata \"aws_caller_identity\" \"c\" {}\n\
         data \"aws_availability_zones\" \"z\" {\n  exclude_names = [\"eu-west-1c\"]\n  filter {\n    name = \"opt-in-status\"\n    values = [\"opt-in-not-required\"]\n  }\n}\n\
         data \"aws_availability_zones\" \"other\" {\n  filter {\n    name = \"zone-type\"\n    values = [\"local-zone\"]\n  }\n}\n\
         data \"aws_arn\" \"a\" {\n  arn = \"arn:aws:iam::111122223333:role/x\"\n}\n\
         output \"all\" {\n  value = [data.aws_partition.p.partition, data.aws_region.r.name, data.aws_caller_identity.c.account_id,\n    data.aws_availability_zones.z.names, data.aws_availability_zones.other.names, data.aws_arn.a.account]\n}\n";
    let zones = ["a", "b", "c"].map(|zone| Arc::from(format!("eu-west-1{zone}"))).into();
    let assume = Assume { region: Some(Arc::from("eu-west-1")), zones, account_id: Some(Arc::from("444455556666")), partition: None };
    let (_, done) = evaluate_with(files, Setup { assume, ..Setup::default() });
    let text = |done: &Partial<Module>| done.value.outputs.get("all").map(|output| output.value.to_json()).unwrap_or_default();
    assert_eq!(text(&done), r#"["aws","eu-west-1","444455556666",["eu-west-1a","eu-west-1b"],null,"111122223333"]"#);
    let (_, done) = evaluate_with(files, Setup::default());
    assert_eq!(text(&done), r#"["aws",null,null,null,null,"111122223333"]"#, "nothing else is assumed unless somebody says so");
}

#[test]
fn providers_are_handed_on_by_their_aliases() {
    let archive = "-- main.tf --\nprovider \"aws\" {\n  alias  = \"cn\"\n  region = \"cn-north-1\"\n}\n\
         module \"m\" {\n  source    = \"./m\"\n  providers = { aws.other = aws.cn }\n}\noutput \"it\" {\n  value = module.m.it\n}\n\
         -- m/main.tf --\nterraform {\n  required_providers {\n    aws = {\n      source                = \"hashicorp/aws\"\n      \
         configuration_aliases = [aws.other]\n    }\n  }\n}\ndata \"aws_region\" \"it\" {\n  provider = aws.other\n}\n\
         output \"it\" {\n  value = data.aws_region.it.name\n}\n";
    let (_, done) = evaluate_with(archive, Setup::default());
    assert_eq!(messages(&done), Vec::<&str>::new());
    assert_eq!(output(&done, "it").as_str(), Some("cn-north-1"));
}

#[test]
fn data_sources_are_answered_by_files_and_by_what_they_say() {
    let files = "-- main.tf --\nprovider \"aws\" {\n  region = \"cn-north-1\"\n}\n\
         data \"aws_partition\" \"p\" {}\ndata \"aws_region\" \"r\" {}\n\
         data \"aws_service_principal\" \"logs\" {\n  service_name = \"logs\"\n}\n\
         data \"aws_service_principal\" \"s3\" {\n  service_name = \"s3\"\n}\n\
         data \"template_file\" \"t\" {\n  template = file(\"t.tpl\")\n  vars = { name = \"n\", many = 2 }\n}\n\
         data \"local_file\" \"f\" {\n  filename = \"t.tpl\"\n}\n\
         data \"kubectl_file_documents\" \"d\" {\n  content = file(\"m/b.yaml\")\n}\n\
         data \"kubectl_path_documents\" \"p\" {\n  pattern = \"${path.module}/m/*.yaml\"\n  vars = { name = \"n\" }\n}\n\
         data \"kubectl_path_documents\" \"hidden\" {\n  pattern = \"m/*.yaml\"\n  sensitive_vars = { name = \"n\" }\n}\n\
         output \"aws\" {\n  value = [data.aws_partition.p.dns_suffix, data.aws_region.r.name, data.aws_service_principal.logs.name,\n    data.aws_service_principal.s3.name]\n}\n\
         output \"files\" {\n  value = [data.template_file.t.rendered, data.local_file.f.content, data.local_file.f.content_base64]\n}\n\
         output \"documents\" {\n  value = [data.kubectl_file_documents.d.documents, data.kubectl_path_documents.p.documents,\n    data.kubectl_path_documents.hidden.documents]\n}\n\
         -- t.tpl --\n${name} of ${many + 1}\n\
         -- m/a.yaml --\n---\na: ${upper(name)}\n---\n---\n# nothing\n---\nb: 1\n\
         -- m/b.yaml --\n# of c\nc: x\n\n---\nd: y\n";
    let (_, done) = evaluate_with(files, Setup::default());
    assert_eq!(messages(&done), Vec::<&str>::new());
    let text = |name: &str| done.value.outputs.get(name).map(|output| output.value.to_json()).unwrap_or_default();
    assert_eq!(text("aws"), r#"["amazonaws.com.cn","cn-north-1","logs.amazonaws.com.cn","s3.amazonaws.com"]"#);
    assert_eq!(text("files"), r#"["n of 3\n","${name} of ${many + 1}\n","JHtuYW1lfSBvZiAke21hbnkgKyAxfQo="]"#);
    // As the provider kubectl 1.19 divides them.
    let own = r##"["# of c\nc: x","d: y"]"##;
    assert_eq!(text("documents"), format!(r#"[{own},["---\na: N","b: 1",{}],null]"#, own.trim_matches(['[', ']'])));
    let missing =
        |more: &str| format!("data \"local_file\" \"f\" {{\n  filename = \"made.txt\"\n{more}}}\nresource \"terraform_data\" \"a\" {{}}\n");
    let (_, done) = evaluate_with(&missing(""), Setup::default());
    assert!(messages(&done).len() == 1 && messages(&done)[0].starts_with("local_file: "), "{:?}", messages(&done));
    let (_, done) = evaluate_with(&missing("  depends_on = [terraform_data.a]\n"), Setup::default());
    assert_eq!(messages(&done), Vec::<&str>::new(), "what it depends on may write it");
}
