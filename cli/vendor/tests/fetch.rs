//! What is fetched from servers that answer well, badly and in bad faith.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod server;

use std::sync::Arc;

use portcullis_source::Sources;
use portcullis_vendor::{Client, Credentials, Fetched, Known, Login, Proxy, VendorError, digest, open};
use server::{Answer, Server, chart, packed};

fn index(name: &str, version: &str, url: &str, digest: &str) -> Answer {
    Answer::ok(format!(
        "apiVersion: v1\nentries:\n  {name}:\n  - {{name: {name}, version: {version}, urls: [\"{url}\"], digest: \"{digest}\"}}\n"
    ))
}

fn fetch(repository: &str, credentials: &Credentials) -> Result<Fetched, VendorError> {
    let client = Client::new(Proxy::Never, None);
    let repository = open(&client, credentials, repository)?;
    let version = repository.choose("redis", "1.x.x")?;
    repository.fetch("redis", &version)
}

fn with_password(url: &str) -> Credentials {
    let text = format!("repositories:\n- {{name: own, url: \"{url}\", username: me, password: hidden}}\n");
    Credentials {
        repositories: Known::read(&Sources::default().add("repositories.yaml", text.into_bytes())).unwrap(),
        ..Credentials::default()
    }
}

/// `me:hidden`.
const SECRET: &str = "Basic bWU6aGlkZGVu";

#[test]
fn a_chart_comes_with_its_digest_checked() {
    let server = Server::start();
    let bytes = chart("redis", "1.2.3");
    server.route("/charts/index.yaml", index("redis", "1.2.3", "redis-1.2.3.tgz", &digest(&bytes)));
    server.route("/charts/redis-1.2.3.tgz", Answer::ok(bytes.clone()));
    let fetched = fetch(&format!("{}/charts", server.url), &Credentials::default()).unwrap();
    assert_eq!((fetched.file.as_str(), fetched.version.as_str(), &*fetched.bytes), ("redis-1.2.3.tgz", "1.2.3", &bytes[..]));
}

