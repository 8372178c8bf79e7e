//! The files that a repository starts with, and what is said where it has them already.

use super::config::SCHEMA_FILE;
use crate::args::Ci;

/// A file to write.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Where, from the root of the repository.
    pub(crate) path: String,
    /// What.
    pub(crate) text: String,
    /// Whether the file is portcullis' own or holds what others wrote too.
    pub(crate) owner: Owner,
}

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// It holds nothing else.
    Portcullis,
    /// Others write into it, so that it is never replaced; where these words stand in it, nothing is missing.
    Others {
        /// The words.
        has: &'static str,
    },
}

/// The workflow, which is the example in the documentation.
const GITHUB: &str = include_str!("../../examples/ci/github.yaml");

/// What in it stands for the action.
const GITHUB_ACTION: &str = "OWNER/portcullis@COMMIT";

/// The jobs of GitLab, which are the example in the documentation.
const GITLAB: &str = include_str!("../../examples/ci/gitlab.yaml");

/// What in it stands for the image.
const GITLAB_IMAGE: &str = "registry.example.com/portcullis:ci";

/// Where they lie.
const GITLAB_FILE: &str = ".gitlab/portcullis.yaml";

/// Hooks that take the program on the PATH, since that is there where somebody ran `portcullis init`.
const PRE_COMMIT: &str = "\
# https://pre-commit.com: `pre-commit install` runs this before each commit.
repos:
  - repo: local
    hooks:
      # What the staged change brings that the rules deny, over all applications that it reaches.
      - id: portcullis
        name: portcullis
        entry: portcullis diff --staged
        language: system
        always_run: true
        pass_filenames: false
        require_serial: true
";

/// The files for a repository whose configuration lies at `config`.
pub(crate) fn files(config: (&str, String), ci: Ci, source: Option<&str>) -> Vec<Planned> {
    let own = |path: &str, text: String| Planned { path: path.to_owned(), text, owner: Owner::Portcullis };
    let shared = |path: &str, text: String, has| Planned { path: path.to_owned(), text, owner: Owner::Others { has } };
    let mut files = vec![
        own(config.0, config.1),
        own(SCHEMA_FILE, portcullis_policies::config::SCHEMA.to_owned()),
        shared(".pre-commit-config.yaml", PRE_COMMIT.to_owned(), "id: portcullis"),
    ];
    match ci {
        Ci::Github => files.push(own(".github/workflows/portcullis.yaml", with(GITHUB, GITHUB_ACTION, source))),
        Ci::Gitlab => {
            files.push(own(GITLAB_FILE, with(GITLAB, GITLAB_IMAGE, source)));
            files.push(shared(".gitlab-ci.yml", format!("include:\n  - local: {GITLAB_FILE}\n"), GITLAB_FILE));
        }
        Ci::None => {}
    }
    files
}

/// The text below the comment that says where it goes, with a name filled in.
fn with(text: &str, name: &str, source: Option<&str>) -> String {
    let body = text.lines().skip_while(|line| line.starts_with('#')).skip_while(|line| line.is_empty());
    let body: String = body.flat_map(|line| [line, "\n"]).collect();
    let text = format!("# What changes do to the platform. `portcullis init` wrote this once; it is yours.\n{body}");
    match source {
        Some(source) => text.replace(name, source),
        None => text,
    }
}

/// What is still to be filled in.
pub(crate) fn placeholder(ci: Ci, source: Option<&str>) -> Option<(&'static str, &'static str)> {
    match (ci, source) {
        (Ci::Github, None) => Some((".github/workflows/portcullis.yaml", GITHUB_ACTION)),
        (Ci::Gitlab, None) => Some((GITLAB_FILE, GITLAB_IMAGE)),
        (_, Some(_)) | (Ci::None, None) => None,
    }
}

/// Whose CI to write files for: as asked, else as the repository has it already, else as the place that it comes from suggests.
pub(crate) fn ci_of(asked: Option<Ci>, has: impl Fn(&str) -> bool, remote: Option<&str>) -> Ci {
    match asked {
        Some(ci) => ci,
        None if has(".github") => Ci::Github,
        None if has(".gitlab-ci.yml") || has(".gitlab") => Ci::Gitlab,
        None => match remote {
            Some(remote) if remote.contains("github") => Ci::Github,
            Some(remote) if remote.contains("gitlab") => Ci::Gitlab,
            Some(_) | None => Ci::None,
        },
    }
}
