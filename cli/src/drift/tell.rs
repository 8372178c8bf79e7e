//! Drift as text for people and as JSON.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use serde_json::{Map, Value, json as value};

use super::entry::{Class, Divergence, Drift, Hidden, Setting};
use portcullis_source::Sources;

use crate::{explain::layer_text, group, report};

/// How many services are named one by one.
const MAX_SERVICES: usize = 4;

/// The text for people.
pub(crate) fn human(drift: &Drift) -> String {
    let mut text = String::new();
    let names = join(drift.services.iter());
    let environments = join(drift.environments.iter());
    let _ = match drift.services.len() {
        0 => writeln!(text, "no service has a chart"),
        1..=MAX_SERVICES => writeln!(text, "{names} over {environments}"),
        count => writeln!(text, "{count} services over {environments}"),
    };
    let _ = writeln!(text, "\ndeliberate divergence: {}", counted(drift.deliberate.len(), "key"));
    for one in &drift.deliberate {
        divergence(&mut text, one, drift);
    }
    let _ = writeln!(text, "\nhidden drift: {}", counted(drift.hidden.len(), "finding"));
    for class in Class::ALL {
        let found: Vec<&Hidden> = drift.hidden.iter().filter(|hidden| hidden.class == class).collect();
        if !found.is_empty() {
            let _ = writeln!(text, "\n  {} ({})", class.title(), class.name());
            found.iter().for_each(|hidden| push_hidden(&mut text, hidden, drift));
        }
    }
    for chart in &drift.entangled {
        let _ = writeln!(
            text,
            "\nnote: what the templates of {chart} read cannot be followed, so that nothing is said of its unread and unset keys"
        );
    }
    text
}

fn divergence(text: &mut String, one: &Divergence, drift: &Drift) {
    let _ = writeln!(text, "\n  {}{}", one.key, of_services(&one.services, drift));
    let width = one.settings.iter().map(|setting| setting.variant.chars().count()).max().unwrap_or(0);
    let shown = |setting: &Setting| setting.value.clone().unwrap_or_else(|| "not set".to_owned());
    let values = one.settings.iter().map(|setting| shown(setting).chars().count()).max().unwrap_or(0);
    for setting in &one.settings {
        let place = setting.location.as_ref().map(|location| layer_text(location, setting.layer.as_ref())).unwrap_or_default();
        let line = format!("    {:>width$}  {:values$}  {place}", setting.variant, shown(setting));
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn push_hidden(text: &mut String, hidden: &Hidden, drift: &Drift) {
    let place = layer_text(&hidden.location, hidden.layer.as_ref());
    let services = of_services(&hidden.services, drift);
    let value = hidden.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
    let _ = match hidden.class {
        Class::Siblings => writeln!(text, "    {}{services}", hidden.key),
        Class::Unread => writeln!(text, "    {place}  {}{services}", hidden.key),
        Class::Unset => {
            let variants = join(hidden.others.iter().map(|other| &other.variant));
            let variants = if variants.is_empty() { variants } else { format!(", in {variants}") };
            writeln!(text, "    {place}  {}{services}{variants}", hidden.key)
        }
        Class::Redundant => writeln!(text, "    {place}  {}{value}{services}", hidden.key),
    };
    for other in &hidden.others {
        let place = other.location.as_ref().map(|location| layer_text(location, other.layer.as_ref())).unwrap_or_default();
        let _ = match hidden.class {
            Class::Siblings => writeln!(text, "      {:>8}  {}  {place}", other.variant, other.value.as_deref().unwrap_or("not set")),
            Class::Redundant => writeln!(text, "        as  {place}"),
            Class::Unread | Class::Unset => Ok(()),
        };
    }
}

/// Which services something is of, where that is not all that are looked at.
fn of_services(services: &BTreeSet<Arc<str>>, drift: &Drift) -> String {
    match services.len() {
        _ if drift.services.len() == 1 => String::new(),
        count if count == drift.services.len() => "  (all services)".to_owned(),
        1..=MAX_SERVICES => format!("  ({})", join(services.iter())),
        count => format!("  ({count} services)"),
    }
}

fn join<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> String {
    names.map(|name| &**name).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The same for programs.
pub(crate) fn json(drift: &Drift, sources: &Sources) -> String {
    let issues = group::problems(drift.problems.clone(), sources);
    let names = |names: &BTreeSet<Arc<str>>| names.iter().map(|name| Value::from(&**name)).collect::<Vec<_>>();
    let deliberate = |one: &Divergence| value!({"key": one.key, "services": names(&one.services), "values": one.settings.iter().map(setting).collect::<Vec<_>>()});
    let hidden = |one: &Hidden| {
        let mut object = value!({
            "class": one.class.name(),
            "key": one.key,
            "services": names(&one.services),
            "file": &*one.location.file,
            "line": one.location.line,
            "column": one.location.column,
        });
        if let Value::Object(object) = &mut object {
            object.extend(one.layer.as_deref().map(|layer| ("layer".to_owned(), layer.into())));
            object.extend(one.value.clone().map(|value| ("value".to_owned(), value.into())));
            if !one.others.is_empty() {
                object.insert("others".to_owned(), one.others.iter().map(setting).collect());
            }
        }
        object
    };
    let object = value!({
        "version": 1,
        "tool": {"name": "portcullis", "version": env!("CARGO_PKG_VERSION")},
        "services": names(&drift.services),
        "environments": drift.environments.iter().map(|name| Value::from(&**name)).collect::<Vec<_>>(),
        "deliberate": drift.deliberate.iter().map(deliberate).collect::<Vec<_>>(),
        "hidden": drift.hidden.iter().map(hidden).collect::<Vec<_>>(),
        "not_followed": drift.entangled.iter().collect::<Vec<_>>(),
        "problems": issues.iter().map(report::problem).collect::<Vec<_>>(),
    });
    format!("{object:#}\n")
}

fn setting(setting: &Setting) -> Value {
    let mut object = Map::new();
    object.extend(Some(&setting.variant).filter(|variant| !variant.is_empty()).map(|variant| ("variant".to_owned(), (**variant).into())));
    object.extend(setting.value.clone().map(|value| ("value".to_owned(), value.into())));
    object.extend(setting.location.as_ref().map(|location| ("file".to_owned(), (*location.file).into())));
    object.extend(setting.location.as_ref().map(|location| ("line".to_owned(), location.line.into())));
    object.extend(setting.layer.as_deref().map(|layer| ("layer".to_owned(), layer.into())));
    Value::Object(object)
}
