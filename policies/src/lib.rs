//! The policy library that both gates share.
