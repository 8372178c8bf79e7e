//! Names the code that decides what rules say, so that answers of another build are told from those of this one.
#![expect(clippy::disallowed_methods, reason = "a build script reads the files that it names")]

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("..");
    let mut files = vec![root.join("Cargo.lock")];
    for folder in ["policies/src", "policies/source/src"] {
        println!("cargo::rerun-if-changed=../{folder}");
        list(&root.join(folder), &mut files)?;
    }
    println!("cargo::rerun-if-changed=../Cargo.lock");
    files.sort();
    // FNV-1a: whoever edits the code to collide with itself may.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        let bytes = fs::read(&file)?;
        for byte in (bytes.len() as u64).to_le_bytes().into_iter().chain(bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=PORTCULLIS_BUILD={}-{hash:016x}", env::var("CARGO_PKG_VERSION").map_err(io::Error::other)?);
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
