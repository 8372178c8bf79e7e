//! The functions of sprig.
