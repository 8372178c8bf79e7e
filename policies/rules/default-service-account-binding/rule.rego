# METADATA
# title: Binding of a default ServiceAccount
# description: What is granted to the default ServiceAccount, every pod of the namespace has that names no other.
# custom:
#   severity: error
#   group: access
#   like: [checkov:CKV_K8S_42]
#   scope: resource
#   target: [ClusterRoleBinding, RoleBinding]
package portcullis.rules.default_service_account_binding

import data.portcullis.prelude.rbac.bound
import data.portcullis.prelude.rbac.subjects

findings contains {"at": subject.at, "message": message} if {
	some subject in subjects
	subject.kind == "ServiceAccount"
	subject.name == "default"
	message := sprintf("%s is granted to the default ServiceAccount, so to every pod that names no other", [bound])
}

# The same by the name of the user that it is for the API server.
findings contains {"at": subject.at, "message": message} if {
	some subject in subjects
	subject.kind == "User"
	startswith(subject.name, "system:serviceaccount:")
	endswith(subject.name, ":default")
	message := sprintf("%s is granted to the default ServiceAccount, so to every pod that names no other", [bound])
}
