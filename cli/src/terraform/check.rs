//! What rules say of the roots, what they cannot tell, and what of it concerns a run.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_policies::{Context, Engine, Facts, Finding, Identity, Resource, Worker};
use portcullis_source::{Document, Partial, Problem, RepoPath, Span, Stage, Step};
use portcullis_terraform::{
    document::{self, About, ROOT_KIND, Release},
    module::Mode,
    roots::Root,
};

use super::{
    Evaluated, Kept,
    doubt::doubt,
    evaluated::{DEFAULT, each},
    promotion::Promotion,
    release::{self, Unrendered},
    states::States,
};
use crate::{
    group,
    report::{NotEvaluated, Secrets, Terraform, Undecided},
    settings::Settings,
};

/// The roots, checked.
#[derive(Default)]
pub(crate) struct Checked {
    /// What is wrong.
    pub(crate) found: Partial<Vec<Finding>>,
    /// What became of each root.
    pub(crate) account: Terraform,
    /// The paths of the command line that reach a root.
    pub(crate) reached: Vec<RepoPath>,
    /// What the roots are made of, for a comparison with another revision.
    pub(crate) roots: Vec<Kept>,
    /// What rules join with the objects of clusters.
    pub(crate) beneath: Vec<Resource>,
    /// The objects of clusters that it makes itself.
    pub(crate) objects: Vec<Resource>,
    /// The charts of the repository that it releases itself.
    pub(crate) charts: Released,
    /// The environments that have NodePools which nobody can read.
    pools: BTreeSet<Option<Arc<str>>>,
    /// What of that nobody asks about.
    silent: BTreeSet<Named>,
    /// What must not be shown: where it is written, and the text.
    hidden: Vec<(Option<Span>, Option<Arc<str>>)>,
}

/// Charts of the repository that roots release.
#[derive(Clone, Debug, Default)]
pub(crate) struct Released {
    /// Those that are rendered as some release says.
    pub(crate) rendered: BTreeSet<RepoPath>,
    /// Those of which a release is not known as a whole, which is counted.
    pub(crate) named: BTreeSet<RepoPath>,
}

/// Names a resource of Terraform by its environment and itself.
type Named = (Option<Arc<str>>, Identity);

/// What is kept of roots beside what is found in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing.
    Nothing,
    /// What a comparison with another revision needs.
    Roots,
    /// Only what rules join with the objects of clusters: what else is to be said of the roots, another one says.
    Beneath,
}

impl Checked {
    /// Adds what was found in another root.
    fn absorb(&mut self, part: Self) {
        let Self { found, account, reached, roots, beneath, objects, charts, pools, silent, hidden } = part;
        self.found.value.extend(found.take(&mut self.found.problems));
        self.account.absorb(account);
        self.reached.extend(reached.into_iter().filter(|path| !self.reached.contains(path)).collect::<Vec<_>>());
        self.roots.extend(roots);
        self.beneath.extend(beneath);
        self.objects.extend(objects);
        self.charts.rendered.extend(charts.rendered);
        self.charts.named.extend(charts.named);
        self.pools.extend(pools);
        self.silent.extend(silent);
        self.hidden.extend(hidden);
    }

    /// What is found of what rules join, and what of it rests on something that is not known.
    pub(crate) fn settle(&self, findings: Vec<Finding>, settings: &Settings) -> (Vec<Finding>, Vec<Undecided>) {
        let by_name: BTreeMap<Named, &Resource> = self.beneath.iter().map(|resource| (named(resource), resource)).collect();
        let (mut certain, mut doubted) = (Vec::new(), Vec::new());
        for finding in findings {
            let Some(identity) = finding.resource.as_ref().filter(|identity| is_ours(identity)) else {
                certain.push(finding);
                continue;
            };
            let name = (finding.environment.clone(), identity.clone());
            match by_name.get(&name).filter(|_| !self.silent.contains(&name)).map(|about| doubt(about, &finding)) {
                Some(Some(reason)) => doubted.push(undecided(finding, reason, settings)),
                Some(None) => certain.push(singled_out(finding)),
                None => {}
            }
        }
        (certain, doubted)
    }

