//! What joins the objects of clusters with what Terraform makes beneath them: each edit of one side is found at both, by `lint` and by `diff`, however little of the
//! repository is asked for.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::{TODAY, git::Repository, report};

fn repository() -> Repository {
    let repository = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/joins"));
    repository.commit("HEAD", &[]);
    repository
}

fn lint(root: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output = command.current_dir(root).args(["lint", "--format", "json", "--today", TODAY]).args(arguments).output().unwrap();
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(report["problems"], Value::Array(Vec::new()));
    report
}

/// `RULE FILE:LINE [FILE:LINE of what it is joined with] environments`, of each finding.
fn found(report: &Value) -> Vec<String> {
    let place = |place: &Value| format!("{}:{}", place["file"].as_str().unwrap_or_default(), place["line"]);
    let one = |finding: &Value| {
        let chain = finding["chain"].as_array().unwrap().iter();
        let others: Vec<String> = chain.filter(|link| link["role"] == "other").map(place).collect();
        format!("{} {} {others:?} {}", finding["rule"].as_str().unwrap(), place(&finding["location"]), finding["environments"])
    };
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

fn undecided(report: &Value) -> Vec<String> {
    let one = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().unwrap();
        format!("{} {}:{} {}", text("rule"), entry["location"]["file"].as_str().unwrap(), entry["location"]["line"], text("environment"))
    };
    report["terraform"]["undecided"].as_array().unwrap().iter().map(one).collect()
}

/// An edit, and what `lint` then finds; `diff` finds the same.
struct Case {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    found: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        file: "values/services/alpha.yaml",
        from: "role: shop-alpha",
        to: "role: shop-alpa",
        found: &["role-that-nothing-makes values/services/alpha.yaml:2 [\"infra/main.tf:44\"] [\"dev\",\"prod\"]"],
    },
    Case {
        file: "values/services/alpha.yaml",
        from: "role: shop-alpha",
        to: "role: shop-beta",
        found: &["role-that-trusts-others values/services/alpha.yaml:2 [\"infra/main.tf:36\"] [\"dev\",\"prod\"]"],
    },
    Case {
        file: "values/environments/prod.yaml",
        from: "account: \"444455556666\"",
        to: "account: \"777788889999\"",
        found: &[
            "role-that-nothing-makes values/environments/prod.yaml:1 [\"infra/main.tf:44\"] [\"prod\"]",
            "role-that-nothing-makes values/environments/prod.yaml:1 [\"infra/main.tf:44\"] [\"prod\"]",
        ],
    },
    Case {
        file: "values/services/beta.yaml",
        from: "shop/beta:",
        to: "shop/betta:",
        found: &["image-without-repository values/services/beta.yaml:3 [\"infra/main.tf:51\"] [\"dev\",\"prod\"]"],
    },
    Case {
        file: "values/environments/dev.yaml",
        from: "shop-orders.",
        to: "shop-order.",
        found: &["database-that-nothing-makes values/environments/dev.yaml:2 [\"infra/main.tf:55\"] [\"dev\"]"],
    },
    Case {
        file: "infra/vars/prod.tfvars",
        from: "ACTIVE_STANDBY_MULTI_AZ",
        to: "SINGLE_INSTANCE",
        found: &["failover-to-a-single-broker values/environments/prod.yaml:3 [\"infra/vars/prod.tfvars:1\"] [\"prod\"]"],
    },
    Case {
        file: "infra/main.tf",
        from: "ClusterName = \"shop\" }",
        to: "ClusterName = \"shop\", Namespace = \"scoring\" }",
        found: &["workload-without-restart-alarm values/services/beta.yaml:1 [\"infra/main.tf:64\"] [\"dev\",\"prod\"]"],
    },
    Case {
        file: "infra/main.tf",
        from: "resource \"aws_mq_broker\"",
        to: "resource \"kubernetes_service_account_v1\" \"alpha\" {\n  metadata {\n    name      = \"alpha\"\n    namespace = \"scoring\"\n  }\n}\n\nresource \"aws_mq_broker\"",
        found: &[
            "workload-owned-twice infra/main.tf:60 [\"values/services/alpha.yaml:1\"] [\"dev\"]",
            "workload-owned-twice infra/main.tf:60 [\"values/services/alpha.yaml:1\"] [\"prod\"]",
        ],
    },
];

