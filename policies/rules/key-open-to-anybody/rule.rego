# METADATA
# title: Key that anybody may use
# description: What it encrypts is open to every account.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_33
#   scope: resource
#   target: [aws_kms_key.terraform, aws_kms_key_policy.terraform]
package portcullis.rules.key_open_to_anybody

import data.portcullis.prelude.principals
import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address

findings contains {"at": array.concat(found.at, ["Principal"]), "message": message} if {
	some found in terraform.statements("/policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	principals.is_anybody(object.get(found.statement, "Principal", {}))
	message := sprintf("%s may be used by anybody", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/policy")
	message := sprintf("%s may be used by who is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some found in terraform.statements("/policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
	some at in principals.vague(found)
	message := sprintf("%s may be used by who is not known", [address])
}
