//! What a repository may lack, and what may be wrong with it.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, path::Path};

use gix::ObjectId;

use crate::{
    git::{Repository, SUBMODULE, copy},
    report, said,
};

fn applications(root: &Path, arguments: &[&str]) -> (Vec<String>, i32) {
    let (report, code) = report(root, arguments);
    let changes = report["changes"]["applications"].as_array().unwrap().iter();
    let name = |change: &serde_json::Value| change["application"].as_str().unwrap_or("none").to_owned();
    (changes.map(|change| format!("{} {}", name(change), change["change"].as_str().unwrap())).collect(), code)
}

#[test]
fn no_git_at_all() {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/repository"), folder.path());
    let (text, code) = said(folder.path(), &["--base", "main"]);
    assert_eq!(code, 2);
    assert!(text.contains("there is no git repository here, so that there is no revision main"), "{text}");
    assert!(text.contains("hint: start in a repository"), "{text}");
}

#[test]
fn a_base_that_nobody_knows() {
    let repository = Repository::shop();
    let (text, code) = said(repository.root(), &["--base", "no-such-branch"]);
    assert_eq!(code, 2);
    assert!(text.contains("git knows no commit \"no-such-branch\""), "{text}");
    assert!(text.contains("hint: fetch the commit"), "{text}");
}

#[test]
fn a_shallow_clone_says_so() {
    let repository = Repository::shop();
    // What `git clone --depth 1` leaves: a commit whose parent is not there.
    let parent = ObjectId::from_hex(b"0123456789012345678901234567890123456789").unwrap();
    let tip = repository.commit("refs/heads/other", &[parent]);
    fs::write(repository.path(".git/shallow"), format!("{tip}\n")).unwrap();
    for base in ["0123456789012345678901234567890123456789", "other~1", "main~3"] {
        let (text, code) = said(repository.root(), &["--base", base]);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains("this is a shallow clone: `git fetch --unshallow`"), "{base}: {text}");
    }
    // Both are there, and nothing that they go back to.
    let (text, code) = said(repository.root(), &["--base", "other"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("git knows no commit that both other and HEAD go back to"), "{text}");
    assert!(text.contains("this is a shallow clone"), "{text}");
    assert_eq!(said(repository.root(), &["--base", "other", "--direct"]).1, 0);
}

#[test]
fn a_base_that_went_on_shows_only_the_heads_own_changes() {
    let repository = Repository::shop();
    let start = repository.commit("refs/heads/start", &[]);
    repository.edit("values/services/beta.yaml", "beta:2.0.0", "beta:2.1.0");
    let theirs = repository.commit("refs/heads/theirs", &[start]);
    repository.edit("values/services/beta.yaml", "beta:2.1.0", "beta:2.0.0");
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 9");
    repository.commit("refs/heads/ours", &[start]);
    let own = ["alpha-dev changed", "alpha-prod changed"].map(str::to_owned);
    assert_eq!(applications(repository.root(), &["--base", "theirs", "--head", "ours"]).0, own);
    let (both, _) = applications(repository.root(), &["--base", "theirs", "--head", "ours", "--direct"]);
    assert_eq!(both, ["alpha-dev changed", "alpha-prod changed", "beta-dev changed", "beta-prod changed"]);
    // The commit that CI merges both into.
    repository.edit("values/services/beta.yaml", "beta:2.0.0", "beta:2.1.0");
    let ours = ObjectId::from_hex(fs::read(repository.path(".git/refs/heads/ours")).unwrap().trim_ascii()).unwrap();
    repository.commit("refs/heads/merged", &[theirs, ours]);
    assert_eq!(applications(repository.root(), &["--base", "theirs", "--head", "merged"]).0, own);
}

#[test]
fn renamed_and_deleted_charts() {
    let repository = Repository::shop();
    fs::rename(repository.path("charts/roamer"), repository.path("charts/wanderer")).unwrap();
    repository.edit("apps/others.yaml", "path: 'charts/{{ .chart }}'", "path: 'charts/{{ .chart | replace \"roamer\" \"wanderer\" }}'");
    let (changed, code) = applications(repository.root(), &[]);
    assert_eq!(
        (changed, code),
        (["roamer-dev changed", "roamer-prod changed", "none changed"].map(str::to_owned).to_vec(), 0),
        "where they are from, and the ApplicationSet"
    );

    let repository = Repository::shop();
    fs::remove_dir_all(repository.path("charts/roamer")).unwrap();
    let (text, code) = said(repository.root(), &[]);
    assert_eq!(code, 3);
    assert!(text.contains("not rendered: roamer-dev, roamer-prod"), "{text}");
}

