//! Plans that the real terraform made, whole, broken and made up, against the configurations that they are of.
#![expect(clippy::disallowed_methods, reason = "reads the recordings")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a recording that cannot be read fails its test")]

mod archive;
mod recorded;

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use archive::{Entry, packed};
use portcullis_source::{Partial, RepoPath, Revision};
use portcullis_terraform::{
    module::{self, Inputs, Mode, Module},
    plan::{self, Action, Form, Plan},
};
use recorded::{Files, collect};

/// A file of a recorded case.
fn file(case: &str, name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/plans").join(case).join(name)).unwrap()
}

/// The configuration of a recorded case, as `root`.
fn configuration(case: &str, folder: &str) -> Files {
    let mut files = Files::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/terraform/plans").join(case).join(folder), "root/", &mut files);
    files
}

/// A plan of files that hold it in either form.
fn plan_of(files: &[Vec<u8>]) -> Plan {
    let mut plan = Plan::default();
    for bytes in files {
        match plan::read(bytes).unwrap() {
            Form::Packed(packed) => plan.packed = Some(packed),
            Form::Shown(shown) => plan.shown = Some(shown),
        }
    }
    plan
}

fn evaluate(files: Files, plan: Option<Plan>) -> Partial<Module> {
    let root = RepoPath::new("root").unwrap();
    let mut revision = recorded::revision(files);
    if let Some(plan) = &plan {
        revision.lay(plan.files(&root));
    }
    evaluate_in(&revision, plan)
}

fn evaluate_in(revision: &Revision, plan: Option<Plan>) -> Partial<Module> {
    let inputs = Inputs { workspace: Some(Arc::from("default")), plan: plan.map(Arc::new), ..Inputs::default() };
    module::evaluate(revision, &RepoPath::new("root").unwrap(), &inputs)
}

fn messages(done: &Partial<Module>) -> Vec<&str> {
    done.problems.iter().map(|problem| &*problem.message).collect()
}

fn addresses(done: &Partial<Module>) -> BTreeSet<String> {
    let managed = done.value.resources.iter().filter(|resource| resource.mode == Mode::Managed);
    managed.map(|resource| resource.address.to_string()).collect()
}

/// The addresses of what there is once a recorded plan is applied.
fn planned(case: &str) -> BTreeSet<String> {
    let shown: serde_json::Value = serde_json::from_slice(&file(case, "shown.json")).unwrap();
    let changes = shown["resource_changes"].as_array().unwrap().iter();
    let stays = changes.filter(|change| !change["change"]["after"].is_null());
    stays.map(|change| change["address"].as_str().unwrap().to_owned()).collect()
}

/// What an output is, as JSON; none where it is not known.
fn output(done: &Partial<Module>, name: &str) -> Option<String> {
    let value = &done.value.outputs[name].value;
    value.any_reason().is_none().then(|| value.to_json())
}

/// What a resource shows.
fn shown(done: &Partial<Module>, address: &str) -> serde_json::Value {
    let resource = done.value.resources.iter().find(|resource| &*resource.address == address).unwrap();
    serde_json::from_str(&resource.to_json()).unwrap()
}

#[test]
fn a_saved_plan_has_the_modules_that_the_repository_has_not() {
    let without = evaluate(configuration("modules", "root"), None);
    assert_eq!(output(&without, "network"), None);
    let done = evaluate(configuration("modules", "root"), Some(plan_of(&[file("modules", "saved.tfplan")])));
    assert_eq!(messages(&done), [""; 0]);
    assert_eq!(addresses(&done), planned("modules"));
    assert_eq!(output(&done, "network").as_deref(), Some("\"orders-network\""));
    assert_eq!(output(&done, "zones").as_deref(), Some("[\"eu-west-1a\",\"eu-west-1b\"]"));
    let network = shown(&done, "module.network.terraform_data.network");
    let why = network["unknown"]["/input/notes"].as_str().unwrap();
    assert!(why.contains("notes.txt, of which the plan has no copy"), "what is no configuration is not in it: {network}");
}

