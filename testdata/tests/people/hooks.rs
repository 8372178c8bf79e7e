//! Commits by hand, with the hooks of this repository run by the real pre-commit.

use std::{fs, time::Instant};

use portcullis_testdata::tools::{Run, Tools, repository};

use crate::place::{BAD, GOOD, Place, copy, own};

/// A chart that needs a file of values, and the Application that names it.
const CHART: [(&str, &str); 4] = [
    ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    (
        "chart/templates/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: chart\ndata:\n  a: {{ required \"a is needed\" .Values.a }}\n",
    ),
    ("values.yaml", "a: b\n"),
    (
        "application.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  project: shop\n  \
         destination: {name: prod, namespace: shop}\n  source:\n    repoURL: https://git.example.com/shop.git\n    path: chart\n    helm: {valueFiles: [/values.yaml]}\n",
    ),
];

/// A repository of hooks as pre-commit would clone it: what this repository has of them, and nothing to build.
fn hooks(place: &Place) -> String {
    fs::create_dir_all(place.path("hooks/.ci")).expect("a folder is made");
    fs::copy(own(".pre-commit-hooks.yaml"), place.path("hooks/.pre-commit-hooks.yaml")).expect("the hooks are copied");
    fs::copy(own(".ci/from-source"), place.path("hooks/.ci/from-source")).expect("the script is copied");
    let folder = place.path("hooks").to_string_lossy().into_owned();
    let git = |arguments: &[&str]| place.git(&[&["-C", &folder], arguments].concat());
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "hooks"]);
    let commit = git(&["rev-parse", "HEAD"]);
    format!("repos:\n  - repo: {folder}\n    rev: {commit}\n    hooks:\n      - id: ")
}

