//! Private keys: made, read, written, and signed with.

use ed25519_dalek::Signer as _;
use rand_chacha::ChaCha20Rng;
use rsa::{
    BigUint, RsaPrivateKey, pkcs1v15,
    signature::SignatureEncoding,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use sha2::Sha256;

use super::{
    der::{self, Reader},
    pem,
};

const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const RSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
const EC_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// What stands before a key within PKCS#8.
const PKCS8_KEY: &str = "PRIVATE KEY";

/// A private key.
pub(crate) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    P256(Box<p256::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl PrivateKey {
    /// A new RSA key of so many bits.
    pub(crate) fn rsa(bits: usize, random: &mut ChaCha20Rng) -> Result<Self, String> {
        RsaPrivateKey::new(random, bits).map(|key| Self::Rsa(Box::new(key))).map_err(|error| error.to_string())
    }

    /// A new key on the curve P-256.
    pub(crate) fn p256(random: &mut ChaCha20Rng) -> Self {
        Self::P256(Box::new(p256::ecdsa::SigningKey::random(random)))
    }

    /// A new Ed25519 key.
    pub(crate) fn ed25519(random: &mut ChaCha20Rng) -> Self {
        Self::Ed25519(Box::new(ed25519_dalek::SigningKey::generate(random)))
    }

    /// The key as a block: PKCS#1 for RSA, SEC 1 for the curve, PKCS#8 for Ed25519.
    pub(crate) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &rsa_der(key)),
            Self::P256(key) => {
                let public = der::value(0xA1, &der::bits(key.verifying_key().to_encoded_point(false).as_bytes()));
                let curve = der::value(0xA0, &der::value(der::OBJECT, P256));
                let secret = der::value(der::OCTETS, &key.to_bytes());
                pem::encode("EC PRIVATE KEY", &der::sequence(&[der::integer(&[1]), secret, curve, public]))
            }
            Self::Ed25519(key) => {
                let secret = der::value(der::OCTETS, &der::value(der::OCTETS, &key.to_bytes()));
                let algorithm = der::sequence(&[der::value(der::OBJECT, ED25519)]);
                pem::encode(PKCS8_KEY, &der::sequence(&[der::integer(&[0]), algorithm, secret]))
            }
        }
    }

    /// Reads a block.
    ///
    /// # Errors
    /// It is none, or no key that this can sign with.
    pub(crate) fn from_pem(text: &str) -> Result<Self, String> {
        let (kind, content) = pem::decode(text).ok_or("no PEM data in input")?;
        let unreadable = |what: &str| format!("{what}: asn1: structure error");
        match kind {
            PKCS8_KEY => pkcs8(&content).ok_or_else(|| unreadable("decoding PEM as PKCS#8")),
            "RSA PRIVATE KEY" => read_rsa(&content).ok_or_else(|| unreadable("parsing RSA private key from PEM")),
            "EC PRIVATE KEY" => read_p256(&content).ok_or_else(|| unreadable("parsing EC private key from PEM")),
            _ => match kind.strip_suffix(" PRIVATE KEY") {
                Some(kind) => Err(format!("invalid private key type {kind}")),
                None => Err(format!("no private key data in PEM block of type {kind}")),
            },
        }
    }

    /// The public half as certificates hold it, and the bits of it that identify it.
    pub(super) fn public(&self) -> (Vec<u8>, Vec<u8>) {
        let (algorithm, bits) = match self {
            Self::Rsa(key) => {
                let bits = der::sequence(&[der::integer(&key.n().to_bytes_be()), der::integer(&key.e().to_bytes_be())]);
                (der::sequence(&[der::value(der::OBJECT, RSA), der::value(der::NULL, &[])]), bits)
            }
            Self::P256(key) => {
                let algorithm = der::sequence(&[der::value(der::OBJECT, EC), der::value(der::OBJECT, P256)]);
                (algorithm, key.verifying_key().to_encoded_point(false).as_bytes().to_vec())
            }
            Self::Ed25519(key) => (der::sequence(&[der::value(der::OBJECT, ED25519)]), key.verifying_key().to_bytes().to_vec()),
        };
        (der::sequence(&[algorithm, der::bits(&bits)]), bits)
    }

    /// What certificates call the way in which this key signs.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => der::sequence(&[der::value(der::OBJECT, RSA_SHA256), der::value(der::NULL, &[])]),
            Self::P256(_) => der::sequence(&[der::value(der::OBJECT, EC_SHA256)]),
            Self::Ed25519(_) => der::sequence(&[der::value(der::OBJECT, ED25519)]),
        }
    }

    /// Signs.
    pub(super) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Self::Rsa(key) => {
                let key = pkcs1v15::SigningKey::<Sha256>::new((**key).clone());
                key.try_sign(text).map(|signature| signature.to_vec()).map_err(|error| error.to_string())
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(text).map_err(|error| error.to_string())?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Self::Ed25519(key) => Ok(key.sign(text).to_bytes().to_vec()),
        }
    }
}

fn rsa_der(key: &RsaPrivateKey) -> Vec<u8> {
    let number = |number: &BigUint| der::integer(&number.to_bytes_be());
    let one = BigUint::from(1_u8);
    let [p, q] = [0, 1].map(|index| key.primes().get(index).cloned().unwrap_or_else(|| one.clone()));
    let (dp, dq) = (key.d() % (&p - &one), key.d() % (&q - &one));
    // The inverse of a prime's other, by Fermat.
    let inverse = q.modpow(&(&p - BigUint::from(2_u8)), &p);
    let parts = [number(key.n()), number(key.e()), number(key.d()), number(&p), number(&q), number(&dp), number(&dq), number(&inverse)];
    der::sequence(&[vec![der::integer(&[0])], parts.to_vec()].concat())
}

fn read_rsa(content: &[u8]) -> Option<PrivateKey> {
    let mut fields = Reader(Reader(content).take(der::SEQUENCE)?);
    fields.take(der::INTEGER)?;
    let mut number = || fields.take(der::INTEGER).map(BigUint::from_bytes_be);
    let (n, e, d, p, q) = (number()?, number()?, number()?, number()?, number()?);
    RsaPrivateKey::from_components(n, e, d, vec![p, q]).ok().map(|key| PrivateKey::Rsa(Box::new(key)))
}

fn read_p256(content: &[u8]) -> Option<PrivateKey> {
    let mut fields = Reader(Reader(content).take(der::SEQUENCE)?);
    fields.take(der::INTEGER)?;
    let secret = fields.take(der::OCTETS)?;
    p256::ecdsa::SigningKey::from_slice(secret).ok().map(|key| PrivateKey::P256(Box::new(key)))
}

fn pkcs8(content: &[u8]) -> Option<PrivateKey> {
    let mut fields = Reader(Reader(content).take(der::SEQUENCE)?);
    fields.take(der::INTEGER)?;
    let mut algorithm = Reader(fields.take(der::SEQUENCE)?);
    let name = algorithm.take(der::OBJECT)?;
    let inner = fields.take(der::OCTETS)?;
    match name {
        RSA => read_rsa(inner),
        EC if algorithm.take(der::OBJECT) == Some(P256) => read_p256(inner),
        ED25519 => {
            let secret: [u8; 32] = Reader(inner).take(der::OCTETS)?.try_into().ok()?;
            Some(PrivateKey::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&secret))))
        }
        _ => None,
    }
}
