//! `terraform_remote_state`: the outputs of another root of the repository, as that one's evaluation gives them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_source::{RepoPath, Span};

use super::{Inputs, Module, run};
use crate::{
    limits::MAX_LAYERS,
    machine::Machine,
    roots::Root,
    types::Type,
    value::{Data, Known, Members, Reason, ReasonKind, Unknown, Value},
};

/// The roots of a repository, whose outputs others may read.
#[derive(Clone, Debug, Default)]
pub struct Layers(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    roots: Vec<Root>,
    /// What was evaluated, by folder and environment; only what no circle led to.
    done: Mutex<BTreeMap<Layer, Arc<Outputs>>>,
}

/// A root in an environment.
pub(crate) type Layer = (RepoPath, Arc<str>);

/// What a root gives to others.
#[derive(Debug)]
struct Outputs {
    members: Members,
    /// Whether there may be more.
    is_partial: bool,
}

/// The arguments that say where a state is kept; the first ones name it within the others.
const PLACES: [&str; 8] = ["key", "prefix", "path", "address", "bucket", "storage_account_name", "container_name", "organization"];

/// How many of these name a state.
const NAMES: usize = 4;

/// The file that a state is kept in where nobody says otherwise.
const LOCAL: &str = "terraform.tfstate";

impl Layers {
    /// The roots that there are.
    #[must_use]
    pub fn new(roots: Vec<Root>) -> Self {
        Self(Arc::new(Shared { roots, done: Mutex::default() }))
    }

    /// The root that keeps its state where a configuration says; none where none does, or several do.
    fn find(&self, from: &RepoPath, backend: &str, wanted: &BTreeMap<&str, &str>) -> Option<&Root> {
        let keeps = |root: &&Root| match (&root.backend, backend) {
            (None, "local") => wanted.get("path").is_some_and(|path| from.join(path).ok() == root.folder.join(LOCAL).ok()),
            (Some(own), "local") if &*own.kind == "local" => {
                let own = own.settings.get("path").map_or(LOCAL, |path| path);
                wanted.get("path").is_some_and(|path| from.join(path).ok() == root.folder.join(own).ok())
            }
            (Some(own), _) if &*own.kind == backend => is_there(&own.settings, wanted),
            _ => false,
        };
        let named = |root: &&Root| {
            let nameless = |own: &crate::roots::Backend| PLACES.iter().take(NAMES).all(|name| !own.settings.contains_key(*name));
            let own = root.backend.as_ref().filter(|own| &*own.kind == backend && nameless(own));
            own.is_some() && PLACES.iter().take(NAMES).filter_map(|name| wanted.get(name)).any(|name| stem(name) == root.folder.name())
        };
        only(self.0.roots.iter().filter(keeps)).or_else(|| only(self.0.roots.iter().filter(named)))
    }

    fn known(&self, layer: &Layer) -> Option<Arc<Outputs>> {
        self.0.done.lock().unwrap_or_else(PoisonError::into_inner).get(layer).cloned()
    }

    fn keep(&self, layer: Layer, outputs: &Arc<Outputs>) {
        self.0.done.lock().unwrap_or_else(PoisonError::into_inner).insert(layer, Arc::clone(outputs));
    }
}

/// The one item of several, where there is just one.
fn only<'a>(mut items: impl Iterator<Item = &'a Root>) -> Option<&'a Root> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// Whether a backend keeps what is asked for: what both say is the same, and one of it names a state.
fn is_there(own: &BTreeMap<Arc<str>, Arc<str>>, wanted: &BTreeMap<&str, &str>) -> bool {
    let both = |name: &&str| Some((own.get(*name)?, wanted.get(*name)?));
    let same = PLACES.iter().filter_map(both).all(|(own, wanted)| &**own == *wanted);
    same && PLACES.iter().take(NAMES).any(|name| both(name).is_some())
}

