//! Go's `complex128`, which only a literal such as `{{ 1i }}` makes.

use std::any::Any;

use crate::{Failure, Object, Value};

/// A complex number; nothing but printing and comparing knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex {
    pub(crate) real: f64,
    pub(crate) imaginary: f64,
}

impl Complex {
    /// The complex number behind an object.
    pub(crate) fn of(object: &dyn Object) -> Option<Self> {
        object.as_any().downcast_ref().copied()
    }
}

impl Object for Complex {
    fn type_name(&self) -> &'static str {
        "complex128"
    }

    fn kind(&self) -> &'static str {
        "complex128"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn has_method(&self, _name: &str) -> bool {
        false
    }

    fn call(&self, name: &str, _arguments: Vec<Value>) -> Result<Value, Failure> {
        Err(Failure::new(format!("complex128 has no method {name}")))
    }

    fn is_zero(&self) -> bool {
        self.real == 0.0 && self.imaginary == 0.0
    }

    fn display(&self) -> String {
        let text = super::sprint(&[Value::new(crate::Data::Object(std::rc::Rc::new(*self)))]);
        match text.data {
            crate::Data::String(text) => text.lossy().into_owned(),
            _ => String::new(),
        }
    }

    fn to_plain(&self) -> Option<Value> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
