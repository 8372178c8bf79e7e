# METADATA
# title: preStop hook that takes the whole grace period
# description: The kubelet kills a container whose hook still sleeps when the grace period ends, without SIGTERM.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.pre_stop_outlasts_grace

import data.portcullis.prelude.containers
import data.portcullis.prelude.hooks

grace := object.get(input.pod.spec, "terminationGracePeriodSeconds", 30)

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	hook := c.container.lifecycle.preStop
	seconds := hooks.seconds(hook)
	seconds >= grace
	at := array.concat(c.at, array.concat(["lifecycle", "preStop"], field(hook)))
	other := array.concat(input.pod.at, ["terminationGracePeriodSeconds"])
	message := sprintf("preStop hook of container %s takes %v s of a grace period of %v s", [containers.name(c), seconds, grace])
}

field(hook) := ["sleep", "seconds"] if hook.sleep.seconds

else := ["exec", "command"]
