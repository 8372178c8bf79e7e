//! Applications as a person says them: all of them, all services of an environment, or services with their environments.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use indexmap::{IndexMap, IndexSet};
use portcullis_policies::Context;

/// How many applications are named one by one before services and environments stand for them.
const MAX_NAMES: usize = 8;

/// The applications of a run by service and environment.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    all: BTreeSet<Arc<str>>,
    /// The application of each service in each environment, environments in the order of the applications.
    environments: IndexMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>>,
    /// The service and the environment of each application that has them.
    homes: IndexMap<Arc<str>, Home>,
}

/// A service and an environment, as far as an application has them.
pub(crate) type Home = (Option<Arc<str>>, Option<Arc<str>>);

impl Reach {
    /// Sorts applications; those that share service and environment with another are always named themselves.
    pub(crate) fn new(contexts: &[Context]) -> Self {
        let mut reach = Self::default();
        let mut shared = Vec::new();
        for Context { application, service, environment, .. } in contexts {
            let Some(application) = application else { continue };
            reach.all.insert(Arc::clone(application));
            reach.homes.insert(Arc::clone(application), (service.clone(), environment.clone()));
            let (Some(service), Some(environment)) = (service, environment) else { continue };
            let services = reach.environments.entry(Arc::clone(environment)).or_default();
            if services.insert(Arc::clone(service), Arc::clone(application)).is_some() {
                shared.push((Arc::clone(environment), Arc::clone(service)));
            }
        }
        for (environment, service) in shared {
            if let Some(services) = reach.environments.get_mut(&environment) {
                services.remove(&service);
            }
        }
        reach
    }

    /// The applications with their services and environments, in their own order.
    pub(crate) fn homes(&self) -> impl Iterator<Item = (&Arc<str>, &Home)> {
        self.homes.iter()
    }

    /// The applications in words that name each of them and no other.
    pub(crate) fn describe(&self, names: &[Arc<str>]) -> String {
        let mut rest: BTreeSet<&Arc<str>> = names.iter().collect();
        if rest.len() <= MAX_NAMES {
            return join(rest.into_iter());
        }
        if rest.len() == self.all.len() && rest.iter().all(|name| self.all.contains(*name)) {
            return format!("all {} applications", self.all.len());
        }
        let mut parts = Vec::new();
        for (environment, services) in &self.environments {
            if services.len() > 1 && services.values().all(|name| rest.contains(name)) {
                services.values().for_each(|name| {
                    rest.remove(name);
                });
                parts.push(format!("all {} services in {environment}", services.len()));
            }
        }
        for (environments, services) in self.groups(&mut rest) {
            parts.push(self.services(&environments, &services));
        }
        if !rest.is_empty() {
            parts.push(join(rest.into_iter()));
        }
        parts.join("; ")
    }

    /// The services of applications by the environments that are reached, taken out of `rest`.
    fn groups(&self, rest: &mut BTreeSet<&Arc<str>>) -> IndexMap<Vec<Arc<str>>, BTreeSet<Arc<str>>> {
        let mut reached: BTreeMap<&Arc<str>, IndexSet<Arc<str>>> = BTreeMap::new();
        for (environment, services) in &self.environments {
            for (service, name) in services {
                if rest.remove(name) {
                    reached.entry(service).or_default().insert(Arc::clone(environment));
                }
            }
        }
        let mut groups: IndexMap<Vec<Arc<str>>, BTreeSet<Arc<str>>> = IndexMap::new();
        for (service, environments) in reached {
            groups.entry(environments.into_iter().collect()).or_default().insert(Arc::clone(service));
        }
        groups
    }

    /// Services in environments, by what they are or, where that is shorter, by what they are not.
    fn services(&self, environments: &[Arc<str>], services: &BTreeSet<Arc<str>>) -> String {
        let place = join(environments.iter());
        let is_everywhere = |service: &&Arc<str>| {
            environments.iter().all(|environment| self.environments.get(environment).is_some_and(|known| known.contains_key(*service)))
        };
        let known = environments.first().and_then(|first| self.environments.get(first));
        let known: BTreeSet<&Arc<str>> = known.into_iter().flat_map(BTreeMap::keys).filter(is_everywhere).collect();
        let others: Vec<&Arc<str>> = known.iter().copied().filter(|service| !services.contains(*service)).collect();
        match others.len() {
            0 if services.len() > 1 => format!("all {} services in {place}", services.len()),
            some if some > 0 && some * 2 < services.len() => {
                format!("all {} services in {place} but {}", known.len(), join(others.into_iter()))
            }
            _ => format!("{} in {place}", join(services.iter())),
        }
    }
}

