# METADATA
# title: Memory limit above the request
# description: What a node has not set aside may be gone when the container wants it.
# custom:
#   severity: warning
#   group: resources
#   like:
#     - gatekeeper:containerresourceratios
#     - kube-score:container-memory-requests-equal-limits
#     - kyverno:memory-requests-equal-limits
#   "off": Many overcommit memory on purpose, to save nodes; those who don't turn it on.
#   scope: resource
#   target: pod
#   params:
#     ratio: 1
package portcullis.rules.memory_limit_above_request

import data.portcullis.prelude.quantities
import data.portcullis.prelude.quantities.owners as resource_owners

findings contains {"at": at, "other": other, "message": message} if {
	some owner in resource_owners
	limit := owner.amounts.limits.memory
	request := owner.amounts.requests.memory
	limit > request * input.params.ratio
	at := array.concat(owner.at, ["resources", "limits", "memory"])
	other := array.concat(owner.at, ["resources", "requests", "memory"])
	said := [owner.spec.resources[kind].memory | some kind in ["limits", "requests"]]
	message := sprintf("memory limit of %s is %v, above its request of %v", [quantities.who(owner), said[0], said[1]])
}