    /// The environments in which something that rules join is another than in another revision; none for all of them.
    pub(crate) fn beneath_differs(&self, other: &Self) -> BTreeSet<Option<Arc<str>>> {
        let texts = |checked: &'_ Self| -> BTreeMap<Named, Vec<u8>> {
            let text =
                |resource: &Resource| resource.node().map(|node| resource.document.text.slice(node.range).to_vec()).unwrap_or_default();
            checked.beneath.iter().chain(&checked.objects).map(|resource| (named(resource), text(resource))).collect()
        };
        let (own, others) = (texts(self), texts(other));
        let names = own.keys().chain(others.keys()).filter(|name| own.get(name) != others.get(name));
        names.map(|(environment, _)| environment.clone()).collect()
    }

    /// The objects of clusters that are made for an environment, or for none in particular.
    pub(crate) fn objects_of(&self, environment: Option<&Arc<str>>) -> impl Iterator<Item = Resource> {
        self.objects.iter().filter(move |object| object.context.environment.as_ref() == environment).cloned()
    }

    /// The environments that they are made for.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &Arc<str>> {
        self.objects.iter().filter_map(|object| object.context.environment.as_ref())
    }

    /// What rules join with the objects of an environment: what is for it, and what is for none in particular.
    pub(crate) fn beneath_of(&self, environment: &Arc<str>) -> Vec<Resource> {
        let is_here = |resource: &&Resource| resource.context.environment.as_ref().is_none_or(|own| own == environment);
        self.beneath.iter().filter(is_here).cloned().collect()
    }

    /// The environments that any of it is for.
    pub(crate) fn environments_beneath(&self) -> BTreeSet<&Arc<str>> {
        self.beneath.iter().filter_map(|resource| resource.context.environment.as_ref()).collect()
    }

    /// What objects tell about the platform, with what nobody can read of it.
    pub(crate) fn facts(&self, objects: &[Resource]) -> Facts {
        let mut facts = Facts::collect(objects);
        self.pools.iter().for_each(|environment| facts.hide_node_pool(environment.clone()));
        facts
    }

    /// Hides what must not be shown.
    pub(crate) fn hide(&self, secrets: &mut Secrets) {
        for (span, text) in &self.hidden {
            secrets.extend_with(*span, text.as_deref());
        }
    }
}

/// What each root is asked for.
struct Asked<'a> {
    settings: &'a Settings,
    engine: &'a Engine,
    keep: Keep,
    states: &'a States,
    promotion: Option<&'a Promotion<'a>>,
}

/// Evaluates roots in the environments that are asked for, and asks the rules about them.
pub(crate) fn check(settings: &Settings, engine: &Engine, roots: Partial<Vec<Root>>, keep: Keep) -> Checked {
    let joins = engine.joins_terraform(None);
    // No root is a service's.
    if !joins && (!settings.services.is_empty() || keep == Keep::Beneath) {
        return Checked::default();
    }
    // What is for no environment in particular lies beneath all of them.
    let is_wanted = |name: &str| is_asked(settings, name) || (joins && name == DEFAULT);
    let states = States::of(&roots.value);
    let promotion = Promotion::of(&roots.value, &settings.config);
    let asked = Asked { settings, engine, keep, states: &states, promotion: promotion.as_ref() };
    let check = |worker: &mut Worker, root: Evaluated| root.checked(&asked, worker);
    let parts = each(settings, &roots.value, &roots.value, is_wanted, (|| engine.worker(), check));
    let mut checked = Checked::default();
    if settings.services.is_empty() && keep != Keep::Beneath {
        checked.found.problems = roots.problems;
    }
    parts.into_iter().for_each(|part| checked.absorb(part));
    checked.account.undecided.sort();
    checked.account.undecided.dedup();
    checked
}

/// Whether an environment is asked for.
fn is_asked(settings: &Settings, name: &str) -> bool {
    settings.environments.is_empty() || settings.environments.iter().any(|wanted| wanted == name)
}

fn named(resource: &Resource) -> Named {
    (resource.context.environment.clone(), resource.identity.clone())
}

/// Whether it is a document of ours, and no Kubernetes object.
pub(crate) fn is_ours(identity: &Identity) -> bool {
    &*identity.api_version == document::API_VERSION
}

/// What is found in a whole root, at one of its resources, is said of that resource.
fn singled_out(mut finding: Finding) -> Finding {
    let Some(identity) = finding.resource.as_mut().filter(|identity| is_ours(identity) && &*identity.kind == ROOT_KIND) else {
        return finding;
    };
    if let [Step::Key(part), Step::Key(address), rest @ ..] = &*finding.path.clone()
        && matches!(&**part, "resources" | "calls")
    {
        let parts: Vec<&str> = address.split('.').filter(|part| *part != "data").collect();
        let kind = if &**part == "calls" { "module" } else { parts.iter().rev().nth(1).copied().unwrap_or(ROOT_KIND) };
        identity.kind = Arc::from(kind);
        identity.namespace = Some(Arc::clone(&identity.name));
        identity.name = Arc::clone(address);
        finding.path = rest.to_vec();
    }
    finding
}