fn join<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> String {
    names.map(|name| &**name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use portcullis_policies::Context;

    use super::Reach;

    fn contexts() -> Vec<Context> {
        let mut all = Vec::new();
        let mut add = |name: String, service: &str, environment: Option<&str>| {
            let environment = environment.map(Into::into);
            all.push(Context { application: Some(name.into()), service: Some(service.into()), environment, ..Context::default() });
        };
        for environment in ["dev", "staging", "prod"] {
            for index in 0..7 {
                add(format!("s{index}-{environment}"), &format!("s{index}"), Some(environment));
            }
        }
        add("only-prod".into(), "only", Some("prod"));
        // Two applications of one service in one environment, and one of no environment.
        add("twice-a".into(), "twice", Some("dev"));
        add("twice-b".into(), "twice", Some("dev"));
        add("argocd".into(), "argocd", None);
        all
    }

    /// The applications that a text names, read as a person would.
    fn expand(text: &str, contexts: &[Context]) -> BTreeSet<String> {
        let name = |context: &Context| context.application.as_ref().unwrap().to_string();
        if text.starts_with("all ") && text.ends_with(" applications") {
            return contexts.iter().map(name).collect();
        }
        let twice = |context: &&Context| context.service.as_deref() != Some("twice");
        let mut found = BTreeSet::new();
        for part in text.split("; ") {
            let Some((services, place)) = part.split_once(" in ") else {
                found.extend(part.split(", ").map(str::to_owned));
                continue;
            };
            let (place, but) = place.split_once(" but ").unwrap_or((place, ""));
            let but: Vec<&str> = but.split(", ").collect();
            for environment in place.split(", ") {
                let there = |context: &&Context| context.environment.as_deref() == Some(environment);
                let meant = |context: &&Context| {
                    let service = context.service.as_deref().unwrap();
                    if !services.starts_with("all ") {
                        return services.split(", ").any(|wanted| wanted == service);
                    }
                    let everywhere = place.split(", ").all(|place| {
                        contexts
                            .iter()
                            .any(|other| other.service.as_deref() == Some(service) && other.environment.as_deref() == Some(place))
                    });
                    everywhere && !but.contains(&service)
                };
                found.extend(contexts.iter().filter(twice).filter(there).filter(meant).map(name));
            }
        }
        found
    }

    #[test]
    fn words_name_exactly_the_applications_that_are_reached() {
        let contexts = contexts();
        let reach = Reach::new(&contexts);
        let mut state = 1_u64;
        for round in 0..4_000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // From nearly none to nearly all of them, and whole environments now and then.
            let chosen = |index: usize| (state >> (index + 8)) & 1 == 1 || (state >> (63 - index)) & 1 == u64::from(round % 2 == 0);
            let whole = ["dev", "staging", "prod", "none"][round as usize % 4];
            let names =
                contexts.iter().enumerate().filter(|(index, context)| chosen(*index) || context.environment.as_deref() == Some(whole));
            let names: Vec<_> = names.map(|(_, context)| context.application.clone().unwrap()).collect();
            let text = reach.describe(&names);
            assert_eq!(expand(&text, &contexts), names.iter().map(ToString::to_string).collect(), "{text}");
        }
    }

    #[test]
    fn words_are_few() {
        let contexts = contexts();
        let reach = Reach::new(&contexts);
        let describe = |wanted: &dyn Fn(&str) -> bool| {
            let names: Vec<_> = contexts.iter().map(|context| context.application.clone().unwrap()).filter(|name| wanted(name)).collect();
            reach.describe(&names)
        };
        assert_eq!(describe(&|_| true), "all 25 applications");
        assert_eq!(describe(&|name| name.starts_with("s1-")), "s1-dev, s1-prod, s1-staging");
        assert_eq!(describe(&|name| name.ends_with("-prod") || name == "s1-dev"), "all 8 services in prod; s1 in dev");
        assert_eq!(describe(&|name| ["s1-", "s2-", "s3-"].iter().any(|start| name.starts_with(start))), "s1, s2, s3 in dev, staging, prod");
        assert_eq!(
            describe(&|name| name.starts_with('s') && name != "s4-dev" && !name.ends_with("-prod")),
            "all 7 services in staging; all 7 services in dev but s4"
        );
    }
}
