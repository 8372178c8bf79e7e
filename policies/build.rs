//! Lists the rule folders and the prelude, so that a new folder is a new rule without any other edit.
#![expect(clippy::disallowed_methods, reason = "a build script reads the folders that it embeds")]

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("embedded.rs");
    let mut files = Vec::new();
    for folder in ["prelude", "rules"] {
        println!("cargo::rerun-if-changed={folder}");
        list(&root.join(folder), &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        // The place is said when it is compiled, so that a checkout that moves, or shares its target folder, builds.
        writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))),", format!("/{name}"))
            .map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(out, code)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| ["rego", "md", "yaml"].iter().any(|known| extension == *known)) {
            files.push(path);
        }
    }
    Ok(())
}
