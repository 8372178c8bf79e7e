//! The shapes of the fields that rules look at.
//!
//! A rule that meets a text where it expects a list finds nothing, and regorus' machine says nothing of it, as opa does not either. That
//! must not pass for a clean resource. The API server would refuse the object as well, so it is told as what it is.

use portcullis_source::{Data, Node, Step};

use crate::Resource;

/// What a field must be, where it is there; other fields are left to the API server.
enum Shape {
    Text,
    Bool,
    Int,
    List(&'static Self),
    Map(&'static [(&'static str, Self)]),
    Any,
}

const ANY_MAP: Shape = Shape::Map(&[]);
const ANY_MAPS: Shape = Shape::List(&ANY_MAP);
const TEXTS: Shape = Shape::List(&Shape::Text);

const EXPRESSIONS: Shape = Shape::List(&Shape::Map(&[("key", Shape::Text), ("operator", Shape::Text), ("values", TEXTS)]));
const SELECTOR: Shape = Shape::Map(&[("matchLabels", ANY_MAP), ("matchExpressions", EXPRESSIONS)]);

const HANDLER: Shape = Shape::Map(&[
    ("exec", Shape::Map(&[("command", Shape::List(&Shape::Text))])),
    ("httpGet", Shape::Map(&[("host", Shape::Text)])),
    ("tcpSocket", Shape::Map(&[("host", Shape::Text)])),
    ("grpc", ANY_MAP),
    ("sleep", Shape::Map(&[("seconds", Shape::Int)])),
]);

const PROFILE: Shape = Shape::Map(&[("type", Shape::Text)]);

const PROBE: Shape = Shape::Map(&[
    ("exec", Shape::Map(&[("command", TEXTS)])),
    ("httpGet", ANY_MAP),
    ("tcpSocket", ANY_MAP),
    ("grpc", ANY_MAP),
    ("initialDelaySeconds", Shape::Int),
    ("periodSeconds", Shape::Int),
    ("timeoutSeconds", Shape::Int),
    ("failureThreshold", Shape::Int),
    ("successThreshold", Shape::Int),
]);

const SECURITY: Shape = Shape::Map(&[
    ("privileged", Shape::Bool),
    ("allowPrivilegeEscalation", Shape::Bool),
    ("readOnlyRootFilesystem", Shape::Bool),
    ("runAsNonRoot", Shape::Bool),
    ("runAsUser", Shape::Int),
    ("runAsGroup", Shape::Int),
    ("fsGroup", Shape::Int),
    ("supplementalGroups", Shape::List(&Shape::Int)),
    ("capabilities", Shape::Map(&[("add", TEXTS), ("drop", TEXTS)])),
    ("procMount", Shape::Text),
    ("seccompProfile", PROFILE),
    ("appArmorProfile", PROFILE),
    ("seLinuxOptions", Shape::Map(&[("role", Shape::Text), ("type", Shape::Text), ("user", Shape::Text)])),
    ("sysctls", Shape::List(&Shape::Map(&[("name", Shape::Text)]))),
    ("windowsOptions", Shape::Map(&[("hostProcess", Shape::Bool)])),
]);

const RESOURCES: Shape = Shape::Map(&[("requests", ANY_MAP), ("limits", ANY_MAP)]);

const MOUNTS: Shape = Shape::List(&Shape::Map(&[("name", Shape::Text), ("mountPath", Shape::Text), ("readOnly", Shape::Bool)]));
const DEVICES: Shape = Shape::List(&Shape::Map(&[("name", Shape::Text), ("devicePath", Shape::Text)]));

const CONTAINERS: Shape = Shape::List(&Shape::Map(&[
    ("name", Shape::Text),
    ("image", Shape::Text),
    ("imagePullPolicy", Shape::Text),
    ("command", TEXTS),
    ("args", TEXTS),
    ("restartPolicy", Shape::Text),
    ("ports", Shape::List(&Shape::Map(&[("hostPort", Shape::Int)]))),
    ("env", Shape::List(&Shape::Map(&[("name", Shape::Text), ("value", Shape::Text), ("valueFrom", ANY_MAP)]))),
    ("envFrom", ANY_MAPS),
    ("volumeMounts", MOUNTS),
    ("volumeDevices", DEVICES),
    ("resources", RESOURCES),
    ("lifecycle", Shape::Map(&[("preStop", HANDLER), ("postStart", HANDLER)])),
    ("livenessProbe", PROBE),
    ("readinessProbe", PROBE),
    ("startupProbe", PROBE),
    ("securityContext", SECURITY),
]));

