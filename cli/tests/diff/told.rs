//! What is told of changes: findings that come, stay and go, places in the change, hazards, secrets.

use serde_json::{Value, json};

use crate::{git::Repository, report, said};

/// The findings of a report with a status that nobody answers for, as rule and place.
fn findings(report: &Value, status: &str) -> Vec<String> {
    let all =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["status"] == status && finding.get("waived").is_none());
    all.map(|finding| format!("{} {}:{}", text(&finding["rule"]), text(&finding["location"]["file"]), finding["location"]["line"]))
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The changed fields of an application, as kind, path, what it was and what it becomes.
fn fields(report: &Value, application: &str) -> Vec<String> {
    let changes = report["changes"]["applications"].as_array().unwrap();
    let change = changes.iter().find(|change| change["application"] == application).unwrap();
    let objects = change["objects"].as_array().unwrap().iter();
    let fields = objects.flat_map(|object| {
        let kind = text(&object["resource"]["kind"]).to_owned();
        object["fields"].as_array().unwrap().iter().map(move |field| {
            let shown = |key: &str| field.get(key).map_or("nothing", text).to_owned();
            format!("{kind} {} {} -> {}", text(&field["path"]), shown("before"), shown("after"))
        })
    });
    fields.collect()
}

fn names(report: &Value) -> Vec<&str> {
    report["changes"]["applications"].as_array().unwrap().iter().map(|change| text(&change["application"])).collect()
}

#[test]
fn nothing_changes_where_nothing_is_changed() {
    let (report, code) = report(Repository::shop().root(), &[]);
    assert_eq!(report["changes"]["applications"], json!([]));
    assert_eq!(report["changes"]["unchanged"], 11);
    assert_eq!((report["findings"].as_array().unwrap().len(), code), (0, 0));
}

#[test]
fn a_value_of_one_service_reaches_that_service() {
    let repository = Repository::shop();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 0");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(names(&report), ["alpha-dev", "alpha-prod"]);
    let gone = "Deployment /spec/template/spec/containers/[name=alpha]/lifecycle {\"preStop\":{\"sleep\":{\"seconds\":8}}} -> nothing";
    assert_eq!(fields(&report, "alpha-prod"), [gone]);
    assert_eq!(findings(&report, "new"), ["missing-pre-stop values/services/alpha.yaml:3"]);
    assert_eq!((findings(&report, "fixed").len(), code), (0, 1));
}

#[test]
fn what_is_mended_is_fixed_and_fails_nobody() {
    let repository = Repository::shop();
    repository.edit("values/services/gamma.yaml", "spread: false", "spread: true");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(findings(&report, "fixed"), ["missing-zone-spread values/services/gamma.yaml:3"]);
    assert_eq!((findings(&report, "new").len(), code), (0, 0));
}

#[test]
fn moved_lines_and_renamed_files_bring_nothing_new() {
    let repository = Repository::shop();
    let comments = "# a comment\n".repeat(50);
    for file in ["values/services/gamma.yaml", "values/base.yaml", "charts/web/templates/deployment.yaml", "plain/gamma.yaml"] {
        repository.write(file, format!("{comments}{}", repository.read(file)));
    }
    std::fs::rename(repository.path("plain/gamma.yaml"), repository.path("plain/gamma-and-store.yaml")).unwrap();
    std::fs::rename(repository.path("charts/web/templates/rest.yaml"), repository.path("charts/web/templates/others.yaml")).unwrap();
    let (report, code) = report(repository.root(), &["--all"]);
    assert_eq!(findings(&report, "new"), [""; 0]);
    assert_eq!(findings(&report, "fixed"), [""; 0]);
    assert!(findings(&report, "unchanged").contains(&"missing-zone-spread values/services/gamma.yaml:53".to_owned()));
    assert_eq!((names(&report).len(), code), (0, 1), "findings on both sides count with --all");
    assert_eq!(said(repository.root(), &[]).1, 0);
}

#[test]
fn a_finding_stands_where_the_change_is() {
    let repository = Repository::shop();
    // The value stays; the template reads it wrongly.
    repository.edit("charts/web/templates/deployment.yaml", "{{- with .Values.drainSeconds }}", "{{- with .Values.drainSecond }}");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(findings(&report, "new"), ["missing-pre-stop charts/web/templates/deployment.yaml:40"]);
    assert_eq!((names(&report).len(), code), (4, 1), "beta drains nothing as it is");
}

