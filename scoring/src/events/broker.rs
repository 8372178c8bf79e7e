//! A pair of brokers, one of which is active, and a connection to that one.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::Arc,
    time::Duration,
};

use fe2o3_amqp::{Connection, Session, connection::ConnectionHandle, sasl_profile::SaslProfile, session::SessionHandle};
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use url::Url;

/// How long a broker may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(5);

/// After how many milliseconds of silence a connection counts as dead.
const IDLE: u32 = 20_000;

/// Brokers in the order in which they are tried, with a name and password for them.
#[derive(Clone)]
pub struct Broker {
    urls: Vec<Url>,
    credentials: Option<(String, String)>,
    tls: Arc<ClientConfig>,
}

/// Why there are no brokers.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The list is none.
    #[error("{0:?} is no broker: write it as amqps://HOST:5671 or failover:(amqps://ONE:5671,amqps://OTHER:5671)")]
    Url(String),
    /// TLS cannot be spoken.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// A session with the active broker.
pub(super) struct Link {
    pub(super) session: SessionHandle<()>,
    connection: ConnectionHandle<()>,
    /// Whose it is.
    pub(super) host: String,
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Broker").field("hosts", &self.urls.iter().map(Url::host_str).collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Broker {
    /// Reads one URL, or a list as `failover:(URL,URL)?…`, whose options are those of other clients.
    ///
    /// # Errors
    /// A URL is none of AMQP, or TLS cannot be set up.
    pub fn read(list: &str, credentials: Option<(String, String)>) -> Result<Self, BrokerError> {
        let wrong = |part: &str| BrokerError::Url(part.split('@').next_back().unwrap_or_default().to_owned());
        let inner = match list.strip_prefix("failover:(") {
            Some(rest) => rest.split_once(')').ok_or_else(|| wrong(list))?.0,
            None => list,
        };
        let url = |part: &str| {
            let url = Url::parse(part.trim()).ok().filter(|url| ["amqp", "amqps"].contains(&url.scheme()) && url.host_str().is_some());
            url.ok_or_else(|| wrong(part))
        };
        let urls = inner.split(',').map(url).collect::<Result<_, _>>()?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()?;
        Ok(Self { urls, credentials, tls: Arc::new(tls.with_root_certificates(roots).with_no_client_auth()) })
    }

    /// A session with the first broker that lets us in: the one that stands by does not listen.
    pub(super) async fn link(&self, container: &str) -> Result<Link, String> {
        let mut faults = Vec::new();
        for url in &self.urls {
            match timeout(PATIENCE, self.open(url, container)).await {
                Ok(Ok(link)) => return Ok(link),
                Ok(Err(fault)) => faults.push(format!("{}: {fault}", url.host_str().unwrap_or_default())),
                Err(_) => faults.push(format!("{}: no answer", url.host_str().unwrap_or_default())),
            }
        }
        Err(faults.join("; "))
    }

    /// Opens a session under a name that no other instance has: a broker lets each client in once.
    async fn open(&self, url: &Url, container: &str) -> Result<Link, String> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let is_tls = url.scheme() == "amqps";
        let port = url.port().unwrap_or(if is_tls { 5671 } else { 5672 });
        let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|error| error.to_string())?;
        let _ = stream.set_nodelay(true);
        let container = format!("{container}-{:016x}", RandomState::new().build_hasher().finish());
        // Brokers ask for a layer of SASL even where they let everybody in.
        let profile =
            self.credentials.clone().map_or(SaslProfile::Anonymous, |(username, password)| SaslProfile::Plain { username, password });
        let builder = Connection::builder().container_id(container).hostname(host.as_str()).idle_time_out(IDLE).scheme("amqp");
        let builder = builder.sasl_profile(profile);
        let opened = if is_tls {
            let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
            let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await.map_err(|error| error.to_string())?;
            builder.open_with_stream(stream).await
        } else {
            builder.open_with_stream(stream).await
        };
        let mut connection = opened.map_err(|error| error.to_string())?;
        let session = Session::begin(&mut connection).await.map_err(|error| error.to_string())?;
        Ok(Link { session, connection, host: format!("{host}:{port}") })
    }
}

impl Link {
    /// Says farewell; who is not there any more needs none.
    pub(super) async fn close(mut self) {
        let farewell = async {
            let _ = self.session.end().await;
            let _ = self.connection.close().await;
        };
        let _ = timeout(PATIENCE, farewell).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Broker;

    #[test]
    fn lists_are_read_in_their_order() {
        let hosts = |list: &str| Broker::read(list, None).map(|broker| broker.urls.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(hosts("amqp://one:5672").unwrap(), ["amqp://one:5672"]);
        let pair = hosts("failover:(amqps://one:5671,amqps://two:5671)?randomize=false&maxReconnectDelay=1000").unwrap();
        assert_eq!(pair, ["amqps://one:5671", "amqps://two:5671"]);
    }

    #[test]
    fn what_is_no_list_is_said_without_its_password() {
        for list in ["", "one", "ssl://one:61617", "failover:(amqp://one", "failover:()", "http://user:secret@one"] {
            let error = Broker::read(list, None).unwrap_err().to_string();
            assert!(error.contains("is no broker") && !error.contains("secret"), "{error}");
        }
    }
}
