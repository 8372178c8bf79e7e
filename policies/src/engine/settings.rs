//! Levels and parameters of every rule, as the configuration resolves them for an environment and a namespace.

use std::sync::{Arc, OnceLock};

use regorus::{Value, value::Object};

use super::Facts;
use crate::{
    Config, Level, Resource, Rule,
    config::{Located, RuleSettings, Setting, SettingLevel, glob_matches},
    input::{of_json, text},
    rule::SCHEMA,
};

/// What stands for every rule in a configuration.
pub(super) const ALL_RULES: &str = "*";

/// Where settings hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) environment: Option<Arc<str>>,
    pub(super) namespace: Option<Arc<str>>,
}

impl Place {
    /// Where a resource is.
    pub(super) fn of(resource: &Resource) -> Self {
        Self { environment: resource.context.environment.clone(), namespace: resource.identity.namespace.clone() }
    }

    /// The same environment, in no namespace in particular.
    pub(super) fn anywhere(&self) -> Self {
        Self { environment: self.environment.clone(), namespace: None }
    }
}

/// Level and parameters of one rule; no level where it is off.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) level: Option<Level>,
    pub(super) params: Value,
    /// The part of a question that the rule is with them.
    pub(super) code: OnceLock<Option<[u8; 32]>>,
}

/// The settings of a rule at a place.
pub(super) fn resolve(rule: &Rule, config: &Config, facts: &Facts, place: &Place) -> Resolved {
    let mut level = if rule.off.is_some() { SettingLevel::Off } else { SettingLevel::On(rule.severity.level()) };
    let mut params: Object = rule.params.iter().map(|(key, value)| (text(key), of_json(value))).collect();
    let environment = place.environment.as_deref();
    let configured = config.environments.iter().find(|known| Some(&*known.name.value) == environment);
    // What is said of all rules together turns none on that is off by itself; what is said of one wins.
    let together = if rule.off.is_some() { None } else { Some(ALL_RULES) };
    for id in together.into_iter().chain([rule.id.as_str()]) {
        let settings = config.rules.get(id).map(|settings| &settings.value);
        apply(settings.map(|settings| &settings.everywhere), &mut level, &mut params);
        if let Some(changed) = configured.and_then(|environment| environment.levels.get(id)) {
            level = changed.value;
        }
        for setting in narrower(settings, place) {
            apply(Some(setting), &mut level, &mut params);
        }
    }
    for fact in rule.facts.iter().filter(|fact| *fact != SCHEMA) {
        params.insert(text(fact), facts.get(fact, config, environment, place.namespace.as_deref()));
    }
    let level = match level {
        SettingLevel::Off => None,
        SettingLevel::On(level) => Some(level),
    };
    Resolved { level, params: params.into_value(), code: OnceLock::new() }
}

/// Whether what holds for a rule may differ from namespace to namespace.
pub(super) fn is_bound(rule: &Rule, config: &Config) -> bool {
    let asks = rule.facts.iter().any(|fact| ["namespace", "scoring"].contains(&fact.as_str()));
    let narrows = |id: &str| config.rules.get(id).is_some_and(|settings| !settings.value.namespaces.is_empty());
    asks || narrows(ALL_RULES) || narrows(rule.id.as_str())
}

fn narrower<'a>(settings: Option<&'a RuleSettings>, place: &Place) -> impl Iterator<Item = &'a Setting> {
    let environment = place.environment.as_ref().and_then(|name| settings?.environments.get(name)).map(|setting| &setting.value);
    let namespace = place.namespace.clone();
    let namespaces = settings.into_iter().flat_map(|settings| &settings.namespaces);
    let matching = namespaces.filter(move |(glob, _)| namespace.as_deref().is_some_and(|name| glob_matches(glob, name)));
    environment.into_iter().chain(matching.map(|(_, setting)| setting))
}

fn apply(setting: Option<&Setting>, level: &mut SettingLevel, params: &mut Object) {
    let Some(setting) = setting else { return };
    if let Some(Located { value, .. }) = &setting.level {
        *level = *value;
    }
    for (name, value) in &setting.params {
        params.insert(text(name), of_json(&value.value));
    }
}
