//! Roots that read each other's outputs through `terraform_remote_state`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Partial, RepoPath, Revision, Sources};
use portcullis_terraform::{
    Value,
    module::{self, Inputs, Layers, Module},
    roots,
};

/// Evaluates a root in an environment, beside all roots of the same files.
fn evaluate(files: &[(&str, &str)], folder: &str, environment: &str) -> (Revision, Partial<Module>) {
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let all = roots::discover(&revision).value;
    let root = all.iter().find(|root| root.folder.as_str() == folder).unwrap();
    let found = root.environments.iter().find(|one| &*one.name == environment).unwrap();
    let inputs = Inputs { layers: Some(Layers::new(all.clone())), environment: Some(Arc::clone(&found.name)), ..found.inputs.clone() };
    let done = module::evaluate(&revision, &root.folder, &inputs);
    (revision, done)
}

fn messages(done: &Partial<Module>) -> Vec<&str> {
    done.problems.iter().map(|problem| &*problem.message).collect()
}

fn output(done: &Partial<Module>, name: &str) -> Value {
    assert_eq!(messages(done), Vec::<&str>::new());
    done.value.outputs[name].value.clone()
}

fn why(value: &Value) -> String {
    value.any_reason().unwrap().kind.describe()
}

fn backend(key: &str) -> String {
    format!("terraform {{\n  backend \"s3\" {{\n    bucket = \"state\"\n    key    = \"{key}\"\n  }}\n}}\n")
}

fn reads(name: &str, key: &str, more: &str) -> String {
    format!(
        "data \"terraform_remote_state\" \"{name}\" {{\n  backend = \"s3\"\n  {more}\n  config = {{ bucket = \"state\", key = \"{key}\", region = \"eu-west-1\" }}\n}}\n"
    )
}

const WORKSPACE: &str = "workspace = terraform.workspace";

#[test]
fn a_layer_knows_the_outputs_of_another_in_the_same_environment() {
    let net = format!(
        "{}variable \"zones\" {{}}\nresource \"aws_subnet\" \"it\" {{\n  for_each = toset(var.zones)\n}}\noutput \"zones\" {{\n  value = var.zones\n}}\noutput \"ids\" {{\n  value = {{ for zone, subnet in aws_subnet.it : zone => subnet.id }}\n}}\noutput \"key\" {{\n  sensitive = true\n  value     = \"hunter2\"\n}}\n",
        backend("net.tfstate")
    );
    let data = format!(
        "{}{}resource \"aws_subnet\" \"it\" {{\n  for_each = data.terraform_remote_state.net.outputs.ids\n  id = each.value\n}}\noutput \"zones\" {{\n  value = data.terraform_remote_state.net.outputs.zones\n}}\noutput \"one\" {{\n  value = data.terraform_remote_state.net.outputs.ids[\"a\"]\n}}\noutput \"key\" {{\n  sensitive = true\n  value     = data.terraform_remote_state.net.outputs.key\n}}\n",
        backend("data.tfstate"),
        reads("net", "net.tfstate", WORKSPACE)
    );
    let files = [
        ("net/main.tf", &*net),
        ("data/main.tf", &*data),
        ("net/vars/prod.tfvars", "# two\nzones = [\"a\", \"b\"]\n"),
        ("net/vars/dev.tfvars", "zones = [\"a\"]\n"),
        ("data/vars/prod.tfvars", ""),
        ("data/vars/dev.tfvars", ""),
    ];
    let (revision, done) = evaluate(&files, "data", "prod");
    let zones = output(&done, "zones");
    assert_eq!(zones.to_json(), "[\"a\",\"b\"]");
    let place = revision.sources().locate(zones.origin.span().unwrap()).unwrap();
    assert_eq!((&*place.file, place.line), ("net/vars/prod.tfvars", 2), "the line that sets it is in the other layer");
    assert_eq!(why(&output(&done, "one")), "in net, aws_subnet.it[\"a\"].id is known after it is applied");
    assert_eq!(output(&done, "one").identity(), None, "it is no resource of this root");
    assert!(output(&done, "key").all_marks().sensitive);
    let addresses: Vec<&str> = done.value.resources.iter().map(|resource| &*resource.address).collect();
    assert_eq!(addresses, ["aws_subnet.it[\"a\"]", "aws_subnet.it[\"b\"]", "data.terraform_remote_state.net"]);
    let (_, done) = evaluate(&files, "data", "dev");
    assert_eq!(output(&done, "zones").to_json(), "[\"a\"]");
}

