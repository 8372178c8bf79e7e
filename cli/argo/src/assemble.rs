//! An Application's object to an [`Application`]: its identity, its destination, its sources.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Document, Link, Node, Origin, OriginId, Range, Role, Source, Span};

use crate::{
    Application, Cluster, Destination, StandsFor,
    clusters::{DECLARE, IN_CLUSTER, IN_CLUSTER_SERVER},
    expand::withhold,
    fault::{Fact, Fault},
    parameters::place,
    set::World,
    sources,
    template::names,
};

/// What an Application is put together from.
pub(crate) struct Assembly {
    /// The name, as far as it is known without the object.
    pub(crate) name: String,
    /// The namespace of the ApplicationSet, empty for the control plane's.
    pub(crate) namespace: String,
    /// The object, or why there is none.
    pub(crate) document: Result<Arc<Document>, Fault>,
    /// The ApplicationSet or Application in its file.
    pub(crate) origin: Option<Span>,
    /// The ApplicationSet's name.
    pub(crate) application_set: Option<String>,
    /// The parameters.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The generator that it stands for.
    pub(crate) stands_for: Option<StandsFor>,
}

impl Default for Assembly {
    fn default() -> Self {
        let document = Err(Fact::new("there is no object").hint("write the Application"));
        Self {
            name: String::new(),
            namespace: String::new(),
            document,
            origin: None,
            application_set: None,
            parameters: BTreeMap::new(),
            stands_for: None,
        }
    }
}

/// What to do about a parameter that was not filled in.
pub(crate) const LEFTOVER: &str = "check the name of the parameter against what the generator yields";

/// Puts an Application together, with what is wrong with it.
pub(crate) fn assemble(world: World<'_>, assembly: Assembly) -> (Application, Vec<Fault>) {
    let Assembly { name, namespace, document, origin, application_set, parameters, stands_for } = assembly;
    let mut application = Application {
        name,
        namespace,
        project: String::new(),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        destination: Destination::default(),
        sources: Vec::new(),
        document: None,
        origin,
        application_set,
        parent: None,
        parameters,
        stands_for,
    };
    let document = match document {
        Ok(document) => document,
        Err(fault) => {
            default_namespace(&mut application, world);
            withhold(&mut application, &fault.unrendered());
            return (application, vec![fault]);
        }
    };
    identify(&mut application, &document);
    default_namespace(&mut application, world);
    application.document = Some(Arc::clone(&document));
    let object = Object { document: &document, root: &document.root };
    let mut faults = if application.application_set.is_none() { object.wrong_types() } else { Vec::new() };
    let mut noted = Vec::new();
    let cluster = match destination(world, &mut application, object, &mut noted) {
        Ok(cluster) => cluster,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if application.name.is_empty() {
        faults.push(object.fault("the application has no name", &["metadata"]).hint("give it metadata.name"));
    }
    faults.extend(object.leftover(&["metadata", "name"]));
    let resolved = sources::resolve(world, &application, object, cluster.as_ref());
    application.sources = resolved.sources;
    if let Some(fault) = faults.first() {
        withhold(&mut application, &fault.unrendered());
    }
    faults.extend(noted);
    faults.extend(resolved.faults);
    for fault in faults.iter_mut().filter(|fault| fault.hint == LEFTOVER && application.application_set.is_some()) {
        fault.hint = format!("{LEFTOVER}; {}", names(&application.parameters));
    }
    (application, faults)
}

fn default_namespace(application: &mut Application, world: World<'_>) {
    if application.namespace.is_empty() {
        application.namespace.clone_from(&world.inventory.settings.namespace);
    }
}

fn identify(application: &mut Application, document: &Document) {
    let text = |path: &[&str]| document.root.at(path).and_then(Node::as_str).unwrap_or_default().to_owned();
    let strings = |path: &[&str]| -> BTreeMap<String, String> {
        let entries = document.root.at(path).and_then(Node::as_map).map(|map| map.entries.iter());
        entries.into_iter().flatten().filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()))).collect()
    };
    application.name = text(&["metadata", "name"]);
    application.namespace = text(&["metadata", "namespace"]);
    application.project = text(&["spec", "project"]);
    application.labels = strings(&["metadata", "labels"]);
    application.annotations = strings(&["metadata", "annotations"]);
}

/// An object and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    /// The document.
    pub(crate) document: &'a Document,
    /// The object, or a part of it.
    pub(crate) root: &'a Node,
}

