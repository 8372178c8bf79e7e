//! What configurations demand of values, and the tags that resources get.
#![expect(clippy::unwrap_used, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Partial, RepoPath, Revision, Sources};
use portcullis_terraform::module::{self, Inputs, Module};

fn evaluate(files: &[(&str, &str)]) -> (Revision, Partial<Module>) {
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let done = module::evaluate(&revision, &RepoPath::root(), &Inputs::default());
    (revision, done)
}

/// The problems of a text, each with its line.
fn problems(text: &str) -> Vec<String> {
    let (revision, done) = evaluate(&[("main.tf", text)]);
    let told = |problem: &portcullis_source::Problem| {
        format!("{}: {}", revision.sources().locate(problem.span.unwrap()).unwrap().line, problem.message)
    };
    done.problems.iter().map(told).collect()
}

/// The tags of a resource as rules see them, and its attribute `tags_all`.
fn tags(done: &Partial<Module>, address: &str) -> (Option<String>, Option<String>) {
    assert_eq!(done.problems, []);
    let resource = done.value.resources.iter().find(|resource| &*resource.address == address).unwrap();
    (resource.tags.as_ref().map(|tags| tags.to_json()), resource.values.get("tags_all").map(|tags| tags.to_json()))
}

#[test]
fn a_condition_that_is_known_to_be_false_is_told_where_it_stands() {
    let text = "variable \"n\" {\n  default = 1\n}\nvariable \"unset\" {}\n\
        resource \"aws_x\" \"y\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n  lifecycle {\n    precondition {\n      condition     = each.key != \"b\"\n      error_message = \"no ${each.key}\"\n    }\n    \
        postcondition {\n      condition     = self.name == \"a\"\n      error_message = \"it is ${self.name}\"\n    }\n    postcondition {\n      condition     = self.arn == \"\"\n      error_message = \"nobody knows\"\n    }\n  }\n}\n\
        output \"o\" {\n  value = 1\n  precondition {\n    condition     = var.n > 1\n    error_message = \"too few\"\n  }\n  precondition {\n    condition     = var.unset\n    error_message = \"nobody knows\"\n  }\n}\n\
        check \"it\" {\n  data \"http\" \"page\" {\n    url = \"https://example.com\"\n  }\n  assert {\n    condition     = data.http.page.status_code == 200\n    error_message = \"nobody knows\"\n  }\n  assert {\n    condition     = var.n == 2\n    error_message = \"n is ${var.n}\"\n  }\n}\n";
    let expected = [
        "10: a precondition of aws_x.y fails: no b",
        "14: a postcondition of aws_x.y fails: it is b",
        "26: a precondition of output.o fails: too few",
    ];
    assert_eq!(problems(text), expected);
}

/// Terraform warns of it and plans all the same, so that everything is evaluated.
#[test]
fn a_check_that_fails_is_no_problem() {
    let check = "check \"it\" {\n  assert {\n    condition     = var.n == 2\n    error_message = \"n is ${var.n}\"\n  }\n  assert {\n    condition     = var.unset\n    error_message = \"nobody knows\"\n  }\n}\nvariable \"n\" {\n  default = 1\n}\nvariable \"unset\" {}\n";
    let main = format!("{check}module \"m\" {{\n  source = \"./m\"\n}}\n");
    let (revision, done) = evaluate(&[
        ("main.tf", &main),
        ("m/main.tf", "check \"inner\" {\n  assert {\n    condition     = 1 > 2\n    error_message = \"no\"\n  }\n}\n"),
    ]);
    assert_eq!(done.problems, []);
    let told = |check: &module::FailedCheck| {
        format!("{} {} {}: {}", check.module, check.name, revision.sources().locate(check.span).unwrap().line, check.said)
    };
    assert_eq!(done.value.failed.iter().map(told).collect::<Vec<_>>(), [" it 3: n is 1", "module.m inner 3: no"]);
}

#[test]
fn a_condition_keeps_what_is_sensitive() {
    let text = "variable \"key\" {\n  default   = \"hunter2\"\n  sensitive = true\n}\noutput \"o\" {\n  value = 1\n  precondition {\n    condition     = var.key == \"\"\n    error_message = \"it is ${var.key}\"\n  }\n}\n";
    assert_eq!(problems(text), ["8: a precondition of output.o fails: its condition is false"]);
}

