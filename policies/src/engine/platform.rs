//! Rules that see every resource of an environment at once.

use std::{collections::BTreeMap, sync::Arc};

use regorus::{Value, value::Object};

use super::{
    evaluate::{Run, read_findings},
    settings::Place,
};
use crate::{
    Resource, Scope,
    input::{object, of_node, pod_of, text},
};

impl Run<'_> {
    /// Evaluates the platform rules once per environment; resources without one are part of all of them.
    pub(super) fn platform(&mut self, resources: &[Resource]) {
        let rules: Vec<usize> =
            (0..).zip(&self.engine.rules).filter(|(_, rule)| rule.scope == Scope::Platform).map(|(index, _)| index).collect();
        if rules.is_empty() {
            return;
        }
        let mut environments: Vec<Option<Arc<str>>> = resources.iter().map(|resource| resource.context.environment.clone()).collect();
        environments.sort();
        environments.dedup();
        if environments.len() > 1 {
            environments.retain(Option::is_some);
        }
        for environment in environments {
            let mut members: Vec<&Resource> = resources.iter().filter(|resource| is_member(resource, environment.as_ref())).collect();
            members.sort_by(|left, right| (&left.identity, &left.context.application).cmp(&(&right.identity, &right.context.application)));
            let platform = self.platform_value(&members);
            for &rule in &rules {
                self.platform_rule(rule, environment.clone(), &members, &platform);
            }
        }
    }

    fn platform_rule(&mut self, index: usize, environment: Option<Arc<str>>, members: &[&Resource], platform: &Value) {
        let settings = self.settings_at(Place { environment, namespace: None });
        let (Some(rule), Some(resolved)) = (self.engine.rules.get(index), settings.get(index)) else { return };
        let input = object([("platform", platform.clone()), ("params", resolved.params.clone())]);
        let found = match self.run(index, input).and_then(|found| read_findings(&found)) {
            Ok(found) => found,
            Err(reason) => {
                if let Some(first) = members.first() {
                    self.problem(first, &format!("and its whole environment could not be checked by rule {}: {reason}", rule.id));
                }
                return;
            }
        };
        for said in found {
            let Some(resource) = said.resource.and_then(|id| members.get(id)) else {
                if let Some(first) = members.first() {
                    self.problem(
                        first,
                        &format!("is in an environment of which rule {} found something without naming a resource", rule.id),
                    );
                }
                continue;
            };
            // The level is that of the resource's own namespace.
            let level = self.settings_of(resource).get(index).and_then(|resolved| resolved.level);
            if let Some(level) = level {
                self.finding(index, level, resource, said);
            }
        }
    }

    /// `{kinds: {KIND: [{id, kind, name, namespace, resource, pod}]}}`.
    fn platform_value(&mut self, members: &[&Resource]) -> Value {
        let mut kinds: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (id, resource) in members.iter().enumerate() {
            // What is malformed has been reported by the rules that see single resources.
            let (Some(node), Ok(pod)) = (resource.node().and_then(of_node), pod_of(resource)) else { continue };
            let identity = &resource.identity;
            let mut entry: Object = [
                ("id", Value::from(id)),
                ("kind", text(&identity.kind)),
                ("group", text(resource.group())),
                ("name", text(&identity.name)),
                ("namespace", text(identity.namespace.as_deref().unwrap_or_default())),
                ("resource", node),
            ]
            .into_iter()
            .map(|(key, value)| (text(key), value))
            .collect();
            if let Some(pod) = pod {
                entry.insert(text("pod"), pod);
            }
            kinds.entry(&identity.kind).or_default().push(entry.into_value());
        }
        let kinds = kinds.into_iter().map(|(kind, entries)| (text(kind), Value::from(entries)));
        object([("kinds", kinds.collect::<Object>().into_value())])
    }
}

fn is_member(resource: &Resource, environment: Option<&Arc<str>>) -> bool {
    resource.context.environment.is_none() || resource.context.environment.as_ref() == environment
}
