//! What cosign writes beside an artifact, to an answer whether it speaks of that artifact and the key made it.
//!
//! 1. The older form: an image under the tag `sha256-DIGEST.sig`, each layer of which is a payload with its signature as annotation.
//! 2. The newer form: an artifact that refers to the signed one, whose layer is a sigstore bundle with a statement in a DSSE envelope.
//!
//! Of the rest of a sigstore bundle (transparency log, timestamps) nothing is read: the key decides. What has no key is refused by name.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    Descriptor, Digest, Layout, Manifest, OciError, PublicKey,
    limits::{MAX_SIGNATURE, MAX_SIGNATURES},
};

/// The media type of a payload of the older form.
const PAYLOAD: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The annotation with the signature of such a payload.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// The annotation with the certificate of somebody who has no key.
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";

/// What the payloads of signatures say they are.
const PAYLOAD_TYPES: [&str; 2] = ["cosign container image signature", "https://sigstore.dev/cosign/sign/v1"];

/// What the media types of sigstore bundles start with.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// The media type of a statement.
const STATEMENT: &str = "application/vnd.in-toto+json";

/// What statements that are signatures, and no other attestations, say they are.
const PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

/// Which signature held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// One of the older form.
    Payload,
    /// A statement in a sigstore bundle.
    Statement,
}

/// Why a signature does not hold.
enum Doubt {
    /// It is of somebody else, or of something else.
    Other(String),
    /// It is made without a key pair.
    Keyless,
}

/// Whether the media type of a layer, or the type of an artifact, is that of a signature.
#[must_use]
pub fn is_signature(media_type: &str) -> bool {
    media_type == PAYLOAD || media_type.starts_with(BUNDLE)
}

/// Which manifest of a layout holds a signature that the key made of an artifact.
///
/// # Errors
/// There is none: the message says what was there instead.
pub fn verify(layout: &Layout, signed: &Digest, key: &PublicKey) -> Result<(Digest, Proof), OciError> {
    let mut doubts = Vec::new();
    let mut looked_at = 0;
    for digest in layout.manifests().filter(|digest| *digest != signed) {
        let manifest = Manifest::parse(layout.blob(digest)?)?;
        for layer in manifest.layers.iter().filter(|layer| is_signature(&layer.media_type)) {
            looked_at += 1;
            if looked_at > MAX_SIGNATURES {
                let message = format!("has more than MAX_SIGNATURES = {MAX_SIGNATURES} signatures");
                return Err(OciError::new(message, "delete those that nobody needs: `cosign clean`"));
            }
            let content = layout.described(layer, (MAX_SIGNATURE, "MAX_SIGNATURE"))?;
            match one(signed, key, (layer, content)) {
                Ok(proof) => return Ok((digest.clone(), proof)),
                Err(doubt) => doubts.push(doubt),
            }
        }
    }
    Err(unsigned(&doubts))
}

/// What to say where no signature held.
fn unsigned(doubts: &[Doubt]) -> OciError {
    if doubts.is_empty() {
        return OciError::new(
            "has no signature",
            "sign it with `cosign sign --key`; if nobody can, say `unsigned: true` and the reason instead of the key",
        );
    }
    if doubts.iter().all(|doubt| matches!(doubt, Doubt::Keyless)) {
        return OciError::new(
            "is signed without a key pair (keyless, by a certificate), which is not verified here",
            "sign it with a key pair as well: `cosign generate-key-pair` and `cosign sign --key`",
        );
    }
    let reasons: Vec<&str> = doubts
        .iter()
        .map(|doubt| match doubt {
            Doubt::Other(reason) => reason.as_str(),
            Doubt::Keyless => "one is made without a key pair",
        })
        .collect();
    let mut distinct = reasons.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let fact = match reasons.len() {
        1 => "has a signature that does not hold".to_owned(),
        count => format!("has {count} signatures, none of which holds"),
    };
    OciError::new(
        format!("{fact}: {}", distinct.join("; ")),
        "look whether the key is that of whoever signs, and whether the digest is of what they signed",
    )
}