#[test]
fn a_change_of_one_application_is_felt_by_another() {
    let repository = Repository::shop();
    repository.edit("charts/roamer/values.yaml", "selects: alpha", "selects: beta");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(names(&report), ["roamer-dev", "roamer-prod"]);
    let (new, fixed) = (findings(&report, "new"), findings(&report, "fixed"));
    assert!(new.iter().any(|finding| finding.starts_with("blocking-disruption-budget")), "{new:?}");
    assert!(fixed.iter().any(|finding| finding.starts_with("blocking-disruption-budget")), "{fixed:?}");
    assert_eq!(code, 1);
}

#[test]
fn rules_and_waivers_are_part_of_the_change() {
    let repository = Repository::shop();
    repository.edit("portcullis.yaml", "zones: [eu-west-1a, eu-west-1b]", "zones: [eu-west-1a, eu-west-1b, eu-west-1c]");
    let (report, code) = report(repository.root(), &[]);
    assert_eq!(names(&report), [""; 0]);
    assert!(findings(&report, "new").iter().any(|finding| finding.starts_with("replicas-below-zones")));
    assert_eq!(code, 1);

    let repository = Repository::shop();
    repository.edit("portcullis.yaml", "[Deployment/scoring/beta]", "[Deployment/scoring/alpha]");
    let (report, code) = crate::report(repository.root(), &[]);
    let new = findings(&report, "new");
    assert!(new.iter().any(|finding| finding.starts_with("missing-pre-stop values/services/beta.yaml")), "{new:?}");
    assert!(new.iter().any(|finding| finding.starts_with("unused-waiver")), "{new:?}");
    assert_eq!(code, 1);
}

const OWN: &str = r#"# METADATA
# title: Deployment without an owner
# description: Nobody knows whom to call.
# custom: {severity: error, group: platform, scope: resource, target: [Deployment]}
package portcullis.rules.missing_owner

findings contains {"at": ["metadata", "name"], "message": "it has no owner"} if not input.resource.metadata.labels.owner
"#;

