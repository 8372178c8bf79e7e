//! Kinds that CustomResourceDefinitions define: their fields by a walk, their values by jsonschema, as API servers do it.

use std::sync::{Arc, OnceLock};

use jsonschema::{
    Draft, PatternOptions, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
    paths::LocationSegment,
};
use portcullis_policies::{Faults, InvalidField, Lifecycle};
use portcullis_source::{Document, Node, Step};
use serde_json::{Map, Value};

use crate::{
    instance::instance,
    kubernetes::Kubernetes,
    openapi::Reader,
    shape::Shape,
    version::Minor,
    walk::{Reading, Walk, what},
};

/// One version of a kind that a CustomResourceDefinition defines.
#[derive(Debug)]
pub struct Custom {
    /// The group, without its version.
    pub group: Arc<str>,
    /// The version.
    pub version: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
    /// Whether it is served; one that is not is gone.
    pub served: bool,
    /// What is said of a version that is deprecated.
    pub deprecated: Option<Lifecycle>,
    /// Where its schema is: in a document, below a path, with whether what is not mentioned is kept.
    source: Option<Source>,
    made: OnceLock<Made>,
}

#[derive(Clone, Debug)]
struct Source {
    document: Arc<Document>,
    path: Vec<Step>,
    keeps: bool,
}

/// What a schema is made to, once an object of the kind is met.
#[derive(Debug)]
struct Made {
    shape: Shape,
    /// None where jsonschema can't be told the schema, which is then said of each object.
    validator: Result<Box<Validator>, String>,
}

impl Custom {
    /// The versions of the kind that a CustomResourceDefinition defines; none where it is none.
    #[must_use]
    pub fn read(document: &Arc<Document>, base: &[Step]) -> Vec<Self> {
        let Some(node) = document.node_at(base) else { return Vec::new() };
        let text = |node: &Node, keys: &[&str]| node.at(keys).and_then(Node::as_str).map(Arc::<str>::from);
        let (Some(group), Some(kind)) = (text(node, &["spec", "group"]), text(node, &["spec", "names", "kind"])) else { return Vec::new() };
        let is = |node: &Node, key: &str| node.get(key).is_some_and(|value| matches!(value.data, portcullis_source::Data::Bool(true)));
        let old = node.get("apiVersion").and_then(Node::as_str).is_some_and(|version| version.ends_with("/v1beta1"));
        // The older form keeps what it does not know unless it is told otherwise.
        let preserve = node.at(&["spec", "preserveUnknownFields"]);
        let keeps = preserve.map_or(old, |value| matches!(value.data, portcullis_source::Data::Bool(true)));
        let below = |keys: &[Step]| base.iter().chain(keys).cloned().collect::<Vec<Step>>();
        let key = |text: &str| Step::Key(text.into());
        let common = [key("spec"), key("validation"), key("openAPIV3Schema")];
        let made = |version: Arc<str>, served: bool, deprecated: Option<Lifecycle>, own: Option<Vec<Step>>| {
            let path = own.filter(|path| document.node_at(path).is_some()).unwrap_or_else(|| below(&common));
            let source = document.node_at(&path).map(|_| Source { document: Arc::clone(document), path, keeps });
            Self { group: Arc::clone(&group), version, kind: Arc::clone(&kind), served, deprecated, source, made: OnceLock::new() }
        };
        let versions = node.at(&["spec", "versions"]).map(Node::items).unwrap_or_default();
        if let (true, Some(version)) = (versions.is_empty(), text(node, &["spec", "version"])) {
            return vec![made(version, true, None, None)];
        }
        let each = versions.iter().enumerate().filter_map(|(index, entry)| {
            let version = text(entry, &["name"])?;
            let deprecated = is(entry, "deprecated")
                .then(|| Lifecycle { instead: text(entry, &["deprecationWarning"]).map(|text| text.to_string()), ..Lifecycle::default() });
            let own = below(&[key("spec"), key("versions"), Step::Index(index), key("schema"), key("openAPIV3Schema")]);
            Some(made(version, is(entry, "served"), deprecated, Some(own)))
        });
        each.collect()
    }

    /// What the definition says against an object.
    pub(crate) fn check(&self, node: &Node, kubernetes: &Kubernetes, minor: Minor) -> Faults {
        let mut walk = Walk::new(kubernetes, minor, Reading::Structural);
        walk.metadata(node);
        let Some(made) = self.made() else {
            let mut faults = walk.faults;
            faults.unchecked =
                Some(format!("the CustomResourceDefinition of {}.{} has no schema for {}", self.kind, self.group, self.version));
            return faults;
        };
        walk.object(node, &made.shape);
        let mut faults = walk.faults;
        match &made.validator {
            Ok(validator) => {
                let instance = instance(node, &made.shape);
                if !validator.is_valid(&instance) {
                    let found = validator.iter_errors(&instance).filter_map(|error| invalid(&error, node));
                    faults.invalid.extend(found.take(MAX_ERRORS));
                    faults.invalid.sort();
                    faults.invalid.dedup();
                }
            }
            Err(reason) => faults.unchecked = Some(format!("the schema of {}.{} is broken: {reason}", self.kind, self.group)),
        }
        faults
    }

    fn made(&self) -> Option<&Made> {
        let source = self.source.as_ref()?;
        let node = source.document.node_at(&source.path)?;
        Some(self.made.get_or_init(|| {
            let schema = portcullis_policies::json(node);
            let shape = Reader { place: &|_| None, structural: true, keeps: source.keeps }.shape(&schema);
            let validator = jsonschema::options()
                .with_draft(Draft::Draft4)
                .with_pattern_options(PatternOptions::regex())
                .should_validate_formats(true)
                .should_ignore_unknown_formats(true)
                .build(&plain(&schema, Position::Root))
                .map(Box::new)
                .map_err(|error| error.to_string());
            Made { shape, validator }
        }))
    }
}

