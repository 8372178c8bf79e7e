//! Texts of Rego, checked before anything of them runs: that they parse, what they call and read, that nothing in them goes in circles.

use super::program::{Module, Program, Version};
use crate::rego::{
    nesting,
    outline::{Outline, cycle},
    words::FORBIDDEN,
};

/// A fault of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Which module.
    pub(crate) module: usize,
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// Compiles texts that may call each other, and says what they name; the first is the one that is asked.
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
    for (index, outline) in outlines.iter().enumerate() {
        for (line, call) in &outline.calls {
            let fault = |message: String| Fault { module: index, line: *line, message };
            if FORBIDDEN.contains(&call.as_str()) {
                return Err(fault(format!("calls {call}, which portcullis does not let rules call")));
            }
            let is_own = outlines.iter().any(|other| other.has(call));
            if call.starts_with("data.") && !is_own {
                return Err(fault(format!("calls {call}, which is not there")));
            }
            if !is_own && !is_builtin(call) {
                return Err(fault(format!("calls {call}, which portcullis does not have")));
            }
        }
    }
    if let Some((module, line, name)) = cycle(&outlines) {
        return Err(Fault { module, line, message: format!("does not compile: {name} calls itself") });
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

/// Whether regorus has a builtin: what it has not it does not find; what is called wrongly is there.
fn is_builtin(name: &str) -> bool {
    let text = format!("package probe\n\nx if {name}(input)\n");
    let module = Module { path: "probe.rego".into(), text: text.into(), version: Version::V1 };
    let Ok(mut engine) = Program::new(vec![module]).parse() else { return false };
    engine.set_input(regorus::Value::Null);
    match engine.eval_rule("data.probe.x".to_owned()) {
        Ok(_) => true,
        Err(error) => !error.to_string().contains("could not find function"),
    }
}
