//! Any folder of files is built to an end, twice to the same bytes, which are YAML with a place for everything.
//!
//! The input is a list of files (`-- path --` lines, as in the cases), else a kustomization alone; the folder `o` is built, else the root.
#![no_main]

use std::{collections::BTreeMap, sync::Arc};

use libfuzzer_sys::fuzz_target;
use portcullis_kustomize::{Fault, Options, Rendered, render};
use portcullis_source::{RepoPath, Revision, Sources, yaml};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut files: BTreeMap<RepoPath, Arc<[u8]>> = BTreeMap::new();
    let mut path = RepoPath::new("o/kustomization.yaml").unwrap();
    let mut content = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --\n")) {
            Some(next) => {
                files.insert(path, Arc::from(std::mem::take(&mut content).into_bytes()));
                path = RepoPath::new(next).unwrap_or_default();
            }
            None => content.push_str(line),
        }
    }
    files.insert(path, Arc::from(content.into_bytes()));
    files.retain(|path, content| !path.as_str().is_empty() && !(path.as_str() == "o/kustomization.yaml" && content.is_empty()));
    let (first, again) = (build(&files), build(&files));
    match (first, again) {
        (Ok(first), Ok(again)) => {
            assert_eq!(first.text.bytes(), again.text.bytes());
            let stream = yaml::parse(&first.text);
            assert!(stream.error.is_none());
            assert_eq!(stream.documents.len(), first.objects.len());
        }
        (Err(first), Err(again)) => {
            assert_eq!(first, again);
            assert!(!first.hint.is_empty());
        }
        (one, other) => panic!("{} and {}", one.is_ok(), other.is_ok()),
    }
});

fn build(files: &BTreeMap<RepoPath, Arc<[u8]>>) -> Result<Rendered, Box<Fault>> {
    let revision = Revision::memory(files.clone(), Arc::new(Sources::default()));
    render(&revision, &RepoPath::new("o").unwrap(), &Options::default())
}
