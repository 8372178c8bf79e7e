//! Parts of a run that are merged are the run, byte for byte.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "copies repositories and starts the command")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The day that waivers are judged by.
const TODAY: &str = "2026-01-01";

/// The formats that show lines, chains, waivers and places.
const FORMATS: [&str; 4] = ["human", "json", "sarif", "markdown"];

struct Ran {
    code: i32,
    output: String,
    notes: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), output: text(output.stdout), notes: text(output.stderr) }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// The reports of all parts, below a folder of their own.
fn parts(folder: &Path, into: &Path, count: u32) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for index in 1..=count {
        let file = into.join(format!("{index}-of-{count}.json")).display().to_string();
        let part = format!("{index}/{count}");
        run(folder, &["lint", "--today", TODAY, "--partition", &part, "--format", "json", "--output", &file]);
        files.push(file);
    }
    // In no order.
    files.reverse();
    files
}

/// Holds a run against its parts.
fn check(folder: &Path, counts: &[u32]) {
    let reports = tempfile::tempdir().unwrap();
    for &count in counts {
        let files = parts(folder, reports.path(), count);
        for format in FORMATS {
            let whole = run(folder, &["lint", "--today", TODAY, "--format", format]);
            let mut arguments = vec!["merge", "--format", format];
            arguments.extend(files.iter().map(String::as_str));
            let merged = run(folder, &arguments);
            assert_eq!(merged.output, whole.output, "{} in {count} parts as {format}", folder.display());
            assert_eq!((merged.code, merged.notes), (whole.code, whole.notes), "{} in {count} parts as {format}", folder.display());
        }
    }
}

/// Numbers without a pattern, the same in every run.
fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % below
    }
}

#[test]
fn parts_of_the_broken_platform_are_the_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(repository().join(".portcullis.yaml"), folder.path().join(".portcullis.yaml")).unwrap();
    copy(&repository().join("platform-manifests"), &folder.path().join("platform-manifests"));
    let values = folder.path().join("platform-manifests/values");
    let base = fs::read_to_string(values.join("base.yaml")).unwrap();
    fs::write(values.join("base.yaml"), base.replace("maxSkew: 1", "maxSkew: 2")).unwrap();
    fs::write(values.join("services/case-portal.yaml"), "oops: [").unwrap();
    check(folder.path(), &[1, 3, 16]);
}

#[test]
fn parts_of_small_repositories_are_the_run() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    for case in
        ["findings", "layers", "waived", "template-error", "broken-values", "broken-manifest", "set-not-expanded", "missing-dependency"]
    {
        let from = cases.join(format!("{case}.in"));
        if from.is_dir() {
            let folder = tempfile::tempdir().unwrap();
            copy(&from, folder.path());
            check(folder.path(), &[3]);
        }
    }
}

#[test]
fn parts_of_random_repositories_are_the_run() {
    for seed in 0..6 {
        let mut next = random(seed);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/layers.in"), root);
        for number in 0..(3 + next(6)) {
            let dev = fs::read_to_string(root.join("dev.yaml")).unwrap();
            let text =
                dev.replace("shop-dev", &format!("shop{number}-dev")).replace("namespace: shop", &format!("namespace: n{}", next(3)));
            fs::write(root.join(format!("app-{number}.yaml")), text).unwrap();
            let values =
                ["replicas: 1\n", "port: [\n", "# portcullis: allow unpinned-image: random\nreplicas: 3\n", "probe: {path: /x}\n"][next(4)];
            fs::write(root.join(format!("values/shop{number}-dev.yaml")), values).unwrap();
        }
        fs::write(root.join("loose.yaml"), "apiVersion: v1\nkind: Service\nmetadata:\n  name: loose\nspec:\n  selector:\n    app: none\n")
            .unwrap();
        check(root, &[1 + next(5) as u32]);
    }
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/layers.in"), folder.path());
    let reports = tempfile::tempdir().unwrap();
    let files = parts(folder.path(), reports.path(), 2);
    let others = parts(folder.path(), reports.path(), 3);
    let refused = |files: &[&String], reason: &str| {
        let arguments: Vec<&str> = std::iter::once("merge").chain(files.iter().map(|file| file.as_str())).collect();
        let ran = run(folder.path(), &arguments);
        assert_eq!(ran.code, 2, "{reason}: {}", ran.output);
        assert!(ran.notes.contains(reason), "{reason}: {}", ran.notes);
    };
    refused(&[&files[0]], "the report of part 1/2 is missing");
    refused(&[&files[0], &files[1], &files[1]], "are both part 1/2");
    refused(&[&files[0], &others[0]], "have different numbers of parts, 2 and 3");
    let whole = reports.path().join("whole.json").display().to_string();
    run(folder.path(), &["lint", "--format", "json", "--output", &whole]);
    refused(&[&whole], "is no report of a partition");
    let text = fs::read_to_string(&files[0]).unwrap();
    let changed = reports.path().join("changed.json").display().to_string();
    fs::write(&changed, text.replace("\"version\": \"", "\"version\": \"9")).unwrap();
    refused(&[&files[1], &changed], "was made by portcullis 9");
    fs::write(&changed, text.replace("sha256:", "sha256:0")).unwrap();
    refused(&[&files[1], &changed], "bundle digests differ");
    fs::write(&changed, text.replace(TODAY, "2026-01-02")).unwrap();
    refused(&[&files[1], &changed], "give each part the same --today");
    let values = folder.path().join("values/base.yaml");
    fs::write(&values, fs::read_to_string(&values).unwrap() + "\n# more\n").unwrap();
    refused(&[&files[0], &files[1]], "values/base.yaml is not what");
}
