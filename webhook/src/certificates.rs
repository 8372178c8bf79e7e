//! The certificate that is shown, from mounted files or as it was made here; a pair that does not fit changes nothing.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwapOption;
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

/// How long the API server may know a CA that does not vouch for the certificate before nobody should be sent here: the one who leads puts it right
/// meanwhile.
const GRACE: u64 = 30;

/// The files that a certificate comes from, and what they looked like.
#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    ca: Option<PathBuf>,
    seen: Mutex<Seen>,
}

/// The certificate in use, and where the next one comes from.
#[derive(Default)]
pub struct Certificates {
    /// None where it is made here.
    files: Option<Files>,
    shown: ArcSwapOption<Shown>,
    /// Since when the API server knows no CA that vouches for the certificate, in seconds after the start of 1970.
    stranger: Mutex<Option<u64>>,
}

impl Certificates {
    /// Reads the first certificate, without which nobody can be served.
    ///
    /// # Errors
    /// A file cannot be read, or they do not make a pair.
    pub fn open(certificate: &Path, key: &Path, ca: Option<&Path>, clock: &Clock) -> Result<Self, CertificateError> {
        let seen = Mutex::new(Seen::of([certificate, key].into_iter().chain(ca)));
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned(), ca: ca.map(Path::to_owned), seen };
        let shown = read(&files, clock)?;
        Ok(Self { files: Some(files), shown: ArcSwapOption::from_pointee(shown), stranger: Mutex::default() })
    }

    /// Reads the files again where they have changed.
    pub fn refresh(&self, clock: &Clock, metrics: &Metrics) {
        let Some(files) = &self.files else { return };
        let seen = Seen::of([files.certificate.as_path(), files.key.as_path()].into_iter().chain(files.ca.as_deref()));
        {
            let mut last = files.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == seen {
                return;
            }
            *last = seen;
        }
        self.replace(read(files, clock), metrics);
    }

    /// Takes a certificate, its key and the CAs that vouch for it, as PEM.
    pub(crate) fn take(&self, (certificate, key): (&str, &str), authorities: &str, clock: &Clock, metrics: &Metrics) {
        let pems = Pems { certificate: certificate.as_bytes(), key: key.as_bytes(), ca: Some(authorities.as_bytes()) };
        self.replace(pems.shown("the certificate", "the key", clock), metrics);
    }

    fn replace(&self, shown: Result<Shown, CertificateError>, metrics: &Metrics) {
        match shown {
            Ok(shown) => {
                tracing::info!(not_after = shown.valid.1, "certificate taken in");
                metrics.reloaded("certificate", "taken");
                self.shown.store(Some(Arc::new(shown)));
                self.tell(metrics);
            }
            Err(error) => {
                tracing::error!(error = %error, "new certificate refused, the one before it stays");
                metrics.reloaded("certificate", "refused");
            }
        }
    }

    /// Compares the certificate with what an API server checks it by: the CAs of each webhook of its configuration.
    pub(crate) fn compare(&self, bundles: &[Vec<u8>], clock: &Clock, metrics: &Metrics) {
        let bundles: Vec<Vec<CertificateDer<'static>>> = bundles.iter().map(|pem| authorities_of(pem).unwrap_or_default()).collect();
        let ends = |bundle: &Vec<CertificateDer<'_>>| bundle.iter().filter_map(|ca| Some(validity(ca)?.1)).max().unwrap_or_default();
        if let Some(first) = bundles.iter().map(ends).min() {
            metrics.expires("live-ca", first);
        }
        let now = clock.seconds();
        let shown = self.shown.load();
        let is_stranger = shown.as_ref().is_some_and(|shown| {
            let chain = &shown.key.cert;
            let Some((leaf, intermediates)) = chain.split_first() else { return true };
            !bundles.iter().all(|bundle| is_of(leaf, intermediates, bundle, now))
        });
        let mut stranger = self.stranger.lock().unwrap_or_else(PoisonError::into_inner);
        *stranger = is_stranger.then(|| stranger.unwrap_or(now));
    }

    /// Says when the certificates expire.
    pub(crate) fn tell(&self, metrics: &Metrics) {
        let shown = self.shown.load();
        let Some(shown) = shown.as_ref() else { return };
        metrics.expires("leaf", shown.valid.1);
        if let Some(ends) = shown.ca_ends {
            metrics.expires("ca", ends);
        }
    }

    /// Why no API server would take the certificate at a time.
    #[must_use]
    pub fn fault(&self, seconds: u64) -> Option<&'static str> {
        let shown = self.shown.load();
        let Some(shown) = shown.as_ref() else { return Some("there is no certificate yet") };
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
        let stranger = *self.stranger.lock().unwrap_or_else(PoisonError::into_inner);
        if stranger.is_some_and(|since| seconds.abs_diff(since) > GRACE) {
            return Some("the certificate is not of the caBundle that the API server has");
        }
        (!shown.is_of_ca).then_some("the certificate is not of the CA")
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.shown.load().as_ref().map(|shown| Arc::clone(&shown.key))
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Certificates").field("files", &self.files).finish_non_exhaustive()
    }
}

