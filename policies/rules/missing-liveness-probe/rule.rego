# METADATA
# title: Container without a liveness probe
# description: A container that hangs stays, and nothing starts it again.
# custom:
#   severity: error
#   group: availability
#   like:
#     - checkov:CKV_K8S_8
#     - gatekeeper:requiredprobes
#     - kube-linter:no-liveness-probe
#     - kyverno:require-probes
#     - polaris:livenessProbeMissing
#   scope: resource
#   target: pod
package portcullis.rules.missing_liveness_probe

import data.portcullis.prelude.asking
import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running
import data.portcullis.prelude.waiting

findings contains finding if {
	long_running
	some c in input.pod.containers
	needed(c)
	some finding in asking.lacks(c, "livenessProbe", "liveness")
}

# A main container can hang without any requests; a sidecar is asked where it gets some.
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
