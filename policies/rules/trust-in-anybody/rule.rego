# METADATA
# title: Role that anybody may take
# description: Every account of AWS can assume it.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_60
#     - checkov:CKV_AWS_61
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.trust_in_anybody

import data.portcullis.prelude.principals
import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["Principal"]), "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	principals.is_anybody(object.get(found.statement, "Principal", {}))
	message := sprintf("%s may be assumed by anybody", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be assumed by who is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	some at in principals.vague(found)
	message := sprintf("%s may be assumed by who is not known", [address])
}
