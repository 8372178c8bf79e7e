//! What an Application of Argo CD changes in a kustomization (`spec.source.kustomize`), as `kustomize edit` would.

use std::collections::BTreeMap;

use portcullis_source::Span;

use crate::{
    Place,
    fault::Result,
    kustomization::{Kustomization, Said},
    load::Folder,
};

/// A text that an Application gives, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The text.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// What an Application changes.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `namePrefix`.
    pub name_prefix: Option<Given>,
    /// `nameSuffix`.
    pub name_suffix: Option<Given>,
    /// `namespace`.
    pub namespace: Option<Given>,
    /// `commonLabels`.
    pub common_labels: BTreeMap<String, Given>,
}

impl Settings {
    /// Changes a kustomization.
    pub(crate) fn change(&self, kustomization: &mut Kustomization, _folder: &Folder<'_>) -> Result<()> {
        let said = |given: &Option<Given>| given.as_ref().map(|given| Said { text: given.text.as_str().into(), place: Place::new(given.span) });
        kustomization.name_prefix = said(&self.name_prefix).or(kustomization.name_prefix.take());
        kustomization.name_suffix = said(&self.name_suffix).or(kustomization.name_suffix.take());
        kustomization.namespace = said(&self.namespace).or(kustomization.namespace.take());
        Ok(())
    }
}
