# METADATA
# title: Pods that get no time to stop
# description: A pod without a grace period is killed with its requests.
# custom:
#   severity: error
#   group: availability
#   checklists: [spot]
#   scope: resource
#   target: pod
package portcullis.rules.zero_grace_period

import data.portcullis.prelude.containers
import data.portcullis.prelude.pods.long_running

findings contains {"at": array.concat(input.pod.at, ["terminationGracePeriodSeconds"]), "message": message} if {
	input.pod.spec.terminationGracePeriodSeconds == 0
	long_running
	loses_something
	message := "terminationGracePeriodSeconds is 0: the pod is killed at once, and its preStop hooks never run"
}

# Two pods of one name and one disk might run at once; and what others replace works for somebody, whether it listens or takes from a queue.
loses_something if input.resource.kind in {"Deployment", "ReplicaSet", "Rollout", "StatefulSet"}

loses_something if {
	serving := [c | some c in input.pod.containers; containers.serves(c)]
	count(serving) > 0
}
