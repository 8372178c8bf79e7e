//! What rules see of resources: markers for what is not known or shown, and the chain of places of each part.
#![expect(clippy::unwrap_used, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Document, Node, RepoPath, Revision, Sources, Step};
use portcullis_terraform::{
    document,
    module::{self, Inputs, Module},
};

const MAIN: &str = r#"variable "multi_az" {}
variable "secret" {
  sensitive = true
}
variable "size" {
  default = 3
}
resource "aws_kms_key" "main" {}
resource "aws_db_instance" "main" {
  multi_az   = var.multi_az
  size       = var.size
  kms_key_id = aws_kms_key.main.arn
  password   = var.secret
  empty      = null
  engine     = "postgres"
  policy = jsonencode({
    Statement = [{ Action = "s3:*", Resource = aws_kms_key.main.arn }]
  })
  role = "{\"Statement\": []}"
}
"#;

fn evaluated() -> (Revision, Module) {
    let files = [("root/main.tf", MAIN), ("root/terraform.tfvars", "# off\nmulti_az = false\nsecret = \"correct-horse\"\n")];
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let done = module::evaluate(&revision, &RepoPath::new("root").unwrap(), &Inputs::default());
    assert_eq!(done.problems, []);
    (revision, done.value)
}

fn database(module: &Module) -> Arc<Document> {
    let resource = module.resources.iter().find(|resource| &*resource.ty == "aws_db_instance").unwrap();
    document::of_resource(resource, &RepoPath::new("root").unwrap()).unwrap()
}

fn text<'a>(document: &'a Document, path: &[&str]) -> &'a str {
    document.root.at(path).and_then(Node::as_str).unwrap()
}

/// The places of a path: role, line and key.
fn places(revision: &Revision, document: &Document, path: &[&str]) -> Vec<String> {
    let path: Vec<Step> = path.iter().map(|key| Step::Key(Arc::from(*key))).collect();
    let links = document.origin(&path).links.into_iter();
    links
        .map(|link| {
            let place = revision.sources().locate(link.span.unwrap()).unwrap();
            format!("{:?} {}:{} {}", link.role, place.file, place.line, link.key.unwrap_or_default())
        })
        .collect()
}

#[test]
fn what_is_not_known_or_shown_has_a_marker() {
    let (_, module) = evaluated();
    let document = database(&module);
    assert_eq!(text(&document, &["metadata", "namespace"]), "root");
    assert_eq!(text(&document, &["values", "kms_key_id", "$unknown"]), "aws_kms_key.main.arn is known after it is applied");
    assert_eq!(text(&document, &["values", "kms_key_id", "$of"]), "aws_kms_key.main");
    assert!(document.root.at(&["values", "password", "$sensitive"]).is_some());
    assert!(document.root.at(&["values", "empty"]).is_none(), "null is unset");
    assert!(!String::from_utf8_lossy(document.text.bytes()).contains("correct-horse"));
}

#[test]
fn texts_that_are_documents_can_be_looked_into_whatever_is_unknown_in_them() {
    let (_, module) = evaluated();
    let document = database(&module);
    let statement = &document.root.at(&["documents", "/policy", "Statement"]).unwrap().items()[0];
    assert_eq!(statement.get("Action").and_then(Node::as_str), Some("s3:*"));
    assert!(statement.at(&["Resource", "$unknown"]).is_some());
    assert!(document.root.at(&["documents", "/role", "Statement"]).is_some());
}

#[test]
fn every_part_finds_the_line_that_set_it() {
    let (revision, module) = evaluated();
    let document = database(&module);
    let at = |name| places(&revision, &document, &["values", name]);
    assert_eq!(at("multi_az"), ["Template root/main.tf:10 ", "Values root/terraform.tfvars:2 var.multi_az"]);
    assert_eq!(at("size"), ["Template root/main.tf:11 ", "Values root/main.tf:6 var.size"]);
    assert_eq!(at("engine"), ["Manifest root/main.tf:15 "]);
    assert_eq!(at("missing"), ["Manifest root/main.tf:9 "], "what is not set is a matter of its block");
}

