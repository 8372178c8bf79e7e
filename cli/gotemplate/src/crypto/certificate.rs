//! Certificates as Go's x509 package lays them out.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::{
    der::{self, Reader},
    key::PrivateKey,
    pem,
};
use crate::time::{Duration, SECOND, Time};

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: u8 = 15;
const EXTENDED_USAGE: u8 = 37;
const CONSTRAINTS: u8 = 19;
const SUBJECT_KEY: u8 = 14;
const AUTHORITY_KEY: u8 = 35;
const ALTERNATIVE: u8 = 17;

/// How many bytes of a digest identify a key.
const KEY_ID: usize = 20;

/// What a certificate is to say.
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) hosts: Vec<String>,
    pub(crate) days: i64,
    pub(crate) authority: bool,
    pub(crate) now: Time,
    pub(crate) serial: [u8; 16],
}

/// Who signs a certificate: its own key, or that of another certificate.
pub(crate) struct Signer<'a> {
    key: &'a PrivateKey,
    /// The name, and the identity of the key, of another certificate.
    issuer: Option<(Vec<u8>, Vec<u8>)>,
}

/// What is read of a certificate.
struct Parsed {
    subject: Vec<u8>,
    public: Vec<u8>,
    key_id: Vec<u8>,
}

/// Refuses what is no certificate.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let (_, content) = pem::decode(text).ok_or("unable to decode certificate")?;
    parse(&content).map(|_| ()).ok_or_else(|| "error parsing certificate: decodedCert.Bytes: x509: malformed certificate".to_owned())
}

fn parse(content: &[u8]) -> Option<Parsed> {
    let mut fields = Reader(Reader(Reader(content).take(der::SEQUENCE)?).take(der::SEQUENCE)?);
    let (mut tag, mut found, mut whole) = fields.next()?;
    if tag == 0xA0 {
        (tag, found, whole) = fields.next()?;
    }
    if tag != der::INTEGER || found.is_empty() || whole.is_empty() {
        return None;
    }
    fields.take(der::SEQUENCE)?;
    fields.take(der::SEQUENCE)?;
    fields.take(der::SEQUENCE)?;
    let (_, _, subject) = fields.next()?;
    let (_, _, public) = fields.next()?;
    let mut parsed = Parsed { subject: subject.to_vec(), public: public.to_vec(), key_id: Vec::new() };
    while let Some((tag, content, _)) = fields.next() {
        let Some(extensions) = Some(content).filter(|_| tag == 0xA3).and_then(|content| Reader(content).take(der::SEQUENCE)) else {
            continue;
        };
        let mut extensions = Reader(extensions);
        while let Some(extension) = extensions.take(der::SEQUENCE) {
            let mut parts = Reader(extension);
            let is_key = parts.take(der::OBJECT) == Some(&[0x55, 0x1D, SUBJECT_KEY]);
            let value = std::iter::from_fn(|| parts.next()).last();
            if let (true, Some((_, value, _))) = (is_key, value) {
                parsed.key_id = Reader(value).take(der::OCTETS)?.to_vec();
            }
        }
    }
    Some(parsed)
}

impl<'a> Signer<'a> {
    /// The key of the certificate itself.
    pub(crate) fn itself(key: &'a PrivateKey) -> Self {
        Self { key, issuer: None }
    }

