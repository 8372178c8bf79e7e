//! What a Service is to an API server: one address in front of several servers, of which those are used that say that they are ready.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;

use super::gate::is_ready;
use crate::tools::Error;

/// How often members are asked whether they are ready: a cluster takes longer, and the webhook is told to wait for longer there.
const PROBE: Duration = Duration::from_millis(200);

/// A listening balancer. It hands bytes on and knows nothing of TLS.
#[derive(Debug)]
pub struct Balancer {
    port: u16,
    members: Arc<Mutex<Members>>,
}

#[derive(Debug, Default)]
struct Members {
    all: Vec<u16>,
    ready: Vec<u16>,
}

impl Balancer {
    /// Starts one without a member.
    ///
    /// # Errors
    /// If there is no port.
    pub fn start(client: Arc<ClientConfig>) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Unexpected(format!("the balancer cannot listen: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let members = Arc::new(Mutex::new(Members::default()));
        let probed = Arc::downgrade(&members);
        thread::spawn(move || probe(&client, &probed));
        let served = Arc::clone(&members);
        let turn = AtomicUsize::new(0);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let ready = served.lock().unwrap_or_else(PoisonError::into_inner).ready.clone();
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                // Without a ready member the connection ends, as it does at a Service without endpoints.
                if let Some(member) = ready.get(turn % ready.len().max(1)) {
                    let member = *member;
                    thread::spawn(move || hand_on(stream, member));
                }
            }
        });
        Ok(Self { port, members })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Takes a member in; it is used as soon as it is ready.
    pub fn add(&self, member: u16) {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).all.push(member);
    }

    /// How many members are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).ready.len()
    }
}

fn probe(client: &Arc<ClientConfig>, members: &Weak<Mutex<Members>>) {
    while let Some(members) = members.upgrade() {
        let mut all = members.lock().unwrap_or_else(PoisonError::into_inner).all.clone();
        all.retain(|member| is_ready(client, *member));
        members.lock().unwrap_or_else(PoisonError::into_inner).ready = all;
        drop(members);
        thread::sleep(PROBE);
    }
}

/// Hands the bytes of both directions on until both have ended.
fn hand_on(client: TcpStream, member: u16) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, member)) else { return };
    let (Ok(from), Ok(to)) = (server.try_clone(), client.try_clone()) else { return };
    let back = thread::spawn(move || copy(from, to));
    copy(client, server);
    let _ = back.join();
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = to.set_nodelay(true);
    // An end of either side is an end for the other.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
