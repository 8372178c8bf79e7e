//! values.schema.json to a schema that values can be held against.

use std::{
    error::Error,
    fmt,
    sync::{Arc, OnceLock},
};

use boon::{CompileError, Compiler, SchemaIndex, Schemas, UrlLoader};
use portcullis_source::SourceFile;
use serde_json::Value;

use super::report;
use crate::Readings;

/// The name under which Helm knows the schema itself.
const LOCATION: &str = "file:///values.schema.json";

/// values.schema.json of one chart, compiled at its first use.
#[derive(Debug)]
pub(crate) struct Schema {
    file: Arc<SourceFile>,
    compiled: OnceLock<Arc<Compiled>>,
}

impl Schema {
    /// A schema that nothing was held against yet.
    pub(crate) fn new(file: Arc<SourceFile>) -> Self {
        Self { file, compiled: OnceLock::new() }
    }

    /// The file of the schema.
    pub(crate) fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// What it was compiled to.
    pub(crate) fn compiled(&self, readings: &Readings) -> &Compiled {
        self.compiled.get_or_init(|| readings.schema(self.file.bytes()))
    }
}

/// A schema that values can be held against, or why it is none.
pub(crate) struct Compiled(Result<(Schemas, SchemaIndex), String>);

impl fmt::Debug for Compiled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Compiled").field(&self.0.as_ref().map(|(_, index)| index)).finish()
    }
}

impl Compiled {
    /// Compiles values.schema.json.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(compile(bytes))
    }

    /// The schemas and the one of them that is meant.
    pub(crate) fn get(&self) -> Result<(&Schemas, SchemaIndex), &str> {
        self.0.as_ref().map(|(schemas, index)| (schemas, *index)).map_err(String::as_str)
    }
}

/// Nothing is read from the network or from other files; what an `urn:` names allows everything, as in Helm.
struct Offline;

impl UrlLoader for Offline {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        if url.starts_with("urn:") { Ok(Value::Bool(true)) } else { Err("schemas are read from the chart only".into()) }
    }
}

fn compile(bytes: &[u8]) -> Result<(Schemas, SchemaIndex), String> {
    let schema = serde_json::from_slice(bytes).map_err(|error| match error.is_eof() {
        true if bytes.trim_ascii().is_empty() => "EOF".to_owned(),
        true => "unexpected EOF".to_owned(),
        false => error.to_string(),
    })?;
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(Offline));
    compiler.add_resource(LOCATION, schema).map_err(|error| refused(&error))?;
    let mut schemas = Schemas::new();
    let index = compiler.compile(LOCATION, &mut schemas).map_err(|error| refused(&error))?;
    Ok((schemas, index))
}

fn refused(error: &CompileError) -> String {
    match error {
        CompileError::ValidationError { url, src } => format!("{url:?} is not valid against metaschema: {}", report::whole(src)),
        CompileError::LoadUrlError { url, src } => format!("failing loading {url:?}: {src}"),
        CompileError::JsonPointerNotFound(pointer) => format!("json-pointer in {pointer:?} not found"),
        CompileError::UnsupportedUrlScheme { url } => format!("no URLLoader registered for {url:?}"),
        CompileError::AnchorNotFound { url, reference } => format!("anchor in {reference:?} not found in schema {url:?}"),
        CompileError::ParseUrlError { .. }
        | CompileError::InvalidMetaSchemaUrl { .. }
        | CompileError::UnsupportedDraft { .. }
        | CompileError::MetaSchemaCycle { .. }
        | CompileError::ParseIdError { .. }
        | CompileError::ParseAnchorError { .. }
        | CompileError::DuplicateId { .. }
        | CompileError::DuplicateAnchor { .. }
        | CompileError::InvalidJsonPointer(_)
        | CompileError::UnsupportedVocabulary { .. }
        | CompileError::InvalidRegex { .. }
        | CompileError::Bug(_) => error.to_string(),
    }
}
