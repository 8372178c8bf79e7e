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
