//! The list generator: parameter sets as they are written.

use portcullis_gotemplate::{Data, List, Map, Str, Value};
use portcullis_source::{Text, yaml};

use super::{
    Generation,
    field::{field, items},
    generation::empty,
};
use crate::{
    fault::Fault,
    parameters::{Made, print, read_made},
};

/// The elements, and those of `elementsYaml` after them.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value) -> Result<Vec<Map>, Fault> {
    let elements = items(generation, spec, "elements")?;
    let mut sets = Vec::with_capacity(elements.len());
    for element in elements {
        sets.push(match &element.data {
            Data::Map(map) if generation.is_go() => map.clone(),
            Data::Map(map) => strings(generation, map)?,
            Data::Nil => empty(),
            _ => return Err(generation.fault("an element must be a map", &element).hint("write it as key: value")),
        });
    }
    if let Some(text) = field(spec, "elementsYaml") {
        sets.extend(from_yaml(generation, &text)?);
    }
    Ok(sets)
}

/// Without Go's templates every parameter is a string, and `values` is the only map.
fn strings(generation: &Generation<'_>, element: &Map) -> Result<Map, Fault> {
    let parameters = empty();
    let text = |key: &str, value: &Value| match &value.data {
        Data::String(_) => Ok(value.clone()),
        _ => {
            let fault = generation.fault(format!("parameter {key} is {}, but must be a string without goTemplate", name(value)), value);
            Err(fault.hint("quote it, or set goTemplate: true"))
        }
    };
    for (key, value) in element.entries.borrow().iter() {
        match &value.data {
            Data::Map(values) if &**key == "values" => {
                for (key, value) in values.entries.borrow().iter() {
                    let key = format!("values.{key}");
                    parameters.set(key.as_str(), text(&key, value)?);
                }
            }
            _ if &**key == "values" => return Err(generation.fault("values must be a map", value).hint("write it as key: value")),
            _ => parameters.set(key.clone(), text(key, value)?),
        }
    }
    Ok(parameters)
}

fn name(value: &Value) -> String {
    match &value.data {
        Data::Nil => "null".to_owned(),
        Data::Map(_) => "a map".to_owned(),
        Data::List(_) => "a list".to_owned(),
        _ => print(value),
    }
}

fn from_yaml(generation: &mut Generation<'_>, text: &Value) -> Result<Vec<Map>, Fault> {
    let Data::String(string) = &text.data else {
        return Err(generation.fault("elementsYaml must be a string", text).hint("write the list as a text, as with elementsYaml: |"));
    };
    let bad = |generation: &Generation<'_>, why: &str| {
        generation
            .fault(format!("elementsYaml is no list of maps: {why}"), text)
            .hint("the text is YAML: a list with a map for each Application")
    };
    let stream = yaml::parse(&Text::nowhere(string.bytes.clone()));
    if let Some(error) = stream.error {
        return Err(bad(generation, &error.message));
    }
    let Some(document) = stream.documents.first() else { return Ok(Vec::new()) };
    let made = Made { document, string: Str::clone(string), whole: text.origin };
    let Some(value) = read_made(&mut generation.renderer.trace, &made) else {
        return Err(bad(generation, "it is nested too deeply"));
    };
    match &value.data {
        Data::Nil => Ok(Vec::new()),
        Data::List(List::Any(items)) => items
            .iter()
            .map(|item| match &item.data {
                Data::Map(map) => Ok(map.clone()),
                Data::Nil => Ok(empty()),
                _ => Err(bad(generation, "an item is no map")),
            })
            .collect(),
        _ => Err(bad(generation, "it is no list")),
    }
}
