//! Chart and values in, documents out.
