//! A folder with a git repository, and the programs that run in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use portcullis_testdata::{
    platform::Platform,
    tools::{Run, Tools, repository},
};
use tempfile::TempDir;

/// A Deployment that no rule denies anything of, and the line of it that tests break.
pub(crate) const GOOD: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  greeting: hello
";

/// One that shares the host's network.
pub(crate) const BAD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: agent
  namespace: shop
spec:
  hostNetwork: true
  containers:
    - name: agent
      image: registry.example.com/agent@sha256:0000000000000000000000000000000000000000000000000000000000000000
";

/// A folder that ends with the test.
pub(crate) struct Place {
    root: TempDir,
    /// What programs find in their environment besides.
    pub(crate) environment: BTreeMap<String, String>,
}

impl Place {
    /// A folder with a repository without a commit, and portcullis, pre-commit and nothing else of ours on the PATH.
    pub(crate) fn new() -> Self {
        let place = Self { root: tempfile::tempdir().expect("a folder is made"), environment: BTreeMap::new() };
        fs::create_dir_all(place.path("bin")).expect("a folder is made");
        fs::create_dir_all(place.path("work")).expect("a folder is made");
        std::os::unix::fs::symlink(Platform::own().program(), place.path("bin/portcullis")).expect("the program is linked");
        let place = place.with("HOME", "home").with("PRE_COMMIT_HOME", "home/pre-commit");
        place.git(&["init", "--quiet", "--initial-branch", "main"]);
        place
    }

    /// The same with a folder in the environment.
    fn with(mut self, name: &str, folder: &str) -> Self {
        fs::create_dir_all(self.path(folder)).expect("a folder is made");
        self.environment.insert(name.to_owned(), self.path(folder).to_string_lossy().into_owned());
        self
    }

    /// A path of the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Writes a file of the repository.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.put(&format!("work/{path}"), text);
    }

    /// Writes a file of the folder.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    }

    /// Writes a program onto the PATH.
    pub(crate) fn program(&self, name: &str, text: &str) {
        self.put(&format!("bin/{name}"), text);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(self.path(&format!("bin/{name}")), mode).expect("the program is made to run");
    }

    /// Runs a program in the repository.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Run {
        self.run_with(program, arguments, &[])
    }

    /// Runs a program in the repository, with more in its environment.
    pub(crate) fn run_with(&self, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let tools = Tools::locate().path("python/bin");
        let path = format!("{}:{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display(), tools.display());
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.path("work"))
            .env_clear()
            .envs(&self.environment)
            .env("PATH", path)
            .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com"), ("GIT_COMMITTER_NAME", "a")])
            .envs([("GIT_COMMITTER_EMAIL", "a@example.com"), ("GIT_CONFIG_NOSYSTEM", "1"), ("NO_COLOR", "1"), ("NO_PROXY", "127.0.0.1")])
            .envs(environment.iter().copied())
            .output()
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Runs git, which must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let run = self.run("git", arguments);
        assert_eq!(run.code, Some(0), "git {arguments:?}: {}{}", run.out, run.err);
        run.out.trim().to_owned()
    }

    /// Commits everything without any hook.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// A file of this repository.
pub(crate) fn own(path: &str) -> PathBuf {
    repository().join(path)
}

/// The text of a file of this repository.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(own(path)).expect("the file is there")
}

/// Copies a folder of this repository, with the modes of its files.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is made");
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file is copied");
        }
    }
}
