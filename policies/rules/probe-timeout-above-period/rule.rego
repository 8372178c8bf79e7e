# METADATA
# title: Probe that waits longer than its period
# description: A probe cannot be asked every few seconds if each answer may take longer.
# custom:
#   severity: warning
#   group: availability
#   scope: resource
#   target: pod
package portcullis.rules.probe_timeout_above_period

import data.portcullis.prelude.containers
import data.portcullis.prelude.probes

findings contains {"at": array.concat(c.at, [field, "timeoutSeconds"]), "other": other, "message": message} if {
	some c in input.pod.containers
	some field, purpose in {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}
	probe := c.container[field]
	timeout := probes.timing(probe, "timeoutSeconds")
	period := probes.timing(probe, "periodSeconds")
	timeout > period
	other := array.concat(c.at, [field, "periodSeconds"])
	message := sprintf("%s probe of container %s waits %v s for an answer, longer than its period of %v s", [purpose, containers.name(c), timeout, period])
}