#[test]
fn a_chart_that_is_not_what_the_index_says_is_refused() {
    let bytes = chart("redis", "1.2.3");
    let cases: [(&str, Answer, &str); 6] = [
        (&"0".repeat(64), Answer::ok(bytes.clone()), "but the index says"),
        ("", Answer::ok(chart("other", "1.2.3")), "holds the chart other 1.2.3, not redis 1.2.3"),
        ("", Answer::ok(chart("redis", "1.9.9")), "holds the chart redis 1.9.9, not redis 1.2.3"),
        ("", Answer { missing: 20, ..Answer::ok(bytes.clone()) }, "cannot be fetched"),
        ("", Answer::ok("no chart"), "is refused: file 'redis-1.2.3.tgz' does not appear to be a gzipped archive"),
        ("", Answer::ok(packed(&[("redis/../../x", "x")])), "is refused: chart illegally references parent directory"),
    ];
    for (digest, answer, message) in cases {
        let server = Server::start();
        server.route("/index.yaml", index("redis", "1.2.3", "redis-1.2.3.tgz", digest));
        server.route("/redis-1.2.3.tgz", answer);
        let error = fetch(&server.url, &Credentials::default()).unwrap_err();
        assert!(error.message.contains(message), "{message}: {}", error.message);
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let (client, credentials, server) = (Client::new(Proxy::Never, None), Credentials::default(), Server::start());
    server.route("/index.yaml", index("../../x", "1.2.3", "x.tgz", ""));
    let repository = open(&client, &credentials, &server.url).unwrap();
    assert!(repository.fetch("../../x", "1.2.3").unwrap_err().message.contains("is no name of a chart"));
    server.route("/index.yaml", index("redis", "1.2.3", "a/%2e%2e%2f%2e%2e", ""));
    assert!(fetch(&server.url, &credentials).unwrap_err().message.contains("names no .tgz file"));
    server.route("/index.yaml", index("redis", "1.2.3", "file:///etc/passwd", ""));
    assert!(fetch(&server.url, &credentials).unwrap_err().message.contains("neither http nor https"));
}

#[test]
fn credentials_stay_with_their_origin() {
    let (own, other) = (Server::start(), Server::start());
    let bytes = chart("redis", "1.2.3");
    own.route("/index.yaml", Answer { status: "401 Unauthorized", ..Answer::ok("") });
    own.route(&format!("/index.yaml {SECRET}"), index("redis", "1.2.3", "redis-1.2.3.tgz", ""));
    own.route("/redis-1.2.3.tgz", Answer::redirect(&format!("{}/redis-1.2.3.tgz", other.url)));
    other.route("/redis-1.2.3.tgz", Answer::ok(bytes.clone()));
    let refused = fetch(&own.url, &Credentials::default()).unwrap_err();
    assert!(refused.message.contains("is refused with status 401"), "{}", refused.message);
    fetch(&own.url, &with_password(&own.url)).unwrap();
    assert_eq!(own.asked().last(), Some(&("/redis-1.2.3.tgz".to_owned(), Some(SECRET.to_owned()))));
    assert_eq!(other.asked(), [("/redis-1.2.3.tgz".to_owned(), None)]);
    // The same where the index itself names another host.
    own.route(&format!("/index.yaml {SECRET}"), index("redis", "1.2.3", &format!("{}/redis-1.2.3.tgz", other.url), ""));
    fetch(&own.url, &with_password(&own.url)).unwrap();
    assert!(other.asked().iter().all(|(_, credentials)| credentials.is_none()));
    // Credentials within the URL are sent, and never shown.
    let within = own.url.replace("http://", "http://me:hidden@");
    fetch(&within, &Credentials::default()).unwrap();
    own.route(&format!("/index.yaml {SECRET}"), Answer { status: "500 Broken", ..Answer::ok("") });
    let error = fetch(&within, &Credentials::default()).unwrap_err();
    assert!(!error.message.contains("hidden") && error.message.contains("500"), "{}", error.message);
}

#[test]
fn redirects_come_to_an_end() {
    let server = Server::start();
    server.route("/index.yaml", Answer::redirect("/index.yaml"));
    assert!(fetch(&server.url, &Credentials::default()).unwrap_err().message.contains("redirects more than"));
    server.route("/index.yaml", Answer::redirect("ftp://example.com/x"));
    assert!(fetch(&server.url, &Credentials::default()).unwrap_err().message.contains("not encrypted"));
}

#[test]
fn what_announces_too_much_is_not_read() {
    let server = Server::start();
    server.route("/index.yaml", Answer { status: "200 OK\r\nContent-Length: 999999999999", ..Answer::ok("x") });
    assert!(fetch(&server.url, &Credentials::default()).is_err());
}

/// A registry that asks for a token, and its token service on the same server.
fn registry(server: &Server, digest: &str, bytes: &[u8]) -> String {
    let challenge = format!("WWW-Authenticate: Bearer realm=\"{}/token\",service=\"s\"", server.url);
    let layer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    let manifest = format!("{{\"layers\": [{{\"mediaType\": \"{layer}\", \"digest\": \"sha256:{digest}\"}}]}}");
    let tags = r#"{"name": "team/redis", "tags": ["latest", "1.2.3", "1.10.0_b", "2.0.0"]}"#;
    let protected = [
        ("tags/list", Answer::ok(tags)),
        ("manifests/1.10.0_b", Answer::ok(manifest)),
        (&*format!("blobs/sha256:{digest}"), Answer::ok(bytes)),
    ];
    for (path, answer) in protected {
        let path = format!("/v2/team/redis/{path}");
        server.route(&path, Answer { status: "401 Unauthorized", headers: vec![challenge.clone()], ..Answer::ok("") });
        server.route(&format!("{path} Bearer good"), answer);
    }
    let token = format!("/token?service=s&scope=repository%3Ateam%2Fredis%3Apull {SECRET}");
    server.route(&token, Answer::ok(r#"{"token": "good"}"#));
    format!("{}/team", server.url.replace("http://", "oci://"))
}

fn logged_in(server: &Server) -> Credentials {
    let host = server.url.trim_start_matches("http://");
    let text = format!("{{\"auths\": {{\"{host}\": {{\"auth\": \"bWU6aGlkZGVu\"}}}}}}");
    let registries = Login::read(&Sources::default().add("config.json", text.into_bytes())).unwrap();
    Credentials { registries, ..Credentials::default() }
}

#[test]
fn a_registry_is_read_with_a_token() {
    let server = Server::start();
    let bytes = chart("redis", "1.10.0+b");
    let url = registry(&server, &digest(&bytes), &bytes);
    let fetched = fetch(&url, &logged_in(&server)).unwrap();
    assert_eq!((fetched.file.as_str(), fetched.bytes), ("redis-1.10.0+b.tgz", Arc::from(bytes)));
    assert!(fetch(&url, &Credentials::default()).is_err());
}

#[test]
fn a_blob_must_have_the_digest_that_names_it() {
    let server = Server::start();
    let bytes = chart("redis", "1.10.0+b");
    let url = registry(&server, &"0".repeat(64), &bytes);
    assert!(fetch(&url, &logged_in(&server)).unwrap_err().message.contains("not that of its name"));
}

#[test]
fn programs_that_keep_credentials_are_named_and_not_started() {
    let server = Server::start();
    let bytes = chart("redis", "1.10.0+b");
    let url = registry(&server, &digest(&bytes), &bytes);
    let host = server.url.trim_start_matches("http://");
    let text = format!("{{\"credHelpers\": {{\"{host}\": \"vault\"}}}}");
    let registries = Login::read(&Sources::default().add("config.json", text.into_bytes())).unwrap();
    let error = fetch(&url, &Credentials { registries, ..Credentials::default() }).unwrap_err();
    assert!(error.message.contains("docker-credential-vault"), "{}", error.message);
}

#[test]
fn a_registry_is_read_with_a_password() {
    let server = Server::start();
    let bytes = chart("redis", "1.10.0+b");
    let url = registry(&server, &digest(&bytes), &bytes);
    let (tags, layer) = (r#"{"tags": ["1.10.0_b"]}"#, "application/tar+gzip");
    let manifest = format!("{{\"layers\": [{{\"mediaType\": \"{layer}\", \"digest\": \"sha256:{}\"}}]}}", digest(&bytes));
    let answers = [
        ("tags/list", Answer::ok(tags)),
        ("manifests/1.10.0_b", Answer::ok(manifest)),
        (&*format!("blobs/sha256:{}", digest(&bytes)), Answer::ok(bytes)),
    ];
    for (path, answer) in answers {
        let challenge = vec!["WWW-Authenticate: Basic realm=\"r\"".to_owned()];
        server.route(&format!("/v2/team/redis/{path}"), Answer { status: "401 Unauthorized", headers: challenge, ..Answer::ok("") });
        server.route(&format!("/v2/team/redis/{path} {SECRET}"), answer);
    }
    assert_eq!(fetch(&url, &logged_in(&server)).unwrap().version, "1.10.0+b");
}
