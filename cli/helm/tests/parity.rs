//! Every recorded invocation of the real helm, rendered here: the output byte for byte, and the text of the error.
#![expect(clippy::disallowed_methods, clippy::expect_used, clippy::panic, reason = "reads fixtures, and stops at a broken one")]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use portcullis_helm::{Capabilities, Chart, Compat, Layer, LayerContent, Options, Release, RenderError, render, set_file_paths};
use portcullis_source::{RepoPath, Revision, Sources, Text};

const CHARTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/charts");

/// What the arguments of one invocation ask for.
struct Invocation {
    layers: Vec<Layer>,
    namespace: String,
    kube_version: String,
    api_versions: Vec<String>,
    is_upgrade: bool,
    options: Options,
}

/// An error of the command, not of the library.
fn refused(message: &str) -> RenderError {
    RenderError { message: message.to_owned(), span: None, hint: None, rendering: false, warnings: Vec::new() }
}

struct Case<'a> {
    compat: Compat,
    revision: &'a Revision,
    folder: &'a Path,
}

impl Case<'_> {
    fn file(&self, path: &str) -> Result<Arc<portcullis_source::SourceFile>, RenderError> {
        let missing = || RenderError {
            message: format!("open {path}: no such file or directory"),
            span: None,
            hint: None,
            rendering: false,
            warnings: Vec::new(),
        };
        self.revision.read(&RepoPath::new(path).map_err(|_| missing())?).map_err(|_| missing())
    }

    fn read(&self, arguments: &[String]) -> Result<Invocation, RenderError> {
        let mut found = Invocation {
            layers: Vec::new(),
            namespace: "default".to_owned(),
            kube_version: "1.31.0".to_owned(),
            api_versions: Vec::new(),
            is_upgrade: false,
            options: Options::default(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (flag, attached) = match argument.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            let mut value = || attached.clone().or_else(|| rest.next().cloned()).expect("a flag's value");
            let source = |text: String| self.revision.sources().add(flag, text.as_bytes());
            let mut layer = |content| found.layers.push(Layer { name: Arc::from(flag), content });
            match flag {
                "-f" | "--values" => {
                    for path in value().split(',') {
                        found.layers.push(Layer::file(path, &Text::of_file(&*self.file(path)?), self.compat)?);
                    }
                }
                "--set" => layer(LayerContent::Set(source(value()))),
                "--set-string" => layer(LayerContent::SetString(source(value()))),
                "--set-json" => layer(LayerContent::SetJson(source(value()))),
                "--set-literal" => layer(LayerContent::SetLiteral(source(value()))),
                "--set-file" => {
                    let argument = source(value());
                    let paths = set_file_paths(argument.bytes());
                    let files: Result<BTreeMap<_, _>, _> = paths.into_iter().map(|path| Ok((path.clone(), self.file(&path)?))).collect();
                    let files = files.map_err(|error: RenderError| RenderError {
                        message: format!("failed parsing --set-file data: {}", error.message),
                        ..error
                    })?;
                    layer(LayerContent::SetFile(argument, files));
                }
                "-n" | "--namespace" => found.namespace = value(),
                "--kube-version" => found.kube_version = value(),
                "-a" | "--api-versions" => found.api_versions.extend(value().split(',').map(str::to_owned)),
                "-s" | "--show-only" => found.options.show_only.push(value()),
                "--is-upgrade" => found.is_upgrade = true,
                "--include-crds" => found.options.include_crds = true,
                "--no-hooks" => found.options.no_hooks = true,
                "--skip-tests" => found.options.skip_tests = true,
                "--skip-schema-validation" => found.options.skip_schema_validation = true,
                "--create-namespace" => {}
                // Which names a caller may combine is the command's own affair.
                "--name-template" => return Err(refused("cannot set --name-template and also specify a name")),
                other => panic!("{}: the harness does not know {other}", self.folder.display()),
            }
        }
        Ok(found)
    }

    fn run(&self, arguments: &[String]) -> Result<(Vec<u8>, Vec<String>), RenderError> {
        let invocation = self.read(arguments)?;
        let capabilities = Capabilities::new(Some(&invocation.kube_version), &invocation.api_versions, self.compat)?;
        let release = Release {
            name: Arc::from("demo"),
            namespace: Arc::from(invocation.namespace),
            is_upgrade: invocation.is_upgrade,
            revision: 1,
            capabilities: Arc::new(capabilities),
        };
        let path = if self.folder.join("chart.tgz").exists() { "chart.tgz" } else { "chart" };
        let chart = Chart::load(self.revision, &RepoPath::new(path).expect("a path"), self.compat)?;
        let rendered = render(&chart, &invocation.layers, &release, &invocation.options)?;
        Ok((rendered.print(), rendered.warnings))
    }
}

