//! A schema, compiled at its first use.

use std::{
    error::Error,
    fmt,
    sync::{Arc, OnceLock},
};

use boon::{CompileError, Compiler, SchemaIndex, Schemas, UrlLoader};
use portcullis_source::SourceFile;
use serde_json::Value;

use super::report;

/// The name under which Helm knows the schema itself.
const LOCATION: &str = "file:///values.schema.json";

/// values.schema.json of one chart.
pub(crate) struct Schema {
    file: Arc<SourceFile>,
    compiled: OnceLock<Result<(Schemas, SchemaIndex), String>>,
}

impl fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Schema").field("file", &self.file.path()).finish_non_exhaustive()
    }
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

    /// The schemas and the one of them that is meant, or why they are none.
    pub(crate) fn compiled(&self) -> Result<(&Schemas, SchemaIndex), &str> {
        let compiled = self.compiled.get_or_init(|| compile(self.file.bytes()));
        compiled.as_ref().map(|(schemas, index)| (schemas, *index)).map_err(String::as_str)
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
