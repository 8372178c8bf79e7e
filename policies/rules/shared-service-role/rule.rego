# METADATA
# title: Role that several service accounts share
# description: Each of them then has the permissions of all.
# custom:
#   severity: warning
#   group: access
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.shared_service_role

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["Condition", "StringEquals", key]), "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	some key, value in object.get(found.statement, ["Condition", "StringEquals"], {})
	endswith(key, ":sub")
	accounts := {one | some one in terraform.listed(value); is_string(one); startswith(one, "system:serviceaccount:")}
	count(accounts) > 1
	message := sprintf("%s is shared by %v service accounts", [address, count(accounts)])
}

# Where it is not known whether it is a list.
findings contains {"at": array.concat(found.at, ["Condition", operator, key]), "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	some operator in ["StringEquals", "StringLike"]
	some key, value in object.get(found.statement, ["Condition", operator], {})
	endswith(key, ":sub")
	terraform.is_vague(value)
	message := sprintf("%s is shared by service accounts that are not known", [address])
}
