//! The language of Go's templates, chosen by `goTemplate: true`.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Data, Functions, Limits, Machine, Map, MissingKey, Settings, Str, Templates, Value, funcs};
use portcullis_source::{Text, Trace};

use super::RenderError;

/// One string of an ApplicationSet may not cost more than this.
const LIMITS: Limits = Limits { steps: 1_000_000, output: 8 << 20, stack: 1 << 20 };

/// How many different texts are kept parsed.
const MAX_PARSED: usize = 4_096;

/// Parsed templates and what holds for all of them.
#[derive(Debug)]
pub(super) struct Go {
    /// What a missing key gives.
    pub(super) missing_key: MissingKey,
    functions: Functions,
    parsed: BTreeMap<Arc<[u8]>, Rc<Templates>>,
}

impl Go {
    /// The language with the `goTemplateOptions` of an ApplicationSet.
    pub(super) fn new(options: &[String]) -> Result<Self, String> {
        let mut missing_key = MissingKey::Invalid;
        for option in options {
            missing_key = match option.as_str() {
                "missingkey=default" | "missingkey=invalid" => MissingKey::Invalid,
                "missingkey=zero" => MissingKey::Zero,
                "missingkey=error" => MissingKey::Error,
                other => return Err(format!("unrecognized option {other:?}, at which Argo CD's controller crashes")),
            };
        }
        Ok(Self { missing_key, functions: funcs::argo_functions(), parsed: BTreeMap::new() })
    }

    /// Executes a text over parameters, which it may change.
    pub(super) fn render(&mut self, text: &Str, parameters: &Map, trace: &mut Trace, strict: bool) -> Result<Str, RenderError> {
        let templates = self.templates(&text.bytes)?;
        let missing_key = if strict { MissingKey::Error } else { self.missing_key };
        let mut machine = Machine::new(&templates, Settings { missing_key, limits: LIMITS, ..Settings::default() });
        machine.trace = std::mem::take(trace);
        let made = machine.execute("", Value::new(Data::Map(parameters.clone())));
        *trace = std::mem::take(&mut machine.trace);
        made.map_err(|error| {
            let missing = ["map has no entry for key", "can't evaluate field"].iter().any(|text| error.message.contains(text));
            RenderError { message: error.message, missing, hint: None }
        })
    }

    fn templates(&mut self, text: &Arc<[u8]>) -> Result<Rc<Templates>, RenderError> {
        if let Some(templates) = self.parsed.get(text) {
            return Ok(Rc::clone(templates));
        }
        let mut templates = Templates::new(self.functions.clone());
        templates.parse("", &Text::nowhere(Arc::clone(text))).map_err(|error| {
            let bare = error.message.contains("function \"") && error.message.contains("not defined");
            let hint = bare.then(|| "with goTemplate, parameters are written with a dot: {{ .name }}".to_owned());
            RenderError { message: error.to_string(), missing: false, hint }
        })?;
        let templates = Rc::new(templates);
        if self.parsed.len() < MAX_PARSED {
            self.parsed.insert(Arc::clone(text), Rc::clone(&templates));
        }
        Ok(templates)
    }
}
