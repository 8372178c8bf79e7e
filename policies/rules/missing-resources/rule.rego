# METADATA
# title: Container without requests or a memory limit
# description: The scheduler cannot place, and the kubelet cannot contain, what does not say how much it needs.
# custom:
#   severity: error
#   group: resources
#   like:
#     - checkov:CKV_K8S_10
#     - checkov:CKV_K8S_12
#     - checkov:CKV_K8S_13
#     - gatekeeper:containerrequests
#     - kube-linter:unset-memory-requirements
#     - polaris:cpuRequestsMissing
#     - polaris:memoryLimitsMissing
#     - polaris:memoryRequestsMissing
#   scope: resource
#   target: pod
package portcullis.rules.missing_resources

import data.portcullis.prelude.containers
import data.portcullis.prelude.quantities

findings contains {"at": array.concat(c.at, missing[0].paths[0]), "message": message} if {
	some c in input.pod.containers

	# The API server refuses resources of ephemeral containers.
	c.role != "ephemeral"
	not quantities.complete(c.amounts)
	missing := [need | some need in needs; not met(need.paths, c.amounts)]
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

# What the whole pod has, each of its containers has. What is no quantity is a finding of its own.
met(paths, amounts) if {
	some path in paths
	counts(object.get(amounts, [path[1], path[2]], 0))
}

met(paths, _) if {
	some path in paths
	counts(object.get(input.pod.amounts, [path[1], path[2]], 0))
}

counts(amount) if amount > 0

counts(amount) if amount == null

owners := array.concat(
	[{"at": input.pod.at, "spec": input.pod.spec, "amounts": input.pod.amounts}],
	[{"at": c.at, "spec": c.container, "amounts": c.amounts} |
		some c in input.pod.containers
		c.role != "ephemeral"
	],
)

who(owner) := "the pod" if owner.at == input.pod.at

else := sprintf("container %s", [object.get(owner.spec, "name", "without a name")])

findings contains {"at": array.concat(owner.at, ["resources", kind, name]), "message": message} if {
	some owner in owners
	some kind, word in {"limits": "limit", "requests": "request"}
	some name, amount in owner.amounts[kind]

	# Null, too, is less than any number.
	least := object.get({"memory": 1048576}, name, 0)
	min([amount, least]) != least
	fault := quantities.faults(name, amount)
	message := sprintf("%s %s of %s is %v, %s", [name, word, who(owner), owner.spec.resources[kind][name], fault])
}

findings contains {"at": at, "other": other, "message": message} if {
	some owner in owners
	some name, request in owner.amounts.requests
	limit := owner.amounts.limits[name]

	# A limit of zero has been found as none.
	is_number(limit)
	limit > 0
	request > limit
	at := array.concat(owner.at, ["resources", "requests", name])
	other := array.concat(owner.at, ["resources", "limits", name])
	said := [owner.spec.resources[kind][name] | some kind in ["requests", "limits"]]
	message := sprintf("%s request of %s is %v, above its limit of %v", [name, who(owner), said[0], said[1]])
}
