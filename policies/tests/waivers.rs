//! Waivers: what they cover, and which of them are findings themselves.
#![expect(clippy::unwrap_used, reason = "a case that cannot be read fails its test")]

use std::sync::Arc;

use portcullis_policies::{Config, Context, Date, Engine, Finding, Library, Resource, Waivers, waiver::Coverage};
use portcullis_source::{Sources, Text, yaml};

/// The present day of every case.
const TODAY: &str = "2026-06-30";

/// Checks a manifest under a configuration, by one rule.
fn check(config: &str, manifest: &str, coverage: Coverage) -> Vec<String> {
    let sources = Sources::default();
    let config_file = sources.add("portcullis.yaml", format!("version: 1\n{config}").into_bytes());
    let config = Config::parse(&config_file).unwrap();
    let file = sources.add("app.yaml", manifest.as_bytes());
    let context = Context { environment: Some("prod".into()), namespace: Some("cases".into()), ..Context::default() };
    let read = |document| Resource::read(&Arc::new(document), &context).value;
    let resources: Vec<Resource> = yaml::parse(&Text::of_file(&file)).documents.into_iter().flat_map(read).collect();
    let library = Library::embedded().unwrap();
    let only = library.only(&["host-process-namespace"]).unwrap();
    let findings = Engine::new(&only, &config).unwrap().evaluate(&resources).value;
    let files = [file];
    let waivers =
        Waivers { config: &config, rules: library.rules(), sources: &sources, files: &files, today: Date::parse(TODAY).unwrap(), coverage };
    let show = |finding: &Finding| {
        let line = finding.location(&sources).map_or(0, |location| location.line);
        let waived = finding.waived.as_ref().map(|waived| format!(" [{}]", waived.reason)).unwrap_or_default();
        format!("{line} {} {}: {}{waived}", finding.level.name(), finding.rule, finding.message)
    };
    waivers.apply(findings).iter().map(show).collect()
}

const FOUND: &str = "deny host-process-namespace: pod shares the host's namespace: hostPID is true";

fn pod(line: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n{line}\n  containers: [{{ name: app }}]\n")
}

fn entry(resources: &str, expires: &str) -> String {
    format!(
        "waivers:\n  - rule: host-process-namespace\n    resources: [{resources}]\n    reason: agent\n    owner: team-a\n    ticket: T-1\n    expires: {expires}\n"
    )
}

#[test]
fn a_comment_beside_or_above_waives() {
    let beside = pod("  hostPID: true # portcullis: allow host-process-namespace: it is an agent");
    assert_eq!(check("", &beside, Coverage::Whole), [format!("6 {FOUND} [it is an agent]")]);
    let above = pod("  # portcullis: allow host-process-namespace: it is an agent\n  # and more words\n\n  hostPID: true");
    assert_eq!(check("", &above, Coverage::Whole), [format!("9 {FOUND} [it is an agent]")]);
}

#[test]
fn a_comment_elsewhere_does_not() {
    let unused = "warn unused-waiver: waiver of host-process-namespace covers no finding";
    let elsewhere = pod("  hostPID: true\n  restartPolicy: Always # portcullis: allow host-process-namespace: wrong line");
    assert_eq!(check("", &elsewhere, Coverage::Whole), [format!("6 {FOUND}"), format!("7 {unused}")]);
    assert_eq!(check("", &elsewhere, Coverage::Part), [format!("6 {FOUND}")]);
    let text = pod("  hostPID: true\n  hostname: 'no # portcullis: allow host-process-namespace: comment'");
    assert_eq!(check("", &text, Coverage::Whole), [format!("6 {FOUND}")]);
}

#[test]
fn a_comment_must_name_the_rule_and_a_reason() {
    let other = pod("  hostPID: true # portcullis: allow root-container: agent");
    let unused = "6 warn unused-waiver: waiver of root-container covers no finding";
    assert_eq!(check("", &other, Coverage::Whole), [format!("6 {FOUND}"), unused.to_owned()]);
    let unknown = pod("  hostPID: true # portcullis: allow host-proces-namespace: agent");
    let hint = "6 warn unused-waiver: waiver of host-proces-namespace, which is no rule: did you mean host-process-namespace?";
    assert_eq!(check("", &unknown, Coverage::Whole), [format!("6 {FOUND}"), hint.to_owned()]);
    let mute = pod("  hostPID: true # portcullis: allow host-process-namespace");
    let useless = "6 warn unused-waiver: waiver of host-process-namespace gives no reason, so it waives nothing";
    assert_eq!(check("", &mute, Coverage::Part), [format!("6 {FOUND}"), useless.to_owned()]);
}

#[test]
fn an_entry_covers_what_its_pattern_says() {
    let manifest = pod("  hostPID: true");
    for (pattern, covers) in [
        ("Pod/cases/app", true),
        ("\"*/cases/a*\"", true),
        ("Pod/other/app", false),
        ("Pod/app", false),
        ("Deployment/cases/app", false),
        ("Pod/cases/ap", false),
    ] {
        let found = check(&entry(pattern, "2026-07-01"), &manifest, Coverage::Part);
        let expected = if covers { format!("6 {FOUND} [agent]") } else { format!("6 {FOUND}") };
        assert_eq!(found, [expected], "{pattern}");
    }
}

#[test]
fn an_entry_of_another_environment_covers_nothing() {
    let config = format!("environments: [{{ name: dev }}, {{ name: prod }}]\n{}", entry("Pod/cases/app", "2026-07-01"));
    let only = |name: &str| config.replace("    reason", &format!("    environments: [{name}]\n    reason"));
    let manifest = pod("  hostPID: true");
    assert_eq!(check(&only("prod"), &manifest, Coverage::Part), [format!("6 {FOUND} [agent]")]);
    assert_eq!(check(&only("dev"), &manifest, Coverage::Part), [format!("6 {FOUND}")]);
}

#[test]
fn an_entry_holds_to_its_last_day() {
    let manifest = pod("  hostPID: true");
    assert_eq!(check(&entry("Pod/cases/app", TODAY), &manifest, Coverage::Whole), [format!("6 {FOUND} [agent]")]);
    let found = check(&entry("Pod/cases/app", "2026-06-29"), &manifest, Coverage::Whole);
    let expired = "8 deny expired-waiver: waiver of host-process-namespace by team-a expired on 2026-06-29";
    assert_eq!(found, [format!("6 {FOUND}"), expired.to_owned()]);
}

#[test]
fn an_entry_may_not_last_for_ever() {
    let manifest = pod("  hostPID: true");
    assert_eq!(check(&entry("Pod/cases/app", "2026-12-27"), &manifest, Coverage::Whole), [format!("6 {FOUND} [agent]")]);
    let found = check(&entry("Pod/cases/app", "2026-12-28"), &manifest, Coverage::Whole);
    let overlong = "8 deny overlong-waiver: waiver of host-process-namespace by team-a lasts 181 days, more than 180";
    assert_eq!(found, [format!("6 {FOUND} [agent]"), overlong.to_owned()]);
}

#[test]
fn an_entry_that_covers_nothing_is_found() {
    let unused = "3 warn unused-waiver: waiver of host-process-namespace by team-a covers no finding";
    assert_eq!(check(&entry("Pod/cases/app", "2026-07-01"), &pod("  hostPID: false"), Coverage::Whole), [unused.to_owned()]);
    assert!(check(&entry("Pod/cases/app", "2026-07-01"), &pod("  hostPID: false"), Coverage::Part).is_empty());
}
