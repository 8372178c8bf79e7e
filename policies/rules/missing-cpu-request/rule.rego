# METADATA
# title: Container without a CPU request
# description: The scheduler cannot place what does not say how much it needs.
# custom:
#   severity: error
#   group: resources
#   like:
#     - checkov:CKV_K8S_10
#     - gatekeeper:containerrequests
#     - gatekeeper:containerresources
#     - kube-linter:unset-cpu-requirements
#     - kube-score:container-resources
#     - kyverno:require-pod-requests-limits
#     - polaris:cpuRequestsMissing
#   scope: resource
#   target: pod
package portcullis.rules.missing_cpu_request

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, ["resources", "requests", "cpu"]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	not quantities.requested("cpu", c.amounts)
	not quantities.requested("cpu", input.pod.amounts)
	message := sprintf("container %s has no cpu request", [containers.name(c)])
}
