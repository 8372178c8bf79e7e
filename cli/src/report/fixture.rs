//! Reports made by hand, for the tests of formats: a small change over three services, and what an enemy would write.

use std::sync::Arc;

use portcullis_policies::{Context, Level, Library};
use portcullis_source::{Location, Role, SourceFile, Sources, Span};

use super::{
    Accounting, ApplicationChange, ChainLink, ChangeKind, Changes, Counted, FieldChange, Finding, Issue, Material, NotRendered,
    ObjectChange, Reach, Report, ResourceName, Secrets, Side, Status, Terraform,
};

/// A report and the files that it speaks of.
pub(super) struct Fixture {
    pub(super) report: Report,
    pub(super) sources: Sources,
    library: Library,
}

const BASE: &str = "# What holds for every service.\nimage:\n  registry: 111122223333.dkr.ecr.eu-west-1.amazonaws.com\ndrainSeconds: 10\npassword: hunter2-and-more\nreplicas: 3\n";
const SERVICE: &str = "# A score is done in milliseconds.\ndrainSeconds: 0\n";
const TEMPLATE: &str = "  lifecycle:\n    preStop:\n      sleep:\n        seconds: {{ .Values.drainSeconds }}\n";

impl Fixture {
    /// What every format is made from.
    pub(super) fn material(&self) -> Material<'_> {
        Material { report: &self.report, library: &self.library, sources: &self.sources }
    }

    /// A report of these services in dev, staging and prod, with nothing in it.
    pub(super) fn of(services: &[String]) -> Self {
        let contexts: Vec<Context> = services
            .iter()
            .flat_map(|service| ["dev", "staging", "prod"].map(|environment| (service, environment)))
            .map(|(service, environment)| Context {
                application: Some(format!("{service}-{environment}").into()),
                service: Some(service.as_str().into()),
                environment: Some(environment.into()),
                ..Context::default()
            })
            .collect();
        let report = Report {
            bundle: format!("sha256:{}", "0".repeat(64)),
            applications: Accounting { total: contexts.len(), not_rendered: Vec::new() },
            terraform: Terraform::default(),
            not_expanded: Vec::new(),
            unreached: Vec::new(),
            nothing: None,
            objects: contexts.len() * 8,
            unchecked: crate::kinds::Unchecked::default(),
            notes: Vec::new(),
            reach: Reach::new(&contexts),
            findings: Vec::new(),
            problems: Vec::new(),
            changes: None,
            secrets: Secrets::default(),
            partition: None,
        };
        Self { report, sources: Sources::default(), library: Library::embedded().unwrap().without_change() }
    }

    /// A lint of three services: a finding of one service in all environments, a warning, a waived one and a problem.
    pub(super) fn lint() -> Self {
        let mut fixture = Self::of(&["api", "tx-scoring", "web"].map(str::to_owned));
        let (base, service, template) = fixture.files();
        let chain = chain(&service, &base, &template);
        let reached = ["tx-scoring-dev", "tx-scoring-prod", "tx-scoring-staging"];
        let denied =
            Finding { chain, ..finding("missing-pre-stop", "container tx-scoring has no preStop hook", at(&service, "0"), &reached) };
        let warned = finding("missing-disruption-budget", "no budget covers the pods", at(&base, "3"), &["api-prod"]);
        let waived = finding("root-container", "container web runs as root", at(&base, "10"), &["web-dev"]);
        let waived = Finding { waived: Some("started by a vendor's image".to_owned()), ..waived };
        fixture.report.findings = vec![Finding { level: Level::Warn, ..warned }, waived, denied];
        fixture
    }

    /// The same with something that was not rendered.
    pub(super) fn incomplete() -> Self {
        let mut fixture = Self::lint();
        let base = fixture.sources.add("charts/web/Chart.yaml", "name: web\nversion: [1\n".as_bytes());
        let (span, location) = at(&base, "[1").unwrap();
        fixture.report.problems.push(Issue {
            location: location.clone(),
            span: Some(span),
            stage: "helm",
            message: "Chart.yaml does not parse: a list is not closed".to_owned(),
            hint: "close it with ]".to_owned(),
            applications: vec!["web-prod".to_owned()],
        });
        let reason = "Chart.yaml does not parse".to_owned();
        fixture.report.applications.not_rendered.push(NotRendered { application: "web-prod".to_owned(), reason, location });
        fixture
    }

    /// A change of the base layer for these services, of the image of the first in prod, of a StatefulSet, and of what comes and goes.
    pub(super) fn diff(services: &[String]) -> Self {
        let mut fixture = Self::of(services);
        let (base, service, template) = fixture.files();
        let mut applications = Vec::new();
        for name in services {
            for environment in ["dev", "staging", "prod"] {
                let links = chain(&base, &service, &template);
                let drain = field(
                    "/spec/template/spec/containers/[name=NAME]/lifecycle/preStop/sleep/seconds",
                    ("5", "10"),
                    at(&base, "10"),
                    links,
                );
                let drain = FieldChange { path: drain.path.replace("NAME", name), ..drain };
                applications.push(application(name, environment, vec![deployment(name, vec![drain])]));
            }
        }
        let first = services.first().unwrap();
        let object = budget(first);
        applications[0].objects.push(object);
        applications[2].objects.push(stateful(at(&base, "3\n")));
        applications.push(ApplicationChange {
            kind: ChangeKind::Removed,
            objects: vec![ObjectChange {
                kind: ChangeKind::Removed,
                before: Some("kind: ConfigMap\n".into()),
                after: None,
                ..budget("old")
            }],
            ..application("old", "dev", Vec::new())
        });
        let side = |name: &str, commit: Option<&str>| Side { name: name.to_owned(), commit: commit.map(str::to_owned) };
        fixture.report.changes = Some(Changes {
            base: side("main", Some(&"0123456789abcdef".repeat(2))),
            head: side("the work tree", None),
            applications,
            unchanged: 3,
            base_unknown: None,
            counted: Counted::New,
        });
        fixture.report.findings = fixture.findings(first, &(base, service, template));
        fixture
    }

    fn findings(&self, first: &str, (base, service, template): &(Arc<SourceFile>, Arc<SourceFile>, Arc<SourceFile>)) -> Vec<Finding> {
        let names: Vec<String> = self.report.reach.homes().map(|(name, _)| name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let with = |status, finding: Finding| Finding { status: Some(status), ..finding };
        let own = format!("{first}-prod");
        let chain = chain(base, service, template);
        let new = Finding { chain, ..finding("slow-drain", "container NAME drains for 10 s", at(base, "10"), &names) };
        vec![
            with(Status::New, Finding { message: new.message.replace("NAME", first), ..new }),
            with(Status::New, Finding { level: Level::Warn, ..finding("single-replica", "one replica only", at(service, "0"), &[&own]) }),
            with(Status::Unchanged, finding("missing-readiness-probe", "container has no readiness probe", at(template, "sleep"), &[&own])),
            with(Status::Fixed, finding("root-container", "container runs as root", at(service, "milliseconds"), &[&own])),
        ]
    }

    /// What somebody would write who wants to break the report or to speak through it.
    pub(super) fn hostile() -> Self {
        let evil = "</script><img src=x onerror=alert(1)> @org/team #12 ``` `x` | [a](http://e.example) ]]> \u{1b}[31m\u{202e} %0A::error::x \u{0}";
        let mut fixture = Self::diff(&[evil.to_owned(), "api".to_owned()]);
        let file = fixture.sources.add(format!("values/{evil}.yaml"), format!("key: {evil}\n").into_bytes());
        let place = at(&file, "key");
        for finding in &mut fixture.report.findings {
            finding.message = evil.to_owned();
            finding.path = format!("/{evil}");
            finding.place = place.clone();
        }
        let waived = Finding { waived: Some(evil.to_owned()), ..finding("root-container", evil, place.clone(), &[]) };
        fixture.report.findings.push(waived);
        let changes = fixture.report.changes.as_mut().unwrap();
        changes.head.name = evil.to_owned();
        for object in changes.applications.iter_mut().flat_map(|application| &mut application.objects) {
            object.hazards.push(evil.to_owned());
            object.before = object.before.as_ref().map(|text| format!("{text}evil: old {evil}\n````\n").into());
            object.after = object.after.as_ref().map(|text| format!("{text}evil: {evil}\n````\n").into());
        }
        let (span, location) = place.unwrap();
        let (message, hint) = (evil.to_owned(), evil.to_owned());
        fixture.report.problems.push(Issue {
            location,
            span: Some(span),
            stage: "helm",
            message,
            hint,
            applications: vec![evil.to_owned()],
        });
        fixture
    }

    fn files(&mut self) -> (Arc<SourceFile>, Arc<SourceFile>, Arc<SourceFile>) {
        let base = self.sources.add("values/base.yaml", BASE.as_bytes());
        let service = self.sources.add("values/services/tx-scoring.yaml", SERVICE.as_bytes());
        let template = self.sources.add("charts/service/templates/deployment.yaml", TEMPLATE.as_bytes());
        let (span, _) = at(&base, "hunter2-and-more").unwrap();
        self.report.secrets = Secrets::test(&[span]);
        (base, service, template)
    }
}

