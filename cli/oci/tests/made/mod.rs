//! Bundles that no honest tool makes, byte by byte.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{io::Write, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use portcullis_oci::{Digest, Layout};
use serde_json::json;
use tar::EntryType;

pub(crate) const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
pub(crate) const PLAIN: &str = "application/vnd.oci.image.layer.v1.tar";
pub(crate) const REGO: &str = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego";

/// The blocks of an archive.
const BLOCK: usize = 512;

/// A manifest and its layers.
pub(crate) struct Bundle {
    manifest: Vec<u8>,
    layers: Vec<Vec<u8>>,
}

impl Bundle {
    pub(crate) fn of(layers: &[(&str, Vec<u8>)]) -> Self {
        let descriptors: Vec<_> = layers
            .iter()
            .map(|(media_type, bytes)| json!({"mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": bytes.len()}))
            .collect();
        let layers = layers.iter().map(|(_, bytes)| bytes.clone()).collect();
        Self { manifest: json!({"schemaVersion": 2, "layers": descriptors}).to_string().into_bytes(), layers }
    }

    pub(crate) fn with_size(media_type: &str, bytes: &[u8], size: usize) -> Self {
        let layer = json!({"mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": size});
        Self { manifest: json!({"layers": [layer]}).to_string().into_bytes(), layers: vec![bytes.to_vec()] }
    }

    pub(crate) fn raw(manifest: Vec<u8>) -> Self {
        Self { manifest, layers: Vec::new() }
    }

    pub(crate) fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        layout.add_manifest(Arc::from(self.manifest.as_slice()));
        for layer in &self.layers {
            layout.add(Arc::from(layer.as_slice()));
        }
        layout
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

/// The blocks of one entry, whatever its name is.
pub(crate) fn entry(path: &str, content: &[u8], kind: EntryType) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    let mut blocks = Vec::new();
    let name = path.as_bytes();
    if name.len() > 100 {
        blocks.extend(entry("././@LongLink", &[name, &[0]].concat(), EntryType::GNULongName));
    }
    let short = &name[..name.len().min(100)];
    header.as_mut_bytes()[..short.len()].copy_from_slice(short);
    header.set_cksum();
    blocks.extend(header.as_bytes());
    blocks.extend(content);
    blocks.resize(blocks.len().next_multiple_of(BLOCK), 0);
    blocks
}

/// The same for what leads elsewhere.
pub(crate) fn link(path: &str, target: &str, kind: EntryType) -> Vec<u8> {
    let mut blocks = entry(path, b"", kind);
    blocks[157..157 + target.len()].copy_from_slice(target.as_bytes());
    if kind == EntryType::GNUSparse {
        // Where its first piece begins, how long that is, and how long the whole file.
        for field in [386, 398, 483] {
            blocks[field..field + 12].copy_from_slice(b"00000000000\0");
        }
    }
    sum(&mut blocks);
    blocks
}

/// Makes the checksum of the first header right again.
pub(crate) fn sum(blocks: &mut [u8]) {
    blocks[148..156].fill(b' ');
    let sum: u32 = blocks[..BLOCK].iter().map(|byte| u32::from(*byte)).sum();
    blocks[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub(crate) fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = entries.concat();
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
