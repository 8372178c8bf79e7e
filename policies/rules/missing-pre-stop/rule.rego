# METADATA
# title: Container without a preStop hook
# description: A pod that gets no time to drain drops requests when it is moved.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.missing_pre_stop

import data.portcullis.prelude.containers
import data.portcullis.prelude.hooks
import data.portcullis.prelude.pods

findings contains {"at": at, "message": message} if {
	pods.movable
	some c in input.pod.containers
	containers.serves(c)
	hook := object.get(c.container, ["lifecycle", "preStop"], {})
	not hooks.acts(hook)
	message := sprintf("container %s %s", [containers.name(c), fact(hook)])
	at := place(c, hook)
}

fact(hook) := "has no preStop hook" if count(hook) == 0

else := "has a preStop hook that does nothing"

place(c, hook) := array.concat(c.at, ["lifecycle", "preStop", handlers[0]]) if {
	handlers := [handler | some handler in ["sleep", "exec", "tcpSocket"]; handler in object.keys(hook)]
	count(handlers) > 0
} else := array.concat(c.at, ["lifecycle", "preStop"])
