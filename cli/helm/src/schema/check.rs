//! Holds the values of a release against the schemas of its charts.

use boon::{ErrorKind, InstanceToken, ValidationError};
use portcullis_gotemplate::{Data, Map, Value};
use portcullis_source::{OriginId, Source, Span, Trace};
use serde_json::{Map as JsonMap, Number, Value as Json};

use super::{Schema, report};
use crate::{
    Readings, RenderError,
    resolve::{ChartId, Charts},
    table,
};

/// What was found so far.
#[derive(Default)]
struct Found {
    text: String,
    span: Option<Span>,
    schema: Option<String>,
}

/// Holds values against the schemas of a chart and its subcharts.
pub(crate) fn check(charts: &Charts<'_>, values: &Map, trace: &Trace, readings: &Readings) -> Result<(), RenderError> {
    let mut found = Found::default();
    Check { charts, trace, readings }.chart(charts.root(), values, &mut found);
    if found.text.is_empty() {
        return Ok(());
    }
    let heading = "values don't meet the specifications of the schema(s) in the following chart(s):";
    let error = RenderError::new(format!("{heading}\n{}", found.text)).at(found.span);
    Err(match found.schema {
        Some(path) => error.hint(format!("the schema is {path}")),
        None => error,
    })
}

/// What all charts of a release are checked with.
struct Check<'a> {
    charts: &'a Charts<'a>,
    trace: &'a Trace,
    readings: &'a Readings,
}

impl Check<'_> {
    fn chart(&self, id: ChartId, values: &Map, found: &mut Found) {
        let charts = self.charts;
        let schema = charts.tree(id).and_then(|tree| tree.schema.as_ref());
        if let Some(schema) = schema
            && let Err((text, span)) = self.one(schema, values)
        {
            found.text.push_str(&format!("{}:\n{text}", charts.name(id)));
            found.span = found.span.or(span);
            found.schema.get_or_insert_with(|| schema.file().path().to_string());
        }
        for child in charts.children(id) {
            let name = charts.name(child);
            let Some(below) = values.get(&name).filter(|below| !table::is_null(below)) else { continue };
            match table::table(&below) {
                Some(below) => self.chart(child, below, found),
                None => {
                    let got = below.type_name();
                    found.text.push_str(&format!("{name}:\ninvalid type for values: expected object (map), got {got}\n"));
                }
            }
        }
    }

    fn one(&self, schema: &Schema, values: &Map) -> Result<(), (String, Option<Span>)> {
        let compiled = schema.compiled(self.readings).get();
        let (schemas, index) = compiled.map_err(|message| (message.to_owned(), Some(schema.file().span())))?;
        let root = Value::new(Data::Map(values.clone()));
        let json = to_json(&root);
        schemas.validate(&json, index).map_err(|error| (format!("{}\n", report::list(&error, &json)), place(&error, &root, self.trace)))
    }
}

fn to_json(value: &Value) -> Json {
    match &value.data {
        Data::Nil | Data::Object(_) => Json::Null,
        Data::Bool(value) => Json::Bool(*value),
        Data::Int(value) | Data::Int64(value) => Json::from(*value),
        Data::Uint8(value) => Json::from(*value),
        Data::Float(value) => float(*value),
        Data::String(text) => Json::String(text.lossy().into_owned()),
        Data::Bytes(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
        Data::List(list) => Json::Array(list.items().iter().map(to_json).collect()),
        Data::Map(map) => {
            let entries = map.entries.borrow();
            Json::Object(entries.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect::<JsonMap<_, _>>())
        }
    }
}

/// A whole number stays one, so that it prints without a fraction.
fn float(value: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return Json::from(value as i64);
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

/// The place of the value that the first violation is about.
fn place(error: &ValidationError<'_, '_>, root: &Value, trace: &Trace) -> Option<Span> {
    let mut innermost = error;
    while let Some(cause) = innermost.causes.first() {
        innermost = cause;
    }
    let mut at = root.clone();
    let mut origin = at.origin;
    for token in &innermost.instance_location.tokens {
        at = step(&at, token)?;
        origin = known(&at).unwrap_or(origin);
    }
    if let ErrorKind::AdditionalProperties { got } = &innermost.kind
        && let Some(extra) = got.first().and_then(|name| table::table(&at)?.get(name))
    {
        origin = known(&extra).unwrap_or(origin);
    }
    match trace.get(trace.leading(origin)) {
        Some(Source::Value { span, .. }) => Some(*span),
        Some(Source::Template { .. } | Source::Action { .. } | Source::Join(_) | Source::Skips { .. } | Source::Builtin(_)) | None => None,
    }
}

fn known(value: &Value) -> Option<OriginId> {
    (!value.origin.is_none()).then_some(value.origin)
}

fn step(value: &Value, token: &InstanceToken<'_>) -> Option<Value> {
    match (token, &value.data) {
        (InstanceToken::Prop(name), Data::Map(map)) => map.get(name),
        (InstanceToken::Item(index), Data::List(list)) => list.items().get(*index).cloned(),
        (InstanceToken::Prop(_) | InstanceToken::Item(_), _) => None,
    }
}
