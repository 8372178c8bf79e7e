# Which pods NetworkPolicies isolate.
package portcullis.prelude.isolation

import data.portcullis.prelude.selectors

# Those of a version that clusters serve.
served := [policy | some policy in input.platform.kinds.NetworkPolicy; policy.selects]

# Without a word a policy is about ingress, and about egress if it has rules for it.
directions(policy) := {direction | some direction in policy.resource.spec.policyTypes} if count(policy.resource.spec.policyTypes) > 0

else := {"Egress", "Ingress"} if policy.resource.spec.egress

else := {"Ingress"}

isolates(policy, direction) if {
	some known in directions(policy)
	known == direction
}

# Policies of other makers, whose selectors are written otherwise: where they are, nothing is said.
foreign := {policy.namespace |
	some policy in input.platform.resources
	is_foreign(policy)
}

is_foreign(policy) if {
	policy.group in {"crd.projectcalico.org", "policy.networking.k8s.io", "projectcalico.org"}
	contains(policy.kind, "NetworkPolicy")
}

is_foreign(policy) if {
	policy.group == "cilium.io"
	policy.kind in {"CiliumClusterwideNetworkPolicy", "CiliumNetworkPolicy"}
	not selects_few(policy)
}

selects_few(policy) if {
	not selectors.is_empty(policy.resource.spec.endpointSelector)
	policy.kind == "CiliumNetworkPolicy"
}

# Whether policies of Cilium select a workload, which may say where labels come from.
by_cilium(workload) if {
	some policy in input.platform.kinds.CiliumNetworkPolicy
	policy.namespace == workload.namespace
	asked := {plain(key): value | some key, value in policy.resource.spec.endpointSelector.matchLabels}
	selectors.matches({"matchLabels": asked}, workload.pod.labels)
}

plain(key) := trim_prefix(trim_prefix(key, "k8s:"), "any:")
