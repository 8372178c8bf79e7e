# METADATA
# title: Container without requests or a memory limit
# description: The scheduler cannot place, and the kubelet cannot contain, what does not say how much it needs.
# custom:
#   severity: error
#   scope: resource
#   target: pod
package portcullis.rules.missing_resources

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, missing[0].paths[0]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	missing := [need | some need in needs; not met(need, c.container)]
	count(missing) > 0
	names := [need.name | some need in missing]
	message := sprintf("container %s has no %s", [containers.name(c), concat(", no ", names)])
}

# A limit without a request is also the request.
needs := [
	{"name": "cpu request", "paths": [["resources", "requests", "cpu"], ["resources", "limits", "cpu"]]},
	{"name": "memory request", "paths": [["resources", "requests", "memory"], ["resources", "limits", "memory"]]},
	{"name": "memory limit", "paths": [["resources", "limits", "memory"]]},
]

met(need, container) if {
	some path in need.paths
	quantities.positive(object.get(container, path, 0))
}

# What the whole pod has, each of its containers has.
met(need, _) if {
	input.pod.spec.resources
	some path in need.paths
	quantities.positive(object.get(input.pod.spec, path, 0))
}
