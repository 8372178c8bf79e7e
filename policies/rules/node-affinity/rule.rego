# METADATA
# title: Pod that chooses its nodes by affinity
# description: Where a platform places pods by taints and classes, an affinity of a pod's own goes around it.
# custom:
#   severity: warning
#   group: placement
#   like: [kyverno:restrict-node-affinity]
#   "off": It is for platforms that place pods themselves; the rule missing-node-affinity demands the opposite.
#   scope: resource
#   target: pod
package portcullis.rules.node_affinity

findings contains {"at": array.concat(input.pod.at, ["affinity", "nodeAffinity"]), "message": message} if {
	affinity := input.pod.spec.affinity.nodeAffinity
	ways := [way |
		some way in ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"]
		way in object.keys(affinity)
	]
	count(ways) > 0
	message := sprintf("pods choose their nodes by %s", [concat(" and ", ways)])
}
