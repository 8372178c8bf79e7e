//! Asks helm in one long-lived process: `helm-oracle` and `helm4-oracle` are helm's own command with repeatable functions.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portcullis_helm::Compat;
use serde_json::{Value, json};

use crate::tools::{Error, Tools};

/// What a render came to: the output, or what follows `Error: `.
pub type Answer = Result<Vec<u8>, String>;

/// How long helm may think about a render: some templates never end.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long it may take over a measurement.
const MEASURING: Duration = Duration::from_secs(600);

/// How much memory helm may reserve, in KiB: the same templates.
const MEMORY: &str = "8000000";

/// A running helm.
#[derive(Debug)]
pub struct Oracle {
    compat: Compat,
    path: PathBuf,
    child: Child,
    input: ChildStdin,
    answers: Receiver<io::Result<(Value, Vec<u8>)>>,
}

/// How long helm took, in nanoseconds over all repetitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Loading the chart and making its values.
    pub load: u64,
    /// Parsing and executing its templates.
    pub engine: u64,
}

impl Oracle {
    /// Starts the helm that a profile stands for.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(tools: &Tools, compat: Compat) -> Result<Self, Error> {
        let path = tools.path(match compat {
            Compat::Helm3 => "helm-oracle",
            Compat::Helm4 => "helm4-oracle",
        });
        let failed = |source| Error::Tool { path: path.clone(), source };
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v \"$1\"; exec \"$0\" serve"]).arg(&path).arg(MEMORY);
        command.env_remove("HELM_NAMESPACE").env_remove("HELM_DEBUG").env("KUBECONFIG", "/nonexistent/kubeconfig");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(failed)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| failed(io::Error::other("no pipes")))?;
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            loop {
                let answer = read_answer(&mut output);
                let last = answer.is_err();
                if sender.send(answer).is_err() || last {
                    break;
                }
            }
        });
        let mut oracle = Self { compat, path, child, input, answers };
        // A machine that has other work takes its time over it.
        oracle.ask(&json!({"arguments": ["version"]}), MEASURING)?;
        Ok(oracle)
    }

    /// Which helm it is.
    #[must_use]
    pub fn compat(&self) -> Compat {
        self.compat
    }

    /// Runs one command line of helm in a folder.
    ///
    /// # Errors
    /// If helm dies over it.
    pub fn run(&mut self, folder: &Path, arguments: &[String]) -> Result<Answer, Error> {
        let (header, output) = self.ask(&json!({"directory": folder, "arguments": arguments}), PATIENCE)?;
        let failed = || header.get("error").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(if header.get("ok") == Some(&Value::Bool(true)) { Ok(output) } else { Err(failed()) })
    }

    /// Loads and renders a chart some times over.
    ///
    /// # Errors
    /// If helm dies over it or cannot render the chart.
    pub fn measure(&mut self, chart: &Path, values: &[PathBuf], kube_version: &str, times: usize) -> Result<Measured, Error> {
        let (header, _) = self.ask(&json!({"chart": chart, "values": values, "kubeVersion": kube_version, "times": times}), MEASURING)?;
        let number = |key: &str| header.get(key).and_then(Value::as_u64).unwrap_or_default();
        match header.get("error").and_then(Value::as_str) {
            Some(error) => Err(Error::Unexpected(error.to_owned())),
            None => Ok(Measured { load: number("load"), engine: number("engine") }),
        }
    }

    fn ask(&mut self, request: &Value, patience: Duration) -> Result<(Value, Vec<u8>), Error> {
        self.exchange(request, patience).map_err(|source| Error::Tool { path: self.path.clone(), source })
    }

    fn exchange(&mut self, request: &Value, patience: Duration) -> io::Result<(Value, Vec<u8>)> {
        writeln!(self.input, "{request}")?;
        self.input.flush()?;
        self.answers.recv_timeout(patience).map_err(io::Error::other)?
    }
}

fn read_answer(output: &mut BufReader<ChildStdout>) -> io::Result<(Value, Vec<u8>)> {
    let mut line = String::new();
    if output.read_line(&mut line)? == 0 {
        return Err(io::Error::other("helm ended without an answer"));
    }
    let header: Value = serde_json::from_str(&line).map_err(io::Error::other)?;
    let length = header.get("length").and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let mut printed = vec![0; length.unwrap_or_default()];
    output.read_exact(&mut printed)?;
    Ok((header, printed))
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // Nobody waits for an answer any more; a helm that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
