//! Lists the contracts of modules, so that a new file is a new contract without any other edit.
#![expect(clippy::disallowed_methods, reason = "a build script reads the folders that it embeds")]

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    println!("cargo::rerun-if-changed=data/contracts");
    let folder = root.join("data/contracts");
    let mut files = Vec::new();
    list(&folder, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&folder).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))", format!("/data/contracts/{name}"));
        writeln!(code, "    ({:?}, {text}),", name.trim_end_matches(".hcl")).map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(out.join("contracts.rs"), code)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "hcl") {
            files.push(path);
        }
    }
    Ok(())
}
