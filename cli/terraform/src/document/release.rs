//! Charts that resources release, with the values that they are given.

use std::sync::Arc;

use portcullis_source::{Document, Origin, Span};

use super::{POSSIBLE, explain::chain, manifest::objects};
use crate::{
    module::{Existence, Mode, Resource},
    types::Type,
    value::{Data, Value},
};

/// A release of a chart.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its name.
    pub name: Arc<str>,
    /// The namespace that it goes to.
    pub namespace: Arc<str>,
    /// The chart.
    pub chart: ChartName,
    /// The documents of values, the weakest first.
    pub values: Vec<Arc<Document>>,
    /// Single values, which are stronger.
    pub settings: Vec<Setting>,
    /// Whether the definitions in the chart's `crds` are left out.
    pub skips_definitions: bool,
    /// The resource.
    pub span: Span,
}

/// What a release says of its chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartName {
    /// A folder, a name in a repository, or a URL.
    pub name: Arc<str>,
    /// The repository that has the chart.
    pub repository: Option<Arc<str>>,
    /// Which version of the chart it is.
    pub version: Option<Arc<str>>,
}

/// A value that is set by the path that leads to it.
#[derive(Clone, Debug)]
pub struct Setting {
    /// How it is read.
    pub kind: SettingKind,
    /// The argument of the flag of helm that says the same.
    pub argument: String,
    /// Where it came from.
    pub origin: Origin,
}

/// How a value that is set by its path is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// As `--set` reads it.
    Typed,
    /// As `--set-string` reads it.
    Text,
    /// As `--set-literal` reads it.
    Literal,
}

/// The type of resource that releases a chart.
const RELEASE: &str = "helm_release";

/// Where a release goes that names no namespace.
const DEFAULT_NAMESPACE: &str = "default";

/// The chart that a resource releases, whatever is known of the rest; none where that is not known, or the resource releases none.
#[must_use]
pub fn chart(resource: &Resource) -> Option<ChartName> {
    named(resource).ok().flatten().filter(|_| is_release(resource))
}

fn is_release(resource: &Resource) -> bool {
    resource.mode == Mode::Managed && &*resource.ty == RELEASE
}

fn named(resource: &Resource) -> Result<Option<ChartName>, String> {
    let text = |name: &str| text(resource.values.get(name));
    let Some(name) = text("chart")? else { return Ok(None) };
    Ok(Some(ChartName { name, repository: text("repository")?, version: text("version")? }))
}

/// The release that a resource is; none of other resources. `Err` where not all of it is known, or it may not be there.
///
/// # Errors
/// Why it is not known, in words.
pub fn release(resource: &Resource) -> Result<Option<Release>, String> {
    if !is_release(resource) {
        return Ok(None);
    }
    if resource.existence == Existence::Possible {
        return Err(POSSIBLE.to_owned());
    }
    if blocks(resource, "postrender").next().is_some() {
        return Err("another program changes what its chart renders to".to_owned());
    }
    let text = |name: &str| text(resource.values.get(name));
    let Some((name, chart)) = text("name")?.zip(named(resource)?) else { return Err("it has no name or no chart".to_owned()) };
    let skips_definitions = match text("skip_crds")?.as_deref() {
        Some("true") => true,
        Some(_) | None => false,
    };
    Ok(Some(Release {
        name,
        namespace: text("namespace")?.unwrap_or_else(|| Arc::from(DEFAULT_NAMESPACE)),
        chart,
        values: values(resource)?,
        settings: settings(resource)?,
        skips_definitions,
        span: resource.span,
    }))
}

/// The documents of `values`.
fn values(resource: &Resource) -> Result<Vec<Arc<Document>>, String> {
    let Some(list) = resource.values.get("values") else { return Ok(Vec::new()) };
    known(list)?;
    let mut documents = Vec::new();
    for text in list.items().map(|items| items.iter()).into_iter().flatten() {
        // Of a text with several documents helm reads the first.
        documents.extend(objects("values", text, resource.span)?.into_iter().next());
    }
    Ok(documents)
}

/// What `set`, `set_list` and their like say, in the order in which the provider adds it.
fn settings(resource: &Resource) -> Result<Vec<Setting>, String> {
    let mut settings = Vec::new();
    for (blocks_of, is_list) in [("set", false), ("set_list", true), ("set_sensitive", false), ("set_wo", false)] {
        for block in blocks(resource, blocks_of) {
            let attributes = block.attributes().ok_or_else(|| reason(block))?;
            let Some(name) = text(attributes.get("name"))? else { continue };
            let value = attributes.get("value").map_or_else(|| Value::null(Type::String), Clone::clone);
            let kind = match text(attributes.get("type"))?.as_deref() {
                Some("string") => SettingKind::Text,
                Some("literal") => SettingKind::Literal,
                Some(_) | None => SettingKind::Typed,
            };
            let given = if is_list { list(&value)? } else { text(Some(&value))?.unwrap_or_default().to_string() };
            settings.push(Setting { kind, argument: format!("{name}={given}"), origin: chain(&value.origin, resource.span) });
        }
    }
    Ok(settings)
}

/// The items of a list as `--set` takes them.
fn list(value: &Value) -> Result<String, String> {
    known(value)?;
    let items: Result<Vec<_>, _> = value.items().map(|items| items.iter()).into_iter().flatten().map(|item| text(Some(item))).collect();
    Ok(format!("{{{}}}", items?.into_iter().flatten().map(|item| item.to_string()).collect::<Vec<_>>().join(",")))
}

/// The blocks of a name, or the objects of an attribute that took their place.
fn blocks<'a>(resource: &'a Resource, name: &str) -> impl Iterator<Item = &'a Value> {
    let value = resource.values.get(name).filter(|value| !value.is_null());
    let items = value.and_then(|value| value.items()).map(|items| items.iter());
    // What is no list is one of them, or may be any number.
    let alone = value.filter(|value| value.items().is_none());
    items.into_iter().flatten().chain(alone)
}

/// A text, or what is written as one.
fn text(value: Option<&Value>) -> Result<Option<Arc<str>>, String> {
    let Some(value) = value else { return Ok(None) };
    known(value)?;
    Ok(match &value.data {
        Data::Null(_) => None,
        Data::String(text) => Some(Arc::clone(text)),
        _ => Some(Arc::from(value.to_json())),
    })
}

fn known(value: &Value) -> Result<(), String> {
    if value.any_reason().is_some() {
        return Err(reason(value));
    }
    match value.all_marks().sensitive {
        true => Err("a value of it is sensitive, and what is found in its objects would tell of that".to_owned()),
        false => Ok(()),
    }
}

fn reason(value: &Value) -> String {
    value.any_reason().map(|reason| reason.kind.describe()).unwrap_or_default()
}
