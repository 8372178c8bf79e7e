//! One request after another: redirects followed by hand, so that credentials never reach another host, and everything within limits.

use std::{io::Read, sync::Arc, time::Duration};

use ureq::{
    Agent,
    http::{HeaderMap, header},
    tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem},
};
use url::Url;

use crate::{
    VendorError,
    credentials::{Secret, Tls},
};

/// How many redirects one request may lead through.
const MAX_REDIRECTS: usize = 10;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(15);

/// How long one request may take as a whole.
const WHOLE: Duration = Duration::from_secs(300);

/// How many bytes are read at a time, between two words on the progress.
const CHUNK: usize = 64 * 1024;

/// What is told while bytes arrive: of what, how many, and of how many where that is known.
pub type Progress = Box<dyn Fn(&str, u64, Option<u64>) + Send + Sync>;

/// Whether requests go through a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// The one that the environment names (`HTTPS_PROXY`, `NO_PROXY` and the like), as for every other program.
    #[default]
    Environment,
    /// None.
    Never,
}

/// Fetches over http and https.
pub struct Client {
    proxy: Proxy,
    progress: Option<Progress>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Client").field("proxy", &self.proxy).finish_non_exhaustive()
    }
}

/// What is asked for.
pub(crate) struct Get<'a> {
    pub(crate) url: Url,
    pub(crate) accept: &'a str,
    pub(crate) secret: Option<&'a Secret>,
    pub(crate) tls: &'a Tls,
    pub(crate) limit: u64,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Arc<[u8]>,
}

impl Response {
    /// A header as text, empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body, where the request was granted.
    pub(crate) fn granted(self, url: &Url) -> Result<Arc<[u8]>, VendorError> {
        match self.status {
            200 => Ok(self.body),
            401 | 403 => {
                let hint = "log in with `helm registry login` or `docker login`, or give `helm repo add` a --username and --password";
                Err(VendorError::new(format!("{} is refused with status {}", shown(url), self.status), hint))
            }
            404 => {
                Err(VendorError::new(format!("{} does not exist", shown(url)), "correct the repository, the chart's name or its version"))
            }
            status => {
                Err(VendorError::new(format!("{} answers with status {status}", shown(url)), "try again, or ask whoever runs the server"))
            }
        }
    }
}

/// A URL without the credentials in it.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.set_query(None);
    url.to_string()
}

impl Client {
    /// A client that tells its progress to somebody, or nobody.
    #[must_use]
    pub fn new(proxy: Proxy, progress: Option<Progress>) -> Self {
        Self { proxy, progress }
    }

    /// Asks, and follows redirects; credentials go to the origin that was asked first and no other.
    pub(crate) fn get(&self, get: Get<'_>) -> Result<Response, VendorError> {
        let agent = self.agent(get.tls)?;
        let origin = get.url.origin();
        let mut url = get.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let secret = get.secret.filter(|_| url.origin() == origin);
            let response = self.once(&agent, &url, secret, &get)?;
            if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            let next = url.join(response.header(header::LOCATION.as_str())).map_err(|error| {
                VendorError::new(format!("{} redirects to what is no URL: {error}", shown(&url)), "ask whoever runs the server")
            })?;
            let downgraded = url.scheme() == "https" && next.scheme() != "https";
            if downgraded || !matches!(next.scheme(), "http" | "https") {
                let message = format!("{} redirects to {}, which is not encrypted", shown(&url), shown(&next));
                return Err(VendorError::new(message, "ask whoever runs the server"));
            }
            url = next;
            let _ = url.set_password(None);
            let _ = url.set_username("");
        }
        Err(VendorError::new(format!("{} redirects more than {MAX_REDIRECTS} times", shown(&get.url)), "ask whoever runs the server"))
    }

    fn once(&self, agent: &Agent, url: &Url, secret: Option<&Secret>, get: &Get<'_>) -> Result<Response, VendorError> {
        let failed = |reason: String| {
            VendorError::new(
                format!("{} cannot be fetched: {reason}", shown(url)),
                "look at the network, the proxy and the certificates, and try again",
            )
        };
        let mut request = agent.get(url.as_str()).header(header::ACCEPT, get.accept);
        if let Some(secret) = secret {
            request = request.header(header::AUTHORIZATION, secret.header());
        }
        let response = request.call().map_err(|error| failed(error.to_string()))?;
        let (parts, body) = response.into_parts();
        let status = parts.status.as_u16();
        let whole = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if whole.is_some_and(|whole| whole > get.limit) {
            return Err(too_large(url, get.limit));
        }
        let mut body_bytes = Vec::new();
        let mut reader = body.into_with_config().limit(u64::MAX).reader().take(get.limit + 1);
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = reader.read(&mut chunk).map_err(|error| failed(error.to_string()))?;
            body_bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
            if count == 0 {
                break;
            }
            if body_bytes.len() as u64 > get.limit {
                return Err(too_large(url, get.limit));
            }
            if let Some(progress) = self.progress.as_ref().filter(|_| status == 200) {
                progress(&shown(url), body_bytes.len() as u64, whole);
            }
        }
        if whole.is_some_and(|whole| whole != body_bytes.len() as u64) {
            return Err(failed("the connection ended early".to_owned()));
        }
        Ok(Response { status, headers: parts.headers, body: Arc::from(body_bytes) })
    }

    fn agent(&self, tls: &Tls) -> Result<Agent, VendorError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).root_certs(roots(tls)?);
        if let Some((chain, key)) = &tls.client {
            config = config.client_cert(Some(client_certificate(chain, key)?));
        }
        if tls.insecure {
            config = config.disable_verification(true);
        }
        let mut agent = Agent::config_builder()
            .tls_config(config.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE));
        if self.proxy == Proxy::Never {
            agent = agent.proxy(None);
        }
        Ok(agent.build().new_agent())
    }
}

fn too_large(url: &Url, limit: u64) -> VendorError {
    VendorError::new(
        format!("{} is larger than {limit} bytes", shown(url)),
        "nothing larger is fetched; take another version, or another repository",
    )
}

fn roots(tls: &Tls) -> Result<RootCerts, VendorError> {
    let Some(authority) = &tls.authority else { return Ok(RootCerts::PlatformVerifier) };
    let certificates = certificates(authority)?;
    Ok(RootCerts::new_with_certs(&certificates))
}

fn client_certificate(chain: &[u8], key: &[u8]) -> Result<ClientCert, VendorError> {
    let chain = certificates(chain)?;
    let key = PrivateKey::from_pem(key).map_err(|error| no_certificate(&error.to_string()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, VendorError> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| no_certificate(&error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(no_certificate("it holds no certificate")) } else { Ok(found) }
}

fn no_certificate(reason: &str) -> VendorError {
    VendorError::new(format!("a certificate of repositories.yaml cannot be used: {reason}"), "run `helm repo add` again with other files")
}

/// The URL of a repository without the credentials in it, for reports and files.
#[must_use]
pub fn public(repository: &str) -> String {
    let has_secret = repository.contains('@') || repository.contains('?');
    let url = Url::parse(repository).ok().filter(|_| has_secret && !repository.starts_with(['@', '.']));
    url.map_or_else(|| repository.to_owned(), |url| shown(&url))
}
