//! `portcullis schema` and `portcullis completions`.

use clap::CommandFactory;

use super::{Done, Outcome};
use crate::{args, report};

/// Prints the schema of a file.
pub(crate) fn schema(arguments: &args::Schema) -> Outcome {
    let text = match arguments.file {
        args::SchemaFile::Config => portcullis_policies::config::SCHEMA,
        args::SchemaFile::Lock => portcullis_vendor::SCHEMA,
        args::SchemaFile::Report => report::SCHEMA,
        args::SchemaFile::Baseline => portcullis_policies::waiver::BASELINE_SCHEMA,
        args::SchemaFile::Why => include_str!("../explain/why.schema.json"),
        args::SchemaFile::Values => include_str!("../explain/values.schema.json"),
        args::SchemaFile::Spot => include_str!("../readiness/spot.schema.json"),
        args::SchemaFile::Tf => crate::terraform::SCHEMA,
        args::SchemaFile::Drift => include_str!("../drift/drift.schema.json"),
    };
    Ok(Done { output: text.as_bytes().to_vec(), ..Done::default() })
}

/// Prints a completion script.
pub(crate) fn completions(arguments: &args::Completions) -> Outcome {
    let mut output = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::Args::command(), "portcullis", &mut output);
    Ok(Done { output, ..Done::default() })
}
