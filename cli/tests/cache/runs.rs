//! A run is told again where it would look at the same, and nowhere else.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use proptest::{prelude::*, sample::Index};

use crate::{PASSWORD, Ran, command, files, ran};

/// What a kept run is made to say, so that one that is told again is told from one that is made again.
const MARK: &str = "told again";

/// A repository with a chart, an Application, a rule of its own, a file that git tracks and ignores, a baseline, and what helm keeps beside it.
struct Place {
    kept: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { kept: tempfile::tempdir().unwrap() };
        let root = place.root();
        for folder in ["charts/api/templates", "rules/no-gadget/pass", "rules/no-gadget/fail"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::create_dir_all(place.beside("helm")).unwrap();
        fs::create_dir_all(place.beside("home")).unwrap();
        place.write("portcullis.yaml", "version: 1\nlibrary: [rules]\ndependencies: { mirror: mirror }\n");
        place.write(".gitignore", "/charts/late/charts/\n/ignored.yaml\n/mirror/\n");
        place.write("ignored.yaml", &config_map("tracked-all-the-same"));
        place.write("map.yaml", &config_map("a"));
        place.write("values.yaml", "replicas: 1\n");
        place.write("charts/api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n");
        place.write("charts/api/values.yaml", "replicas: 2\n");
        place.write("charts/api/templates/deployment.yaml", DEPLOYMENT);
        place.write("application.yaml", APPLICATION);
        place.write("rules/no-gadget/rule.rego", RULE);
        place.write("rules/no-gadget/README.md", "# No gadget\n\n## What it finds\n\na\n\n## Why it matters\n\nb\n\n## How to fix\n\nc\n");
        place.write("rules/no-gadget/fail/minimal.yaml", &config_map("gadget # finding: is a gadget"));
        place.write("rules/no-gadget/pass/minimal.yaml", &config_map("a"));
        fs::write(place.beside("helm/repositories.yaml"), "apiVersion: ''\nrepositories: []\n").unwrap();
        place.git(&["init", "--quiet"]);
        place.git(&["add", "--all"]);
        place.git(&["add", "--force", "ignored.yaml"]);
        assert!(place.fresh(&["--write-baseline", place.beside("baseline.json").to_str().unwrap()]).code < 2);
        place
    }

    fn root(&self) -> PathBuf {
        self.kept.path().join("repository")
    }

    fn beside(&self, path: &str) -> PathBuf {
        self.kept.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git").current_dir(self.root()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.root());
        command.env("HELM_REPOSITORY_CONFIG", self.beside("helm/repositories.yaml"));
        command.env("HELM_REPOSITORY_CACHE", self.beside("helm/cache")).env("HOME", self.beside("home")).args(arguments);
        command
    }

    fn fresh(&self, arguments: &[&str]) -> Ran {
        ran(self.command(&["--no-cache"]).args(arguments))
    }

    fn kept(&self, arguments: &[&str]) -> Ran {
        ran(self.command(&["--cache", self.cache().to_str().unwrap()]).args(arguments))
    }

    fn cache(&self) -> PathBuf {
        self.beside("cache")
    }

    /// Lets every run that is kept say that it is told again.
    fn mark(&self) {
        for file in files(&self.cache(), "run") {
            let text = fs::read_to_string(&file).unwrap();
            let mut lines = text.splitn(3, '\n');
            let (_, head, texts) = (lines.next().unwrap(), lines.next().unwrap(), lines.next().unwrap());
            let mut head: serde_json::Value = serde_json::from_str(head).unwrap();
            // The notes are the first of the texts.
            let length = head.get_mut("notes").unwrap();
            *length = (length.as_u64().unwrap() + MARK.len() as u64).into();
            let body = format!("{head}\n{MARK}{texts}");
            let hash = blake3::hash(body.as_bytes()).to_hex();
            fs::write(&file, format!("{hash}\n{body}")).unwrap();
        }
    }

    /// Runs until a run is kept that saw everything as it is, and lets it say so.
    fn settle(&self, arguments: &[&str]) -> Ran {
        let _ = fs::remove_dir_all(self.cache());
        let ran = self.kept(arguments);
        self.mark();
        let again = self.kept(arguments);
        assert_eq!(again, Ran { notes: format!("{MARK}{}", ran.notes), ..ran.clone() });
        ran
    }
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: a\n")
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api, namespace: a }\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: { matchLabels: { app: api } }\n  template: { metadata: { labels: { app: api } }, spec: { containers: [{ name: api, image: 'a:1' }] } }\n";
const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: api, namespace: argocd }\nspec:\n  project: default\n  destination: { namespace: a, server: 'https://kubernetes.default.svc' }\n  source: { repoURL: 'https://example.com/a.git', path: charts/api, targetRevision: HEAD, helm: { valueFiles: [/values.yaml] } }\n";
const RULE: &str = "# METADATA\n# title: Gadget\n# description: Nobody wants one.\n# custom: {severity: error, scope: resource, target: [ConfigMap], group: platform}\npackage portcullis.rules.no_gadget\n\nfindings contains {\"at\": [\"metadata\", \"name\"], \"message\": \"is a gadget\"} if input.resource.metadata.name == \"gadget\"\n";

