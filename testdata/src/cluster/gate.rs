//! Our own webhook as its chart starts it: bundle and certificate are mounted folders, in which links are swapped.

use std::fs;
use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use super::authority::{Authority, Pair};
use super::https::{self, Connection};
use super::process::{Process, free_port};
use crate::tools::Error;

/// How long a webhook may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder as kubelets mount ConfigMaps and Secrets: files are links into `..data`, a link itself, which is swapped for another at once.
#[derive(Debug)]
pub struct Mount {
    folder: PathBuf,
    puts: usize,
}

impl Mount {
    /// Makes an empty one.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
        Ok(Self { folder: folder.to_owned(), puts: 0 })
    }

    /// A file of it.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }

    /// Puts files in the place of those that are there.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn put(&mut self, files: &[(&str, &str)]) -> Result<(), Error> {
        self.puts += 1;
        let name = format!("..{}", self.puts);
        let failed = |source| Error::file(&self.folder, source);
        fs::create_dir_all(self.folder.join(&name)).map_err(failed)?;
        for (file, text) in files {
            fs::write(self.folder.join(&name).join(file), text).map_err(failed)?;
        }
        symlink(&name, self.folder.join("..tmp"))
            .and_then(|()| fs::rename(self.folder.join("..tmp"), self.folder.join("..data")))
            .map_err(failed)?;
        for (file, _) in files {
            if !self.folder.join(file).is_symlink() {
                symlink(Path::new("..data").join(file), self.folder.join(file)).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Puts a certificate in, as cert-manager fills a Secret.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn put_pair(&mut self, pair: &Pair, authority: &Authority) -> Result<(), Error> {
        self.put(&[("tls.crt", &pair.certificate), ("tls.key", &pair.key), ("ca.crt", authority.certificate())])
    }
}

/// A running webhook.
#[derive(Debug)]
pub struct Gate {
    /// Where it listens for reviews.
    pub port: u16,
    /// Its process.
    pub process: Process,
    metrics: u16,
}

impl Gate {
    /// Starts one for an environment, and waits until it is ready. What it prints goes to the folder.
    ///
    /// # Errors
    /// If it is not built, or does not come up.
    pub fn start(program: &Path, folder: &Path, (bundle, tls): (&Mount, &Mount), environment: &str) -> Result<Self, Error> {
        Self::start_at(program, folder, (bundle, tls), environment, free_port()?)
    }

    /// Starts one on a port.
    ///
    /// # Errors
    /// If it is not built, or does not come up.
    pub fn start_at(program: &Path, folder: &Path, mounts: (&Mount, &Mount), environment: &str, port: u16) -> Result<Self, Error> {
        Self::start_with(program, folder, mounts, environment, (port, &[]))
    }

    /// Starts one on a port with more flags.
    ///
    /// # Errors
    /// If it is not built, or does not come up.
    pub fn start_with(
        program: &Path,
        folder: &Path,
        (bundle, tls): (&Mount, &Mount),
        environment: &str,
        (port, more): (u16, &[String]),
    ) -> Result<Self, Error> {
        let metrics = free_port()?;
        let arguments = [
            ("--bundle", bundle.folder.to_string_lossy().into_owned()),
            ("--tls-cert", tls.file("tls.crt")),
            ("--tls-key", tls.file("tls.key")),
            ("--tls-ca", tls.file("ca.crt")),
            ("--listen", format!("127.0.0.1:{port}")),
            ("--metrics-listen", format!("127.0.0.1:{metrics}")),
            ("--environment", environment.to_owned()),
            ("--poll-interval", "0.2".to_owned()),
            ("--drain-delay", "2".to_owned()),
            ("--drain-timeout", "10".to_owned()),
        ];
        let arguments = arguments.into_iter().map(|(flag, value)| format!("{flag}={value}"));
        let arguments: Vec<String> = arguments.chain(more.iter().cloned()).collect();
        let mut process = Process::start(program, &arguments, folder)?;
        process.wait_for("ready", PATIENCE, || plain(metrics, "/readyz").filter(|(status, _)| *status == 200))?;
        Ok(Self { port, process, metrics })
    }

    /// Starts one by flags of which it is only said where it listens, and waits until it is ready.
    ///
    /// # Errors
    /// If it is not built, or does not come up.
    pub fn by_flags(program: &Path, folder: &Path, flags: &[(&str, String)]) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
        let (port, metrics) = (free_port()?, free_port()?);
        let listen = [("--listen", format!("127.0.0.1:{port}")), ("--metrics-listen", format!("127.0.0.1:{metrics}"))];
        let arguments: Vec<String> = listen.iter().chain(flags).map(|(flag, value)| format!("{flag}={value}")).collect();
        let mut process = Process::start(program, &arguments, folder)?;
        process.wait_for("ready", PATIENCE, || plain(metrics, "/readyz").filter(|(status, _)| *status == 200))?;
        Ok(Self { port, process, metrics })
    }

    /// What it says when it is asked whether it is ready.
    #[must_use]
    pub fn readiness(&self) -> Option<(u16, String)> {
        plain(self.metrics, "/readyz")
    }

    /// Its metrics.
    ///
    /// # Errors
    /// If it does not tell them.
    pub fn metrics(&self) -> Result<String, Error> {
        plain(self.metrics, "/metrics").map(|(_, text)| text).ok_or_else(|| Error::Unexpected("the webhook tells no metrics".to_owned()))
    }

    /// The value of one of them, as it is written there: `portcullis_panics_total`; 0 where there is none.
    ///
    /// # Errors
    /// If it does not tell its metrics.
    pub fn metric(&self, name: &str) -> Result<f64, Error> {
        let text = self.metrics()?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.and_then(|value| value.parse().ok()).unwrap_or_default())
    }
}

/// Whether a server of ours says that it is ready.
#[must_use]
pub fn is_ready(client: &Arc<ClientConfig>, port: u16) -> bool {
    let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    Connection::open(client, port).and_then(|mut connection| connection.exchange(request)).is_ok_and(|message| message.status() == 200)
}

/// Asks a port without TLS.
fn plain(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let message = https::read_message(&mut BufReader::new(stream)).ok()?;
    Some((message.status(), String::from_utf8_lossy(&message.body).into_owned()))
}
