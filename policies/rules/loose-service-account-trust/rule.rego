# METADATA
# title: Role that other service accounts may take
# description: Every pod of the cluster, or any client of the provider, then has the permissions of this one.
# custom:
#   severity: error
#   group: access
#   scope: resource
#   target: [aws_iam_role.terraform]
package portcullis.rules.loose_service_account_trust

import data.portcullis.prelude.terraform
import data.portcullis.prelude.terraform.address
import data.portcullis.prelude.tokens
import data.portcullis.prelude.tokens.of_others

# GitHub's tokens have a rule of their own.
findings contains {"at": tokens.lacking(found), "message": message} if {
	some found in of_others
	some part in ["sub", "aud"]
	count([one | some one in tokens.conditions(found.statement); endswith(one.key, concat("", [":", part])); is_exact(one)]) == 0
	message := sprintf("%s trusts tokens whatever their %s is: no StringEquals names it", [address, part])
}

# Nobody knows whether these have a wildcard.
findings contains {"at": one.at, "message": message} if {
	some found in of_others
	some part in ["sub", "aud"]
	some one in tokens.claims(found, concat("", [":", part]))
	terraform.is_unknown(one.text)
	not tokens.is_wild(one)
	message := sprintf("%s trusts tokens whose %s is not known", [address, part])
}

# Without a wildcard, what is like a text is that text.
is_exact(one) if {
	texts := terraform.listed(one.value)
	count(texts) > 0
	count([text | some text in texts; tokens.is_wild({"operator": one.operator, "text": text})]) == 0
}

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be assumed by who is not known", [address])
}
