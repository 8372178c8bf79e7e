//! A folder in the form of an OCI image layout: blobs by digest, and an index of manifests.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::{
    Descriptor, Digest, OciError,
    limits::MAX_MANIFESTS,
    manifest::{MANIFEST_TYPES, json as parse},
};

/// The index of a layout.
pub const INDEX: &str = "index.json";

/// The file that says that a folder is a layout.
pub const MARKER: &str = "oci-layout";

/// The folder of the blobs.
pub const BLOBS: &str = "blobs/sha256";

/// What to do about a layout that is not as it was fetched.
const FETCH: &str = "take it back from git, or delete the folder and run `portcullis vendor`";

/// What lies in a folder, or came from a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    index: Vec<Digest>,
    blobs: BTreeMap<Digest, Arc<[u8]>>,
}

impl Layout {
    /// Reads the files of a folder by their paths below it; others than those of a layout are nobody's.
    ///
    /// # Errors
    /// It is no layout, or a blob is not what its name says.
    pub fn read(files: &BTreeMap<String, Arc<[u8]>>) -> Result<Self, OciError> {
        let file = |name: &str| files.get(name).ok_or_else(|| OciError::new(format!("is not whole: {name} is missing"), FETCH));
        let marker = parse(file(MARKER)?, MARKER)?;
        if marker.get("imageLayoutVersion").and_then(Value::as_str) != Some("1.0.0") {
            return Err(OciError::new("is refused: its layout is of another version than 1.0.0", FETCH));
        }
        let mut blobs = BTreeMap::new();
        for (path, bytes) in files {
            let Some(name) = path.strip_prefix(BLOBS).and_then(|rest| rest.strip_prefix('/')) else { continue };
            let named = Digest::parse(&format!("sha256:{name}"))?;
            let found = Digest::of(bytes);
            if found != named {
                return Err(OciError::new(format!("was changed: {path} has the digest {found}, not that of its name"), FETCH));
            }
            blobs.insert(named, Arc::clone(bytes));
        }
        let index = manifests(file(INDEX)?)?.into_iter().map(|descriptor| descriptor.digest).collect();
        Ok(Self { index, blobs })
    }

    /// Takes a blob in.
    pub fn add(&mut self, bytes: Arc<[u8]>) -> Digest {
        let digest = Digest::of(&bytes);
        self.blobs.insert(digest.clone(), bytes);
        digest
    }

    /// Takes a manifest in, and names it in the index.
    pub fn add_manifest(&mut self, bytes: Arc<[u8]>) -> Digest {
        let digest = self.add(bytes);
        if !self.index.contains(&digest) {
            self.index.push(digest.clone());
        }
        digest
    }

    /// The manifests that the index names, in its order.
    pub fn manifests(&self) -> impl Iterator<Item = &Digest> {
        self.index.iter()
    }

    /// A blob that somebody names.
    ///
    /// # Errors
    /// It is not there.
    pub fn blob(&self, digest: &Digest) -> Result<&Arc<[u8]>, OciError> {
        self.blobs.get(digest).ok_or_else(|| OciError::new(format!("is not whole: the blob {digest} is missing"), FETCH))
    }

    /// A blob, as large as a descriptor says.
    ///
    /// # Errors
    /// It is not there, larger than the limit, or of another size.
    pub fn described(&self, descriptor: &Descriptor, limit: (u64, &str)) -> Result<&Arc<[u8]>, OciError> {
        let bytes = self.blob(&descriptor.digest)?;
        let size = bytes.len() as u64;
        if size > limit.0 {
            let message = format!("is refused: {} has {size} bytes, more than {} = {}", descriptor.digest, limit.1, limit.0);
            return Err(OciError::new(message, crate::error::PUBLISHER));
        }
        if size != descriptor.size {
            let message = format!("is refused: {} has {size} bytes, not {} as its manifest says", descriptor.digest, descriptor.size);
            return Err(OciError::new(message, crate::error::PUBLISHER));
        }
        Ok(bytes)
    }

    /// The files of the folder, by their paths below it.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Arc<[u8]>> {
        let mut files: BTreeMap<String, Arc<[u8]>> =
            self.blobs.iter().map(|(digest, bytes)| (format!("{BLOBS}/{}", digest.digits()), Arc::clone(bytes))).collect();
        let describe = |digest: &Digest| {
            let size = self.blobs.get(digest).map_or(0, |bytes| bytes.len());
            json!({"mediaType": media_type(self.blobs.get(digest)), "digest": digest.to_string(), "size": size})
        };
        let manifests: Vec<Value> = self.index.iter().map(describe).collect();
        let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests});
        files.insert(INDEX.to_owned(), Arc::from(format!("{index:#}\n").into_bytes()));
        files.insert(MARKER.to_owned(), Arc::from(&b"{\"imageLayoutVersion\": \"1.0.0\"}\n"[..]));
        files
    }
}

/// What a manifest says it is.
fn media_type(bytes: Option<&Arc<[u8]>>) -> String {
    let root: Option<Value> = bytes.and_then(|bytes| serde_json::from_slice(bytes).ok());
    let said = root.as_ref().and_then(|root| root.get("mediaType")).and_then(Value::as_str);
    said.unwrap_or(MANIFEST_TYPES[0]).to_owned()
}

/// The manifests that an index, or a list of referrers, names.
///
/// # Errors
/// It is no such list, or names more than anybody looks at.
pub fn manifests(bytes: &[u8]) -> Result<Vec<Descriptor>, OciError> {
    let index = parse(bytes, "its index")?;
    let manifests = index.get("manifests").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if manifests.len() > MAX_MANIFESTS {
        let message = format!("is refused: its index names {} manifests, more than MAX_MANIFESTS = {MAX_MANIFESTS}", manifests.len());
        return Err(OciError::new(message, "delete the signatures of the bundle that nobody needs"));
    }
    manifests.iter().map(Descriptor::read).collect()
}
