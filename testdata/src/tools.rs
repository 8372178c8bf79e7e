//! Turns the name of a real tool into a run of it.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stops a recording or a comparison.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A tool is not there or could not be started.
    #[error("{path}: {source} (run testdata/tools/build, or set PORTCULLIS_TOOLS to the folder of the tools)")]
    Tool {
        /// The program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A tool gave an answer that a recording has no place for.
    #[error("{0}")]
    Unexpected(String),
}

impl Error {
    /// An error about a file.
    #[must_use]
    pub fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}

/// The root folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder that holds the recordings of one corpus.
#[must_use]
pub fn corpus(name: &str) -> PathBuf {
    repository().join("testdata").join(name)
}

/// What a program printed, and whether it succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The exit code, or none after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The folder of the built tools.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Takes `PORTCULLIS_TOOLS` from the environment, else `target/tools` in the repository.
    #[must_use]
    pub fn locate() -> Self {
        let folder = env::var_os("PORTCULLIS_TOOLS").map_or_else(|| repository().join("target/tools"), PathBuf::from);
        Self { folder }
    }

    /// The program of this name.
    #[must_use]
    pub fn path(&self, tool: &str) -> PathBuf {
        self.folder.join(tool)
    }

    /// Runs a tool in a folder and waits for it.
    ///
    /// # Errors
    /// If the tool cannot be started or prints something other than UTF-8.
    pub fn run(&self, tool: &str, folder: &Path, arguments: &[&str]) -> Result<Run, Error> {
        run(&self.path(tool), folder, arguments)
    }

    /// The version of a helm, as recordings name it.
    ///
    /// # Errors
    /// If helm cannot be started.
    pub fn helm_version(&self, tool: &str) -> Result<String, Error> {
        let run = self.run(tool, &repository(), &["version", "--template", "{{.Version}}"])?;
        Ok(format!("helm {}", run.out))
    }
}

/// Runs any program in a folder, with nothing of the caller's Helm or Kubernetes settings.
///
/// # Errors
/// If the program cannot be started or prints something other than UTF-8.
pub fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Result<Run, Error> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_remove("HELM_NAMESPACE")
        .env_remove("HELM_DEBUG")
        .env("KUBECONFIG", "/nonexistent/kubeconfig")
        .output()
        .map_err(|source| Error::Tool { path: program.to_owned(), source })?;
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .map_err(|_| Error::Unexpected(format!("{} {arguments:?} prints something other than UTF-8", program.display())))
    };
    Ok(Run { code: output.status.code(), out: text(output.stdout)?, err: text(output.stderr)? })
}