#[test]
fn secrets_are_named_by_place_and_text() {
    let (revision, module) = evaluated();
    let secrets = document::secrets(&module);
    let lines = secrets.iter().map(|(span, text)| (revision.sources().locate(span.unwrap()).unwrap().line, text.as_deref()));
    assert!(lines.clone().all(|found| found == (3, Some("correct-horse"))) && lines.count() > 0);
}

#[test]
fn a_root_has_its_resources_by_address() {
    let (_, module) = evaluated();
    let span = module.resources[0].span;
    let document = document::of_root(&module, &RepoPath::new("root").unwrap(), span, &document::About::default()).unwrap();
    assert_eq!(text(&document, &["resources", "aws_db_instance.main", "type"]), "aws_db_instance");
    assert_eq!(text(&document, &["metadata", "name"]), "root");
}

/// The first resource of a text as rules see it, with the tree that its places lie in.
fn only(text: &str) -> (Revision, Module) {
    let files = BTreeMap::from([(RepoPath::new("root/main.tf").unwrap(), Arc::from(text.as_bytes()))]);
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let done = module::evaluate(&revision, &RepoPath::new("root").unwrap(), &Inputs::default());
    assert_eq!(done.problems, []);
    (revision, done.value)
}

fn resource(module: &Module, ty: &str) -> Arc<Document> {
    let resource = module.resources.iter().find(|resource| &*resource.ty == ty).unwrap();
    document::of_resource(resource, &RepoPath::new("root").unwrap()).unwrap()
}

#[test]
fn parts_of_a_text_that_is_known_stand_where_they_were_written() {
    let (revision, module) = only(
        "locals {\n  action = \"s3:*\"\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{\n      Effect = \"Allow\"\n      Action = local.action\n    }]\n  })\n}\n\
         resource \"aws_iam_policy\" \"a\" {\n  policy = local.policy\n  path   = replace(local.policy, \"s3\", \"sqs\")\n}\n\
         data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions   = [\"sqs:*\"]\n    resources = [\"*\"]\n  }\n}\n\
         resource \"aws_sqs_queue_policy\" \"b\" {\n  policy = data.aws_iam_policy_document.d.json\n}\n",
    );
    let policy = resource(&module, "aws_iam_policy");
    let at = |document: &Document, path: &[&str]| {
        let mut steps: Vec<Step> = path.iter().map(|key| Step::Key(Arc::from(*key))).collect();
        steps.insert(3, Step::Index(0));
        document.origin(&steps).edit().and_then(|span| revision.sources().locate(span)).unwrap().line
    };
    assert_eq!(at(&policy, &["documents", "/policy", "Statement", "Effect"]), 6);
    assert_eq!(at(&policy, &["documents", "/policy", "Statement", "Action"]), 2, "the local that it was taken from");
    assert_eq!(places(&revision, &policy, &["values", "policy"]).len(), 2, "the text itself came through a local");
    assert_eq!(at(&policy, &["documents", "/path", "Statement", "Effect"]), 3, "what was replaced is another text");
    let queue = resource(&module, "aws_sqs_queue_policy");
    assert_eq!(queue.root.at(&["documents", "/policy", "Version"]).and_then(Node::as_str), Some("2012-10-17"));
    assert_eq!(at(&queue, &["documents", "/policy", "Statement", "Action"]), 17, "where its statement has the action");
}

