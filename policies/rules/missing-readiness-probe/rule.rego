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
import data.portcullis.prelude.waiting

findings contains finding if {
	long_running
	some c in input.pod.containers
	needed(c)
	some finding in asking.lacks(c, "readinessProbe", "readiness")
}

# A rollout counts on every main container, whether it gets requests or not; a sidecar is asked where it gets some.
needed(c) if {
	c.role == "main"
	not waiting.forever(c)
}

needed(c) if {
	c.role == "sidecar"
	containers.has_ports(c)
}

needed(c) if {
	c.role == "sidecar"
	c.targeted
}
