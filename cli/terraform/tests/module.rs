//! Smoke.
use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{RepoPath, Revision, Sources};
use portcullis_terraform::module::{self, Inputs};

fn run(text: &str) -> (String, Vec<String>) {
    let mut files: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
    files.insert(RepoPath::new("main.tf").unwrap(), Arc::from(text.as_bytes()));
    let revision = Revision::memory(files, Arc::new(Sources::default()));
    let done = module::evaluate(&revision, &RepoPath::root(), &Inputs::default());
    let outputs: Vec<String> = done.value.outputs.iter().map(|(name, output)| format!("{name}={}", output.value.to_json())).collect();
    (outputs.join(" "), done.problems.into_iter().map(|problem| problem.message).collect())
}

#[test]
fn a_root_has_outputs() {
    let (outputs, problems) = run(
        "variable \"a\" { default = [1, 2] }\nlocals {\n  b = { for x in var.a : \"k${x}\" => x * 0.1 }\n}\noutput \"c\" {\n  value = merge(local.b, {\n    z = <<-EOT\n      hi\n        there ${length(var.a)}\n    EOT\n  })\n}\n",
    );
    assert_eq!((outputs.as_str(), problems.join("|").as_str()), ("c={\"k1\":0.1,\"k2\":0.2,\"z\":\"hi\\n  there 2\\n\"}", ""));
}