#[test]
fn submodules() {
    let library = Repository::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/repository/charts"));
    let commit = library.commit("HEAD", &[]);
    let repository = Repository::shop();
    fs::remove_dir_all(repository.path("charts")).unwrap();
    repository.write(&format!("charts/{SUBMODULE}"), commit.to_string());
    let start = repository.commit("refs/heads/start", &[]);
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 9");
    repository.commit("refs/heads/next", &[start]);
    let both = ["--base", "start", "--head", "next"];
    let (text, code) = said(repository.root(), &["--base", "start", "--head", "next", "--format", "json"]);
    assert_eq!(code, 3, "the charts may be anything: {text}");
    assert!(text.contains("lies in the submodule charts, which is not fetched"), "{text}");
    fs::remove_file(repository.path(&format!("charts/{SUBMODULE}"))).unwrap();

    // On one side only, nobody knows what the applications were.
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/repository/charts"), &repository.path("charts"));
    let (report, _) = report(repository.root(), &["--base", "start", "--direct"]);
    let change = &report["changes"]["applications"][0];
    let reason = change["base_unknown"].as_str().unwrap();
    assert!(reason.contains("lies in the submodule charts, which is not fetched"), "{reason}");

    // Fetched, the commits of both sides are read from its own repository.
    fs::remove_dir_all(repository.path("charts")).unwrap();
    copy(library.root(), &repository.path("charts"));
    assert_eq!(applications(repository.root(), &both).0, ["alpha-dev changed", "alpha-prod changed"]);
}

#[test]
fn files_in_git_lfs() {
    let repository = Repository::shop();
    let text = repository.read("values/services/alpha.yaml").replace("drainSeconds: 8", "drainSeconds: 9");
    let digest = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {}\n", text.len());
    repository.write("values/services/alpha.yaml", pointer);
    let (said_, code) = said(repository.root(), &[]);
    assert_eq!(code, 3);
    assert!(said_.contains("values/services/alpha.yaml lies in Git LFS and is not fetched"), "{said_}");
    assert!(said_.contains("git lfs pull"), "{said_}");
    assert!(said_.contains(" 0 fixed"), "what is not rendered is not mended: {said_}");
    repository.write(&format!(".git/lfs/objects/4d/7a/{digest}"), text);
    assert_eq!(applications(repository.root(), &[]), (vec!["alpha-dev changed".to_owned(), "alpha-prod changed".to_owned()], 0));
}

#[test]
fn names_that_are_no_text() {
    let repository = Repository::shop();
    fs::write(repository.root().join(OsStr::from_bytes(b"values/\xFFoops.yaml")), "a: 1\n").unwrap();
    let (text, code) = said(repository.root(), &[]);
    assert_eq!(code, 3);
    assert!(text.contains("oops.yaml has a name that is not UTF-8, so it is not looked at"), "{text}");
    repository.commit("refs/heads/odd", &[]);
    let (text, code) = said(repository.root(), &["--base", "odd", "--direct"]);
    assert_eq!(code, 0, "it is on both sides: {text}");
}

#[test]
fn a_base_that_does_not_parse() {
    // Its configuration: nothing is known of the base.
    let repository = Repository::shop();
    let whole = repository.read("portcullis.yaml");
    repository.write("portcullis.yaml", "version: [\n");
    repository.commit("refs/heads/broken", &[]);
    repository.write("portcullis.yaml", whole);
    for format in ["human", "json", "markdown", "html"] {
        let (text, code) = said(repository.root(), &["--base", "broken", "--direct", "--format", format]);
        assert!(text.contains("portcullis.yaml:2"), "{format}: {text}");
        assert!(text.contains("nothing is known of the base") || format == "json", "{format}: {text}");
        assert_eq!(code, 3, "the head has a kustomization that is not rendered");
    }
    // One of its values files: nothing is known of the applications that read it.
    let repository = Repository::shop();
    let whole = repository.read("values/services/alpha.yaml");
    repository.write("values/services/alpha.yaml", "name: [\n");
    repository.commit("refs/heads/broken", &[]);
    repository.write("values/services/alpha.yaml", whole);
    let (report, code) = report(repository.root(), &["--base", "broken", "--direct"]);
    let change = &report["changes"]["applications"][0];
    assert!(change["base_unknown"].as_str().unwrap().starts_with("values/services/alpha.yaml:2: failed to parse service"), "{change:#}");
    assert_eq!((change["objects"].as_array().unwrap().len(), code), (0, 1), "its findings are new");
}

