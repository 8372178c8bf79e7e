# METADATA
# title: Container without probes
# description: Traffic goes to pods that are not ready, and a pod that hangs stays.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.missing_probes

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods
import data.portcullis.prelude.probes

findings contains {"at": array.concat(c.at, place(field, c)), "message": message} if {
	pods.long_running
	some c in input.pod.containers
	some field, purpose in {"livenessProbe": "liveness", "readinessProbe": "readiness"}
	needed(field, c)
	probe := object.get(c.container, field, {})
	not probes.acts(probe)
	message := sprintf("container %s has no %s probe", [containers.name(c), purpose])
}

# A probe that is there lacks what it asks.
place(field, c) := [field, "httpGet"] if is_object(object.get(c.container, field, null))

place(field, c) := [field] if not is_object(object.get(c.container, field, null))

# Whoever has ports gets requests; a main container without any can still hang.
needed(_, c) if {
	containers.stays(c)
	containers.has_ports(c)
}

needed("livenessProbe", c) if c.role == "main"
