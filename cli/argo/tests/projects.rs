//! What AppProjects permit, against what Argo CD's own package says of the same questions.
#![expect(clippy::disallowed_methods, reason = "reads what is recorded")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, sync::Arc};

use portcullis_argo::{Deployed, Destination, Project};
use portcullis_source::{Document, Node, Sources, Text, yaml};
use serde_json::Value;

fn recorded(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/projects").join(name)).unwrap()
}

fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}

/// The AppProject of a question: what it is asked about is no field that anybody reads.
fn project(questions: &Document, question: &Node) -> Project {
    let head = b"apiVersion: argoproj.io/v1alpha1\nkind: AppProject\n";
    let made = yaml::parse(&Text::of_file(&Sources::default().add("project.yaml", head.to_vec()))).documents.remove(0);
    let (own, asked) = (made.root.as_map().unwrap(), question.as_map().unwrap());
    let entries = own.entries.iter().chain(&asked.entries).cloned().collect();
    let root = Node { data: portcullis_source::Data::Map(portcullis_source::Map { entries }), range: question.range };
    Project::read(&Arc::new(Document { root, ..questions.clone() })).unwrap()
}

#[test]
fn projects_permit_what_argo_cd_permits() {
    let questions = yaml::parse(&Text::of_file(&Sources::default().add("questions.yaml", recorded("questions.yaml").into_bytes())));
    let questions = &questions.documents[0];
    let expected: Value = serde_json::from_str(&recorded("expected.json")).unwrap();
    let answers = expected["answers"].as_array().unwrap();
    assert_eq!(questions.root.items().len(), answers.len());
    let mut asked = 0;
    for (question, answer) in questions.root.items().iter().zip(answers) {
        let project = project(questions, question);
        let list = |key| question.get(key).map(Node::items).unwrap_or_default();
        let sources = list("sources").iter().map(|source| project.permits_source(source.as_str().unwrap()));
        let destinations = list("destinations").iter().map(|to| {
            let destination = Destination { server: text(to, "server").into(), name: text(to, "name").into(), namespace: String::new() };
            project.permits_destination(&destination, text(to, "namespace")).unwrap()
        });
        let objects = list("objects").iter().map(|object| {
            let is_namespaced = object.get("namespaced").map(|node| matches!(node.data, portcullis_source::Data::Bool(true)));
            let deployed = Deployed { group: text(object, "group"), kind: text(object, "kind"), name: "a", namespace: None, is_namespaced };
            project.refuses(&deployed, &Destination::default()).is_none()
        });
        let ours: [Vec<bool>; 3] = [sources.collect(), destinations.collect(), objects.collect()];
        for (key, ours) in ["sources", "destinations", "objects"].iter().zip(ours) {
            let theirs: Vec<bool> = answer[key].as_array().unwrap().iter().map(|one| one.as_bool().unwrap()).collect();
            assert_eq!(ours, theirs, "{key} of {question:?}");
            asked += ours.len();
        }
    }
    assert!(asked > 50, "{asked}");
}