#[test]
fn line_ends_of_windows() {
    let repository = Repository::shop();
    for file in
        ["values/base.yaml", "values/services/alpha.yaml", "charts/web/templates/rest.yaml", "apps/services.yaml", "plain/gamma.yaml"]
    {
        repository.edit(file, "\n", "\r\n");
    }
    let (changed, code) = applications(repository.root(), &[]);
    assert_eq!((changed, code), (Vec::new(), 0));
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 0");
    let (report, _) = report(repository.root(), &[]);
    let new = report["findings"].as_array().unwrap().iter().find(|finding| finding["status"] == "new").unwrap();
    assert_eq!(new["location"]["line"], 3);
}

#[test]
fn what_is_staged_has_a_conflict() {
    let repository = Repository::shop();
    repository.stage();
    let mut index = gix::open(repository.root()).unwrap().open_index().unwrap();
    for (at, stage) in
        index.entries_mut().iter_mut().skip(1).take(2).zip([gix::index::entry::Stage::Ours, gix::index::entry::Stage::Theirs])
    {
        at.flags = gix::index::entry::Flags::from_stage(stage);
    }
    index.write(gix::index::write::Options::default()).unwrap();
    let (text, code) = said(repository.root(), &["--staged"]);
    assert_eq!(code, 2);
    assert!(text.contains("has a merge conflict"), "{text}");
}

#[test]
fn a_configuration_below_the_repositorys_root() {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/repository"), &folder.path().join("deploy/shop"));
    fs::write(folder.path().join("README.md"), "a repository of many things\n").unwrap();
    let repository = Repository::of(folder.path());
    repository.commit("HEAD", &[]);
    repository.edit("deploy/shop/values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 9");
    let (changed, code) = applications(&repository.path("deploy/shop"), &[]);
    assert_eq!((changed, code), (vec!["alpha-dev changed".to_owned(), "alpha-prod changed".to_owned()], 0));
}

const KUSTOMIZED: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: kustomized, namespace: argocd}
spec:
  project: default
  destination: {name: prod, namespace: kustomized}
  source: {repoURL: https://git.example.com/shop.git, path: overlay}
";

#[test]
fn what_the_change_reaches_and_nobody_can_render() {
    // It was not rendered before either, but the change has to do with it.
    let repository = Repository::shop();
    repository.write("apps/kustomized.yaml", KUSTOMIZED);
    repository.write("overlay/kustomization.yaml", "resources: [pod.yaml, \"https://git.example.com/bases//web?ref=v1\"]\n");
    repository.write("overlay/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
    let start = repository.commit("refs/heads/start", &[]).to_string();
    let both = ["--base", &start, "--direct"];
    assert_eq!(said(repository.root(), &both).1, 0, "nothing changes");
    repository.edit("overlay/kustomization.yaml", "resources:", "namePrefix: b-\nresources:");
    let (text, code) = said(repository.root(), &both);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("not rendered: kustomized"), "{text}");

    let repository = Repository::shop();
    repository.write("charts/web/templates/fails.yaml", "{{ fail \"no\" }}\n");
    let start = repository.commit("refs/heads/start", &[]).to_string();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 0");
    let (text, code) = said(repository.root(), &["--base", &start, "--direct"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("not rendered: alpha-dev, alpha-prod"), "{text}");
}

#[test]
fn an_application_set_that_is_broken_on_both_sides() {
    let repository = Repository::shop();
    repository.edit("apps/services.yaml", "name: '{{ .service }}-", "name: '{{ .nothing }}-");
    let start = repository.commit("refs/heads/start", &[]).to_string();
    repository.edit("values/services/alpha.yaml", "drainSeconds: 8", "drainSeconds: 0");
    let (text, code) = said(repository.root(), &["--base", &start, "--direct"]);
    assert_eq!(code, 3, "nobody knows what the change does to its Applications: {text}");
}

#[test]
fn files_in_git_lfs_that_nobody_fetched() {
    let pointer = |letter: &str| format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 9\n", letter.repeat(64));
    let repository = Repository::shop();
    repository.write("charts/web/files/greeting.txt", pointer("a"));
    let start = repository.commit("refs/heads/start", &[]).to_string();
    repository.write("charts/web/files/greeting.txt", pointer("b"));
    let (text, code) = said(repository.root(), &["--base", &start, "--direct"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("lies in Git LFS and is not fetched"), "{text}");
}