fn one(signed: &Digest, key: &PublicKey, (layer, content): (&Descriptor, &Arc<[u8]>)) -> Result<Proof, Doubt> {
    if layer.media_type == PAYLOAD { payload(signed, key, layer, content) } else { bundle(signed, key, content) }
}

/// A payload of the older form; which name the artifact had as it was signed is not looked at, as cosign does not.
fn payload(signed: &Digest, key: &PublicKey, layer: &Descriptor, content: &[u8]) -> Result<Proof, Doubt> {
    if layer.annotation(CERTIFICATE).is_some_and(|certificate| !certificate.is_empty()) {
        return Err(Doubt::Keyless);
    }
    let signature = layer.annotation(SIGNATURE).and_then(|text| STANDARD.decode(text).ok());
    let signature = signature.ok_or_else(|| other("its annotation is no signature in base64"))?;
    if !key.signed(content, &signature) {
        return Err(other(ANOTHER_KEY));
    }
    let root: Value = serde_json::from_slice(content).map_err(|_| other("its payload is no JSON"))?;
    let text = |path: &str| root.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if !PAYLOAD_TYPES.contains(&text("/critical/type")) {
        return Err(other("its payload is of another type than cosign's"));
    }
    if text("/critical/image/docker-manifest-digest") != signed.to_string() {
        return Err(other(ANOTHER_ARTIFACT));
    }
    Ok(Proof::Payload)
}

/// A sigstore bundle.
fn bundle(signed: &Digest, key: &PublicKey, content: &[u8]) -> Result<Proof, Doubt> {
    let root: Value = serde_json::from_slice(content).map_err(|_| other("its sigstore bundle is no JSON"))?;
    let material = root.get("verificationMaterial");
    if material.is_some_and(|material| ["certificate", "x509CertificateChain"].iter().any(|key| material.get(key).is_some())) {
        return Err(Doubt::Keyless);
    }
    if let Some(envelope) = root.get("dsseEnvelope") {
        return statement(signed, key, envelope);
    }
    Err(other("its sigstore bundle holds no statement, such as `cosign sign` makes"))
}

/// A statement in an envelope of DSSE, which names the artifact as its subject.
fn statement(signed: &Digest, key: &PublicKey, envelope: &Value) -> Result<Proof, Doubt> {
    let kind = envelope.get("payloadType").and_then(Value::as_str).unwrap_or_default();
    let payload = envelope.get("payload").and_then(decoded).ok_or_else(|| other("its envelope has no payload in base64"))?;
    let sealed = sealed(kind, &payload);
    let signatures = envelope.get("signatures").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let signatures = signatures.iter().take(MAX_SIGNATURES).filter_map(|signature| signature.get("sig").and_then(decoded));
    if !signatures.into_iter().any(|signature| key.signed(&sealed, &signature)) {
        return Err(other(ANOTHER_KEY));
    }
    if kind != STATEMENT {
        return Err(other("its envelope holds something else than a statement"));
    }
    let root: Value = serde_json::from_slice(&payload).map_err(|_| other("its statement is no JSON"))?;
    if root.get("predicateType").and_then(Value::as_str) != Some(PREDICATE) {
        return Err(other("it is a statement about the artifact, and no signature of it"));
    }
    let subjects = root.get("subject").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names = |subject: &Value| subject.pointer("/digest/sha256").and_then(Value::as_str) == Some(signed.digits());
    if subjects.iter().any(names) { Ok(Proof::Statement) } else { Err(other(ANOTHER_ARTIFACT)) }
}

/// What is signed of an envelope: type and payload, each behind its length, so that neither can be taken for a part of the other.
fn sealed(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut sealed = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    sealed.extend_from_slice(payload);
    sealed
}

const ANOTHER_KEY: &str = "another key made it, or what it is about was changed";

const ANOTHER_ARTIFACT: &str = "it is about another artifact";

fn other(reason: &str) -> Doubt {
    Doubt::Other(reason.to_owned())
}

fn decoded(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.as_str()?).ok()
}