#[test]
fn a_run_is_told_again_where_nothing_has_changed_that_it_looked_at() {
    let place = Place::new();
    let first = place.settle(&[]);
    assert_eq!(first, place.fresh(&[]));
    assert_eq!(first.code, 1, "{}", first.notes);
    let again = |what: &str| assert!(place.kept(&[]).notes.starts_with(MARK), "{what}");
    place.git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "a"]);
    again("a commit");
    place.write("map.yaml", &config_map("a"));
    again("the same written again");
    fs::write(place.beside("helm/other.yaml"), "a: 1\n").unwrap();
    again("what helm keeps for itself");
    for other in [&["--format", "json"][..], &["--today", "2026-01-02"], &["--rule", "no-gadget"], &["map.yaml"]] {
        let ran = place.kept(other);
        assert!(!ran.notes.contains(MARK), "{other:?}");
        assert_eq!(ran, place.fresh(other));
    }
    again("other runs beside it");
}

type Change = (&'static str, fn(&Place));

const CHANGES: &[Change] = &[
    ("an object", |place| place.write("map.yaml", &config_map("b"))),
    ("an object of its own kind", |place| place.write("map.yaml", &config_map("gadget"))),
    ("a new file", |place| place.write("new.yaml", &config_map("gadget"))),
    ("a file that is gone", |place| fs::remove_file(place.root().join("map.yaml")).unwrap()),
    ("a file by another name", |place| fs::rename(place.root().join("map.yaml"), place.root().join("other.yaml")).unwrap()),
    ("a file that is a folder", |place| {
        fs::remove_file(place.root().join("map.yaml")).unwrap();
        fs::create_dir(place.root().join("map.yaml")).unwrap();
    }),
    ("the values of a chart", |place| place.write("charts/api/values.yaml", "replicas: 3\nmore: { a: 1 }\n")),
    ("the values of an application", |place| place.write("values.yaml", "replicas: 7\n")),
    ("a template", |place| place.write("charts/api/templates/deployment.yaml", &DEPLOYMENT.replace("a:1", "a:latest"))),
    ("a packed chart that git ignores", |place| place.write("charts/late/charts/more-1.0.0.tgz", "no chart")),
    ("the configuration", |place| place.write("portcullis.yaml", "version: 1\nlibrary: [rules]\nrules: { no-gadget: { level: 'off' } }\n")),
    ("no configuration", |place| fs::remove_file(place.root().join("portcullis.yaml")).unwrap()),
    ("a rule", |place| place.write("rules/no-gadget/rule.rego", &RULE.replace("== \"gadget\"", "!= \"\""))),
    ("what a rule is told by", |place| place.write("rules/no-gadget/README.md", "# Other\n")),
    ("a mirror", |place| place.write("mirror/more-1.0.0.tgz", "no chart")),
    ("what git ignores", |place| place.write(".gitignore", "/charts/late/charts/\n/ignored.yaml\n/late.yaml\n")),
    ("what git tracks", |place| place.git(&["rm", "--quiet", "--cached", "--force", "ignored.yaml"])),
    ("helm's repositories", |place| {
        let more = "apiVersion: ''\nrepositories: [{ name: more, url: 'https://example.com' }]\n";
        fs::write(place.beside("helm/repositories.yaml"), more).unwrap();
    }),
    ("helm's cache", |place| {
        fs::create_dir_all(place.beside("helm/cache")).unwrap();
        fs::write(place.beside("helm/cache/more-1.0.0.tgz"), "no chart").unwrap();
    }),
    ("the baseline", |place| {
        let file = place.beside("baseline.json");
        let text = fs::read_to_string(&file).unwrap();
        let mut known: serde_json::Value = serde_json::from_str(&text).unwrap();
        known.as_object_mut().unwrap().insert("findings".to_owned(), serde_json::json!([]));
        fs::write(file, known.to_string()).unwrap();
    }),
    ("a link", |place| {
        #[cfg(unix)]
        std::os::unix::fs::symlink("map.yaml", place.root().join("link.yaml")).unwrap();
        #[cfg(not(unix))]
        place.write("link.yaml", &config_map("gadget"));
    }),
];

#[test]
fn whatever_a_run_looks_at_it_sees_when_that_changes() {
    for (what, change) in CHANGES {
        let place = Place::new();
        let baseline = place.beside("baseline.json");
        let arguments = ["--baseline", baseline.to_str().unwrap()];
        // A chart that cannot be rendered until somebody fetches what it needs.
        let late = "apiVersion: v2\nname: late\nversion: 1.0.0\ndependencies: [{ name: more, version: 1.0.0, repository: 'https://example.com' }]\n";
        place.write("charts/late/Chart.yaml", late);
        place.write("late.yaml", &APPLICATION.replace("name: api", "name: late").replace("charts/api", "charts/late"));
        place.settle(&arguments);
        change(&place);
        let expected = place.fresh(&arguments);
        assert_eq!(place.kept(&arguments), expected, "{what}");
    }
}

#[test]
fn reports_in_files_are_written_again() {
    let place = Place::new();
    let (report, page) = (place.beside("report.json"), place.beside("page.sarif"));
    let arguments = ["-f", "json", "-o", report.to_str().unwrap(), "-f", "sarif", "-o", page.to_str().unwrap(), "-f", "human"];
    place.settle(&arguments);
    let read = || [&report, &page].map(|file| fs::read_to_string(file).unwrap());
    let written = read();
    fs::write(&report, "overwritten").unwrap();
    fs::remove_file(&page).unwrap();
    assert!(place.kept(&arguments).notes.starts_with(MARK));
    assert_eq!(read(), written);
    // Where they cannot be, that is the end of the run, told again or not.
    fs::remove_file(&page).unwrap();
    fs::create_dir(&page).unwrap();
    assert_eq!(place.kept(&arguments), place.fresh(&arguments));
}

#[test]
fn what_could_not_be_done_is_told_again_and_mistakes_are_not_kept() {
    let place = Place::new();
    place.write("charts/api/templates/deployment.yaml", "{{ fail \"no\" }}");
    assert_eq!(place.settle(&[]).code, 3);
    fs::remove_dir_all(place.cache()).unwrap();
    place.write("portcullis.yaml", "version: 1\nrulez: {}\n");
    let first = place.kept(&[]);
    assert_eq!((first.code, files(&place.cache(), "run").len()), (2, 0));
}

#[cfg(unix)]
#[test]
fn what_comes_through_a_pipe_is_read_each_time() {
    let place = Place::new();
    let known = fs::read_to_string(place.beside("baseline.json")).unwrap();
    let piped = |cache: &str, text: &str| {
        let mut command = place.command(&["--baseline", "/dev/stdin", "--cache", cache]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap().status.code()
    };
    let cache = place.cache();
    let codes = [&known, "no baseline", &known].map(|text| piped(cache.to_str().unwrap(), text));
    assert_eq!(codes, [Some(0), Some(2), Some(0)]);
    assert_eq!(files(&cache, "run").len(), 0);
}

#[test]
fn damage_counts_for_nothing() {
    let place = Place::new();
    let expected = place.settle(&[]);
    let file = files(&place.cache(), "run").first().unwrap().clone();
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o077, 0);
    let written = fs::read(&file).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() });
    let damage = (any::<Index>(), any::<u8>(), 0..3);
    let broken = runner.run(&damage, |(at, byte, how)| {
        let mut bytes = written.clone();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            _ => bytes.insert(at, byte),
        }
        let is_damaged = bytes != written;
        fs::write(&file, bytes).unwrap();
        let ran = place.kept(&[]);
        prop_assert_eq!(ran.notes.contains(MARK), !is_damaged);
        prop_assert!(!is_damaged || ran == expected);
        Ok(())
    });
    broken.unwrap();
}

