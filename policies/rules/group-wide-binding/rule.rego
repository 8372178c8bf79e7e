# METADATA
# title: Binding of everybody who has an account
# description: What is granted to all users or to all ServiceAccounts, every pod of the cluster has.
# custom:
#   severity: error
#   group: access
#   like: [kyverno:restrict-binding-system-groups]
#   scope: resource
#   target: [ClusterRoleBinding, RoleBinding]
#   params:
#     # What Kubernetes itself grants to all of them.
#     roles: ["system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"]
package portcullis.rules.group_wide_binding

import data.portcullis.prelude.rbac.bound
import data.portcullis.prelude.rbac.subjects

wide := {
	"system:authenticated": "every user and every pod of the cluster",
	"system:masters": "a group that no role can limit",
	"system:serviceaccounts": "every pod of the cluster",
}

findings contains {"at": subject.at, "message": message} if {
	role := object.get(input.resource, ["roleRef", "name"], "")
	not role in input.params.roles
	some subject in subjects
	subject.kind == "Group"
	who := object.get(wide, subject.name, "")
	who != ""
	message := sprintf("%s is granted to %s, which is %s", [bound, subject.name, who])
}