#[test]
fn objects_that_are_described_attribute_by_attribute_are_read_as_such() {
    let (_, module) = only(
        "resource \"kubernetes_deployment_v1\" \"api\" {\n  wait_for_rollout = false\n  metadata {\n    name   = \"api\"\n    labels = { app_name = \"api\" }\n  }\n  spec {\n    replicas = \"2\"\n    selector {\n      match_labels = { app_name = \"api\" }\n    }\n    strategy {\n      rolling_update {\n        max_surge = \"25%\"\n      }\n    }\n    template {\n      metadata {\n        labels = { app_name = \"api\" }\n      }\n      spec {\n        host_pid = true\n        container {\n          name  = \"a\"\n          image = \"a:1\"\n          port {\n            container_port = 8080\n          }\n          security_context {\n            run_as_user = \"1000\"\n          }\n        }\n        container {\n          name = \"b\"\n        }\n        volume {\n          name = \"v\"\n          empty_dir {}\n        }\n        affinity {\n          pod_anti_affinity {\n            required_during_scheduling_ignored_during_execution {\n              topology_key = \"zone\"\n            }\n          }\n          node_affinity {\n            required_during_scheduling_ignored_during_execution {\n              node_selector_term {\n                match_expressions {\n                  key      = \"a\"\n                  operator = \"Exists\"\n                }\n              }\n            }\n          }\n        }\n      }\n    }\n  }\n}\n",
    );
    let objects = document::manifest(&module.resources[0]).unwrap();
    let text = String::from_utf8_lossy(objects[0].text.bytes()).into_owned();
    let expected = concat!(
        r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"labels":{"app_name":"api"},"name":"api","namespace":"default"},"spec":{"replicas":2,"#,
        r#""selector":{"matchLabels":{"app_name":"api"}},"strategy":{"rollingUpdate":{"maxSurge":"25%"}},"template":{"metadata":{"labels":{"app_name":"api"}},"#,
        r#""spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}},"#,
        r#""podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone"}]}},"#,
        r#""containers":[{"image":"a:1","name":"a","ports":[{"containerPort":8080}],"securityContext":{"runAsUser":1000}},{"name":"b"}],"#,
        r#""hostPID":true,"volumes":[{"emptyDir":{},"name":"v"}]}}}}"#
    );
    assert_eq!(text, expected);
}

