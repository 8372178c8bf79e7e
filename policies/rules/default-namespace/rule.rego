# METADATA
# title: Object in the default namespace
# description: In the default namespace nothing is separated, so that no quota, no policy and no role is for one team alone.
# custom:
#   severity: warning
#   group: validity
#   like:
#     - checkov:CKV_K8S_21
#     - kube-linter:use-namespace
#     - kyverno:disallow-default-namespace
#   scope: resource
#   target: [CronJob.batch, DaemonSet.apps, Deployment.apps, Job.batch, Pod.core, ReplicaSet.apps, ReplicationController.core, Rollout.argoproj.io, Service.core, StatefulSet.apps]
#   facts: [namespace]
package portcullis.rules.default_namespace

# What the object says, or else the Application that it belongs to; without either, kubectl takes this one.
findings contains {"at": ["metadata", "namespace"], "message": message} if {
	input.params.namespace in {"", "default"}
	count(object.get(input.resource, ["metadata", "ownerReferences"], [])) == 0
	not is_api_server
	message := sprintf("%s is in the namespace default", [input.resource.kind])
}

# The only Service that belongs there.
is_api_server if {
	input.resource.kind == "Service"
	object.get(input.resource, ["metadata", "name"], "") == "kubernetes"
}
