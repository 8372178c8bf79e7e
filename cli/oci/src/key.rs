//! The public key of whoever signs, as PEM, to an answer whether they signed something.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek as ed25519;
use p256::{
    ecdsa::{self, signature::Verifier},
    pkcs8::{DecodePublicKey, ObjectIdentifier, SubjectPublicKeyInfoRef},
};

use sha2::{Digest, Sha512};

use crate::{OciError, limits::MAX_KEY};

/// The algorithm of keys on elliptic curves, by its name in keys.
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// The algorithm of Ed25519 keys, by its name in keys.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What to do about a file that is no public key.
const PUBLIC: &str =
    "commit the public half, which `cosign generate-key-pair` writes to cosign.pub; `cosign public-key --key FILE` prints it";

/// A key that signatures are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA over P-256 with SHA-256, as cosign makes its keys.
    P256(ecdsa::VerifyingKey),
    /// Ed25519.
    Ed25519(ed25519::VerifyingKey),
}

impl PublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    /// It is something else, or a key of another kind.
    pub fn parse(pem: &[u8]) -> Result<Self, OciError> {
        let der = content(pem)?;
        let broken = |reason: &str| OciError::new(format!("is no public key: {reason}"), PUBLIC);
        let info = SubjectPublicKeyInfoRef::try_from(&*der).map_err(|error| broken(&error.to_string()))?;
        if info.algorithm.oid == EC {
            let other = |_| broken("it is on another curve than P-256");
            return Ok(Self::P256(ecdsa::VerifyingKey::from_public_key_der(&der).map_err(other)?));
        }
        if info.algorithm.oid == ED25519 {
            let bytes = info.subject_public_key.as_bytes().and_then(|bytes| <&[u8; ed25519::PUBLIC_KEY_LENGTH]>::try_from(bytes).ok());
            let bytes = bytes.ok_or_else(|| broken("it has another length than Ed25519 keys"))?;
            return Ok(Self::Ed25519(ed25519::VerifyingKey::from_bytes(bytes).map_err(|error| broken(&error.to_string()))?));
        }
        Err(broken("it is neither ECDSA over P-256 nor Ed25519"))
    }

    /// Whether the private half signed these bytes.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(key) => ecdsa::Signature::from_der(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            // Cosign signs a hash of the message since its second version, and signed the message itself before.
            Self::Ed25519(key) => ed25519::Signature::from_slice(signature).is_ok_and(|signature| {
                key.verify_prehashed_strict(Sha512::new_with_prefix(message), None, &signature).is_ok()
                    || key.verify_strict(message, &signature).is_ok()
            }),
        }
    }
}

/// What stands between the lines of a PEM file.
fn content(pem: &[u8]) -> Result<Vec<u8>, OciError> {
    let broken = |reason: &str| OciError::new(format!("is no public key: {reason}"), PUBLIC);
    if pem.len() > MAX_KEY {
        return Err(broken(&format!("it is larger than MAX_KEY = {MAX_KEY} bytes")));
    }
    let text = std::str::from_utf8(pem).map_err(|_| broken("it is no text"))?;
    let mut lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN "));
    let label = lines.next().and_then(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    match label {
        Some("PUBLIC KEY") => {}
        Some(label) if label.ends_with("PRIVATE KEY") => {
            return Err(OciError::new(
                "is a private key, which nobody else may have",
                format!("take it out of the repository, and out of its history; {PUBLIC}"),
            ));
        }
        Some("CERTIFICATE") => return Err(broken("it is a certificate; signatures without a key pair (keyless) are not verified here")),
        Some(_) | None => return Err(broken("there is no -----BEGIN PUBLIC KEY-----")),
    }
    let mut body = String::new();
    for line in lines {
        if line == "-----END PUBLIC KEY-----" {
            return STANDARD.decode(&body).map_err(|error| broken(&error.to_string()));
        }
        body.push_str(line);
    }
    Err(broken("there is no -----END PUBLIC KEY-----"))
}
