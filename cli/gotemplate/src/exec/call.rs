//! Calls of functions and methods.

use std::rc::Rc;

use portcullis_source::{OriginId, Source};

use super::{
    fault::{At, Step},
    origin::{Inputs, all_of},
    state::{Exec, WHOLE},
};
use crate::{
    Call, Data, Failure, Function, Object, Param, Str, Value, ast,
    regard::{Extent, Parameters, Regard, Subject},
};

/// What is called.
pub(super) enum Callee<'name> {
    Function(&'name Function),
    Method { object: Rc<dyn Object>, name: &'name str },
}

/// The types of a callee's parameters.
struct Signature {
    params: &'static [Param],
    variadic: Option<Param>,
}

impl Signature {
    fn of(&self, index: usize) -> Param {
        self.params.get(index).copied().or(self.variadic).unwrap_or(Param::Any)
    }
}

impl Callee<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Function(function) => function.name,
            Self::Method { name, .. } => name,
        }
    }

    fn regard(&self) -> Regard {
        match self {
            Self::Function(function) => function.regard,
            Self::Method { .. } => Regard::WHOLE,
        }
    }

    fn signature(&self) -> Signature {
        match self {
            Self::Function(function) => Signature { params: function.params, variadic: function.variadic },
            Self::Method { object, name } => match object.parameters(name) {
                Some(params) => Signature { params, variadic: None },
                None => Signature { params: &[], variadic: Some(Param::Any) },
            },
        }
    }
}

impl<'tree> Exec<'_, '_, 'tree> {
    /// Calls a function; Go's own `and`, `or` and `call` are no ordinary ones.
    pub(super) fn call_function(
        &mut self,
        dot: &Value,
        function: &'tree Function,
        node: At<'tree>,
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        match function.name {
            "and" => self.decide(dot, function, false, arguments, passed),
            "or" => self.decide(dot, function, true, arguments, passed),
            "call" => self.call_value(dot, function, node, arguments, passed),
            _ => self.call(dot, &Callee::Function(function), node, arguments, passed),
        }
    }

    pub(super) fn call(
        &mut self,
        dot: &Value,
        callee: &Callee<'_>,
        node: At<'tree>,
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        let signature = callee.signature();
        self.check_count(callee.name(), &signature, arguments.len(), passed.is_some())?;
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for (index, argument) in arguments.iter().enumerate() {
            values.push(self.argument(dot, argument, Some(signature.of(index)))?);
        }
        if let Some(passed) = passed {
            values.push(self.check_type(passed, Some(signature.of(values.len())))?);
        }
        let regard = callee.regard();
        let part = match regard.extent {
            Extent::Glance => 0,
            Extent::Copy => WHOLE / 2,
            Extent::Whole => WHOLE,
        };
        self.charge(&values, part)?;
        let inputs = Inputs::of(&values);
        let result = match callee {
            Callee::Function(function) => {
                let mut call = Call { machine: self.machine, site: self.site };
                (function.run)(&mut call, values)
            }
            Callee::Method { object, name } => object.call(name, values),
        };
        match result {
            Ok(value) => {
                self.machine.steps = self.machine.steps.saturating_sub(regard.steps);
                self.charge(std::slice::from_ref(&value), part)?;
                let value = self.with_origin(regard.subject, value, &inputs);
                Ok(self.with_parameters(regard.parameters, value, &inputs))
            }
            Err(failure) => {
                self.at = node;
                Err(self.calling(callee.name(), failure))
            }
        }
    }

    fn calling(&self, name: &str, failure: Failure) -> Box<Failure> {
        self.wrap(failure.within(format_args!("error calling {name}")))
    }

    /// A result that says nothing of its origin comes from the arguments.
    fn with_origin(&mut self, subject: Subject, value: Value, inputs: &Inputs) -> Value {
        let says = !value.origin.is_none() || matches!(&value.data, Data::String(Str { pieces: Some(pieces), .. }) if !pieces.is_empty());
        if says {
            return self.with_decisions(value, inputs);
        }
        // A list or map was put together of elements that know their own origins.
        let origin = match (&value.data, subject) {
            (Data::List(_) | Data::Map(_), _) => self.machine.join(inputs.structure(&self.machine.trace)),
            (_, Subject::Kind) => self.kinds(inputs),
            (_, Subject::Shape) => self.machine.join(inputs.shallow()),
            (_, Subject::Size) => {
                let sizes: Vec<OriginId> = inputs.values().iter().map(|value| self.origin_of_size(value)).collect();
                self.machine.join(sizes)
            }
            (_, Subject::All) => {
                let all = inputs.deep();
                // Looking at everything is work too; a loop over it must come to the limit.
                self.machine.steps = self.machine.steps.saturating_sub(all.len() as u64 / 4);
                self.machine.join(all)
            }
        };
        value.from(origin)
    }

