# METADATA
# title: Role that may make itself stronger
# description: With bind, escalate or impersonate a role has every right that anybody has, whatever else it says.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV2_K8S_3
#     - checkov:CKV_K8S_157
#     - checkov:CKV_K8S_158
#     - kyverno:restrict-escalation-verbs-roles
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.escalating_role

import data.portcullis.prelude.rbac
import data.portcullis.prelude.rbac.own_name
import data.portcullis.prelude.rbac.rules

roles := {"clusterroles", "roles"}

# Some write the verb for the bindings, which are what it is about.
bindings := {"clusterrolebindings", "rolebindings"}

everybody := {"groups", "serviceaccounts", "userextras", "users"}

# Of which verb, for which groups and resources.
ways := [
	{"verb": "bind", "groups": ["rbac.authorization.k8s.io"], "resources": (roles | bindings)},
	{"verb": "escalate", "groups": ["rbac.authorization.k8s.io"], "resources": roles},
	{"verb": "impersonate", "groups": ["", "authentication.k8s.io"], "resources": everybody},
]

# With all verbs for all resources it is the matter of another rule.
findings contains {"at": ["rules", i, "verbs", j], "message": message} if {
	some i, rule in rules
	some j, verb in rule.verbs
	some way in ways
	verb == way.verb
	some group in way.groups
	rbac.in_group(rule, group)
	given := [resource | some resource in rule.resources; resource in (way.resources | {"*"})]
	count(given) > 0
	not narrowed(verb, rule)
	message := sprintf("%s grants %s on %s", [own_name, verb, concat(", ", given)])
}

findings contains {"at": ["rules", i, "verbs", j], "message": message} if {
	some i, rule in rules
	rbac.in_group(rule, "rbac.authorization.k8s.io")
	given := [resource | some resource in rule.resources; resource in roles]
	count(given) > 0
	some j, verb in rule.verbs
	verb == "*"
	message := sprintf("%s grants bind and escalate on %s by its *", [own_name, concat(", ", given)])
}

mighty := {"admin", "cluster-admin", "edit", "system:masters"}

# To bind roles or to act as accounts that it names is what some operators are there for, unless one of them may do everything.
narrowed("bind", rule) if harmless(rule)

narrowed("impersonate", rule) if harmless(rule)

harmless(rule) if {
	count(rule.resourceNames) > 0
	count(mighty & {name | some name in rule.resourceNames}) == 0
}
