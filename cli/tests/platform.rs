//! The platform of this repository: clean as it is, and each first rule finds the one line that breaks it.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "copies the platform, changes a line and starts the command"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The day that waivers are judged by.
const TODAY: &str = "2026-01-01";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A copy of the platform and its configuration.
fn copy_of_platform() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(repository().join(".portcullis.yaml"), folder.path().join(".portcullis.yaml")).unwrap();
    copy(&repository().join("platform-manifests"), &folder.path().join("platform-manifests"));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn lint(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output = command.current_dir(folder).args(["lint", "--today", TODAY]).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn report(folder: &Path) -> (i32, Value) {
    let (code, text) = lint(folder, &["--format", "json"]);
    (code, serde_json::from_str(&text).unwrap())
}

#[test]
fn platform_is_clean() {
    let (code, report) = report(copy_of_platform().path());
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["applications"]["total"], 102);
    assert_eq!(report["applications"]["rendered"], 102);
}

#[test]
fn threads_do_not_show() {
    let folder = copy_of_platform();
    let base = folder.path().join("platform-manifests/values/base.yaml");
    let broken = fs::read_to_string(&base).unwrap().replace("maxSkew: 1", "maxSkew: 2");
    fs::write(base, broken).unwrap();
    for format in ["human", "json"] {
        let one = lint(folder.path(), &["--format", format, "--threads", "1"]);
        for threads in ["1", "2", "8"] {
            assert_eq!(one, lint(folder.path(), &["--format", format, "--threads", threads]), "{threads} threads, {format}");
        }
    }
}

/// One line of one file, changed so that a rule must find it.
struct Break {
    rule: String,
    file: String,
    find: String,
    replace: String,
    reached: Reached,
}

/// The applications that a line reaches.
enum Reached {
    These(Vec<String>),
    AllBut(Vec<String>),
}

fn breaks() -> Vec<Break> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/breaks.json")).unwrap();
    let list: Value = serde_json::from_str(&text).unwrap();
    let read = |entry: &Value| {
        let field = |name: &str| entry[name].as_str().unwrap().to_owned();
        let names = |name: &str| entry[name].as_array().map(|list| list.iter().map(|name| name.as_str().unwrap().to_owned()).collect());
        let reached = names("applications").map(Reached::These).or_else(|| names("all_but").map(Reached::AllBut)).unwrap();
        Break { rule: field("rule"), file: field("file"), find: field("find"), replace: field("replace"), reached }
    };
    list.as_array().unwrap().iter().map(read).collect()
}

