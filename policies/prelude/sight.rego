# What an environment shows of what belongs together, and where others may make what nobody renders.
package portcullis.prelude.sight

import data.portcullis.prelude.selectors

# Objects whose controllers make no pods, Services, accounts or configuration: those of Kubernetes itself, and some that are met often.
quiet_groups := {
	"", "apps", "batch", "autoscaling", "extensions", "policy",
	"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "autoscaling.k8s.io", "certificates.k8s.io",
	"coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "gateway.networking.k8s.io",
	"metrics.k8s.io", "networking.k8s.io", "node.k8s.io", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io",
	"snapshot.storage.k8s.io", "storage.k8s.io",
	"bitnami.com", "cert-manager.io", "cilium.io", "crd.projectcalico.org", "elbv2.k8s.aws", "external-secrets.io",
	"karpenter.k8s.aws", "karpenter.sh", "keda.sh", "kyverno.io", "monitoring.coreos.com", "networking.istio.io",
	"policy.networking.k8s.io", "projectcalico.org", "secrets-store.csi.x-k8s.io", "security.istio.io", "telemetry.istio.io",
	"templates.gatekeeper.sh", "constraints.gatekeeper.sh", "terraform", "traefik.io", "traefik.containo.us",
}

# Those of these groups that do make pods.
operators := {"Alertmanager", "Gateway", "Prometheus", "PrometheusAgent", "ThanosRuler"}

quiet_projects := {"AnalysisTemplate", "AppProject", "Application", "ApplicationSet", "ClusterAnalysisTemplate", "Rollout"}

is_quiet(resource) if {
	resource.group in quiet_groups
	not is_operator(resource)
}

is_quiet(resource) if {
	resource.group == "argoproj.io"
	resource.kind in quiet_projects
}

is_operator(resource) if {
	resource.group in {"gateway.networking.k8s.io", "monitoring.coreos.com"}
	resource.kind in operators
}

# Where custom resources are of which pods, Services and the like may come, as pairs of application and namespace.
operated := {[resource.application, resource.namespace] |
	some resource in input.platform.resources
	resource.kind
	not is_quiet(resource)
}

# What carries pods.
carriers := [resource | some resource in input.platform.resources; resource.pod]

# Where some of a kind are in sight, so that one that is not there is missing, and not just kept somewhere else.
places(resources) := {[resource.application, resource.namespace] | some resource in resources}

with_pods := places(carriers)

with_services := places([service | some service in object.get(input.platform.kinds, "Service", []); service.group == ""])

# Whether what a resource is joined with would be in sight.
would_show(resource, shown) if {
	[resource.application, resource.namespace] in shown
	not is_operated(resource)
}

is_operated(resource) if [resource.application, resource.namespace] in operated

is_operated(resource) if [resource.application, ""] in operated

# Labels that pods are given while they run: by controllers, or by themselves, as the leader of a group does.
given_later := {
	"apps.kubernetes.io/pod-index", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index",
	"batch.kubernetes.io/job-name", "controller-uid", "isLeader", "isMaster", "isPrimary", "job-name", "leader", "master", "primary", "role",
	"spilo-role", "statefulset.kubernetes.io/pod-name", "vault-active", "vault-initialized", "vault-perf-standby", "vault-sealed",
}

# Labels that are asked for and that pods do not have: those that may come later are left out where there is no such label yet.
unmet(asked, labels) := [key |
	some key, value in asked
	object.get(labels, key, null) != value
	not comes_later(key, value, labels)
]

comes_later(key, value, labels) if {
	not key in object.keys(labels)
	is_given_later(key, value)
}

is_given_later(key, _) if key in given_later

is_given_later(_, value) if value in roles

# What a member of a group calls itself once it knows.
roles := {"active", "follower", "leader", "master", "primary", "replica", "secondary", "standby"}

# Labels that all objects of a release have, so that nothing comes close by them.
common := {
	"app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of", "app.kubernetes.io/version", "chart",
	"helm.sh/chart", "heritage", "release",
}

# The pods of the same application that come closest to the labels that a resource asks for, and the first label that they lack.
nearest(resource, asked) := nearest_of(pods_beside(resource), asked)

# What is in the namespace of a resource.
beside(resource) := [input.platform.resources[id] | some id in input.platform.namespaces[resource.namespace]]

pods_beside(resource) := [{"id": other.id, "labels": other.pod.labels} |
	some other in beside(resource)
	other.pod
	other.application == resource.application
]

services_beside(resource) := [{"id": other.id, "labels": object.get(other.resource, ["metadata", "labels"], {})} |
	some other in beside(resource)
	other.kind == "Service"
	other.group == ""
	other.application == resource.application
]

nearest_of(candidates, asked) := {"id": found[0][1], "key": found[0][2]} if {
	found := sort([[0 - count(met), candidate.id, lacking[0]] |
		some candidate in candidates
		lacking := unmet(asked, candidate.labels)
		count(lacking) > 0
		met := [key | some key, value in asked; candidate.labels[key] == value; not key in common]
		count(met) > 0
	])
	count(found) > 0
}

# Pods that it may select as soon as they have the labels that come later. Where one of two says nothing of its namespace, whoever applies it does.
may_select(resource, asked) if {
	some namespace in meeting(resource.namespace)
	some id in input.platform.namespaces[namespace]
	lacking := unmet(asked, input.platform.resources[id].pod.labels)
	count(lacking) == 0
}

meeting(namespace) := {namespace, ""} if namespace != ""

else := object.keys(input.platform.namespaces)

# What those pods have in place of a label.
has_instead(resource, key, value) := sprintf("those of %s %s have no label %s", [resource.kind, resource.name, key]) if {
	not key in object.keys(resource.pod.labels)
	value
} else := sprintf("those of %s %s have %s %v, not %v", [resource.kind, resource.name, key, resource.pod.labels[key], value])

# Labels that a label selector asks for by their values.
wanted(selector) := selectors.match_labels(selector)
