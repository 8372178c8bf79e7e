# METADATA
# title: Container without a preStop hook
# description: A pod that gets no time to drain drops requests when it is moved.
# custom:
#   severity: error
#   group: availability
#   checklists: [spot]
#   scope: resource
#   target: pod
package portcullis.rules.missing_pre_stop

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.movable

findings contains {"at": array.concat(c.at, ["lifecycle", "preStop"]), "message": message} if {
	some c in serving
	c.pre_stop == null
	message := sprintf("container %s has no preStop hook", [containers.name(c)])
}

findings contains {"at": array.concat(c.at, ["lifecycle", "preStop", handlers[0]]), "message": message} if {
	some c in serving
	c.pre_stop.idle
	handlers := [handler | some handler in ["sleep", "exec", "tcpSocket"]; handler in object.keys(c.container.lifecycle.preStop)]
	message := sprintf("container %s has a preStop hook that does nothing", [containers.name(c)])
}

serving := [c |
	movable
	some c in input.pod.containers
	containers.serves(c)
]
