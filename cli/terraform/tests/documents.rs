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
    let document = document::of_root(&module, &RepoPath::new("root").unwrap(), span, false).unwrap();
    assert_eq!(text(&document, &["resources", "aws_db_instance.main", "type"]), "aws_db_instance");
    assert_eq!(text(&document, &["metadata", "name"]), "root");
}
