//! A folder of files to the objects that `lookup` finds in them.

use portcullis_gotemplate::LiveObjects;
use portcullis_source::{EntryKind, RepoPath, Revision, Text, yaml};

use crate::RenderError;

/// Reads every YAML and JSON file of a folder: objects, lists of them, and several documents in a file.
///
/// # Errors
/// A file can't be read, or holds something that is no object.
pub fn live_objects(revision: &Revision, folder: &RepoPath) -> Result<LiveObjects, RenderError> {
    let mut live = LiveObjects::default();
    let files = revision.below(folder).filter(|(path, kind)| {
        let is_named = [".yaml", ".yml", ".json"].iter().any(|end| path.as_str().ends_with(end));
        is_named && **kind == EntryKind::File
    });
    for (path, _) in files {
        let file = revision.read(path).map_err(|error| RenderError::new(error.to_string()))?;
        let text = Text::of_file(&file);
        let stream = yaml::parse(&text);
        if let Some(error) = stream.error {
            let message = format!("{path} is no valid YAML: {}", error.message);
            return Err(RenderError::new(message)
                .at(text.span(error.range))
                .hint("a file of live objects is what kubectl get -o yaml prints"));
        }
        for document in stream.documents.iter().filter(|document| !document.root.is_null()) {
            live.add(&document.root).map_err(|fault| {
                let error = RenderError::new(format!("{path} holds {fault}")).at(text.span(document.root.range));
                error.hint("a live object has apiVersion, kind and metadata.name")
            })?;
        }
    }
    Ok(live)
}