/// A place in which one of the hooks is installed.
fn installed(hook: &str) -> Place {
    let place = Place::new();
    let config = hooks(&place) + hook + "\n";
    place.write(".pre-commit-config.yaml", &config);
    let run = place.run("pre-commit", &["install", "--hook-type", "pre-commit", "--hook-type", "pre-merge-commit"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    place
}

fn commit(place: &Place, arguments: &[&str]) -> Run {
    place.run("git", &[&["commit", "--message", "a change"], arguments].concat())
}

#[track_caller]
fn is_let_in(run: &Run) {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
}

#[track_caller]
fn is_refused(run: &Run, words: &str) {
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(format!("{}{}", run.out, run.err).contains(words), "{words}: {}{}", run.out, run.err);
}

#[test]
fn manifest_is_what_pre_commit_takes() {
    let run = Place::new().run("pre-commit", &["validate-manifest", &own(".pre-commit-hooks.yaml").to_string_lossy()]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
}

#[test]
fn the_first_commit_is_judged_whole() {
    let place = installed("portcullis-system");
    place.write("pod.yaml", BAD);
    place.git(&["add", "--all"]);
    is_refused(&commit(&place, &[]), "host-network");
    place.write("pod.yaml", GOOD);
    place.git(&["add", "--all"]);
    is_let_in(&commit(&place, &[]));
}

#[test]
fn only_what_is_staged_counts() {
    let place = installed("portcullis-system");
    place.write("settings.yaml", GOOD);
    place.commit("start");
    // Good is staged, bad is not, neither in a known file nor in a new one.
    place.write("settings.yaml", &GOOD.replace("hello", "welcome"));
    place.git(&["add", "settings.yaml"]);
    place.write("settings.yaml", BAD);
    place.write("pod.yaml", BAD);
    is_let_in(&commit(&place, &[]));
    assert_eq!(fs::read_to_string(place.path("work/settings.yaml")).expect("the file is there"), BAD, "what is not staged stays");
    // Bad is staged, good is not.
    place.git(&["add", "--all"]);
    place.write("settings.yaml", GOOD);
    place.write("pod.yaml", GOOD);
    is_refused(&commit(&place, &[]), "host-network");
    // What was there before is nobody's fault.
    place.git(&["commit", "--quiet", "--no-verify", "--message", "past"]);
    place.write("other.yaml", GOOD);
    place.git(&["add", "other.yaml"]);
    is_let_in(&commit(&place, &[]));
}

#[test]
fn commits_of_files_and_of_everything_are_judged_by_what_they_take() {
    let place = installed("portcullis-system");
    place.write("one.yaml", GOOD);
    place.write("two.yaml", GOOD);
    place.commit("start");
    place.write("one.yaml", &GOOD.replace("hello", "welcome"));
    place.write("two.yaml", BAD);
    place.git(&["add", "two.yaml"]);
    is_refused(&commit(&place, &["--all"]), "host-network");
    is_refused(&commit(&place, &["two.yaml"]), "host-network");
    is_let_in(&commit(&place, &["one.yaml"]));
}

#[test]
fn a_deleted_file_is_a_change() {
    let place = installed("portcullis-system");
    for (path, text) in CHART {
        place.write(path, text);
    }
    place.commit("start");
    place.git(&["rm", "--quiet", "values.yaml"]);
    is_refused(&commit(&place, &[]), "values.yaml");
    place.git(&["rm", "--quiet", "-r", "chart", "application.yaml"]);
    is_let_in(&commit(&place, &[]));
}

#[test]
fn merges_are_judged() {
    let place = installed("portcullis-system");
    place.write("settings.yaml", GOOD);
    place.commit("start");
    place.git(&["checkout", "--quiet", "-b", "good"]);
    place.write("more.yaml", GOOD);
    place.write("settings.yaml", &GOOD.replace("hello", "hi"));
    place.commit("good");
    place.git(&["checkout", "--quiet", "-b", "bad"]);
    place.write("pod.yaml", BAD);
    place.commit("bad");
    place.git(&["checkout", "--quiet", "main"]);
    place.write("apart.yaml", GOOD);
    place.commit("apart");
    let merge = |branch: &str| place.run("git", &["merge", "--no-ff", "--no-edit", branch]);
    is_refused(&merge("bad"), "host-network");
    place.git(&["merge", "--abort"]);
    is_let_in(&merge("good"));
    // A conflict that is resolved: what is committed is what counts.
    place.git(&["checkout", "--quiet", "-b", "conflict", "main~1"]);
    place.write("settings.yaml", &GOOD.replace("hello", "hey"));
    place.commit("conflict");
    assert_eq!(merge("main").code, Some(1));
    let unresolved = place.run("portcullis", &["diff", "--staged"]);
    assert_eq!(unresolved.code, Some(2));
    assert!(unresolved.err.contains("settings.yaml has a merge conflict"), "{}", unresolved.err);
    place.write("settings.yaml", BAD);
    place.git(&["add", "settings.yaml"]);
    is_refused(&commit(&place, &[]), "host-network");
    place.write("settings.yaml", GOOD);
    place.git(&["add", "settings.yaml"]);
    is_let_in(&commit(&place, &[]));
}

#[test]
fn hooks_work_in_another_work_tree() {
    let place = installed("portcullis-system");
    place.write("settings.yaml", GOOD);
    place.commit("start");
    place.git(&["worktree", "add", "--quiet", "../other"]);
    place.put("other/pod.yaml", BAD);
    let other = place.path("other").to_string_lossy().into_owned();
    place.git(&["-C", &other, "add", "--all"]);
    is_refused(&place.run("git", &["-C", &other, "commit", "--message", "a change"]), "host-network");
}

#[test]
fn the_hook_from_source_builds_once() {
    let place = installed("portcullis");
    place.program(
        "cargo",
        "#!/bin/sh\nset -eu\n[ \"$1 $2 $3\" = 'build --release --locked' ]\necho built >>\"$HOME/builds\"\n\
         mkdir -p target/release\ncp \"$(command -v portcullis)\" target/release/portcullis\n",
    );
    place.write("pod.yaml", BAD);
    place.git(&["add", "--all"]);
    is_refused(&commit(&place, &[]), "host-network");
    place.write("pod.yaml", GOOD);
    place.git(&["add", "--all"]);
    is_let_in(&commit(&place, &[]));
    assert_eq!(fs::read_to_string(place.path("home/builds")).expect("it was built"), "built\n");
}

#[test]
fn lint_looks_at_the_repository_whatever_is_staged() {
    let place = installed("portcullis-lint-system");
    place.write("pod.yaml", BAD);
    place.commit("past");
    place.write("readme.txt", "words\n");
    place.git(&["add", "--all"]);
    is_refused(&commit(&place, &[]), "host-network");
    is_refused(&place.run("pre-commit", &["run", "--all-files"]), "host-network");
}

#[test]
fn a_commit_to_this_repository_is_judged_in_time() {
    let place = installed("portcullis-system");
    copy(&repository().join("platform-manifests"), &place.path("work/platform-manifests"));
    fs::copy(own(".portcullis.yaml"), place.path("work/.portcullis.yaml")).expect("the configuration is copied");
    place.commit("start");
    let base = fs::read_to_string(place.path("work/platform-manifests/values/base.yaml")).expect("the base layer is there");
    place.write("platform-manifests/values/base.yaml", &format!("# A comment moves every line.\n{base}"));
    place.git(&["add", "--all"]);
    let start = Instant::now();
    is_let_in(&commit(&place, &[]));
    println!("a comment in the base layer: {:.2} s, with pre-commit itself", start.elapsed().as_secs_f64());
    let lines: Vec<&str> = base.lines().map(|line| if line.starts_with("drainSeconds:") { "drainSeconds: 0" } else { line }).collect();
    place.write("platform-manifests/values/base.yaml", &(lines.join("\n") + "\n"));
    place.git(&["add", "--all"]);
    let start = Instant::now();
    is_refused(&commit(&place, &[]), "missing-pre-stop");
    println!("no drain in any service: {:.2} s, with pre-commit itself", start.elapsed().as_secs_f64());
    assert!(Tools::locate().path("python/bin/pre-commit").is_file(), "it was the pinned one");
}