fn read(files: &Files, clock: &Clock) -> Result<Shown, CertificateError> {
    let bytes = |path: &Path| {
        watch::read(path, MAX_BYTES).map_err(|error| CertificateError::Read { path: path.display().to_string(), reason: error.to_string() })
    };
    let (certificate, key) = (bytes(&files.certificate)?, bytes(&files.key)?);
    let ca = files.ca.as_deref().map(bytes).transpose()?;
    let pems = Pems { certificate: &certificate, key: &key, ca: ca.as_deref() };
    pems.shown(&files.certificate.display().to_string(), &files.key.display().to_string(), clock)
}

/// The texts that make a certificate.
struct Pems<'a> {
    certificate: &'a [u8],
    key: &'a [u8],
    ca: Option<&'a [u8]>,
}

impl Pems<'_> {
    fn shown(&self, certificate: &str, key: &str, clock: &Clock) -> Result<Shown, CertificateError> {
        let no_pair =
            |reason: &str| CertificateError::Pair { certificate: certificate.to_owned(), key: key.to_owned(), reason: reason.to_owned() };
        let chain = authorities_of(self.certificate).map_err(|reason| no_pair(&reason))?;
        let Some((leaf, intermediates)) = chain.split_first() else { return Err(no_pair("there is no certificate")) };
        let valid = validity(leaf).ok_or_else(|| no_pair("the certificate cannot be read"))?;
        // What is wrong with a key is not repeated: it could quote the key.
        let private = PrivateKeyDer::from_pem_slice(self.key).map_err(|_| no_pair("there is no private key"))?;
        let authorities = authorities_of(self.ca.unwrap_or_default()).map_err(|reason| no_pair(&format!("of the CA, {reason}")))?;
        let ca_ends = authorities.iter().filter_map(|ca| Some(validity(ca)?.1)).max();
        let is_of_ca = self.ca.is_none() || is_of(leaf, intermediates, &authorities, clock.seconds());
        let key = CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(|error| no_pair(&error.to_string()))?;
        Ok(Shown { key: Arc::new(key), valid, ca_ends, is_of_ca })
    }
}

/// The certificates of a PEM.
pub(crate) fn authorities_of(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| format!("it is no PEM: {error}"))
}

/// When a certificate starts and ends to be valid, in seconds after the start of 1970.
pub(crate) fn validity(certificate: &CertificateDer<'_>) -> Option<(i64, i64)> {
    let (_, parsed) = parse_x509_certificate(certificate).ok()?;
    Some((parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp()))
}

/// Whether a chain leads to one of the authorities, whatever the day.
pub(crate) fn is_of(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    authorities: &[CertificateDer<'_>],
    seconds: u64,
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
    let now = i64::try_from(seconds).unwrap_or(i64::MAX).clamp(start, ends.max(start));
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now).unwrap_or(0)));
    end.verify_for_usage(algorithms.all, &anchors, intermediates, at, webpki::KeyUsage::server_auth(), None, None).is_ok()
}
