# METADATA
# title: Pod that no NetworkPolicy covers
# description: A pod that no policy selects takes connections from every pod of the cluster.
# custom:
#   severity: warning
#   group: network
#   like:
#     - checkov:CKV2_K8S_6
#     - kube-linter:non-isolated-pod
#     - kube-score:pod-networkpolicy
#     - kyverno:add-network-policy
#     - polaris:missingNetworkPolicy
#   scope: platform
#   target: pod
#   joins: [NetworkPolicy, CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy]
package portcullis.rules.uncovered_pod

import data.portcullis.prelude.isolation
import data.portcullis.prelude.isolation.foreign

findings contains finding if {
	some workload in input.platform.resources
	workload.pod
	not workload.pod.spec.hostNetwork
	not workload.namespace in foreign
	not "" in foreign
	covering := [id | some id in workload.policies; isolates_ingress(id)]
	count(covering) == 0
	not isolation.by_cilium(workload)
	not is_part(workload)
	others := [{"resource": id, "at": ["spec", "policyTypes"]} | some id in workload.policies]
	finding := {"resource": workload.id, "at": ["metadata", "name"], "lacks": "NetworkPolicy", "others": others, "message": message(workload)}
}

isolates_ingress(id) if isolation.isolates(input.platform.resources[id], "Ingress")

message(workload) := "no NetworkPolicy selects its pods" if count(workload.policies) == 0

else := "the NetworkPolicies that select its pods are about egress alone"

# What has an owner is part of another workload.
is_part(workload) if count(workload.resource.metadata.ownerReferences) > 0
