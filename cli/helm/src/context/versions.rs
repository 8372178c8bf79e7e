//! `.Capabilities.APIVersions`.

use std::{any::Any, rc::Rc};

use portcullis_gotemplate::{Data, Failure, List, Object, Param, Value};

/// The list of API versions, with its method `Has`.
#[derive(Debug)]
pub(crate) struct Versions(pub(crate) Rc<Vec<Value>>);

impl Object for Versions {
    fn type_name(&self) -> &'static str {
        "chartutil.VersionSet"
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
        Ok(Value::new(Data::Bool(self.0.iter().any(is_wanted))))
    }

    fn items(&self) -> Option<Value> {
        self.to_plain()
    }

    fn display(&self) -> String {
        super::record::show(&Value::new(Data::List(List::Strings(Rc::clone(&self.0)))))
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::new(Data::List(List::Strings(Rc::clone(&self.0)))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
