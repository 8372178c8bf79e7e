//! Names the code of the command, so that what another build found out is told from what this one would.
#![expect(clippy::disallowed_methods, reason = "a build script reads the files that it names")]

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The folders of a crate that what it does is made of.
const SOURCES: [&str; 5] = ["data", "prelude", "recorded", "rules", "src"];

/// The folders of a crate that have no part in it.
const OTHERS: [&str; 4] = ["benches", "examples", "fuzz", "tests"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("..");
    let mut files = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
    for folder in ["policies", "cli"] {
        crates(&root.join(folder), &mut files)?;
    }
    files.sort();
    // FNV-1a: whoever edits the code to collide with itself may.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in &files {
        let (name, bytes) = (file.strip_prefix(&root).map_err(io::Error::other)?, fs::read(file)?);
        for bytes in [name.as_os_str().as_encoded_bytes(), &bytes] {
            for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    println!("cargo::rerun-if-changed=../Cargo.lock");
    println!("cargo::rerun-if-changed=../Cargo.toml");
    println!("cargo::rustc-env=PORTCULLIS_BUILD={}-{hash:016x}", env::var("CARGO_PKG_VERSION").map_err(io::Error::other)?);
    Ok(())
}

/// What crates in a folder are made of, and what lies beside it there.
fn crates(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        if !path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        } else if is(&SOURCES) {
            println!("cargo::rerun-if-changed={}", path.display());
            list(&path, files)?;
        } else if !is(&OTHERS) {
            crates(&path, files)?;
        }
    }
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
