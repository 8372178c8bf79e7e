//! What a plan as JSON knows beside what a configuration says, attribute by attribute.
#![expect(clippy::unwrap_used, reason = "what is not there fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Partial, RepoPath, Revision, Sources};
use portcullis_terraform::{
    document,
    module::{self, Existence, Inputs, Module},
    plan::{self, Form, Plan},
};
use serde_json::{Value, json};

/// A resource as a plan has it: address, type, name, and of its change what is not as in the others.
fn change(address: &str, change: Value) -> Value {
    let bare = address.rsplit_once('[').map_or(address, |(bare, _)| bare);
    let mut parts = bare.rsplit('.');
    let (name, ty) = (parts.next().unwrap(), parts.next().unwrap());
    let mut whole = json!({"actions": ["create"], "before": null, "after_unknown": {}, "after_sensitive": {}});
    whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({"address": address, "mode": "managed", "type": ty, "name": name, "change": whole})
}

fn read(text: &Value) -> Plan {
    let Form::Shown(shown) = plan::read(text.to_string().as_bytes()).unwrap() else { unreachable!("it is JSON") };
    Plan { shown: Some(shown), ..Plan::default() }
}

/// A configuration evaluated with a plan that does this.
fn evaluated(main: &str, changes: &[Value]) -> Partial<Module> {
    evaluated_with(main, read(&json!({"format_version": "1.2", "complete": true, "resource_changes": changes})))
}

fn evaluated_with(main: &str, plan: Plan) -> Partial<Module> {
    let files = BTreeMap::from([(RepoPath::new("main.tf").unwrap(), Arc::from(main.as_bytes()))]);
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let inputs = Inputs { workspace: Some(Arc::from("default")), plan: Some(Arc::new(plan)), ..Inputs::default() };
    module::evaluate(&revision, &RepoPath::root(), &inputs)
}

fn messages(done: &Partial<Module>) -> Vec<&str> {
    done.problems.iter().map(|problem| &*problem.message).collect()
}

/// What rules see of a resource.
fn seen(done: &Partial<Module>, address: &str) -> Value {
    let resource = done.value.resources.iter().find(|resource| &*resource.address == address).unwrap();
    let document = document::of_resource(resource, &RepoPath::root()).unwrap();
    serde_json::from_slice(document.text.bytes()).unwrap()
}

#[test]
fn what_the_plan_knows_wins_and_the_rest_stays() {
    let main = r#"
resource "aws_kms_key" "k" {}
resource "aws_db_instance" "main" {
  identifier          = "orders"
  multi_az            = true
  allocated_storage   = "20"
  kms_key_id          = aws_kms_key.k.arn
  password            = "hunter2"
  deletion_protection = aws_kms_key.k.is_enabled
}
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = aws_kms_key.k.arn }] })
}
"#;
    let after = json!({"identifier": "orders", "allocated_storage": 20, "storage_encrypted": false, "deletion_protection": true, "replicas": [],
        "password": "hunter2", "timezone": null, "port": 5432});
    let unknown = json!({"multi_az": true, "kms_key_id": true, "arn": true, "endpoint": true, "replicas": []});
    let done = evaluated(
        main,
        &[
            change("aws_kms_key.k", json!({"after": {"key_usage": "ENCRYPT_DECRYPT"}, "after_unknown": {"arn": true, "is_enabled": true}})),
            change(
                "aws_db_instance.main",
                json!({"after": after, "after_unknown": unknown, "after_sensitive": {"password": true, "port": true}}),
            ),
            change("aws_iam_policy.p", json!({"after": {"name": "p"}, "after_unknown": {"policy": true}})),
        ],
    );
    assert_eq!(messages(&done), [""; 0]);
    let values = &seen(&done, "aws_db_instance.main")["values"];
    assert_eq!(values["multi_az"], true, "what only the configuration knows");
    assert_eq!((&values["storage_encrypted"], &values["deletion_protection"]), (&json!(false), &json!(true)), "what only the plan knows");
    assert_eq!(values["allocated_storage"], "20", "the same in another type is the same");
    assert!(values["kms_key_id"]["$unknown"].is_string(), "what nobody knows");
    assert_eq!((&values["password"]["$sensitive"], &values["port"]["$sensitive"]), (&json!(true), &json!(true)));
    for absent in ["timezone", "replicas", "arn", "endpoint"] {
        assert!(values.get(absent).is_none(), "nobody sets {absent}: {values}");
    }
    let policy = seen(&done, "aws_iam_policy.p");
    assert_eq!(policy["documents"]["/policy"]["Statement"][0]["Action"], "s3:*", "one unknown ARN hides no document");
    assert_eq!(seen(&done, "aws_kms_key.k")["values"]["key_usage"], "ENCRYPT_DECRYPT");
}

