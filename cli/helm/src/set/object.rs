//! A `--set-json` that is one whole object, as Helm 4 takes it.

use std::sync::Arc;

use portcullis_gotemplate::{Value, convert};
use portcullis_source::{Key, LayerId, OriginId, Source, SourceFile, Text, Trace, yaml};

use super::value::from_json;
use crate::RenderError;

/// Whether an argument is an object rather than a list of assignments.
pub(crate) fn is_object(argument: &SourceFile) -> bool {
    argument.bytes().trim_ascii_start().starts_with(b"{")
}

/// The values that such an argument makes.
pub(crate) fn object(argument: &Arc<SourceFile>, layer: LayerId, trace: &mut Trace) -> Result<Value, RenderError> {
    let value: serde_json::Value = serde_json::from_slice(argument.bytes()).map_err(|_| {
        let text = String::from_utf8_lossy(argument.bytes());
        RenderError::new(format!("failed parsing --set-json data JSON: {text}")).at(Some(argument.span()))
    })?;
    // Read as YAML, each part of it has a place of its own; only escapes of JSON that YAML does not know stand against that.
    let stream = yaml::parse(&Text::of_file(argument));
    if let ([document], None, false) = (stream.documents.as_slice(), &stream.error, argument.bytes().contains(&b'\\')) {
        return Ok(convert::from_node(&document.root, &document.text, layer, trace));
    }
    let span = argument.span();
    let origin = trace.source(Source::Value { span, key: Key::Root, parent: OriginId::NONE, layer, shadowed: OriginId::NONE });
    Ok(from_json(value, origin))
}
