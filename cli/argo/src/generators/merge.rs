//! The merge generator: parameter sets of one generator, changed by those of others that agree on the merge keys.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Map, Value};

use super::{
    Generation,
    field::items,
    transform::{Level, child},
};
use crate::{
    fault::Fault,
    parameters::{json, merge_over, print},
};

/// The sets of the first child in their order, those of later children merged into them.
pub(super) fn generate(generation: &mut Generation<'_>, spec: &Value, level: Level) -> Result<Vec<Map>, Fault> {
    let children = items(generation, spec, "generators")?;
    if children.len() < 2 {
        return Err(generation
            .fault(format!("a merge takes two generators or more, but has {}", children.len()), spec)
            .hint("add the generator whose parameters are to be merged in"));
    }
    let mut made = Vec::with_capacity(children.len());
    for entry in &children {
        made.push((entry, child(generation, entry, level.below(), None)?));
    }
    let keys: Vec<String> = items(generation, spec, "mergeKeys")?.iter().map(print).collect();
    if keys.is_empty() {
        return Err(generation
            .fault("a merge needs at least one of mergeKeys", spec)
            .hint("name the parameters by which sets belong together, such as mergeKeys: [server]"));
    }
    let mut base = Vec::new();
    for (index, (entry, sets)) in made.into_iter().enumerate() {
        let keyed = keyed(generation, &keys, sets, entry)?;
        if index == 0 {
            base = keyed;
            continue;
        }
        let over: BTreeMap<String, Map> = keyed.into_iter().collect();
        for (key, set) in &base {
            if let Some(over) = over.get(key) {
                override_with(generation, set, over, entry)?;
            }
        }
    }
    Ok(base.into_iter().map(|(_, set)| set).collect())
}

/// Each set with the JSON of its merge keys, which must be its own.
fn keyed(generation: &Generation<'_>, keys: &[String], sets: Vec<Map>, entry: &Value) -> Result<Vec<(String, Map)>, Fault> {
    let mut seen = std::collections::BTreeSet::new();
    let mut keyed = Vec::with_capacity(sets.len());
    for set in sets {
        let values = keys.iter().map(|key| (Arc::from(key.as_str()), set.get(key).unwrap_or_else(Value::invalid)));
        let key = json(&Value::map(values.collect()));
        if !seen.insert(key.clone()) {
            let fault = generation.fault(format!("two parameter sets are not unique by the given mergeKeys: {key}"), entry);
            return Err(fault.hint("with goTemplate, a merge key is a parameter at the top level"));
        }
        keyed.push((key, set));
    }
    Ok(keyed)
}

fn override_with(generation: &Generation<'_>, set: &Map, over: &Map, entry: &Value) -> Result<(), Fault> {
    if generation.is_go() {
        return merge_over(set, over).map_err(|error| {
            let hint = "see argoproj/argo-cd issue 16417: give the parameter another name in one of the generators";
            generation.fault(error.to_string(), entry).hint(hint)
        });
    }
    over.entries.borrow().iter().for_each(|(key, value)| set.set(key.clone(), value.clone()));
    Ok(())
}
