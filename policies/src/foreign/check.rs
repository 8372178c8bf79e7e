//! Texts of Rego, checked before anything of them runs: that they parse, what they call and read, that nothing in them goes in circles.

use std::collections::BTreeMap;

use super::program::{Module, Program};
use crate::{
    builtins,
    rego::{
        nesting,
        outline::{Outline, asts, cycle},
        unlike,
        words::{FORBIDDEN, SAID},
    },
};

/// A fault of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Which module.
    pub(crate) module: usize,
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// What texts call and cannot, each once: the name, and where it is called first.
pub(crate) fn forbidden(outlines: &[Outline]) -> BTreeMap<String, Fault> {
    let mut found = BTreeMap::new();
    for (module, outline) in outlines.iter().enumerate() {
        for (line, call) in &outline.calls {
            let is_own = outlines.iter().any(|other| other.has(call));
            let reason = if FORBIDDEN.contains(&call.as_str()) {
                "which portcullis does not let rules call"
            } else if is_own || SAID.contains(&call.as_str()) || builtins::is_known(call) {
                continue;
            } else if call.starts_with("data.") {
                "which is not there"
            } else {
                "which portcullis does not have"
            };
            found.entry(call.clone()).or_insert_with(|| Fault { module, line: *line, message: format!("calls {call}, {reason}") });
        }
    }
    found
}

/// Compiles texts that may call each other, and says what they name; the first is the one that is asked. What they call is another question.
pub(crate) fn check(modules: &[Module]) -> Result<(Program, Vec<Outline>), Fault> {
    for (index, module) in modules.iter().enumerate() {
        nesting::check(&module.text).map_err(|(line, message)| Fault { module: index, line, message })?;
    }
    let program = Program::new(modules.to_vec());
    let engine = program.parse().map_err(|(path, broken)| Fault {
        module: modules.iter().position(|module| module.path == path).unwrap_or_default(),
        line: broken.line,
        message: format!("does not compile: {}", broken.reason),
    })?;
    let outlines = Outline::all(&engine).map_err(|message| Fault { module: 0, line: 1, message })?;
    if let Some((module, line, name)) = cycle(&outlines) {
        return Err(Fault { module, line, message: format!("does not compile: {name} calls itself") });
    }
    for (module, outline) in outlines.iter().enumerate() {
        if let Some((line, name)) = outline.unsafe_variables.first() {
            return Err(Fault { module, line: *line, message: format!("does not compile: nothing gives {name} a value") });
        }
    }
    for (module, tree) in asts(&engine).unwrap_or_default().iter().enumerate() {
        if let Some((line, what)) = unlike::pattern(tree) {
            return Err(Fault { module, line, message: format!("has what portcullis does not read as OPA does, {what}") });
        }
    }
    schedules(&engine, &outlines)?;
    if let Err(reason) = program.engine() {
        return Err(Fault { module: 0, line: 1, message: format!("cannot be read: {reason}") });
    }
    Ok((program, outlines))
}

/// Whether regorus finds an order to evaluate everything in, which it only looks for when somebody asks.
fn schedules(engine: &regorus::Engine, outlines: &[Outline]) -> Result<(), Fault> {
    let mut engine = engine.clone();
    let Some(rule) = outlines.iter().find_map(Outline::some_rule) else { return Ok(()) };
    match engine.compile_with_entrypoint(&rule.into()) {
        Ok(_) => Ok(()),
        Err(error) => {
            let broken = crate::engine::Broken::of(&error);
            let text = error.to_string();
            // The place names the module: `--> PATH:LINE:COLUMN`.
            let path = text.split_once("--> ").and_then(|(_, rest)| rest.lines().next()?.rsplitn(3, ':').nth(2).map(str::to_owned));
            let module = outlines.iter().position(|outline| path.as_deref() == Some(&*outline.path)).unwrap_or_default();
            Err(Fault { module, line: broken.line, message: format!("does not compile: {}", broken.reason) })
        }
    }
}
