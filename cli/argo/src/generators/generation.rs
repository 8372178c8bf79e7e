//! What all generators of one ApplicationSet share.

use std::collections::BTreeMap;

use portcullis_gotemplate::{Map, MapType, Value};
use portcullis_source::{RepoPath, Source};

use crate::{
    Cluster, Inventory, StandsFor,
    fault::{Fact, Fault},
    files::Files,
    template::{Failed, Language, Renderer},
};

/// The most parameter sets that one generator may yield.
pub(super) const MAX_PARAMETER_SETS: usize = 20_000;

/// What all generators of one ApplicationSet share.
pub(crate) struct Generation<'a> {
    /// The files.
    pub(crate) files: &'a Files<'a>,
    /// Repositories and settings.
    pub(crate) inventory: &'a Inventory,
    /// The clusters, those of the repository's Secrets too.
    pub(crate) clusters: &'a [Cluster],
    /// The project of the ApplicationSet's template, where it has no parameter in it.
    pub(crate) project: Option<&'a str>,
    /// Renders strings and remembers places.
    pub(crate) renderer: &'a mut Renderer,
    /// The files that the git generator read already.
    pub(crate) read: BTreeMap<RepoPath, Value>,
    /// What is reported although generation goes on.
    pub(crate) warnings: Vec<Fault>,
    /// The name of the ApplicationSet.
    pub(crate) set: &'a str,
    /// A generator of which nobody knows what it yields, so that something stands in for it.
    pub(crate) stands_for: Option<StandsFor>,
}

impl Generation<'_> {
    /// Whether the parameters are those of Go's templates.
    pub(super) fn is_go(&self) -> bool {
        self.renderer.language() == Language::Go
    }

    /// What is wrong with a value.
    pub(super) fn fault(&self, message: impl Into<String>, value: &Value) -> Fact {
        Fact::new(message).at(self.renderer.span(value.origin))
    }

    /// The fault of a string that could not be rendered.
    pub(super) fn render_fault(&self, failed: Failed, parameters: &Map) -> Fault {
        failed.fault(self.renderer, parameters)
    }

    /// A fault if there are too many parameter sets.
    pub(super) fn check_count(&self, count: usize, value: &Value) -> Result<(), Fault> {
        if count <= MAX_PARAMETER_SETS {
            return Ok(());
        }
        Err(self
            .fault(format!("the generator yields more than {MAX_PARAMETER_SETS} parameter sets"), value)
            .hint("the limit is MAX_PARAMETER_SETS; let the generators match less"))
    }

    /// A string that the generator itself makes.
    pub(super) fn made(&mut self, text: impl Into<String>, what: &str) -> Value {
        let origin = self.renderer.trace.source(Source::Builtin(std::sync::Arc::from(what)));
        Value::string(text.into()).from(origin)
    }
}

/// An empty parameter set.
pub(super) fn empty() -> Map {
    Map::new(MapType::Any, BTreeMap::new())
}
