# METADATA
# title: Container without a CPU limit
# description: A container without a limit of CPU takes what its node has left.
# custom:
#   severity: warning
#   group: resources
#   like:
#     - checkov:CKV_K8S_11
#     - gatekeeper:containerlimits
#     - gatekeeper:containerresources
#     - kube-linter:unset-cpu-requirements
#     - kube-score:container-resources
#     - polaris:cpuLimitsMissing
#   "off": Requests alone share a busy node fairly, while limits of CPU slow services down on idle nodes; the rule cpu-limit demands the opposite.
#   scope: resource
#   target: pod
package portcullis.rules.missing_cpu_limit

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, ["resources", "limits", "cpu"]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	not quantities.limited("cpu", c.amounts)
	not quantities.limited("cpu", input.pod.amounts)
	message := sprintf("container %s has no cpu limit", [containers.name(c)])
}
