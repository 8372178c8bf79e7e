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

findings contains {"at": array.concat(found.at, ["Condition", "StringEquals"]), "message": message} if {
	some found in web_identities
	some part in ["sub", "aud"]
	count([one | some one in wanted(found.statement); endswith(one.key, concat("", [":", part])); is_exact(one)]) == 0
	message := sprintf("%s trusts tokens whatever their %s is: no StringEquals names it", [address, part])
}

# Nobody knows whether these have a wildcard.
findings contains {"at": at, "message": message} if {
	some found in web_identities
	some one in wanted(found.statement)
	some part in [":sub", ":aud"]
	endswith(one.key, part)
	some i, text in terraform.listed(one.value)
	terraform.is_unknown(text)
	at := array.concat(found.at, array.concat(["Condition", one.operator, one.key], [i | is_array(one.value)]))
	message := sprintf("%s trusts tokens whose %s is not known", [address, trim_prefix(part, ":")])
}

# What the OpenID Connect provider of a cluster signs; GitHub's has a rule of its own.
web_identities := [found |
	some found in terraform.statements("/assume_role_policy")
	terraform.is_allow(found.statement)
	"sts:AssumeRoleWithWebIdentity" in terraform.listed(object.get(found.statement, "Action", []))
	whose := json.marshal([object.get(found.statement, name, "") | some name in ["Principal", "Condition"]])
	not contains(whose, "token.actions.githubusercontent.com")
]

# Without a wildcard, what is like a text is that text.
wanted(statement) := [{"operator": operator, "key": key, "value": value} |
	some operator in ["StringEquals", "StringLike"]
	some key, value in object.get(statement, ["Condition", operator], {})
]

is_exact(one) if {
	texts := terraform.listed(one.value)
	count(texts) > 0
	count([text | some text in texts; is_string(text); is_wild(one.operator, text)]) == 0
}

is_wild(_, text) if contains(text, "*")

is_wild("StringLike", text) if contains(text, "?")

findings contains {"at": at, "message": message} if {
	some at in terraform.unread("/assume_role_policy")
	message := sprintf("%s may be assumed by who is not known", [address])
}
