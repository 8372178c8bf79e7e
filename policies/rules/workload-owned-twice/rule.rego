# METADATA
# title: Object that Terraform and Argo CD both make
# description: What two of them own, each puts back as it was.
# custom:
#   severity: error
#   group: delivery
#   scope: platform
#   target: [kubernetes_deployment.terraform, kubernetes_deployment_v1.terraform, kubernetes_stateful_set.terraform, kubernetes_stateful_set_v1.terraform, kubernetes_daemonset.terraform, kubernetes_daemon_set_v1.terraform, kubernetes_cron_job.terraform, kubernetes_cron_job_v1.terraform, kubernetes_job.terraform, kubernetes_job_v1.terraform, kubernetes_service.terraform, kubernetes_service_v1.terraform, kubernetes_service_account.terraform, kubernetes_service_account_v1.terraform, kubernetes_config_map.terraform, kubernetes_config_map_v1.terraform, kubernetes_namespace.terraform, kubernetes_namespace_v1.terraform, kubernetes_manifest.terraform, helm_release.terraform]
#   joins: [Application.argoproj.io, ConfigMap, Namespace, Service, ServiceAccount]
package portcullis.rules.workload_owned_twice

import data.portcullis.prelude.infrastructure
import data.portcullis.prelude.owners.owner
import data.portcullis.prelude.terraform

kinds := {
	"kubernetes_deployment": "Deployment", "kubernetes_deployment_v1": "Deployment", "kubernetes_stateful_set": "StatefulSet",
	"kubernetes_stateful_set_v1": "StatefulSet", "kubernetes_daemonset": "DaemonSet", "kubernetes_daemon_set_v1": "DaemonSet",
	"kubernetes_cron_job": "CronJob", "kubernetes_cron_job_v1": "CronJob", "kubernetes_job": "Job", "kubernetes_job_v1": "Job",
	"kubernetes_service": "Service", "kubernetes_service_v1": "Service", "kubernetes_service_account": "ServiceAccount",
	"kubernetes_service_account_v1": "ServiceAccount", "kubernetes_config_map": "ConfigMap", "kubernetes_config_map_v1": "ConfigMap",
	"kubernetes_namespace": "Namespace", "kubernetes_namespace_v1": "Namespace",
}

findings contains {"resource": one.id, "at": made.at, "others": [{"resource": other.id, "at": ["metadata", "name"]}], "message": message} if {
	some made in objects
	one := input.platform.resources[made.id]
	some other in object.get(input.platform.kinds, made.kind, [])
	other.name == made.name
	other.namespace == made.namespace
	application := owner(other)
	application != ""
	message := sprintf("%s makes %s %s, which Application %s makes, too", [one.name, made.kind, made.name, application])
}

# What Terraform makes object by object; what has no namespace is in default, or in none.
objects := array.concat(typed, plain)

typed := [{"id": one.id, "kind": kind, "name": block.name, "namespace": namespace, "at": ["values", "metadata", i, "name"]} |
	some type, kind in kinds
	some one in infrastructure.made(type)
	some i, block in terraform.listed(infrastructure.value(one, "metadata"))
	is_string(object.get(block, "name", null))
	namespace := place(kind, object.get(block, "namespace", "default"))
]

plain := [{"id": one.id, "kind": manifest.kind, "name": manifest.metadata.name, "namespace": namespace, "at": ["values", "manifest", "metadata", "name"]} |
	some one in infrastructure.made("kubernetes_manifest")
	manifest := infrastructure.value(one, "manifest")
	is_string(manifest.metadata.name)
	namespace := object.get(manifest, ["metadata", "namespace"], "")
]

place(kind, namespace) := namespace if kind != "Namespace"

else := ""

# Objects of a release have its name as their instance, and its chart in a label.
findings contains {"resource": one.id, "at": ["values", "name"], "others": [{"resource": same[0].id, "at": ["metadata", "name"]}], "message": message} if {
	some one in infrastructure.made("helm_release")
	name := infrastructure.value(one, "name")
	chart := infrastructure.value(one, "chart")
	is_string(name)
	is_string(chart)
	namespace := object.get(one.resource, ["values", "namespace"], "default")
	words := split(trim_suffix(chart, "/"), "/")
	same := [other |
		some id in object.get(input.platform.namespaces, namespace, [])
		other := input.platform.resources[id]
		owner(other) != ""
		labels := object.get(other.resource, ["metadata", "labels"], {})
		object.get(labels, "app.kubernetes.io/instance", null) == name
		startswith(object.get(labels, "helm.sh/chart", ""), concat("", [words[count(words) - 1], "-"]))
	]
	count(same) > 0
	message := sprintf("%s releases %s, which Application %s releases, too", [one.name, name, owner(same[0])])
}
