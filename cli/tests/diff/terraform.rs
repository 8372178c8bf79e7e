//! What a change of Terraform's values brings: the finding stands at the line of the tfvars file that was edited.

use std::path::Path;

use crate::{git::Repository, report};

fn repository() -> Repository {
    let repository = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/terraform.in"));
    repository.commit("HEAD", &[]);
    repository
}

fn databases(report: &serde_json::Value, status: &str) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter();
    let all = all.filter(|finding| finding["status"] == status && finding["rule"] == "database-in-one-zone");
    all.map(|finding| format!("{} {}:{}", finding["environments"], finding["location"]["file"], finding["location"]["line"])).collect()
}

#[test]
fn a_standby_that_goes_is_told_at_its_line_of_the_environment() {
    let repository = repository();
    repository.edit("infra/data/vars/prod.tfvars", "multi_az = true", "multi_az = false");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(databases(&report, "new"), ["[\"prod\"] \"infra/data/vars/prod.tfvars\":1"]);
    assert_eq!((databases(&report, "fixed").len(), code), (0, 1));
    let resource = &report["findings"][0]["resource"];
    assert_eq!(resource["address"], "module.db.aws_db_instance.main");
}

#[test]
fn a_standby_that_comes_is_fixed() {
    let repository = repository();
    repository.edit("infra/data/vars/dev.tfvars", "multi_az = false", "multi_az = true");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(databases(&report, "fixed"), ["[\"dev\"] \"infra/data/vars/dev.tfvars\":1"]);
    assert_eq!((databases(&report, "new").len(), code), (0, 0));
}