/// How many values of one object are told of.
const MAX_ERRORS: usize = 50;

/// The formats that mean the same to API servers as to jsonschema.
const FORMATS: [&str; 3] = ["date-time", "ipv4", "ipv6"];

/// Where in a schema a part of it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// At its root, where metadata has been looked at already.
    Root,
    /// Below it.
    Below,
    /// In a junctor, which says nothing of structure.
    Junctor,
}

/// A structural schema as plain JSON Schema: API servers fill in defaults before they look, and have their own types and formats.
fn plain(schema: &Value, position: Position) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let is = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
    let mut out = Map::new();
    for (key, value) in schema {
        let value = match (key.as_str(), value) {
            ("properties" | "definitions" | "patternProperties", Value::Object(properties)) => {
                // The status is dropped when an object is made.
                let is_kept = |name: &str| position != Position::Root || !matches!(name, "metadata" | "status");
                let kept = properties.iter().filter(|(name, _)| is_kept(name));
                kept.map(|(name, property)| (name.clone(), plain(property, below(position)))).collect::<Map<_, _>>().into()
            }
            ("items" | "additionalProperties" | "not", inner) => {
                plain(inner, if key == "not" { Position::Junctor } else { below(position) })
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => parts.iter().map(|part| plain(part, Position::Junctor)).collect(),
            ("required", Value::Array(names)) => {
                let has_default = |name: &Value| {
                    let property = schema.get("properties").and_then(|properties| properties.get(name.as_str()?));
                    property.is_some_and(|property| property.get("default").is_some())
                };
                let is_status = |name: &Value| position == Position::Root && name == "status";
                let names: Vec<Value> = names.iter().filter(|name| !has_default(name) && !is_status(name)).cloned().collect();
                if names.is_empty() {
                    continue;
                }
                names.into()
            }
            ("type", kind) if is("nullable") => serde_json::json!([kind, "null"]),
            ("enum", Value::Array(values)) if is("nullable") => values.iter().cloned().chain([Value::Null]).collect(),
            ("format", Value::String(format)) if FORMATS.contains(&format.as_str()) => value.clone(),
            ("pattern", Value::String(pattern)) if regex::Regex::new(pattern).is_ok() => value.clone(),
            (
                "type" | "enum" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minLength"
                | "maxLength" | "minItems" | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties",
                value,
            ) => value.clone(),
            _ => continue,
        };
        out.insert(key.clone(), value);
    }
    if is("x-kubernetes-int-or-string") {
        out.insert(
            "type".to_owned(),
            serde_json::json!(if is("nullable") { vec!["integer", "string", "null"] } else { vec!["integer", "string"] }),
        );
    }
    out.into()
}

fn below(position: Position) -> Position {
    match position {
        Position::Root | Position::Below => Position::Below,
        Position::Junctor => Position::Junctor,
    }
}

/// What jsonschema finds, in words of our own: values may be secrets, so that only such are shown as must be one of a few.
fn invalid(error: &ValidationError<'_>, node: &Node) -> Option<InvalidField> {
    let mut at: Vec<Step> = error
        .instance_path()
        .iter()
        .map(|segment| match segment {
            LocationSegment::Property(name) => Step::Key(name.to_string().into()),
            LocationSegment::Index(index) => Step::Index(index),
        })
        .collect();
    let own = at.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().get(*index),
    });
    let reason = match error.kind() {
        ValidationErrorKind::Required { property } => {
            at.push(Step::Key(property.as_str()?.into()));
            "is missing".to_owned()
        }
        ValidationErrorKind::Type { kind } => format!("is {}, not {}", own.map_or("something else", what), wanted(kind)),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> =
                options.as_array()?.iter().map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned)).collect();
            format!("is {}, not one of {}", error.instance(), options.join(", "))
        }
        ValidationErrorKind::Pattern { pattern } => format!("does not match {pattern}"),
        ValidationErrorKind::Format { format } => format!("is no {format}"),
        ValidationErrorKind::Minimum { limit } => format!("is less than {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("is more than {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("is not more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("is not less than {limit}"),
        ValidationErrorKind::MultipleOf { .. } => "is no multiple of what it must be one of".to_owned(),
        ValidationErrorKind::MinLength { limit } => format!("is shorter than {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("is longer than {limit} characters"),
        ValidationErrorKind::MinItems { limit } => format!("has less than {limit} items"),
        ValidationErrorKind::MaxItems { limit } => format!("has more than {limit} items"),
        ValidationErrorKind::UniqueItems => "has an item twice".to_owned(),
        ValidationErrorKind::MinProperties { limit } => format!("has less than {limit} fields"),
        ValidationErrorKind::MaxProperties { limit } => format!("has more than {limit} fields"),
        ValidationErrorKind::OneOfMultipleValid { .. } => "fits more than one of the forms of which it must be one".to_owned(),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            "has none of the forms that it may have".to_owned()
        }
        ValidationErrorKind::Not { .. } => "has a form that it must not have".to_owned(),
        _ => "is not what its schema asks for".to_owned(),
    };
    Some(InvalidField { at, reason })
}

fn wanted(kind: &TypeKind) -> String {
    let name = |word: &str| match word {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "a boolean",
        "array" => "a list",
        "object" => "a map",
        _ => "null",
    };
    match kind {
        TypeKind::Single(kind) => name(&kind.to_string()).to_owned(),
        TypeKind::Multiple(kinds) => {
            let names: Vec<String> =
                kinds.iter().map(|kind| kind.to_string()).filter(|kind| kind != "null").map(|kind| name(&kind).to_owned()).collect();
            names.join(" or ")
        }
    }
}