#[test]
fn a_state_that_no_root_keeps_is_unknown_with_its_reason() {
    let one = |other: &str, more: &str| {
        let app = format!("{}{more}output \"it\" {{\n  value = data.terraform_remote_state.x.outputs.it\n}}\n", backend("app.tfstate"));
        let (_, done) = evaluate(&[("app/main.tf", &app), ("x/main.tf", other)], "app", "default");
        output(&done, "it")
    };
    let gives = "output \"it\" {\n  value = 1\n}\n";
    let here = format!("{}{gives}", backend("x.tfstate"));
    assert_eq!(one(&here, &reads("x", "x.tfstate", "")).to_json(), "1");
    assert_eq!(why(&one(&here, &reads("x", "y.tfstate", ""))), "no root of the repository keeps its state in y.tfstate");
    let other_bucket = here.replace("\"state\"", "\"another\"");
    assert_eq!(why(&one(&other_bucket, &reads("x", "x.tfstate", ""))), "no root of the repository keeps its state in x.tfstate");
    // A backend that is told its key when it is initialized has the name of its folder.
    let nameless = format!("terraform {{\n  backend \"s3\" {{}}\n}}\n{gives}");
    assert_eq!(one(&nameless, &reads("x", "prod/x/terraform.tfstate", "")).to_json(), "1");
    assert_eq!(why(&one(&nameless, &reads("x", "prod/z.tfstate", ""))), "no root of the repository keeps its state in prod/z.tfstate");
    // A file, found from the folder that reads it.
    let file = "data \"terraform_remote_state\" \"x\" {\n  backend = \"local\"\n  config = { path = \"../x/terraform.tfstate\" }\n}\n";
    assert_eq!(one(gives, file).to_json(), "1");
    let outside = file.replace("../x", "../../../x");
    assert!(why(&one(gives, &outside)).starts_with("no root"));
    let own = reads("x", "app.tfstate", "");
    assert_eq!(why(&one(&here, &own)), "no root of the repository keeps its state in app.tfstate before it is applied");
}

#[test]
fn an_output_that_is_not_there_is_a_problem_unless_it_may_be() {
    let app = format!(
        "{}{}output \"it\" {{\n  value = data.terraform_remote_state.x.outputs.none\n}}\n",
        backend("app.tfstate"),
        reads("x", "x.tfstate", "")
    );
    let whole = format!("{}output \"it\" {{\n  value = 1\n}}\n", backend("x.tfstate"));
    let (_, done) = evaluate(&[("app/main.tf", &app), ("x/main.tf", &whole)], "app", "default");
    assert_eq!(messages(&done), ["there is no attribute \"none\""]);
    let broken = format!("{whole}output \"none\" {{\n  value = = 1\n}}\n");
    let (_, done) = evaluate(&[("app/main.tf", &app), ("x/main.tf", &broken)], "app", "default");
    assert_eq!(why(&output(&done, "it")), "in x, not all could be evaluated");
}

#[test]
fn layers_that_read_each_other_are_told_at_each_of_them() {
    let layer = |own: &str, other: &str| {
        format!(
            "{}{}output \"it\" {{\n  value = data.terraform_remote_state.it.outputs.it\n}}\n",
            backend(&format!("{own}.tfstate")),
            reads("it", &format!("{other}.tfstate"), "")
        )
    };
    let (a, b, c, d) = (layer("a", "b"), layer("b", "c"), layer("c", "a"), layer("d", "a"));
    let files = [("a/main.tf", &*a), ("b/main.tf", &*b), ("c/main.tf", &*c), ("d/main.tf", &*d)];
    for (folder, names) in [("a", "a, b, c, a"), ("b", "b, c, a, b"), ("c", "c, a, b, c")] {
        let (revision, done) = evaluate(&files, folder, "default");
        assert_eq!(messages(&done), [format!("layers read each other's state in a circle: {names}")]);
        let place = revision.sources().locate(done.problems[0].span.unwrap()).unwrap();
        assert_eq!((&*place.file, place.line), (&*format!("{folder}/main.tf"), 7));
    }
    let (_, done) = evaluate(&files, "d", "default");
    assert!(output(&done, "it").any_reason().is_some(), "who only reads from a circle is not in it");
}

#[test]
fn a_long_chain_of_layers_ends() {
    let texts: Vec<(String, String)> = (0..60)
        .map(|at| {
            let text = format!(
                "{}{}output \"it\" {{\n  value = data.terraform_remote_state.it.outputs.it\n}}\n",
                backend(&format!("l{at}.tfstate")),
                reads("it", &format!("l{}.tfstate", at + 1), "")
            );
            (format!("l{at}/main.tf"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let (_, done) = evaluate(&files, "l0", "default");
    assert!(output(&done, "it").any_reason().is_some());
}
