//! What resources say of others by name, in their own namespace: what they ask for, and what they make besides themselves.

use portcullis_source::{Data, Node, Step};

use crate::{
    Resource,
    input::{pod_path, pod_spec},
};

/// A place that names another resource of the same namespace.
#[derive(Clone, Debug)]
pub(super) struct Reference<'a> {
    /// The field that has the name.
    pub(super) at: Vec<Step>,
    /// Group, kind and name of what is meant.
    pub(super) to: (&'a str, &'a str, &'a str),
    /// Whether Kubernetes goes on without it.
    pub(super) is_optional: bool,
}

/// Collects the references of one resource.
struct Finder<'a> {
    found: Vec<Reference<'a>>,
}

/// Everything that a resource names in its namespace, in the order in which it stands there.
pub(super) fn references(resource: &Resource) -> Vec<Reference<'_>> {
    let mut finder = Finder { found: Vec::new() };
    let Some(node) = resource.node() else { return finder.found };
    if let (Some(spec), Some(path)) = (pod_spec(resource), pod_path(resource)) {
        finder.pod(spec, &path);
    }
    let Some(spec) = node.get("spec") else {
        if (resource.group(), &*resource.identity.kind) == ("rbac.authorization.k8s.io", "RoleBinding") {
            finder.binding(node, resource.identity.namespace.as_deref());
        }
        return finder.found;
    };
    let at = [Step::Key("spec".into())];
    match (resource.group(), &*resource.identity.kind) {
        ("apps", "StatefulSet") => finder.name(spec, &at, &["serviceName"], ("", "Service")),
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => finder.scaled(spec, &at),
        ("networking.k8s.io", "Ingress") => finder.ingress(spec, &at),
        ("argoproj.io", "Rollout") => finder.rollout(spec, &at),
        ("argoproj.io", "Application") => finder.name(spec, &at, &["project"], ("argoproj.io", "AppProject")),
        ("karpenter.sh", "NodePool") => {
            finder.name(spec, &at, &["template", "spec", "nodeClassRef", "name"], ("karpenter.k8s.aws", "EC2NodeClass"));
        }
        _ => {}
    }
    finder.found
}

/// The objects that controllers make for a resource, as group, kind and name.
pub(super) fn makes(resource: &Resource) -> Vec<(&'static str, &'static str, &str)> {
    let Some(spec) = resource.node().and_then(|node| node.get("spec")) else { return Vec::new() };
    let named = |path: &[&str]| spec.at(path).and_then(Node::as_str).filter(|name| !name.is_empty());
    let own = &*resource.identity.name;
    let secret = |name| vec![("", "Secret", name)];
    match (resource.group(), &*resource.identity.kind) {
        ("external-secrets.io", "ExternalSecret") => secret(named(&["target", "name"]).unwrap_or(own)),
        ("bitnami.com", "SealedSecret") => secret(named(&["template", "metadata", "name"]).unwrap_or(own)),
        ("cert-manager.io", "Certificate") => named(&["secretName"]).map(secret).unwrap_or_default(),
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => {
            let objects = spec.get("secretObjects").map(Node::items).unwrap_or_default();
            objects.iter().filter_map(|object| Some(("", "Secret", object.get("secretName")?.as_str()?))).collect()
        }
        _ => Vec::new(),
    }
}

fn path(at: &[Step], keys: &[&str]) -> Vec<Step> {
    at.iter().cloned().chain(keys.iter().map(|key| Step::Key((*key).into()))).collect()
}

/// The items of a list, each with its path.
fn items<'a>(node: &'a Node, at: &[Step], keys: &[&str]) -> Vec<(&'a Node, Vec<Step>)> {
    let list = node.at(keys).map(Node::items).unwrap_or_default();
    let place = |index| path(at, keys).into_iter().chain([Step::Index(index)]).collect();
    list.iter().enumerate().map(|(index, item)| (item, place(index))).collect()
}

impl<'a> Finder<'a> {
    /// The name at the end of some keys.
    fn name(&mut self, node: &'a Node, at: &[Step], keys: &[&str], to: (&'a str, &'a str)) {
        self.add(node, at, keys, to, false);
    }

    fn add(&mut self, node: &'a Node, at: &[Step], keys: &[&str], (group, kind): (&'a str, &'a str), is_optional: bool) {
        if let Some(name) = node.at(keys).and_then(Node::as_str).filter(|name| !name.is_empty()) {
            self.found.push(Reference { at: path(at, keys), to: (group, kind, name), is_optional });
        }
    }

