# METADATA
# title: Container without a readiness probe
# description: Requests go to a pod that cannot answer them yet.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_K8S_9
#     - gatekeeper:requiredprobes
#     - kube-linter:no-readiness-probe
#     - kube-score:pod-probes
#     - kyverno:require-probes
#     - polaris:readinessProbeMissing
#   checklists: [spot]
#   scope: resource
#   target: pod
package portcullis.rules.missing_readiness_probe

import data.portcullis.prelude.asking
import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running

findings contains finding if {
	long_running
	some c in input.pod.containers
	containers.stays(c)
	asked(c)
	some finding in asking.lacks(c, "readinessProbe", "readiness")
}

# Whoever has ports, or a Service in front, gets requests.
asked(c) if containers.has_ports(c)

asked(c) if c.targeted
