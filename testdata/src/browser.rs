//! A real Chromium without a window, driven by its own protocol, for looking at pages as their readers do.
#![expect(clippy::indexing_slicing, reason = "a value of JSON gives null for what it lacks")]

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::tools::Error;

/// What the program may be called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one page; it ends when it is dropped.
pub struct Browser {
    process: Child,
    profile: PathBuf,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    last: u64,
    /// What the page did of itself since it was opened.
    pub events: Vec<Value>,
}

impl Browser {
    /// Starts the browser that `CHROMIUM` names, else the first that is installed, with its profile in a folder of its own.
    ///
    /// # Errors
    /// If none is installed, or it does not start.
    pub fn start(profile: &Path) -> Result<Self, Error> {
        let _ = fs::remove_dir_all(profile);
        fs::create_dir_all(profile).map_err(|source| Error::file(profile, source))?;
        let named = std::env::var("CHROMIUM").ok();
        let names = named.iter().map(String::as_str).chain(NAMES);
        let process = names.filter_map(|name| launch(name, profile)).next();
        let process =
            process.ok_or_else(|| Error::Unexpected("no Chromium: apt-get install --no-install-recommends chromium".to_owned()))?;
        let socket = connect(profile)?;
        let mut browser = Self { process, profile: profile.to_owned(), socket, session: None, last: 0, events: Vec::new() };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}))?;
        let session = browser.call("Target.attachToTarget", &json!({"targetId": target["targetId"], "flatten": true}))?;
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(browser)
    }

    /// Opens a file, and waits until it is loaded.
    ///
    /// # Errors
    /// If that takes too long.
    pub fn open(&mut self, file: &Path) -> Result<(), Error> {
        self.events.clear();
        self.call("Page.navigate", &json!({"url": format!("file://{}", file.display())}))?;
        let start = Instant::now();
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            if start.elapsed() > PATIENCE {
                return Err(Error::Unexpected(format!("{} is not loaded", file.display())));
            }
            self.evaluate("0")?;
        }
        Ok(())
    }

    /// What an expression gives within the page.
    ///
    /// # Errors
    /// If it throws.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value, Error> {
        let mut result = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true, "awaitPromise": true}))?;
        if result.get("exceptionDetails").is_some() {
            return Err(Error::Unexpected(format!("{expression}: {result}")));
        }
        Ok(result["result"]["value"].take())
    }

    /// Presses a key as a person does.
    ///
    /// # Errors
    /// If the browser is gone.
    pub fn press(&mut self, key: &str) -> Result<(), Error> {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "Tab" => (9, ""),
            other => (other.bytes().next().map_or(0, u32::from), other),
        };
        let event = |kind: &str| json!({"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", &event(if text.is_empty() { "rawKeyDown" } else { "keyDown" }))?;
        self.call("Input.dispatchKeyEvent", &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}))?;
        Ok(())
    }

    /// Clicks the middle of the first element of a selector with the mouse.
    ///
    /// # Errors
    /// If there is none.
    pub fn click(&mut self, selector: &str) -> Result<(), Error> {
        let place = self.evaluate(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); it.scrollIntoView({{block: 'center'}}); \
             const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ))?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// Takes a picture of the window.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn picture(&mut self, file: &Path) -> Result<(), Error> {
        let picture = self.call("Page.captureScreenshot", &json!({"format": "png"}))?;
        let bytes = BASE64_STANDARD.decode(picture["data"].as_str().unwrap_or_default());
        let bytes = bytes.map_err(|error| Error::Unexpected(error.to_string()))?;
        fs::write(file, bytes).map_err(|source| Error::file(file, source))
    }

    /// Asks the browser for something, by its protocol.
    ///
    /// # Errors
    /// If it refuses, or does not answer.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Result<Value, Error> {
        self.last += 1;
        let mut request = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            request["sessionId"] = session.as_str().into();
        }
        self.socket.send(Message::text(request.to_string())).map_err(|error| Error::Unexpected(format!("{method}: {error}")))?;
        loop {
            let message = self.socket.read().map_err(|error| Error::Unexpected(format!("{method}: {error}")))?;
            let Message::Text(text) = message else { continue };
            let mut message: Value = serde_json::from_str(&text).map_err(|error| Error::Unexpected(error.to_string()))?;
            if message["id"] == self.last {
                if let Some(error) = message.get("error") {
                    return Err(Error::Unexpected(format!("{method}: {error}")));
                }
                return Ok(message["result"].take());
            }
            if message.get("method").is_some() {
                self.events.push(message);
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// Starts a program by its name, where it is installed. Without its sandbox, which containers and root do not have.
fn launch(name: &str, profile: &Path) -> Option<Child> {
    Command::new(name)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"])
        .args(["--remote-debugging-port=0", "--window-size=1440,1200"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg("about:blank")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

/// Connects to the port that the browser writes into its profile.
fn connect(profile: &Path) -> Result<WebSocket<TcpStream>, Error> {
    let start = Instant::now();
    loop {
        let told = fs::read_to_string(profile.join("DevToolsActivePort")).unwrap_or_default();
        if let Some((port, path)) = told.split_once('\n') {
            let address = format!("127.0.0.1:{port}");
            let stream = TcpStream::connect(&address).map_err(|error| Error::Unexpected(format!("{address}: {error}")))?;
            stream.set_read_timeout(Some(PATIENCE)).map_err(|error| Error::Unexpected(error.to_string()))?;
            let (socket, _) = tungstenite::client(format!("ws://{address}{}", path.trim()), stream)
                .map_err(|error| Error::Unexpected(error.to_string()))?;
            return Ok(socket);
        }
        if start.elapsed() > PATIENCE {
            return Err(Error::Unexpected("the browser does not start".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
