//! The files that places lie in, by numbers that mean the same in every part.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use portcullis_source::{FileId, RepoPath, SourceFile, Sources, Span};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{error::Error, report::Secrets, settings::Settings};

/// The files that a part names.
pub(super) struct Named<'a> {
    settings: &'a Settings,
    secrets: &'a Secrets,
    numbers: RefCell<BTreeMap<FileId, usize>>,
    files: RefCell<Vec<Value>>,
}

impl<'a> Named<'a> {
    pub(super) fn new(settings: &'a Settings, secrets: &'a Secrets) -> Self {
        Self { settings, secrets, numbers: RefCell::default(), files: RefCell::default() }
    }

    /// A place as the number of its file, its start and its end.
    pub(super) fn span(&self, span: Span) -> Value {
        let number = self.numbers.borrow().get(&span.file).copied();
        let number = number.unwrap_or_else(|| self.name(span.file));
        json!([number, span.start, span.end])
    }

    fn name(&self, id: FileId) -> usize {
        let sources = self.settings.revision.sources();
        let entry = sources.get(id).map_or(Value::Null, |file| self.entry(&file));
        self.files.borrow_mut().push(entry);
        let number = self.files.borrow().len() - 1;
        self.numbers.borrow_mut().insert(id, number);
        number
    }

    /// A file of the repository by its digest; another one, such as one in a packed chart, with its text.
    fn entry(&self, file: &SourceFile) -> Value {
        let path = RepoPath::new(file.path()).ok();
        let again = path.and_then(|path| self.settings.revision.read(&path).ok());
        if again.is_some_and(|again| again.id() == file.id()) {
            return json!({"path": &**file.path(), "sha256": digest(file.bytes())});
        }
        let text = match std::str::from_utf8(file.bytes()) {
            Ok(text) => text.to_owned(),
            // As reports show it: each bad byte is one character.
            Err(_) => file.bytes().iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect(),
        };
        json!({"path": &**file.path(), "sha256": digest(file.bytes()), "text": self.secrets.masked(file, text)})
    }

    pub(super) fn finish(self) -> Value {
        self.files.into_inner().into()
    }
}

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files of all parts; a file that several of them name is one.
pub(super) struct Found<'a> {
    settings: &'a Settings,
    others: BTreeMap<(String, String), Arc<SourceFile>>,
}

impl<'a> Found<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings, others: BTreeMap::new() }
    }

    /// The files that a part names, by their numbers.
    pub(super) fn files(&mut self, entries: &Value, part: &str) -> Result<Vec<FileId>, Error> {
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        entries.iter().map(|entry| self.file(entry, part)).collect()
    }

    fn file(&mut self, entry: &Value, part: &str) -> Result<FileId, Error> {
        let field = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let sources: &Sources = self.settings.revision.sources();
        let key = (field("path").to_owned(), field("sha256").to_owned());
        if let Some(text) = entry.get("text").and_then(Value::as_str) {
            let file = self.others.entry(key).or_insert_with_key(|(path, _)| sources.add(path.as_str(), text.as_bytes().to_vec()));
            return Ok(file.id());
        }
        let read = RepoPath::new(&key.0).ok().and_then(|path| self.settings.revision.read(&path).ok());
        let same = read.filter(|file| digest(file.bytes()) == key.1);
        same.map(|file| file.id()).ok_or_else(|| Error::Usage {
            message: format!("{} is not what {part} was made from", key.0),
            hint: "merge where the same commit is checked out, or name it with --revision".to_owned(),
        })
    }
}