#[test]
fn a_plan_as_json_has_the_resources_of_modules_that_are_not_there_and_what_providers_know() {
    let done = evaluate(configuration("modules", "root"), Some(plan_of(&[file("modules", "shown.json")])));
    assert_eq!(messages(&done), [""; 0]);
    assert_eq!(addresses(&done), planned("modules"));
    assert_eq!(output(&done, "network"), None, "plans do not say what modules give back");
    let network = shown(&done, "module.network.terraform_data.network");
    assert_eq!(network["values"]["input"]["name"], "orders-network");
    assert_eq!(network["values"]["input"]["notes"], "Kept beside the module.\n");
    assert_eq!(network["sensitive"], serde_json::json!(["/input/key"]));
    let both = evaluate(configuration("modules", "root"), Some(plan_of(&[file("modules", "shown.json"), file("modules", "saved.tfplan")])));
    assert_eq!(messages(&both), [""; 0]);
    assert_eq!(addresses(&both), planned("modules"));
    assert_eq!(output(&both, "network").as_deref(), Some("\"orders-network\""));
    assert_eq!(
        shown(&both, "module.network.terraform_data.network")["values"]["input"],
        network["values"]["input"],
        "each fills in what the other lacks"
    );
}

#[test]
fn what_is_secret_in_a_plan_is_shown_nowhere() {
    let secret = "correct-horse-battery";
    assert!(String::from_utf8(file("modules", "shown.json")).unwrap().contains(secret), "the recording has it");
    for files in [vec![file("modules", "shown.json")], vec![file("modules", "shown.json"), file("modules", "saved.tfplan")]] {
        let done = evaluate(configuration("modules", "root"), Some(plan_of(&files)));
        for resource in &done.value.resources {
            assert!(!resource.to_json().contains(secret), "{}", resource.address);
            let document = portcullis_terraform::document::of_resource(resource, &RepoPath::new("root").unwrap()).unwrap();
            assert!(!String::from_utf8_lossy(document.text.bytes()).contains(secret), "{}", resource.address);
        }
        let hidden = portcullis_terraform::document::secrets(&done.value);
        assert!(hidden.iter().any(|(_, text)| text.as_deref() == Some(secret)), "reports take it out of what others say");
    }
}

#[test]
fn a_plan_of_something_else_is_a_problem_that_names_no_value() {
    let (saved, json) = (file("modules", "saved.tfplan"), file("modules", "shown.json"));
    let changed = |path: &str, from: &str, to: &str| {
        let mut files = configuration("modules", "root");
        let path = RepoPath::new(path).unwrap();
        let text = String::from_utf8(files[&path].to_vec()).unwrap();
        assert!(text.contains(from));
        files.insert(path, Arc::from(text.replace(from, to).into_bytes()));
        files
    };
    let told = |files: Files, plan: &[Vec<u8>]| {
        let done = evaluate(files, Some(plan_of(plan)));
        let messages: Vec<String> = messages(&done).into_iter().map(str::to_owned).collect();
        assert!(messages.iter().all(|message| !message.contains("orders") && !message.contains("other-secret")), "{messages:?}");
        messages
    };
    let values = told(changed("root/terraform.tfvars", "orders", "others"), std::slice::from_ref(&json));
    assert!(values.contains(&"the plan was made from other inputs: variable name has another value in it".to_owned()), "{values:?}");
    assert!(values.iter().any(|message| message.contains("input of terraform_data.names")), "{values:?}");
    let secret = told(changed("root/terraform.tfvars", "correct-horse-battery", "other-secret"), std::slice::from_ref(&json));
    assert!(secret.contains(&"the plan was made from other inputs: variable key has another value in it".to_owned()), "{secret:?}");
    let more = told(changed("root/variables.tf", "[\"x\", \"y\"]", "[\"x\", \"z\"]"), std::slice::from_ref(&json));
    assert!(
        more.iter().any(|message| message.contains("has resources that the configuration has not: terraform_data.each[\"Y\"]")),
        "{more:?}"
    );
    assert!(more.iter().any(|message| message.contains("lacks resources of the configuration: terraform_data.each[\"Z\"]")), "{more:?}");
    let text = told(changed("root/part/main.tf", "part $", "piece $"), std::slice::from_ref(&saved));
    assert_eq!(text, ["the plan was made from another root/part/main.tf"]);
    let version = told(changed("root/main.tf", "?ref=v1", "?ref=v2"), std::slice::from_ref(&saved));
    assert_eq!(version.len(), 2, "{version:?}");
    assert!(version[0].contains("another source or version of module network"), "{version:?}");
    let mut files = configuration("modules", "root");
    files.insert(RepoPath::new("root/more.tf").unwrap(), Arc::from(&b"locals {}\n"[..]));
    assert_eq!(told(files, &[saved]), ["the plan was made from another root/more.tf"]);
}