const NODE_AFFINITY: Shape = Shape::Map(&[(
    "requiredDuringSchedulingIgnoredDuringExecution",
    Shape::Map(&[("nodeSelectorTerms", Shape::List(&Shape::Map(&[("matchExpressions", EXPRESSIONS), ("matchFields", ANY_MAPS)])))]),
)]);

const SPREAD: Shape = Shape::List(&Shape::Map(&[
    ("maxSkew", Shape::Int),
    ("topologyKey", Shape::Text),
    ("whenUnsatisfiable", Shape::Text),
    ("labelSelector", SELECTOR),
    ("matchLabelKeys", TEXTS),
]));

const AFFINITY_TERM: Shape = Shape::Map(&[
    ("topologyKey", Shape::Text),
    ("labelSelector", SELECTOR),
    ("namespaces", TEXTS),
    ("namespaceSelector", ANY_MAP),
    ("mismatchLabelKeys", TEXTS),
]);
const POD_AFFINITY: Shape = Shape::Map(&[
    ("requiredDuringSchedulingIgnoredDuringExecution", Shape::List(&AFFINITY_TERM)),
    (
        "preferredDuringSchedulingIgnoredDuringExecution",
        Shape::List(&Shape::Map(&[("weight", Shape::Int), ("podAffinityTerm", AFFINITY_TERM)])),
    ),
]);

const VOLUMES: Shape = Shape::List(&Shape::Map(&[
    ("name", Shape::Text),
    ("hostPath", Shape::Map(&[("path", Shape::Text)])),
    ("image", Shape::Map(&[("reference", Shape::Text), ("pullPolicy", Shape::Text)])),
    ("emptyDir", Shape::Map(&[("medium", Shape::Text)])),
    ("persistentVolumeClaim", Shape::Map(&[("claimName", Shape::Text)])),
]));

const POD_SPEC: Shape = Shape::Map(&[
    ("containers", CONTAINERS),
    ("initContainers", CONTAINERS),
    ("ephemeralContainers", CONTAINERS),
    ("volumes", VOLUMES),
    ("tolerations", ANY_MAPS),
    ("topologySpreadConstraints", SPREAD),
    ("nodeSelector", ANY_MAP),
    ("nodeName", Shape::Text),
    ("affinity", Shape::Map(&[("nodeAffinity", NODE_AFFINITY), ("podAffinity", POD_AFFINITY), ("podAntiAffinity", POD_AFFINITY)])),
    ("serviceAccountName", Shape::Text),
    ("serviceAccount", Shape::Text),
    ("automountServiceAccountToken", Shape::Bool),
    ("restartPolicy", Shape::Text),
    ("securityContext", SECURITY),
    ("resources", RESOURCES),
    ("hostNetwork", Shape::Bool),
    ("hostPID", Shape::Bool),
    ("hostIPC", Shape::Bool),
    ("hostUsers", Shape::Bool),
    ("shareProcessNamespace", Shape::Bool),
    ("os", Shape::Map(&[("name", Shape::Text)])),
    ("terminationGracePeriodSeconds", Shape::Int),
    ("activeDeadlineSeconds", Shape::Int),
    ("priorityClassName", Shape::Text),
    ("enableServiceLinks", Shape::Bool),
]);

const METADATA: Shape = Shape::Map(&[("name", Shape::Text), ("labels", ANY_MAP), ("annotations", ANY_MAP), ("ownerReferences", ANY_MAPS)]);
const TEMPLATE: Shape = Shape::Map(&[("metadata", METADATA), ("spec", POD_SPEC)]);
const JOB: Shape = Shape::Map(&[
    ("selector", SELECTOR),
    ("template", TEMPLATE),
    ("activeDeadlineSeconds", Shape::Int),
    ("backoffLimit", Shape::Int),
    ("ttlSecondsAfterFinished", Shape::Int),
]);
const STRATEGY: Shape = Shape::Map(&[("type", Shape::Text), ("rollingUpdate", ANY_MAP)]);
const WORKLOAD: Shape = Shape::Map(&[
    ("replicas", Shape::Int),
    ("selector", SELECTOR),
    ("template", TEMPLATE),
    ("strategy", STRATEGY),
    ("updateStrategy", STRATEGY),
    ("revisionHistoryLimit", Shape::Int),
    ("serviceName", Shape::Text),
    ("volumeClaimTemplates", Shape::List(&Shape::Map(&[("metadata", METADATA)]))),
]);

