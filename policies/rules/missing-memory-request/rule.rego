# METADATA
# title: Container without a memory request
# description: The scheduler cannot place what does not say how much it needs.
# custom:
#   severity: error
#   group: resources
#   like:
#     - checkov:CKV_K8S_12
#     - gatekeeper:containerrequests
#     - gatekeeper:containerresources
#     - kube-linter:unset-memory-requirements
#     - kube-score:container-resources
#     - kyverno:require-pod-requests-limits
#     - polaris:memoryRequestsMissing
#   scope: resource
#   target: pod
package portcullis.rules.missing_memory_request

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, ["resources", "requests", "memory"]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	not quantities.requested("memory", c.amounts)
	not quantities.requested("memory", input.pod.amounts)
	message := sprintf("container %s has no memory request", [containers.name(c)])
}
