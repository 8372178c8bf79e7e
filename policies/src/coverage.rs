//! A rule on regorus' interpreter, the elder sibling of the machine that it runs on: whether both say the same, and which lines were reached.

use std::collections::BTreeSet;

use crate::{Library, Rule, RuleInput, builtins};

/// A rule on the interpreter.
#[derive(Debug)]
pub struct Interpreter {
    engine: regorus::Engine,
    path: String,
}

/// The lines of a rule that have an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Those that were evaluated.
    pub covered: BTreeSet<u32>,
    /// Those that were not.
    pub missed: BTreeSet<u32>,
}

impl Interpreter {
    /// Takes a rule and the Rego that rules share.
    ///
    /// # Errors
    /// What regorus says of them.
    pub fn new(library: &Library, rule: &Rule) -> Result<Self, String> {
        let mut engine = regorus::Engine::new();
        engine.set_strict_builtin_errors(false);
        builtins::extend(&mut engine);
        engine.set_enable_coverage(true);
        for (path, text) in library.prelude() {
            engine.add_policy(path.to_string(), text.to_string()).map_err(|error| error.to_string())?;
        }
        let path = format!("rules/{}/rule.rego", rule.id);
        engine.add_policy(path.clone(), rule.rego.to_string()).map_err(|error| error.to_string())?;
        Ok(Self { engine, path })
    }

    /// What the interpreter says of an input, in the form of [`RuleInput::findings`].
    ///
    /// # Errors
    /// What regorus says where it cannot tell.
    pub fn findings(&mut self, case: &RuleInput) -> Result<String, String> {
        let input = regorus::Value::from_json_str(&case.input).map_err(|error| error.to_string())?;
        self.engine.set_input(input);
        let found = self.engine.eval_rule(case.entry_point.clone()).map_err(|error| error.to_string())?;
        serde_json::to_string(&found).map_err(|error| error.to_string())
    }

    /// The lines of the rule that were reached so far.
    ///
    /// # Errors
    /// What regorus says where it cannot tell.
    pub fn lines(&self) -> Result<Lines, String> {
        let report = self.engine.get_coverage_report().map_err(|error| error.to_string())?;
        let file = report.files.into_iter().find(|file| file.path == self.path);
        Ok(file.map(|file| Lines { covered: file.covered, missed: file.not_covered }).unwrap_or_default())
    }
}
