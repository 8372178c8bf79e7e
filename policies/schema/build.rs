//! Packs what is recorded of Kubernetes.
#![expect(clippy::disallowed_methods, reason = "reads what is recorded and writes what is compiled in")]

use std::{env, fs, io, path::PathBuf};

use flate2::{Compression, write::DeflateEncoder};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("recorded");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    println!("cargo::rerun-if-changed=recorded/kubernetes.txt");
    let text = fs::read(root.join("kubernetes.txt"))?;
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    io::Write::write_all(&mut packed, &text)?;
    fs::write(out.join("kubernetes.deflate"), packed.finish()?)
}
