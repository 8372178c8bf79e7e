//! `portcullis vendor` beside `helm dependency build`, over real packages, a real index and a real registry, all on this machine.
#![expect(clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "a test fails by panicking, and starts the tools")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_testdata::platform::{Platform, scratch};
use portcullis_testdata::registry::Registry;
use portcullis_testdata::tools::Tools;

/// A folder of its own, with the settings of helm in it.
struct Place {
    folder: PathBuf,
    tools: Tools,
    portcullis: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = scratch(name).expect("the scratch folder is there");
        fs::remove_dir_all(&folder).expect("the scratch folder is emptied");
        fs::create_dir_all(&folder).expect("the scratch folder is there");
        Self { folder, tools: Tools::locate(), portcullis: Platform::own().program().to_owned() }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    }

    /// Runs a program in a folder; `cache` tells helms apart that must not see what others fetched.
    fn run(&self, program: &Path, folder: &str, cache: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.join(folder))
            .env("HELM_CACHE_HOME", self.folder.join(cache))
            .env("HELM_CONFIG_HOME", self.folder.join("config"))
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("HELM_REPOSITORY_CACHE")
            .env_remove("HELM_REPOSITORY_CONFIG")
            .env_remove("HELM_REGISTRY_CONFIG")
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stdout) + &text(&output.stderr)) }
    }

    fn helm(&self, folder: &str, arguments: &[&str]) -> String {
        self.run(&self.tools.path("helm"), folder, "helm", arguments).unwrap_or_else(|error| panic!("helm {arguments:?}: {error}"))
    }

    fn portcullis(&self, arguments: &[&str]) -> Result<String, String> {
        self.run(&self.portcullis, "ours", "none", arguments)
    }

    /// Packs a small chart into `web`.
    fn package(&self, name: &str, version: &str) {
        self.write("source/Chart.yaml", &format!("apiVersion: v2\nname: {name}\nversion: {version}\n"));
        self.write("source/values.yaml", "port: 1\n");
        let template =
            "kind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}-{{ .Chart.Version }}}\ndata: {port: {{ .Values.port | quote }}}\n";
        self.write("source/templates/map.yaml", template);
        self.helm(".", &["package", "source", "--destination", "web"]);
    }

    /// The packed charts and the lock of a copy of the chart, without the time in it.
    fn charts(&self, copy: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = self.folder.join(copy).join("shop");
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder.join("charts")).expect("charts/ is there") {
            let path = entry.expect("charts/ is listed").path();
            found.insert(path.file_name().expect("a file has a name").to_string_lossy().into_owned(), fs::read(&path).expect("it is read"));
        }
        let lock = fs::read_to_string(folder.join("Chart.lock")).expect("the lock is read");
        let lines: Vec<&str> = lock.lines().filter(|line| !line.starts_with("generated:")).collect();
        found.insert("Chart.lock".to_owned(), lines.join("\n").into_bytes());
        found
    }
}

/// Serves the files of a folder.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it has an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().expect("a connection is shared")).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().trim_start_matches('/');
            let (status, body) = fs::read(folder.join(path)).map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&body);
        }
    });
    url
}

#[test]
fn vendor_brings_what_helm_dependency_build_brings() {
    let place = Place::new("vendor");
    for (name, version) in [("redis", "1.2.0"), ("redis", "1.10.0"), ("redis", "2.0.0-rc.1"), ("queue", "0.3.0"), ("queue", "0.4.1+b.2")] {
        place.package(name, version);
    }
    let url = serve(place.folder.join("web"));
    place.helm(".", &["repo", "index", "web", "--url", &url]);
    let registry = Registry::start(&place.tools, &place.folder).expect("the registry starts");
    let host = &registry.host;
    for file in ["queue-0.3.0.tgz", "queue-0.4.1+b.2.tgz"] {
        place.helm("web", &["push", file, &format!("oci://{host}/team"), "--plain-http"]);
    }
    place.helm(".", &["repo", "add", "local", &url]);
    let chart = |redis: &str| {
        format!(
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {{name: redis, version: \"{redis}\", repository: \"{url}\"}}\n\
             - {{name: redis, version: 1.2.0, repository: \"@local\", alias: old, tags: [\"a<b\"]}}\n\
             - {{name: queue, version: ~0, repository: \"oci://{host}/team\", condition: queue.enabled, import-values: [x]}}\n"
        )
    };
    for copy in ["ours", "theirs"] {
        place.write(&format!("{copy}/shop/Chart.yaml"), &chart(">1.2.0 <2"));
        place.write(&format!("{copy}/portcullis.yaml"), "version: 1\n");
    }
    // Without a lock, the newest that fits.
    place.helm("theirs/shop", &["dependency", "build", "--plain-http"]);
    println!("{}", place.portcullis(&["vendor"]).expect("portcullis fetches"));
    let theirs = place.charts("theirs");
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ["Chart.lock", "queue-0.4.1+b.2.tgz", "redis-1.10.0.tgz", "redis-1.2.0.tgz"]);
    assert!(theirs == place.charts("ours"), "charts/ differs from helm's");
    // Both render the same.
    let arguments = ["template", "demo", "shop", "--kube-version", "1.31.0"];
    assert_eq!(place.portcullis(&arguments), Ok(place.helm("theirs", &arguments)));
    // Again, and from the lock alone.
    assert!(place.portcullis(&["vendor", "--check"]).expect("everything is there").contains("3 there"));
    fs::remove_dir_all(place.folder.join("ours/shop/charts")).expect("charts/ is taken away");
    assert!(place.portcullis(&["vendor", "--check"]).is_err());
    place.portcullis(&["vendor", "--locked"]).expect("portcullis fetches what is locked");
    assert!(theirs == place.charts("ours"), "charts/ differs from helm's");
    // Another version: helm's new lock decides, and what it replaces goes.
    place.write("theirs/shop/Chart.yaml", &chart("=1.2.0"));
    place.helm("theirs/shop", &["dependency", "update", "--plain-http"]);
    place.write("ours/shop/Chart.yaml", &chart("=1.2.0"));
    let stale = place.portcullis(&["vendor"]).expect_err("the lock is that of another Chart.yaml");
    assert!(stale.contains("the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml)"), "{stale}");
    fs::copy(place.folder.join("theirs/shop/Chart.lock"), place.folder.join("ours/shop/Chart.lock")).expect("the lock is copied");
    place.helm("theirs/shop", &["dependency", "build", "--plain-http"]);
    place.portcullis(&["vendor"]).expect("portcullis fetches");
    assert!(place.charts("theirs") == place.charts("ours"), "charts/ differs from helm's");
}
