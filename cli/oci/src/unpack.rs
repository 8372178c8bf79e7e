//! The bytes of a layer to files: nothing but plain files, at paths that lead nowhere else, to an end.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

use crate::{
    BundleFile, OciError, Use,
    error::{PUBLISHER, shown},
    limits::{MAX_FILES, MAX_PATH, MAX_UNPACKED},
};

/// What is left of the limits while the layers of one bundle are unpacked.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: u64,
    entries: usize,
    files: BTreeMap<String, BundleFile>,
}

impl Default for Room {
    fn default() -> Self {
        Self { bytes: MAX_UNPACKED, entries: MAX_FILES, files: BTreeMap::new() }
    }
}

/// The path of an entry as it is written and, of a file, its content.
type Found = (String, Option<Arc<[u8]>>);

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// With gzip.
    Gzip,
    /// Not at all.
    Plain,
}

impl Room {
    /// The files, sorted by path.
    pub(crate) fn into_files(self) -> Vec<BundleFile> {
        self.files.into_values().collect()
    }

    /// Takes one file in.
    pub(crate) fn file(&mut self, path: &str, bytes: &Arc<[u8]>, meant: Use) -> Result<(), OciError> {
        self.entry()?;
        let path = clean(path)?;
        self.bytes = self.bytes.checked_sub(bytes.len() as u64).ok_or_else(too_much)?;
        self.insert(BundleFile { path, bytes: Arc::clone(bytes), meant })
    }

    /// Takes the files of an archive in.
    pub(crate) fn archive(&mut self, bytes: &[u8], packing: Packing) -> Result<(), OciError> {
        let plain: Box<dyn Read + '_> = match packing {
            Packing::Gzip => Box::new(MultiGzDecoder::new(bytes)),
            Packing::Plain => Box::new(bytes),
        };
        let mut metered = Metered { inner: plain, left: self.bytes, is_over: false };
        let unpacked = self.entries(&mut metered);
        // Where the limit is met, whatever the archive then says of itself is a consequence.
        if metered.is_over {
            return Err(too_much());
        }
        let found = unpacked?;
        self.bytes = metered.left;
        // `opa build` writes every path from a root, which is the bundle's.
        let is_rooted = !found.is_empty() && found.iter().all(|(path, _)| path.starts_with('/'));
        for (path, content) in found {
            let path = clean(if is_rooted { path.get(1..).unwrap_or_default() } else { &path })?;
            if let Some(bytes) = content {
                self.insert(BundleFile { path, bytes, meant: Use::Rules })?;
            }
        }
        Ok(())
    }

    /// The entries of an archive: of files their content, of folders none.
    fn entries(&mut self, from: &mut impl Read) -> Result<Vec<Found>, OciError> {
        let broken = |error: io::Error| OciError::new(format!("is refused: a layer cannot be unpacked: {error}"), PUBLISHER);
        let mut archive = Archive::new(&mut *from);
        let mut found = Vec::new();
        for entry in archive.entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            self.entry()?;
            let Some(path) = path(&entry)? else { continue };
            if entry.header().entry_type() == EntryType::Directory {
                found.push((path, None));
                continue;
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(broken)?;
            if content.len() as u64 != entry.size() {
                return Err(OciError::new(format!("is refused: {} ends early", shown(&path)), PUBLISHER));
            }
            found.push((path, Some(Arc::from(content))));
        }
        rest(from).map_err(broken)?;
        Ok(found)
    }

    fn entry(&mut self) -> Result<(), OciError> {
        let left = self.entries.checked_sub(1);
        self.entries =
            left.ok_or_else(|| OciError::new(format!("is refused: it has more than MAX_FILES = {MAX_FILES} entries"), PUBLISHER))?;
        Ok(())
    }

    fn insert(&mut self, file: BundleFile) -> Result<(), OciError> {
        if file.path.is_empty() {
            return Err(OciError::new("is refused: a file in it has no name", PUBLISHER));
        }
        if self.files.contains_key(&file.path) {
            return Err(OciError::new(format!("is refused: {} is in it twice", shown(&file.path)), PUBLISHER));
        }
        self.files.insert(file.path.clone(), file);
        Ok(())
    }
}

/// The path of an entry, if it is a file or a folder; none where it says something of the whole archive.
fn path(entry: &Entry<'_, impl Read>) -> Result<Option<String>, OciError> {
    let bytes = entry.path_bytes();
    let name = String::from_utf8_lossy(&bytes).into_owned();
    let refused = |what: &str| Err(OciError::new(format!("is refused: {} is {what}", shown(&name)), "push plain files and folders alone"));
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous | EntryType::Directory => {}
        EntryType::XGlobalHeader => return Ok(None),
        EntryType::Symlink => return refused("a symbolic link"),
        EntryType::Link => return refused("a hard link"),
        EntryType::Char | EntryType::Block => return refused("a device"),
        EntryType::Fifo => return refused("a pipe"),
        EntryType::GNUSparse => return refused("a sparse file"),
        _ => return refused("neither a file nor a folder"),
    }
    if std::str::from_utf8(&bytes).is_err() {
        return refused("no path in UTF-8");
    }
    Ok(Some(name))
}

/// A path below the bundle, as it will be told: `./` before it and `/` behind a folder say nothing.
fn clean(path: &str) -> Result<String, OciError> {
    let refused = |what: &str| Err(OciError::new(format!("is refused: the path {} {what}", shown(path)), PUBLISHER));
    if path.len() > MAX_PATH {
        return refused(&format!("is longer than MAX_PATH = {MAX_PATH} bytes"));
    }
    if path.starts_with('/') {
        return refused("is absolute");
    }
    if path.chars().any(|letter| letter.is_control() || letter == '\\') {
        return refused("has a character that no path in a bundle has");
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return refused("leads out of the bundle");
    }
    if parts.iter().any(|part| part.starts_with(".wh.")) {
        return refused("takes away what another layer has, which is said of container images alone");
    }
    Ok(parts.join("/"))
}

fn too_much() -> OciError {
    OciError::new(format!("is refused: it unpacks to more than MAX_UNPACKED = {MAX_UNPACKED} bytes"), PUBLISHER)
}

/// Reads to the end, where nothing but padding may stand: who reads on behind it would see another archive.
fn rest(from: &mut impl Read) -> io::Result<()> {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        if chunk.get(..count).unwrap_or_default().iter().any(|byte| *byte != 0) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "something stands behind its end"));
        }
    }
}

/// A reader that ends in an error where the limit is met.
struct Metered<'a> {
    inner: Box<dyn Read + 'a>,
    left: u64,
    is_over: bool,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                self.is_over = true;
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "too much"));
            }
        }
        Ok(count)
    }
}
