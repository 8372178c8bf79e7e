//! The functions that Go itself has.
