# METADATA
# title: Liveness probe that kills while the container starts
# description: A container that needs longer to start than its liveness probe waits never starts.
# custom:
#   severity: warning
#   group: availability
#   scope: resource
#   target: pod
#   params:
#     seconds: 10
package portcullis.rules.impatient_liveness_probe

import data.portcullis.prelude.containers
import data.portcullis.prelude.probes

findings contains {"at": array.concat(c.at, ["livenessProbe", "periodSeconds"]), "others": others, "message": message} if {
	some c in input.pod.containers
	probe := c.container.livenessProbe
	not is_object(object.get(c.container, "startupProbe", null))
	time := object.get(probe, "initialDelaySeconds", 0) + probes.patience(probe)
	time < input.params.seconds
	others := [{"at": array.concat(c.at, ["livenessProbe", field])} | some field in ["initialDelaySeconds", "failureThreshold"]]
	message := sprintf("liveness probe of container %s kills it %v s after its start if it does not answer by then", [containers.name(c), time])
}
