//! Which folders are roots, and in which environments.
#![expect(clippy::unwrap_used, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{RepoPath, Revision, Sources};
use portcullis_terraform::roots::{self, Root};

/// The roots of files of which each has one text.
fn roots_of(files: &[(&str, &str)]) -> Vec<String> {
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let found = roots::discover(&Revision::memory(files, Arc::new(Sources::default())));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    found.value.iter().map(told).collect()
}

fn told(root: &Root) -> String {
    let environments: Vec<String> = root
        .environments
        .iter()
        .map(|environment| {
            let files: Vec<&str> = environment.inputs.var_files.iter().map(RepoPath::as_str).collect();
            format!("{}({:?}: {})", environment.name, environment.inputs.workspace.as_deref().unwrap_or("?"), files.join(" "))
        })
        .collect();
    format!("{} {:?} {}", root.folder, root.purpose, environments.join(" "))
}

#[test]
fn what_others_call_is_no_root() {
    let found = roots_of(&[
        ("infra/main.tf", "provider \"aws\" {}\nmodule \"m\" {\n  source = \"../modules/m\"\n}\n"),
        ("modules/m/main.tf", "module \"n\" {\n  source = \"./n\"\n}\n"),
        ("modules/m/n/main.tf.json", "{}"),
        ("modules/free/main.tf", "variable \"a\" {}\n"),
        (".terraform/modules/x/main.tf", "broken {"),
    ]);
    assert_eq!(found, ["infra Planned default(\"default\": )", "modules/free Library default(\"default\": )"]);
}

#[test]
fn files_of_values_are_environments() {
    let found = roots_of(&[
        ("data/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
        ("data/terraform.tfvars", "a = 1\n"),
        ("data/workspaces/dev.tfvars", ""),
        ("data/workspaces/prod.tfvars", ""),
        ("data/workspaces/common.tfvars", ""),
        ("net/main.tf", "locals {\n  e = terraform.workspace\n}\n"),
        ("net/prod.tfvars.json", "{}"),
        ("variables/staging/common.tfvars", ""),
        ("variables/staging/net.tfvars", ""),
    ]);
    let expected = [
        "data Planned dev(\"dev\": data/workspaces/common.tfvars data/workspaces/dev.tfvars) prod(\"prod\": data/workspaces/common.tfvars data/workspaces/prod.tfvars) \
         staging(\"staging\": data/workspaces/common.tfvars variables/staging/common.tfvars)",
        "net Planned prod(\"prod\": net/prod.tfvars.json) staging(\"staging\": variables/staging/common.tfvars variables/staging/net.tfvars)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn folders_of_environments_name_them_and_a_workspace_that_is_asked_for_is_unknown() {
    let found = roots_of(&[
        ("live/prod/eu/main.tf", "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n"),
        ("app/main.tf", "output \"x\" {\n  value = terraform.workspace\n}\n"),
        ("app/.terraform.lock.hcl", ""),
    ]);
    assert_eq!(found, ["app Planned default(\"?\": )", "live/prod/eu Planned prod(\"default\": )"]);
}