/// The applications of the platform, or those of all services but some.
fn expected(reached: &Reached, folder: &Path) -> Vec<String> {
    let excepted = match reached {
        Reached::These(names) => return names.clone(),
        Reached::AllBut(services) => services,
    };
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder).args(["apps", "--format", "json"]).output().unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let applications = list["items"].as_array().unwrap().iter().map(|item| &item["metadata"]);
    let kept = applications.filter(|metadata| !excepted.iter().any(|service| metadata["labels"]["service"] == **service));
    kept.map(|metadata| metadata["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_broken_line_is_named_with_what_it_reaches() {
    let folder = copy_of_platform();
    for case in breaks() {
        let path = folder.path().join(&case.file);
        let whole = fs::read_to_string(&path).unwrap();
        assert!(whole.contains(&case.find), "{} lacks {:?}", case.file, case.find);
        let broken = whole.replacen(&case.find, &case.replace, 1);
        let line = 1 + whole.lines().zip(broken.lines()).position(|(before, after)| before != after).unwrap();
        fs::write(&path, broken).unwrap();
        let (code, report) = report(folder.path());
        fs::write(&path, whole).unwrap();
        let what = format!("{} at {}:{line}: {report:#}", case.rule, case.file);
        let rego = fs::read_to_string(repository().join("policies/rules").join(&*case.rule).join("rule.rego")).unwrap();
        assert_eq!(code, i32::from(rego.contains("severity: error")), "{what}");
        let at = |finding: &&Value| {
            finding["rule"] == *case.rule && finding["location"]["file"] == *case.file && finding["location"]["line"] == line
        };
        let found = report["findings"].as_array().unwrap().iter().filter(at);
        let mut reached: Vec<&str> =
            found.flat_map(|finding| finding["applications"].as_array().unwrap()).map(|name| name.as_str().unwrap()).collect();
        reached.sort_unstable();
        reached.dedup();
        let mut expected = expected(&case.reached, folder.path());
        expected.sort_unstable();
        assert_eq!(reached, expected, "{what}");
    }
}

#[test]
fn a_wrong_line_of_the_lowest_layer_is_one_finding() {
    let folder = copy_of_platform();
    let base = folder.path().join("platform-manifests/values/base.yaml");
    let clean = fs::read_to_string(&base).unwrap();
    let host = "volumes:\n  host:\n    mountPath: /host\n    hostPath:\n      path: /var/run\n";
    let changes = [
        ("root-user", "runAsUser: 10001", "runAsUser: 0"),
        ("foreign-image-registry", "registry: 111122223333.dkr.ecr.eu-west-1.amazonaws.com", "registry: docker.io/other"),
        ("host-path-volume", "volumes:\n", host),
    ];
    for (rule, from, to) in changes {
        let broken = clean.replacen(from, to, 1);
        assert_ne!(clean, broken, "{from}");
        fs::write(&base, broken).unwrap();
        let (code, report) = report(folder.path());
        let findings = report["findings"].as_array().unwrap();
        let of_rule: Vec<&Value> = findings.iter().filter(|finding| finding["rule"] == rule).collect();
        assert_eq!((code, of_rule.len()), (1, 1), "{rule}: {report:#}");
        assert_eq!(of_rule[0]["applications"].as_array().unwrap().len(), 102, "{rule}");
    }
}

#[test]
fn a_file_reaches_what_rules_join_with_it() {
    let folder = copy_of_platform();
    const POOLS: &str = "platform-manifests/cluster/node-pools.yaml";
    let path = folder.path().join(POOLS);
    let clean = fs::read_to_string(&path).unwrap();
    fs::write(&path, clean.replacen("values: [on-demand]", "values: [spot]", 1)).unwrap();
    let read = |arguments: &[&str]| {
        let (code, text) = lint(folder.path(), &[&["--format", "json"], arguments].concat());
        (code, serde_json::from_str::<Value>(&text).unwrap())
    };
    let (whole, part) = (read(&[]), read(&[POOLS]));
    assert_eq!((whole.0, part.0), (1, 1));
    assert_eq!(whole.1["findings"], part.1["findings"]);
    let prod = read(&[POOLS, "--environment", "prod"]);
    let names = prod.1["findings"].as_array().unwrap().iter().flat_map(|finding| finding["applications"].as_array().unwrap());
    let names: Vec<&str> = names.map(|name| name.as_str().unwrap()).collect();
    assert!(prod.0 == 1 && !names.is_empty() && names.iter().all(|name| name.ends_with("-prod")), "{names:?}");
    // A file that joins nothing reaches no more than its own applications.
    let (_, own) = read(&["platform-manifests/values/services/keycloak.yaml"]);
    assert_eq!(own["applications"]["total"], 3);
}

#[test]
fn people_are_told_every_application_that_a_line_reaches() {
    let folder = copy_of_platform();
    let said = |file: &str, from: &str, to: &str| {
        let path = folder.path().join(file);
        let clean = fs::read_to_string(&path).unwrap();
        assert!(clean.contains(from), "{file} lacks {from}");
        fs::write(&path, clean.replacen(from, to, 1)).unwrap();
        let (_, text) = lint(folder.path(), &["--rule", "foreign-image-registry"]);
        fs::write(&path, clean).unwrap();
        text.lines().filter_map(|line| line.trim().strip_prefix("reaches  ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (from, to) = ("registry: 111122223333.dkr.ecr.eu-west-1.amazonaws.com", "registry: docker.io/other");
    assert_eq!(said("platform-manifests/values/base.yaml", from, to), ["all 102 applications"]);
    let prod = format!("image:\n  {to}\n");
    let first = fs::read_to_string(folder.path().join("platform-manifests/values/environments/prod.yaml")).unwrap();
    let first = first.lines().find(|line| !line.starts_with('#') && !line.is_empty()).unwrap().to_owned();
    let broken = format!("{prod}{first}");
    assert_eq!(said("platform-manifests/values/environments/prod.yaml", &first, &broken), ["all 34 services in prod"]);
}

/// The findings of one rule after a change of a file.
fn findings_after(folder: &Path, file: &str, from: &str, to: &str, rule: &str) -> Vec<Value> {
    let path = folder.join(file);
    let clean = fs::read_to_string(&path).unwrap();
    let broken = clean.replacen(from, to, 1);
    assert_ne!(clean, broken, "{from}");
    fs::write(&path, broken).unwrap();
    let (_, report) = report(folder);
    fs::write(path, clean).unwrap();
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).cloned().collect()
}

/// `FILE:LINE` of the links of a chain that are values.
fn values_of(finding: &Value) -> Vec<String> {
    let values = finding["chain"].as_array().unwrap().iter().filter(|link| link["role"] == "values");
    values.map(|link| format!("{}:{} {}", link["file"].as_str().unwrap(), link["line"], link["key"].as_str().unwrap())).collect()
}

#[test]
fn values_in_an_application_set_are_edited_where_they_are_written() {
    const FILE: &str = "platform-manifests/argocd/applicationsets/keycloak.yaml";
    const HELM: &str = "          releaseName: keycloak\n";
    let folder = copy_of_platform();
    fs::write(folder.path().join("platform-manifests/registry.txt"), "quay.io").unwrap();
    let parameter = |value: &str| format!("          parameters:\n            - name: image.registry\n              value: {value}\n");
    // What is written, the line within it, and the values lines of the chain before the layers below.
    let cases = [
        (parameter("quay.io"), 3, "41 image.registry"),
        (parameter("quay.io\n              forceString: true"), 3, "41 image.registry"),
        (parameter("'quay.io/{{ .environment }}'"), 3, "41 image.registry"),
        (
            "          fileParameters:\n            - name: image.registry\n              path: /platform-manifests/registry.txt\n".into(),
            3,
            "41 image.registry",
        ),
        ("          valuesObject: {image: {registry: 'quay.io/{{ .environment }}'}}\n".into(), 1, "39 image.registry"),
        ("          values: |\n            image:\n              registry: quay.io/{{ .environment }}\n".into(), 3, "41 image.registry"),
        (
            "          values: |\n            image:\n              registry: \"quay.io/{{ .environment }}\"\n".into(),
            3,
            "41 image.registry",
        ),
    ];
    for (text, line, values) in cases {
        let findings = findings_after(folder.path(), FILE, HELM, &format!("{HELM}{text}"), "foreign-image-registry");
        assert_eq!(findings.len(), 1, "{text}: {findings:#?}");
        assert_eq!(findings[0]["location"]["file"], FILE, "{text}");
        assert_eq!(findings[0]["location"]["line"], 38 + line, "{text}");
        assert_eq!(findings[0]["applications"].as_array().unwrap().len(), 3, "{text}");
        assert_eq!(values_of(&findings[0])[0], format!("{FILE}:{values}"), "{text}");
        let below = findings[0]["chain"].as_array().unwrap().iter().find(|link| link["role"] == "shadowed").unwrap();
        assert_eq!(below["file"], "platform-manifests/values/base.yaml", "{text}");
    }
}

#[test]
fn values_that_a_parameter_gives_are_edited_at_the_parameter() {
    const FILE: &str = "platform-manifests/argocd/applicationsets/keycloak.yaml";
    const HELM: &str = "          releaseName: keycloak\n";
    let folder = copy_of_platform();
    let path = folder.path().join(FILE);
    let clean = fs::read_to_string(&path).unwrap();
    let element = |name: &str, registry: &str| format!("cluster: {name}\n            registry: {registry}\n");
    let ours = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
    let mut given = clean.clone();
    for (name, registry) in [("fraud-dev", "quay.io"), ("fraud-staging", ours), ("fraud-prod", ours)] {
        given = given.replacen(&format!("cluster: {name}\n"), &element(name, registry), 1);
    }
    fs::write(&path, given).unwrap();
    let cases = [
        "          parameters:\n            - name: image.registry\n              value: '{{ .registry }}'\n",
        "          valuesObject: {image: {registry: '{{ .registry }}'}}\n",
        "          valuesObject: {image: {registry: '{{ .registry }}/{{ .environment }}'}}\n",
        "          values: |\n            image:\n              registry: '{{ .registry }}/mirror'\n",
    ];
    for text in cases {
        let findings = findings_after(folder.path(), FILE, HELM, &format!("{HELM}{text}"), "foreign-image-registry");
        assert_eq!(findings.len(), 1, "{text}: {findings:#?}");
        assert_eq!(findings[0]["location"]["line"], 15, "{text}");
        assert_eq!(findings[0]["applications"], serde_json::json!(["keycloak-dev"]), "{text}");
        let values = values_of(&findings[0]);
        let template = 41 + text.lines().position(|line| line.contains("{{")).unwrap() + 1;
        assert_eq!(values[0], format!("{FILE}:15 spec.generators[0].list.elements[0].registry"), "{text}");
        assert_eq!(values[1], format!("{FILE}:{template} image.registry"), "{text}");
    }
}