/// The place of a text in a file.
pub(super) fn at(file: &SourceFile, text: &str) -> Option<(Span, Location)> {
    let start = std::str::from_utf8(file.bytes()).unwrap().find(text).unwrap_or_else(|| panic!("{text} is in {}", file.path()));
    let (start, end) = (start as u32, (start + text.len()) as u32);
    Some((Span { file: file.id(), start, end }, file.location(start, end)))
}

/// The chain of a field that `set` sets and that `hidden` would set too.
fn chain(set: &SourceFile, hidden: &SourceFile, template: &SourceFile) -> Vec<ChainLink> {
    let link = |role, file: &SourceFile, text: &str, key: Option<&str>, name: Option<&str>| ChainLink {
        role,
        place: at(file, text),
        line: None,
        key: key.map(str::to_owned),
        name: name.map(Arc::from),
    };
    let value = |file: &SourceFile| if &**file.path() == "values/base.yaml" { "10" } else { "0" };
    vec![
        ChainLink { role: Role::Rendered, place: None, line: Some(40), key: None, name: None },
        link(Role::Template, template, "{{ .Values.drainSeconds }}", None, None),
        link(Role::Include, template, "lifecycle", None, Some("service.lifecycle")),
        link(Role::Values, set, value(set), Some("drainSeconds"), Some("base")),
        link(Role::Shadowed, hidden, value(hidden), Some("drainSeconds"), Some("service")),
    ]
}

