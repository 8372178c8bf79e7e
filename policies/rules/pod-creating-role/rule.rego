# METADATA
# title: Role that creates pods
# description: Who creates pods in a namespace has all its secrets and ServiceAccounts, since a pod may use any of them.
# custom:
#   severity: warning
#   group: access
#   like:
#     - kube-linter:access-to-create-pods
#   scope: resource
#   target: [ClusterRole.rbac.authorization.k8s.io, Role.rbac.authorization.k8s.io]
package portcullis.rules.pod_creating_role

import data.portcullis.prelude.rbac
import data.portcullis.prelude.rbac.rules

makers := {
	"": {"pods", "replicationcontrollers"},
	"apps": {"daemonsets", "deployments", "replicasets", "statefulsets"},
	"batch": {"cronjobs", "jobs"},
	"argoproj.io": {"rollouts"},
}

granted := [grant |
	some group in ["", "apps", "batch", "argoproj.io"]
	some grant in rbac.grants(group, makers[group], {"create"})
]

# One finding for each rule, however many groups it names.
findings contains found[0] if {
	some i, rule in rules
	count({"*", "create"} & {verb | some verb in rule.verbs}) > 0
	found := [{"at": grant.at, "message": grant.message} | some grant in granted; grant.i == i]
}
