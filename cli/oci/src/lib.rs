//! Bundles of rules in OCI layouts into files, with their digests and signatures checked.
//!
//! 1. A [`Layout`] is what lies in a folder, or came from a registry: blobs by their [`Digest`]s, and an index that names manifests.
//! 2. A [`Manifest`] lists the layers of a bundle, or of a signature.
//! 3. A [`PublicKey`] verifies what cosign writes beside a bundle: [`signature::verify`].
//! 4. [`open`] turns all of that into [`BundleFile`]s, or says by name what it refuses.
//!
//! Everything that comes in is somebody else's: nothing is believed before its digest is that of its name, and everything has an end
//! ([`limits`]). Nothing here reads files or asks a network.

pub mod limits;
pub mod signature;

mod bundle;
mod digest;
mod error;
mod key;
mod layout;
mod manifest;
mod unpack;

pub use bundle::{BundleFile, Trust, Use, open};
pub use digest::Digest;
pub use error::OciError;
pub use key::PublicKey;
pub use layout::{BLOBS, INDEX, Layout, MARKER, manifests as referrers};
pub use manifest::{Descriptor, MANIFEST_TYPES, Manifest};
pub use signature::Proof;
