# METADATA
# title: NodePool without limits
# description: A runaway autoscaler or a pod that nobody can place makes a pool without limits buy nodes until the account's quota ends.
# custom:
#   severity: error
#   group: placement
#   scope: resource
#   target: [NodePool]
package portcullis.rules.unlimited_node_pool

findings contains {"at": ["spec", "limits"], "message": message} if {
	input.resource.kind == "NodePool"
	object.get(input.resource.spec, "replicas", null) == null
	limits := object.get(input.resource.spec, "limits", {})
	bounds := [resource | some resource in ["cpu", "memory", "nodes"]; limits[resource]]
	count(bounds) == 0
	message := sprintf("NodePool %s has no limit of cpu or memory%s", [input.resource.metadata.name, but(limits)])
}

but(limits) := "" if count(limits) == 0

else := sprintf(", only of %s", [concat(", ", sort(object.keys(limits)))])
