//! The matrix generator: every parameter set of one generator with every one of another.

use portcullis_gotemplate::{Data, Map, Value};

use super::{
    Generation,
    field::items,
    generation::empty,
    transform::{Level, child},
};
use crate::{
    fault::Fault,
    parameters::{merge_over, own_map, print},
};

/// The sets of the first child, each combined with those of the second one, which may refer to it.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value, level: Level) -> Result<Vec<Map>, Fault> {
    let children = items(generation, spec, "generators")?;
    let [first, second] = children.as_slice() else {
        let count = children.len();
        return Err(generation
            .fault(format!("a matrix takes exactly two generators, but has {count}"), spec)
            .hint("put a matrix of two into a matrix to combine three"));
    };
    let mut sets = Vec::new();
    // A second child without any tag yields the same for every set of the first, so that it runs only once.
    let mut same: Option<Vec<Map>> = None;
    for left in child(generation, first, level.below(), None)? {
        let rights = match &same {
            Some(sets) => sets.iter().map(own_map).collect(),
            None => child(generation, second, level.below(), Some(&left))?,
        };
        if same.is_none() && !has_tags(second) {
            same = Some(rights.iter().map(own_map).collect());
        }
        for right in rights {
            sets.push(if generation.is_go() { deep(generation, &left, &right, spec)? } else { flat(generation, &left, &right, spec)? });
            generation.check_count(sets.len(), spec)?;
        }
    }
    Ok(sets)
}

/// Whether there is a tag of a template anywhere in a generator.
fn has_tags(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => text.bytes.windows(2).any(|pair| pair == b"{{"),
        Data::List(list) => list.items().iter().any(has_tags),
        Data::Map(map) => map.entries.borrow().iter().any(|(key, value)| key.contains("{{") || has_tags(value)),
        _ => false,
    }
}

/// The first child wins, maps merge.
fn deep(generation: &Generation<'_>, left: &Map, right: &Map, spec: &Value) -> Result<Map, Fault> {
    let set = empty();
    for part in [right, left] {
        merge_over(&set, part).map_err(|error| {
            let hint = "see argoproj/argo-cd issue 16417: give the parameter another name in one of the generators";
            generation.fault(error.to_string(), spec).hint(hint)
        })?;
    }
    Ok(set)
}

/// Everything becomes a string, and both must agree where they name the same.
fn flat(generation: &Generation<'_>, left: &Map, right: &Map, spec: &Value) -> Result<Map, Fault> {
    let set = empty();
    let text = |value: &Value| match &value.data {
        Data::String(_) => value.clone(),
        _ => Value::string(print(value)).from(value.origin).boxed(),
    };
    left.entries.borrow().iter().for_each(|(key, value)| set.set(key.clone(), text(value)));
    for (key, value) in right.entries.borrow().iter() {
        let value = text(value);
        if let Some(other) = set.get(key).filter(|other| print(other) != print(&value)) {
            let (one, two) = (print(&other), print(&value));
            let fault = generation.fault(format!("both generators set parameter {key}, to {one:?} and to {two:?}"), spec);
            return Err(fault.hint("git generators get a pathParamPrefix each; other parameters another name"));
        }
        set.set(key.clone(), value);
    }
    Ok(set)
}
