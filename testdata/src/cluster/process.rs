//! Starts programs that end with this one, however it ends.

use std::fs::{File, read_to_string};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::tools::Error;

/// From util-linux: has the kernel kill a program when the thread that started it is gone.
const SETPRIV: &str = "/usr/bin/setpriv";

/// How often something that is waited for is looked at.
const GLANCE: Duration = Duration::from_millis(25);

type Order = (Command, Sender<io::Result<Child>>);

/// A program that runs in the background until it is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program; everything that it prints goes to the end of `NAME.log` in the folder.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(program: &Path, arguments: &[String], folder: &Path) -> Result<Self, Error> {
        let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let log = folder.join(format!("{name}.log"));
        let failed = |source| Error::Tool { path: program.to_owned(), source };
        let output = File::options().create(true).append(true).open(&log).map_err(|source| Error::file(&log, source))?;
        if !program.is_file() {
            return Err(failed(io::ErrorKind::NotFound.into()));
        }
        let mut command = if Path::new(SETPRIV).is_file() {
            let mut command = Command::new(SETPRIV);
            command.args(["--pdeathsig", "KILL", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir(folder).env("HOME", folder);
        command.stdin(Stdio::null()).stdout(output.try_clone().map_err(failed)?).stderr(output);
        let child = spawn(command).map_err(failed)?;
        Ok(Self { name, child, log })
    }

    /// The id of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed.
    #[must_use]
    pub fn printed(&self) -> String {
        read_to_string(&self.log).unwrap_or_default()
    }

    /// Tells it to end (SIGTERM), as a kubelet does, without waiting.
    ///
    /// # Errors
    /// If the signal cannot be sent.
    pub fn terminate(&self) -> Result<(), Error> {
        let path = PathBuf::from("/bin/kill");
        let status = Command::new(&path).args(["-TERM", &self.id().to_string()]).status();
        let status = status.map_err(|source| Error::Tool { path, source })?;
        if status.success() { Ok(()) } else { Err(Error::Unexpected(format!("{}: no signal can be sent: {status}", self.name))) }
    }

    /// Kills it, as an outage would.
    pub fn kill(&mut self) {
        // A program that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until it has ended by itself, and gives its exit code.
    ///
    /// # Errors
    /// If it has not when the time is over, or was killed.
    pub fn ended(&mut self, patience: Duration) -> Result<i32, Error> {
        eventually(patience, || {
            let ended = self.child.try_wait().map_err(|source| Error::Tool { path: self.log.clone(), source })?;
            ended
                .and_then(|status| status.code())
                .ok_or_else(|| Error::Unexpected(format!("{}: not ended by itself: {ended:?}", self.name)))
        })
    }

    /// Waits until something is there.
    ///
    /// # Errors
    /// If the program ends meanwhile, or the time is over; both with the end of what it printed.
    pub fn wait_for<T>(&mut self, what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> Result<T, Error> {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return Ok(found);
            }
            let ended = self.child.try_wait().map_err(|source| Error::Tool { path: self.log.clone(), source })?;
            if ended.is_some() || start.elapsed() > patience {
                let fact = ended.map_or_else(|| format!("not {what} after {patience:?}"), |status| format!("not {what}: {status}"));
                return Err(Error::Unexpected(format!("{}: {fact}\n{}", self.name, last_lines(&self.printed()))));
            }
            thread::sleep(GLANCE);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until something is there, and gives the last reason why it was not if the time is over.
///
/// # Errors
/// With that reason.
pub fn eventually<T>(patience: Duration, mut look: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        match look() {
            Err(_) if start.elapsed() <= patience => thread::sleep(GLANCE),
            outcome => return outcome,
        }
    }
}

/// A port of the loopback address that nobody listens on.
///
/// # Errors
/// If there is none.
pub fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| Error::Unexpected(format!("no free port: {error}")))
}

/// Starts a command from a thread that lives as long as this program: the kernel's watch is over the thread, and those of tests are short-lived.
fn spawn(command: Command) -> io::Result<Child> {
    static KEEPER: OnceLock<Sender<Order>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (orders, inbox) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                // Whoever asked may be gone; the child's handle is lost then, but not the child's end.
                let _ = answer.send(command.spawn());
            }
        });
        orders
    });
    let (answer, outcome) = channel();
    keeper.send((command, answer)).map_err(io::Error::other)?;
    outcome.recv().map_err(io::Error::other)?
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n")
}
