//! Whole runs: where nothing that a run looked at has changed, it would print the same again.

use std::path::{Path, PathBuf};

use portcullis_source::{Look, Looks, Seen};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{
    BUILD,
    store::{self, Ending, MAX_BYTES, hex, of_hex},
};
use crate::{
    commands::{Done, Exit},
    error::Error,
    report::Prints,
};

/// A run that is asked for, and the file that knows how it ends where it was asked for before.
#[derive(Debug)]
pub(crate) struct Run {
    file: PathBuf,
}

impl Run {
    /// A run that is all that these words say: the command line, and what the process finds itself in.
    pub(crate) fn new(folder: &Path, words: &str) -> Self {
        Self { file: store::file(folder, &format!("{BUILD}\n{words}"), Ending::Run) }
    }

    /// Ends as it did before, if it would see what it saw then: writes the same files, and gives the same to print.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn again(&self) -> Result<Option<Done>, Error> {
        let Some((prints, notes, code)) = store::read(&self.file).and_then(|text| read(&text)) else { return Ok(None) };
        Ok(Some(Done { output: prints.write()?, notes, code }))
    }

    /// Keeps how a run ended that saw all this; where that cannot be done, the next one does it all again.
    pub(crate) fn keep(&self, looks: &Looks, prints: &Prints, notes: &str, code: Exit) {
        let Some(text) = text(looks, prints, notes, code).filter(|text| text.len() <= MAX_BYTES) else { return };
        let _ = store::write(&self.file, &text);
    }
}

/// What a run saw and how it ended, in a line of JSON, and after that the texts as they are: notes, standard output, files.
fn text(looks: &Looks, prints: &Prints, notes: &str, code: Exit) -> Option<String> {
    let words: Vec<_> = looks.looks.iter().map(Look::words).collect::<Option<_>>()?;
    let files: Vec<_> = prints.files.iter().map(|(path, text)| Some((path.to_str()?, text.len()))).collect::<Option<_>>()?;
    let head = json!({"seen": hex(&looks.seen), "looks": words, "notes": notes.len(), "output": prints.output.len(), "files": files, "code": code as u8});
    let texts = prints.files.iter().map(|(_, text)| text.as_str());
    Some([&head.to_string(), "\n", notes, &prints.output].into_iter().chain(texts).collect())
}

fn read(text: &str) -> Option<(Prints, String, Exit)> {
    let (head, mut rest) = text.split_once('\n')?;
    let mut head: Value = serde_json::from_str(head).ok()?;
    let looks: Vec<Vec<String>> = serde_json::from_value(head.get_mut("looks")?.take()).ok()?;
    let files: Vec<(PathBuf, usize)> = serde_json::from_value(head.get_mut("files")?.take()).ok()?;
    let looks = Looks {
        looks: looks.iter().map(|words| Look::of_words(words)).collect::<Option<_>>()?,
        seen: of_hex(head.get("seen")?.as_str()?)?,
    };
    let now: Option<Vec<Seen>> = looks.looks.par_iter().map(Look::again).collect();
    if !looks.saw(&now?) {
        return None;
    }
    let mut take = |length: usize| {
        let (text, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(text.to_owned())
    };
    let length = |key: &str| usize::try_from(head.get(key)?.as_u64()?).ok();
    let (notes, output) = (take(length("notes")?)?, take(length("output")?)?);
    let files = files.into_iter().map(|(path, length)| Some((path, take(length)?))).collect::<Option<_>>()?;
    let code = Exit::of_number(u8::try_from(head.get("code")?.as_u64()?).ok()?)?;
    Some((Prints { output, files }, notes, code))
}
