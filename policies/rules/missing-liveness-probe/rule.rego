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

findings contains finding if {
	long_running
	some c in input.pod.containers
	needed(c)
	some finding in asking.lacks(c, "livenessProbe", "liveness")
}

# A main container can hang without any requests; a sidecar is asked where it gets some.
needed(c) if {
	c.role == "main"
	not waits(c)
}

needed(c) if {
	c.role == "sidecar"
	containers.has_ports(c)
}

needed(c) if {
	c.role == "sidecar"
	c.targeted
}

# What only waits cannot hang: pause, and a shell that sleeps for ever.
waits(c) if regex.match(`(^|/)pause(-[a-z0-9]+)?(:|@|$)`, c.container.image)

waits(c) if {
	text := concat(" ", [word | some field in ["command", "args"]; some word in c.container[field]])
	regex.match(`^\s*((/usr)?(/bin/)?(ba|da)?sh\s+-[a-z]+\s+(#![^\n]*\s+)?)?(exec\s+)?((/usr)?/bin/)?(sleep\s+(inf|infinity|[0-9]{6,}d?)|tail\s+-f\s+/dev/null)\s*;?\s*$`, text)
}
