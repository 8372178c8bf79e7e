//! `--output-dir`: manifests to files, as helm writes them, and to nowhere else.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Component, Path, PathBuf},
};

use portcullis_helm::{Manifest, Part, Rendered};

use crate::error::{Error, reason};

/// What helm says beside an error that it meets while it writes resources, since it takes it for one of rendering.
const ADVICE: &str = "\n\nUse --debug flag to render out invalid YAML";

/// Where manifests go to.
#[derive(Debug)]
pub(crate) struct OutputDir<'a> {
    /// The folder that paths are relative to.
    pub(crate) directory: &'a Path,
    /// The folder as it was given.
    pub(crate) given: &'a str,
    /// The release, if it has a folder of its own.
    pub(crate) release: Option<&'a str>,
}

impl OutputDir<'_> {
    /// Writes each manifest to the file that its path names, and gives helm's standard output.
    ///
    /// The first resource of a file replaces what an earlier run wrote; hooks are added to a file that exists, whoever wrote it.
    pub(crate) fn write(&self, rendered: &Rendered) -> Result<Vec<u8>, Error> {
        let (mut printed, mut files) = (Vec::new(), BTreeSet::new());
        for manifest in &rendered.manifests {
            let folder = self.folder(&manifest.part);
            let is_hook = matches!(manifest.part, Part::Hook(_));
            let append = if is_hook { self.place(&folder, manifest).exists() } else { files.contains(manifest.path.as_str()) };
            let outside = format!("{} leads out of {}", manifest.path, self.given);
            if let Err(message) = self.write_one(&folder, manifest, append).map_err(|failed| failed.unwrap_or_else(|| outside.clone())) {
                let advice = if is_hook || message == outside { "" } else { ADVICE };
                return Err(Error::Stopped { printed, message: format!("Error: {message}{advice}\n") });
            }
            files.insert(manifest.path.as_str());
            printed.extend(format!("wrote {folder}/{}\n", manifest.path).into_bytes());
        }
        Ok(printed)
    }

    /// CRDs lie outside of the release's folder, as in helm.
    fn folder(&self, part: &Part) -> String {
        match (part, self.release) {
            (Part::Crd, _) | (_, None) => self.given.to_owned(),
            (Part::Resource | Part::Hook(_), Some(release)) => clean(&format!("{}/{release}", self.given)),
        }
    }

    /// The folder that nothing leaves.
    fn root(&self) -> PathBuf {
        self.directory.join(clean(self.given))
    }

    fn place(&self, folder: &str, manifest: &Manifest) -> PathBuf {
        self.directory.join(folder).join(&manifest.path)
    }

    /// Without a message, the path leads out of the folder.
    fn write_one(&self, folder: &str, manifest: &Manifest, append: bool) -> Result<(), Option<String>> {
        if !Path::new(&manifest.path).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(None);
        }
        let name = format!("{folder}/{}", manifest.path);
        let file = self.place(folder, manifest);
        let clear = clean(&name);
        let around = clear.rsplit_once('/').map_or(".", |(around, _)| around);
        let parent = self.directory.join(around);
        if let Err(error) = parent.metadata()
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(Some(format!("stat {around}: {}", reason(&error))));
        }
        let root = self.root();
        self.make(&root, None)?;
        let root = root.canonicalize().map_err(|error| Some(format!("stat {}: {}", clean(self.given), reason(&error))))?;
        self.make(&parent, Some(&root))?;
        if fs::symlink_metadata(&file).is_ok_and(|found| found.is_symlink()) && !is_below(&file, &root) {
            return Err(None);
        }
        let mut options = OpenOptions::new();
        let opened = if append { options.append(true) } else { options.write(true).create(true).truncate(true) }.open(&file);
        let mut open = opened.map_err(|error| Some(format!("open {name}: {}", reason(&error))))?;
        open.write_all(&manifest.print()).map_err(|error| Some(format!("write {name}: {}", reason(&error))))
    }

    /// Makes a folder and those around it, and follows no link out of the root.
    fn make(&self, folder: &Path, root: Option<&Path>) -> Result<(), Option<String>> {
        let failed = |folder: &Path, error: &io::Error| {
            let shown = folder.strip_prefix(self.directory).unwrap_or(folder);
            Some(format!("mkdir {}: {}", clean(&shown.to_string_lossy()), reason(error)))
        };
        let mut around: Vec<&Path> = folder.ancestors().collect();
        around.reverse();
        for folder in around {
            match fs::create_dir(folder) {
                Ok(()) => {}
                Err(_) if folder.is_dir() => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.exists() => {
                    return Err(failed(folder, &io::Error::from(io::ErrorKind::NotADirectory)));
                }
                Err(error) => return Err(failed(folder, &error)),
            }
            let inside = |root: &Path| !folder.starts_with(self.root()) || is_below(folder, root);
            if !root.is_none_or(inside) {
                return Err(None);
            }
        }
        Ok(())
    }
}

fn is_below(path: &Path, root: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path.starts_with(root))
}

/// The shortest path that means the same, as Go's `filepath.Clean`.
fn clean(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if path.starts_with('/') => {}
            part => parts.push(part),
        }
    }
    match (path.starts_with('/'), parts.join("/")) {
        (true, below) => format!("/{below}"),
        (false, below) if below.is_empty() => ".".to_owned(),
        (false, below) => below,
    }
}
