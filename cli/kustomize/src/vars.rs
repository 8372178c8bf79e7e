//! Variables, which kustomize has given up for replacements but still puts in.

use std::collections::BTreeMap;

use portcullis_source::Data;

use crate::{
    Node, Place, Tag, Value,
    fault::{Fault, Result},
    fieldspec::{FieldSpec, Make, split_dotted},
    kustomization::Var,
    load::Shared,
    replacement::look_up,
    resource::Resources,
    tree::Scalar,
};

/// Notes which objects the variables of a kustomization are read from.
pub(crate) fn note(resources: &mut Resources, known: &mut Vec<Var>, vars: &[Var]) -> Result<()> {
    for var in vars {
        let exact = !var.object.namespace.is_empty();
        let found = resources.with_any_id(|id| if exact { var.object.equals(id) } else { var.object.equals_but_namespace(id) });
        match found.as_slice() {
            [] => {}
            [one] => {
                if let Some(resource) = resources.list.get_mut(*one) {
                    resource.variables.push(var.name.clone());
                }
            }
            _ => {
                let message = format!("variable {} may be read from several objects", var.name);
                return Err(Fault::refused(message, "say more of the object").at(var.place.span));
            }
        }
    }
    merge(known, vars)
}

/// Adds variables to others; each name may be given once.
pub(crate) fn merge(known: &mut Vec<Var>, vars: &[Var]) -> Result<()> {
    for var in vars {
        if known.iter().any(|other| other.name == var.name) {
            return Err(Fault::refused(format!("there are two variables {}", var.name), "rename one of them").at(var.place.span));
        }
        known.push(var.clone());
    }
    Ok(())
}

/// The value of a variable, and where it came from; none for what is neither text, number nor boolean.
struct Known {
    value: Option<Scalar>,
    place: Place,
}

/// Puts variables in.
pub(crate) fn resolve(resources: &mut Resources, vars: &[Var], specs: &[FieldSpec], shared: &Shared<'_>) -> Result<()> {
    if vars.is_empty() {
        return Ok(());
    }
    let mut values = BTreeMap::new();
    for var in vars {
        values.insert(var.name.clone(), read(resources, var)?);
    }
    for resource in &mut resources.list {
        shared.step(specs.len())?;
        let place = resource.node.place.clone();
        for spec in specs {
            spec.visit(&mut resource.node, Make::Nothing, &place, &mut |node| expand(node, &values, shared))?;
        }
    }
    Ok(())
}

fn read(resources: &Resources, var: &Var) -> Result<Known> {
    let refuse = |message: String| Err(Fault::refused(message, "correct objref or fieldref of the variable").at(var.place.span));
    let Some(resource) = resources.list.iter().find(|resource| resource.variables.contains(&var.name)) else {
        return refuse(format!("variable {} is read from an object that there is not", var.name));
    };
    let path: Vec<String> = split_dotted(&var.path).into_iter().flat_map(|part| indexes(&part)).collect();
    let Some(node) = look_up(&resource.node, &path).ok().flatten() else {
        return refuse(format!("variable {} is read from a field that its object has not", var.name));
    };
    let value = node.as_scalar().map(|scalar| match (scalar.tag, portcullis_source::yaml::resolve_plain(&scalar.text)) {
        (Tag::Int, Data::Int(value)) => Scalar { text: value.to_string().into(), tag: Tag::Int, quoted: false },
        (Tag::Float | Tag::Bool, _) => scalar.clone(),
        _ => Scalar { tag: Tag::Text, ..scalar.clone() },
    });
    Ok(Known { value, place: node.place.clone() })
}

/// `field[0]` as the two parts that it is.
fn indexes(part: &str) -> Vec<String> {
    match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
        Some((name, index)) if !name.is_empty() && index.parse::<usize>().is_ok() => vec![name.to_owned(), index.to_owned()],
        _ => vec![part.to_owned()],
    }
}

fn expand(node: &mut Node, values: &BTreeMap<String, Known>, shared: &Shared<'_>) -> Result<()> {
    match &mut node.value {
        Value::Scalar(_) => expand_scalar(node, values, shared),
        Value::Map(entries) => {
            for entry in entries {
                if !entry.is_text {
                    let message = format!("key {} of a map is no string", entry.key);
                    return Err(Fault::refused(message, "put it in quotes").at(entry.key_place.span));
                }
                if entry.value.as_scalar().is_some() {
                    expand_scalar(&mut entry.value, values, shared)?;
                }
            }
            Ok(())
        }
        Value::List(items) => items.iter_mut().try_for_each(|item| {
            if item.as_scalar().is_none_or(|scalar| !scalar.is_string()) {
                return Err(item.not("a string"));
            }
            expand_scalar(item, values, shared)
        }),
    }
}

fn expand_scalar(node: &mut Node, values: &BTreeMap<String, Known>, shared: &Shared<'_>) -> Result<()> {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.is_string()) else { return Ok(()) };
    let text = scalar.text.to_string();
    let mut made = String::new();
    let mut place = None;
    let mut rest = text.as_str();
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        made.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        if let Some((name, left)) = after.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            let known = values.get(name);
            if let Some(value) = known.and_then(|known| known.value.as_ref()) {
                place = known.map(|known| known.place.clone());
                if text.len() == name.len() + 3 {
                    let place = place.unwrap_or_else(|| node.place.clone()).before(&node.place);
                    *node = Node::scalar(Scalar { quoted: false, ..value.clone() }, place);
                    return Ok(());
                }
                shared.replaced(value.text.len())?;
                made.push_str(&value.text);
            } else {
                made.push_str(&format!("$({name})"));
            }
            rest = left;
        } else if let Some(left) = after.strip_prefix('$') {
            made.push('$');
            rest = left;
        } else if let Some(left) = after.strip_prefix('(') {
            made.push_str("$(");
            rest = left;
        } else {
            let width = after.chars().next().map_or(0, char::len_utf8);
            made.push('$');
            made.push_str(after.get(..width).unwrap_or_default());
            rest = after.get(width..).unwrap_or_default();
        }
    }
    made.push_str(rest);
    let place = place.map_or_else(|| node.place.clone(), |place| place.before(&node.place));
    *node = Node::scalar(Scalar::text(made), place);
    Ok(())
}
