//! An admission webhook in this process that keeps what the API server asks it.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustls::ServerConfig;
use serde_json::{Value, json};

use super::authority::Authority;
use super::https;
use crate::tools::Error;

type Answer = Box<dyn Fn(&Value) -> Value + Send + Sync>;

/// A listening webhook. It listens until this program ends.
#[derive(Debug, Clone)]
pub struct Hook {
    port: u16,
    authority: String,
    kept: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    /// Starts one, which answers a request (the part `request` of a review) with what a function makes of it: `{"allowed": true}`, for
    /// one. The `uid` is added.
    ///
    /// # Errors
    /// If there is no port, or no certificate can be made.
    pub fn start(authority: &Authority, answer: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Unexpected(format!("the webhook cannot listen: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let configuration = https::server(&authority.server(&[])?)?;
        let kept = Arc::new(Mutex::new(Vec::new()));
        let hook = Self { port, authority: authority.certificate().to_owned(), kept: Arc::clone(&kept) };
        let answer: Arc<Answer> = Arc::new(Box::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (configuration, kept, answer) = (Arc::clone(&configuration), Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || {
                    // The API server breaks connections off as it likes; the next request comes over a new one.
                    let _ = serve(&configuration, stream, &kept, &answer);
                });
            }
        });
        Ok(hook)
    }

    /// What it has been asked so far: whole reviews, without `response`.
    #[must_use]
    pub fn reviews(&self) -> Vec<Value> {
        lock(&self.kept).clone()
    }

    /// Forgets what it has been asked, and gives it.
    #[must_use]
    pub fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *lock(&self.kept))
    }

    /// A configuration with one webhook that sends the API server here for these rules.
    #[must_use]
    pub fn configuration(&self, name: &str, rules: &Value) -> Value {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [{
                "name": format!("{name}.example.com"),
                "clientConfig": client_config(self.port, &self.authority),
                "rules": rules,
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "timeoutSeconds": 10,
            }],
        })
    }
}

/// The `clientConfig` of a webhook that listens on a port of this machine with a certificate of an authority.
#[must_use]
pub fn client_config(port: u16, authority: &str) -> Value {
    json!({"url": format!("https://localhost:{port}/validate"), "caBundle": base64(authority.as_bytes())})
}

fn serve(configuration: &Arc<ServerConfig>, stream: TcpStream, kept: &Mutex<Vec<Value>>, answer: &Answer) -> io::Result<()> {
    let mut stream = https::accept(configuration, stream)?;
    loop {
        let message = https::read_message(&mut stream)?;
        let review: Value = serde_json::from_slice(&message.body)?;
        let request = review.get("request").unwrap_or(&Value::Null);
        let mut response = answer(request);
        if let Some(fields) = response.as_object_mut() {
            fields.insert("uid".to_owned(), request.get("uid").cloned().unwrap_or_default());
        }
        let body = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}).to_string();
        lock(kept).push(review);
        let writer = stream.get_mut();
        write!(writer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        writer.flush()?;
        if message.last {
            return Ok(());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