const SERVICE: Shape = Shape::Map(&[
    ("type", Shape::Text),
    ("selector", ANY_MAP),
    ("ports", ANY_MAPS),
    ("externalIPs", TEXTS),
    ("externalName", Shape::Text),
    ("loadBalancerClass", Shape::Text),
    ("loadBalancerSourceRanges", TEXTS),
]);

const BACKEND: Shape = Shape::Map(&[("service", Shape::Map(&[("name", Shape::Text), ("port", ANY_MAP)]))]);
const INGRESS: Shape = Shape::Map(&[
    ("ingressClassName", Shape::Text),
    ("tls", Shape::List(&Shape::Map(&[("hosts", TEXTS)]))),
    ("defaultBackend", BACKEND),
    (
        "rules",
        Shape::List(&Shape::Map(&[
            ("host", Shape::Text),
            ("http", Shape::Map(&[("paths", Shape::List(&Shape::Map(&[("path", Shape::Text), ("backend", BACKEND)])))])),
        ])),
    ),
]);

const PEERS: Shape = Shape::List(&Shape::Map(&[
    ("ipBlock", Shape::Map(&[("cidr", Shape::Text), ("except", TEXTS)])),
    ("namespaceSelector", SELECTOR),
    ("podSelector", SELECTOR),
]));
const NETWORK_POLICY: Shape = Shape::Map(&[
    ("podSelector", SELECTOR),
    ("policyTypes", TEXTS),
    ("ingress", Shape::List(&Shape::Map(&[("from", PEERS), ("ports", ANY_MAPS)]))),
    ("egress", Shape::List(&Shape::Map(&[("to", PEERS), ("ports", ANY_MAPS)]))),
]);

const ANALYSIS: Shape = Shape::Map(&[("templates", ANY_MAPS)]);
const ROLLOUT: Shape = Shape::Map(&[
    ("replicas", Shape::Int),
    ("selector", SELECTOR),
    ("template", TEMPLATE),
    ("progressDeadlineAbort", Shape::Bool),
    (
        "strategy",
        Shape::Map(&[
            ("canary", Shape::Map(&[("analysis", ANALYSIS), ("steps", ANY_MAPS)])),
            ("blueGreen", Shape::Map(&[("prePromotionAnalysis", ANALYSIS), ("postPromotionAnalysis", ANALYSIS)])),
        ]),
    ),
]);

const ARGO_SOURCE: Shape = Shape::Map(&[
    ("repoURL", Shape::Text),
    ("path", Shape::Text),
    ("chart", Shape::Text),
    ("ref", Shape::Text),
    ("targetRevision", Shape::Text),
]);
const APPLICATION: Shape = Shape::Map(&[
    ("project", Shape::Text),
    ("destination", Shape::Map(&[("name", Shape::Text), ("server", Shape::Text), ("namespace", Shape::Text)])),
    ("source", ARGO_SOURCE),
    ("sources", Shape::List(&ARGO_SOURCE)),
    (
        "syncPolicy",
        Shape::Map(&[
            (
                "automated",
                Shape::Map(&[("enabled", Shape::Bool), ("prune", Shape::Bool), ("selfHeal", Shape::Bool), ("allowEmpty", Shape::Bool)]),
            ),
            ("syncOptions", TEXTS),
        ]),
    ),
]);
const PROJECT: Shape = Shape::Map(&[
    ("sourceRepos", TEXTS),
    ("roles", Shape::List(&Shape::Map(&[("policies", TEXTS)]))),
    ("destinations", Shape::List(&Shape::Map(&[("name", Shape::Text), ("server", Shape::Text), ("namespace", Shape::Text)]))),
    ("clusterResourceWhitelist", ANY_MAPS),
    ("clusterResourceBlacklist", ANY_MAPS),
]);

const GRANTS: Shape = Shape::List(&Shape::Map(&[
    ("apiGroups", TEXTS),
    ("resources", TEXTS),
    ("resourceNames", TEXTS),
    ("nonResourceURLs", TEXTS),
    ("verbs", TEXTS),
]));
const SUBJECTS: Shape = Shape::List(&Shape::Map(&[("kind", Shape::Text), ("name", Shape::Text), ("namespace", Shape::Text)]));

