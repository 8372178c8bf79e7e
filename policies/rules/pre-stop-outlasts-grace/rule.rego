# METADATA
# title: preStop hook that takes the whole grace period
# description: The kubelet kills a container whose hook still sleeps when the grace period ends, without SIGTERM.
# custom:
#   severity: error
#   group: availability
#   like: [kyverno:mutate-large-termination-gps]
#   checklists: [spot]
#   scope: resource
#   target: pod
package portcullis.rules.pre_stop_outlasts_grace

import data.portcullis.prelude.containers

grace := object.get(input.pod.spec, "terminationGracePeriodSeconds", 30)

findings contains {"at": at, "other": other, "message": message} if {
	some c in input.pod.containers
	taken := takes(c.pre_stop)
	at := array.concat(c.at, array.concat(["lifecycle", "preStop"], field(c.container.lifecycle.preStop)))
	other := array.concat(input.pod.at, ["terminationGracePeriodSeconds"])
	message := sprintf("preStop hook of container %s %s of a grace period of %v s", [containers.name(c), taken, grace])
}

takes(hook) := "may never end, which takes all" if hook.endless

takes(hook) := sprintf("takes %v s", [hook.seconds]) if {
	not hook.endless
	hook.seconds >= grace
}

field(hook) := ["sleep", "seconds"] if hook.sleep.seconds

else := ["exec", "command"]
