# METADATA
# title: Container without a startup probe
# description: A liveness probe that must wait for a slow start is slow for the rest of the day.
# custom:
#   severity: warning
#   group: availability
#   "off": A service that starts in seconds needs none.
#   scope: resource
#   target: pod
package portcullis.rules.missing_startup_probe

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running

findings contains {"at": array.concat(c.at, ["startupProbe"]), "message": message} if {
	long_running
	some c in input.pod.containers
	containers.stays(c)
	is_object(c.container.livenessProbe)
	not is_object(object.get(c.container, "startupProbe", null))
	message := sprintf("container %s has a liveness probe and no startup probe", [containers.name(c)])
}
