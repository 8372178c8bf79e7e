# METADATA
# title: Liveness probe that is the readiness probe
# description: A pod that is only busy is killed in the very moment in which it should only get no more requests.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.identical_probes

import data.portcullis.prelude.containers
import data.portcullis.prelude.probes

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	liveness := c.container.livenessProbe
	probes.question(liveness, c.container) == probes.question(c.container.readinessProbe, c.container)
	at := array.concat(c.at, array.concat(["livenessProbe", probes.handler(liveness)], field(liveness)))
	other := array.concat(c.at, array.concat(["readinessProbe", probes.handler(liveness)], field(liveness)))
	message := sprintf("liveness probe of container %s asks the same as its readiness probe, and as often", [containers.name(c)])
}

field(probe) := ["path"] if probe.httpGet.path

else := ["port"] if probe[probes.handler(probe)].port

else := []
