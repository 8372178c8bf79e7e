//! One template and one parameter set to one Application object.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Map, Str, Value};
use portcullis_source::{Text, yaml};

use crate::{
    Version,
    fault::{Fact, Fault},
    object::{APPLICATION, conform, patch, trim},
    parameters::{Made, print, read_made},
    template::{Failed, Renderer},
};

/// The finalizer that Argo CD adds where a template has none.
const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

/// What one Application is rendered with.
pub(crate) struct Rendering<'a> {
    /// The language.
    pub(crate) renderer: &'a mut Renderer,
    /// The parameters.
    pub(crate) parameters: &'a Map,
    /// The namespace of the ApplicationSet.
    pub(crate) namespace: &'a str,
    /// The version of Argo CD.
    pub(crate) version: Version,
    /// The resources outlive the Application.
    pub(crate) preserve: bool,
}

impl Rendering<'_> {
    /// The name alone, where it can be rendered although the rest can't.
    pub(crate) fn name(&mut self, template: &Value) -> Option<String> {
        let name = get(&get(template, "metadata")?, "name")?;
        self.renderer.string(&name, self.parameters).ok().map(|name| print(&name))
    }

    fn fault(&self, failed: Failed) -> Fault {
        failed.fault(self.renderer, self.parameters)
    }
}

/// Renders a template, patches the result, and makes it what the controller would create.
pub(crate) fn application(rendering: &mut Rendering<'_>, template: &Value, template_patch: Option<&Value>) -> Result<Value, Fault> {
    let empty = rendering.parameters.entries.borrow().is_empty();
    let rendered = if empty {
        template.clone()
    } else {
        rendering.renderer.template(template, rendering.parameters).map_err(|failed| rendering.fault(failed.below("template")))?
    };
    let mut metadata = entries(get(&rendered, "metadata").as_ref());
    let finalized = metadata.get("finalizers").is_some_and(Value::truth);
    if !empty && !rendering.preserve && !finalized {
        metadata.insert(
            Arc::from("finalizers"),
            Value::list(vec![Value::string(FINALIZER).from(rendered.origin).boxed()]).from(rendered.origin).boxed(),
        );
    }
    let spec = get(&rendered, "spec").unwrap_or_else(|| Value::map(BTreeMap::new()));
    let text = |text: &str| Value::string(text).from(rendered.origin).boxed();
    let mut object = Value::map(BTreeMap::from([
        (Arc::from("apiVersion"), text("argoproj.io/v1alpha1")),
        (Arc::from("kind"), text("Application")),
        (Arc::from("metadata"), Value::map(metadata).from(rendered.origin).boxed()),
        (Arc::from("spec"), spec.boxed()),
    ]))
    .from(rendered.origin);
    if let Some(template_patch) = template_patch {
        let trimmed = trim(&object, &APPLICATION, rendering.version, &mut rendering.renderer.shared);
        object = patched(rendering, &trimmed, template_patch)?;
    }
    set(&object, &["metadata", "namespace"], Some(Value::string(rendering.namespace).from(rendered.origin)));
    Ok(trim(&object, &APPLICATION, rendering.version, &mut rendering.renderer.shared))
}

/// The object with `templatePatch` applied; the project stays what it was.
fn patched(rendering: &mut Rendering<'_>, object: &Value, template_patch: &Value) -> Result<Value, Fault> {
    let at = rendering.renderer.span(template_patch.origin);
    let fault = |message: String| {
        let hint = "a templatePatch renders to YAML of the fields that it changes, as in kubectl patch";
        Fact::new(format!("templatePatch: {message}")).at(at).hint(hint)
    };
    let made = rendering.renderer.string(template_patch, rendering.parameters);
    let made = made.map_err(|error| rendering.fault(Failed::new(error, template_patch.origin).below("templatePatch")))?;
    let Data::String(string) = &made.data else { return Err(fault("it must be a string".to_owned())) };
    let Some(change) = parse(rendering.renderer, string, &made).map_err(fault)? else { return Ok(object.clone()) };
    if !matches!(change.data, Data::Map(_)) {
        return Err(fault("it must be a map".to_owned()));
    }
    let merged = patch(object, &change, "").map_err(|error| fault(error.to_string()))?;
    let mut wrong = Vec::new();
    let conformed = conform(&merged, &APPLICATION, "", &mut wrong);
    if let Some(wrong) = wrong.into_iter().next() {
        return Err(wrong.fault(&rendering.renderer.trace).within("templatePatch").at(at));
    }
    let conformed = conformed.unwrap_or_else(|| Value::map(BTreeMap::new()));
    set(&conformed, &["spec", "project"], get(object, "spec").and_then(|spec| get(&spec, "project")));
    Ok(conformed)
}

/// The value of a rendered text; none where there is nothing in it.
fn parse(renderer: &mut Renderer, string: &Str, made: &Value) -> Result<Option<Value>, String> {
    let stream = yaml::parse(&Text::nowhere(string.bytes.clone()));
    if let Some(error) = stream.error {
        return Err(error.message);
    }
    let Some(document) = stream.documents.first() else { return Ok(None) };
    let read = read_made(&mut renderer.trace, &Made { document, string: string.clone(), whole: made.origin });
    let value = read.ok_or("it is nested too deeply")?;
    Ok(Some(value).filter(|value| !matches!(value.data, Data::Nil)))
}

fn get(value: &Value, key: &str) -> Option<Value> {
    crate::generators::field(value, key)
}

fn entries(value: Option<&Value>) -> BTreeMap<Arc<str>, Value> {
    match value.map(|value| &value.data) {
        Some(Data::Map(map)) => map.entries.borrow().clone(),
        _ => BTreeMap::new(),
    }
}

/// Sets or removes what lies at a path.
fn set(object: &Value, path: &[&str], value: Option<Value>) {
    let (Data::Map(map), Some((first, rest))) = (&object.data, path.split_first()) else { return };
    if !rest.is_empty() {
        let inner = map.get(first).filter(|inner| matches!(inner.data, Data::Map(_)));
        let inner = inner.unwrap_or_else(|| Value::map(BTreeMap::new()).from(object.origin));
        set(&inner, rest, value);
        map.set(*first, inner.boxed());
        return;
    }
    match value {
        Some(value) => map.set(*first, value.boxed()),
        None => {
            map.entries.borrow_mut().remove(*first);
        }
    }
}
