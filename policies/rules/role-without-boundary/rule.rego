# METADATA
# title: Role of a workload without a boundary
# description: Whoever may edit its policies may give it anything.
# custom:
#   severity: warning
#   group: access
#   "off": It needs a boundary that somebody made first; where there is one, turn it on.
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.role_without_boundary

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.terraform.values

findings contains {"at": ["values", "permissions_boundary"], "message": message} if {
	is_of_workload
	terraform.may_lack(object.get(values, "permissions_boundary", ""))
	message := sprintf("%s has no permissions boundary", [address])
}

# Service accounts and pods assume it.
is_of_workload if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	some action in terraform.listed(object.get(found.statement, "Action", []))
	action == "sts:AssumeRoleWithWebIdentity"
}

is_of_workload if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	"pods.eks.amazonaws.com" in terraform.listed(object.get(found.statement, ["Principal", "Service"], []))
}

findings contains {"at": at, "message": message} if {
	terraform.may_lack(object.get(values, "permissions_boundary", ""))
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be a role of a workload without a permissions boundary", [address])
}
