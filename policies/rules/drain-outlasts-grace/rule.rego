# METADATA
# title: No time left to drain
# description: A grace period that the preStop hook uses up nearly whole leaves no time to finish requests.
# custom:
#   severity: warning
#   group: availability
#   checklists: [spot]
#   scope: resource
#   target: pod
#   params:
#     seconds: 5
package portcullis.rules.drain_outlasts_grace

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running

grace := object.get(input.pod.spec, "terminationGracePeriodSeconds", 30)

# A hook that takes all of it is the matter of pre-stop-outlasts-grace.
findings contains {"at": at, "other": other, "message": message} if {
	long_running
	some c in input.pod.containers
	not c.pre_stop.endless
	slept := c.pre_stop.seconds
	slept > 0
	slept < grace
	slept + input.params.seconds > grace
	at := array.concat(c.at, ["lifecycle", "preStop"])
	other := array.concat(input.pod.at, ["terminationGracePeriodSeconds"])
	parts := [containers.name(c), slept, grace, grace - slept, input.params.seconds]
	message := sprintf("preStop hook of container %s takes %v s of %v s, which leaves %v s to drain, not %v", parts)
}
