//! `.Files`.

use std::{any::Any, collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, Failure, List, Object, Param, Str, Value};
use portcullis_source::{
    OriginId, Piece,
    yaml::emit::{EmitError, Emitter, Event, Style, natural_order, sort_by_key},
};

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

    /// The contents by the last parts of the paths, as YAML; nothing where that can't be written.
    fn as_yaml(&self, content: fn(&[u8]) -> String) -> Value {
        let by_base: BTreeMap<&str, &File> = self.0.iter().map(|(name, file)| (base(name), file)).collect();
        let entries = sort_by_key(by_base.into_iter().collect(), natural_order, |(name, _)| name);
        match write(&entries, content) {
            Ok((bytes, pieces)) => Value::new(Data::String(Str::pieced(bytes, pieces))),
            Err(_) => Value::string(""),
        }
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

fn write(entries: &[(&str, &File)], content: fn(&[u8]) -> String) -> Result<(Vec<u8>, Vec<Piece>), EmitError> {
    let mut emitter = Emitter::new(Style::Yaml2);
    emitter.event(Event::MapStart, OriginId::NONE)?;
    for (name, file) in entries {
        emitter.event(Event::String(name), file.origin)?;
        emitter.event(Event::String(&content(&file.bytes)), file.origin)?;
    }
    emitter.event(Event::MapEnd, OriginId::NONE)?;
    let (mut bytes, mut pieces) = emitter.finish()?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if let Some(last) = pieces.last_mut() {
        last.end = bytes.len() as u32;
    }
    Ok((bytes, pieces))
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
            "AsConfig" => Ok(self.as_yaml(|bytes| String::from_utf8_lossy(bytes).into_owned())),
            _ => Ok(self.as_yaml(base64)),
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
