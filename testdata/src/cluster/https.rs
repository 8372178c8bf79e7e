//! Speaks HTTP/1.1 over TLS, in both directions, with nothing in between that would need a runtime.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::authority::Pair;
use crate::tools::Error;

/// How long the other side may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest message that is read.
const LARGEST: usize = 64 << 20;

/// An open connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

/// The headers and the body of a request or a response.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// `GET /readyz HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub first: String,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the other side closes the connection after it.
    pub last: bool,
}

impl Message {
    /// The status of a response.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default()
    }
}

/// What a client needs to trust an authority, and to be somebody.
///
/// # Errors
/// If a certificate or key is none.
pub fn client(authority: &str, user: Option<&Pair>) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
        roots.add(certificate.map_err(failed)?).map_err(failed)?;
    }
    let builder =
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().map_err(failed)?;
    let builder = builder.with_root_certificates(roots);
    let configuration = match user {
        Some(pair) => {
            let (chain, key) = parse(pair)?;
            builder.with_client_auth_cert(chain, key).map_err(failed)?
        }
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(configuration))
}

/// What a server needs.
///
/// # Errors
/// If a certificate or key is none.
pub fn server(pair: &Pair) -> Result<Arc<ServerConfig>, Error> {
    let (chain, key) = parse(pair)?;
    let builder =
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().map_err(failed)?;
    Ok(Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).map_err(failed)?))
}

/// Takes a connection that was made to a server.
///
/// # Errors
/// If TLS cannot begin.
pub fn accept(configuration: &Arc<ServerConfig>, stream: TcpStream) -> io::Result<BufReader<StreamOwned<ServerConnection, TcpStream>>> {
    stream.set_nodelay(true)?;
    let tls = ServerConnection::new(Arc::clone(configuration)).map_err(io::Error::other)?;
    Ok(BufReader::new(StreamOwned::new(tls, stream)))
}

impl Connection {
    /// Connects to a port of this machine.
    ///
    /// # Errors
    /// If nobody answers there, or somebody who is not trusted.
    pub fn open(configuration: &Arc<ClientConfig>, port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let tls = ClientConnection::new(Arc::clone(configuration), name).map_err(io::Error::other)?;
        Ok(Self { stream: BufReader::new(StreamOwned::new(tls, stream)) })
    }

    /// Sends the bytes of a whole request and reads the response.
    ///
    /// # Errors
    /// If the connection fails, or what comes back is no HTTP.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Message> {
        let writer = self.stream.get_mut();
        writer.write_all(request)?;
        writer.flush()?;
        read_message(&mut self.stream)
    }
}

/// Reads one message, whose length its headers must say.
///
/// # Errors
/// If the connection ends or what comes is no HTTP.
pub fn read_message(stream: &mut impl BufRead) -> io::Result<Message> {
    let first = read_line(stream)?;
    let (mut length, mut chunked, mut last) = (0, false, false);
    loop {
        let line = read_line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().map_err(io::Error::other)?,
            ("transfer-encoding", _) => chunked = true,
            ("connection", value) => last = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    let mut message = Message { first, body: Vec::new(), last };
    if !chunked {
        read_part(stream, length, &mut message.body)?;
        return Ok(message);
    }
    loop {
        let size = usize::from_str_radix(read_line(stream)?.trim(), 16).map_err(io::Error::other)?;
        read_part(stream, size, &mut message.body)?;
        read_line(stream)?;
        if size == 0 {
            return Ok(message);
        }
    }
}

fn read_part(stream: &mut impl BufRead, length: usize, body: &mut Vec<u8>) -> io::Result<()> {
    let start = body.len();
    if start.saturating_add(length) > LARGEST {
        return Err(io::Error::other("the message is too large"));
    }
    body.resize(start + length, 0);
    stream.read_exact(body.get_mut(start..).unwrap_or_default())
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.take(LARGEST as u64).read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn parse(pair: &Pair) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
    let chain = CertificateDer::pem_slice_iter(pair.certificate.as_bytes()).collect::<Result<_, _>>().map_err(failed)?;
    Ok((chain, PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).map_err(failed)?))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(format!("tls: {error}"))
}
