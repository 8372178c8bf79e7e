//! The certificate that is shown, from mounted files; a pair that does not fit changes nothing.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use x509_parser::parse_x509_certificate;

use crate::{
    clock::Clock,
    metrics::Metrics,
    watch::{self, Seen},
};

/// The largest file of certificates or keys.
const MAX_BYTES: usize = 1 << 20;

/// Why a certificate is not shown.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Read {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The files do not make a pair.
    #[error("{certificate} and {key} are no pair: {reason}")]
    Pair {
        /// The file of the certificates.
        certificate: String,
        /// The file of the key.
        key: String,
        /// Why.
        reason: String,
    },
}

/// A certificate in use.
#[derive(Debug)]
struct Shown {
    key: Arc<CertifiedKey>,
    /// When the certificate starts and ends to be valid, in seconds after the start of 1970.
    valid: (i64, i64),
    /// When the CA that it is checked with ends, where it is known.
    ca_ends: Option<i64>,
    /// Whether the certificate is of that CA.
    is_of_ca: bool,
}

/// The certificate in use, and where the next one comes from.
pub struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    ca: Option<PathBuf>,
    shown: ArcSwap<Shown>,
    seen: Mutex<Seen>,
}

impl Certificates {
    /// Reads the first certificate, without which nobody can be served.
    ///
    /// # Errors
    /// A file cannot be read, or they do not make a pair.
    pub fn open(certificate: &Path, key: &Path, ca: Option<&Path>, clock: &Clock) -> Result<Self, CertificateError> {
        let seen = Seen::of([certificate, key].into_iter().chain(ca));
        let shown = ArcSwap::from_pointee(read(certificate, key, ca, clock)?);
        let seen = Mutex::new(seen);
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), ca: ca.map(Path::to_owned), shown, seen })
    }

    /// Reads the files again where they have changed.
    pub fn refresh(&self, clock: &Clock, metrics: &Metrics) {
        let seen = Seen::of([self.certificate.as_path(), self.key.as_path()].into_iter().chain(self.ca.as_deref()));
        {
            let mut last = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == seen {
                return;
            }
            *last = seen;
        }
        match read(&self.certificate, &self.key, self.ca.as_deref(), clock) {
            Ok(shown) => {
                tracing::info!(not_after = shown.valid.1, "certificate taken in");
                metrics.reloaded("certificate", "taken");
                self.shown.store(Arc::new(shown));
                self.tell(metrics);
            }
            Err(error) => {
                tracing::error!(error = %error, "new certificate refused, the one before it stays");
                metrics.reloaded("certificate", "refused");
            }
        }
    }

    /// Says when the certificates expire.
    pub(crate) fn tell(&self, metrics: &Metrics) {
        let shown = self.shown.load();
        metrics.expires("leaf", shown.valid.1);
        if let Some(ends) = shown.ca_ends {
            metrics.expires("ca", ends);
        }
    }

    /// Why no API server would take the certificate at a time.
    #[must_use]
    pub fn fault(&self, seconds: u64) -> Option<&'static str> {
        let shown = self.shown.load();
        let now = i64::try_from(seconds).unwrap_or(i64::MAX);
        if now > shown.valid.1 {
            return Some("the certificate has expired");
        }
        if now < shown.valid.0 {
            return Some("the certificate is not valid yet");
        }
        if shown.ca_ends.is_some_and(|ends| now > ends) {
            return Some("the CA has expired");
        }
        (!shown.is_of_ca).then_some("the certificate is not of the CA")
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown.load().key))
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Certificates").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

fn read(certificate: &Path, key: &Path, ca: Option<&Path>, clock: &Clock) -> Result<Shown, CertificateError> {
    let bytes = |path: &Path| {
        watch::read(path, MAX_BYTES).map_err(|error| CertificateError::Read { path: path.display().to_string(), reason: error.to_string() })
    };
    let no_pair = |reason: &str| CertificateError::Pair {
        certificate: certificate.display().to_string(),
        key: key.display().to_string(),
        reason: reason.to_owned(),
    };
    let chain = certificates(&bytes(certificate)?).map_err(|reason| no_pair(&reason))?;
    let Some(leaf) = chain.first().cloned() else { return Err(no_pair("there is no certificate")) };
    let valid = validity(&leaf).ok_or_else(|| no_pair("the certificate cannot be read"))?;
    // What is wrong with a key is not repeated: it could quote the key.
    let private = PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|_| no_pair("there is no private key"))?;
    let intermediates: Vec<CertificateDer<'static>> = chain.iter().skip(1).cloned().collect();
    let key = CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(|error| no_pair(&error.to_string()))?;
    let authorities = match ca {
        Some(path) => certificates(&bytes(path)?).map_err(|reason| CertificateError::Read { path: path.display().to_string(), reason })?,
        None => Vec::new(),
    };
    let ca_ends = authorities.iter().filter_map(|ca| Some(validity(ca)?.1)).max();
    let is_of_ca = ca.is_none() || is_of(&leaf, &intermediates, &authorities, clock);
    Ok(Shown { key: Arc::new(key), valid, ca_ends, is_of_ca })
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| format!("it is no PEM: {error}"))
}

fn validity(certificate: &CertificateDer<'_>) -> Option<(i64, i64)> {
    let (_, parsed) = parse_x509_certificate(certificate).ok()?;
    Some((parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp()))
}

/// Whether a chain leads to one of the authorities, whatever the day.
fn is_of(
    leaf: &CertificateDer<'static>,
    intermediates: &[CertificateDer<'_>],
    authorities: &[CertificateDer<'static>],
    clock: &Clock,
) -> bool {
    // One that was signed by nobody else is its own authority.
    if authorities.contains(leaf) {
        return true;
    }
    let Ok(end) = webpki::EndEntityCert::try_from(leaf) else { return false };
    let anchors: Vec<_> = authorities.iter().filter_map(|ca| webpki::anchor_from_trusted_cert(ca).ok()).collect();
    let algorithms = ring::default_provider().signature_verification_algorithms;
    // Within its days where it has some left; that it has none is said on its own.
    let (start, ends) = validity(leaf).unwrap_or_default();
    let now = i64::try_from(clock.seconds()).unwrap_or(i64::MAX).clamp(start, ends.max(start));
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now).unwrap_or(0)));
    end.verify_for_usage(algorithms.all, &anchors, intermediates, at, webpki::KeyUsage::server_auth(), None, None).is_ok()
}
