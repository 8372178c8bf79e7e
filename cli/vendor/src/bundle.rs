//! A bundle of rules of an OCI registry to a layout with everything that is needed to verify it.

use std::sync::Arc;

use portcullis_oci::{
    Descriptor, Digest, Layout, MANIFEST_TYPES, Manifest, OciError, Trust,
    limits::{MAX_LAYER, MAX_LAYERS_TOGETHER, MAX_MANIFEST, MAX_MANIFESTS, MAX_SIGNATURE, MAX_SIGNATURES},
    open, referrers,
    signature::{is_signature, verify},
};

use crate::{Client, Credentials, VendorError, client::Response, credentials::Secret, oci::Registry};

/// What a registry that has no list of referrers answers.
const NO_REFERRERS: [u16; 4] = [400, 404, 405, 501];

/// The largest configuration of an artifact.
const MAX_CONFIG: u64 = MAX_MANIFEST;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Fetches the bundle at `HOST/PATH` whose manifest has a digest, with the signature that the key made; verified as it will be read.
///
/// # Errors
/// It is not there, is no bundle, is larger than any may be, or the key did not sign it.
pub fn bundle(client: &Client, credentials: &Credentials, name: &str, digest: &Digest, trust: &Trust) -> Result<Layout, VendorError> {
    let registry = Registry::new(client, credentials, &format!("oci://{name}"))?;
    let mut source = Source { repository: registry.path.clone(), registry, name, token: None };
    let mut whole = Layout::default();
    let manifest = source.artifact(digest, &mut whole)?;
    let mut layout = whole.clone();
    if let Trust::Key(key) = trust {
        source.signatures(digest, &mut whole)?;
        let (signature, _) = verify(&whole, digest, key).map_err(|error| source.wrong(&error))?;
        // What does not hold is nobody's business later.
        keep(&whole, &signature, &mut layout).map_err(|error| source.wrong(&error))?;
    }
    let files = open(&layout, digest, trust).map_err(|error| source.wrong(&error))?;
    if files.is_empty() || manifest.layers.is_empty() {
        return Err(VendorError::new(format!("{name}@{digest} has no files"), "ask whoever publishes the bundle"));
    }
    Ok(layout)
}

/// Takes a signature and its blobs over.
fn keep(from: &Layout, signature: &Digest, to: &mut Layout) -> Result<(), OciError> {
    let bytes = from.blob(signature)?;
    let manifest = Manifest::parse(bytes)?;
    to.add_manifest(Arc::clone(bytes));
    let signatures = manifest.layers.iter().filter(|layer| is_signature(&layer.media_type));
    for descriptor in signatures.chain(&manifest.config) {
        to.add(Arc::clone(from.blob(&descriptor.digest)?));
    }
    Ok(())
}

/// The repository of one bundle.
struct Source<'a> {
    registry: Registry<'a>,
    repository: String,
    name: &'a str,
    token: Option<Secret>,
}

