//! Makes a certificate authority, and the certificates of servers and users that it vouches for.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};

use crate::tools::Error;

/// A certificate authority of our own.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A certificate and its key, as PEM.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// Where a pair was written.
#[derive(Debug, Clone)]
pub struct Files {
    /// The file of the certificate.
    pub certificate: PathBuf,
    /// The file of the key.
    pub key: PathBuf,
}

impl Authority {
    /// Makes one.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn new(name: &str) -> Result<Self, Error> {
        let key = KeyPair::generate().map_err(failed)?;
        let mut parameters = named(name, None);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        let certificate = parameters.self_signed(&key).map_err(failed)?.pem();
        Ok(Self { issuer: Issuer::new(parameters, key), certificate })
    }

    /// The authority's own certificate, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for a server on this machine, which also answers to these DNS names.
    ///
    /// # Errors
    /// If a name is none, or no key can be made.
    pub fn server(&self, names: &[&str]) -> Result<Pair, Error> {
        let names = names.iter().chain(&["localhost"]).map(|name| Ok(SanType::DnsName((*name).try_into()?)));
        let mut parameters = named("server", None);
        parameters.subject_alt_names = names.collect::<Result<_, rcgen::Error>>().map_err(failed)?;
        // The first address of the range of Services is the API server's own inside the cluster.
        let addresses = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(10, 0, 0, 1)];
        parameters.subject_alt_names.extend(addresses.map(|address| SanType::IpAddress(IpAddr::V4(address))));
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(parameters)
    }

    /// A certificate for a user, with the group that it puts the user in.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn user(&self, name: &str, group: Option<&str>) -> Result<Pair, Error> {
        let mut parameters = named(name, group);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(parameters)
    }

    fn sign(&self, mut parameters: CertificateParams) -> Result<Pair, Error> {
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = parameters.signed_by(&key, &self.issuer).map_err(failed)?;
        Ok(Pair { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

impl Pair {
    /// Writes `NAME.crt` and `NAME.key`.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<Files, Error> {
        let files = Files { certificate: folder.join(format!("{name}.crt")), key: folder.join(format!("{name}.key")) };
        for (path, text) in [(&files.certificate, &self.certificate), (&files.key, &self.key)] {
            fs::write(path, text).map_err(|source| Error::file(path, source))?;
        }
        Ok(files)
    }
}

fn named(name: &str, group: Option<&str>) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        parameters.distinguished_name.push(DnType::OrganizationName, group);
    }
    parameters
}

fn failed(error: rcgen::Error) -> Error {
    Error::Unexpected(format!("a certificate cannot be made: {error}"))
}
