# METADATA
# title: Pod that may run on any node
# description: A pod that says nothing of its nodes lands wherever there is room, beside anything.
# custom:
#   severity: warning
#   group: placement
#   like: [kube-linter:no-node-affinity]
#   "off": Taints of the nodes keep pods away as well, and Kyverno's restrict-node-affinity forbids what this demands.
#   scope: resource
#   target: pod
package portcullis.rules.missing_node_affinity

import data.portcullis.prelude.pods.long_running

findings contains {"at": array.concat(input.pod.at, ["affinity", "nodeAffinity"]), "message": message} if {
	long_running
	input.resource.kind != "DaemonSet"
	not is_placed
	message := "pods say nothing of the nodes that they run on"
}

# What is preferred alone decides nothing, but somebody thought of it.
is_placed if {
	some way in ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"]
	count(object.get(input.pod.spec, ["affinity", "nodeAffinity", way], [])) > 0
}

is_placed if count(object.get(input.pod.spec, "nodeSelector", {})) > 0

is_placed if input.pod.spec.nodeName
