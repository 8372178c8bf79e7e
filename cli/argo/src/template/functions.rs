//! The functions that Argo CD adds to Go's templates.

use portcullis_gotemplate::{Call, Data, Failure, Function, Functions, Param, Value, convert::from_plain_node, funcs};
use portcullis_source::{Text, yaml};

use crate::parameters::{normalize, print, too_deep};

/// The longest slug, unless a template says otherwise.
const SLUG_LENGTH: i64 = 50;

const ARGO: &[Function] = &[
    Function { name: "normalize", params: &[Param::String], variadic: None, run: |call, args| map_text(call, &args, normalize) },
    Function { name: "slugify", params: &[], variadic: Some(Param::Any), run: slugify },
    Function { name: "fromYaml", params: &[Param::String], variadic: None, run: |call, args| from_yaml(call, &args, Shape::Map) },
    Function { name: "fromYamlArray", params: &[Param::String], variadic: None, run: |call, args| from_yaml(call, &args, Shape::List) },
];

/// Every function of an ApplicationSet's templates.
pub(super) fn functions() -> Functions {
    funcs::argo_functions().with(ARGO)
}

fn map_text(call: &mut Call<'_, '_>, args: &[Value], change: fn(&str) -> String) -> Result<Value, Failure> {
    let text = args.first().map(print).unwrap_or_default();
    Ok(Value::string(change(&text)).from(call.join(args)))
}

/// `slugify [max [smart]] name`.
fn slugify(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mismatch =
        |value: &Value, wanted: &str| Failure::new(format!("interface conversion: interface {{}} is {}, not {wanted}", value.type_name()));
    let (mut longest, mut smart, mut name) = (SLUG_LENGTH, true, String::new());
    let last = args.len().saturating_sub(1);
    for (index, value) in args.iter().enumerate() {
        match (index, &value.data) {
            (index, Data::String(text)) if index == last => name = text.lossy().into_owned(),
            (index, _) if index == last => return Err(mismatch(value, "string")),
            (0, Data::Int(length)) => longest = *length,
            (0, _) => return Err(mismatch(value, "int")),
            (1, Data::Bool(given)) => smart = *given,
            (1, _) => return Err(mismatch(value, "bool")),
            _ => {}
        }
    }
    let longest = usize::try_from(longest).map_err(|_| Failure::new("runtime error: slice bounds out of range"))?;
    Ok(Value::string(slug(&normalize(&name), longest, smart)).from(origin))
}

/// A slug of a normalized name: runs of other characters become one dash, and a long one is cut, at a dash where `smart`.
fn slug(name: &str, longest: usize, smart: bool) -> String {
    let cut = if !smart && name.len() >= longest { name.get(..longest).unwrap_or(name) } else { name };
    let mut made = String::with_capacity(cut.len());
    for character in cut.chars() {
        let character = if character.is_ascii_alphanumeric() || character == '_' { character } else { '-' };
        if character != '-' || !made.ends_with('-') {
            made.push(character);
        }
    }
    let made = made.trim_matches(['-', '_']);
    if !smart || longest == 0 || made.len() <= longest {
        return made.to_owned();
    }
    let end = made.get(..=longest).and_then(|head| head.rfind('-')).unwrap_or(longest);
    made.get(..end).unwrap_or(made).to_owned()
}

#[derive(Clone, Copy)]
enum Shape {
    Map,
    List,
}

/// The first document of a text; unlike Helm's function, it fails where Helm's gives the error as a value.
fn from_yaml(call: &mut Call<'_, '_>, args: &[Value], shape: Shape) -> Result<Value, Failure> {
    let origin = call.join(args);
    let text = args.first().map(print).unwrap_or_default();
    let stream = yaml::parse(&Text::nowhere(text.into_bytes()));
    if let Some(error) = stream.error {
        return Err(Failure::new(format!("error converting YAML to JSON: {}", error.message)));
    }
    let root = stream.documents.first().map(|document| &document.root);
    if root.is_some_and(too_deep) {
        return Err(Failure::new("error converting YAML to JSON: yaml: nested too deeply"));
    }
    let value = root.map_or_else(Value::invalid, |root| from_plain_node(root, &mut |_| origin));
    match (shape, &value.data) {
        (Shape::Map, Data::Map(_)) | (Shape::List, Data::List(_)) => Ok(value),
        (Shape::Map, Data::Nil) => Ok(Value::map(std::collections::BTreeMap::new())),
        (Shape::List, Data::Nil) => Ok(Value::list(Vec::new())),
        (Shape::Map, _) => {
            Err(Failure::new("error unmarshaling JSON: json: cannot unmarshal into Go value of type map[string]interface {}"))
        }
        (Shape::List, _) => Err(Failure::new("error unmarshaling JSON: json: cannot unmarshal into Go value of type []interface {}")),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs_are_cut_at_dashes() {
        assert_eq!(slug("feature-a.long.branch-name", 20, true), "feature-a-long");
        assert_eq!(slug("feature-a.long.branch-name", 20, false), "feature-a-long-branc");
        assert_eq!(slug("oneverylongword", 5, true), "oneve");
        assert_eq!(slug("a..b--c", 50, true), "a-b-c");
    }
}
