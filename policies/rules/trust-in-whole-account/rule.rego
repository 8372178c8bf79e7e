# METADATA
# title: Role that a whole account may assume
# description: Whoever becomes administrator of the one account has the role in the other.
# custom:
#   severity: warning
#   group: access
#   like:
#     - checkov:CKV_AWS_61
#   "off": To trust an account of the same company and leave the rest to its policies is what AWS itself shows.
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.trust_in_whole_account

import data.portcullis.prelude.principals
import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.texts

findings contains {"at": array.concat(found.at, ["Principal"]), "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	some principal in terraform.listed(object.get(found.statement, ["Principal", "AWS"], []))
	is_account(principal)
	message := sprintf("%s may be assumed by a whole account", [address])
}

is_account(principal) if {
	is_string(principal)
	regex.match(`^([0-9]{12}|arn:[a-z-]+:iam::[0-9]{12}:root)$`, principal)
}

is_account(principal) if {
	is_object(principal)
	endswith(texts.ending(principal), ":root")
}

# The account that the root is applied in.
is_account(principal) if {
	contains(object.get(principal, "$of", ""), "data.aws_caller_identity.")
	object.get(principal, "$attribute", "") == "account_id"
	object.get(principal, "$pieces", []) == []
}

findings contains {"at": at, "message": message} if {
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	some at in principals.vague(found)
	message := sprintf("%s may be assumed by who is not known", [address])
}
