//! `.Capabilities.APIVersions`.

use std::{any::Any, rc::Rc};

use portcullis_gotemplate::{Data, Failure, List, Object, Param, Value};

/// The list of API versions, with its method `Has`.
#[derive(Debug)]
pub(crate) struct Versions {
    /// The Go type.
    pub(crate) type_name: &'static str,
    /// The versions.
    pub(crate) items: Rc<Vec<Value>>,
}

impl Object for Versions {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> &'static str {
        "slice"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn has_method(&self, name: &str) -> bool {
        name == "Has"
    }

    fn parameters(&self, _name: &str) -> Option<&'static [Param]> {
        Some(&[Param::String])
    }

    fn call(&self, _name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        let Some(Value { data: Data::String(wanted), .. }) = arguments.first() else {
            return Ok(Value::new(Data::Bool(false)));
        };
        let is_wanted = |version: &Value| matches!(&version.data, Data::String(text) if text.bytes == wanted.bytes);
        Ok(Value::new(Data::Bool(self.items.iter().any(is_wanted))))
    }

    fn items(&self) -> Option<Value> {
        self.to_plain()
    }

    fn display(&self) -> String {
        super::record::show(&Value::new(Data::List(List::Strings(Rc::clone(&self.items)))))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::new(Data::List(List::Strings(Rc::clone(&self.items)))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