fn undecided(finding: Finding, reason: String, settings: &Settings) -> Undecided {
    let sources = settings.revision.sources();
    let finding = singled_out(finding);
    let identity = finding.resource.as_ref();
    Undecided {
        rule: finding.rule.to_string(),
        root: identity.and_then(|identity| identity.namespace.clone()).unwrap_or_default().to_string(),
        address: identity.map(|identity| identity.name.to_string()).unwrap_or_default(),
        environment: finding.environment.as_deref().unwrap_or(DEFAULT).to_owned(),
        path: finding.pointer(),
        reason,
        location: group::location(finding.origin.edit(), sources),
    }
}

impl Terraform {
    fn absorb(&mut self, part: Self) {
        let Self { total, resources, by_contract, not_here, not_evaluated, undecided } = part;
        self.total += total;
        self.resources += resources;
        self.by_contract += by_contract;
        self.not_here += not_here;
        self.not_evaluated.extend(not_evaluated);
        self.undecided.extend(undecided);
    }

    fn add(&mut self, root: &Evaluated, settings: &Settings) {
        self.total += 1;
        self.resources += root.module.resources.len();
        let written = || root.module.calls.iter().filter(|call| !call.is_inner);
        self.by_contract += written().filter(|call| call.contract.is_some()).count();
        self.not_here += written().filter(|call| call.is_absent()).count();
        if let Some(problem) = root.problems.first() {
            self.not_evaluated.push(NotEvaluated {
                root: root.path().to_owned(),
                environment: root.environment.to_string(),
                reason: group::shortened(problem.message.clone()),
                location: group::location(problem.span, settings.revision.sources()),
            });
        }
    }
}

impl Evaluated {
    /// What the rules say of it and of its resources, and the objects of clusters in it, which they see beside those of the manifests. Nothing else
    /// of the root stays: all of them at once may be more than there is memory for.
    fn checked(&self, asked: &Asked<'_>, worker: &mut Worker) -> Checked {
        let &Asked { settings, engine, keep, .. } = asked;
        let mut checked = Checked { beneath: self.beneath(settings, engine), ..Checked::default() };
        self.objects(settings, &mut checked);
        let is_told = keep != Keep::Beneath && settings.services.is_empty() && is_asked(settings, &self.environment);
        if is_told {
            checked.reached.extend(settings.paths.iter().filter(|path| self.is_reached_by(path)).cloned());
        }
        if !is_told || (checked.reached.is_empty() && !settings.paths.is_empty()) {
            checked.silent = checked.beneath.iter().map(named).collect();
            checked.account.undecided.clear();
            checked.found.problems.clear();
            return checked;
        }
        checked.hidden.extend(document::secrets(&self.module));
        checked.account.add(self, settings);
        let own = self.resources(asked, &mut checked);
        if keep == Keep::Roots {
            checked.roots.push(Kept::of(self, &own, self.span()));
        }
        checked.found.problems.extend(self.problems.iter().cloned());
        let found = engine.check_with(worker, &own, &Facts::default()).take(&mut checked.found.problems);
        let by_name: BTreeMap<&Identity, &Resource> = own.iter().map(|resource| (&resource.identity, resource)).collect();
        for finding in found {
            let about = finding.resource.as_ref().and_then(|identity| by_name.get(identity));
            match about.and_then(|about| doubt(about, &finding)) {
                Some(reason) => checked.account.undecided.push(undecided(finding, reason, settings)),
                None => checked.found.value.push(singled_out(finding)),
            }
        }
        checked
    }

    /// Whether a path is a part of the root, of a module that it calls or of its values, or holds it.
    pub(crate) fn is_reached_by(&self, path: &RepoPath) -> bool {
        let folders = self.module.calls.iter().filter_map(|call| call.folder.as_ref()).chain([&self.folder]);
        let meets = |folder: &RepoPath| path.is_within(folder) || folder.is_within(path);
        folders.into_iter().any(meets) || self.inputs.var_files.iter().any(|file| file.is_within(path))
    }

    /// Where it is: its first block.
    fn span(&self) -> Option<Span> {
        let settings = self.module.settings.iter().map(|setting| setting.span);
        let outputs = self.module.outputs.values().map(|output| output.span);
        settings.chain(self.module.resources.iter().map(|one| one.span)).chain(outputs).next()
    }

    /// The environment that its resources are for; none of a root that shows none.
    fn context(&self) -> Context {
        let environment = Some(Arc::clone(&self.environment)).filter(|name| &**name != DEFAULT);
        Context { environment, ..Context::default() }
    }

