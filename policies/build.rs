//! Lists the rule folders and the prelude, so that a new folder is a new rule without any other edit, and compiles the rules.
#![expect(clippy::disallowed_methods, reason = "a build script reads the folders that it embeds")]

#[path = "src/rego/needs/mod.rs"]
mod needs;
#[path = "src/engine/program.rs"]
mod program;

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut files = Vec::new();
    for folder in ["prelude", "rules"] {
        println!("cargo::rerun-if-changed={folder}");
        list(&root.join(folder), &mut files)?;
    }
    files.sort();
    programs(&root, &out, &files)?;
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        // The place is said when it is compiled, so that a checkout that moves, or shares its target folder, builds.
        writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))),", format!("/{name}"))
            .map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(out.join("embedded.rs"), code)
}

/// Writes the program of each rule, and a list of them with what an object must have for the rule to find anything.
fn programs(root: &Path, out: &Path, files: &[PathBuf]) -> io::Result<()> {
    let prelude = files.iter().filter(|file| file.starts_with(root.join("prelude")));
    let prelude = prelude.map(|file| Ok((Arc::from(file.to_string_lossy()), Arc::from(fs::read_to_string(file)?))));
    let prelude: Vec<(Arc<str>, Arc<str>)> = prelude.collect::<io::Result<_>>()?;
    let shared = program::Shared::of(&prelude);
    let trees: Vec<Value> = prelude.iter().map(|(path, text)| tree(path, text)).collect::<io::Result<_>>()?;
    let folder = out.join("programs");
    fs::create_dir_all(&folder)?;
    let mut code = String::from("&[\n");
    for file in files.iter().filter(|file| file.file_name().is_some_and(|name| name == "rule.rego")) {
        let Some(id) = file.parent().and_then(Path::file_name).map(|id| id.to_string_lossy().into_owned()) else { continue };
        let rego = fs::read_to_string(file)?;
        let entry = format!("data.portcullis.rules.{}.findings", id.replace('-', "_"));
        let made = program::compile(&shared, (&format!("rules/{id}/rule.rego"), &rego), &entry, &[]);
        let made = made.map_err(|broken| io::Error::other(format!("{}:{}: {}", file.display(), broken.line, broken.reason)))?;
        fs::write(folder.join(format!("{id}.bin")), made.serialize_binary().map_err(io::Error::other)?)?;
        let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/rules/{id}/rule.rego\"))");
        let bytes = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/programs/{id}.bin\"))");
        let own = tree(&file.to_string_lossy(), &rego)?;
        let modules: Vec<(&Value, &str)> =
            trees.iter().zip(&prelude).map(|(tree, (_, text))| (tree, &**text)).chain([(&own, rego.as_str())]).collect();
        let ways = needs::Needs::of(&modules).of_set(&entry);
        let needs: String = ways.sets().map(|keys| format!("&{:?}, ", keys.iter().collect::<Vec<_>>())).collect();
        writeln!(code, "    ({id:?}, {text}, {bytes}, &[{needs}]),").map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(out.join("programs.rs"), code)
}

/// The syntax tree of a text.
fn tree(path: &str, text: &str) -> io::Result<Value> {
    let mut engine = regorus::Engine::new();
    engine.add_policy(path.to_owned(), text.to_owned()).map_err(io::Error::other)?;
    let mut trees: Value = serde_json::from_str(&engine.get_ast_as_json().map_err(io::Error::other)?)?;
    Ok(trees.pointer_mut("/0/ast").map(Value::take).unwrap_or_default())
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
