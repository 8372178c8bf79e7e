//! What a configuration says of rules, against the rules that there are.

use std::sync::Arc;

use super::settings::ALL_RULES;
use crate::{
    Config, ConfigError, Library,
    config::{Params, RuleSettings, Setting, nearest},
};

/// Something that it says and should not.
pub(super) struct Fault {
    /// What is wrong, and where.
    pub(super) error: ConfigError,
    /// The rule that nobody can ask for it, where it is about parameters.
    rule: Option<Arc<str>>,
}

impl Library {
    /// Takes out of a configuration what it says of rules and parameters that there are not, and the rules that were given such parameters: what
    /// they would find without them is not what somebody asked for. The others can be asked under what is left.
    pub fn settle(&mut self, config: &mut Config) -> Vec<ConfigError> {
        let faults = faults(self, config);
        if faults.is_empty() {
            return Vec::new();
        }
        let is_known = |id: &str| id == ALL_RULES || self.may_know(id);
        config.rules.retain(|id, _| is_known(id));
        config.environments.iter_mut().for_each(|environment| environment.levels.retain(|id, _| is_known(id)));
        config.waivers.retain(|waiver| self.may_know(&waiver.rule.value));
        for id in faults.iter().filter_map(|fault| fault.rule.as_ref()) {
            match config.rules.get_mut(id).filter(|_| &**id == ALL_RULES) {
                Some(settings) => every(&mut settings.value).for_each(|setting| setting.params.clear()),
                None => _ = config.rules.remove(id),
            }
            self.leave_out(id);
        }
        faults.into_iter().map(|fault| fault.error).collect()
    }
}

fn every(settings: &mut RuleSettings) -> impl Iterator<Item = &mut Setting> {
    let RuleSettings { everywhere, environments, namespaces, .. } = settings;
    let narrower = environments.values_mut().map(|setting| &mut setting.value).chain(namespaces.iter_mut().map(|(_, setting)| setting));
    std::iter::once(everywhere).chain(narrower)
}

/// The rules and parameters that the configuration names but the library does not have, and values that parameters do not take.
pub(super) fn faults(library: &Library, config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut unknown = |id: &str, span| {
        let near = library.nearest(id).map(|id| format!("did you mean {id}?"));
        let hint = near.unwrap_or_else(|| "`portcullis rule` lists all rules".to_owned());
        let error = ConfigError { message: format!("there is no rule {id}"), span, hint: Some(hint) };
        faults.push(Fault { error, rule: None });
    };
    let in_environments = config.environments.iter().flat_map(|environment| environment.levels.iter().map(|(id, level)| (id, level.span)));
    // Waivers are for one rule each.
    let in_waivers = config.waivers.iter().map(|waiver| (&waiver.rule.value, waiver.rule.span));
    let in_rules = config.rules.iter().map(|(id, settings)| (id, settings.span));
    for (id, span) in in_rules.chain(in_environments).filter(|(id, _)| &***id != ALL_RULES).chain(in_waivers) {
        if !library.may_know(id) {
            unknown(id, span);
        }
    }
    for (id, settings) in &config.rules {
        let none = Params::default();
        let Some(params) = library.params(id).or_else(|| (&**id == ALL_RULES).then_some(&none)) else { continue };
        let settings = &settings.value;
        let narrower =
            settings.environments.values().map(|setting| &setting.value).chain(settings.namespaces.iter().map(|(_, setting)| setting));
        let mut fault = |message, span, hint| {
            faults.push(Fault { error: ConfigError { message, span, hint: Some(hint) }, rule: Some(Arc::clone(id)) });
        };
        for (name, value) in std::iter::once(&settings.everywhere).chain(narrower).flat_map(|setting| &setting.params) {
            if !params.names().any(|known| known == &**name) {
                let near = nearest(name, params.names()).map(|name| format!("did you mean {name}?"));
                let hint = near.unwrap_or_else(|| format!("`portcullis rule {id}` lists its parameters"));
                fault(format!("rule {id} has no parameter {name}"), value.span, hint);
            } else if let Some(wrong) = params.fault(name, &value.value) {
                fault(format!("parameter {name} of rule {id} {}", wrong.message), value.span, wrong.hint);
            }
        }
    }
    faults.sort_by_key(|fault| fault.error.span.map(|span| span.start));
    faults
}
