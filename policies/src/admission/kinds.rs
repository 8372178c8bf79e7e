//! The kinds whose resources are known by name, those that are never judged, and who acts for them.

/// Kind, group and plural of what rules may be about; a kind of a custom resource is added here when a rule reads it.
pub(super) const KNOWN: [(&str, &str, &str); 42] = [
    ("Pod", "", "pods"),
    ("PodTemplate", "", "podtemplates"),
    ("ReplicationController", "", "replicationcontrollers"),
    ("Service", "", "services"),
    ("ServiceAccount", "", "serviceaccounts"),
    ("Namespace", "", "namespaces"),
    ("ConfigMap", "", "configmaps"),
    ("Secret", "", "secrets"),
    ("PersistentVolumeClaim", "", "persistentvolumeclaims"),
    ("Deployment", "apps", "deployments"),
    ("StatefulSet", "apps", "statefulsets"),
    ("DaemonSet", "apps", "daemonsets"),
    ("ReplicaSet", "apps", "replicasets"),
    ("Job", "batch", "jobs"),
    ("CronJob", "batch", "cronjobs"),
    ("Rollout", "argoproj.io", "rollouts"),
    ("HorizontalPodAutoscaler", "autoscaling", "horizontalpodautoscalers"),
    ("PodDisruptionBudget", "policy", "poddisruptionbudgets"),
    ("Ingress", "networking.k8s.io", "ingresses"),
    ("NetworkPolicy", "networking.k8s.io", "networkpolicies"),
    ("ClusterRole", "rbac.authorization.k8s.io", "clusterroles"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io", "clusterrolebindings"),
    ("Role", "rbac.authorization.k8s.io", "roles"),
    ("RoleBinding", "rbac.authorization.k8s.io", "rolebindings"),
    ("Application", "argoproj.io", "applications"),
    ("ApplicationSet", "argoproj.io", "applicationsets"),
    ("AppProject", "argoproj.io", "appprojects"),
    ("NodePool", "karpenter.sh", "nodepools"),
    ("EC2NodeClass", "karpenter.k8s.aws", "ec2nodeclasses"),
    ("ClusterSecretStore", "external-secrets.io", "clustersecretstores"),
    ("SecretStore", "external-secrets.io", "secretstores"),
    ("ConstraintTemplate", "templates.gatekeeper.sh", "constrainttemplates"),
    ("HTTPRoute", "gateway.networking.k8s.io", "httproutes"),
    ("VirtualService", "networking.istio.io", "virtualservices"),
    ("PeerAuthentication", "security.istio.io", "peerauthentications"),
    ("DestinationRule", "networking.istio.io", "destinationrules"),
    ("CiliumClusterwideEnvoyConfig", "cilium.io", "ciliumclusterwideenvoyconfigs"),
    ("CiliumClusterwideNetworkPolicy", "cilium.io", "ciliumclusterwidenetworkpolicies"),
    ("CiliumEnvoyConfig", "cilium.io", "ciliumenvoyconfigs"),
    ("CiliumNetworkPolicy", "cilium.io", "ciliumnetworkpolicies"),
    ("ScaledObject", "keda.sh", "scaledobjects"),
    ("PodExecOptions", "", "pods/exec"),
];

/// The rest of what API servers have by themselves, for policies that were written for other tools and may be about anything.
pub(super) const BUILT_IN: [(&str, &str, &str); 31] = [
    ("Endpoints", "", "endpoints"),
    ("LimitRange", "", "limitranges"),
    ("PersistentVolume", "", "persistentvolumes"),
    ("ResourceQuota", "", "resourcequotas"),
    ("PodAttachOptions", "", "pods/attach"),
    ("PodPortForwardOptions", "", "pods/portforward"),
    ("PodProxyOptions", "", "pods/proxy"),
    ("ServiceProxyOptions", "", "services/proxy"),
    ("ControllerRevision", "apps", "controllerrevisions"),
    ("EndpointSlice", "discovery.k8s.io", "endpointslices"),
    ("IngressClass", "networking.k8s.io", "ingressclasses"),
    ("IPAddress", "networking.k8s.io", "ipaddresses"),
    ("ServiceCIDR", "networking.k8s.io", "servicecidrs"),
    ("StorageClass", "storage.k8s.io", "storageclasses"),
    ("VolumeAttachment", "storage.k8s.io", "volumeattachments"),
    ("CSIDriver", "storage.k8s.io", "csidrivers"),
    ("CSINode", "storage.k8s.io", "csinodes"),
    ("CSIStorageCapacity", "storage.k8s.io", "csistoragecapacities"),
    ("PriorityClass", "scheduling.k8s.io", "priorityclasses"),
    ("RuntimeClass", "node.k8s.io", "runtimeclasses"),
    ("CertificateSigningRequest", "certificates.k8s.io", "certificatesigningrequests"),
    ("CustomResourceDefinition", "apiextensions.k8s.io", "customresourcedefinitions"),
    ("APIService", "apiregistration.k8s.io", "apiservices"),
    ("FlowSchema", "flowcontrol.apiserver.k8s.io", "flowschemas"),
    ("PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations"),
    ("ValidatingAdmissionPolicy", "admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    ("MutatingWebhookConfiguration", "admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    ("ResourceClaim", "resource.k8s.io", "resourceclaims"),
    ("DeviceClass", "resource.k8s.io", "deviceclasses"),
];

/// The API group of a kind that is known by its name alone; none where nobody, or more than one group, has it.
#[must_use]
pub fn group_of(kind: &str) -> Option<&'static str> {
    let mut groups = KNOWN.iter().chain(&BUILT_IN).filter(|(known, _, _)| *known == kind).map(|(_, group, _)| *group);
    groups.next().filter(|_| groups.next().is_none())
}

/// Kinds that are sent to resources of another group: kind, its group, group and resource.
pub(super) const SENT: [(&str, &str, &str, &str); 2] =
    [("Eviction", "policy", "", "pods/eviction"), ("Scale", "autoscaling", "*", "*/scale")];

/// The kinds that carry a pod.
pub(super) const CARRIERS: [&str; 10] =
    ["Pod", "PodTemplate", "ReplicationController", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout"];

/// The kinds that are joined with those that carry a pod, for the rules that see a whole environment.
pub(super) const JOINED: [&str; 3] = ["HorizontalPodAutoscaler", "PodDisruptionBudget", "ScaledObject"];

/// What a cluster cannot live without: group and kind, `*` for all kinds of a group.
const VITAL: [(&str, &str); 7] = [
    ("", "Node"),
    ("", "Event"),
    ("", "Binding"),
    ("authentication.k8s.io", "*"),
    ("authorization.k8s.io", "*"),
    ("coordination.k8s.io", "*"),
    ("events.k8s.io", "*"),
];

/// Whether nothing of a kind is ever refused.
pub(super) fn is_vital(api_version: &str, kind: &str) -> bool {
    is_vital_kind(api_version.rsplit_once('/').map_or("", |(group, _)| group), kind)
}

/// The same by group.
pub(super) fn is_vital_kind(group: &str, kind: &str) -> bool {
    VITAL.iter().any(|(own, known)| *own == group && (*known == "*" || *known == kind))
}

/// The namespaces in which nothing is ever refused.
pub const SYSTEM_NAMESPACES: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// The users that make pods on behalf of other objects: the controllers of Kubernetes itself, whose names nobody else can have.
pub(super) const CONTROLLERS: [&str; 8] = [
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:cronjob-controller",
    "system:serviceaccount:kube-system:daemon-set-controller",
    "system:serviceaccount:kube-system:deployment-controller",
    "system:serviceaccount:kube-system:job-controller",
    "system:serviceaccount:kube-system:replicaset-controller",
    "system:serviceaccount:kube-system:replication-controller",
    "system:serviceaccount:kube-system:statefulset-controller",
];
