//! The limits that keep a hostile repository from costing more than its size.

/// How many kustomizations may lie within each other.
pub const MAX_NESTING: usize = 64;

/// How many kustomizations one build reads, those that are reached twice counted twice.
pub const MAX_KUSTOMIZATIONS: usize = 2_000;

/// How many objects one build may hold at a time.
pub const MAX_OBJECTS: usize = 50_000;

/// How deep lists and maps of one object may lie within each other.
pub const MAX_DEPTH: usize = 200;

/// How many values one build reads in all, those of files that are read twice counted twice.
pub const MAX_NODES: usize = 4_000_000;

/// How many bytes of output one build may write.
pub const MAX_OUTPUT_BYTES: usize = 64 << 20;

/// How many times transformers, patches, replacements and references may visit an object.
pub const MAX_STEPS: usize = 20_000_000;

/// How many bytes the values that replacements and variables put together may have in all.
pub const MAX_REPLACED_BYTES: usize = 64 << 20;
