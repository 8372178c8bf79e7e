//! Files of a folder that may be deleted, shared and broken at any time.
//!
//! Each begins with a hash of all that follows it: what is not as it was written counts for nothing and is written anew, beside the old one and
//! then in its place, so that nobody reads half a file.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// How large a file may grow.
pub(super) const MAX_BYTES: usize = 32 << 20;

/// How many files there may be beside each other, and how large all of them; the oldest go first.
const MAX_FILES: usize = 64;
const MAX_ALL_BYTES: u64 = 256 << 20;

/// What the names of files begin with that are being written, and after how many seconds nobody writes them any more.
const UNFINISHED: &str = ".unfinished-";
const MAX_WRITING: u64 = 3600;

/// How many hex digits of a hash a file is named with.
const NAME: usize = 32;

/// How many hex digits a hash has.
const HASH: usize = 64;

/// What the names of files end with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    /// What rules said.
    Answers,
    /// A whole run.
    Run,
}

impl Ending {
    const ALL: [Self; 2] = [Self::Answers, Self::Run];

    fn text(self) -> &'static str {
        match self {
            Self::Answers => ".answers",
            Self::Run => ".run",
        }
    }
}

/// The file of a folder for what a text stands for.
pub(super) fn file(folder: &Path, of: &str, ending: Ending) -> PathBuf {
    let name = hex(blake3::hash(of.as_bytes()).as_bytes());
    folder.join(format!("{}{}", name.get(..NAME).unwrap_or_default(), ending.text()))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a hash in hexadecimal digits.
pub(super) fn of_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes).filter(|_| text.len() == HASH)
}

/// What was written into a file, if it is as it was written.
#[expect(clippy::disallowed_methods, reason = "the cache is no part of any repository")]
pub(super) fn read(file: &Path) -> Option<String> {
    let is_ours = fs::symlink_metadata(file).is_ok_and(|found| found.is_file() && found.len() <= (MAX_BYTES + HASH + 1) as u64);
    let mut text = is_ours.then(|| fs::read_to_string(file).ok())??;
    let (hash, body) = text.split_once('\n')?;
    let at = (hash == hex(blake3::hash(body.as_bytes()).as_bytes())).then_some(hash.len() + 1)?;
    Some(text.split_off(at))
}

/// Writes a file beside the old one, and puts it into its place.
pub(super) fn write(file: &Path, body: &str) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    // Nobody else may read it.
    let mut made = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    made.write_all(hex(blake3::hash(body.as_bytes()).as_bytes()).as_bytes())?;
    made.write_all(b"\n")?;
    made.write_all(body.as_bytes())?;
    made.persist(file).map_err(|error| error.error)?;
    prune(folder, file)
}

/// Removes the oldest of too many files, and what a run that was killed left behind.
#[expect(clippy::disallowed_methods, reason = "the cache is no part of any repository")]
fn prune(folder: &Path, own: &Path) -> io::Result<()> {
    let is_named = |name: &str| Ending::ALL.iter().any(|ending| name.strip_suffix(ending.text()).is_some_and(|name| name.len() == NAME));
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, found) = (entry.file_name(), entry.metadata()?);
        let is_ours = name.to_str().is_some_and(&is_named);
        let is_left = || found.modified().is_ok_and(|time| time.elapsed().is_ok_and(|since| since.as_secs() > MAX_WRITING));
        if found.is_file() && name.to_str().is_some_and(|name| name.starts_with(UNFINISHED)) && is_left() {
            fs::remove_file(entry.path())?;
        } else if found.is_file() && is_ours && entry.path() != own {
            files.push((found.modified()?, found.len(), entry.path()));
        }
    }
    files.sort();
    let (mut count, mut bytes) = (files.len() + 1, files.iter().map(|(_, length, _)| length).sum::<u64>() + fs::metadata(own)?.len());
    for (_, length, path) in files {
        if count <= MAX_FILES && bytes <= MAX_ALL_BYTES {
            break;
        }
        fs::remove_file(path)?;
        (count, bytes) = (count - 1, bytes.saturating_sub(length));
    }
    Ok(())
}