#[test]
fn so_are_rules_of_ones_own() {
    let repository = Repository::shop();
    repository.write("rules/missing-owner/rule.rego", OWN);
    repository.edit("portcullis.yaml", "version: 1\n", "version: 1\nlibrary: [rules]\n");
    repository.edit(
        "portcullis.yaml",
        "  missing-pre-stop: {level: deny}",
        "  missing-pre-stop: {level: deny}\n  missing-owner: {level: deny}",
    );
    let (text, code) = said(repository.root(), &["--rule", "missing-owner", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let new = findings(&report, "new");
    assert!(!new.is_empty() && new.iter().all(|finding| finding.starts_with("missing-owner ")), "{new:?}");
    assert_eq!((names(&report), code), (vec![""; 0], 1));

    // Once it is there, what it finds is nothing new; once it is broken, nobody knows.
    let start = repository.commit("refs/heads/start", &[]).to_string();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 9");
    let (text, code) = said(repository.root(), &["--base", &start, "--direct", "--rule", "missing-owner"]);
    assert_eq!(code, 0, "{text}");
    repository.edit("rules/missing-owner/rule.rego", "findings contains", "findings includes");
    let (text, code) = said(repository.root(), &["--base", &start, "--direct"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("rule missing-owner does not compile"), "{text}");
}

#[test]
fn applications_come_and_go() {
    let repository = Repository::shop();
    repository.edit("apps/services.yaml", "                - service: gamma\n                  namespace: back\n", "");
    repository.edit("apps/services.yaml", "- service: beta", "- service: delta");
    let (report, _) = report(repository.root(), &[]);
    let change = |name: &str| {
        let all = report["changes"]["applications"].as_array().unwrap();
        all.iter().find(|change| change["application"] == name).map(|change| text(&change["change"]).to_owned())
    };
    assert_eq!(change("gamma-prod").as_deref(), Some("removed"));
    assert_eq!(change("delta-dev").as_deref(), Some("added"));
    assert_eq!(change("alpha-dev"), None);
}

#[test]
fn what_should_be_looked_at_twice_is_named() {
    let repository = Repository::shop();
    repository.edit("plain/gamma.yaml", "serviceName: store", "serviceName: shelf");
    repository.edit(
        "charts/web/templates/deployment.yaml",
        "    matchLabels:\n      app: {{ .Values.name }}\n  template",
        "    matchLabels:\n      team: {{ .Values.team }}\n  template",
    );
    let (text, _) = said(repository.root(), &[]);
    assert!(text.contains("spec.serviceName of a StatefulSet can't change"), "{text}");
    assert!(text.contains("spec.selector of a Deployment can't change"), "{text}");

    let repository = Repository::shop();
    std::fs::remove_file(repository.path("apps/others.yaml")).unwrap();
    let (text, _) = said(repository.root(), &[]);
    assert!(text.contains("pruning removes the StatefulSet"), "{text}");
    assert!(text.contains("pruning removes the NodePool"), "{text}");
}

/// The formats that a report can have.
const FORMATS: [&str; 9] = ["human", "json", "sarif", "code-scanning", "github", "gitlab", "junit", "markdown", "html"];

#[test]
fn a_secret_shows_that_it_changes_and_nothing_else() {
    let repository = Repository::shop();
    repository.edit("values/services/alpha.yaml", "kept-from-everyone", "hidden-from-all");
    // The same value in a place that is no Secret.
    repository.edit(
        "charts/web/templates/deployment.yaml",
        "name: GREETING\n",
        "name: TOKEN\n              value: {{ .Values.password | quote }}\n            - name: GREETING\n",
    );
    for format in FORMATS {
        let (text, code) = said(repository.root(), &["--format", format]);
        assert_eq!(code, 0, "{format}: {text}");
        for secret in ["kept-from-everyone", "hidden-from-all"] {
            assert!(!text.contains(secret), "{format} shows {secret}: {text}");
        }
    }
    let (report, _) = report(repository.root(), &[]);
    let shown = fields(&report, "alpha-dev");
    let secret = shown.iter().find(|field| field.starts_with("Secret /stringData/password")).unwrap();
    let hashes: Vec<&str> = secret.split('"').filter(|part| part.starts_with("secret:")).collect();
    assert!(hashes.len() == 2 && hashes[0] != hashes[1], "{secret}");
    assert_eq!(report, crate::report(repository.root(), &[]).0, "the same change has the same hashes");
}

#[test]
fn staged_changes_are_told_from_those_of_the_work_tree() {
    let repository = Repository::shop();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 9");
    repository.stage();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 9", "drainSeconds: 0");
    let (staged, code) = report(repository.root(), &["--staged"]);
    assert!(fields(&staged, "alpha-dev")[0].ends_with("8 -> 9"), "{:?}", fields(&staged, "alpha-dev"));
    assert_eq!((text(&staged["changes"]["head"]["name"]), code), ("what is staged", 0));
    assert_eq!(report(repository.root(), &[]).1, 1);
}

/// The findings of a rule, each with its level, place, message and applications.
fn told(report: &Value, rule: &str) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    all.map(|finding| {
        assert_eq!(finding["status"], "new", "{finding}");
        let place = format!("{}:{}", text(&finding["location"]["file"]), finding["location"]["line"]);
        let applications: Vec<&str> = finding["applications"].as_array().unwrap().iter().map(text).collect();
        format!("{} {place} {} ({})", text(&finding["level"]), text(&finding["message"]), applications.join(", "))
    })
    .collect()
}

#[test]
fn a_change_of_many_services_is_warned_of() {
    let repository = Repository::shop();
    repository.edit("values/base.yaml", "team: shop", "team: store");
    let (report, code) = report(repository.root(), &[]);
    let warned = "warn values/base.yaml:1 one change reaches 3 services of prod, more than 2: alpha, beta, gamma (alpha-prod)";
    assert_eq!((told(&report, "too-many-services-changed"), code), (vec![warned.to_owned()], 0));
    // Two services are as many as may be.
    let repository = Repository::shop();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 9");
    repository.edit("values/services/gamma.yaml", "gamma:1", "gamma:2");
    assert_eq!(told(&crate::report(repository.root(), &[]).0, "too-many-services-changed"), [""; 0]);
}

#[test]
fn a_service_or_an_environment_that_is_dropped_is_told() {
    let repository = Repository::shop();
    let at = "                - service: gamma\n                  namespace: back\n";
    repository.edit("apps/services.yaml", at, "");
    let of_dev = "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: gamma-dev, namespace: argocd, labels: {environment: dev, service: gamma}}\nspec:\n  project: default\n  destination: {name: dev, namespace: back}\n  source: {repoURL: https://git.example.com/shop.git, targetRevision: main, path: charts/web}\n";
    repository.write("apps/services.yaml", repository.read("apps/services.yaml") + of_dev);
    let (report, code) = report(repository.root(), &[]);
    let found = told(&report, "environment-dropped");
    assert!(found.len() == 1 && found[0].ends_with("service gamma leaves prod and stays in dev (gamma-prod)"), "{found:?}");
    assert!(found[0].starts_with("deny apps/services.yaml:"), "{found:?}");
    assert_eq!(code, 1);

    // The cluster loses the label by which the generator finds it, and what is there besides goes too.
    let repository = Repository::shop();
    repository.edit("portcullis.yaml", "    labels: {stage: prod}", "    labels: {tier: prod}");
    let others = repository.read("apps/others.yaml");
    repository.write("apps/others.yaml", others.split("---").next().unwrap());
    let (report, code) = crate::report(repository.root(), &[]);
    let found = told(&report, "environment-dropped");
    assert!(found.len() == 1 && found[0].contains(" nothing is deployed to prod any more: alpha-prod and 5 more go "), "{found:?}");
    assert_eq!(code, 1);
}

#[test]
fn an_image_comes_to_production_after_it_ran_elsewhere() {
    let image = "image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpha:1.3.0\n";
    let repository = Repository::shop();
    let over = repository.read("values/overrides/prod/alpha.yaml");
    repository.write("values/overrides/prod/alpha.yaml", format!("{over}{image}"));
    let (report, code) = report(repository.root(), &[]);
    let line = over.lines().count() + 1;
    let told_of = format!(
        "deny values/overrides/prod/alpha.yaml:{line} image {} comes to prod, but dev does not run it (alpha-prod)",
        image[7..].trim()
    );
    assert_eq!((told(&report, "production-before-staging"), code), (vec![told_of], 1));
    let finding = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "production-before-staging").unwrap();
    assert!(finding["chain"].as_array().unwrap().iter().any(|link| link["role"] == "values" && link["key"] == "image"), "{finding}");

    // A second commit of the same pull request moves it, and gives it another message: it stays the same finding.
    repository.write("values/overrides/prod/alpha.yaml", format!("# a comment\n{over}{}", image.replace("1.3.0", "1.3.1")));
    let again = crate::report(repository.root(), &[]).0;
    let same = again["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "production-before-staging").unwrap();
    assert_eq!(same["fingerprint"], finding["fingerprint"]);

    // Everywhere at once it is let through, unless it must have run before.
    let repository = Repository::shop();
    repository.edit("values/services/alpha.yaml", "alpha:1.2.3", "alpha:1.3.0");
    let (report, code) = crate::report(repository.root(), &[]);
    assert_eq!((told(&report, "production-before-staging"), code), (Vec::new(), 0));
    repository.edit(
        "portcullis.yaml",
        "  production-before-staging: {level: deny}",
        "  production-before-staging: {level: deny, params: {ranBefore: true}}",
    );
    let (report, code) = crate::report(repository.root(), &[]);
    let found = told(&report, "production-before-staging");
    assert!(
        found.len() == 1 && found[0].contains("values/services/alpha.yaml:2 ") && found[0].contains("dev did not run it before"),
        "{found:?}"
    );
    assert_eq!(code, 1);
}

#[test]
fn rules_that_see_a_change_are_waived_and_left_out_elsewhere() {
    let repository = Repository::shop();
    let waiver = "  - rule: production-before-staging\n    resources: [Application/alpha-prod]\n    environments: [prod]\n    reason: a fix that cannot wait\n    owner: shop\n    ticket: SHOP-2\n    expires: 2026-02-28\n";
    repository.write("portcullis.yaml", repository.read("portcullis.yaml") + waiver);
    repository.commit("refs/heads/waived", &[]);
    let base = ["--base", "waived", "--direct"];
    // It covers nothing in this change, nor in a single revision, which says nothing about it.
    for arguments in [&["diff", "--today", crate::TODAY, "--all", "--base", "waived", "--direct"][..], &["lint", "--today", crate::TODAY]] {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_portcullis"));
        let output = run.current_dir(repository.root()).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("production-before-staging"), "{arguments:?}: {text}");
    }
    let over = repository.read("values/overrides/prod/alpha.yaml");
    repository
        .write("values/overrides/prod/alpha.yaml", format!("{over}image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpha:1.3.0\n"));
    let (report, code) = report(repository.root(), &base);
    assert_eq!((findings(&report, "new"), code), (Vec::new(), 0));
    let waived = report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "production-before-staging").unwrap();
    assert_eq!(waived["waived"], "a fix that cannot wait", "{waived}");

    let lint = std::process::Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .current_dir(repository.root())
        .args(["lint", "--rule", "environment-dropped"])
        .output()
        .unwrap();
    let text = String::from_utf8(lint.stderr).unwrap();
    assert!(lint.status.code() == Some(2) && text.contains("rule environment-dropped sees a change"), "{text}");
}

