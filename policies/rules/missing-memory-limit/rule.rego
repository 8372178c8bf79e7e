# METADATA
# title: Container without a memory limit
# description: The kubelet cannot contain a leak that nobody limited.
# custom:
#   severity: error
#   group: resources
#   like:
#     - checkov:CKV_K8S_13
#     - gatekeeper:containerlimits
#     - gatekeeper:containerresources
#     - kube-linter:unset-memory-requirements
#     - kube-score:container-memory-requests-equal-limits
#     - kube-score:container-resources
#     - kyverno:require-pod-requests-limits
#     - polaris:memoryLimitsMissing
#   scope: resource
#   target: pod
package portcullis.rules.missing_memory_limit

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, ["resources", "limits", "memory"]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	not quantities.limited("memory", c.amounts)
	not quantities.limited("memory", input.pod.amounts)
	message := sprintf("container %s has no memory limit", [containers.name(c)])
}
