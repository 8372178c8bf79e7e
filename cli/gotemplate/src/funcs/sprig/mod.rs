//! The functions of sprig.

pub mod cases;
pub mod certificates;
pub mod ciphers;
pub mod dates;
pub mod decimals;
pub mod defaults;
pub mod dicts;
pub mod encoding;
pub mod flow;
pub mod hashes;
pub mod lists;
pub mod numbers;
pub mod paths;
pub mod random;
pub mod reflect;
pub mod regex;
pub mod semver;
pub mod strings;
pub mod url;
pub mod words;
