//! Policies that were written for other tools, asked about resources like any other rule.

use std::{collections::BTreeSet, sync::Arc};

use portcullis_source::Step;
use regorus::{Value, value::Object};

use super::{
    Asked, Budget,
    evaluate::{Failure, Run},
    said::Said,
    settings::Place,
};
use crate::{
    Foreign, Operation, Resource,
    foreign::{Failed, Namespaces, Request, inventory},
    input::{misshapen, object, of_resource, text},
};

impl From<Failed> for Failure {
    fn from(Failed { reason, exhausted }: Failed) -> Self {
        Self { reason, exhausted }
    }
}

impl Run<'_> {
    /// What a policy says of one resource.
    pub(super) fn foreign(
        &mut self,
        rule: usize,
        foreign: &Foreign,
        resource: &Resource,
        input: &Object,
        asked: &Asked<'_>,
    ) -> Result<Vec<Said>, Failure> {
        let nothing = Namespaces::default();
        let (namespaces, sent, old) = asked.beside.map_or((&nothing, None, None), |beside| (beside.namespaces, beside.request, beside.old));
        // As Gatekeeper has it, an object is meant that was meant before it was changed, too.
        let is_meant = foreign.is_about(resource, namespaces)? || old.map_or(Ok(false), |old| foreign.is_about(old, namespaces))?;
        let Some(whole) = input.get(&text("resource")).filter(|_| is_meant) else { return Ok(Vec::new()) };
        let request = Request { operation: Some(asked.operation), said: sent };
        let found = self.ask(rule, foreign, foreign.input(resource, whole, namespaces, request))?;
        if found.len() > asked.budget.findings {
            let reason = format!("it finds more than {} faults", asked.budget.findings);
            return Err(Failure { reason, exhausted: true });
        }
        Ok(found.into_iter().map(said).collect())
    }

    fn ask(&mut self, rule: usize, foreign: &Foreign, input: Value) -> Result<Vec<String>, Failure> {
        let (interpreter, allowance) = self.worker.interpreter(rule, foreign)?;
        Ok(foreign.ask(interpreter, input, allowance)?)
    }

    /// Asks the policies that read other objects too about each object of an environment.
    pub(super) fn foreign_platform(&mut self, rules: &[usize], members: &[&Resource]) {
        let namespaces = Namespaces::of(members.iter().copied());
        let data = object([("inventory", inventory(members))]);
        let engine = self.engine;
        for &index in rules {
            let Some((rule, foreign)) = engine.rules.get(index).and_then(|rule| Some((rule, rule.foreign.as_ref()?))) else { continue };
            if let Err(failure) = self.show(index, foreign, &data) {
                self.fail(members, &format!("and its whole environment could not be checked by rule {}: {}", rule.id, failure.reason));
                continue;
            }
            let mut unknown = BTreeSet::new();
            for resource in members {
                let level = self.settings_at(&Place::of(resource), index).and_then(|resolved| resolved.level);
                let Some(level) = level.filter(|_| rule.operations.contains(&Operation::Create)) else { continue };
                if self.is_given_up(index) {
                    self.problem(
                        resource,
                        &format!("could not be checked by rule {}: {}", rule.id, Failure::given_up(Budget::WHOLE.instructions).reason),
                    );
                    continue;
                }
                match self.foreign_member(index, foreign, resource, &namespaces) {
                    Ok(found) => found.into_iter().for_each(|said| self.finding(index, level, resource, &[], said)),
                    // What is not known of a namespace is said once.
                    Err(failure) if !unknown.insert(failure.reason.clone()) => {}
                    Err(failure) => {
                        self.spent(index, &failure);
                        self.problem(resource, &format!("could not be checked by rule {}: {}", rule.id, failure.reason));
                    }
                }
            }
        }
    }

    fn fail(&mut self, members: &[&Resource], reason: &str) {
        if let Some(first) = members.first() {
            self.problem(first, reason);
        }
    }

    /// Shows a policy the objects of an environment.
    fn show(&mut self, rule: usize, foreign: &Foreign, data: &Value) -> Result<(), Failure> {
        if !foreign.reads_inventory() {
            return Ok(());
        }
        let (interpreter, _) = self.worker.interpreter(rule, foreign)?;
        interpreter.clear_data();
        interpreter.add_data(data.clone()).map_err(|error| Failure::from(error.to_string()))
    }

    fn foreign_member(
        &mut self,
        rule: usize,
        foreign: &Foreign,
        resource: &Resource,
        namespaces: &Namespaces,
    ) -> Result<Vec<Said>, Failure> {
        // What is malformed has been reported by the rules that see single resources.
        if misshapen(resource).is_some() || !foreign.is_about(resource, namespaces)? {
            return Ok(Vec::new());
        }
        let Some(whole) = resource.node().and_then(of_resource) else { return Ok(Vec::new()) };
        let found = self.ask(
            rule,
            foreign,
            foreign.input(resource, &whole, namespaces, Request { operation: Some(Operation::Create), said: None }),
        )?;
        Ok(found.into_iter().map(said).collect())
    }
}

/// A message is about an object as a whole: it stands where the object is named.
fn said(message: String) -> Said {
    let at = ["metadata", "name"].map(|key| Step::Key(Arc::from(key))).to_vec();
    Said { at, message, resource: None, lacks: None, other: None, others: Vec::new() }
}
