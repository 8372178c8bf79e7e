# METADATA
# title: Namespace without a default deny
# description: Where no policy denies by default, every pod is open that somebody forgot to write a policy for.
# custom:
#   severity: warning
#   group: network
#   like:
#     - kyverno:add-network-policy
#   "off": A platform may isolate pods one by one, or by the policies of its network; it is for those that promise a default deny in every namespace.
#   scope: platform
#   target: [Namespace]
#   joins: [Namespace, NetworkPolicy]
#   params:
#     directions: [Ingress]
#     exempt: [kube-node-lease, kube-public, kube-system]
package portcullis.rules.namespace_without_default_deny

import data.portcullis.prelude.isolation
import data.portcullis.prelude.isolation.served
import data.portcullis.prelude.selectors

findings contains {"resource": place.resource, "at": ["metadata", "name"], "lacks": "NetworkPolicy", "message": message} if {
	some namespace in namespaces
	not namespace in input.params.exempt
	some direction in input.params.directions
	not [namespace, direction] in denied
	place := places(namespace)
	message := sprintf("no NetworkPolicy denies all %s in namespace %s by default", [lower(direction), namespace])
}

# Where pods run; a namespace without any needs no policy.
namespaces := {workload.namespace | some workload in input.platform.resources; workload.pod}

denied := {[policy.namespace, direction] |
	some policy in served
	selectors.is_empty(policy.resource.spec.podSelector)
	some direction in input.params.directions
	isolation.isolates(policy, direction)
	count(object.get(policy.resource.spec, lower(direction), [])) == 0
}

# The Namespace itself where it is in sight, else the first workload in it.
places(namespace) := {"resource": own[0]} if {
	own := [object.id | some object in input.platform.kinds.Namespace; object.name == namespace]
	count(own) > 0
} else := {"resource": within[0]} if {
	within := [id | some id in input.platform.namespaces[namespace]; input.platform.resources[id].pod]
}
