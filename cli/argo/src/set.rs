//! An ApplicationSet to the Applications that its controller would create.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_gotemplate::{Data, Map, Value};
use portcullis_source::{Document, Key, Node, OriginId};

use crate::{
    Cluster, Inventory, StandsFor,
    fault::{Fact, Fault},
    files::Files,
    generators::{Generation, Kind, Level, stand_in, transform},
    object::{TEMPLATE, conform, emit, fill},
    parameters::{Reader, flatten, print},
    template::{Language, Renderer},
    template_application::{Rendering, application},
};

/// What ApplicationSets and Applications are expanded with.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// The files.
    pub(crate) files: &'a Files<'a>,
    /// Repositories and settings.
    pub(crate) inventory: &'a Inventory,
    /// The clusters.
    pub(crate) clusters: &'a [Cluster],
}

/// One parameter set's Application.
pub(crate) struct Made {
    /// The name, as far as it is known.
    pub(crate) name: String,
    /// The object, or why there is none.
    pub(crate) object: Result<Arc<Document>, Fault>,
    /// The parameters, flattened.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The generator that it stands for.
    pub(crate) stands_for: Option<StandsFor>,
}

/// Expands an ApplicationSet; what it can't expand is among the results with its reason.
pub(crate) fn expand_set(world: World<'_>, document: &Document) -> (Vec<Made>, Vec<Fault>) {
    let name = document.root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default().to_owned();
    let failed = |fault: Fault| Made { name: name.clone(), object: Err(fault), parameters: BTreeMap::new(), stands_for: None };
    let spec = match Spec::read(document) {
        Ok(spec) => spec,
        Err(fault) => return (vec![failed(fault)], Vec::new()),
    };
    let mut renderer = match Renderer::new(spec.language, &spec.options, world.inventory.settings.version) {
        Ok(renderer) => renderer,
        Err(message) => {
            return (
                vec![failed(
                    Fact::new(message).at(spec.place("goTemplateOptions")).hint("it is missingkey=default, =invalid, =zero or =error"),
                )],
                Vec::new(),
            );
        }
    };
    let mut set = Set { world, document, spec, renderer: &mut renderer, name: &name, drafts: Vec::new(), warnings: Vec::new() };
    if let Err(fault) = set.run() {
        set.drafts.push(Draft { name: name.clone(), object: Err(fault), parameters: BTreeMap::new(), stands_for: None });
    }
    let (drafts, warnings) = (set.drafts, set.warnings);
    let trace = std::mem::take(&mut renderer.trace).finish();
    let finish = |draft: Draft| Made {
        name: draft.name,
        object: draft.object.map(|value| Arc::new(emit(&value, &trace))),
        parameters: draft.parameters,
        stands_for: draft.stands_for,
    };
    (drafts.into_iter().map(finish).collect(), warnings)
}

/// The parts of a specification.
pub(crate) struct Spec<'a> {
    document: &'a Document,
    root: &'a Node,
    language: Language,
    options: Vec<String>,
    /// The namespace of the ApplicationSet, empty for the control plane's.
    pub(crate) namespace: String,
    /// `preserveResourcesOnDeletion`.
    pub(crate) preserve: bool,
}

impl<'a> Spec<'a> {
    fn read(document: &'a Document) -> Result<Self, Fault> {
        let place = crate::parameters::place(document, document.root.range);
        let root = document.root.get("spec").filter(|spec| spec.as_map().is_some());
        let root = root.ok_or_else(|| {
            Fact::new("the ApplicationSet has no spec").at(place).hint("an ApplicationSet has a spec with generators and a template")
        })?;
        let is_true = |node: Option<&Node>| matches!(node.map(|node| &node.data), Some(portcullis_source::Data::Bool(true)));
        let options = root.get("goTemplateOptions").map(Node::items).unwrap_or_default();
        Ok(Self {
            document,
            root,
            language: if is_true(root.get("goTemplate")) { Language::Go } else { Language::Fast },
            options: options.iter().filter_map(|option| option.as_str().map(str::to_owned)).collect(),
            namespace: document.root.at(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or_default().to_owned(),
            preserve: is_true(root.at(&["syncPolicy", "preserveResourcesOnDeletion"])),
        })
    }

    /// The project, where it is the same for all Applications; empty where the template names none.
    fn project(&self) -> Option<&'a str> {
        let project = self.root.at(&["template", "spec", "project"]).and_then(Node::as_str);
        Some(project.unwrap_or_default()).filter(|project| !project.contains("{{"))
    }

    fn place(&self, key: &str) -> Option<portcullis_source::Span> {
        let node = self.root.get(key).unwrap_or(self.root);
        crate::parameters::place(self.document, node.range)
    }

    /// A template as a value of the right shape; scalars that should have been quoted are warnings.
    fn template_of(&self, trace: &mut portcullis_source::Trace, node: &Node, warnings: &mut Vec<Fault>) -> Result<Value, Fault> {
        let value = Reader::template(trace, self.document).read(node, Key::Root, OriginId::NONE);
        let mut wrong = Vec::new();
        let made = conform(&value, &TEMPLATE, "template", &mut wrong);
        let (unquoted, wrong): (Vec<_>, Vec<_>) = wrong.into_iter().partition(|wrong| wrong.unquoted);
        warnings.extend(unquoted.into_iter().map(|wrong| wrong.fault(trace)));
        match wrong.into_iter().next() {
            Some(wrong) => Err(wrong.fault(trace)),
            None => Ok(made.unwrap_or_else(|| Value::map(BTreeMap::new()))),
        }
    }
}

