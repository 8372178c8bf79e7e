//! The `values` of a generator, rendered over its own parameters.

use std::collections::BTreeMap;

use portcullis_gotemplate::{Data, Map, MapType, Value};

use super::{Generation, field::map};
use crate::{fault::Fault, parameters::print, template::Failed};

/// Adds the `values` of a generator to one of its parameter sets.
pub(super) fn append(generation: &mut Generation<'_>, spec: &Value, parameters: &Map) -> Result<(), Fault> {
    let Some(values) = map(generation, spec, "values")? else { return Ok(()) };
    let mut made = BTreeMap::new();
    for (key, value) in values.entries.borrow().iter() {
        let value = match &value.data {
            Data::String(_) => value.clone(),
            Data::Nil => continue,
            Data::Map(_) | Data::List(_) => {
                return Err(generation
                    .fault(format!("values.{key} must be a string"), value)
                    .hint("write a text, or name parameters in a template"));
            }
            _ => {
                let fault = generation.fault(format!("values.{key} must be a string, but is {}", print(value)), value);
                generation.warnings.push(fault.hint("quote it"));
                Value::string(print(value)).from(value.origin).boxed()
            }
        };
        let rendered = generation.renderer.string(&value, parameters);
        made.insert(
            key.clone(),
            rendered
                .map_err(|error| generation.render_fault(Failed::new(error, value.origin).below(&**key).below("values"), parameters))?,
        );
    }
    if !generation.is_go() {
        made.into_iter().for_each(|(key, value)| parameters.set(format!("values.{key}"), value.boxed()));
    } else if !made.is_empty() {
        let made = made.into_iter().map(|(key, value)| (key, Value { boxed: false, ..value })).collect();
        parameters.set("values", Value::new(Data::Map(Map::new(MapType::Strings, made))).boxed());
    }
    Ok(())
}