#[test]
fn what_is_known_of_one_resource_is_known_where_others_name_it() {
    let main = "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_db_instance\" \"main\" {\n  kms_key_id = aws_kms_key.k.arn\n}\noutput \"key\" {\n  value = \"key ${aws_kms_key.k.arn}\"\n}\n";
    let done = evaluated(
        main,
        &[
            change("aws_kms_key.k", json!({"actions": ["no-op"], "before": {"arn": "arn:k"}, "after": {"arn": "arn:k"}})),
            change("aws_db_instance.main", json!({"after": {"multi_az": false}, "after_unknown": {"kms_key_id": true}})),
        ],
    );
    assert_eq!(messages(&done), [""; 0]);
    assert_eq!(seen(&done, "aws_db_instance.main")["values"]["kms_key_id"], "arn:k");
    assert_eq!(done.value.outputs["key"].value.as_str(), Some("key arn:k"));
}

#[test]
fn another_value_is_a_problem_unless_providers_keep_it_for_the_same() {
    let main = |rest: &str| format!("resource \"aws_db_instance\" \"main\" {{\n  {rest}\n}}\n");
    let told = |rest: &str, change_of: Value| {
        let done = evaluated(&main(rest), &[change("aws_db_instance.main", change_of)]);
        done.problems.len()
    };
    let create = |after: Value| json!({"after": after});
    let keep = |after: Value| json!({"actions": ["no-op"], "before": after, "after": after});
    assert_eq!(told("multi_az = true", create(json!({"multi_az": false}))), 1);
    assert_eq!(told("multi_az = true", keep(json!({"multi_az": false}))), 1);
    assert_eq!(told("multi_az = \"true\"", create(json!({"multi_az": true}))), 0);
    assert_eq!(told("size = 20", create(json!({"size": 30}))), 1);
    assert_eq!(told("size = 20", create(json!({"size": "20"}))), 0);
    assert_eq!(told("engine = \"postgres\"", create(json!({"engine": "mysql"}))), 1);
    assert_eq!(told("engine = \"postgres\"", create(json!({"engine": null}))), 0, "what is only written is not kept");
    assert_eq!(told("engine = \"Postgres\"", create(json!({"engine": "postgres"}))), 0);
    assert_eq!(told("engine_version = \"15\"", keep(json!({"engine_version": "15.4"}))), 0, "the provider holds it for the same");
    assert_eq!(told("user_data = \"x\"", create(json!({"user_data": "11f6ad8ec52a2984abaafd7c3b516503785c2072"}))), 0, "a hash of it");
    assert_eq!(told("policy = \"{\\\"a\\\":[1]}\"", create(json!({"policy": "{\"a\":1}"}))), 0, "documents are put in order");
    assert_eq!(told("zones = [\"b\", \"a\"]", create(json!({"zones": ["a", "b"]}))), 0, "a set");
    assert_eq!(told("zones = [\"b\", \"a\"]", create(json!({"zones": ["a", "c"]}))), 1);
    assert_eq!(told("multi_az = true\n  lifecycle {\n    ignore_changes = [multi_az]\n  }", keep(json!({"multi_az": false}))), 0);
    assert_eq!(told("multi_az = true\n  lifecycle {\n    ignore_changes = all\n  }", keep(json!({"multi_az": false}))), 0);
    assert_eq!(told("multi_az = true\n  lifecycle {\n    ignore_changes = [tags]\n  }", keep(json!({"multi_az": false}))), 1);
}

#[test]
fn blocks_of_a_set_find_each_other() {
    let main = "resource \"aws_security_group\" \"sg\" {\n  ingress {\n    from_port = 443\n    cidr      = [\"0.0.0.0/0\"]\n  }\n  ingress {\n    from_port = 22\n    cidr      = [var.cidr]\n  }\n}\nvariable \"cidr\" {}\n";
    let rule = |port: u16, cidr: &str| json!({"from_port": port, "cidr": [cidr], "description": "", "self": false});
    let after = json!({"ingress": [rule(22, "10.0.0.0/8"), rule(443, "0.0.0.0/0")]});
    let done = evaluated(main, &[change("aws_security_group.sg", json!({"after": after}))]);
    assert_eq!(messages(&done), [""; 0]);
    let ingress = seen(&done, "aws_security_group.sg")["values"]["ingress"].clone();
    assert_eq!((&ingress[0]["from_port"], &ingress[0]["cidr"][0], &ingress[0]["self"]), (&json!(22), &json!("10.0.0.0/8"), &json!(false)));
    assert_eq!((&ingress[1]["from_port"], &ingress[1]["cidr"][0]), (&json!(443), &json!("0.0.0.0/0")));
}

