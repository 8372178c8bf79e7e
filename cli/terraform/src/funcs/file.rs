//! Functions that read files, none of them outside of the revision.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use portcullis_source::{EntryKind, RepoPath, SourceFile};

use super::{Context, Done, Failure, Gives, Param, Spec, glob::Glob, text};
use crate::{
    convert::set_data,
    limits::{MAX_FILE_BYTES, MAX_ITEMS, MAX_STRING_BYTES},
    machine::Machine,
    types::Type,
    value::{Reason, ReasonKind, Value},
};

pub(super) const FUNCTIONS: &[Spec] = &[
    Spec::new("abspath", &[Param::Text], Gives::Text, |context, _| Ok(environment(context, "abspath()"))),
    Spec::new("basename", &[Param::Text], Gives::Text, |_, given| Ok(Value::string(&basename(text(given, 0))))),
    Spec::new("dirname", &[Param::Text], Gives::Text, |_, given| Ok(Value::string(&dirname(text(given, 0))))),
    Spec::new("file", &[Param::Text], Gives::Text, file),
    Spec::new("filebase64", &[Param::Text], Gives::Text, filebase64),
    Spec::new("fileexists", &[Param::Text], Gives::Bool, fileexists),
    Spec::new("fileset", &[Param::Text, Param::Text], Gives::Any, fileset),
    Spec::new("pathexpand", &[Param::Text], Gives::Text, |context, given| {
        if text(given, 0).starts_with('~') { Ok(environment(context, "pathexpand()")) } else { Ok(Value::string(text(given, 0))) }
    }),
];

/// The functions whose first argument is a path below which something is read.
pub(super) const READ: &[&str] = &[
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
];

fn environment(context: &Context<'_, '_>, what: &str) -> Value {
    let reason = Reason { kind: ReasonKind::Environment(Arc::from(what)), span: Some(context.span) };
    Value::unknown(Type::String, reason)
}

impl Machine<'_> {
    /// The file that a path names, from the root module's folder.
    pub(crate) fn open(&self, path: &str) -> Result<Arc<SourceFile>, Failure> {
        let path = self.root.join(path).map_err(|why| Failure::from(why.to_string()))?;
        let file = self.revision.read(&path).map_err(|why| Failure::from(format!("{why}; {}", why.hint())))?;
        if file.bytes().len() > MAX_FILE_BYTES {
            return Err(Failure::limit("MAX_FILE_BYTES"));
        }
        Ok(file)
    }
}

fn file(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let file = context.machine.open(text(given, 0))?;
    if file.bytes().len() > MAX_STRING_BYTES {
        return Err(Failure::limit("MAX_STRING_BYTES"));
    }
    let text = std::str::from_utf8(file.bytes()).map_err(|_| "contents of the file are not valid UTF-8; use filebase64() instead")?;
    Ok(Value::string(text))
}

fn filebase64(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let file = context.machine.open(text(given, 0))?;
    if file.bytes().len() > MAX_STRING_BYTES / 2 {
        return Err(Failure::limit("MAX_STRING_BYTES"));
    }
    Ok(Value::string(&STANDARD.encode(file.bytes())))
}

fn fileexists(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let path = context.machine.root.join(text(given, 0)).map_err(|why| Failure::from(why.to_string()))?;
    match context.machine.revision.resolve(&path) {
        Ok(resolved) => match context.machine.revision.entry(&resolved) {
            Some(EntryKind::File) => Ok(true.into()),
            Some(EntryKind::Folder) => Err(format!("{path} is a directory, not a file").into()),
            _ => Err(format!("{path} is not a regular file").into()),
        },
        Err(portcullis_source::ReadError::Missing(_)) => Ok(false.into()),
        Err(why) => Err(why.to_string().into()),
    }
}

fn fileset(context: &mut Context<'_, '_>, given: &[Value]) -> Done {
    let found = matching(context.machine, text(given, 0), text(given, 1))?;
    Ok(set_data(Type::String, found.iter().map(|path| Value::string(path)).collect()).into())
}

/// The files below a folder whose paths from there fit a pattern.
pub(super) fn matching(machine: &Machine<'_>, folder: &str, pattern: &str) -> Result<Vec<String>, Failure> {
    let folder = machine.root.join(folder).map_err(|why| Failure::from(why.to_string()))?;
    let glob =
        Glob::parse(pattern.strip_prefix("./").unwrap_or(pattern)).ok_or_else(|| Failure::from(format!("{pattern:?} is no pattern")))?;
    let resolved = match machine.revision.resolve(&folder) {
        Ok(resolved) => resolved,
        Err(portcullis_source::ReadError::Missing(_)) => RepoPath::root().join("\u{1}").unwrap_or_default(),
        Err(why) => return Err(why.to_string().into()),
    };
    let mut found = Vec::new();
    for (path, kind) in machine.revision.below(&resolved) {
        let is_file = match kind {
            EntryKind::File => true,
            EntryKind::Link(_) => {
                let led = machine.revision.resolve(path).ok();
                led.is_some_and(|led| machine.revision.entry(&led) == Some(&EntryKind::File))
            }
            EntryKind::Folder | EntryKind::Special => false,
        };
        let Some(inside) = path.below(&resolved).filter(|_| is_file) else { continue };
        if glob.matches(inside) {
            found.push(inside.to_owned());
        }
        if found.len() > MAX_ITEMS {
            return Err(Failure::limit("MAX_ITEMS"));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn basename(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/".to_owned();
    }
    trimmed.rsplit('/').next().unwrap_or_default().to_owned()
}

fn dirname(path: &str) -> String {
    let folder = path.rfind('/').map_or("", |at| path.get(..=at).unwrap_or_default());
    clean(folder)
}

/// A path without what leads nowhere, as Go's `filepath.Clean`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}