#[test]
fn an_object_of_which_a_part_is_unknown_may_be_of_any_kind_that_nothing_denies() {
    let (_, module) = only(
        "variable \"name\" {}\nresource \"kubectl_manifest\" \"pool\" {\n  yaml_body = <<-YAML\n    kind: NodePool\n    metadata:\n      name: ${var.name}\n  YAML\n}\n\
         resource \"kubectl_manifest\" \"map\" {\n  yaml_body = <<-YAML\n    kind: ConfigMap\n    metadata:\n      name: ${var.name}\n  YAML\n}\n\
         resource \"kubectl_manifest\" \"any\" {\n  yaml_body = var.name\n}\nresource \"kubernetes_manifest\" \"pool\" {\n  manifest = { kind = \"NodePool\", spec = var.name }\n}\n\
         resource \"kubernetes_manifest\" \"map\" {\n  manifest = { kind = \"ConfigMap\", spec = var.name }\n}\nresource \"aws_x\" \"none\" {}\n",
    );
    let told: Vec<(&str, bool, bool)> = module
        .resources
        .iter()
        .map(|one| (&*one.address, document::may_apply(one, "NodePool"), document::manifest(one).is_err()))
        .collect();
    let expected = [
        ("aws_x.none", false, false),
        ("kubectl_manifest.any", true, true),
        ("kubectl_manifest.map", false, true),
        ("kubectl_manifest.pool", true, true),
        ("kubernetes_manifest.map", false, true),
        ("kubernetes_manifest.pool", true, true),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_texts_of_a_secret_are_in_no_object() {
    let (_, module) = only(
        "variable \"given\" {}\nvariable \"hidden\" {\n  default   = { pin = \"1234\" }\n  sensitive = true\n}\n\
         resource \"kubernetes_secret\" \"a\" {\n  metadata {\n    name = \"a\"\n  }\n  data = { key = \"in the file\", other = var.given, pin = var.hidden.pin }\n}\n\
         resource \"kubernetes_secret_v1\" \"b\" {\n  metadata {\n    name      = \"b\"\n    namespace = \"shop\"\n  }\n  type        = \"x/y\"\n  data        = var.hidden\n  binary_data = { file = \"aW4gdGhlIGZpbGU=\" }\n}\n",
    );
    let told = |at: usize| String::from_utf8_lossy(document::manifest(&module.resources[at]).unwrap()[0].text.bytes()).into_owned();
    let stands = "cG9ydGN1bGxpczpoaWRkZW4=";
    let first = format!(
        r#"{{"apiVersion":"v1","data":{{"key":"{stands}","other":"","pin":"{stands}"}},"kind":"Secret","metadata":{{"name":"a","namespace":"default"}}}}"#
    );
    assert_eq!(told(0), first);
    let second = format!(
        r#"{{"apiVersion":"v1","data":{{"file":"{stands}"}},"kind":"Secret","metadata":{{"name":"b","namespace":"shop"}},"type":"x/y"}}"#
    );
    assert_eq!(told(1), second);
}

#[test]
fn a_release_says_what_its_chart_is_given() {
    let (revision, module) = only(
        "locals {\n  tag = \"1.2.3\"\n}\n\
         resource \"helm_release\" \"blocks\" {\n  name  = \"web\"\n  chart = \"./charts/web\"\n  values = [yamlencode({ image = { tag = local.tag } }), \"replicas: 2\"]\n  set {\n    name  = \"a.b\"\n    value = 3\n  }\n  set {\n    name  = \"c\"\n    value = \"true\"\n    type  = \"string\"\n  }\n  set_list {\n    name  = \"d\"\n    value = [\"x\", \"y\"]\n  }\n}\n\
         resource \"helm_release\" \"list\" {\n  name       = \"web\"\n  namespace  = \"shop\"\n  chart      = \"web\"\n  repository = \"https://charts.example.com\"\n  version    = \"1.0.0\"\n  skip_crds  = true\n  set        = [{ name = \"a\", value = \"1\" }]\n}\n\
         resource \"helm_release\" \"pin\" {\n  name  = \"web\"\n  chart = \"./charts/web\"\n  set_sensitive {\n    name  = \"pin\"\n    value = sensitive(\"1234\")\n  }\n}\n\
         resource \"helm_release\" \"vague\" {\n  name  = \"web\"\n  chart = \"./charts/web\"\n  set {\n    name  = \"a\"\n    value = aws_x.y.arn\n  }\n}\nresource \"aws_x\" \"y\" {}\n",
    );
    let told = |name: &str| document::release(module.resources.iter().find(|one| &*one.name == name).unwrap());
    let blocks = told("blocks").unwrap().unwrap();
    assert_eq!(
        (&*blocks.name, &*blocks.namespace, &*blocks.chart.name, blocks.skips_definitions),
        ("web", "default", "./charts/web", false)
    );
    let texts: Vec<_> = blocks.values.iter().map(|one| String::from_utf8_lossy(one.text.bytes()).into_owned()).collect();
    assert_eq!(texts, [r#"{"image":{"tag":"1.2.3"}}"#, "replicas: 2"]);
    let settings: Vec<_> = blocks.settings.iter().map(|one| (one.kind, &*one.argument)).collect();
    assert_eq!(
        settings,
        [(document::SettingKind::Typed, "a.b=3"), (document::SettingKind::Text, "c=true"), (document::SettingKind::Typed, "d={x,y}")]
    );
    let line = |origin: &portcullis_source::Origin| revision.sources().locate(origin.edit().unwrap()).unwrap().line;
    assert_eq!(blocks.settings.iter().map(|one| line(&one.origin)).collect::<Vec<_>>(), [10, 14, 19]);
    let list = told("list").unwrap().unwrap();
    assert_eq!(
        (list.chart.repository.as_deref(), list.chart.version.as_deref(), list.skips_definitions),
        (Some("https://charts.example.com"), Some("1.0.0"), true)
    );
    assert_eq!(list.settings.len(), 1);
    assert_eq!(told("pin").unwrap_err(), "a value of it is sensitive, and what is found in its objects would tell of that");
    assert!(told("vague").unwrap_err().contains("aws_x.y"), "{:?}", told("vague"));
    assert!(told("y").unwrap().is_none());
    let named = |name: &str| document::chart(module.resources.iter().find(|one| &*one.name == name).unwrap()).map(|chart| chart.name);
    assert_eq!((named("vague").as_deref(), named("y")), (Some("./charts/web"), None));
}

#[test]
fn what_is_not_known_hides_its_own_part_of_a_written_document_alone() {
    let (revision, module) = only(
        "data \"aws_sqs_queue\" \"q\" {\n  name = \"q\"\n}\nlocals {\n  issuer = \"${data.aws_sqs_queue.q.url}/id\"\n  action = \"sqs:*\"\n}\n\
         resource \"aws_iam_policy\" \"a\" {\n  policy = <<-EOT\n    {\n      \"Statement\": [{\n        \"Action\": [\"${local.action}\", \"s3:Get*\"],\n        \
         \"Resource\": \"${data.aws_sqs_queue.q.arn}/*\",\n        \"Condition\": { \"StringLike\": { \"${local.issuer}:sub\": \"*\" } },\n        \
         \"Principal\": ${jsonencode({ AWS = data.aws_sqs_queue.q.arn })}\n      }]\n    }\n  EOT\n}\n\
         resource \"aws_iam_role\" \"b\" {\n  assume_role_policy = jsonencode({\n    Statement = [{ Condition = { StringLike = { \"${local.issuer}:sub\" = \"*\" } } }]\n  })\n}\n\
         resource \"aws_iam_policy\" \"c\" {\n  policy = <<EOT\n{\n  \"Statement\": [\n    { \"Action\": \"*\" }\n  ]\n}\nEOT\n}\n",
    );
    let policy = resource(&module, "aws_iam_policy");
    let statement = ["documents", "/policy", "Statement"];
    let at =
        |document: &Document, path: &[Step]| document.origin(path).edit().and_then(|span| revision.sources().locate(span)).unwrap().line;
    let steps = |rest: &[&str]| -> Vec<Step> {
        let head = statement.iter().map(|key| Step::Key(Arc::from(*key))).chain([Step::Index(0)]);
        head.chain(rest.iter().map(|key| Step::Key(Arc::from(*key)))).collect()
    };
    let one = &policy.root.at(&statement).unwrap().items()[0];
    assert_eq!(one.get("Action").unwrap().items()[1].as_str(), Some("s3:Get*"));
    assert_eq!(one.get("Action").unwrap().items()[0].as_str(), Some("sqs:*"));
    assert!(one.at(&["Resource", "$pieces"]).is_some(), "of a text its known part stays");
    assert!(one.at(&["Principal", "$unknown"]).is_some(), "what is no text is unknown as a whole");
    assert_eq!(one.at(&["Condition", "StringLike", "?/id:sub"]).and_then(Node::as_str), Some("*"));
    assert_eq!(at(&policy, &[steps(&["Action"]), vec![Step::Index(1)]].concat()), 12);
    assert_eq!(at(&policy, &[steps(&["Action"]), vec![Step::Index(0)]].concat()), 6, "the local that it was taken from");
    assert_eq!(at(&policy, &steps(&["Resource"])), 13);
    let role = resource(&module, "aws_iam_role");
    let conditions = &role.root.at(&["documents", "/assume_role_policy", "Statement"]).unwrap().items()[0];
    assert_eq!(conditions.at(&["Condition", "StringLike", "?/id:sub"]).and_then(Node::as_str), Some("*"));
    let plain = module.resources.iter().filter(|resource| &*resource.ty == "aws_iam_policy").nth(1).unwrap();
    let plain = document::of_resource(plain, &RepoPath::root()).unwrap();
    assert_eq!(at(&plain, &steps(&["Action"])), 29, "the line of a text in several lines");
}