#[test]
fn a_plan_knows_how_many_there_are() {
    let main = "data \"aws_zones\" \"z\" {}\nresource \"aws_subnet\" \"s\" {\n  for_each = toset(data.aws_zones.z.names)\n  zone     = each.key\n}\nresource \"aws_eip\" \"e\" {\n  count = length(data.aws_zones.z.names)\n  name  = \"e${count.index}\"\n}\n";
    let without = evaluated(main, &[]);
    assert!(without.value.resources.iter().any(|resource| resource.existence == Existence::Possible));
    let done = evaluated(
        main,
        &[
            change("aws_subnet.s[\"a\"]", json!({"after": {"zone": "a"}})),
            change("aws_subnet.s[\"b\"]", json!({"after": {"zone": "b"}})),
            change("aws_eip.e[0]", json!({"after": {}, "after_unknown": {"name": true}})),
            change("aws_eip.e[1]", json!({"actions": ["delete"], "before": {"name": "e1"}, "after": null})),
        ],
    );
    assert_eq!(messages(&done), [""; 0]);
    let managed = done.value.resources.iter().filter(|resource| resource.mode == module::Mode::Managed);
    let mut told: Vec<(&str, bool)> = managed.map(|resource| (&*resource.address, resource.existence == Existence::Certain)).collect();
    told.sort_unstable();
    assert_eq!(told, [("aws_eip.e[0]", true), ("aws_subnet.s[\"a\"]", true), ("aws_subnet.s[\"b\"]", true)]);
    assert_eq!(seen(&done, "aws_eip.e[0]")["values"]["name"], "e0");
}

#[test]
fn what_a_registry_makes_is_as_the_plan_says_and_no_contract() {
    let main = "module \"vpc\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n  version = \"~> 6.0\"\n  name    = \"main\"\n  cidr    = \"10.0.0.0/16\"\n  azs     = [\"eu-west-1a\"]\n}\n";
    let by_contract = evaluated(main, &[]);
    assert!(by_contract.value.resources.iter().any(|resource| resource.contract.is_some()));
    let done = evaluated(
        main,
        &[change("module.vpc.aws_vpc.this[0]", json!({"after": {"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": true}}))],
    );
    assert_eq!(messages(&done), [""; 0]);
    let addresses: Vec<&str> = done.value.resources.iter().map(|resource| &*resource.address).collect();
    assert_eq!(addresses, ["module.vpc.aws_vpc.this[0]"]);
    assert_eq!(seen(&done, "module.vpc.aws_vpc.this[0]")["values"]["enable_dns_hostnames"], true);
}

#[test]
fn what_a_plan_was_told_of_variables_counts_where_nobody_sets_them() {
    let main = "variable \"size\" {\n  type = number\n}\nvariable \"key\" {\n  sensitive = true\n}\nvariable \"kept\" {\n  default = 1\n}\nresource \"aws_eip\" \"e\" {\n  count = var.size\n  name  = var.key\n}\noutput \"kept\" {\n  value = var.kept\n}\n";
    let text = json!({"format_version": "1.2", "complete": true, "resource_changes": [
            change("aws_eip.e[0]", json!({"after": {"name": "correct"}, "after_sensitive": {"name": true}})),
            change("aws_eip.e[1]", json!({"after": {"name": "correct"}, "after_sensitive": {"name": true}})),
        ], "variables": {"size": {"value": "2"}, "key": {"value": "correct"}, "kept": {"value": 1}},
        "resource_drift": [change("aws_eip.e[0]", json!({"actions": ["update"], "before": {"name": "a", "tags": {"b": 1}, "same": [1]}, "after": {"name": "b", "same": [1]}}))]});
    let plan = read(&text);
    let drifted = &plan.shown.as_ref().unwrap().drifted;
    assert_eq!(
        drifted.iter().map(|one| (&*one.address, one.attributes.join(","))).collect::<Vec<_>>(),
        [("aws_eip.e[0]", "name,tags".to_owned())]
    );
    let done = evaluated_with(main, plan);
    assert_eq!(messages(&done), [""; 0]);
    let addresses: Vec<&str> = done.value.resources.iter().map(|resource| &*resource.address).collect();
    assert_eq!(addresses, ["aws_eip.e[0]", "aws_eip.e[1]"]);
    assert_eq!(seen(&done, "aws_eip.e[1]")["values"]["name"], json!({"$sensitive": true, "known": true}));
}