#[test]
fn what_is_asked_for_is_all_that_is_told() {
    let repository = Repository::shop();
    repository.write("values/overrides/prod/gamma.yaml", "image: docker.io/x/y:latest\n");
    let (prod, code) = report(repository.root(), &["--environment", "prod"]);
    assert_eq!((names(&prod), code), (vec!["gamma-prod"], 1));
    let (dev, code) = report(repository.root(), &["--environment", "dev"]);
    assert_eq!((names(&dev).len(), findings(&dev, "new").len(), code), (0, 0, 0));
    assert_eq!(report(repository.root(), &["--service", "alpha"]).1, 0);
    let (text, code) = said(repository.root(), &["--environment", "nosuch"]);
    assert_eq!(code, 2);
    assert!(text.contains("no application is for environment nosuch"), "{text}");
}

#[test]
fn what_gets_better_is_not_new() {
    let repository = Repository::shop();
    repository.edit("portcullis.yaml", "zones: [eu-west-1a, eu-west-1b]", "zones: [eu-west-1a, eu-west-1b, eu-west-1c]");
    let start = repository.commit("refs/heads/three-zones", &[]);
    repository.edit("values/environments/dev.yaml", "replicas: 1", "replicas: 2");
    let (report, code) = report(repository.root(), &["--base", &start.to_string(), "--direct"]);
    assert_eq!((findings(&report, "new").len(), findings(&report, "fixed").len(), code), (0, 0, 0));
    assert!(findings(&report, "unchanged").iter().any(|finding| finding.starts_with("replicas-below-zones")));
}