    /// A result is what it is because of what the function was told to do, too.
    fn with_parameters(&mut self, parameters: Parameters, value: Value, inputs: &Inputs) -> Value {
        let given = inputs.values();
        let told = given.iter().enumerate().filter(|(index, _)| parameters.has(*index, given.len())).flat_map(|(_, input)| all_of(input));
        let by = match parameters {
            Parameters::None => return value,
            _ => self.machine.join(told.filter(|&origin| origin != value.origin)),
        };
        self.machine.decided(value, by, self.site)
    }

    /// A text that is made of texts of several origins came from what decided about those, too.
    fn with_decisions(&mut self, value: Value, inputs: &Inputs) -> Value {
        if !matches!(value.data, Data::String(_)) {
            return value;
        }
        let is_made = |input: &&Value| !input.origin.is_none() && matches!(input.data, Data::String(Str { pieces: Some(_), .. }));
        let decided: Vec<OriginId> = inputs.values().iter().filter(is_made).map(|input| self.machine.decisions(input.origin)).collect();
        if decided.is_empty() {
            return value;
        }
        let origin = self.machine.join(std::iter::once(value.origin).chain(decided));
        value.from(origin)
    }

    /// Why values are of the types that they are: what a template wrote is a text, whatever it says.
    fn kinds(&mut self, inputs: &Inputs) -> OriginId {
        let mut origins = Vec::with_capacity(inputs.values().len());
        for value in inputs.values() {
            let written = match self.machine.trace.get(value.origin) {
                Some(Source::Action { .. } | Source::Template { .. } | Source::Skips { .. }) => matches!(value.data, Data::String(_)),
                Some(Source::Value { .. } | Source::Join(_) | Source::Builtin(_)) | None => false,
            };
            origins.push(if written { self.machine.decisions(value.origin) } else { value.origin });
        }
        self.machine.join(origins)
    }

    fn check_count(&self, name: &str, signature: &Signature, count: usize, passed: bool) -> Step<()> {
        let total = count + usize::from(passed);
        let fixed = signature.params.len();
        match signature.variadic {
            Some(_) if total < fixed => Err(self.fault(format_args!("wrong number of args for {name}: want at least {fixed} got {count}"))),
            None if total != fixed => Err(self.fault(format_args!("wrong number of args for {name}: want {fixed} got {total}"))),
            Some(_) | None => Ok(()),
        }
    }

    /// `and` and `or`: the first argument that decides, else the last; what comes after it is not evaluated.
    fn decide(
        &mut self,
        dot: &Value,
        function: &Function,
        stop: bool,
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        let signature = Signature { params: function.params, variadic: function.variadic };
        self.check_count(function.name, &signature, arguments.len(), passed.is_some())?;
        let mut seen = Vec::new();
        let mut decided = Value::invalid();
        let mut is_decided = false;
        for argument in arguments {
            decided = self.argument(dot, argument, Some(Param::Reflect))?;
            seen.push(self.origin_of(&decided));
            is_decided = decided.truth() == stop;
            if is_decided {
                break;
            }
        }
        if let Some(passed) = passed.filter(|_| !is_decided) {
            seen.push(self.origin_of(&passed));
            decided = passed;
        }
        // The chosen value comes first, what led to it after it; of a list or map, the parts have to know.
        if matches!(decided.data, Data::List(_) | Data::Map(_)) {
            seen.pop();
            let by = self.machine.join(seen);
            return Ok(self.machine.decided(decided, by, self.site));
        }
        let origin = self.machine.join(seen.into_iter().rev());
        Ok(decided.from(origin))
    }

    /// `call`, which no value of a chart can be the target of.
    fn call_value(
        &mut self,
        dot: &Value,
        function: &Function,
        node: At<'tree>,
        arguments: &'tree [ast::Expr],
        passed: Option<Value>,
    ) -> Step<Value> {
        let signature = Signature { params: function.params, variadic: function.variadic };
        self.check_count(function.name, &signature, arguments.len(), passed.is_some())?;
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.argument(dot, argument, Some(Param::Reflect))?);
        }
        values.extend(passed);
        let callee = values.first().cloned().unwrap_or_else(Value::invalid);
        let name = match (arguments.first(), &callee.data) {
            (Some(argument), _) => argument.to_string(),
            (None, Data::String(text)) => text.lossy().into_owned(),
            (None, _) => format!("<{} Value>", callee.type_name()),
        };
        self.at = node;
        Err(self.calling(
            "call",
            match callee.data {
                Data::Nil => Failure::new("call of nil"),
                _ => Failure::new(format!("non-function {name} of type {}", callee.type_name())),
            },
        ))
    }
}
