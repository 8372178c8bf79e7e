# METADATA
# title: NetworkPolicy that selects no pods
# description: A policy without pods allows and denies nothing, and the pods that it was meant for stay as they are.
# custom:
#   severity: warning
#   group: network
#   like:
#     - kube-linter:dangling-networkpolicy
#     - kube-score:networkpolicy-targets-pod
#   scope: platform
#   target: [NetworkPolicy]
#   joins: [NetworkPolicy]
package portcullis.rules.dangling_network_policy

import data.portcullis.prelude.isolation.served
import data.portcullis.prelude.selectors
import data.portcullis.prelude.sight
import data.portcullis.prelude.sight.with_pods

# The label that the closest pods lack is where to look.
findings contains finding if {
	some policy in dangling
	asked := sight.wanted(policy.resource.spec.podSelector)
	near := sight.nearest(policy, asked)
	workload := input.platform.resources[near.id]
	others := [{"resource": near.id, "at": array.concat(workload.pod.metadata_at, ["labels", near.key])}]
	message := sprintf("NetworkPolicy selects no pods: %s", [sight.has_instead(workload, near.key, asked[near.key])])
	at := ["spec", "podSelector", "matchLabels", near.key]
	finding := {"resource": policy.id, "at": at, "others": others, "message": message}
}

findings contains {"resource": policy.id, "at": ["spec", "podSelector"], "message": "NetworkPolicy selects no pods in sight"} if {
	some policy in dangling
	not sight.nearest(policy, sight.wanted(policy.resource.spec.podSelector))
}

# An empty selector is for pods to come as well; one that is not there the API server refuses.
dangling := [policy |
	some policy in served
	count(policy.selects) == 0
	selector := object.get(policy.resource.spec, "podSelector", {})
	not selectors.is_empty(selector)
	sight.would_show(policy, with_pods)
	not waits(policy, selector)
]

waits(policy, selector) if {
	count(selectors.match_expressions(selector)) == 0
	sight.may_select(policy, sight.wanted(selector))
}
