//! Where every byte comes from: revision, span, origin, located YAML and JSON.
