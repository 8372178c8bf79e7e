//! The functions that Helm adds.
