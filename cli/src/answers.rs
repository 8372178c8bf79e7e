//! What rules said in earlier runs, in one file a repository, which may be deleted, shared and broken at any time.
//!
//! The file begins with a hash of all that follows it: what is not as it was written counts for nothing and is written anew, beside the old one
//! and then in its place, so that nobody reads half a file. Nothing is kept of Secrets, nor of what names their texts.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use portcullis_policies::{Memory, Question};
use sha2::{Digest as _, Sha256};

use crate::report::Secrets;

/// How large a file may grow; what this run did not ask for goes first.
const MAX_BYTES: usize = 32 << 20;

/// How many files there may be beside each other, and how large all of them; the oldest go first.
const MAX_FILES: usize = 64;
const MAX_ALL_BYTES: u64 = 256 << 20;

/// After how many runs that kept something else an answer goes that nobody asked for.
const MAX_AGE: u8 = 20;

/// What the names of files end with.
const ENDING: &str = ".answers";

/// What the names of files begin with that are being written, and after how many seconds nobody writes them any more.
const UNFINISHED: &str = ".unfinished-";
const MAX_WRITING: u64 = 3600;

/// The code that made the answers: one that was built otherwise may say otherwise.
const BUILD: &str = env!("PORTCULLIS_BUILD");

/// An answer, for how many runs nobody asked for it, and whether this one did.
#[derive(Debug)]
struct Known {
    answer: Arc<str>,
    age: u8,
    asked: AtomicBool,
}

/// The answers of earlier runs and of this one.
#[derive(Debug)]
pub(crate) struct Answers {
    file: PathBuf,
    known: BTreeMap<Question, Known>,
    added: Mutex<BTreeMap<Question, Arc<str>>>,
}

impl Memory for Answers {
    fn recall(&self, question: &Question) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(question) {
            known.asked.store(true, Ordering::Relaxed);
            return Some(Arc::clone(&known.answer));
        }
        self.added.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

    fn keep(&self, question: Question, answer: String) {
        self.added.lock().unwrap_or_else(PoisonError::into_inner).insert(question, answer.into());
    }
}

impl Answers {
    /// Reads what there is for a repository in a folder.
    pub(crate) fn open(folder: &Path, root: &Path) -> Self {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let name = hex(&Sha256::digest(format!("{BUILD}\n{}", root.display())));
        let file = folder.join(format!("{}{ENDING}", name.get(..NAME).unwrap_or_default()));
        let known = read(&file).unwrap_or_default();
        Self { file, known, added: Mutex::default() }
    }

    /// Writes what is new; where that cannot be done, the next run asks the rules again.
    pub(crate) fn save(&self, secrets: &Secrets) {
        let scrubber = secrets.scrubber();
        let is_open = |answer: &str| scrubber.as_ref().is_none_or(|scrubber| !scrubber.touches(answer));
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        added.retain(|_, answer| is_open(answer));
        if added.is_empty() {
            return;
        }
        let age = |known: &Known| if known.asked.load(Ordering::Relaxed) { 0 } else { known.age.saturating_add(1) };
        let kept = self.known.iter().map(|(question, known)| (age(known), *question, Arc::clone(&known.answer)));
        let added = added.iter().map(|(question, answer)| (0, *question, Arc::clone(answer)));
        let mut all: Vec<_> = kept.filter(|(age, ..)| *age <= MAX_AGE).chain(added).collect();
        all.sort();
        let mut body = String::new();
        for (age, Question(question), answer) in all {
            let line = format!("{} {age} {answer}\n", hex(&question));
            if body.len() + line.len() > MAX_BYTES {
                break;
            }
            body.push_str(&line);
        }
        let _ = write(&self.file, &body);
    }
}

/// How many hex digits of a hash a file is named with.
const NAME: usize = 32;

/// How many hex digits a hash has.
const HASH: usize = 64;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[expect(clippy::disallowed_methods, reason = "the cache is no part of any repository")]
fn read(file: &Path) -> Option<BTreeMap<Question, Known>> {
    let is_ours = fs::symlink_metadata(file).is_ok_and(|found| found.is_file() && found.len() <= (MAX_BYTES + HASH + 1) as u64);
    let text = is_ours.then(|| fs::read_to_string(file).ok())??;
    let (hash, body) = text.split_once('\n')?;
    if hash != hex(&Sha256::digest(body)) {
        return None;
    }
    body.lines().map(read_line).collect()
}

fn read_line(line: &str) -> Option<(Question, Known)> {
    let mut parts = line.splitn(3, ' ');
    let (question, age, answer) = (parts.next()?, parts.next()?, parts.next()?);
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(question.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    let known = Known { answer: answer.into(), age: age.parse().ok()?, asked: AtomicBool::new(false) };
    Some((Question(bytes), known))
}

/// Writes a file beside the old one, and puts it into its place.
fn write(file: &Path, body: &str) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    // Nobody else may read it.
    let mut made = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    made.write_all(hex(&Sha256::digest(body)).as_bytes())?;
    made.write_all(b"\n")?;
    made.write_all(body.as_bytes())?;
    made.persist(file).map_err(|error| error.error)?;
    prune(folder, file)
}

/// Removes the oldest of too many files, and what a run that was killed left behind.
#[expect(clippy::disallowed_methods, reason = "the cache is no part of any repository")]
fn prune(folder: &Path, own: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, found) = (entry.file_name(), entry.metadata()?);
        let is_ours = name.to_str().is_some_and(|name| name.strip_suffix(ENDING).is_some_and(|name| name.len() == NAME));
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