    /// A ConfigMap or Secret that may be said to be optional.
    fn source(&mut self, node: &'a Node, at: &[Step], (key, name): (&str, &str), kind: &'a str) {
        let is_optional = matches!(node.at(&[key, "optional"]).map(|optional| &optional.data), Some(Data::Bool(true)));
        self.add(node, at, &[key, name], ("", kind), is_optional);
    }

    fn pod(&mut self, spec: &'a Node, at: &[Step]) {
        let account = if spec.get("serviceAccountName").is_some() { "serviceAccountName" } else { "serviceAccount" };
        self.name(spec, at, &[account], ("", "ServiceAccount"));
        for (secret, place) in items(spec, at, &["imagePullSecrets"]) {
            self.name(secret, &place, &["name"], ("", "Secret"));
        }
        for (volume, place) in items(spec, at, &["volumes"]) {
            self.source(volume, &place, ("configMap", "name"), "ConfigMap");
            self.source(volume, &place, ("secret", "secretName"), "Secret");
            self.name(volume, &place, &["persistentVolumeClaim", "claimName"], ("", "PersistentVolumeClaim"));
            for (source, place) in items(volume, &place, &["projected", "sources"]) {
                self.source(source, &place, ("configMap", "name"), "ConfigMap");
                self.source(source, &place, ("secret", "name"), "Secret");
            }
        }
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for (container, place) in items(spec, at, &[list]) {
                for (variable, mut place) in items(container, &place, &["env"]) {
                    let Some(from) = variable.get("valueFrom") else { continue };
                    place.push(Step::Key("valueFrom".into()));
                    self.source(from, &place, ("configMapKeyRef", "name"), "ConfigMap");
                    self.source(from, &place, ("secretKeyRef", "name"), "Secret");
                }
                for (from, place) in items(container, &place, &["envFrom"]) {
                    self.source(from, &place, ("configMapRef", "name"), "ConfigMap");
                    self.source(from, &place, ("secretRef", "name"), "Secret");
                }
            }
        }
    }

    /// The target of an autoscaler; KEDA means a Deployment where it says nothing.
    fn scaled(&mut self, spec: &'a Node, at: &[Step]) {
        let field = |key| spec.at(&["scaleTargetRef", key]).and_then(Node::as_str);
        let group = field("apiVersion").map_or("apps", |version| version.rsplit_once('/').map_or("", |(group, _)| group));
        self.name(spec, at, &["scaleTargetRef", "name"], (group, field("kind").unwrap_or("Deployment")));
    }

    fn ingress(&mut self, spec: &'a Node, at: &[Step]) {
        self.name(spec, at, &["defaultBackend", "service", "name"], ("", "Service"));
        for (rule, place) in items(spec, at, &["rules"]) {
            for (route, place) in items(rule, &place, &["http", "paths"]) {
                self.name(route, &place, &["backend", "service", "name"], ("", "Service"));
            }
        }
        for (tls, place) in items(spec, at, &["tls"]) {
            self.name(tls, &place, &["secretName"], ("", "Secret"));
        }
    }

    fn rollout(&mut self, spec: &'a Node, at: &[Step]) {
        for keys in
            [["canary", "stableService"], ["canary", "canaryService"], ["blueGreen", "activeService"], ["blueGreen", "previewService"]]
        {
            self.name(spec, at, &["strategy", keys[0], keys[1]], ("", "Service"));
        }
    }

    /// The role and the accounts of a RoleBinding, as far as they are in its own namespace.
    fn binding(&mut self, node: &'a Node, own: Option<&str>) {
        if node.at(&["roleRef", "kind"]).and_then(Node::as_str) == Some("Role") {
            self.name(node, &[], &["roleRef", "name"], ("rbac.authorization.k8s.io", "Role"));
        }
        for (subject, place) in items(node, &[], &["subjects"]) {
            let namespace = subject.get("namespace").and_then(Node::as_str);
            let is_here = namespace.is_none_or(|namespace| Some(namespace) == own);
            if is_here && subject.get("kind").and_then(Node::as_str) == Some("ServiceAccount") {
                self.name(subject, &place, &["name"], ("", "ServiceAccount"));
            }
        }
    }
}
