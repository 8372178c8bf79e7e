//! The rules of a checklist, asked of everything that runs for long.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{Date, Finding, Library, Resource, Rule, Waivers, sort_findings, waiver::Coverage};
use portcullis_source::{Partial, Problem};

use crate::{check, error::Error, pipeline, report::Secrets, settings::Settings};

/// What a checklist says of services.
#[derive(Debug)]
pub(crate) struct Readiness {
    /// The rules on the list.
    pub(crate) rules: Vec<Rule>,
    /// The services, in the order of their names, then of their environments.
    pub(crate) services: Vec<Service>,
    /// What could not be rendered or read.
    pub(crate) problems: Vec<Problem>,
}

/// A service in an environment.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its name; that of the application, or of the workload, where nobody says which service it is.
    pub(crate) name: Arc<str>,
    /// The environment, where it is of one.
    pub(crate) environment: Option<Arc<str>>,
    /// What of it runs, as `Kind/namespace/name`.
    pub(crate) workloads: BTreeSet<String>,
    /// What the rules found, also what is waived.
    pub(crate) findings: Vec<Finding>,
}

impl Service {
    /// Whether nothing is found that nobody answers for.
    pub(crate) fn is_ready(&self) -> bool {
        self.findings.iter().all(|finding| finding.waived.is_some())
    }

    /// What a rule found.
    pub(crate) fn found<'a>(&'a self, rule: &'a Rule) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| finding.rule == rule.id)
    }
}

/// The kinds whose pods wait for requests or work.
const RUNS: [&str; 6] = ["Deployment", "Pod", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"];

/// The kinds of which nothing is asked: a Job begins again, and a DaemonSet comes and goes with its node.
const ENDS: [&str; 3] = ["CronJob", "DaemonSet", "Job"];

type Key = (Arc<str>, Option<Arc<str>>);

/// Renders everything, and asks the rules of the list about what is asked for.
///
/// # Errors
/// The configuration is wrong, or names what there is not.
pub(crate) fn survey(settings: &Settings, library: &Library, today: Date) -> Result<Readiness, Error> {
    let engine = pipeline::engine(settings, library)?;
    let sources = settings.revision.sources();
    let Partial { value: objects, mut problems } = pipeline::objects(settings)?;
    problems.extend(objects.missing().cloned());
    let selection = objects.selection(settings)?;
    let (own, common): (Vec<&Resource>, Vec<&Resource>) =
        objects.resources.iter().partition(|resource| resource.context.environment.is_some());
    let environments: BTreeSet<Option<&Arc<str>>> = own.iter().map(|resource| resource.context.environment.as_ref()).collect();
    let environments = if environments.is_empty() { BTreeSet::from([None]) } else { environments };
    let mut findings = Vec::new();
    for environment in environments {
        let here = own.iter().filter(|resource| resource.context.environment.as_ref() == environment).chain(&common);
        let here: Vec<Resource> = here.map(|resource| (*resource).clone()).collect();
        findings.extend(check::check(&engine, &here).take(&mut problems));
    }
    // What is for no environment in particular was asked about in each.
    sort_findings(&mut findings, sources);
    findings.dedup();
    let files = settings.revision.files_read();
    let waivers = Waivers { config: &settings.config, rules: engine.rules(), sources, files: &files, today, coverage: Coverage::Part };
    let mut findings = waivers.apply(findings);
    let mut secrets = Secrets::default();
    secrets.extend(objects.resources.iter());
    if let Some(scrubber) = secrets.scrubber() {
        findings.iter_mut().for_each(|finding| scrubber.scrub(&mut finding.message));
    }
    let mut services: BTreeMap<Key, Service> = BTreeMap::new();
    let service = |(name, environment): Key| Service { name, environment, workloads: BTreeSet::new(), findings: Vec::new() };
    for resource in objects.resources.iter().filter(|resource| is_running(resource) && selection.resource(resource, sources)) {
        let key = key_of(resource);
        services.entry(key.clone()).or_insert_with(|| service(key)).workloads.insert(resource.identity.to_string());
    }
    // What is found beside workloads, such as in a disruption budget of nobody's service, is a service of its own: nothing is lost.
    for finding in findings.into_iter().filter(|finding| selection.finding(finding, sources)) {
        let Some(identity) = finding.resource.as_ref().filter(|identity| !ENDS.contains(&&*identity.kind)) else { continue };
        let name = finding.service.as_ref().or(finding.application.as_ref()).unwrap_or(&identity.name);
        let key = (Arc::clone(name), finding.environment.clone());
        services.entry(key.clone()).or_insert_with(|| service(key)).findings.push(finding);
    }
    problems.retain(|problem| selection.problem(problem, sources));
    let services = services.into_values().collect();
    Ok(Readiness { rules: library.rules().to_vec(), services, problems })
}

fn is_running(resource: &Resource) -> bool {
    let group = resource.group();
    RUNS.contains(&&*resource.identity.kind) && (group.is_empty() || group == "apps" || group == "argoproj.io")
}

fn key_of(resource: &Resource) -> Key {
    let context = &resource.context;
    let name = context.service.as_ref().or(context.application.as_ref()).unwrap_or(&resource.identity.name);
    (Arc::clone(name), context.environment.clone())
}
