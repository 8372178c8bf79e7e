//! A layout to the files of the bundle that a digest names.

use std::sync::Arc;

use crate::{
    Descriptor, Digest, Layout, Manifest, OciError, PublicKey,
    error::{PUBLISHER, shown},
    limits::{MAX_LAYER, MAX_LAYERS_TOGETHER, MAX_MANIFEST},
    signature,
    unpack::{Packing, Room},
};

/// The media types of an archive of files, as `opa build` and every pusher of images make them.
const ARCHIVES: [(&str, Packing); 3] = [
    ("application/vnd.oci.image.layer.v1.tar+gzip", Packing::Gzip),
    ("application/vnd.oci.image.layer.v1.tar", Packing::Plain),
    ("application/vnd.docker.image.rootfs.diff.tar.gzip", Packing::Gzip),
];

/// The media types of a single file, as `conftest push` makes them.
const FILES: [(&str, Use); 2] = [
    ("application/vnd.cncf.openpolicyagent.policy.layer.v1+rego", Use::Rules),
    ("application/vnd.cncf.openpolicyagent.data.layer.v1+json", Use::Data),
];

/// The annotation with the path of such a file.
const TITLE: &str = "org.opencontainers.image.title";

/// What else registries hold that is meant for programs like this one, by parts of its media type.
const KNOWN: [(&str, &str); 3] = [
    ("+zstd", "is packed with zstd: push it with gzip"),
    ("vnd.cncf.helm.chart", "is a Helm chart"),
    ("wasm", "is WebAssembly, of which nothing is run: push the Rego"),
];

/// Why the rules of a bundle are believed.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The key signed it.
    Key(PublicKey),
    /// Somebody said so.
    Unsigned,
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Its path below the bundle.
    pub path: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// What it is there for, as far as whoever pushed it says so.
    pub meant: Use,
}

/// What a file of a bundle is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Rules, or whatever else there is in an archive.
    Rules,
    /// Data that policies may read.
    Data,
}

/// The files of a bundle, sorted by path.
///
/// # Errors
/// A digest or the signature does not hold, a limit is met, or a layer is none of policies.
pub fn open(layout: &Layout, wanted: &Digest, trust: &Trust) -> Result<Vec<BundleFile>, OciError> {
    let bytes = layout.blob(wanted)?;
    let manifest = Manifest::parse(bytes)?;
    if let Trust::Key(key) = trust {
        signature::verify(layout, wanted, key)?;
    }
    if manifest.layers.iter().any(|layer| signature::is_signature(&layer.media_type)) {
        return Err(OciError::new("is a signature, not what is signed", "name the digest of the bundle itself"));
    }
    if manifest.layers.is_empty() {
        return Err(OciError::new("has no layers", PUBLISHER));
    }
    if let Some(config) = &manifest.config {
        layout.described(config, (MAX_MANIFEST, "MAX_MANIFEST"))?;
    }
    let mut room = Room::default();
    let mut left = MAX_LAYERS_TOGETHER;
    for layer in &manifest.layers {
        let bytes = layout.described(layer, (MAX_LAYER, "MAX_LAYER"))?;
        left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            OciError::new(format!("is refused: its layers have more than MAX_LAYERS_TOGETHER = {MAX_LAYERS_TOGETHER} bytes"), PUBLISHER)
        })?;
        unpack(&mut room, layer, bytes)?;
    }
    Ok(room.into_files())
}

fn unpack(room: &mut Room, layer: &Descriptor, bytes: &Arc<[u8]>) -> Result<(), OciError> {
    let media_type = layer.media_type.as_str();
    if let Some((_, packing)) = ARCHIVES.iter().find(|(known, _)| *known == media_type) {
        return room.archive(bytes, *packing);
    }
    if let Some((_, meant)) = FILES.iter().find(|(known, _)| *known == media_type) {
        let title = layer.annotation(TITLE);
        let title = title
            .ok_or_else(|| OciError::new(format!("has a layer without {TITLE}, the name of its file"), "push it with `conftest push`"))?;
        return room.file(title, bytes, *meant);
    }
    let known = KNOWN.iter().find(|(part, _)| media_type.contains(part)).map(|(_, fact)| format!(", which {fact}"));
    Err(OciError::new(
        format!("has a layer of type {}{}", shown(media_type), known.unwrap_or_default()),
        "push rules with `conftest push`, or as an archive (tar+gzip)",
    ))
}
