//! The functions and values that the oracle gives its templates, written for this engine.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail here")]

use std::{any::Any, collections::BTreeMap, rc::Rc, sync::Arc};

use portcullis_gotemplate::{Call, Data, Failure, Function, Functions, List, Map, MapType, Object, Param, Value, format, funcs};

/// Go's functions and those of the oracle.
pub(crate) fn functions() -> Functions {
    Functions::default().with(funcs::core::FUNCTIONS).with(PROBES)
}

type Outcome = Result<Value, Failure>;

const fn fixed(name: &'static str, params: &'static [Param], run: fn(&mut Call<'_, '_>, Vec<Value>) -> Outcome) -> Function {
    Function::fixed(name, params, run)
}

const fn any_number(name: &'static str, of: Param, run: fn(&mut Call<'_, '_>, Vec<Value>) -> Outcome) -> Function {
    Function::variadic(name, &[], of, run)
}

const PROBES: &[Function] = &[
    any_number("list", Param::Any, |_, args| Ok(Value::list(args))),
    any_number("strs", Param::String, |_, args| Ok(Value::new(Data::List(List::Strings(Rc::new(args)))))),
    any_number("ints", Param::Int, |_, args| Ok(Value::new(Data::List(List::Ints(Rc::new(args)))))),
    any_number("dict", Param::Any, dict),
    any_number("print", Param::Any, |_, args| Ok(format::sprint(&args))),
    Function::variadic("printf", &[Param::String], Param::Any, printf),
    fixed("same", &[Param::Any], |_, args| Ok(first(args).boxed())),
    fixed("none", &[], |_, _| Ok(Value::invalid().boxed())),
    fixed("fails", &[Param::String], |_, args| Err(Failure::new(text(&first(args))))),
    fixed("long", &[Param::Int], |_, args| Ok(Value::new(Data::Int64(int(&first(args)))))),
    fixed("byte", &[Param::Int], |_, args| Ok(Value::new(Data::Uint8(int(&first(args)) as u8)))),
    fixed("aText", &[Param::String], |_, args| Ok(first(args))),
    fixed("aBool", &[Param::Bool], |_, args| Ok(first(args))),
    fixed("anInt", &[Param::Int], |_, args| Ok(first(args))),
    fixed("aLong", &[Param::Int64], |_, args| Ok(first(args))),
    fixed("aFloat", &[Param::Float], |_, args| Ok(first(args))),
    fixed("aMap", &[Param::Map], |_, args| Ok(length(&first(args)))),
    fixed("aList", &[Param::List], |_, args| Ok(length(&first(args)))),
    fixed("texts", &[Param::Strings], |_, args| Ok(length(&first(args)))),
    Function::variadic("many", &[Param::String], Param::Int, many),
    fixed("include", &[Param::String, Param::Any], include),
    fixed("tpl", &[Param::String, Param::Any], tpl),
];

fn first(args: Vec<Value>) -> Value {
    args.into_iter().next().unwrap()
}

fn text(value: &Value) -> String {
    let Data::String(text) = &value.data else { panic!("{value:?} is no string") };
    text.lossy().into_owned()
}

fn int(value: &Value) -> i64 {
    let (Data::Int(int) | Data::Int64(int)) = value.data else { panic!("{value:?} is no integer") };
    int
}

fn length(value: &Value) -> Value {
    let length = match &value.data {
        Data::List(list) => list.items().len(),
        Data::Map(map) => map.entries.borrow().len(),
        other => panic!("{other:?} has no length"),
    };
    Value::new(Data::Int(length as i64))
}

fn dict(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    if !args.len().is_multiple_of(2) {
        return Err(Failure::new("odd number of arguments"));
    }
    let entries = args.chunks(2).map(|pair| (Arc::from(text(&format::sprint(&pair[..1]))), pair[1].clone()));
    Ok(Value::map(entries.collect()))
}

fn printf(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    let (format, rest) = args.split_first().unwrap();
    Ok(format::sprintf_value(format, rest))
}

fn many(_: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    Ok(Value::new(Data::Int((text(&args[0]).len() + args.len() - 1) as i64)))
}

fn include(call: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    let site = call.site;
    call.machine.include(&text(&args[0]), args[1].clone(), site)
}

fn tpl(call: &mut Call<'_, '_>, args: Vec<Value>) -> Outcome {
    let site = call.site;
    call.machine.tpl(args[0].clone(), args[1].clone(), site)
}

/// JSON as Go reads it, with what the oracle puts into the root map.
pub(crate) fn values(json: &str) -> Value {
    let values = from_json(&serde_json::from_str(json).unwrap());
    if let Data::Map(root) = &values.data {
        root.set("obj", Value::new(Data::Object(Rc::new(Thing))));
        let strings = BTreeMap::from([(Arc::from("a"), Value::string("x"))]);
        root.set("strings", Value::new(Data::Map(Map::new(MapType::Strings, strings))));
        root.set("bytes", Value::new(Data::Bytes(Arc::from(*b"hi"))));
        root.set("long", Value::new(Data::Int64(7)));
    }
    values
}

fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::invalid(),
        serde_json::Value::Bool(value) => Value::new(Data::Bool(*value)),
        serde_json::Value::Number(number) => Value::new(Data::Float(number.as_f64().unwrap())),
        serde_json::Value::String(text) => Value::string(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => {
            Value::map(entries.iter().map(|(key, value)| (Arc::from(key.as_str()), from_json(value))).collect())
        }
    }
}

/// A pointer to a struct with fields and methods.
#[derive(Debug)]
struct Thing;

impl Object for Thing {
    fn type_name(&self) -> &'static str {
        "*main.Thing"
    }

    fn kind(&self) -> &'static str {
        "ptr"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Name" => Some(Value::string("thing")),
            "Tags" => Some(Value::list(vec![Value::string("a"), Value::invalid()])),
            _ => None,
        }
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "Greet" | "Sum")
    }

    fn parameters(&self, name: &str) -> Option<&'static [Param]> {
        match name {
            "Greet" => Some(&[Param::String]),
            _ => Some(&[Param::Int, Param::Int]),
        }
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Outcome {
        match name {
            "Greet" => Ok(Value::string(format!("thing greets {}", text(&arguments[0])))),
            _ if int(&arguments[0]) < 0 => Err(Failure::new("negative")),
            _ => Ok(Value::new(Data::Int(int(&arguments[0]) + int(&arguments[1])))),
        }
    }

    fn display(&self) -> String {
        "&{thing [a <nil>]}".to_owned()
    }

    fn to_plain(&self) -> Option<Value> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