/// What is kept of a run is what it printed, which hides the texts of Secrets; where one of them is the name of something, it is printed, too.
#[test]
fn a_run_keeps_of_secrets_what_it_prints() {
    let place = Place::new();
    for (name, is_printed) in [("plain", false), (PASSWORD, true)] {
        place.write("secret.yaml", &format!("{}stringData: {{ password: {PASSWORD} }}\n", config_map("a").replace("ConfigMap", "Secret")));
        let containers = format!("[{{ name: a, env: [{{ name: DB_PASSWORD, value: {PASSWORD} }}] }}]");
        let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: {name} }}\nspec: {{ containers: {containers} }}\n");
        place.write("pod.yaml", &pod);
        let _ = fs::remove_dir_all(place.cache());
        let ran = place.kept(&[]);
        assert_eq!(ran, place.fresh(&[]));
        let kept = files(&place.cache(), "run");
        let [file] = kept.as_slice() else { panic!("{kept:?}") };
        let holds = fs::read_to_string(file).unwrap().contains(PASSWORD);
        assert_eq!((ran.output.contains(PASSWORD), holds), (is_printed, is_printed), "{name}");
    }
}

#[test]
fn runs_at_once_share_them() {
    let place = Place::new();
    let expected = place.fresh(&[]);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| place.kept(&[]))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), expected);
        }
    });
    place.mark();
    assert!(place.kept(&[]).notes.starts_with(MARK));
}

#[test]
fn where_nothing_can_be_kept_runs_are_made() {
    let place = Place::new();
    fs::write(place.cache(), "no folder").unwrap();
    assert_eq!(place.kept(&[]), place.fresh(&[]));
    let below: &Path = &place.cache().join("below");
    assert_eq!(ran(place.command(&["--cache"]).arg(below)), place.fresh(&[]));
}
