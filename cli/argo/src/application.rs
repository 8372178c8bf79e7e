//! An Application as the controller would create it.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_source::{Document, Node, Span};

use crate::{Source, generators::is_stand_in};

/// An Application, from a manifest or from an ApplicationSet.
#[derive(Clone, Debug)]
pub struct Application {
    /// The name; where it could not be made, the ApplicationSet's name and what is known.
    pub name: String,
    /// The namespace that the object lives in.
    pub namespace: String,
    /// The project.
    pub project: String,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The annotations.
    pub annotations: BTreeMap<String, String>,
    /// Where it deploys to.
    pub destination: Destination,
    /// What it deploys, in order; a source that can't be rendered says so.
    pub sources: Vec<Source>,
    /// The object; none where the Application could not even be made.
    pub document: Option<Arc<Document>>,
    /// The ApplicationSet or Application in its file.
    pub origin: Option<Span>,
    /// The name of the ApplicationSet that made it.
    pub application_set: Option<String>,
    /// The name of the Application whose sources hold it: app of apps.
    pub parent: Option<String>,
    /// The parameters that made it, flattened with dots.
    pub parameters: BTreeMap<String, String>,
    /// The generator that it stands for, of which nobody knows what it yields.
    pub stands_for: Option<StandsFor>,
}

/// A generator that asks something outside of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandsFor {
    /// The key of the generator, such as `pullRequest`.
    pub generator: &'static str,
    /// What it asks for.
    pub needs: &'static str,
}

/// Where an Application deploys to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The URL of the API server, given or looked up by the name.
    pub server: String,
    /// The name of the cluster, given or looked up by the URL.
    pub name: String,
    /// The namespace.
    pub namespace: String,
}

impl Application {
    /// The whole object.
    #[must_use]
    pub fn object(&self) -> Option<&Node> {
        self.document.as_ref().map(|document| &document.root)
    }

    /// Whether a text holds what the Application stands for with, which nobody knows.
    #[must_use]
    pub fn is_stand_in(&self, text: &str) -> bool {
        self.stands_for.is_some() && is_stand_in(text)
    }

    /// The sources that can't be rendered, with their reasons.
    pub fn unrendered(&self) -> impl Iterator<Item = &crate::Unrendered> {
        self.sources.iter().filter_map(|source| match &source.kind {
            crate::SourceKind::Unrendered(unrendered) => Some(unrendered),
            crate::SourceKind::Helm(_)
            | crate::SourceKind::Directory(_)
            | crate::SourceKind::Kustomize(_)
            | crate::SourceKind::Reference => None,
        })
    }
}