#[test]
fn tags_of_the_provider_reach_every_resource_and_give_way_to_its_own() {
    let provider = "provider \"aws\" {\n  default_tags {\n    tags = { owner = \"platform\", env = local.env }\n  }\n}\nprovider \"aws\" {\n  alias = \"west\"\n  default_tags {\n    tags = { owner = \"west\" }\n  }\n}\nlocals {\n  env = \"prod\"\n}\n";
    let main = format!(
        "{provider}resource \"aws_a\" \"own\" {{\n  tags = {{ owner = \"me\" }}\n}}\nresource \"aws_a\" \"none\" {{}}\nresource \"aws_a\" \"west\" {{\n  provider = aws.west\n}}\n\
         resource \"google_a\" \"other\" {{}}\nmodule \"here\" {{\n  source = \"./m\"\n}}\nmodule \"there\" {{\n  source    = \"./m\"\n  providers = {{ aws = aws.west }}\n}}\n\
         resource \"aws_a\" \"unknown\" {{\n  tags = aws_a.none.some\n}}\n"
    );
    let (_, done) = evaluate(&[("main.tf", &main), ("m/main.tf", "resource \"aws_a\" \"it\" {\n  tags = { a = 1 }\n}\n")]);
    let text = |text: &str| Some(text.to_owned());
    let own = text("{\"env\":\"prod\",\"owner\":\"me\"}");
    assert_eq!(tags(&done, "aws_a.own"), (own.clone(), own));
    assert_eq!(tags(&done, "aws_a.none"), (text("{\"env\":\"prod\",\"owner\":\"platform\"}"), None), "nobody says that it has tags");
    assert_eq!(tags(&done, "aws_a.west").0, text("{\"owner\":\"west\"}"));
    assert_eq!(tags(&done, "google_a.other").0, None);
    assert_eq!(tags(&done, "module.here.aws_a.it").0, text("{\"a\":1,\"env\":\"prod\",\"owner\":\"platform\"}"));
    assert_eq!(tags(&done, "module.there.aws_a.it").0, text("{\"a\":1,\"owner\":\"west\"}"));
    assert_eq!(tags(&done, "aws_a.unknown").0, text("null"), "unknown");
}

/// OpenTofu makes a provider for each of several regions, and resources and calls choose one by a key.
#[test]
fn instances_of_a_provider_give_their_own_tags() {
    let provider = "variable \"unset\" {}\nprovider \"aws\" {\n  alias    = \"by\"\n  for_each = { west = \"w\", east = \"e\" }\n  region   = each.key\n  default_tags {\n    tags = { region = each.value }\n  }\n}\n";
    let main = format!(
        "{provider}resource \"aws_a\" \"one\" {{\n  provider = aws.by[\"west\"]\n}}\nresource \"aws_a\" \"each\" {{\n  for_each = toset([\"east\", \"west\"])\n  provider = aws.by[each.key]\n  tags     = {{ a = 1 }}\n}}\n\
         resource \"aws_a\" \"unknown\" {{\n  provider = aws.by[var.unset]\n}}\nmodule \"m\" {{\n  source    = \"./m\"\n  for_each  = toset([\"east\"])\n  providers = {{ aws = aws.by[each.value] }}\n}}\n"
    );
    let (_, done) = evaluate(&[("main.tf", &main), ("m/main.tf", "resource \"aws_a\" \"it\" {}\n")]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(tags(&done, "aws_a.one").0, text("{\"region\":\"w\"}"));
    let east = text("{\"a\":1,\"region\":\"e\"}");
    assert_eq!(tags(&done, "aws_a.each[\"east\"]"), (east.clone(), east));
    assert_eq!(tags(&done, "aws_a.each[\"west\"]").0, text("{\"a\":1,\"region\":\"w\"}"));
    assert_eq!(tags(&done, "aws_a.unknown").0, text("{\"region\":null}"), "nobody knows which one");
    assert_eq!(tags(&done, "module.m[\"east\"].aws_a.it").0, text("{\"region\":\"e\"}"));
    let providers = done.value.settings.iter().filter(|setting| &*setting.kind == "provider");
    let regions: Vec<String> = providers.map(|provider| provider.values["region"].to_json()).collect();
    assert_eq!(regions, ["\"east\"", "\"west\""]);
}