/// What a key calls its layer: `data` in `prod/data/terraform.tfstate`.
fn stem(key: &str) -> &str {
    let key = key.trim_end_matches(".tfstate");
    let key = key.strip_suffix("/terraform").unwrap_or(key);
    key.rsplit('/').next().unwrap_or(key)
}

impl Machine<'_> {
    /// The outputs that a state has, for the arguments that ask for it.
    pub(super) fn remote_outputs(&mut self, members: &Members, span: Span) -> Value {
        let unknown = |kind| Value::unknown(Type::Dynamic, Reason { kind, span: Some(span) });
        let backend = members.get("backend").and_then(Value::as_str).unwrap_or_default();
        let given: Option<&Members> = members.get("config").and_then(Value::attributes).map(|config| &**config);
        let wanted: BTreeMap<&str, &str> = PLACES.iter().filter_map(|name| Some((*name, given?.get(*name)?.as_str()?))).collect();
        let place = PLACES.iter().find_map(|name| wanted.get(name)).copied().unwrap_or(backend);
        let layers = self.inputs.layers.clone();
        let Some(root) = layers.as_ref().and_then(|layers| layers.find(&self.root, backend, &wanted)) else {
            return unknown(ReasonKind::State(Arc::from(place)));
        };
        let workspace = members.get("workspace").filter(|workspace| !workspace.is_null());
        if let Some(reason) = workspace.and_then(Value::any_reason) {
            return Value::unknown(Type::Dynamic, reason.clone());
        }
        let Some((name, inputs)) = self.environment_of(root, workspace.and_then(Value::as_str)) else {
            return unknown(ReasonKind::State(Arc::from(format!("{place} for this environment"))));
        };
        let layer = (root.folder.clone(), name);
        if layer.0 == self.root {
            return unknown(ReasonKind::State(Arc::from(format!("{place} before it is applied"))));
        }
        let Some(outputs) = self.layer(&layer, &inputs, span) else {
            return unknown(ReasonKind::Cycle(Arc::from(format!("the state of {}", layer.0))));
        };
        let defaults = members.get("defaults").and_then(Value::attributes).map(|defaults| Members::clone(defaults)).unwrap_or_default();
        let mut all = defaults;
        all.extend(outputs.members.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        if !outputs.is_partial {
            return Value::object(all);
        }
        let kind = ReasonKind::Layer(Arc::from(layer.0.as_str()), Arc::from("not all could be evaluated"));
        let known = Known::Members(Arc::new(all));
        Data::Unknown(Arc::new(Unknown { ty: Type::Dynamic, reason: Reason { kind, span: Some(span) }, known })).into()
    }

    /// The environment of another root: that of the workspace that is asked for, that of the same name, or the only one.
    fn environment_of(&self, root: &Root, workspace: Option<&str>) -> Option<(Arc<str>, Inputs)> {
        let all = &root.environments;
        let of_workspace =
            workspace.and_then(|name| all.iter().find(|one| one.inputs.workspace.as_deref() == Some(name) || &*one.name == name));
        let same = || all.iter().find(|one| Some(&one.name) == self.inputs.environment.as_ref());
        let found = of_workspace.or_else(|| same().filter(|_| workspace.is_none())).or(match all.as_slice() {
            [one] => Some(one),
            _ => None,
        });
        let found = found?;
        let inputs = Inputs {
            environment: Some(Arc::clone(&found.name)),
            layers: self.inputs.layers.clone(),
            limits: self.inputs.limits,
            ..found.inputs.clone()
        };
        Some((Arc::clone(&found.name), inputs))
    }

    /// What another root gives; none where it asks for what this one gives.
    fn layer(&mut self, layer: &Layer, inputs: &Inputs, span: Span) -> Option<Arc<Outputs>> {
        if let Some(known) = self.inputs.layers.as_ref().and_then(|layers| layers.known(layer)) {
            return Some(known);
        }
        let own = (self.root.clone(), self.inputs.environment.clone().unwrap_or_default());
        let mut above = self.above.clone();
        above.push(own.clone());
        if let Some(at) = above.iter().position(|known| known == layer) {
            self.circles.push(above.iter().skip(at).map(|(folder, _)| folder.clone()).collect());
            return None;
        }
        if above.len() > MAX_LAYERS {
            let fault = Self::limit("MAX_LAYERS", "let fewer layers read each other's state", span);
            self.report(&fault);
            return None;
        }
        let revision = self.revision;
        let done = super::with_stack(|| run::evaluate_below(revision, &layer.0, inputs, above)).ok()?;
        let is_circular = !done.circles.is_empty();
        for circle in done.circles {
            if !self.above.is_empty() {
                self.circles.push(circle);
            } else if circle.contains(&own.0) {
                let names: Vec<&str> = circle.iter().chain(circle.first()).map(RepoPath::as_str).collect();
                let message = format!("layers read each other's state in a circle: {}", names.join(", "));
                self.problem(&message, "let one of them take what it needs as a variable", Some(span));
            }
        }
        let is_partial = done.module.value.partial || !done.module.problems.is_empty();
        let outputs = Arc::new(Outputs { members: carried_all(&done.module.value, &layer.0), is_partial });
        if let Some(layers) = self.inputs.layers.as_ref().filter(|_| !is_circular) {
            layers.keep(layer.clone(), &outputs);
        }
        Some(outputs)
    }
}

