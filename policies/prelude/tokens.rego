# Statements of trust in tokens that an OpenID Connect provider signs, and what they say of their claims.
package portcullis.prelude.tokens

import data.portcullis.prelude.terraform
import data.portcullis.prelude.texts

github := "token.actions.githubusercontent.com"

# A token has one of each claim, so that any of its values is that one.
operators := ["StringEquals", "StringLike", "ForAnyValue:StringEquals", "ForAnyValue:StringLike"]

allowed := [found | some found in terraform.statements("/assume_role_policy"); terraform.is_allow(found.statement)]

of_github := [found | some found in allowed; is_of_github(found.statement)]

# What the provider of a cluster signs, or another one that is not GitHub's.
of_others := [found |
	some found in allowed
	"sts:AssumeRoleWithWebIdentity" in terraform.listed(object.get(found.statement, "Action", []))
	not is_of_github(found.statement)
]

is_of_github(statement) if contains(json.marshal([object.get(statement, name, "") | some name in ["Principal", "Condition"]]), github)

# What a statement says of a claim, as `:sub`, each text with its place.
claims(found, claim) := [{"at": at, "key": one.key, "operator": one.operator, "text": text} |
	some one in conditions(found.statement)
	endswith(one.key, claim)
	some i, text in terraform.listed(one.value)
	at := array.concat(found.at, array.concat(["Condition", one.operator, one.key], [i | is_array(one.value)]))
]

conditions(statement) := [{"operator": operator, "key": key, "value": value} |
	some operator in operators
	some key, value in object.get(statement, ["Condition", operator], {})
]

# Where something is missing in a condition: at what is not known of it, else where it should stand.
lacking(found) := array.concat(found.at, ["Condition", place]) if {
	unknown := [operator | some operator in operators; terraform.is_unknown(object.get(found.statement, ["Condition", operator], null))]
	place := array.concat(unknown, ["StringEquals"])[0]
}

# In a text that is compared for equality a sign stands for itself, and matches nothing.
is_wild(one) if texts.has(one.text, "*")

is_wild(one) if {
	endswith(one.operator, "Like")
	texts.has(one.text, "?")
}

# A subject of GitHub is repo:OWNER/NAME:REF. A sign in the owner or in what comes after the repository lets in whoever can push.
is_loose(subject) if {
	is_string(subject)
	not is_bound(subject)
}

is_loose(subject) if regex.match(`^repo:[^/:]*[*?]`, texts.beginning(subject))

is_bound(subject) if regex.match(`^repo:[^*?/:]+/[^:]+:[^*?]+$`, subject)

# Behind what is not known a colon begins the ref.
is_loose(subject) if {
	terraform.is_unknown(subject)
	regex.match(`:.*[*?]`, texts.ending(subject))
}

# Any repository of the owner.
is_of_any_repository(subject) if {
	not is_loose(subject)
	regex.match(`^repo:[^/:]+/[^:]*[*?]`, texts.beginning(subject))
}
