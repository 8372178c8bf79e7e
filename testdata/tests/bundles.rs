//! Bundles of rules as people push and sign them: conftest, opa, crane and cosign on one side, `portcullis vendor` and `lint` on the other.
#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts the tools")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_testdata::platform::{Platform, scratch};
use portcullis_testdata::registry::Registry;
use portcullis_testdata::tools::{Tools, corpus};

/// What breaks one rule of each bundle.
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
    - {name: web, image: \"registry.example.com/web:latest\"}
";

/// A folder of its own, a registry and the tools.
struct Place {
    folder: PathBuf,
    tools: Tools,
    portcullis: PathBuf,
    registry: Registry,
}

/// What a program said, and whether it was content.
struct Said {
    code: i32,
    text: String,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = scratch(name).expect("the scratch folder is there");
        fs::remove_dir_all(&folder).expect("the scratch folder is emptied");
        fs::create_dir_all(folder.join("repository")).expect("the scratch folder is there");
        let tools = Tools::locate();
        let registry = Registry::start(&tools, &folder).expect("the registry starts");
        let place = Self { folder, tools, portcullis: Platform::own().program().to_owned(), registry };
        for key in ["team", "other", "stranger"] {
            place.tool("cosign", &place.folder, &["generate-key-pair", "--output-key-prefix", key]);
            fs::copy(place.folder.join(format!("{key}.pub")), place.folder.join("repository").join(format!("{key}.pub"))).expect("a key");
        }
        fs::write(place.folder.join("repository/pod.yaml"), POD).expect("the pod is written");
        place
    }

    fn run(&self, program: &Path, folder: &Path, arguments: &[&str]) -> Said {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .envs([("COSIGN_PASSWORD", ""), ("COSIGN_YES", "true"), ("NO_PROXY", "127.0.0.1")])
            .env("HOME", &self.folder)
            .env("DOCKER_CONFIG", &self.folder)
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code().unwrap_or(-1), text: text(&output.stdout) + &text(&output.stderr) }
    }

    fn tool(&self, tool: &str, folder: &Path, arguments: &[&str]) -> String {
        let said = self.run(&self.tools.path(tool), folder, arguments);
        assert!(said.code == 0, "{tool} {arguments:?}: {}", said.text);
        said.text
    }

    fn portcullis(&self, arguments: &[&str]) -> Said {
        self.run(&self.portcullis, &self.folder.join("repository"), arguments)
    }

    /// Where something is pushed to.
    fn at(&self, name: &str) -> String {
        format!("{}/team/{name}", self.registry.host)
    }

    /// Name and digest of what was pushed.
    fn pushed(&self, name: &str) -> String {
        let digest = self.tool("crane", &self.folder, &["digest", &self.at(name)]);
        format!("{}@{}", self.at(name), digest.trim())
    }

    fn sign(&self, key: &str, reference: &str, form: &str) {
        let (key, form) = (format!("{key}.key"), format!("--new-bundle-format={form}"));
        let arguments =
            ["sign", "--key", &key, "--use-signing-config=false", "--tlog-upload=false", &form, "--allow-http-registry", reference];
        self.tool("cosign", &self.folder, &arguments);
    }

    fn configure(&self, entry: &str) {
        let text = format!("version: 1\nlibrary:\n  - {entry}\n");
        fs::write(self.folder.join("repository/portcullis.yaml"), text).expect("the configuration is written");
    }
}

