//! Which folders are roots, and in which environments.
#![expect(clippy::unwrap_used, reason = "a case that is not as it is meant fails its test")]

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{RepoPath, Revision, Sources};
use portcullis_terraform::{
    module::{Dialect, Setup},
    roots::{self, Declared, DeclaredEnvironment, Root},
};

/// The roots of files of which each has one text.
fn roots_of(files: &[(&str, &str)]) -> Vec<String> {
    roots_with(files, &Declared::default())
}

fn roots_with(files: &[(&str, &str)], declared: &Declared) -> Vec<String> {
    let files: BTreeMap<RepoPath, Arc<[u8]>> =
        files.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), Arc::from(text.as_bytes()))).collect();
    let found = roots::discover_with(&Revision::memory(files, Arc::new(Sources::default())), declared, &|_| false);
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

#[test]
fn what_is_declared_counts_before_what_files_show() {
    let files = [
        ("live/main.tf", "module \"a\" {\n  source = \"../modules/a\"\n}\n"),
        ("live/prod.tfvars", ""),
        ("modules/a/main.tf", "variable \"a\" {}\n"),
        ("modules/b/main.tf", "variable \"a\" {}\n"),
        ("other/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
    ];
    let environment = |name: &str, workspace: Option<&str>, files: &[&str]| DeclaredEnvironment {
        name: Arc::from(name),
        var_files: files.iter().map(|file| RepoPath::new(file).unwrap()).collect(),
        workspace: workspace.map(Arc::from),
        ..DeclaredEnvironment::default()
    };
    let eu = environment("eu", Some("production"), &["values/all.tfvars", "values/eu.tfvars"]);
    let roots = [("live", vec![eu, environment("us", None, &[])]), ("modules/a", vec![]), ("modules/b", vec![])];
    let roots = roots.into_iter().map(|(path, environments)| (RepoPath::new(path).unwrap(), environments));
    let declared = Declared { roots: roots.collect(), ..Declared::default() };
    let expected = [
        "live Planned eu(\"production\": values/all.tfvars values/eu.tfvars) us(\"us\": )",
        "modules/a Planned default(\"default\": )",
        "modules/b Planned default(\"default\": )",
        "other Planned default(\"default\": )",
    ];
    assert_eq!(roots_with(&files, &declared), expected);
    assert_eq!(
        roots_of(&files),
        [
            "live Planned prod(\"prod\": live/prod.tfvars)",
            "modules/b Library default(\"default\": )",
            "other Planned default(\"default\": )"
        ]
    );
}

/// OpenTofu alone reads `.tofu`, in the place of what Terraform reads.
#[test]
fn files_of_one_dialect_are_none_of_the_other() {
    let files = [
        ("a/main.tofu", "provider \"aws\" {}\n"),
        ("b/main.tf", "module \"c\" {\n  source = \"../c\"\n}\n"),
        ("b/main.tofu", "module \"d\" {\n  source = \"../d\"\n}\n"),
        ("c/main.tf", "variable \"a\" {}\n"),
        ("d/main.tofu.json", "{}"),
    ];
    for (dialect, roots) in [
        (Dialect::Terraform, vec!["b Library default(\"default\": )"]),
        (
            Dialect::OpenTofu,
            vec!["a Planned default(\"default\": )", "b Library default(\"default\": )", "c Library default(\"default\": )"],
        ),
    ] {
        let declared = Declared { setup: Arc::new(Setup { dialect, ..Setup::default() }), ..Declared::default() };
        assert_eq!(roots_with(&files, &declared), roots, "{dialect:?}");
    }
}

/// A file stands for the one that has the same name but for its end, whatever else the name holds.
#[test]
fn files_of_opentofu_stand_for_those_of_the_same_name() {
    let files =
        [("a/a.tfvars.tf", "broken {"), ("a/a.tfvars.tofu", "variable \"a\" {}\n"), ("a/b.tf.json", "broken"), ("a/b.tofu.json", "{}")];
    assert_eq!(roots_of(&files), ["a Library default(\"default\": )"]);
}

#[test]
fn what_others_call_by_an_evaluated_source_is_no_root() {
    let main = "variable \"kind\" {}\nlocals {\n  where = \"../modules\"\n}\nmodule \"m\" {\n  source = \"${local.where}/${var.kind}\"\n  next   = \"leaf\"\n}\n";
    let files = [
        ("app/main.tf", main),
        ("app/workspaces/dev.tfvars", "kind = \"small\"\n"),
        ("app/workspaces/prod.tfvars", "kind = \"large\"\n"),
        ("modules/small/main.tf", "variable \"next\" {}\n"),
        ("modules/large/main.tf", "variable \"next\" {}\nmodule \"n\" {\n  source = \"../${var.next}\"\n}\n"),
        ("modules/leaf/main.tf", "locals {}\nvariable \"x\" {\n  default = 1\n}\n"),
        ("modules/free/main.tf", ""),
    ];
    let app = "app Planned dev(\"dev\": app/workspaces/dev.tfvars) prod(\"prod\": app/workspaces/prod.tfvars)";
    let free = "modules/free Library default(\"default\": )";
    assert_eq!(roots_of(&files), [app, free]);
    let setup = Arc::new(Setup { dialect: Dialect::Terraform, ..Setup::default() });
    let terraform = roots_with(&files, &Declared { setup, ..Declared::default() });
    assert_eq!(terraform.len(), 5, "terraform evaluates no source, so that nobody calls them: {terraform:?}");
}

#[test]
fn of_modules_that_call_each_other_in_a_circle_the_first_is_a_root() {
    let call = |folder: &str| format!("module \"m\" {{\n  source = \"../{folder}\"\n}}\n");
    let (one, other, leaf) = (call("b"), call("a"), call("leaf"));
    let found = roots_of(&[("a/main.tf", &one), ("b/main.tf", &other), ("c/main.tf", &leaf), ("leaf/main.tf", "")]);
    assert_eq!(found, ["a Library default(\"default\": )", "c Library default(\"default\": )"]);
}