#[test]
fn what_fits_together_is_clean() {
    let report = lint(repository().root(), &[]);
    assert_eq!((found(&report), undecided(&report)), (Vec::new(), Vec::new()));
}

#[test]
fn each_edit_is_found_at_both_ends() {
    for case in CASES {
        let repository = repository();
        repository.edit(case.file, case.from, case.to);
        assert_eq!(found(&lint(repository.root(), &[])), case.found, "{} {}", case.file, case.to);
        let (changed, code) = report(repository.root(), &[]);
        let is_new = changed["findings"].as_array().unwrap().iter().all(|finding| finding["status"] == "new");
        assert!(is_new && code == 1, "{} {}", case.file, case.to);
        assert_eq!(changed["findings"].as_array().unwrap().len(), case.found.len(), "{} {}", case.file, case.to);
        let (whole, _) = report(repository.root(), &["--exhaustive"]);
        assert_eq!(changed["findings"], whole["findings"], "{} {}", case.file, case.to);
    }
}

#[test]
fn what_is_asked_for_changes_no_verdict() {
    let repository = repository();
    repository.edit("values/services/alpha.yaml", "role: shop-alpha", "role: shop-alpa");
    let all = found(&lint(repository.root(), &[]));
    let narrowed: [&[&str]; 5] = [
        &["values/services/alpha.yaml"],
        &["--service", "alpha"],
        &["infra"],
        &["--rule", "role-that-nothing-makes"],
        &["--partition", "1/1"],
    ];
    for arguments in narrowed {
        assert_eq!(found(&lint(repository.root(), arguments)), all, "{arguments:?}");
    }
    assert_eq!(found(&lint(repository.root(), &["values/services/beta.yaml"])), Vec::<String>::new());
    let of_prod = found(&lint(repository.root(), &["--environment", "prod"]));
    assert_eq!(of_prod, [all[0].replace("[\"dev\",\"prod\"]", "[\"prod\"]")]);
}

#[test]
fn what_is_known_in_parts_is_never_missing() {
    let repository = repository();
    repository.edit("infra/main.tf", "shop-${each.key}", "shop-${each.key}${var.suffix}");
    repository.edit("infra/main.tf", "variable \"issuer\"", "variable \"suffix\" {\n  type = string\n}\n\nvariable \"issuer\"");
    let report = lint(repository.root(), &[]);
    assert_eq!(found(&report), Vec::<String>::new());
    // Each of the two roles in each environment.
    let known = ["dev", "prod"].map(|environment| format!("role-that-nothing-makes infra/main.tf:48 {environment}"));
    let doubts = undecided(&report);
    assert!(doubts.len() == 4 && known.iter().all(|doubt| doubts.iter().filter(|one| *one == doubt).count() == 2), "{doubts:?}");
    // A name that no such text can be is missing all the same.
    repository.edit("values/services/alpha.yaml", "role: shop-alpha", "role: sop-alpha");
    assert_eq!(
        found(&lint(repository.root(), &[])),
        ["role-that-nothing-makes values/services/alpha.yaml:2 [\"infra/main.tf:48\"] [\"dev\",\"prod\"]"]
    );
}

#[test]
fn a_module_that_is_not_here_may_make_it() {
    let repository = repository();
    let main = repository.read("infra/main.tf");
    repository.write("infra/main.tf", format!("{main}\nmodule \"gamma\" {{\n  source = \"git::https://git.example.com/role.git\"\n}}\n"));
    repository.edit("values/services/alpha.yaml", "role: shop-alpha", "role: shop-gamma");
    let report = lint(repository.root(), &[]);
    assert_eq!(found(&report), Vec::<String>::new());
    assert_eq!(undecided(&report), ["role-that-nothing-makes infra/main.tf:71 dev", "role-that-nothing-makes infra/main.tf:71 prod"]);
}
