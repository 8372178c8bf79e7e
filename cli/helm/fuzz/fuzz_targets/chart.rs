//! Any chart is loaded, coalesced and rendered to an end, twice to the same bytes, and packed to the same as from its folder.
//!
//! The input is a list of files (`-- path --` lines, as in the seeds; `@values` and `@set` are values, `@4` asks for Helm 4), else a packed
//! chart, else the inside of one.
#![no_main]

use std::{collections::BTreeMap, io::Write, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;
use portcullis_helm::{Capabilities, Chart, Compat, Layer, LayerContent, Limits, Options, Release, RenderError, render};
use portcullis_source::{Range, RepoPath, Revision, Sources, Text};

const LIMITS: Limits = Limits { steps: 20_000, output: 1 << 20, stack: 1 << 20 };

const HELM_4: &str = "@4";
const VALUES: &str = "@values";
const SET: &str = "@set";

type Files = BTreeMap<String, Vec<u8>>;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"\x1F\x8B") {
        let _ = packed(bytes, &Files::new());
    } else if bytes.starts_with(b"-- ") {
        both(&files(bytes));
    } else {
        let _ = packed(&zip(bytes), &Files::new());
    }
});

/// The folder and the packed chart of the same files.
fn both(files: &Files) {
    let inside = |name: &str| !name.starts_with('@');
    let known: Vec<(RepoPath, Arc<[u8]>)> = files
        .iter()
        .filter(|(name, _)| inside(name))
        .filter_map(|(name, content)| Some((RepoPath::new(&format!("c/{name}")).ok()?, Arc::from(content.as_slice()))))
        .collect();
    let folder = answer(Revision::memory(known.into_iter().collect::<BTreeMap<_, _>>(), Arc::new(Sources::default())), "c", files);
    // Names that only one of the two knows how to read, and files that only a folder leaves out, are no concern of this comparison.
    let plain = |name: &str| {
        name.split('/').all(|part| !part.is_empty() && part.trim_start_matches('.').len() == part.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
    };
    if files.keys().any(|name| inside(name) && !plain(name)) || files.keys().any(|name| name.ends_with(".helmignore")) {
        return;
    }
    let archive = packed(&pack(files.iter().filter(|(name, _)| inside(name))), files);
    if files.keys().any(|name| inside(name)) {
        assert_eq!(folder, archive);
    }
}

fn packed(bytes: &[u8], files: &Files) -> Result<Vec<u8>, String> {
    let tree = BTreeMap::from([(RepoPath::new("c.tgz").unwrap(), Arc::from(bytes))]);
    answer(Revision::memory(tree, Arc::new(Sources::default())), "c.tgz", files)
}

fn answer(revision: Revision, path: &str, files: &Files) -> Result<Vec<u8>, String> {
    let first = attempt(&revision, path, files).map_err(|error| error.message);
    let again = attempt(&revision, path, files).map_err(|error| error.message);
    assert_eq!(first, again);
    first
}

fn attempt(revision: &Revision, path: &str, files: &Files) -> Result<Vec<u8>, RenderError> {
    let compat = if files.contains_key(HELM_4) { Compat::Helm4 } else { Compat::Helm3 };
    let chart = Chart::load(revision, &RepoPath::new(path).unwrap(), compat)?;
    let mut layers = Vec::new();
    if let Some(values) = files.get(VALUES) {
        let file = revision.sources().add(VALUES, values.clone());
        layers.push(Layer::file(VALUES, &Text::of_file(&file), compat)?);
    }
    if let Some(argument) = files.get(SET) {
        let content = LayerContent::Set(revision.sources().add(SET, argument.trim_ascii_end()));
        layers.push(Layer { name: Arc::from(SET), content });
    }
    let release = Release {
        name: Arc::from("demo"),
        namespace: Arc::from("default"),
        is_upgrade: false,
        revision: 1,
        capabilities: Arc::new(Capabilities::new(None, &[], compat)?),
    };
    let options = Options { include_crds: true, limits: LIMITS, ..Options::default() };
    let rendered = render(&chart, &layers, &release, &options)?;
    for manifest in &rendered.manifests {
        let length = manifest.text.bytes().len() as u32;
        let _ = manifest.text.origin(Range { start: 0, end: length });
        let ranges = manifest.documents.iter().map(|document| document.range);
        ranges.for_each(|range| assert!(range.start <= range.end && range.end <= length));
    }
    Ok(rendered.print())
}

/// The files that lines `-- path --` part; a later file of the same name is the one.
fn files(bytes: &[u8]) -> Files {
    let mut found = Files::new();
    let mut current = String::new();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let name = line.strip_prefix(b"-- ").and_then(|rest| rest.strip_suffix(b" --\n"));
        match name.and_then(|name| std::str::from_utf8(name).ok()) {
            Some(name) => {
                current = name.to_owned();
                found.insert(current.clone(), Vec::new());
            }
            None => found.entry(current.clone()).or_default().extend_from_slice(line),
        }
    }
    found.remove("");
    found
}

fn pack<'a>(files: impl Iterator<Item = (&'a String, &'a Vec<u8>)>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let _ = archive.append_data(&mut header, format!("c/{name}"), content.as_slice());
    }
    zip(&archive.into_inner().unwrap())
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
