//! Functions that see their arguments before they are evaluated, and templates of other files.

use std::sync::Arc;

use portcullis_source::Span;

use crate::{
    limits::MAX_FILE_BYTES,
    machine::{Evaluated, Fault, Frame, Machine, Scope},
    syntax::{self, Base, Call, Expr, Kind},
    types::Type,
    value::{Marks, Members, Value},
};

impl Machine<'_> {
    pub(super) fn call_lazily(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Evaluated {
        match &*call.name {
            "try" => self.try_all(call, span, scope),
            "can" => self.can(call, span, scope),
            _ => self.template_of(call, span, scope),
        }
    }

    fn try_all(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Evaluated {
        let mut last = None;
        for argument in &call.arguments {
            match self.eval(argument, scope) {
                // What is not known yet may fail later, when the next argument counts.
                Ok(value) => return Ok(value.forgetting_not_null()),
                Err(fault) if fault.limit.is_some() => return Err(fault),
                Err(fault) => last = Some(fault),
            }
        }
        let hint = last.map_or_else(|| "give at least one".to_owned(), |fault| format!("of the last: {}", fault.message));
        Err(Fault::new("no argument of try has a value", hint, span))
    }

    fn can(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Evaluated {
        let [argument] = call.arguments.as_slice() else {
            return Err(Fault::new("can takes 1 argument", "give one", span));
        };
        match self.eval(argument, scope) {
            Ok(value) => Ok(match value.any_reason() {
                Some(reason) => Value::unknown(Type::Bool, reason.clone()),
                None => Value::from(true),
            }),
            Err(fault) if fault.limit.is_some() => Err(fault),
            Err(_) => Ok(Value::from(false)),
        }
    }

    /// `templatefile` and `templatestring`.
    fn template_of(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Evaluated {
        let [source, names] = call.arguments.as_slice() else {
            return Err(Fault::new(format!("{} takes 2 arguments", call.name), "give a template and an object", span));
        };
        let is_file = &*call.name == "templatefile";
        if scope.template {
            return Err(Fault::new(format!("a template cannot call {}", call.name), "render the other template first", span));
        }
        if !is_file && matches!(source.kind, Kind::String(_) | Kind::Template(_) | Kind::Call(_) | Kind::Binary(..) | Kind::Conditional(_))
        {
            return Err(Fault::new("templatestring takes a reference to a template", "put the template into a local", source.span));
        }
        let given = self.eval(source, scope)?;
        let names = self.eval(names, scope)?;
        let marks = given.marks.with(names.marks);
        for value in [&given, &names] {
            if let Some(unknown) = value.as_unknown() {
                return Ok(Value::unknown(if is_file { Type::Dynamic } else { Type::String }, unknown.reason.clone()).marked(marks));
            }
        }
        if is_file && given.marks.sensitive {
            return Err(Fault::new("the path of a template is sensitive", "take a path that may be shown", source.span));
        }
        let given = Self::want(&given, &Type::String, "the template", source.span)?;
        let Some(text) = given.as_str() else {
            return Err(Fault::new("the template is null", "give a template", source.span));
        };
        if let Some(reason) = self.not_copied(text, source.span).filter(|_| is_file) {
            return Ok(Value::unknown(Type::Dynamic, reason).marked(marks));
        }
        let Some(members) = names.members() else {
            return Err(Fault::new("the names of a template are an object or a map", "write { name = value }", span));
        };
        let expr = if is_file { self.template_file(text, source.span)? } else { parsed(text, Base::At(source.span))? };
        let mut frames: Vec<(String, Value)> = Vec::new();
        for (name, value) in members.iter() {
            if !syntax::is_identifier(name) {
                return Err(Fault::new(format!("{name:?} is no name for a template"), "names begin with a letter", span));
            }
            frames.push((name.to_string(), value.clone()));
        }
        let value = self.with_frames(&frames, Scope { template: true, ..Scope::default() }, &expr)?;
        let value = if is_file { value } else { Self::want(&value, &Type::String, "the result of a template", span)? };
        Ok(value.marked(marks))
    }

    /// A template that is not the configuration's own text, with names for it.
    pub(crate) fn rendered(&mut self, text: &str, names: &Members, span: Span) -> Evaluated {
        let expr = parsed(text, Base::At(span))?;
        let frames: Vec<(String, Value)> = names.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let value = self.with_frames(&frames, Scope { template: true, ..Scope::default() }, &expr)?;
        Self::want(&value, &Type::String, "the result of a template", span)
    }

    /// Evaluates with names that are given one inside the other; an object of its own where they are many.
    fn with_frames(&mut self, names: &[(String, Value)], scope: Scope<'_>, expr: &Expr) -> Evaluated {
        let Some(((name, value), rest)) = names.split_first() else { return self.eval(expr, scope) };
        if names.len() > crate::limits::MAX_NAMES {
            return Err(Self::limit("MAX_NAMES", "give a template fewer names", expr.span));
        }
        let frame = Frame { name, value: value.clone(), parent: scope.frames };
        self.with_frames(rest, scope.with(&frame), expr)
    }

    fn template_file(&mut self, path: &str, span: Span) -> Evaluated<Arc<Expr>> {
        let file = self.open(path).map_err(|failure| Fault {
            limit: failure.limit,
            ..Fault::new(failure.message, "paths are meant from the root module's folder", span)
        })?;
        if file.bytes().len() > MAX_FILE_BYTES {
            return Err(Self::limit("MAX_FILE_BYTES", "split the file", span));
        }
        let Ok(text) = std::str::from_utf8(file.bytes()) else {
            return Err(Fault::new(format!("{path} is no UTF-8"), "save it as UTF-8", span));
        };
        parsed(text, Base::File(file.id(), 0))
    }
}

fn parsed(text: &str, base: Base) -> Evaluated<Arc<Expr>> {
    syntax::template(text, base).map(Arc::new).map_err(|error| Fault::new(error.message, error.hint, error.span))
}

/// A value that nobody may see, and what is left of it.
pub(super) fn with_sensitivity(value: &Value, sensitive: bool) -> Value {
    let marks = Marks { sensitive, ..value.marks };
    value.clone().with_marks(marks)
}
