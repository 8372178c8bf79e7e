//! The namespace of all objects.

use crate::{
    Node, Place, Tag, Value,
    fault::Result,
    fieldspec::{FieldSpec, Make},
    identity::Gvk,
    kustomization::Said,
    resource::Resources,
    tree::Scalar,
};

/// Which subjects of role bindings get the namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those that are called `default`.
    #[default]
    Default,
    /// All service accounts.
    ServiceAccounts,
    /// None.
    None,
}

/// How the namespace is set.
#[derive(Clone, Debug)]
pub(crate) struct Namespace<'a> {
    /// The namespace.
    pub(crate) said: &'a Said,
    /// The fields besides that of the objects themselves.
    pub(crate) specs: &'a [FieldSpec],
    /// Whether what has a namespace keeps it.
    pub(crate) unset_only: bool,
    /// Which subjects get it.
    pub(crate) subjects: Subjects,
}

const BINDINGS: [&str; 2] = ["RoleBinding", "ClusterRoleBinding"];

impl Namespace<'_> {
    /// Sets it.
    pub(crate) fn apply(&self, resources: &mut Resources) -> Result<()> {
        for resource in &mut resources.list {
            resource.remember();
            self.set(&mut resource.node)?;
        }
        // Two objects may have become one.
        let mut seen = Resources::default();
        seen.add_all(std::mem::take(&mut resources.list)).map_err(|fault| fault.at(self.said.place.span))?;
        *resources = seen;
        Ok(())
    }

    fn set(&self, object: &mut Node) -> Result<()> {
        let gvk = Gvk::of(object);
        let place = &self.said.place;
        if !gvk.is_cluster_scoped() {
            FieldSpec::of_all("metadata/namespace", true).visit(object, Make::Scalar, place, &mut |node| self.set_field(node))?;
        }
        let binding = BINDINGS.contains(&gvk.kind.as_str());
        if binding {
            self.set_subjects(object)?;
        }
        for spec in self.specs {
            let own = spec.path == "metadata/namespace" || (spec.path == "metadata/name" && gvk.api_version() != "v1");
            let subject = binding && spec.path == "subjects/namespace" && BINDINGS.contains(&spec.gvk.kind.as_str());
            if !own && !subject {
                spec.visit(object, Make::Scalar, place, &mut |node| self.set_field(node))?;
            }
        }
        Ok(())
    }

    fn set_field(&self, node: &mut Node) -> Result<()> {
        if self.unset_only && !node.said().is_empty() {
            return Ok(());
        }
        if node.is_null() {
            node.value = Value::Scalar(Scalar::text(""));
        }
        if node.text() == &*self.said.text {
            return node.set_scalar(self.said.text.clone(), Tag::Text, &node.place.clone());
        }
        node.set_scalar(self.said.text.clone(), Tag::Text, &self.said.place)
    }

    fn set_subjects(&self, object: &mut Node) -> Result<()> {
        let (key, wanted) = match self.subjects {
            Subjects::Default => ("name", "default"),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
            Subjects::None => return Ok(()),
        };
        let Some(subjects) = object.get_mut("subjects").filter(|subjects| !subjects.is_null()) else { return Ok(()) };
        let fault = subjects.not("a list");
        let Value::List(items) = &mut subjects.value else { return Err(fault) };
        for subject in items.iter_mut().filter(|subject| subject.get(key).is_some_and(|node| node.text() == wanted)) {
            let place: &Place = &self.said.place;
            let empty = || Node::string("", place.clone());
            self.set_field(subject.entry_or("namespace", place, empty)?)?;
        }
        Ok(())
    }
}
