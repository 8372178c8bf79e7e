//! Versions as values.

use std::{any::Any, rc::Rc};

use crate::{
    Call, Data, Failure, Function, Object, Param, Value,
    funcs::argument::{Args, object},
    semver::{Range, Version},
};

/// Reading and comparing versions.
pub const FUNCTIONS: &[Function] = &[
    Function::fixed("semver", &[Param::String], semver),
    Function::fixed("semverCompare", &[Param::String, Param::String], semver_compare),
];

fn parse(text: &str) -> Result<Version, Failure> {
    Version::new(text).map_err(Failure::new)
}

/// The version in full, without what the text that it was read from left out.
fn text(version: &Version) -> String {
    let marked = |mark: char, part: &str| if part.is_empty() { String::new() } else { format!("{mark}{part}") };
    let (prerelease, metadata) = (marked('-', &version.prerelease), marked('+', &version.metadata));
    format!("{}.{}.{}{prerelease}{metadata}", version.major, version.minor, version.patch)
}

fn semver(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let version = parse(&Args::new(args).text().lossy())?;
    Ok(Value::new(Data::Object(Rc::new(version))).from(origin))
}

fn semver_compare(call: &mut Call<'_, '_>, args: Vec<Value>) -> Result<Value, Failure> {
    let origin = call.join(&args);
    let mut args = Args::new(args);
    let (range, version) = (args.text(), args.text());
    let range = Range::new(&range.lossy()).map_err(Failure::new)?;
    Ok(Value::new(Data::Bool(range.contains(&parse(&version.lossy())?))).from(origin))
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        "*semver.Version"
    }

    fn kind(&self) -> &'static str {
        "ptr"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "Original" | "String")
            || is_comparison(name)
            || is_change(name)
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        let number = |number: u64| Value::new(Data::Int64(i64::try_from(number).unwrap_or(i64::MAX)));
        if is_comparison(name) {
            return self.order(name, arguments);
        }
        if is_change(name) {
            return self.changed(name, arguments).map(|version| Value::new(Data::Object(Rc::new(Plain(version)))));
        }
        Ok(match name {
            "Major" => number(self.major),
            "Minor" => number(self.minor),
            "Patch" => number(self.patch),
            "Prerelease" => Value::string(&*self.prerelease),
            "Metadata" => Value::string(&*self.metadata),
            "Original" => Value::string(&*self.original),
            _ => Value::string(text(self)),
        })
    }

    fn display(&self) -> String {
        text(self)
    }

    fn to_plain(&self) -> Option<Value> {
        Some(Value::string(text(self)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A version that is no pointer, so that it has only the methods of one that is none.
#[derive(Debug)]
struct Plain(Version);

impl Object for Plain {
    fn type_name(&self) -> &'static str {
        "semver.Version"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn has_method(&self, name: &str) -> bool {
        name != "Original" && !is_comparison(name) && self.0.has_method(name)
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        self.0.call(name, arguments)
    }

    fn display(&self) -> String {
        text(&self.0)
    }

    fn to_plain(&self) -> Option<Value> {
        self.0.to_plain()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn is_change(name: &str) -> bool {
    matches!(name, "IncMajor" | "IncMinor" | "IncPatch" | "SetPrerelease" | "SetMetadata")
}

fn is_comparison(name: &str) -> bool {
    matches!(name, "Compare" | "Equal" | "GreaterThan" | "GreaterThanEqual" | "LessThan" | "LessThanEqual")
}

impl Version {
    /// Another version, as Masterminds' methods make it.
    fn changed(&self, name: &str, arguments: Vec<Value>) -> Result<Self, Failure> {
        let none = String::new;
        let next = |number: u64| number.wrapping_add(1);
        let mut version = match name {
            "IncMajor" => Self { major: next(self.major), minor: 0, patch: 0, prerelease: none(), metadata: none(), ..self.clone() },
            "IncMinor" => Self { minor: next(self.minor), patch: 0, prerelease: none(), metadata: none(), ..self.clone() },
            // A prerelease becomes the release that it comes before.
            "IncPatch" if !self.prerelease.is_empty() => Self { prerelease: none(), metadata: none(), ..self.clone() },
            "IncPatch" => Self { patch: next(self.patch), metadata: none(), ..self.clone() },
            _ => {
                let part = Args::new(arguments).text().lossy().into_owned();
                let (mark, named) = if name == "SetMetadata" { ('+', "Metadata") } else { ('-', "Prerelease") };
                if !part.is_empty() && Self::new(&format!("1.0.0{mark}{part}")).is_err() {
                    return Err(Failure::new(format!("Invalid {named} string")));
                }
                let version = self.clone();
                if name == "SetMetadata" { Self { metadata: part, ..version } } else { Self { prerelease: part, ..version } }
            }
        };
        let mark = if self.original.starts_with('v') { "v" } else { "" };
        version.original = format!("{mark}{}", text(&version));
        Ok(version)
    }

    fn order(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Failure> {
        let argument = Args::new(arguments).any();
        let Some(other) = object::<Self>(&argument) else {
            return Err(Failure::new(format!("wrong type for value; expected *semver.Version; got {}", argument.type_name())));
        };
        let order = self.compare(&other);
        Ok(Value::new(match name {
            "Equal" => Data::Bool(order.is_eq()),
            "GreaterThan" => Data::Bool(order.is_gt()),
            "GreaterThanEqual" => Data::Bool(order.is_ge()),
            "LessThan" => Data::Bool(order.is_lt()),
            "LessThanEqual" => Data::Bool(order.is_le()),
            _ => Data::Int(order as i64),
        }))
    }
}
