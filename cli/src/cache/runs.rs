//! Whole runs: where nothing that a run looked at has changed, it would print the same again.

use std::path::{Path, PathBuf};

use portcullis_source::{Look, Looks};
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

fn text(looks: &Looks, prints: &Prints, notes: &str, code: Exit) -> Option<String> {
    let words: Vec<_> = looks.looks.iter().map(Look::words).collect::<Option<_>>()?;
    let files: Vec<_> = prints.files.iter().map(|(path, text)| Some((path.to_str()?, text))).collect::<Option<_>>()?;
    let run =
        json!({"seen": hex(&looks.seen), "looks": words, "output": prints.output, "files": files, "notes": notes, "code": code as u8});
    Some(run.to_string())
}

fn read(text: &str) -> Option<(Prints, String, Exit)> {
    let mut run: Value = serde_json::from_str(text).ok()?;
    let looks: Vec<Vec<String>> = serde_json::from_value(run.get_mut("looks")?.take()).ok()?;
    let looks = looks.iter().map(|words| Look::of_words(words)).collect::<Option<_>>()?;
    let seen = of_hex(run.get("seen")?.as_str()?)?;
    if !(Looks { looks, seen }).still_hold() {
        return None;
    }
    let mut take = |key: &str| serde_json::from_value(run.get_mut(key)?.take()).ok();
    let (output, notes) = (take("output")?, take("notes")?);
    let files: Vec<(PathBuf, String)> = serde_json::from_value(run.get_mut("files")?.take()).ok()?;
    let code = Exit::of_number(u8::try_from(run.get("code")?.as_u64()?).ok()?)?;
    Some((Prints { output, files }, notes, code))
}
