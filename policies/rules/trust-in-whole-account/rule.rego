# METADATA
# title: Role that a whole account may assume
# description: Whoever becomes administrator of the one account has the role in the other.
# custom:
#   severity: error
#   group: access
#   like:
#     - checkov:CKV_AWS_61
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.trust_in_whole_account

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.texts

findings contains {"at": texts.settled(one.at, one.principal), "message": message} if {
	some found in open_statements
	some one in named(found)
	is_account(one.principal)
	message := sprintf("%s may be assumed by a whole account", [address])
}

open_statements := [found |
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	object.get(found.statement, "Condition", {}) == {}
]

# The accounts, roles and users that a statement names.
named(found) := [{"at": at, "principal": principal} |
	principals := object.get(found.statement, ["Principal", "AWS"], [])
	some i, principal in terraform.listed(principals)
	at := array.concat(found.at, array.concat(["Principal", "AWS"], [i | is_array(principals)]))
]

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

# Nobody knows whether it is one.
findings contains {"at": at, "message": message} if {
	some found in open_statements
	some at in unclear(found)
	message := sprintf("%s may be assumed by who is not known", [address])
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be assumed by who is not known", [address])
}

unclear(found) := [array.concat(found.at, ["Principal"])] if terraform.is_unknown(object.get(found.statement, "Principal", null))

else := [one.at |
	some one in named(found)
	not is_account(one.principal)
	some way in texts.ways(one.principal)
	may_be_account(way)
]

may_be_account(way) if is_account(way)

# A role or a user has a slash.
may_be_account(way) if {
	terraform.is_unknown(way)
	not texts.is_own(way)
	not texts.ending(way)
	not texts.has(way, "/")
}
