//! What rules said in earlier runs, in one file a repository.
//!
//! Nothing is kept of Secrets, nor of what names their texts.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use portcullis_policies::{Memory, Question};

use super::{
    BUILD,
    store::{self, Ending, MAX_BYTES, hex, of_hex},
};
use crate::report::Secrets;

/// After how many runs that kept something else an answer goes that nobody asked for.
const MAX_AGE: u8 = 20;

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
        let file = store::file(folder, &format!("{BUILD}\n{}", root.display()), Ending::Answers);
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
        let _ = store::write(&self.file, &body);
    }
}

fn read(file: &Path) -> Option<BTreeMap<Question, Known>> {
    store::read(file)?.lines().map(read_line).collect()
}

fn read_line(line: &str) -> Option<(Question, Known)> {
    let mut parts = line.splitn(3, ' ');
    let (question, age, answer) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = of_hex(question)?;
    let known = Known { answer: answer.into(), age: age.parse().ok()?, asked: AtomicBool::new(false) };
    Some((Question(bytes), known))
}