impl Source<'_> {
    fn wrong(&self, error: &OciError) -> VendorError {
        VendorError::new(format!("{} {}", self.name, error.message), error.hint.clone())
    }

    /// The manifest of a digest and its blobs.
    fn artifact(&mut self, digest: &Digest, layout: &mut Layout) -> Result<Manifest, VendorError> {
        let bytes = self.manifest(&digest.to_string())?;
        let bytes = bytes.ok_or_else(|| {
            VendorError::new(format!("{}@{digest} does not exist", self.name), "correct the path and the digest: `crane digest` prints one")
        })?;
        self.same(&bytes, digest)?;
        let manifest = Manifest::parse(&bytes).map_err(|error| self.wrong(&error))?;
        layout.add_manifest(bytes);
        let whole: u64 = manifest.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size));
        if whole > MAX_LAYERS_TOGETHER {
            let message = format!("{} has layers of {whole} bytes, more than MAX_LAYERS_TOGETHER = {MAX_LAYERS_TOGETHER}", self.name);
            return Err(VendorError::new(message, "push the rules alone"));
        }
        if let Some(config) = &manifest.config {
            layout.add(self.blob(config, MAX_CONFIG)?);
        }
        for layer in &manifest.layers {
            layout.add(self.blob(layer, MAX_LAYER)?);
        }
        Ok(manifest)
    }

    /// The signatures of a digest: those under the tag of older cosigns, and those that refer to it.
    fn signatures(&mut self, digest: &Digest, layout: &mut Layout) -> Result<(), VendorError> {
        let tag = format!("sha256-{}", digest.digits());
        let mut manifests: Vec<Arc<[u8]>> = self.manifest(&format!("{tag}.sig"))?.into_iter().collect();
        for referrer in self.referrers(digest, &tag)? {
            let bytes = self.manifest(&referrer.digest.to_string())?;
            // A list may name what was deleted since.
            let Some(bytes) = bytes else { continue };
            self.same(&bytes, &referrer.digest)?;
            manifests.push(bytes);
        }
        let mut taken = 0;
        for bytes in manifests {
            let manifest = Manifest::parse(&bytes).map_err(|error| self.wrong(&error))?;
            let signatures: Vec<&Descriptor> = manifest.layers.iter().filter(|layer| is_signature(&layer.media_type)).collect();
            taken += signatures.len();
            if taken > MAX_SIGNATURES {
                let message = format!("{} has more than MAX_SIGNATURES = {MAX_SIGNATURES} signatures", self.name);
                return Err(VendorError::new(message, "delete those that nobody needs: `cosign clean`"));
            }
            if signatures.is_empty() {
                continue;
            }
            for descriptor in signatures.into_iter().chain(&manifest.config) {
                layout.add(self.blob(descriptor, MAX_SIGNATURE)?);
            }
            layout.add_manifest(bytes);
        }
        Ok(())
    }

    /// What refers to a digest, as the registry lists it, or as the tag says where it keeps no list.
    fn referrers(&mut self, digest: &Digest, tag: &str) -> Result<Vec<Descriptor>, VendorError> {
        let url = self.registry.url(&format!("{}/referrers/{digest}", self.repository))?;
        let response = self.ask(&url, INDEX, MAX_MANIFEST)?;
        let list = match response.status {
            status if NO_REFERRERS.contains(&status) => {
                let url = self.registry.url(&format!("{}/manifests/{tag}", self.repository))?;
                let response = self.ask(&url, INDEX, MAX_MANIFEST)?;
                if response.status == 404 {
                    return Ok(Vec::new());
                }
                response.granted(&url)?
            }
            _ => response.granted(&url)?,
        };
        let found = referrers(&list).map_err(|error| self.wrong(&error))?;
        Ok(found.into_iter().take(MAX_MANIFESTS).collect())
    }

    /// A manifest by its tag or digest, if there is one.
    fn manifest(&mut self, reference: &str) -> Result<Option<Arc<[u8]>>, VendorError> {
        let url = self.registry.url(&format!("{}/manifests/{reference}", self.repository))?;
        // A list is asked for too, so that it can be told by name.
        let accept = format!("{}, {INDEX}, application/vnd.docker.distribution.manifest.list.v2+json", MANIFEST_TYPES.join(", "));
        let response = self.ask(&url, &accept, MAX_MANIFEST)?;
        if response.status == 404 { Ok(None) } else { response.granted(&url).map(Some) }
    }

    fn blob(&mut self, descriptor: &Descriptor, limit: u64) -> Result<Arc<[u8]>, VendorError> {
        let digest = &descriptor.digest;
        if descriptor.size > limit {
            let message = format!("{} has a blob of {} bytes, more than {limit}: {digest}", self.name, descriptor.size);
            return Err(VendorError::new(message, "nothing larger is fetched; push the rules alone"));
        }
        let url = self.registry.url(&format!("{}/blobs/{digest}", self.repository))?;
        let bytes = self.ask(&url, "*/*", limit)?.granted(&url)?;
        self.same(&bytes, digest)?;
        Ok(bytes)
    }

    fn ask(&mut self, url: &url::Url, accept: &str, limit: u64) -> Result<Response, VendorError> {
        self.registry.get(url, &self.repository, accept, limit, &mut self.token)
    }

    /// Whether bytes are those of a digest.
    fn same(&self, bytes: &[u8], digest: &Digest) -> Result<(), VendorError> {
        let found = Digest::of(bytes);
        if found == *digest {
            return Ok(());
        }
        let message = format!("{} gives {found} where {digest} was asked for", self.name);
        Err(VendorError::new(message, "try again, or ask whoever runs the registry"))
    }
}
