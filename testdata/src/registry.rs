//! Starts a registry of its own for one test, on a free port of this machine.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::tools::{Error, Tools};

/// How often it is asked whether it listens yet.
const TRIES: usize = 100;

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// A registry that ends with the test.
#[derive(Debug)]
pub struct Registry {
    /// Its address, as `127.0.0.1:PORT`.
    pub host: String,
    process: Child,
}

impl Registry {
    /// Starts it, and waits until it listens; what is pushed goes into a folder.
    ///
    /// # Errors
    /// It cannot be started, or does not listen.
    pub fn start(tools: &Tools, folder: &Path) -> Result<Self, Error> {
        let config = folder.join("registry.yaml");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let host = free.map_err(|source| Error::file(&config, source))?.to_string();
        let storage = folder.join("registry");
        let text = format!("version: 0.1\nstorage: {{filesystem: {{rootdirectory: {storage:?}}}}}\nhttp: {{addr: {host:?}, secret: s}}\n");
        fs::write(&config, text).map_err(|source| Error::file(&config, source))?;
        let program = tools.path("registry");
        let mut command = Command::new(&program);
        let command = command.args(["serve", "registry.yaml"]).current_dir(folder).env("OTEL_TRACES_EXPORTER", "none");
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let registry = Self { host, process: process.map_err(|source| Error::Tool { path: program, source })? };
        for _ in 0..TRIES {
            if TcpStream::connect(&registry.host).is_ok() {
                return Ok(registry);
            }
            std::thread::sleep(PAUSE);
        }
        Err(Error::Unexpected(format!("the registry does not listen at {}", registry.host)))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
