# METADATA
# title: Pod that fits no node
# description: A pod that asks for nodes of Karpenter and fits none of its pools waits for ever.
# custom:
#   severity: error
#   group: placement
#   scope: resource
#   target: pod
#   params:
#     builtin: [general-purpose, system]
#   facts: [nodePools]
package portcullis.rules.unschedulable_pod

import data.portcullis.prelude.landing
import data.portcullis.prelude.landing.bound_at
import data.portcullis.prelude.landing.fitting

findings contains {"at": array.concat(input.pod.at, bound_at), "other": other, "message": message} if {
	pools := input.params.nodePools
	count(pools) > 0
	not input.pod.spec.nodeName
	bound_at
	named := object.get(input.pod.spec, ["nodeSelector", "karpenter.sh/nodepool"], "")
	not named in input.params.builtin
	count(fitting) == 0
	reasons := [sprintf("%s (%s)", [pool.name, landing.obstacle(pool)]) | some pool in pools]
	other := array.concat(input.pod.at, ["tolerations"])
	message := sprintf("pod fits no NodePool: %s", [concat(", ", reasons)])
}
