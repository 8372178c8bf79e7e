//! The JSON of a manifest to the descriptors in it.

use serde_json::Value;

use crate::{
    Digest, OciError,
    error::{PUBLISHER, shown},
    limits::{MAX_LAYERS, MAX_MANIFEST},
};

/// The media types of a manifest of one artifact.
pub const MANIFEST_TYPES: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

/// The media types of a list of manifests, which names an artifact for each platform.
const INDEX_TYPES: [&str; 2] = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// What a manifest says of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// What the blob is.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    annotations: Vec<(String, String)>,
}

/// What an artifact is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What the artifact says it is; empty where it does not.
    pub artifact_type: String,
    /// Its configuration.
    pub config: Option<Descriptor>,
    /// Its layers, in order.
    pub layers: Vec<Descriptor>,
    /// What it is about.
    pub subject: Option<Descriptor>,
}

impl Descriptor {
    /// An annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Reads one of a manifest or an index.
    ///
    /// # Errors
    /// It has no digest, or no size.
    pub fn read(value: &Value) -> Result<Self, OciError> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let digest = Digest::parse(text("digest"))?;
        let size = value.get("size").and_then(Value::as_u64);
        let size = size.ok_or_else(|| OciError::new(format!("does not say how large {digest} is"), PUBLISHER))?;
        let annotations = value.get("annotations").and_then(Value::as_object).into_iter().flatten();
        let annotations = annotations.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
        Ok(Self { media_type: text("mediaType").to_owned(), digest, size, annotations })
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// It is too large, no JSON, or the manifest of something else than one artifact.
    pub fn parse(bytes: &[u8]) -> Result<Self, OciError> {
        let root = json(bytes, "its manifest")?;
        let text = |key: &str| root.get(key).and_then(Value::as_str).unwrap_or_default();
        let media_type = text("mediaType");
        if INDEX_TYPES.contains(&media_type) || root.get("manifests").is_some() {
            return Err(OciError::new(
                "is a list of manifests, one for each platform",
                "name the digest of one of them: `crane manifest` prints the list",
            ));
        }
        if !media_type.is_empty() && !MANIFEST_TYPES.contains(&media_type) {
            return Err(OciError::new(format!("has a manifest of type {}, which nobody here reads", shown(media_type)), PUBLISHER));
        }
        let Some(layers) = root.get("layers").and_then(Value::as_array) else {
            return Err(OciError::new("has a manifest without layers", PUBLISHER));
        };
        if layers.len() > MAX_LAYERS {
            return Err(OciError::new(
                format!("has {} layers, more than MAX_LAYERS = {MAX_LAYERS}", layers.len()),
                "push its files in one archive",
            ));
        }
        let layers = layers.iter().map(Descriptor::read).collect::<Result<_, _>>()?;
        let config = root.get("config").map(Descriptor::read).transpose()?;
        let subject = root.get("subject").map(Descriptor::read).transpose()?;
        Ok(Self { artifact_type: text("artifactType").to_owned(), config, layers, subject })
    }
}

/// JSON of a manifest or an index, within its limit.
pub(crate) fn json(bytes: &[u8], what: &str) -> Result<Value, OciError> {
    if bytes.len() as u64 > MAX_MANIFEST {
        return Err(OciError::new(format!("is refused: {what} is larger than MAX_MANIFEST = {MAX_MANIFEST} bytes"), PUBLISHER));
    }
    serde_json::from_slice(bytes).map_err(|error| OciError::new(format!("is refused: {what} is no JSON: {error}"), PUBLISHER))
}
