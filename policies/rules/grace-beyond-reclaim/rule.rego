# METADATA
# title: Grace period longer than a Spot node lives on
# description: A Spot node is gone two minutes after its notice; what a pod does in a longer grace period is cut off.
# custom:
#   severity: warning
#   group: availability
#   "off": It matters for pods on Spot nodes alone, and for those that are to go there; `portcullis spot` asks it of every service.
#   checklists: [spot]
#   scope: resource
#   target: pod
#   params:
#     seconds: 120
package portcullis.rules.grace_beyond_reclaim

import data.portcullis.prelude.pods.movable

findings contains {"at": at, "message": message} if {
	movable
	grace := input.pod.spec.terminationGracePeriodSeconds
	grace > input.params.seconds
	at := array.concat(input.pod.at, ["terminationGracePeriodSeconds"])
	message := sprintf("grace period of %v s is longer than the %v s that a Spot node has after its notice", [grace, input.params.seconds])
}