struct Draft {
    name: String,
    object: Result<Value, Fault>,
    parameters: BTreeMap<String, String>,
    stands_for: Option<StandsFor>,
}

struct Set<'a> {
    world: World<'a>,
    document: &'a Document,
    spec: Spec<'a>,
    renderer: &'a mut Renderer,
    name: &'a str,
    drafts: Vec<Draft>,
    warnings: Vec<Fault>,
}

impl Set<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        let missing = |what: &str, place| {
            Fact::new(format!("the ApplicationSet has no {what}"))
                .at(place)
                .hint("an ApplicationSet has a spec with generators and a template")
        };
        let template = self.spec.root.get("template").ok_or_else(|| missing("template", self.spec.place("spec")))?;
        let template = self.spec.template_of(&mut self.renderer.trace, template, &mut self.warnings)?;
        let patch = self.spec.root.get("templatePatch").filter(|node| !node.is_null());
        let patch = patch.map(|node| Reader::template(&mut self.renderer.trace, self.document).read(node, Key::Root, OriginId::NONE));
        let generators = self.spec.root.get("generators").ok_or_else(|| missing("generators", self.spec.place("spec")))?;
        let layer = format!("ApplicationSet {}", self.name);
        for (index, node) in generators.items().iter().enumerate() {
            let mut reader = Reader::values(&mut self.renderer.trace, self.document, layer.as_str());
            let mut parent = reader.step(&self.document.root, Key::Root, OriginId::NONE);
            for (key, node) in [("spec", self.spec.root), ("generators", generators)] {
                parent = reader.step(node, Key::Name(Arc::from(key)), parent);
            }
            let entry = reader.read(node, Key::Index(index as u32), parent);
            self.entry(node, &entry, &template, patch.as_ref());
        }
        Ok(())
    }

    /// One entry of `generators`: every kind of generator in it.
    fn entry(&mut self, node: &Node, entry: &Value, template: &Value, patch: Option<&Value>) {
        let World { files, inventory, clusters } = self.world;
        let mut generation = Generation {
            files,
            inventory,
            clusters,
            project: self.spec.project(),
            renderer: self.renderer,
            read: BTreeMap::new(),
            warnings: Vec::new(),
            set: self.name,
            stands_for: None,
        };
        let made = transform(&mut generation, entry, Level::Top, None);
        let (warnings, stands_for) = (std::mem::take(&mut generation.warnings), generation.stands_for.take());
        self.warnings.extend(warnings);
        if made.is_empty() {
            let fault = Fact::new("an entry of generators names no generator that there is, so that it yields nothing");
            let place = self.renderer.span(entry.origin);
            self.warnings.push(fault.at(place).hint("a generator without settings is written with braces: clusters: {}"));
        }
        for (kind, sets) in made {
            let sets = sets.and_then(|sets| Ok((self.effective(node, kind, template)?, sets)));
            match sets {
                Ok((template, sets)) => {
                    if stands_for.is_some() {
                        let texts = [Some(&template), patch];
                        sets.iter().for_each(|set| stand_in::complete(set, self.spec.language, texts.into_iter().flatten()));
                    }
                    sets.iter().for_each(|parameters| self.render(&template, patch, parameters, stands_for));
                }
                Err(fault) => self.fail(fault, None, stands_for),
            }
        }
    }

    /// The template for a generator: its own, filled up from the ApplicationSet's.
    fn effective(&mut self, node: &Node, kind: Kind, template: &Value) -> Result<Value, Fault> {
        let Some(own) = node.at(&[kind.key(), "template"]).filter(|own| !own.is_null()) else { return Ok(template.clone()) };
        Ok(fill(&self.spec.template_of(&mut self.renderer.trace, own, &mut self.warnings)?, template))
    }

    fn render(&mut self, template: &Value, patch: Option<&Value>, parameters: &Map, stands_for: Option<StandsFor>) {
        if parameters.entries.borrow().is_empty() {
            let fault = Fact::new("a parameter set is empty, so that Argo CD leaves the template as it is, with every {{ }} in it");
            self.warnings.push(fault.at(self.spec.place("generators")).hint("give the element a key, or take it away"));
        }
        let settings = &self.world.inventory.settings;
        let namespace = if self.spec.namespace.is_empty() { &settings.namespace } else { &self.spec.namespace };
        let mut rendering =
            Rendering { renderer: self.renderer, parameters, namespace, preserve: self.spec.preserve, version: settings.version };
        match application(&mut rendering, template, patch) {
            Ok(object) => {
                let name = name_of(&object);
                let flat = flatten(&Value::new(Data::Map(parameters.clone())), false);
                self.drafts.push(Draft { name, object: Ok(object), parameters: flat, stands_for });
            }
            Err(fault) => {
                let name = rendering.name(template);
                self.fail(fault, Some((name, parameters)), stands_for);
            }
        }
    }

    fn fail(&mut self, fault: Fault, of: Option<(Option<String>, &Map)>, stands_for: Option<StandsFor>) {
        let flat = |map: &Map| flatten(&Value::new(Data::Map(map.clone())), false);
        let (name, parameters) = of.map_or((None, BTreeMap::new()), |(name, map)| (name, flat(map)));
        let name = name.unwrap_or_else(|| self.name.to_owned());
        self.drafts.push(Draft { name, object: Err(fault), parameters, stands_for });
    }
}

fn name_of(object: &Value) -> String {
    let Data::Map(map) = &object.data else { return String::new() };
    let metadata = map.get("metadata").map(|metadata| metadata.data);
    let Some(Data::Map(metadata)) = metadata else { return String::new() };
    metadata.get("name").map(|name| print(&name)).unwrap_or_default()
}
