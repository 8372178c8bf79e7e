//! What the action asks GitHub for: the comments of one pull request, with a token.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

/// A GitHub that keeps comments.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    /// The comments of the pull request.
    pub(crate) comments: Arc<Mutex<Vec<Value>>>,
    /// Whether it lets nobody in.
    pub(crate) refuses: bool,
}

impl Hub {
    /// Answers on a port of its own; gives its URL.
    pub(crate) fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| self.answer(stream)));
        format!("http://{address}")
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("the connection is read"));
        let mut line = String::new();
        let mut head = Vec::new();
        while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
            head.push(line.trim().to_owned());
            line.clear();
        }
        let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
        reader.read_exact(&mut body).expect("the body is read");
        let is_known = head.iter().any(|line| line.eq_ignore_ascii_case("authorization: bearer secret-token"));
        let request: Vec<&str> = head.first().map(|line| line.split(' ').collect()).unwrap_or_default();
        let (status, answer) = match request.as_slice() {
            _ if !is_known || self.refuses => (403, Value::Null),
            [method, path, _] => self.serve(method, path, serde_json::from_slice(&body).unwrap_or_default()),
            _ => (400, Value::Null),
        };
        let answer = answer.to_string();
        let _ = write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len());
    }

    fn serve(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let mut comments = self.comments.lock().expect("nobody panicked");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match (method, path) {
            ("GET", "/repos/shop/platform/issues/7/comments") => {
                let page: usize = query.rsplit('=').next().and_then(|page| page.parse().ok()).unwrap_or(1);
                (200, Value::Array(comments.iter().skip((page - 1) * 100).take(100).cloned().collect()))
            }
            ("POST", "/repos/shop/platform/issues/7/comments") => {
                let id = comments.len();
                comments.push(json!({"id": id, "user": {"login": "github-actions[bot]"}, "body": body.get("body")}));
                (201, Value::Null)
            }
            ("PATCH", path) => {
                let id = path.strip_prefix("/repos/shop/platform/issues/comments/").and_then(|id| id.parse::<usize>().ok());
                let comment = id.and_then(|id| comments.get_mut(id));
                comment.map_or((404, Value::Null), |comment| {
                    *comment = json!({"id": id, "user": {"login": "github-actions[bot]"}, "body": body.get("body")});
                    (200, Value::Null)
                })
            }
            _ => (404, Value::Null),
        }
    }
}
