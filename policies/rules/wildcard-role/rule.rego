# METADATA
# title: Role with a wildcard
# description: A wildcard grants what exists today and whatever the next CRD or release brings, and nobody has ever looked at that list.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV2_K8S_2
#     - checkov:CKV2_K8S_5
#     - checkov:CKV_K8S_155
#     - checkov:CKV_K8S_156
#     - checkov:CKV_K8S_49
#     - kube-linter:access-to-create-pods
#     - kube-linter:access-to-secrets
#     - kube-linter:wildcard-in-rules
#     - kyverno:restrict-wildcard-resources
#     - kyverno:restrict-wildcard-verbs
#     - polaris:clusterrolePodExecAttach
#     - polaris:rolePodExecAttach
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.wildcard_role

import data.portcullis.prelude.rbac.own_name
import data.portcullis.prelude.rbac.rules

# One finding for each rule, at the first field with a wildcard.
findings contains {"at": wildcards[0].at, "message": message} if {
	some i, rule in rules
	wildcards := [{"field": field, "at": ["rules", i, field, j]} |
		some field in ["verbs", "resources", "apiGroups", "nonResourceURLs"]
		some j, value in rule[field]
		is_all(field, value)
	]
	count(wildcards) > 0
	fields := concat(", ", [found.field | some found in wildcards])
	message := sprintf("%s has the wildcard * in %s", [own_name, fields])
}

findings contains {"at": ["aggregationRule", "clusterRoleSelectors", i], "message": message} if {
	some i, selector in input.resource.aggregationRule.clusterRoleSelectors
	count(object.get(selector, "matchLabels", {})) == 0
	count(object.get(selector, "matchExpressions", [])) == 0
	message := sprintf("%s aggregates every ClusterRole", [own_name])
}

is_all(_, value) if value == "*"

is_all(field, value) if {
	field == "nonResourceURLs"
	value == "/*"
}
