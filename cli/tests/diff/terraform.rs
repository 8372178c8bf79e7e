//! What a change of Terraform's values brings: the finding stands at the line of the tfvars file that was edited.

use std::path::Path;

use serde_json::Value;

use crate::{git::Repository, report, said};

fn repository() -> Repository {
    let repository = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/terraform.in"));
    repository.commit("HEAD", &[]);
    repository
}

fn databases(report: &Value, status: &str) -> Vec<String> {
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

/// The objects that change in an environment, by address.
fn changed<'a>(report: &'a Value, environment: &str) -> Vec<(&'a str, &'a Value)> {
    let all = report["changes"]["applications"].as_array().unwrap().iter();
    let here = all.filter(|one| one["environment"] == environment && one.get("application").is_none());
    let objects = here.flat_map(|one| one["objects"].as_array().unwrap());
    objects.map(|object| (object["resource"]["address"].as_str().unwrap(), object)).collect()
}

/// What rules that see a change say: rule, environments, address and message.
fn said_of_change(report: &Value) -> Vec<String> {
    let rules = [
        "data-store-destroyed",
        "data-store-replaced",
        "shifted-instances",
        "forgotten-resource",
        "drifted-data-store",
        "wide-terraform-change",
    ];
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| rules.iter().any(|rule| finding["rule"] == *rule));
    found
        .map(|finding| {
            format!("{} {} {}", finding["rule"].as_str().unwrap(), finding["environments"], finding["message"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn a_resource_that_changes_is_told_with_the_line_of_the_values() {
    let repository = repository();
    repository.edit("infra/data/vars/prod.tfvars", "multi_az = true", "multi_az = false");
    let (report, _) = report(repository.root(), &[]);
    assert_eq!(changed(&report, "dev"), [], "other environments stay as they are");
    let [(address, object)] = changed(&report, "prod")[..] else { panic!("{:?}", changed(&report, "prod")) };
    assert_eq!((address, &object["change"]), ("module.db.aws_db_instance.main", &Value::from("changed")));
    let field = &object["fields"][0];
    assert_eq!((object["fields"].as_array().unwrap().len(), &field["path"]), (1, &Value::from("/values/multi_az")));
    assert_eq!((&field["before"], &field["after"]), (&Value::from("true"), &Value::from("false")));
    assert_eq!((&field["location"]["file"], &field["location"]["line"]), (&Value::from("infra/data/vars/prod.tfvars"), &Value::from(1)));
    assert_eq!(said_of_change(&report), Vec::<String>::new(), "it changes in place");
    let (text, _) = said(repository.root(), &[]);
    let told = "  infra/data/vars/prod.tfvars:1  var.multi_az (layer tfvars)\n      ~ aws_db_instance  /values/multi_az  true → false\n        in prod\n";
    assert!(text.contains(told), "{text}");
    let (markdown, _) = said(repository.root(), &["--format", "markdown"]);
    assert!(markdown.contains("module.db.aws_db_instance.main</code> · prod"), "{markdown}");
}

#[test]
fn what_is_secret_in_a_resource_that_changes_shows_nowhere() {
    let repository = repository();
    let first = repository.commit("HEAD", &[]);
    repository.edit(
        "infra/modules/db/main.tf",
        "variable \"password\" {}\n",
        "variable \"password\" {}\nresource \"aws_mq_broker\" \"main\" {\n  user {\n    password = \"staple-battery-1\"\n  }\n}\n",
    );
    repository.commit("HEAD", &[first]);
    repository.edit("infra/modules/db/main.tf", "staple-battery-1", "staple-battery-2");
    repository.edit("infra/data/vars/prod.tfvars", "hunter2hunter2", "hunter3hunter3");
    for format in ["human", "json", "markdown", "html", "sarif"] {
        let (text, _) = said(repository.root(), &["--format", format]);
        for secret in ["staple-battery", "hunter2hunter2", "hunter3hunter3"] {
            // Markdown and HTML show lines of the repository that a chain leads to, none of these.
            assert!(!text.contains(secret), "{format} shows {secret}: {text}");
        }
    }
    let (report, _) = report(repository.root(), &[]);
    let told = changed(&report, "dev");
    assert!(
        told.iter().any(|(address, object)| *address == "module.db.aws_mq_broker.main"
            && object["fields"][0]["after"].as_str().unwrap().contains("secret:")),
        "{told:?}"
    );
}

#[test]
fn a_data_store_that_goes_is_denied_until_a_commit_answers_for_it() {
    let repository = repository();
    let base = repository.commit("HEAD", &[]);
    repository.edit("infra/data/main.tf", "resource \"aws_kms_key\" \"rds\" {}\n", "");
    repository.edit("infra/data/main.tf", "aws_kms_key.rds.arn", "\"arn:aws:kms:eu-west-1:111122223333:key/other\"");
    let (told, code) = report(repository.root(), &[]);
    let gone = "data-store-destroyed [\"dev\",\"prod\",\"staging\"] aws_kms_key.rds would be destroyed, and no Change-Request names it";
    assert_eq!(
        said_of_change(&told),
        [
            gone,
            "data-store-replaced [\"dev\",\"prod\",\"staging\"] module.db.aws_db_instance.main would be destroyed and made anew for kms_key_id, and no Change-Request names it",
        ]
    );
    assert_eq!(code, 1);
    let message = "Drop the key\n\nNobody reads with it.\n\nChange-Request: CHG0012345 aws_kms_key.rds\nChange-Request: CHG0012346 module.db.aws_db_instance.main\n";
    let head = repository.commit_saying(message, "refs/heads/change", &[base]);
    let (told, _) = report(repository.root(), &["--base", &base.to_string(), "--head", &head.to_string()]);
    assert_eq!(said_of_change(&told), Vec::<String>::new());
    let (told, _) = report(repository.root(), &["--base", &head.to_string(), "--head", &base.to_string(), "--direct"]);
    assert_eq!(
        said_of_change(&told).len(),
        1,
        "back again, the key comes and the database is still made anew: {:?}",
        said_of_change(&told)
    );
}

#[test]
fn what_is_moved_or_forgotten_is_not_destroyed() {
    let repository = repository();
    repository.edit(
        "infra/data/main.tf",
        "\"aws_kms_key\" \"rds\" {}",
        "\"aws_kms_key\" \"data\" {}\nmoved {\n  from = aws_kms_key.rds\n  to   = aws_kms_key.data\n}",
    );
    repository.edit("infra/data/main.tf", "aws_kms_key.rds.arn", "aws_kms_key.data.arn");
    repository.edit("infra/data/main.tf", "module \"db\"", "moved {\n  from = module.db\n  to   = module.store\n}\nmodule \"store\"");
    repository.edit("infra/data/main.tf", "module.db.endpoint", "module.store.endpoint");
    let (told, _) = report(repository.root(), &[]);
    let names: Vec<&str> = changed(&told, "prod").into_iter().map(|(address, _)| address).collect();
    assert_eq!(names, ["module.store.aws_db_instance.main"], "its key has another name");
    assert_eq!(said_of_change(&told).len(), 1, "{:?}", said_of_change(&told));
    assert!(said_of_change(&told)[0].contains("for kms_key_id"), "{:?}", said_of_change(&told));
    assert_eq!((databases(&told, "new"), databases(&told, "fixed")), (Vec::new(), Vec::new()), "what was found of it moves with it");
    let repository = self::repository();
    repository.edit(
        "infra/data/main.tf",
        "resource \"aws_kms_key\" \"rds\" {}",
        "removed {\n  from = aws_kms_key.rds\n  lifecycle {\n    destroy = false\n  }\n}",
    );
    repository.edit("infra/data/main.tf", "aws_kms_key.rds.arn", "null");
    let (told, _) = report(repository.root(), &[]);
    assert!(
        said_of_change(&told)[0].starts_with("forgotten-resource") || said_of_change(&told)[1].starts_with("forgotten-resource"),
        "{:?}",
        said_of_change(&told)
    );
    assert!(!said_of_change(&told).iter().any(|said| said.starts_with("data-store-destroyed")));
}

#[test]
fn what_goes_with_a_key_is_told_at_the_values_that_had_it() {
    let repository = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/terraform.in"));
    let stores = "\nvariable \"stores\" {\n  type    = map(object({}))\n  default = {}\n}\nresource \"aws_db_instance\" \"store\" {\n  \
                  for_each   = var.stores\n  identifier = each.key\n}\nresource \"aws_kms_key\" \"rds\"";
    repository.edit("infra/data/main.tf", "resource \"aws_kms_key\" \"rds\"", stores);
    repository.edit("infra/data/vars/prod.tfvars", "multi_az = true", "multi_az = true\nstores = { one = {}, two = {} }");
    repository.commit("HEAD", &[]);
    repository.edit("infra/data/vars/prod.tfvars", ", two = {}", "");
    let (told, code) = report(repository.root(), &[]);
    let found: Vec<&Value> = told["findings"].as_array().unwrap().iter().filter(|one| one["status"] == "new").collect();
    assert_eq!((found.len(), code), (1, 1), "{found:?}");
    assert_eq!(found[0]["rule"], "data-store-destroyed");
    let place = format!("{}:{}", found[0]["location"]["file"], found[0]["location"]["line"]);
    assert_eq!(place, "\"infra/data/vars/prod.tfvars\":2");
}

#[test]
fn what_a_flag_takes_away_is_told_at_the_flag() {
    let repository = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/terraform.in"));
    let store = "\nvariable \"on\" { default = false }\nlocals {\n  many = var.on ? 1 : 0\n}\nresource \"aws_db_instance\" \"store\" {\n  \
                 count = local.many\n}\nresource \"aws_kms_key\" \"rds\"";
    repository.edit("infra/data/main.tf", "resource \"aws_kms_key\" \"rds\"", store);
    repository.edit("infra/data/vars/prod.tfvars", "multi_az = true", "multi_az = true\non = true");
    repository.commit("HEAD", &[]);
    repository.edit("infra/data/vars/prod.tfvars", "on = true", "on = false");
    let (told, _) = report(repository.root(), &[]);
    let places: Vec<String> = told["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["rule"] == "data-store-destroyed")
        .map(|one| format!("{}:{}", one["location"]["file"], one["location"]["line"]))
        .collect();
    assert_eq!(places, ["\"infra/data/vars/prod.tfvars\":2"]);
}

#[test]
fn moves_follow_each_other_and_what_may_be_there_is_not_gone() {
    let repository = repository();
    repository.edit("infra/data/main.tf", "\"aws_kms_key\" \"rds\" {}", "\"aws_kms_key\" \"data\" {}");
    repository.edit("infra/data/main.tf", "aws_kms_key.rds.arn", "aws_kms_key.data.arn");
    let moves = "moved {\n  from = aws_kms_key.store\n  to   = aws_kms_key.data\n}\nmoved {\n  from = aws_kms_key.rds\n  to   = aws_kms_key.store\n}\n\
                 module \"db\"";
    repository.edit("infra/data/main.tf", "module \"db\"", moves);
    let (told, _) = report(repository.root(), &[]);
    assert!(!said_of_change(&told).iter().any(|said| said.starts_with("data-store-destroyed")), "{:?}", said_of_change(&told));
    let repository = self::repository();
    repository.edit(
        "infra/data/main.tf",
        "\"aws_kms_key\" \"rds\" {}",
        "\"aws_kms_key\" \"rds\" {\n  count = length(data.aws_vpcs.all.ids)\n}\ndata \"aws_vpcs\" \"all\" {}",
    );
    repository.edit("infra/data/main.tf", "aws_kms_key.rds.arn", "one(aws_kms_key.rds[*].arn)");
    let (told, _) = report(repository.root(), &[]);
    assert!(!said_of_change(&told).iter().any(|said| said.starts_with("data-store-destroyed")), "{:?}", said_of_change(&told));
    let (notes, _) = said(repository.root(), &[]);
    let note = "infra/data (prod): aws_kms_key.rds may go or stay, since how many instances there will be is not known";
    assert!(notes.contains(note), "{notes}");
}

#[test]
fn what_gets_a_count_becomes_its_first_instance() {
    let repository = repository();
    repository.edit("infra/data/main.tf", "\"aws_kms_key\" \"rds\" {}", "\"aws_kms_key\" \"rds\" {\n  count = 1\n}");
    repository.edit("infra/data/main.tf", "aws_kms_key.rds.arn", "aws_kms_key.rds[0].arn");
    let (told, _) = report(repository.root(), &[]);
    assert!(!said_of_change(&told).iter().any(|said| said.starts_with("data-store-destroyed")), "{:?}", said_of_change(&told));
}

#[test]
fn a_root_that_cannot_be_evaluated_loses_nothing_by_that() {
    let repository = repository();
    repository.edit("infra/data/main.tf", "resource \"aws_kms_key\" \"rds\" {}\n", "resource \"aws_kms_key\" {\n");
    let (told, code) = report(repository.root(), &[]);
    assert_eq!(said_of_change(&told), Vec::<String>::new());
    assert!(changed(&told, "prod").iter().all(|(_, object)| object["change"] == "changed"));
    assert_eq!(code, 3);
    let (notes, _) = said(repository.root(), &[]);
    assert!(notes.contains("aws_kms_key.rds may come, go or be there on both sides"), "{notes}");
}

#[test]
fn a_plan_says_what_is_done() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/terraform/plans/changes");
    let repository = Repository::of(&recorded.join("before"));
    repository.commit("HEAD", &[]);
    repository.write("main.tf", std::fs::read(recorded.join("after/main.tf")).unwrap());
    let plan = format!(".={}", recorded.join("shown.json").display());
    let (told, _) = report(repository.root(), &["--plan", &plan]);
    assert_eq!(told["problems"], Value::Array(Vec::new()));
    assert_eq!(
        said_of_change(&told),
        [
            "forgotten-resource [] terraform_data.forgotten stays and is forgotten: no plan will show it, and no Change-Request names it",
            "shifted-instances [] terraform_data.listed[2] goes, and 2 before it become others: count goes by position",
        ]
    );
    let (without, _) = report(repository.root(), &[]);
    assert_eq!(said_of_change(&without), said_of_change(&told), "the configuration shows the same, as far as it goes");
}

#[test]
fn what_a_provider_holds_secret_shows_that_it_changes_and_nothing_else() {
    let repository = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/terraform.in"));
    let secrets = |word: &str| {
        format!(
            "resource \"aws_ssm_parameter\" \"a\" {{\n  name  = \"a\"\n  type  = \"SecureString\"\n  value = \"{word}-one\"\n}}\n\
             resource \"kubernetes_secret_v1\" \"b\" {{\n  metadata {{\n    name = \"b\"\n  }}\n  data = {{ key = \"{word}-two\" }}\n}}\n\
             resource \"kubernetes_manifest\" \"c\" {{\n  manifest = {{\n    apiVersion = \"v1\"\n    kind = \"Secret\"\n    metadata = {{ name = \"c\", namespace = \"a\" }}\n    \
             stringData = {{ key = \"{word}-three\" }}\n  }}\n}}\n\
             resource \"aws_opensearch_domain\" \"d\" {{\n  domain_name = \"d\"\n  advanced_security_options {{\n    master_user_options {{\n      \
             master_user_password = \"{word}-four\"\n    }}\n  }}\n}}\n\
             resource \"aws_ssm_parameter\" \"e\" {{\n  name  = \"shown-{word}\"\n  type  = \"String\"\n  value = \"{word}-five\"\n}}\n"
        )
    };
    repository.write("infra/data/secrets.tf", secrets("former"));
    repository.commit("HEAD", &[]);
    repository.write("infra/data/secrets.tf", secrets("latter"));
    let (told, _) = report(repository.root(), &[]);
    let text = told.to_string();
    let names: Vec<&str> = changed(&told, "prod").into_iter().map(|(address, _)| address).collect();
    assert!(names.contains(&"aws_ssm_parameter.a") && names.contains(&"kubernetes_secret_v1.b"), "{names:?}");
    assert!(text.contains("shown-latter"), "what is no secret shows");
    for secret in ["one", "two", "three", "four", "five"] {
        assert!(!text.contains(&format!("former-{secret}")) && !text.contains(&format!("latter-{secret}")), "{secret}");
    }
}