fn finding(rule: &str, message: &str, place: Option<(Span, Location)>, applications: &[&str]) -> Finding {
    Finding {
        rule: rule.to_owned(),
        level: Level::Deny,
        message: message.to_owned(),
        fingerprint: super::escape::digest(&[rule, message]),
        environments: vec!["prod".into()],
        applications: applications.iter().map(|name| Arc::from(*name)).collect(),
        resources: applications.iter().take(2).map(|name| resource("Deployment", name)).collect(),
        path: "/spec/template/spec/containers/0".to_owned(),
        chain: Vec::new(),
        place,
        waived: None,
        status: None,
    }
}

fn resource(kind: &str, name: &str) -> ResourceName {
    ResourceName { api_version: "apps/v1".to_owned(), kind: kind.to_owned(), namespace: Some("shop".to_owned()), name: name.to_owned() }
}

fn application(service: &str, environment: &str, objects: Vec<ObjectChange>) -> ApplicationChange {
    ApplicationChange {
        name: Some(format!("{service}-{environment}").into()),
        service: Some(service.into()),
        environment: Some(environment.into()),
        kind: ChangeKind::Changed,
        objects,
        base_unknown: None,
    }
}

fn field(path: &str, (before, after): (&str, &str), place: Option<(Span, Location)>, chain: Vec<ChainLink>) -> FieldChange {
    let (before, after) = (Some(before.to_owned()), Some(after.to_owned()));
    FieldChange { path: path.to_owned(), kind: ChangeKind::Changed, before, after, place, chain }
}

fn deployment(name: &str, fields: Vec<FieldChange>) -> ObjectChange {
    let text = |seconds: u32| {
        let head = format!("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    spec:\n");
        format!(
            "{head}      containers:\n        - name: {name}\n          lifecycle:\n            preStop:\n              sleep:\n                seconds: {seconds}\n          image: {name}:1\n"
        )
    };
    ObjectChange {
        object: resource("Deployment", name),
        kind: ChangeKind::Changed,
        hazards: Vec::new(),
        fields,
        before: Some(text(5).into()),
        after: Some(text(10).into()),
        place: None,
    }
}

fn budget(name: &str) -> ObjectChange {
    ObjectChange {
        object: resource("PodDisruptionBudget", name),
        kind: ChangeKind::Added,
        before: None,
        after: Some(format!("kind: PodDisruptionBudget\nmetadata:\n  name: {name}\nspec:\n  maxUnavailable: 1\n").into()),
        ..deployment(name, Vec::new())
    }
}

fn stateful(place: Option<(Span, Location)>) -> ObjectChange {
    let change = field("/spec/serviceName", ("\"db\"", "\"data\""), place, Vec::new());
    ObjectChange {
        object: resource("StatefulSet", "db"),
        hazards: vec!["/spec/serviceName can never be changed: the StatefulSet must be deleted and made again".to_owned()],
        before: Some("kind: StatefulSet\nspec:\n  serviceName: db\n".into()),
        after: Some("kind: StatefulSet\nspec:\n  serviceName: data\n".into()),
        ..deployment("db", vec![change])
    }
}
