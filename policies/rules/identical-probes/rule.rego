# METADATA
# title: Liveness probe that is the readiness probe
# description: A pod that is only busy is killed in the very moment in which it should only get no more requests.
# custom:
#   severity: error
#   scope: resource
#   target: pod
#   params:
#     patience: 3
package portcullis.rules.identical_probes

import data.portcullis.prelude.containers
import data.portcullis.prelude.probes

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	liveness := c.container.livenessProbe
	readiness := c.container.readinessProbe
	probes.question(liveness, c.container) == probes.question(readiness, c.container)
	probes.patience(liveness) < input.params.patience * probes.patience(readiness)
	at := array.concat(c.at, array.concat(["livenessProbe", probes.handler(liveness)], field(liveness)))
	other := array.concat(c.at, array.concat(["readinessProbe", probes.handler(liveness)], field(liveness)))
	times := [containers.name(c), probes.patience(liveness), probes.patience(readiness)]
	message := sprintf("liveness probe of container %s asks the same as its readiness probe, and kills after %v s where that waits %v s", times)
}

field(probe) := ["path"] if probe.httpGet.path

else := ["port"] if probe[probes.handler(probe)].port

else := []
