//! How much of everything there may be.

/// The largest manifest, or index of a layout.
pub const MAX_MANIFEST: u64 = 1024 * 1024;

/// The most layers of a bundle: `conftest push` makes one of each file.
pub const MAX_LAYERS: usize = 2_000;

/// The largest layer, as it comes.
pub const MAX_LAYER: u64 = 16 * 1024 * 1024;

/// The most bytes of all layers of a bundle together, as they come.
pub const MAX_LAYERS_TOGETHER: u64 = 64 * 1024 * 1024;

/// The most bytes of all layers of a bundle together, unpacked, headers and padding included.
pub const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// The most entries of all layers of a bundle together.
pub const MAX_FILES: usize = 20_000;

/// The longest path in a bundle.
pub const MAX_PATH: usize = 512;

/// The most manifests that an index of a layout, or a list of referrers, may name.
pub const MAX_MANIFESTS: usize = 256;

/// The most signatures of one bundle that are looked at.
pub const MAX_SIGNATURES: usize = 64;

/// The largest signature, with everything that stands around it.
pub const MAX_SIGNATURE: u64 = 1024 * 1024;

/// The largest public key.
pub const MAX_KEY: usize = 64 * 1024;