    fn is_locked(&self, settings: &Settings) -> bool {
        self.folder.join(".terraform.lock.hcl").is_ok_and(|path| settings.revision.entry(&path).is_some())
    }

    /// What rules join with objects of what it makes, and nothing of the rest. What cannot be shown is told where all of it is.
    fn beneath(&self, settings: &Settings, engine: &Engine) -> Vec<Resource> {
        let context = self.context();
        let is_joined = |ty: &str| engine.joins_terraform(Some(ty));
        let resources = self.module.resources.iter().filter(|resource| resource.mode == Mode::Managed && is_joined(&resource.ty));
        let documents = resources.filter_map(|resource| document::of_resource(resource, &self.folder));
        let root = self.span().filter(|_| is_joined(ROOT_KIND));
        let root = root.and_then(|span| document::of_root_alone(&self.module, &self.folder, span, self.is_locked(settings)));
        documents.chain(root).flat_map(|document| Resource::read(&document, &context).value).collect()
    }

    /// The objects of clusters in it, and those that nobody can read.
    fn objects(&self, settings: &Settings, checked: &mut Checked) {
        let context = self.context();
        for resource in &self.module.resources {
            let made = match document::release(resource) {
                Ok(None) => document::manifest(resource).map(|documents| (documents, context.clone())),
                Ok(Some(release)) => self.released(&release, settings, checked),
                Err(reason) => Err(reason),
            };
            match made {
                Ok((documents, context)) => {
                    for document in documents {
                        checked.objects.extend(Resource::read(&document, &context).take(&mut checked.found.problems));
                    }
                }
                Err(reason) => {
                    if document::may_apply(resource, "NodePool") {
                        checked.pools.insert(context.environment.clone());
                    }
                    let chart = document::chart(resource).and_then(|chart| release::folder(settings, &self.folder, &chart));
                    checked.charts.named.extend(chart);
                    checked.account.undecided.push(self.unread(resource, &reason, settings));
                }
            }
        }
    }

    /// What a release makes, with the namespace of what names none.
    fn released(&self, release: &Release, settings: &Settings, checked: &mut Checked) -> Result<(Vec<Arc<Document>>, Context), String> {
        checked.charts.rendered.extend(release::folder(settings, &self.folder, &release.chart));
        match release::documents(settings, &self.folder, release) {
            Ok(documents) => Ok((documents, Context { namespace: Some(Arc::clone(&release.namespace)), ..self.context() })),
            Err(Unrendered::Absent(reason)) => Err(reason),
            Err(Unrendered::Broken(problem)) => {
                checked.found.problems.push(*problem);
                Ok((Vec::new(), self.context()))
            }
        }
    }

    /// What is said of a resource whose objects nobody can read.
    fn unread(&self, resource: &portcullis_terraform::module::Resource, reason: &str, settings: &Settings) -> Undecided {
        Undecided {
            rule: "*".to_owned(),
            root: self.path().to_owned(),
            address: resource.address.to_string(),
            environment: self.environment.to_string(),
            path: String::new(),
            reason: format!("its Kubernetes objects are not checked: {reason}"),
            location: group::location(Some(resource.span), settings.revision.sources()),
        }
    }

    /// The documents of its resources, and of the root as a whole.
    fn resources(&self, asked: &Asked<'_>, checked: &mut Checked) -> Vec<Resource> {
        let context = self.context();
        let problems = &mut checked.found.problems;
        let mut resources = Vec::new();
        for resource in &self.module.resources {
            match document::of_resource(resource, &self.folder) {
                Some(document) => resources.extend(Resource::read(&document, &context).take(problems)),
                None => problems.push(unshown(&resource.address, resource.span)),
            }
        }
        if let Some(span) = self.span() {
            let shares_state_with = asked.states.shared_with(&self.folder, &self.environment);
            let before = asked.promotion.and_then(|promotion| promotion.differing(&asked.settings.revision, self));
            let about = About { is_locked: self.is_locked(asked.settings), shares_state_with, before };
            match document::of_root(&self.module, &self.folder, span, &about) {
                Some(document) => resources.extend(Resource::read(&document, &context).take(problems)),
                None => problems.push(unshown(self.path(), span)),
            }
        }
        resources
    }
}

fn unshown(what: &str, span: Span) -> Problem {
    let message = format!("{what} could not be shown to rules, so that none checked it");
    Problem::new(Stage::Terraform, message, "make its values smaller, or report it as a fault of portcullis").at(Some(span))
}