    /// The key of another certificate.
    ///
    /// # Errors
    /// It is none, or the key is not its own.
    pub(crate) fn other(certificate: &str, key: &'a PrivateKey) -> Result<Self, String> {
        let (_, content) = pem::decode(certificate).ok_or("unable to decode certificate")?;
        let parsed =
            parse(&content).ok_or_else(|| "error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate".to_owned())?;
        if parsed.public != key.public().0 {
            return Err("error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
        }
        Ok(Self { key, issuer: Some((parsed.subject, parsed.key_id)) })
    }
}

impl Request {
    /// The certificate for a key.
    ///
    /// # Errors
    /// A name that no certificate can hold, or a signature that failed.
    pub(crate) fn sign(&self, key: &PrivateKey, signer: &Signer<'_>) -> Result<String, String> {
        if let Some(host) = self.hosts.iter().find(|host| !host.is_ascii()) {
            return Err(format!("error creating certificate: x509: {host:?} cannot be encoded as an IA5String"));
        }
        let subject = subject(&self.name);
        let (issuer, authority) = signer.issuer.clone().unwrap_or_else(|| (subject.clone(), Vec::new()));
        let until = self.now.plus(Duration(self.days.saturating_mul(24 * 3_600).saturating_mul(SECOND)));
        let (public, identity) = key.public();
        let authority = Some(authority).filter(|id| !id.is_empty() && issuer != subject);
        let body = der::sequence(&[
            der::value(0xA0, &der::integer(&[2])),
            der::integer(&self.serial),
            signer.key.algorithm(),
            issuer,
            der::sequence(&[moment(&self.now), moment(&until)]),
            subject,
            public,
            der::value(0xA3, &der::sequence(&self.extensions(&identity, authority.as_deref()))),
        ]);
        let signature = signer.key.sign(&body).map_err(|error| format!("error creating certificate: {error}"))?;
        Ok(pem::encode("CERTIFICATE", &der::sequence(&[body, signer.key.algorithm(), der::bits(&signature)])))
    }

    fn extensions(&self, identity: &[u8], authority: Option<&[u8]>) -> Vec<Vec<u8>> {
        // Signing and enciphering keys; an authority signs certificates too.
        let usage: &[u8] = if self.authority { &[2, 0b1010_0100] } else { &[5, 0b1010_0000] };
        let purpose = |last: u8| der::value(der::OBJECT, &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, last]);
        let constraints = if self.authority { der::value(der::BOOLEAN, &[0xFF]) } else { Vec::new() };
        let mut found = vec![
            extension(KEY_USAGE, true, &der::value(der::BITS, usage)),
            extension(EXTENDED_USAGE, false, &der::sequence(&[purpose(1), purpose(2)])),
            extension(CONSTRAINTS, true, &der::sequence(&[constraints])),
        ];
        if self.authority {
            let digest = Sha256::digest(identity);
            let id = digest.get(..KEY_ID).unwrap_or_default();
            found.push(extension(SUBJECT_KEY, false, &der::value(der::OCTETS, id)));
        }
        if let Some(authority) = authority {
            found.push(extension(AUTHORITY_KEY, false, &der::sequence(&[der::value(0x80, authority)])));
        }
        let hosts = self.hosts.iter().map(|host| der::value(0x82, host.as_bytes()));
        let addresses = self.addresses.iter().map(|address| match address.to_canonical() {
            IpAddr::V4(address) => der::value(0x87, &address.octets()),
            IpAddr::V6(address) => der::value(0x87, &address.octets()),
        });
        let names: Vec<Vec<u8>> = hosts.chain(addresses).collect();
        if !names.is_empty() {
            found.push(extension(ALTERNATIVE, self.name.is_empty(), &der::sequence(&names)));
        }
        found
    }
}

fn extension(number: u8, critical: bool, content: &[u8]) -> Vec<u8> {
    let critical = if critical { der::value(der::BOOLEAN, &[0xFF]) } else { Vec::new() };
    der::sequence(&[der::value(der::OBJECT, &[0x55, 0x1D, number]), critical, der::value(der::OCTETS, content)])
}

fn subject(name: &str) -> Vec<u8> {
    if name.is_empty() {
        return der::sequence(&[]);
    }
    let is_printable = |byte: u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte);
    let tag = if name.bytes().all(is_printable) { der::PRINTABLE } else { der::UTF8 };
    let attribute = der::sequence(&[der::value(der::OBJECT, COMMON_NAME), der::value(tag, name.as_bytes())]);
    der::sequence(&[der::value(der::SET, &attribute)])
}

fn moment(time: &Time) -> Vec<u8> {
    if (1950..2050).contains(&time.civil().year) {
        der::value(der::UTC_TIME, time.format("060102150405Z").as_bytes())
    } else {
        der::value(der::LONG_TIME, time.format("20060102150405Z").as_bytes())
    }
}