fn carried_all(module: &Module, folder: &RepoPath) -> Members {
    let name: Arc<str> = Arc::from(if folder.as_str().is_empty() { "." } else { folder.as_str() });
    module.outputs.iter().map(|(output, found)| (Arc::clone(output), carried(&found.value, &name))).collect()
}

/// A value in another root: what is not known there is none of this root's resources.
fn carried(value: &Value, folder: &Arc<str>) -> Value {
    let items = |items: &[Value]| items.iter().map(|item| carried(item, folder)).collect::<Arc<[Value]>>();
    let members = |members: &Members| Arc::new(members.iter().map(|(name, value)| (Arc::clone(name), carried(value, folder))).collect());
    let data = match &value.data {
        _ if value.any_reason().is_none() => return value.clone(),
        Data::List(ty, list) => Data::List(ty.clone(), items(list)),
        Data::Set(ty, list) => Data::Set(ty.clone(), items(list)),
        Data::Tuple(list) => Data::Tuple(items(list)),
        Data::Map(ty, map) => Data::Map(ty.clone(), members(map)),
        Data::Object(map) => Data::Object(members(map)),
        Data::Unknown(unknown) => {
            let why = Arc::from(unknown.reason.kind.describe());
            let reason = Reason { kind: ReasonKind::Layer(Arc::clone(folder), why), span: unknown.reason.span };
            let known = match &unknown.known {
                Known::Nothing => Known::Nothing,
                Known::NotNull => Known::NotNull,
                Known::Pieces(pieces) => Known::Pieces(items(pieces)),
                Known::Encoded(format, inner) => Known::Encoded(*format, Arc::new(carried(inner, folder))),
                Known::Either(both) => Known::Either(Arc::new(both.each_ref().map(|one| carried(one, folder)))),
                Known::Members(inner) => Known::Members(members(inner)),
                Known::Keyed(inner) => Known::Keyed(members(inner)),
            };
            Data::Unknown(Arc::new(Unknown { ty: unknown.ty.clone(), reason, known }))
        }
        Data::Null(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => return value.clone(),
    };
    Value::from(data).marked(value.marks).with_origin(value.origin.clone())
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn keys_name_their_layer() {
        for (key, name) in
            [("data.tfstate", "data"), ("prod/data/terraform.tfstate", "data"), ("data", "data"), ("a/b.tfstate", "b"), ("", "")]
        {
            assert_eq!(stem(key), name, "{key}");
        }
    }
}
