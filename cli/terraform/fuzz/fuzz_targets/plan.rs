//! No file makes the reader of plans panic, hang or take memory without end, and what it reads lies nowhere but below the data of its root.
#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use libfuzzer_sys::fuzz_target;
use portcullis_source::{RepoPath, Revision, Sources};
use portcullis_terraform::{
    module::{self, Inputs, Limits},
    plan::{self, Form, Plan},
};

/// How much one input may do.
const LIMITS: Limits = Limits { steps: 20_000, made: 16 << 20 };

const MAIN: &str = "module \"network\" {\n  source = \"git::https://modules.example.com/network.git?ref=v1\"\n}\nresource \"terraform_data\" \"names\" {\n  input = module.network.name\n}\n";

fuzz_target!(|bytes: &[u8]| {
    let mut found = Plan::default();
    match plan::read(bytes) {
        Ok(Form::Packed(packed)) => found.packed = Some(packed),
        Ok(Form::Shown(shown)) => found.shown = Some(shown),
        Err(error) => return assert!(!error.message.is_empty() && !error.hint.is_empty()),
    }
    let root = RepoPath::new("root").unwrap_or_default();
    let data = RepoPath::new("root/.terraform").unwrap_or_default();
    let files = found.files(&root);
    assert!(files.keys().all(|path| path.below(&data).is_some()), "nothing lies elsewhere");
    let main = root.join("main.tf").unwrap_or_default();
    let mut revision = Revision::memory(BTreeMap::from([(main, Arc::from(MAIN.as_bytes()))]), Arc::new(Sources::default()));
    revision.lay(files);
    let inputs = Inputs { workspace: Some(Arc::from("default")), limits: LIMITS, plan: Some(Arc::new(found)), ..Inputs::default() };
    let done = module::evaluate(&revision, &root, &inputs);
    assert!(done.problems.iter().all(|problem| !problem.message.contains("the evaluation stopped")));
    for resource in &done.value.resources {
        let _ = resource.to_json();
    }
});
