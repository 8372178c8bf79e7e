//! Any bytes are a layer, a manifest, an index, a signature or a key that is read to an end: twice the same files, none of which leads elsewhere, and
//! nothing that anybody makes up is signed.
#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use libfuzzer_sys::fuzz_target;
use portcullis_oci::{
    BLOBS, INDEX, Layout, MARKER, PublicKey, Trust,
    limits::{MAX_FILES, MAX_PATH, MAX_UNPACKED},
    open, referrers,
    signature::verify,
};
use serde_json::json;

const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const PLAIN: &str = "application/vnd.oci.image.layer.v1.tar";
const PAYLOAD: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIGSTORE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A key whose private half nobody has kept.
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
";

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"-----BEGIN") {
        let _ = PublicKey::parse(bytes);
    } else if bytes.starts_with(b"{") {
        manifest(bytes);
        signature(bytes);
        let _ = referrers(bytes);
        let files = [(MARKER, &b"{\"imageLayoutVersion\": \"1.0.0\"}"[..]), (INDEX, bytes)];
        let _ = Layout::read(&files.into_iter().map(|(path, bytes)| (path.to_owned(), Arc::from(bytes))).collect());
    } else {
        layer(bytes, if bytes.starts_with(b"\x1F\x8B") { GZIP } else { PLAIN });
    }
});

/// The layer of a bundle.
fn layer(bytes: &[u8], media_type: &str) {
    let mut layout = Layout::default();
    let layer = json!({"mediaType": media_type, "digest": layout.add(Arc::from(bytes)).to_string(), "size": bytes.len()});
    let digest = layout.add_manifest(Arc::from(json!({"layers": [layer]}).to_string().into_bytes()));
    let Ok(files) = open(&layout, &digest, &Trust::Unsigned) else { return };
    assert!(files.len() <= MAX_FILES && files.iter().map(|file| file.bytes.len() as u64).sum::<u64>() <= MAX_UNPACKED);
    for file in &files {
        let is_plain = |part: &str| !matches!(part, "" | "." | "..");
        assert!(file.path.len() <= MAX_PATH && file.path.split('/').all(is_plain) && !file.path.contains(['\\', '\n', '\0', '\u{1b}']));
    }
    let again = Layout::read(&layout.files()).unwrap();
    assert_eq!(Ok(files), open(&again, &digest, &Trust::Unsigned));
}

/// The manifest of a bundle, none of whose blobs is there.
fn manifest(bytes: &[u8]) {
    let mut layout = Layout::default();
    let digest = layout.add_manifest(Arc::from(bytes));
    let _ = open(&layout, &digest, &Trust::Unsigned);
    let files: BTreeMap<String, Arc<[u8]>> = layout.files();
    assert!(files.contains_key(&format!("{BLOBS}/{}", digest.digits())));
    assert_eq!(Layout::read(&files), Ok(layout));
}

/// A signature of both forms.
fn signature(bytes: &[u8]) {
    let key = PublicKey::parse(KEY.as_bytes()).unwrap();
    for media_type in [PAYLOAD, SIGSTORE] {
        let mut layout = Layout::default();
        let signed = layout.add_manifest(Arc::from(&b"{\"layers\": []}"[..]));
        let blob = layout.add(Arc::from(bytes));
        let annotations = json!({"dev.cosignproject.cosign/signature": "MAA="});
        let layer = json!({"mediaType": media_type, "digest": blob.to_string(), "size": bytes.len(), "annotations": annotations});
        layout.add_manifest(Arc::from(json!({"layers": [layer]}).to_string().into_bytes()));
        assert!(verify(&layout, &signed, &key).is_err());
    }
}

