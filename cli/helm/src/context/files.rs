//! `.Files`.

use std::{any::Any, collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, Failure, List, Object, Param, Str, Value};
use portcullis_source::OriginId;

use crate::pattern::Glob;

/// The files of a chart, by their paths.
#[derive(Clone, Debug)]
pub(crate) struct Files(pub(crate) Rc<BTreeMap<Arc<str>, File>>);

/// A file and what its text comes from.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The content.
    pub(crate) bytes: Arc<[u8]>,
    /// Its origin.
    pub(crate) origin: OriginId,
}

impl File {
    fn text(&self) -> Value {
        Value::new(Data::String(Str { bytes: Arc::clone(&self.bytes), pieces: None })).from(self.origin)
    }

    fn raw(&self) -> Value {
        Value::new(Data::Bytes(Arc::clone(&self.bytes))).from(self.origin)
    }
}

impl Files {
    fn glob(&self, pattern: &str) -> Self {
        let glob = Glob::new(pattern);
        let found = self.0.iter().filter(|(name, _)| glob.matches(name));
        Self(Rc::new(found.map(|(name, file)| (Arc::clone(name), file.clone())).collect()))
    }

    /// The contents by the last parts of the paths, as YAML.
    fn as_yaml(&self, content: impl Fn(&File) -> Value) -> Result<Value, Failure> {
        let entries = self.0.iter().map(|(name, file)| (Arc::from(base(name)), content(file).boxed()));
        let _ = Value::map(entries.collect());
        Err(Failure::new("files can't be written as YAML yet"))
    }

    fn lines(&self, name: &str) -> Value {
        let file = self.0.get(name).filter(|file| !file.bytes.is_empty());
        let lines = file.map(|file| {
            let bytes = file.bytes.strip_suffix(b"\n").unwrap_or(&file.bytes);
            bytes.split(|&byte| byte == b'\n').map(|line| Value::string(line.to_vec()).from(file.origin)).collect()
        });
        Value::new(Data::List(List::Strings(Rc::new(lines.unwrap_or_default()))))
    }
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4_usize {
            let index = (bits >> (18 - 6 * position)) as usize & 63;
            let letter = ALPHABET.get(index).copied().map_or('=', char::from);
            text.push(if position > chunk.len() { '=' } else { letter });
        }
    }
    text
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn kind(&self) -> &'static str {
        "map"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(self.0.get(name).map_or_else(|| Value::new(Data::Bytes(Arc::from([]))), File::raw))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "Get" | "GetBytes" | "Glob" | "AsConfig" | "AsSecrets" | "Lines")
    }

    fn parameters(&self, name: &str) -> Option<&'static [Param]> {
        Some(if matches!(name, "AsConfig" | "AsSecrets") { &[] } else { &[Param::String] })
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        let argument = match arguments.first() {
            Some(Value { data: Data::String(text), .. }) => text.lossy().into_owned(),
            Some(_) | None => String::new(),
        };
        let file = self.0.get(argument.as_str());
        match name {
            "Get" => Ok(file.map_or_else(|| Value::string(""), File::text)),
            "GetBytes" => Ok(file.map_or_else(|| Value::new(Data::Bytes(Arc::from([]))), File::raw)),
            "Glob" => Ok(Value::new(Data::Object(Rc::new(self.glob(&argument))))),
            "Lines" => Ok(self.lines(&argument)),
            "AsConfig" => self.as_yaml(File::text),
            _ => self.as_yaml(|file| Value::string(base64(&file.bytes)).from(file.origin)),
        }
    }

    fn items(&self) -> Option<Value> {
        self.to_plain()
    }

    fn display(&self) -> String {
        self.to_plain().map(|plain| super::record::show(&plain)).unwrap_or_default()
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::map(self.0.iter().map(|(name, file)| (Arc::clone(name), file.raw())).collect()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