#[test]
fn actions_are_those_that_terraform_planned() {
    let plan = plan_of(&[file("changes", "shown.json"), file("changes", "saved.tfplan")]);
    let resources = &plan.shown.as_ref().unwrap().resources;
    let count = |wanted: &[Action]| resources.values().filter(|planned| planned.actions == wanted).count();
    assert_eq!(count(&[Action::Delete, Action::Create]), 3);
    assert_eq!((count(&[Action::Delete]), count(&[Action::Forget]), count(&[Action::Update])), (2, 1, 1));
    assert_eq!(resources["terraform_data.listed[2]"].reason.as_deref(), Some("delete_because_count_index"));
    assert_eq!(resources["terraform_data.new_name"].previous.as_deref(), Some("terraform_data.old_name"));
    assert_eq!(resources["terraform_data.replaced"].replaced_for, ["/triggers_replace"]);
    let done = evaluate(configuration("changes", "after"), Some(plan));
    assert_eq!(messages(&done), [""; 0]);
    assert_eq!(addresses(&done), planned("changes"));
    let kept = shown(&done, "terraform_data.stays");
    assert!(kept["values"]["id"].as_str().is_some_and(|id| id.len() == 36), "what is there has its id: {kept}");
}

#[test]
fn a_plan_that_failed_is_read_and_says_so() {
    for name in ["saved.tfplan", "shown.json"] {
        let plan = plan_of(&[file("prevented", name)]);
        assert!(plan.packed.iter().all(|packed| packed.errored) && plan.shown.iter().all(|shown| shown.errored), "{name}");
        let done = evaluate(configuration("prevented", "after"), Some(plan));
        assert_eq!(messages(&done).len(), 1);
        assert!(messages(&done)[0].contains("ended with an error"), "{:?}", messages(&done));
        let kept = done.value.resources.iter().find(|resource| &*resource.name == "kept").unwrap();
        assert_eq!(kept.lifecycle.prevent_destroy.map(|(value, _)| value), Some(true));
    }
}

#[test]
fn broken_plans_are_refused_with_words_and_never_stop_the_reader() {
    for case in ["modules", "changes", "prevented"] {
        let saved = file(case, "saved.tfplan");
        for end in 0..saved.len() {
            let error = plan::read(&saved[..end]).unwrap_err();
            assert!(!error.message.is_empty() && !error.hint.is_empty());
        }
        // A byte that is another one is noticed, or lies where nothing is read.
        for at in 0..saved.len() {
            let mut bytes = saved.clone();
            bytes[at] ^= 0x55;
            if let Err(error) = plan::read(&bytes) {
                assert!(!error.message.is_empty() && !error.hint.is_empty());
            }
        }
        let shown = file(case, "shown.json");
        for end in (0..shown.len() - 2).step_by(7) {
            assert!(plan::read(&shown[..end]).is_err(), "{case} {end}");
        }
        for at in (0..shown.len()).step_by(11) {
            let mut bytes = shown.clone();
            bytes[at] = b"\"{}[],:0x"[at % 9];
            if let Err(error) = plan::read(&bytes) {
                assert!(!error.message.is_empty() && !error.hint.is_empty());
            }
        }
    }
}