/// What some kinds have beside a spec.
const PARTS: [(&str, Shape); 9] = [
    ("metadata", METADATA),
    ("template", TEMPLATE),
    ("rules", GRANTS),
    ("aggregationRule", Shape::Map(&[("clusterRoleSelectors", Shape::List(&SELECTOR))])),
    ("roleRef", Shape::Map(&[("kind", Shape::Text), ("name", Shape::Text)])),
    ("subjects", SUBJECTS),
    ("automountServiceAccountToken", Shape::Bool),
    ("data", ANY_MAP),
    ("stringData", ANY_MAP),
];

const CRON_JOB: Shape = Shape::Map(&[
    ("jobTemplate", Shape::Map(&[("spec", JOB)])),
    ("startingDeadlineSeconds", Shape::Int),
    ("concurrencyPolicy", Shape::Text),
    ("suspend", Shape::Bool),
]);
const DISRUPTION_BUDGET: Shape = Shape::Map(&[
    ("selector", SELECTOR),
    ("minAvailable", Shape::Any),
    ("maxUnavailable", Shape::Any),
    ("unhealthyPodEvictionPolicy", Shape::Text),
]);
const SCALED_OBJECT: Shape = Shape::Map(&[
    ("minReplicaCount", Shape::Int),
    ("maxReplicaCount", Shape::Int),
    ("idleReplicaCount", Shape::Int),
    ("scaleTargetRef", ANY_MAP),
]);

const TAINTS: Shape = Shape::List(&Shape::Map(&[("key", Shape::Text), ("effect", Shape::Text)]));
const NODE_POOL: Shape = Shape::Map(&[
    (
        "template",
        Shape::Map(&[
            ("metadata", METADATA),
            (
                "spec",
                Shape::Map(&[("requirements", EXPRESSIONS), ("taints", TAINTS), ("startupTaints", TAINTS), ("nodeClassRef", ANY_MAP)]),
            ),
        ]),
    ),
    ("limits", ANY_MAP),
    ("replicas", Shape::Int),
    (
        "disruption",
        Shape::Map(&[(
            "budgets",
            Shape::List(&Shape::Map(&[("nodes", Shape::Any), ("schedule", Shape::Text), ("duration", Shape::Text), ("reasons", TEXTS)])),
        )]),
    ),
]);
const NODE_CLASS: Shape = Shape::Map(&[
    (
        "amiSelectorTerms",
        Shape::List(&Shape::Map(&[("alias", Shape::Text), ("id", Shape::Text), ("name", Shape::Text), ("ssmParameter", Shape::Text)])),
    ),
    ("amiFamily", Shape::Text),
    ("metadataOptions", Shape::Map(&[("httpEndpoint", Shape::Text), ("httpTokens", Shape::Text), ("httpPutResponseHopLimit", Shape::Int)])),
    ("blockDeviceMappings", Shape::List(&Shape::Map(&[("ebs", Shape::Map(&[("encrypted", Shape::Bool)]))]))),
]);

const MONITOR: Shape = Shape::Map(&[("selector", SELECTOR), ("endpoints", ANY_MAPS), ("podMetricsEndpoints", ANY_MAPS)]);

/// The kinds of which something is known, and the shapes of their specs.
const KINDS: [(&str, Shape); 31] = [
    ("Pod", POD_SPEC),
    ("Deployment", WORKLOAD),
    ("StatefulSet", WORKLOAD),
    ("DaemonSet", WORKLOAD),
    ("ReplicaSet", WORKLOAD),
    ("Rollout", ROLLOUT),
    ("ReplicationController", Shape::Map(&[("replicas", Shape::Int), ("selector", ANY_MAP), ("template", TEMPLATE)])),
    ("DeploymentConfig", Shape::Map(&[("replicas", Shape::Int), ("selector", ANY_MAP), ("template", TEMPLATE)])),
    ("Job", JOB),
    ("CronJob", CRON_JOB),
    ("PodDisruptionBudget", DISRUPTION_BUDGET),
    ("HorizontalPodAutoscaler", Shape::Map(&[("minReplicas", Shape::Int), ("maxReplicas", Shape::Int), ("scaleTargetRef", ANY_MAP)])),
    ("ScaledObject", SCALED_OBJECT),
    ("PodTemplate", ANY_MAP),
    ("Service", SERVICE),
    ("Ingress", INGRESS),
    ("NetworkPolicy", NETWORK_POLICY),
    ("Application", APPLICATION),
    ("ApplicationSet", Shape::Map(&[("template", Shape::Map(&[("spec", APPLICATION)])), ("templatePatch", Shape::Text)])),
    ("AppProject", PROJECT),
    ("Role", ANY_MAP),
    ("ClusterRole", ANY_MAP),
    ("RoleBinding", ANY_MAP),
    ("ClusterRoleBinding", ANY_MAP),
    ("ServiceAccount", ANY_MAP),
    ("ConfigMap", ANY_MAP),
    ("Secret", ANY_MAP),
    ("ServiceMonitor", MONITOR),
    ("PodMonitor", MONITOR),
    ("NodePool", NODE_POOL),
    ("EC2NodeClass", NODE_CLASS),
];

