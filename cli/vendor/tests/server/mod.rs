//! A server of this machine with prepared answers, which remembers what it was asked.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use flate2::{Compression, write::GzEncoder};

/// An answer: the status line's rest, further headers, and the body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// How many bytes fewer are sent than are announced.
    pub(crate) missing: usize,
}

/// A request: its path, and the credentials that came with it.
pub(crate) type Asked = (String, Option<String>);

pub(crate) struct Server {
    pub(crate) url: String,
    routes: Arc<Mutex<BTreeMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Answer {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: "200 OK", headers: Vec::new(), body: body.into(), missing: 0 }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self { status: "302 Found", headers: vec![format!("Location: {to}")], ..Self::ok("") }
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { url, routes: Arc::default(), asked: Arc::default() };
        let (routes, asked) = (Arc::clone(&server.routes), Arc::clone(&server.asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away early has seen enough.
                let _ = answer(stream, &routes, &asked);
            }
        });
        server
    }

    pub(crate) fn route(&self, path: &str, answer: Answer) {
        self.routes.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, routes: &Mutex<BTreeMap<String, Answer>>, asked: &Mutex<Vec<Asked>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut credentials = None;
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => credentials = Some(value.to_owned()),
            Some(_) => {}
            None => break,
        }
    }
    let none = Answer { status: "404 Not Found", ..Answer::ok("") };
    // A path may be granted only with certain credentials: `PATH AUTHORIZATION`.
    let granted = credentials.as_ref().and_then(|credentials| routes.lock().unwrap().get(&format!("{path} {credentials}")).cloned());
    let answer = granted.or_else(|| routes.lock().unwrap().get(&path).cloned()).unwrap_or(none);
    asked.lock().unwrap().push((path, credentials));
    write!(stream, "HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n", answer.status, answer.body.len())?;
    for header in &answer.headers {
        write!(stream, "{header}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&answer.body[..answer.body.len() - answer.missing])
}

/// A packed chart with one template.
pub(crate) fn chart(name: &str, version: &str) -> Vec<u8> {
    packed(&[(&format!("{name}/Chart.yaml"), &format!("apiVersion: v2\nname: {name}\nversion: {version}\n"))])
}

/// A packed folder with these files, whatever their names.
pub(crate) fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        // Names that lead out are written as they are.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        archive.append(&header, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}