/// What nobody must see, wherever it is written a second time.
const SECRETS: [&str; 5] = ["kept-from-everyone", "inline-password", "in-the-template", "was-the-password", "from-a-list-element"];

#[test]
fn what_a_secret_holds_shows_nowhere_else() {
    let repository = Repository::shop();
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: inline, namespace: argocd}\nspec:\n  project: default\n  \
        destination: {name: prod, namespace: inline}\n  source:\n    repoURL: https://git.example.com/shop.git\n    path: charts/web\n    \
        helm:\n      valuesObject: {name: inline, password: inline-password}\n";
    repository.write("apps/inline.yaml", application);
    repository.edit("apps/services.yaml", "- service: beta\n", "- service: beta\n                  word: from-a-list-element\n");
    // A literal of the template, a comment, a message of a rule and a kind that is no Secret any longer.
    let second = "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Values.name }}-more\nstringData:\n  # was-the-password\n  one: {{ default \"in-the-template\" .Values.one }}\n  \
        two: {{ .Values.password | quote }}\n  three: was-the-password\n  four: from-a-list-element\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}-plain\ndata:\n  \
        one: {{ default \"in-the-template\" .Values.one }}\n  {{ .Values.password | default \"none\" }}: x\n  three: was-the-password\n";
    repository.write("charts/web/templates/second.yaml", second);
    repository.edit(
        "charts/web/templates/deployment.yaml",
        "image: {{ .Values.image }}",
        "image: docker.io/x:{{ .Values.password | default \"1\" }}",
    );
    for format in FORMATS {
        let (text, _) = said(repository.root(), &["--format", format]);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{format} shows {secret}: {text}");
        }
    }
}

#[test]
fn a_secret_that_becomes_another_kind_stays_hidden() {
    let repository = Repository::shop();
    repository.edit("charts/web/templates/rest.yaml", "kind: Secret", "kind: ConfigMap");
    repository.edit("charts/web/templates/rest.yaml", "stringData:", "data:");
    repository.write("values/services/alpha.yaml", format!("# moved\n{}", repository.read("values/services/alpha.yaml")));
    for format in FORMATS {
        let (text, _) = said(repository.root(), &["--format", format]);
        assert!(!text.contains("kept-from-everyone"), "{format}: {text}");
    }
}
