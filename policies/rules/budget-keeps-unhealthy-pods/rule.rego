# METADATA
# title: Disruption budget that keeps pods that don't work
# description: Pods that never get ready cannot be evicted either, so that they hold their node.
# custom:
#   severity: warning
#   group: availability
#   like:
#     - kube-linter:pdb-unhealthy-pod-eviction-policy
#   scope: resource
#   target: [PodDisruptionBudget]
package portcullis.rules.budget_keeps_unhealthy_pods

findings contains {"at": ["spec", "unhealthyPodEvictionPolicy"], "message": message} if {
	object.get(input.resource, ["spec", "unhealthyPodEvictionPolicy"], null) in {"", null}
	name := object.get(input.resource.metadata, "name", "without a name")
	message := sprintf("disruption budget %s keeps pods that are not ready from being evicted", [name])
}
