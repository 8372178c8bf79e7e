//! What `portcullis values` says templates see is what helm hands them: a template that prints `.Values` is added to each chart.
#![expect(clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "a test fails by panicking, and copies charts")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_testdata::platform::Platform;
use portcullis_testdata::tools::{Tools, repository, run};
use serde_json::Value;

/// The file that prints the values.
const PRINTER: &str = "templates/printed-values.yaml";

/// A template that is a manifest for helm, and prints the values as JSON on one line.
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: values\n# values: {{ .Values | toJson }}\n";

/// An Application of the chart beside it.
const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
spec:
  project: default
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
  source:
    repoURL: https://git.example.com/charts.git
    path: chart
    targetRevision: main
";

/// The repository that it is in, and an Argo CD that renders with Helm 3.
const CONFIGURATION: &str = "version: 1
argocd:
  version: \"3.2\"
repositories:
  - url: https://git.example.com/charts.git
    path: .
";

#[test]
fn values_of_the_platform_are_those_of_helm() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let expansion = platform.expansion(&tools).expect("the oracle expands the platform");
    let invocations = platform.invocations(&expansion).expect("every application has an invocation");
    assert!(invocations.len() > 90, "only {} applications", invocations.len());
    for invocation in invocations {
        let mut arguments = invocation.arguments.clone();
        let chart = arguments.get_mut(2).expect("the chart is the third argument");
        let copied = with_printer(&platform.root.join(&*chart));
        *chart = copied.path().join("chart").display().to_string();
        hold(&tools, &platform, &platform.root, &invocation.application, &arguments);
    }
}

#[test]
fn values_of_charts_are_those_of_helm() {
    let (platform, tools) = (Platform::own(), Tools::locate());
    let mut folders = charts(&repository().join("testdata/charts"));
    // Charts beyond the repository, for whoever has them.
    folders.extend(env::var_os("PORTCULLIS_CHARTS").iter().flat_map(|folder| charts(Path::new(folder))));
    let mut count = 0;
    for folder in folders {
        if changes_values(&folder) {
            continue;
        }
        let copied = with_printer(&folder);
        fs::write(copied.path().join("application.yaml"), APPLICATION).expect("the application is written");
        fs::write(copied.path().join("portcullis.yaml"), CONFIGURATION).expect("the configuration is written");
        let arguments = ["template", "shop", "chart", "--namespace", "shop"].map(str::to_owned);
        // What helm does not render is compared elsewhere.
        if tools.run("helm", copied.path(), &["template", "shop", "chart"]).is_ok_and(|helm| helm.code == Some(0)) {
            hold(&tools, &platform, copied.path(), "shop", &arguments);
            count += 1;
        }
    }
    assert!(count > 20, "only {count} charts render");
}

/// The charts below a folder, those within charts left out.
fn charts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut found: Vec<PathBuf> =
        entries.flat_map(|path| if path.join("Chart.yaml").is_file() { vec![path] } else { charts(&path) }).collect();
    found.sort();
    found
}

/// Whether templates of a chart change maps, perhaps those that other templates see as `.Values`.
fn changes_values(folder: &Path) -> bool {
    let changing = |text: &str| ["set ", "unset ", "merge"].iter().any(|word| text.contains(word));
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).any(|path| {
        path.is_dir() && changes_values(&path)
            || path.components().any(|part| part.as_os_str() == "templates") && fs::read_to_string(&path).is_ok_and(|text| changing(&text))
    })
}

/// A copy of a chart, with the template that prints the values.
fn with_printer(chart: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder is made");
    copy(chart, &folder.path().join("chart"));
    fs::create_dir_all(folder.path().join("chart/templates")).expect("a folder is made");
    fs::write(folder.path().join("chart").join(PRINTER), TEMPLATE).expect("the template is written");
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder is made");
        for entry in fs::read_dir(from).expect("a folder is read") {
            let entry = entry.expect("an entry is read");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("a file is copied");
    }
}

/// Holds what portcullis says against what helm prints.
fn hold(tools: &Tools, platform: &Platform, folder: &Path, application: &str, arguments: &[String]) {
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--show-only", PRINTER]);
    let helm = tools.run("helm", folder, &arguments).expect("helm runs");
    let line = helm.out.lines().find_map(|line| line.strip_prefix("# values: "));
    let theirs: Value = line.and_then(|line| serde_json::from_str(line).ok()).unwrap_or_else(|| panic!("{application}: {}", helm.err));
    let ours = run(platform.program(), folder, &["values", application, "--format", "json"]).expect("portcullis runs");
    let ours: Value = serde_json::from_str(&ours.out).unwrap_or_else(|error| panic!("{application}: {error}: {}", ours.err));
    let mut differing = Vec::new();
    compare(ours.pointer("/charts/0/values").unwrap_or(&Value::Null), &theirs, application, &mut differing);
    assert!(differing.is_empty(), "values differ from helm's: {differing:#?}");
}

/// Notes where two values differ; what is put into Secrets is not shown, and every number is a `float64`.
fn compare(ours: &Value, theirs: &Value, path: &str, differing: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::String(text), _) if text.starts_with("secret:") => {}
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            left.iter().zip(right.values()).for_each(|((key, left), right)| compare(left, right, &format!("{path}.{key}"), differing));
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).for_each(|(left, right)| compare(left, right, path, differing));
        }
        (left, right) if left == right || left.is_number() && left.as_f64() == right.as_f64() => {}
        (left, right) => differing.push(format!("{path}: {left}, and helm {right}")),
    }
}