fn cases(folder: &Path) -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(folder.join("cases.yaml")).expect("cases.yaml");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let case = |line: &str| {
        let (name, arguments) = line.split_once(": ").expect("name: [...]");
        (name.to_owned(), serde_json::from_str(arguments).expect("a list of strings"))
    };
    lines.map(case).collect()
}

/// What differs, if anything does.
fn compare(folder: &Path, name: &str, compat: Compat, actual: Result<(Vec<u8>, Vec<String>), RenderError>) -> Option<String> {
    let four = ["out", "err"].into_iter().any(|kind| folder.join(format!("expected4/{name}.{kind}")).exists());
    let recorded = folder.join(if four && compat == Compat::Helm4 { "expected4" } else { "expected" });
    let expected = fs::read(recorded.join(format!("{name}.out")));
    let error = fs::read_to_string(recorded.join(format!("{name}.err"))).unwrap_or_default();
    let at = if error.starts_with("Error: ") { 0 } else { error.find("\nError: ").map_or(error.len(), |at| at + 1) };
    let (before, wanted) = error.split_at(at);
    match (expected, actual) {
        (Ok(expected), Ok((actual, warnings))) if expected == actual => other_warnings(before, &warnings),
        (Ok(expected), Ok((actual, _))) => Some(first_difference(&expected, &actual)),
        (Ok(_), Err(error)) => Some(format!("helm succeeds, we say: {}", error.print())),
        (Err(_), Ok(_)) => Some(format!("we succeed, helm says: {error}")),
        (Err(_), Err(actual)) if wanted.trim_end() == actual.print().trim_end() => other_warnings(before, &actual.warnings),
        (Err(_), Err(actual)) => Some(format!("helm says: {wanted}\n  we say:    {}", actual.print())),
    }
}

/// Helm walks Go maps, so its warnings come in any order.
fn other_warnings(wanted: &str, warnings: &[String]) -> Option<String> {
    let (mut wanted, mut said): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), warnings.iter().map(String::as_str).collect());
    wanted.sort_unstable();
    said.sort_unstable();
    (wanted != said).then(|| format!("helm warns: {wanted:#?}\n  we warn:    {said:#?}"))
}

fn first_difference(expected: &[u8], actual: &[u8]) -> String {
    let (expected, actual) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
    let (expected, actual): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), actual.split('\n').collect());
    let at = expected.iter().zip(&actual).take_while(|(left, right)| left == right).count();
    format!("line {}: helm {:?}, we {:?}", at + 1, expected.get(at), actual.get(at))
}

#[test]
fn every_recorded_invocation_gives_what_helm_3_gives() {
    check(Compat::Helm3);
}

#[test]
fn every_recorded_invocation_gives_what_helm_4_gives() {
    check(Compat::Helm4);
}

fn check(compat: Compat) {
    let mut folders: Vec<_> = fs::read_dir(CHARTS).expect("recorded charts").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let (mut total, mut failures) = (0, Vec::new());
    for folder in folders.iter().filter(|folder| folder.join("cases.yaml").exists()) {
        let revision = Revision::folder(folder, Arc::new(Sources::default())).expect("a folder");
        for (name, arguments) in cases(folder) {
            total += 1;
            let actual = Case { compat, revision: &revision, folder }.run(&arguments);
            if let Some(difference) = compare(folder, &name, compat, actual) {
                let chart = folder.file_name().unwrap_or_default().to_string_lossy();
                failures.push(format!("{chart}/{name}: {difference}"));
            }
        }
    }
    assert!(total > 0, "there are recorded charts");
    assert!(failures.is_empty(), "{} of {total} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn charts_and_what_they_render_to_may_cross_threads() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Chart>();
    sent::<portcullis_helm::Rendered>();
}
