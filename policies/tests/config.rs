//! The configuration: its schema says what the parser takes, and its errors name place and remedy.
#![expect(clippy::unwrap_used, reason = "a schema that cannot be read fails its test")]

use std::collections::BTreeSet;

use portcullis_policies::{
    Config, Engine, EngineError, Level, Library,
    config::{SCHEMA, SettingLevel, Trust},
};
use portcullis_source::Sources;
use serde_json::Value;

const WHOLE: &str = include_str!("config/whole.yaml");

fn parse(text: &str) -> Result<Config, String> {
    let sources = Sources::default();
    let file = sources.add("portcullis.yaml", text.as_bytes());
    Config::parse(&file).map_err(|errors| {
        let line = |error: &portcullis_policies::ConfigError| {
            let line = error.span.and_then(|span| sources.locate(span)).map_or(0, |location| location.line);
            let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{line}: {}{hint}", error.message)
        };
        errors.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn error(text: &str) -> String {
    parse(text).unwrap_err()
}

#[test]
fn reads_every_key() {
    let config = parse(WHOLE).unwrap_or_else(|errors| panic!("{errors}"));
    let [dev, prod] = config.environments.as_slice() else { panic!("{:?}", config.environments) };
    assert_eq!((&*dev.name.value, &*prod.name.value), ("dev", "prod"));
    assert_eq!(dev.levels["missing-pre-stop"].value, SettingLevel::Off);
    assert_eq!(config.zones.len(), 2);
    assert_eq!(&*config.registries[0].account.value, "123456789012");
    assert_eq!(&*config.scoring.labels["tier"].value, "scoring");
    assert_eq!(&*config.repositories[0].path.as_ref().unwrap().value, "platform");
    let cluster = &config.clusters[0];
    assert_eq!((&*cluster.labels["environment"].value, &*cluster.kubernetes_version.as_ref().unwrap().value), ("prod", "1.33"));
    assert_eq!(&*cluster.api_versions[0].value, "monitoring.coreos.com/v1");
    assert!(config.argocd.new_git_file_globbing.as_ref().unwrap().value);
    assert_eq!(&*config.argocd.kustomize_build_options.as_ref().unwrap().value, "--load-restrictor LoadRestrictionsNone");
    assert_eq!(config.layer_of("values/base.yaml").map(|name| &**name), Some("base"));
    assert!(config.excludes("vendor/x.yaml") && config.excludes("vendor") && !config.excludes("vendors/x.yaml"));
    let break_glass = config.admission.break_glass.as_ref().unwrap();
    assert_eq!((&*break_glass.groups[0].value, break_glass.hours), ("platform-emergency", 8));
    assert_eq!(&*config.admission.exclude_namespaces[0].value, "monitoring");
    assert_eq!(&*config.admission.controllers[0].value, "system:serviceaccount:argo-rollouts:argo-rollouts");
    let rule = &config.rules["unpinned-image"].value;
    assert_eq!(rule.on_error, Some(Level::Warn));
    assert_eq!(rule.everywhere.level.as_ref().unwrap().value, SettingLevel::On(Level::Deny));
    assert_eq!(rule.environments["dev"].value.level.as_ref().unwrap().value, SettingLevel::On(Level::Warn));
    assert_eq!(rule.namespaces[0].1.level.as_ref().unwrap().value, SettingLevel::Off);
    let waiver = &config.waivers[0];
    assert_eq!((waiver.expires.value.to_string().as_str(), &*waiver.owner.value), ("2026-12-31", "team-cases"));
    assert!(waiver.rule.span.is_some() && waiver.expires.span.is_some());
}

/// Every property of the schema stands in the whole file, so that no key can be in one of them only.
#[test]
fn the_whole_file_uses_the_whole_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut keys = BTreeSet::new();
    collect_keys(&schema, &mut keys);
    for key in keys {
        assert!(WHOLE.contains(&format!("{key}:")), "{key} is not in whole.yaml");
    }
}

fn collect_keys(schema: &Value, keys: &mut BTreeSet<String>) {
    let Some(map) = schema.as_object() else { return };
    for (key, value) in map {
        if key == "properties" {
            keys.extend(value.as_object().unwrap().keys().cloned());
        }
        collect_keys(value, keys);
        for inner in value.as_object().into_iter().flat_map(|map| map.values()) {
            collect_keys(inner, keys);
        }
    }
}

/// The checker understands a part of JSON Schema; the schema must not use anything else.
#[test]
fn the_schema_uses_what_the_checker_understands() {
    let known = [
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "description",
        "enum",
        "examples",
        "format",
        "items",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
    ];
    fn walk(schema: &Value, known: &[&str]) {
        let Some(map) = schema.as_object() else { return };
        for (key, value) in map {
            assert!(known.contains(&key.as_str()), "{key}");
            match key.as_str() {
                "properties" | "$defs" => value.as_object().unwrap().values().for_each(|inner| walk(inner, known)),
                "items" | "additionalProperties" => walk(value, known),
                _ => {}
            }
        }
    }
    walk(&serde_json::from_str(SCHEMA).unwrap(), &known);
}

#[test]
fn unknown_keys_get_a_hint() {
    assert_eq!(error("version: 1\nenviroments: []\n"), "2: unknown key enviroments (did you mean environments?)");
    assert_eq!(error("version: 1\nscoring:\n  namespace: [a]\n"), "3: unknown key scoring.namespace (did you mean namespaces?)");
    assert_eq!(
        error("version: 1\nlayers:\n  - { name: a, files: b, banana: c }\n"),
        "3: unknown key layers[0].banana (known keys are files, name)"
    );
}

#[test]
fn values_of_the_wrong_kind_are_described() {
    assert_eq!(error("version: 2\n"), "1: version is 2, not 1 (write `version: 1`)");
    assert_eq!(error("zones: []\n"), "1: the configuration has no version (add `version: 1`)");
    assert_eq!(
        error("version: 1\nzones: eu-west-1a\n"),
        "2: zones is \"eu-west-1a\", not a list (put brackets around it: `zones: [eu-west-1a]`)"
    );
    assert_eq!(error("version: 1\nzones: [1]\n"), "2: zones[0] is 1, not a text (put it in quotes)");
    assert_eq!(error("version: 1\nzones: ['']\n"), "2: zones[0] is empty (write a text, or take the entry out)");
    assert_eq!(
        error("version: 1\nrules: { a: { level: denny } }\n"),
        "2: rules.a.level is \"denny\", not deny or warn or off (did you mean deny?)"
    );
    assert_eq!(
        error("- 1\n"),
        "1: the configuration is a list, not a map (start the file with `version: 1`; known keys are admission, argocd, clusters, dependencies, environments, exclude, kubernetesVersion, layers, library, registries, repositories, rules, schemas, scoring, terraform, version, waivers, zones)"
    );
    assert_eq!(error(""), "1: the configuration has 0 documents, not one (it starts with version: 1)");
    assert_eq!(
        error("version: 1\n---\nversion: 1\n"),
        "3: the configuration has 2 documents, not one (join them: take out the --- between them)"
    );
    assert!(error("version: [\n").contains("the configuration is no YAML: "), "{}", error("version: [\n"));
    let registry = |account: &str| error(&format!("version: 1\nregistries:\n  - region: eu-west-1\n    account: {account}\n"));
    assert_eq!(registry("123456789012"), "4: registries[0].account is 123456789012, not a text (put it in quotes)");
    assert_eq!(
        registry("'12345'"),
        "4: registries[0].account is \"12345\", which does not match ^[0-9]{12}$ (write something like `\"123456789012\"`: the twelve digits of an AWS account)"
    );
}

#[test]
fn a_waiver_must_say_everything() {
    let with = |field: &str| error(&WHOLE.replace("expires: 2026-12-31", field));
    assert_eq!(with("expires: tomorrow"), "60: waivers[0].expires is \"tomorrow\", not a day (write it as YYYY-MM-DD)");
    assert_eq!(with("expires: 2026-02-30"), "60: waivers[0].expires is \"2026-02-30\", not a day (write it as YYYY-MM-DD)");
    assert_eq!(with("# nothing"), "54: waivers[0] has no expires (add `expires: 2026-12-31` or the like: the last day on which it holds)");
    let pattern = error(&WHOLE.replace("Deployment/cases/tail", "tail"));
    assert!(pattern.starts_with("55: waivers[0].resources[0] is \"tail\", which does not match ^[^/]+(/[^/]+){1,2}$ (write "), "{pattern}");
}

#[test]
fn bundles_say_what_they_are_and_why_they_are_believed() {
    let config = parse(WHOLE).unwrap();
    assert_eq!(config.library.iter().map(|folder| &*folder.value).collect::<Vec<_>>(), ["policies"]);
    let [signed, unsigned] = config.bundles.as_slice() else { panic!("{:?}", config.bundles) };
    assert_eq!(signed.reference.shown(), "registry.example.com/team/rules@sha256:0123456789ab");
    assert!(matches!(&signed.trust, Trust::Key(key) if &*key.value == "keys/rules.pub"));
    assert!(matches!(&unsigned.trust, Trust::Unsigned(reason) if &*reason.value == "our own registry signs nothing yet"));
    assert_eq!(config.vendored_rules().as_str(), "vendor/policies");
    assert!(config.excludes("vendor/policies/sha256-0/index.json"));
    assert_eq!(Config::default().vendored_rules().as_str(), "vendor/rules");
}

#[test]
fn bundles_that_say_too_little_or_too_much_are_refused() {
    let digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let entry = |text: &str| error(&format!("version: 1\nlibrary:\n  - {}\n", text.replace("DIGEST", &format!("sha256:{digest}"))));
    let cases = [
        (
            "1",
            "library[0] is 1, not a text or a map (write a single text, or keys and their values; known keys are key, oci, reason, unsigned)",
        ),
        ("{key: a.pub}", "library[0] has no oci (add `oci: registry.example.com/team/rules@sha256:"),
        ("{oci: e.com/a@DIGEST, kee: a}", "unknown key library[0].kee (did you mean key?)"),
        ("{oci: e.com/a@DIGEST}", "library: e.com/a@sha256:0123456789ab has no key (add `key:` and the file with the public key"),
        (
            "{oci: 'e.com/a:1.0', key: a}",
            "library: \"e.com/a:1.0\" has no digest (a tag may name something else tomorrow: write @sha256:…, which `crane digest e.com/a:1.0` and the push itself print)",
        ),
        ("{oci: 'oci://e.com/a@DIGEST', key: a}", "starts with a scheme (write it as HOST/PATH@sha256:DIGEST"),
        ("{oci: rules@DIGEST, key: a}", "names no path in a registry"),
        ("{oci: team/rules@DIGEST, key: a}", "names no registry (begin with the host of the registry"),
        ("{oci: e.com/a@DIGEST, unsigned: true}", "library: e.com/a@sha256:0123456789ab is unsigned without a reason (add `reason:`"),
        ("{oci: e.com/a@DIGEST, unsigned: false, reason: a}", "library[0].unsigned is false, not true (write `unsigned: true`)"),
        ("{oci: e.com/a@DIGEST, unsigned: true, reason: a, key: a}", "has a key and is unsigned (keep the key, or say why there is none)"),
        ("{oci: e.com/a@DIGEST, key: a, reason: a}", "has a key and a reason (take the reason out"),
        (
            "{oci: e.com/a@DIGEST, key: '../a.pub'}",
            "library: key: path \"../a.pub\" leaves the repository (name a file of this repository, from its root)",
        ),
        (
            "{oci: e.com/a@DIGEST, key: 'awskms:///alias/x'}",
            "library: key \"awskms:///alias/x\" is kept elsewhere, and nobody is asked for it (write the public half to a file and commit it: `cosign public-key --key awskms:///alias/x > rules.pub`)",
        ),
    ];
    for (text, wanted) in cases {
        let found = entry(text);
        assert!(found.starts_with("3: ") && found.contains(wanted), "{text}\n{found}\n{wanted}");
    }
    let twice = "{oci: e.com/a@DIGEST, key: a}\n  - {oci: e.com/b@DIGEST, key: a}";
    assert_eq!(entry(twice), "4: bundle e.com/b@sha256:0123456789ab is there twice (name every bundle once)");
    let folder = |path: &str| error(&format!("version: 1\ndependencies: {{ rules: {path} }}\n"));
    assert!(folder("../x").contains("2: dependencies.rules: path \"../x\" leaves the repository"), "{}", folder("../x"));
    assert!(folder(".").contains("2: dependencies.rules is the repository itself"), "{}", folder("."));
}

#[test]
fn names_must_agree() {
    assert_eq!(
        error(&WHOLE.replace("environments: [prod]", "environments: [prd]")),
        "56: there is no environment prd (did you mean prod?)"
    );
    assert_eq!(
        error(&WHOLE.replace("name: prod", "name: dev")),
        "10: environment dev is there twice (join the two, or rename one)\n56: there is no environment prod (name one of dev)"
    );
}

#[test]
fn zones_and_patterns_must_make_sense() {
    assert_eq!(error("version: 1\nzones: [a, a]\n"), "2: zone a is there twice (name every zone once)");
    assert_eq!(
        error("version: 1\nexclude:\n  - 'a{b'\n"),
        "3: pattern \"a{b\" opens a brace that it does not close (alternatives are written {a,b})"
    );
    assert_eq!(
        error("version: 1\nlayers:\n  - { name: a, files: ../x }\n"),
        "3: pattern \"../x\" is not below the repository (paths start at the root of the repository, without a slash)"
    );
}

#[test]
fn rules_and_parameters_must_exist() {
    let library = Library::embedded().unwrap();
    let errors = |text: &str| {
        let Err(EngineError::Config(errors)) = Engine::new(&library, &parse(text).unwrap()) else { panic!("{text} is taken") };
        errors
            .iter()
            .map(|error| format!("{} ({})", error.message, error.hint.as_deref().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(errors("version: 1\nrules: { unpined-image: {} }\n"), "there is no rule unpined-image (did you mean unpinned-image?)");
    assert_eq!(
        errors("version: 1\nrules: { unpinned-image: { params: { mutableTagPattern: [] } } }\n"),
        "rule unpinned-image has no parameter mutableTagPattern (did you mean mutableTagPatterns?)"
    );
    assert!(
        errors("version: 1\nrules: { unpinned-image: { params: { mutableTagPatterns: latest } } }\n")
            .starts_with("parameter mutableTagPatterns of rule")
    );
    let broken = errors("version: 1\nrules: { unpinned-image: { params: { mutableTagPatterns: ['['] } } }\n");
    assert!(broken.starts_with("parameter mutableTagPatterns of rule unpinned-image has a broken pattern \"[\": "), "{broken}");
    let broken = errors("version: 1\nrules: { unpinned-target-revision: { level: warn, params: { pinned: '(' } } }\n");
    assert!(broken.starts_with("parameter pinned of rule unpinned-target-revision has a broken pattern \"(\": "), "{broken}");
    assert_eq!(
        errors("version: 1\nrules: { missing-labels: { params: { labels: [1, { a: b }] } } }\n"),
        "parameter labels of rule missing-labels has element 1 1, not a text (write a text, in quotes where it looks like something else)"
    );
    let below = "version: 1\nenvironments: [{ name: prod }]\nrules: { limit-above-maximum: { environments: { prod: { params: { maxima: { cpu: [2] } } } } } }\n";
    assert!(errors(below).starts_with("parameter maxima of rule limit-above-maximum has key cpu [2], not a quantity"), "{}", errors(below));
    assert!(Engine::new(&library.only(&["unpinned-image"]).unwrap(), &parse(WHOLE).unwrap()).is_ok());
    // A mistake is one whichever rule is chosen.
    let mistyped = parse("version: 1\nrules: { unpinned-image: { params: { mutableTagPatterns: latest } } }\n").unwrap();
    assert!(Engine::new(&library.only(&["root-container"]).unwrap(), &mistyped).is_err());
}

#[test]
fn applications_find_their_environment() {
    let config = parse(WHOLE).unwrap();
    let name =
        |application, namespace, cluster| config.environment_of(application, namespace, cluster).map(|found| found.name.value.to_string());
    assert_eq!(name("tx-prod", "any", "any").as_deref(), Some("prod"));
    assert_eq!(name("tx-dev", "tx-dev", "in-cluster").as_deref(), Some("dev"));
    assert_eq!(name("tx-dev", "tx-dev", "elsewhere"), None);
}

#[test]
fn the_digest_tells_settings_apart_and_not_places() {
    let library = Library::embedded().unwrap();
    let digest = |text: &str| Engine::new(&library, &parse(text).unwrap()).unwrap().digest().to_owned();
    let plain = digest("version: 1\nzones: [a, b]\n");
    assert!(plain.starts_with("sha256:") && plain.len() == 71, "{plain}");
    assert_eq!(plain, digest("# a comment\n\nzones: [a, b]\nversion: 1\nexclude: [vendor]\n"));
    assert_ne!(plain, digest("version: 1\nzones: [a, b, c]\n"));
    assert_ne!(plain, digest("version: 1\nzones: [a, b]\nrules: { unpinned-image: { level: off } }\n"));
    // Where an environment is, and who answers for what until when.
    let placed = |place: &str| digest(&format!("version: 1\nenvironments: [{{ name: prod{place} }}]\n"));
    let waived = |resource: &str, expires: &str| {
        let who = "reason: r, owner: o, ticket: T-1";
        digest(&format!("version: 1\nwaivers: [{{ rule: unpinned-image, resources: [{resource}], {who}, expires: {expires} }}]\n"))
    };
    let all = [
        digest("version: 1\n"),
        placed(""),
        placed(", namespaces: [a]"),
        placed(", namespaces: [b]"),
        placed(", clusters: [a]"),
        waived("Deployment/a/b", "2026-06-30"),
        waived("Deployment/a/b", "2026-07-01"),
        waived("Deployment/a/*", "2026-06-30"),
    ];
    let different: BTreeSet<&String> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:?}");
    assert_eq!(waived("Deployment/a/b", "2026-06-30"), waived("   Deployment/a/b", "2026-06-30"));
}

/// Whatever is taken out of a whole file or put in its place, every error has a place and says what to do.
#[test]
fn every_error_has_a_place_and_a_hint() {
    let lines: Vec<&str> = WHOLE.lines().collect();
    let mut seen = 0;
    for index in 0..lines.len() {
        let key = lines[index].find(": ").map_or(lines[index], |at| &lines[index][..at + 1]);
        let changed =
            ["", "@", "''", "' '", "banana", "7", "yes", "[]", "[[1]]", "{}", "{ a: { b: 1 } }", "\tx", "'", "[", "../..", "/x", "*x"];
        let changed = changed.iter().map(|value| format!("{key} {value}")).chain([String::new(), format!("{key}: {key}: a")]);
        for line in changed {
            let mut text = lines.clone();
            text[index] = &line;
            let text = text.join("\n");
            let sources = Sources::default();
            let file = sources.add("portcullis.yaml", text.as_bytes());
            for error in Config::parse(&file).err().unwrap_or_default() {
                assert!(error.span.is_some(), "{line}: {error}");
                assert!(error.hint.is_some_and(|hint| !hint.is_empty()), "{line}: {}", error.message);
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen}");
}