impl<'a> Object<'a> {
    /// The text at a path, empty where there is none.
    pub(crate) fn text(self, path: &[&str]) -> &'a str {
        self.root.at(path).and_then(Node::as_str).unwrap_or_default()
    }

    /// Whether the value at a path is true.
    pub(crate) fn flag(self, path: &[&str]) -> bool {
        matches!(self.root.at(path).map(|node| &node.data), Some(portcullis_source::Data::Bool(true)))
    }

    /// The place of a part: the line of the manifest or template that it stands in, or that of the parameter if it is all of it.
    pub(crate) fn place(self, node: &Node) -> Option<Span> {
        let text = &self.document.text;
        if self.is_parameter(node) {
            return place(self.document, node.range);
        }
        let first = Range { start: node.range.start, end: node.range.start + 1 };
        let template = || {
            let of_chain = || text.origin(first).first(Role::Template).and_then(|link| link.span);
            text.trace().map_or_else(of_chain, |trace| trace.template(&text.origins(first)))
        };
        text.span(node.range).or_else(template).or_else(|| place(self.document, node.range))
    }

    /// The same place, followed by those of the other parts of the field: the template and the parameters in it.
    pub(crate) fn origin(self, node: &Node) -> Origin {
        let lead = self.place(node);
        let mut links = self.document.text.origin(node.range).links;
        links.retain(|link| link.span.is_some() && matches!(link.role, Role::Manifest | Role::Template | Role::Values));
        let at = links.iter().position(|link| link.span == lead);
        let first = at.map(|at| links.remove(at)).or_else(|| lead.map(|span| Link::at(Role::Manifest, span)));
        Origin { links: first.into_iter().chain(links).collect() }
    }

    /// Whether a text is nothing but a parameter.
    fn is_parameter(self, node: &Node) -> bool {
        let Some(trace) = self.document.text.trace().filter(|_| node.as_str().is_some()) else { return false };
        let origins = self.document.text.origins(node.range);
        let filled = |origin: &OriginId| matches!(trace.get(*origin), Some(Source::Action { input, .. }) if !input.is_none());
        !origins.is_empty() && origins.iter().all(filled)
    }

    /// A part as an object of its own.
    pub(crate) fn part(self, root: &'a Node) -> Self {
        Self { root, ..self }
    }

    /// What is wrong at a path, or at the deepest part of it that exists.
    pub(crate) fn fault(self, message: impl Into<String>, path: &[&str]) -> Fact {
        let mut node = self.root;
        for key in path {
            let Some(next) = node.get(key) else { break };
            node = next;
        }
        Fact::new(message).at(self.place(node))
    }

    /// A fault if a field still has a tag of a template in it, or the trace of a missing parameter.
    pub(crate) fn leftover(self, path: &[&str]) -> Option<Fault> {
        let text = self.text(path);
        let left = is_leftover(text);
        let name = path.join(".");
        left.then(|| {
            let fault = self.fault(format!("{name} is {text:?}, in which a parameter was not filled in"), path);
            fault.hint(LEFTOVER)
        })
    }

    /// Fields that are not of the type that Argo CD knows.
    fn wrong_types(self) -> Vec<Fault> {
        let mut trace = portcullis_source::Trace::default();
        let mut reader = crate::parameters::Reader::template(&mut trace, self.document);
        let value = reader.read(self.root, portcullis_source::Key::Root, OriginId::NONE);
        let mut wrong = Vec::new();
        let _ = crate::object::conform(&value, &crate::object::APPLICATION, "", &mut wrong);
        wrong.into_iter().map(|wrong| wrong.fault(&trace)).collect()
    }
}

/// Whether a text still has a tag of a template in it, or the trace of a missing parameter.
pub(crate) fn is_leftover(text: &str) -> bool {
    text.contains("{{") || text.contains("<no value>")
}

/// Fills the destination in, and finds its cluster where clusters are known.
fn destination(
    world: World<'_>,
    application: &mut Application,
    object: Object<'_>,
    noted: &mut Vec<Fault>,
) -> Result<Option<Cluster>, Fault> {
    const PATH: [&str; 2] = ["spec", "destination"];
    let text = |key: &str| object.text(&["spec", "destination", key]).to_owned();
    let (server, name) = (text("server").trim_end_matches('/').to_owned(), text("name"));
    application.destination = Destination { server: server.clone(), name: name.clone(), namespace: text("namespace") };
    for key in ["server", "name", "namespace"] {
        if let Some(fault) = object.leftover(&["spec", "destination", key]) {
            return Err(fault);
        }
    }
    if server.is_empty() == name.is_empty() {
        let message =
            if server.is_empty() { "the destination has neither server nor name" } else { "the destination has both server and name" };
        return Err(object.fault(message, &PATH).hint("name the cluster by its name or by the URL of its server"));
    }
    let known = world.clusters.iter().filter(|cluster| if name.is_empty() { cluster.server == server } else { cluster.name == name });
    let known: Vec<&Cluster> = known.collect();
    if let (Some(cluster), true) = (known.first(), known.len() == 1 || name.is_empty()) {
        application.destination.server.clone_from(&cluster.server);
        application.destination.name.clone_from(&cluster.name);
        return Ok(Some((*cluster).clone()));
    }
    if known.len() > 1 {
        return Err(object
            .fault(format!("there are several clusters named {name}"), &["spec", "destination", "name"])
            .hint("name it by the URL of its server"));
    }
    if name == IN_CLUSTER || server == IN_CLUSTER_SERVER {
        application.destination = Destination {
            server: IN_CLUSTER_SERVER.to_owned(),
            name: IN_CLUSTER.to_owned(),
            namespace: application.destination.namespace.clone(),
        };
        return Ok(None);
    }
    if world.clusters.is_empty() {
        // Without any inventory the rest of the Application is worth a look all the same.
        let is_named = !name.is_empty() && !application.is_stand_in(&name);
        let fact = is_named.then(|| object.fault(format!("cluster {name} is not defined"), &["spec", "destination", "name"]));
        noted.extend(fact.map(|fact| fact.hint(format!("no cluster is declared; {DECLARE}"))));
        return Ok(None);
    }
    if application.is_stand_in(&server) || application.is_stand_in(&name) {
        return Ok(None);
    }
    let (what, key) = if name.is_empty() { (server, "server") } else { (name, "name") };
    let names: Vec<&str> =
        world.clusters.iter().map(|cluster| if key == "name" { &cluster.name } else { &cluster.server }).map(String::as_str).collect();
    let fault = object.fault(format!("cluster {what} is not defined"), &["spec", "destination", key]);
    Err(fault.hint(format!("defined are {}; {DECLARE}", names.join(", "))))
}