/// Vendored, asked, checked; then without its signature, with another key, changed on disk.
fn whole_way(place: &Place, name: &str, rule: &str, finding: &str, form: &str) {
    let reference = place.pushed(name);
    place.configure(&format!("{{oci: {reference:?}, key: team.pub}}"));
    let missing = place.portcullis(&["lint", "--format", "json"]);
    assert!(missing.code == 2 && missing.text.contains("is not in vendor/rules"), "{}", missing.text);
    let unsigned = place.portcullis(&["vendor"]);
    assert!(unsigned.code == 3 && unsigned.text.contains("has no signature"), "{}", unsigned.text);
    place.sign("other", &reference, form);
    let other = place.portcullis(&["vendor"]);
    assert!(other.code == 3 && other.text.contains("another key made it"), "{}", other.text);
    place.sign("team", &reference, form);
    let vendored = place.portcullis(&["vendor"]);
    assert!(vendored.code == 0 && vendored.text.contains("1 fetched and verified"), "{}", vendored.text);
    let linted = place.portcullis(&["lint", "--format", "json", "--rule", rule]);
    assert!(linted.text.contains(finding) && linted.text.contains(rule), "{}", linted.text);
    assert_eq!(place.portcullis(&["vendor", "--check"]).code, 0);
    // Nothing is fetched again; and then with a key that nobody signed it with.
    let again = place.portcullis(&["vendor"]);
    assert!(again.code == 0 && again.text.contains("1 there, 0 fetched"), "{}", again.text);
    place.configure(&format!("{{oci: {reference:?}, key: stranger.pub}}"));
    let linted = place.portcullis(&["lint", "--format", "json"]);
    assert!(linted.code == 2 && linted.text.contains("another key made it"), "{}", linted.text);
    place.configure(&format!("{{oci: {reference:?}, key: team.pub}}"));
    let blobs = reference.rsplit_once(':').expect("there is a digest").1;
    let blobs = place.folder.join(format!("repository/vendor/rules/sha256-{blobs}/blobs/sha256"));
    for blob in fs::read_dir(&blobs).expect("there are blobs") {
        let blob = blob.expect("it is listed").path();
        let bytes = fs::read(&blob).expect("it is read");
        fs::write(&blob, [&bytes[..], b" "].concat()).expect("it is changed");
        let linted = place.portcullis(&["lint", "--format", "json"]);
        assert!(linted.code == 2 && linted.text.contains("was changed: blobs/sha256/"), "{}", linted.text);
        fs::write(&blob, bytes).expect("it is put back");
    }
    assert_eq!(place.portcullis(&["vendor", "--check"]).code, 0);
}

#[test]
fn bundles_of_conftest_are_read() {
    let place = Place::new("bundles-conftest");
    let policies = corpus("bundles").join("conftest");
    place.tool("conftest", &policies, &["push", "--tls=false", &place.at("conftest"), "--policy", "policy"]);
    whole_way(&place, "conftest", "conftest/main/deny", "web belongs to no team that is known", "false");
}

#[test]
fn bundles_of_opa_are_read() {
    let place = Place::new("bundles-opa");
    let packed = place.folder.join("bundle.tar.gz").display().to_string();
    place.tool("opa", &corpus("bundles").join("opa"), &["build", "--bundle", "policy", "--output", &packed]);
    place.tool("crane", &place.folder, &["append", "--oci-empty-base", "--new_layer", &packed, "--new_tag", &place.at("opa")]);
    whole_way(&place, "opa", "conftest/images/warn", "image registry.example.com/web:latest may be another tomorrow", "true");
}

#[test]
fn folders_of_rules_are_read() {
    let place = Place::new("bundles-rules");
    let packed = place.folder.join("rules.tar.gz").display().to_string();
    let rules = corpus("bundles").join("rules").display().to_string();
    let tar = place.run(Path::new("tar"), &place.folder, &["-C", &rules, "-czf", &packed, "."]);
    assert!(tar.code == 0, "{}", tar.text);
    place.tool("crane", &place.folder, &["append", "--new_layer", &packed, "--new_tag", &place.at("rules")]);
    whole_way(&place, "rules", "missing-team", "Pod web has no team", "true");
}

#[test]
fn what_cosign_refuses_is_refused() {
    let place = Place::new("bundles-borrowed");
    let policies = corpus("bundles").join("conftest");
    place.tool("conftest", &policies, &["push", "--tls=false", &place.at("signed"), "--policy", "policy"]);
    place.tool("conftest", &policies, &["push", "--tls=false", &place.at("borrowed"), "--policy", "policy/lib"]);
    let (signed, borrowed) = (place.pushed("signed"), place.pushed("borrowed"));
    place.sign("team", &signed, "false");
    // The signature of one under the tag of the other.
    let tag = |reference: &str| {
        let (name, digest) = reference.split_once('@').expect("there is a digest");
        format!("{name}:{}.sig", digest.replace(':', "-"))
    };
    place.tool("crane", &place.folder, &["copy", &tag(&signed), &tag(&borrowed)]);
    let verify = |reference: &str| {
        let arguments = ["verify", "--key", "team.pub", "--insecure-ignore-tlog", "--allow-http-registry", reference];
        place.run(&place.tools.path("cosign"), &place.folder, &arguments).code
    };
    assert_eq!((verify(&signed), verify(&borrowed) == 0), (0, false));
    place.configure(&format!("{{oci: {borrowed:?}, key: team.pub}}"));
    let vendored = place.portcullis(&["vendor"]);
    assert!(vendored.code == 3 && vendored.text.contains("it is about another artifact"), "{}", vendored.text);
    // Nobody signed it, and somebody says why that will do.
    place.configure(&format!("{{oci: {borrowed:?}, unsigned: true, reason: a test}}"));
    assert_eq!(place.portcullis(&["vendor"]).code, 0);
}
