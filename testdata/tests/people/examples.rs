//! The examples and scripts: what their own linters say, and what they do.

use std::fs;

use portcullis_source::{Node, Text, yaml};
use portcullis_testdata::{platform::invalid, tools::Tools};

use crate::place::{BAD, GOOD, Place, own, text};

const SCRIPTS: [&str; 6] =
    [".ci/run", ".ci/from-source", ".ci/action/install", ".ci/action/check", ".ci/action/comment", "cli/examples/ci/check.sh"];

fn paths(files: &[&str]) -> Vec<String> {
    files.iter().map(|file| own(file).to_string_lossy().into_owned()).collect()
}

#[test]
fn linters_are_content() {
    let place = Place::new();
    let scripts = paths(&SCRIPTS);
    let containers = paths(&["cli/Containerfile", "webhook/Containerfile"]);
    let actionlint = Tools::locate().path("actionlint").to_string_lossy().into_owned();
    place.write(".github/workflows/portcullis.yaml", &text("cli/examples/ci/github.yaml"));
    for (program, arguments) in [("shellcheck", scripts), ("hadolint", containers), (&actionlint, vec!["-shellcheck=".to_owned()])] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = place.run(program, &arguments);
        assert_eq!(run.code, Some(0), "{program}: {}{}", run.out, run.err);
    }
}

/// A repository with a branch that breaks something; gives the commit that it comes from.
fn branch(place: &Place) -> String {
    place.write("settings.yaml", GOOD);
    place.write("past.yaml", &BAD.replace("agent", "past"));
    let base = place.commit("start");
    place.git(&["checkout", "--quiet", "-b", "change"]);
    place.write("settings.yaml", &GOOD.replace("hello", "welcome"));
    place.commit("change");
    base
}

#[test]
fn the_shell_script_compares_or_lints() {
    let place = Place::new();
    branch(&place);
    let script = own("cli/examples/ci/check.sh").to_string_lossy().into_owned();
    let run = |target: &str| place.run_with("sh", &[&script, target], &[("REPORTS", "out")]).code;
    assert_eq!(run("main"), Some(0), "what was there before is nobody's fault");
    for report in ["portcullis.html", "portcullis.json", "portcullis.junit.xml"] {
        assert!(fs::metadata(place.path("work/out").join(report)).is_ok_and(|file| file.len() > 0), "{report}");
    }
    assert_eq!(run("change"), Some(1), "the branch itself is linted whole");
    place.write("pod.yaml", BAD);
    place.commit("bad");
    assert_eq!(run("main"), Some(1));
}

#[test]
fn the_job_of_gitlab_compares_or_lints() {
    let place = Place::new();
    let base = branch(&place);
    let stream = yaml::parse(&Text::nowhere(text("cli/examples/ci/gitlab.yaml").into_bytes()));
    let job = stream.documents.first().and_then(|document| document.root.get("portcullis")).expect("there is a job");
    let script: String = job.get("script").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect();
    let run = |environment: &[(&str, &str)]| place.run_with("sh", &["-euc", &script], environment).code;
    assert_eq!(run(&[]), Some(1));
    assert_eq!(run(&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)]), Some(0));
    for name in ["codequality", "junit"] {
        let file = job.at(&["artifacts", "reports", name]).and_then(Node::as_str).expect("it is a report");
        assert!(place.path("work").join(file).is_file(), "{file}");
    }
}

#[test]
fn the_hook_of_argo_cd_is_valid_and_refuses_a_revision() {
    let place = Place::new();
    let file = own("cli/examples/ci/argocd-presync.yaml");
    assert_eq!(invalid(&Tools::locate(), std::slice::from_ref(&file)).expect("kubeconform runs"), None);
    place.write("hook.yaml", &text("cli/examples/ci/argocd-presync.yaml"));
    let lint = place.run("portcullis", &["lint"]);
    assert_eq!(lint.code, Some(0), "{}", lint.out);

    // What the two containers do, one after the other, here.
    let stream = yaml::parse(&Text::nowhere(text("cli/examples/ci/argocd-presync.yaml").into_bytes()));
    let pod = stream.documents.iter().find_map(|document| document.root.at(&["spec", "template", "spec"])).expect("there is a Job");
    let words = |list: &str, key: &str| -> Vec<String> {
        let container = pod.get(list).and_then(|list| list.items().first()).expect("there is a container");
        container.get(key).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).map(str::to_owned).collect()
    };
    place.write("pod.yaml", BAD);
    let bad = place.commit("bad");
    place.write("pod.yaml", GOOD);
    let good = place.commit("good");
    for (revision, code) in [(&bad, 1), (&good, 0)] {
        let folder = place.path(&format!("repository-{code}"));
        fs::create_dir_all(&folder).expect("the folder is made");
        let repository = format!("file://{}", place.path("work").display());
        let (command, script) = (words("initContainers", "command"), words("initContainers", "args"));
        let clone = format!("cd {} && exec \"$@\"", folder.display());
        let arguments: Vec<&str> = ["-c", &clone, "sh"].into_iter().chain(command.iter().chain(&script).map(String::as_str)).collect();
        let run = place.run_with("sh", &arguments, &[("REPOSITORY", &repository), ("REVISION", revision)]);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        let folder = folder.to_string_lossy().into_owned();
        let arguments: Vec<String> = words("containers", "args").iter().map(|word| word.replace("/repository", &folder)).collect();
        // No application here is of an environment.
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !matches!(*word, "--environment" | "prod")).collect();
        let run = place.run("portcullis", &arguments);
        assert_eq!(run.code, Some(code), "{}{}", run.out, run.err);
    }
}
