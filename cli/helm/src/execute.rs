//! Executes the templates of a release.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, ExecError, Machine, Map, Settings, Value};
use portcullis_source::Trace;

use crate::{
    Chart, Compat, RenderError,
    context::{self, Context},
    manifest::Output,
};

/// What the evaluator says where templates are nested too deeply for the stack, or for Helm.
const NESTED: [&str; 2] = ["rendering template has a nested reference name: ", "nested too deeply"];

/// The text of each file but partials, by its path, and what all of them came from.
pub(crate) struct Executed {
    /// The texts.
    pub(crate) files: BTreeMap<Arc<str>, Output>,
    /// Their origins.
    pub(crate) trace: Arc<Trace>,
}

/// Executes all files in Helm's order: the deepest first, and among equals the last.
pub(crate) fn execute(
    chart: &Chart,
    contexts: BTreeMap<Arc<str>, Context>,
    settings: Settings,
    trace: Trace,
) -> Result<Executed, RenderError> {
    let mut contexts: Vec<Context> = contexts.into_values().collect();
    contexts.sort_by(|left, right| depth(&right.name).cmp(&depth(&left.name)).then_with(|| right.name.cmp(&left.name)));
    let templates = chart.templates(&contexts)?;
    let mut machine = Machine::new(&templates, settings);
    machine.trace = trace;
    let mut files = BTreeMap::new();
    for context in contexts {
        if context.name.rsplit('/').next().unwrap_or_default().starts_with('_') {
            continue;
        }
        let entries = [("Name", &context.name), ("BasePath", &context.base)];
        let entries = entries.map(|(key, text)| (Arc::from(key), Value::string(Arc::clone(text)).boxed()));
        let template = Map::new(context::values_type(chart.compat()), entries.into());
        context.root.set("Template", Value::new(Data::Map(template)).boxed());
        let root = Value::new(Data::Map(context.root));
        let text = machine.execute_within(&context.name, root, context.frame).map_err(|error| failed(error, chart.compat()))?;
        files.insert(context.name, Output::new(&text));
    }
    Ok(Executed { files, trace: machine.trace.finish() })
}

fn depth(name: &str) -> usize {
    name.bytes().filter(|&byte| byte == b'/').count()
}

/// Whether an error says that templates were nested too deeply.
pub(crate) fn is_nested(message: &str) -> bool {
    NESTED.iter().any(|said| message.contains(said))
}

/// Helm prints what a template said itself without the way to it.
fn failed(error: ExecError, compat: Compat) -> RenderError {
    let message = match (&error.raised, &error.location) {
        (Some(raised), Some(location)) => format!("execution error at ({location}): {raised}"),
        (Some(_) | None, _) if compat == Compat::Helm4 && !error.fatal => error.layered(),
        (Some(_) | None, _) => error.message,
    };
    let is_nested = is_nested(&message);
    let failure = RenderError::new(message).at(error.span).rendering();
    if is_nested { failure.hint("templates that include each other must come to an end") } else { failure }
}