/// The groups that those kinds belong to; elsewhere the same word means something else.
const GROUPS: [&str; 13] = [
    "",
    "apps",
    "argoproj.io",
    "autoscaling",
    "batch",
    "extensions",
    "karpenter.k8s.aws",
    "karpenter.sh",
    "keda.sh",
    "monitoring.coreos.com",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
];

/// The most items of a list that rules look into: no pod runs as many containers, and what rules make of each takes kilobytes.
const MAX_ITEMS: usize = 500;

/// A field that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misshapen {
    /// The field.
    pub(crate) path: Vec<Step>,
    /// Its name and what is wrong with it.
    pub(crate) reason: String,
}

/// The first field of a resource that rules could not read.
pub(crate) fn misshapen(resource: &Resource) -> Option<Misshapen> {
    let node = resource.node()?;
    let (_, spec) = KINDS.iter().find(|(kind, _)| *kind == &*resource.identity.kind && GROUPS.contains(&resource.group()))?;
    let mut parts = PARTS.iter().map(|(key, shape)| (*key, shape)).chain([("spec", spec)]);
    if parts.clone().all(|(key, shape)| node.get(key).is_none_or(|value| value.is_null() || fits(value, shape))) {
        return None;
    }
    let mut path = Vec::new();
    parts.find_map(|(key, shape)| field(node, key, shape, &mut path))
}

/// Whether there is nothing to find, which is so nearly always, told without writing paths down.
fn fits(node: &Node, shape: &Shape) -> bool {
    match (shape, &node.data) {
        (Shape::Map(fields), Data::Map(map)) => map.entries.iter().all(|entry| {
            let shape = || fields.iter().find(|(key, _)| *key == &*entry.key);
            entry.value.is_null() || shape().is_none_or(|(_, shape)| fits(&entry.value, shape))
        }),
        (Shape::List(shape), Data::List(items)) => items.len() <= MAX_ITEMS && items.iter().all(|item| fits(item, shape)),
        _ => check(node, shape, &mut Vec::new()).is_none(),
    }
}

fn field(node: &Node, key: &str, shape: &Shape, path: &mut Vec<Step>) -> Option<Misshapen> {
    let value = node.get(key).filter(|value| !value.is_null())?;
    path.push(Step::Key(key.into()));
    let found = check(value, shape, path);
    path.pop();
    found
}

fn check(node: &Node, shape: &Shape, path: &mut Vec<Step>) -> Option<Misshapen> {
    match (shape, &node.data) {
        (Shape::Any, _) | (Shape::Text, Data::String(_)) | (Shape::Bool, Data::Bool(_)) | (Shape::Int, Data::Int(_) | Data::Uint(_)) => {
            None
        }
        (Shape::Map(fields), Data::Map(_)) => fields.iter().find_map(|(key, shape)| field(node, key, shape, path)),
        (Shape::List(_), Data::List(items)) if items.len() > MAX_ITEMS => {
            let reason = format!("{} has {} items, more than the {MAX_ITEMS} that rules look at", dotted(path), items.len());
            Some(Misshapen { path: path.clone(), reason })
        }
        (Shape::List(shape), Data::List(items)) => items.iter().enumerate().find_map(|(index, item)| {
            path.push(Step::Index(index));
            let found = check(item, shape, path);
            path.pop();
            found
        }),
        (Shape::Text | Shape::Bool | Shape::Int | Shape::List(_) | Shape::Map(_), _) => {
            let reason = format!("{} is {}, not {}", dotted(path), what(node), wanted(shape));
            Some(Misshapen { path: path.clone(), reason })
        }
    }
}

/// A path as people write it.
pub(crate) fn dotted(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.extend([".", key]),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

fn what(node: &Node) -> &'static str {
    match node.data {
        Data::Null => "empty",
        Data::Bool(_) => "a boolean",
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => "a number",
        Data::String(_) => "a text",
        Data::List(_) => "a list",
        Data::Map(_) => "a map",
    }
}

fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text => "a text",
        Shape::Bool => "a boolean",
        Shape::Int => "a whole number",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a map",
        Shape::Any => "anything",
    }
}