/// What is wrong with an archive of these files, the first of which is replaced by others.
fn refused(entries: &[Entry]) -> String {
    let error = plan::read(&packed(entries)).unwrap_err();
    assert!(!error.hint.is_empty());
    error.message
}

#[test]
fn archives_that_lead_elsewhere_or_cost_too_much_are_refused() {
    let plan = || Entry::new("tfplan", b"\x08\x03");
    let manifest = || Entry::new("tfconfig/modules.json", br#"[{"Key":"","Dir":"."}]"#);
    assert!(plan::read(&packed(&[plan(), manifest()])).is_ok(), "the smallest plan that there is");
    for name in ["../evil.tf", "/etc/evil.tf", "tfconfig/m-/../../evil.tf", "tfconfig//m-/a.tf", "a\\b", "C:/a", "./a", ""] {
        let message = refused(&[plan(), manifest(), Entry::new(name, b"x")]);
        assert!(message.contains("leads out of it"), "{name}: {message}");
    }
    let twice = refused(&[plan(), manifest(), Entry::new("tfconfig/m-/a.tf", b"1"), Entry::new("tfconfig/m-/a.tf", b"2")]);
    assert!(twice.contains("twice"), "{twice}");
    let link = refused(&[plan(), manifest(), Entry { mode: 0o120_777, ..Entry::new("tfconfig/m-/a.tf", b"/etc/passwd") }]);
    assert!(link.contains("a link or a device"), "{link}");
    let locked = refused(&[plan(), manifest(), Entry { flags: 1, ..Entry::new("tfconfig/m-/a.tf", b"x") }]);
    assert!(locked.contains("encrypted"), "{locked}");
    let method = refused(&[plan(), manifest(), Entry { method: Some(12), ..Entry::new("tfconfig/m-/a.tf", b"x") }]);
    assert!(method.contains("packed in a way"), "{method}");
    let bomb = refused(&[plan(), manifest(), Entry::new("tfconfig/m-/a.tf", &vec![b' '; 40 << 20])]);
    assert!(bomb.contains("MAX_PLAN_RATIO"), "{bomb}");
    let claims = refused(&[plan(), manifest(), Entry { size: Some(3), ..Entry::new("tfconfig/m-/a.tf", b"more than that") }]);
    assert!(claims.contains("damaged"), "{claims}");
    let huge = refused(&[
        plan(),
        manifest(),
        Entry { size: Some(200 << 20), flags: 0, method: Some(0), ..Entry::new("tfconfig/m-/a.tf", &vec![b'x'; 1_200_000]) },
    ]);
    assert!(huge.contains("MAX_PLAN_BYTES") || huge.contains("damaged"), "{huge}");
    let over = refused(&[
        plan(),
        manifest(),
        Entry::new("tfconfig/m-/a.tf", b"x"),
        Entry { same_place: true, ..Entry::new("tfconfig/m-/a.tf", b"x") },
    ]);
    assert!(over.contains("twice") || over.contains("within each other"), "{over}");
    let many: Vec<Entry> = (0..20_001).map(|at| Entry::new(&format!("f{at}"), b"")).chain([plan(), manifest()]).collect();
    assert!(refused(&many).contains("MAX_PLAN_ENTRIES"));
    assert!(refused(&[manifest()]).contains("no plan of Terraform"));
    assert!(refused(&[plan()]).contains("modules.json in it is missing"));
    assert!(refused(&[Entry::new("tfplan", b"\x08\x04"), manifest()]).contains("format 4"));
    assert!(refused(&[Entry::new("tfplan", b"\x08"), manifest()]).contains("cut off"));
    assert!(refused(&[Entry::new("tfplan", b"\x72\xff\xff\xff\xff\x0f"), manifest()]).contains("cut off"));
    for bad in ["[]", "{", r#"[{"Key":""}]"#, r#"[{"Key":"","Dir":"."},{"Key":"","Dir":"."}]"#] {
        assert!(refused(&[plan(), Entry::new("tfconfig/modules.json", bad.as_bytes())]).contains("modules.json in it"), "{bad}");
    }
}

#[test]
fn a_manifest_lays_files_below_the_data_of_its_root_and_nowhere_else() {
    for folder in ["../../outside", "/etc", ".terraform/../..", ".terraform", "m", "..", ".terraformed/x"] {
        let manifest = format!(r#"[{{"Key":"","Dir":"."}},{{"Key":"m","Source":"x/y/z","Dir":"{folder}"}}]"#);
        let bytes = packed(&[
            Entry::new("tfplan", b"\x08\x03"),
            Entry::new("tfconfig/modules.json", manifest.as_bytes()),
            Entry::new("tfconfig/m-m/main.tf", b"locals {}"),
            Entry::new("tfconfig/m-m/../evil.tf.d", b""),
        ]);
        assert!(plan::read(&bytes).is_err(), "names lead nowhere else");
        let bytes = packed(&[
            Entry::new("tfplan", b"\x08\x03"),
            Entry::new("tfconfig/modules.json", manifest.as_bytes()),
            Entry::new("tfconfig/m-m/main.tf", b"locals {}"),
        ]);
        let plan = plan_of(&[bytes]);
        assert!(plan.files(&RepoPath::new("root").unwrap()).is_empty(), "{folder}");
    }
}

fn refused_json(text: &str) -> String {
    let error = plan::read(text.as_bytes()).unwrap_err();
    assert!(!error.hint.is_empty());
    error.message
}

#[test]
fn json_that_is_no_plan_is_told_apart() {
    assert!(refused_json("").contains("empty"));
    assert!(refused_json("hello").contains("neither"));
    assert!(refused_json("{").contains("line 1, column 2"));
    assert!(refused_json("{\n \"a\": x}").contains("line 2, column 7"));
    assert!(refused_json("{}").contains("no format_version"));
    assert!(refused_json(r#"{"format_version":"2.0","resource_changes":[]}"#).contains("format \"2.0\""));
    assert!(refused_json(r#"{"format_version":"0.2","resource_changes":[]}"#).contains("format \"0.2\""));
    assert!(refused_json(r#"{"format_version":"1.0","values":{}}"#).contains("a state, and no plan"));
    assert!(refused_json(r#"{"format_version":"1.0"}"#).contains("no resource_changes"));
    assert!(refused_json(r#"{"format_version":"1.0","format_version":"1.0"}"#).contains("line 1"));
    let change = |address: &str| {
        format!(r#"{{"address":"{address}","mode":"managed","type":"a","name":"b","change":{{"actions":["create"],"after":{{}}}}}}"#)
    };
    let of = |changes: &[String]| format!(r#"{{"format_version":"1.2","resource_changes":[{}]}}"#, changes.join(","));
    assert!(plan::read(of(&[change("a.b")]).as_bytes()).is_ok());
    assert!(refused_json(&of(&[change("a.b"), change("a.b")])).contains("twice"));
    assert!(refused_json(&of(&[change("nonsense")])).contains("address"));
    assert!(refused_json(&of(&[change(&format!("a.{}", "b".repeat(5_000)))])).contains("address"));
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let deep = format!(
        r#"{{"format_version":"1.2","resource_changes":[{{"address":"a.b","type":"a","name":"b","change":{{"after":{{"x":{deep}}}}}}}]}}"#
    );
    assert!(refused_json(&deep).contains("line 1"), "{}", refused_json(&deep));
    let many: Vec<String> = (0..=20_000).map(|at| change(&format!("a.b[{at}]"))).collect();
    assert!(refused_json(&of(&many)).contains("MAX_PLAN_RESOURCES"));
}
